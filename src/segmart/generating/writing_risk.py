"""The files of a generated risk model, as texts by their path in the project."""

from dataclasses import replace

from segmart.generating.deciding import Decision
from segmart.generating.predicting import Predicting, of_part
from segmart.generating.text import flow_list, template
from segmart.generating.writing import (
    AS_OF_DATE,
    NOT_NULL,
    Column,
    Origin,
    as_of_column,
    code,
    document,
    exposure,
    given_column,
    heading,
    key_column,
    left_out_notes,
    mart_column,
    mart_model,
    supplied_as,
    supplied_model,
    supplied_sql,
)
from segmart.generating.writing_learned import learned_risk_files

OWNER = "{name: Customer risk, email: customer-risk@example.com}"
SHARE = "[{within: {arguments: {minimum: 0, maximum: 1}}}]"
# What the mart says of a row beside its id, date and outcome: no column of a file may take these names.
SCORE_COLUMNS = (
    Column(
        "predicted_probability",
        "double",
        '"Calibrated probability of the event, 0 to 1. Null: not scored."',
        data_tests=SHARE,
    ),
    Column("points", "integer", "\"{{ doc('example_points') }} More points are the lower risk.\""),
    Column("band", "varchar", '"Band of the points, A for the lowest risk, from the seed `credit_bands`."'),
    Column("cut_off", "double", '"Probability from which on the model declines, by the declared costs."'),
    Column(
        "decision",
        "varchar",
        "\"{{ doc('example_decision') }}\"",
        NOT_NULL,
        "[{accepted_values: {arguments: {values: [approve, decline, refer]}}}]",
    ),
    *(Column(f"reason_{number}", "varchar", "\"{{ doc('example_reason') }}\"") for number in range(1, 5)),
    Column(
        "change_in_words",
        "varchar",
        '"The smallest change of the levers that the model would approve. Null: not declined, or none."',
    ),
    Column("probability_after_change", "double", '"The probability after that change."'),
    Column("no_change_reason", "varchar", '"Why no change is told of a declined row; null otherwise."'),
)
LAST_COLUMNS = (
    Column("was_learned_from", "boolean", "\"{{ doc('example_was_learned_from') }}\""),
    Column("served_candidate", "varchar", "\"{{ doc('example_served_candidate') }}\""),
    Column(
        "model_verdict",
        "varchar",
        '"Whether what serves is better than a constant, on rows it had not learned from."',
    ),
    Column("unscored_reason", "varchar", '"Why there is no probability; null when there is one."'),
)
TAKEN_NAMES = ("as_of_date", "model_version", *(column.name for column in (*SCORE_COLUMNS, *LAST_COLUMNS)))


def risk_files(origin: Origin, plan: Predicting) -> dict[str, str]:
    """Return the files of a risk model by path."""
    name = origin.model
    key = of_part(plan, "id")[0]
    has_protected = bool(of_part(plan, "protected"))
    files = {
        f"models/{name}/_{name}__models.yml": _models_yml(origin, plan, key),
        f"models/{name}/ftr_{name}.sql": supplied_sql(
            "One row per row of the file: what is known before the outcome."
        ),
        f"models/{name}/lbl_{name}.sql": supplied_sql("One row per row of the file: its outcome."),
        f"models/{name}/mart_{name}.sql": _mart_sql(origin, plan, key),
        **learned_risk_files(origin, plan, key),
    }
    if has_protected:
        files[_protected_path(name)] = supplied_sql(
            "One row per row of the file: protected attributes, watched and never learned from."
        )
    return files


def possible_paths(name: str) -> set[str]:
    """Return the paths that some run of the generator writes for a model and another does not."""
    return {_protected_path(name)}


def _protected_path(name: str) -> str:
    return f"models/{name}/ftr_{name}_protected.sql"


def _models_yml(origin: Origin, plan: Predicting, key: Decision) -> str:
    name, label = origin.model, plan.label
    given = [*of_part(plan, "time"), *of_part(plan, "feature")]
    rows = f"one row per {key.name}, supplied from {origin.file_name}"
    models = [
        supplied_model(
            origin,
            f"ftr_{name}",
            f"What the risk model {name} learns from, {rows} ({origin.row_count:,} rows when this was "
            "written).",
            [
                supplied_as(origin, key, key_column(origin, key, related_to=f"mart_{name}")),
                as_of_column(origin, plan.decisions),
                *(given_column(origin, decision) for decision in given),
            ],
            left_out_notes(plan.decisions),
        ),
        supplied_model(
            origin,
            f"lbl_{name}",
            f"What became of it: whether {label.event}, {rows}.",
            [
                supplied_as(origin, key, key_column(origin, key, related_to=f"ftr_{name}")),
                as_of_column(origin, plan.decisions),
                _label_column(origin, plan),
            ],
        ),
    ]
    if protected := of_part(plan, "protected"):
        models.append(
            supplied_model(
                origin,
                f"ftr_{name}_protected",
                f"Protected attributes, watched in mart_fairness and never learned from, {rows}.",
                [
                    supplied_as(origin, key, key_column(origin, key, related_to=f"ftr_{name}")),
                    as_of_column(origin, plan.decisions),
                    *(replace(given_column(origin, decision), is_personal=True) for decision in protected),
                ],
            )
        )
    mart = mart_model(
        origin,
        "customer_risk",
        f"One row per {key.name} of {origin.file_name}: the probability that {label.event}, points, "
        "decision, reasons, and what became of it.",
        [
            key_column(origin, key, related_to=f"ftr_{name}"),
            *map(mart_column, of_part(plan, "time")),
            AS_OF_DATE,
            *SCORE_COLUMNS,
            Column(
                label.name,
                "boolean",
                template(
                    f"{code(label.column)} of the file: true where it is {label.event_value}. Null: unknown."
                ),
            ),
            *LAST_COLUMNS,
        ],
        # A row without a probability says why, and no other does.
        '[{type: check, expression: "(predicted_probability is null) <> (unscored_reason is null)"}]',
    )
    return document(
        heading(origin),
        "models:\n" + "\n\n".join(models),
        mart,
        exposure(origin, OWNER, f"Risk of the rows of {origin.file_name}, for whoever asked for it."),
    )


def _label_column(origin: Origin, plan: Predicting) -> Column:
    label, decision = plan.label, of_part(plan, "label")[0]
    words = (
        f"{code(label.column)} of the file: true where it is {label.event_value} ({label.event_count:,} "
        f"rows), false where it is {label.other_value} ({label.labelled_count - label.event_count:,}). Null: "
        "not known, and not learned from."
    )
    column = supplied_as(origin, decision, Column(label.name, "boolean", template(words)))
    missing = [template(word) for word in (*label.words_for_missing, "")]
    meta = dict(column.meta) | {
        "read_as_missing": flow_list(missing),
        "true_where": template(label.event_value),
    }
    return replace(column, meta=tuple(meta.items()))


def _mart_sql(origin: Origin, plan: Predicting, key: Decision) -> str:
    name, label = origin.model, plan.label.name
    time = [decision.name for decision in of_part(plan, "time")]
    also = f"\n        also=['{time[0]}']," if time else ""
    columns = [
        key.name,
        *time,
        "as_of_date",
        *(column.name for column in SCORE_COLUMNS),
        label,
        *(column.name for column in LAST_COLUMNS),
    ]
    listed = ",\n        ".join(columns)
    return f"""\
-- One row per row of the supplied table: how likely the event is, what would be decided and why, beside what
-- became of it. It asks its own model and no other, so that it can be built without the rest of the project.

with

scored as (

    {{{{ scored_beside_outcomes(
        '{name}',
        entity='{key.name}',
        outcome='{label}',{also}
        decisions=risk_decisions({{'ml_{name}__scored': '{key.name}'}}),
        versions='select * from ' ~ ref('ml_{name}__fit')
    ) }}}}

),

final as (

    select
        {listed}

    from scored

)

select * from final
"""
