"""A whole declared classification: when a fit is due it becomes a registry row."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from segmart import frames
from segmart.errors import DeclarationError
from segmart.learning.declaration import EVERYBODY
from segmart.learning.fitting import Occasion, Refusal, as_lists
from segmart.learning.guards import Finding, left_out_or_raise
from segmart.learning.json_text import to_json
from segmart.learning.provenance import data_fingerprint, library_versions
from segmart.learning.registry import Row, registry_frame
from segmart.progress import report
from segmart.risk.classification.artefact import ClassificationArtefact, artefact_from_json
from segmart.risk.classification.calibration_verdict import calibration_verdict
from segmart.risk.classification.columns import Column, Wanted, columns_of
from segmart.risk.classification.declaration import Classification, StatedCosts, parse_classification
from segmart.risk.classification.labelled import Labelled
from segmart.risk.classification.learning import Learned, learn
from segmart.risk.classification.population import Tables, dated, label_table, labelled_rows, population_of
from segmart.risk.classification.promotion import decide
from segmart.risk.occasion import occasion_of

# Beside what every fit depends on.
LIBRARIES = ("xgboost-cpu", "imbalanced-learn", "scipy")


def fit_classification(
    model_name: str,
    declaration: Mapping[str, Any] | None,
    features: Any,
    labels: Any = None,
    segments: Any = None,
    registry: Any = None,
    refit: bool | str | None = False,
    costs: Any = None,
    protected: Any = None,
) -> pd.DataFrame:
    """Return the new registry row of a classification: none when no fit is due, or there are no rows.

    `features` is the feature table, one row per entity; `labels` holds entity, as-of date and label, and is
    the feature table itself where it is none. `segments` (entity and segment), `costs` (model_name,
    bad_accepted_cost, good_declined_cost; in place of those declared) and `protected` (entity and protected
    attributes; those it lacks are looked for among the features) may be none, and so may `registry`, the rows
    written so far. Each is a relation or a pandas frame.

    Raises DeclarationError for a wrong declaration, FeatureError for tables that must not be learned from.
    Too few labels or events, or labels that are all equal, give a refused row.
    """
    declared = _with_costs(model_name, parse_classification(model_name, declaration), costs)
    features = dated(declared, features)
    column_types = frames.column_types(features)
    needed = [declared.entity, declared.date_column, *([declared.time] if declared.time else [])]
    needed += [declared.where.column] if declared.where else []
    frames.require_columns(column_types, needed, f"{model_name}: the feature table")
    labels = label_table(model_name, declared, features if labels is None else labels)
    if not frames.count_by(features, None):
        return registry_frame([])

    wanted = _wanted(declared, column_types)
    names = [column.name for column in wanted]
    occasion = occasion_of(model_name, declared, features, column_types, names, registry, refit)
    reason = occasion.fit_reason()
    if reason is None:
        return registry_frame([])
    tables = Tables(features, labels, segments, protected, column_types)
    row = _fitted_row(declared, occasion, reason, tables, wanted)
    return registry_frame([] if row is None else [row])


def _fitted_row(
    declared: Classification, occasion: Occasion, fit_reason: str, tables: Tables, wanted: list[Wanted]
) -> Row | None:
    """Fit the model and return its row completed; none when it would only repeat the last refusal."""
    name = occasion.model_name
    where, meant = declared.where, tables.features
    if where:
        meant = frames.only_where(meant, where.column, where.value)
    columns, findings = columns_of(meant, declared.entity, wanted, tables.column_types)
    left_out = _left_out(name, declared, wanted, findings)
    champion = artefact_from_json(occasion.champion["artefact"]) if occasion.champion else None
    # A column is fetched as the kind it is now; a champion for which it was another one reads that too.
    also = _also_needed(champion, declared, tables.column_types)
    needed = {column.name: column for column in (*also, *columns)}
    population = population_of(name, declared, tables, occasion.as_of_date, [*needed.values()])
    frame, counts = population.frame, population.counts
    fingerprint = data_fingerprint(frame, declared.entity)
    row = occasion.started_row(fit_reason, population.row_count, len(frame), fingerprint)
    row |= {"library_versions": to_json(library_versions(LIBRARIES))}
    if counts.labelled_count < declared.minimum_labelled:
        how_many = f"{counts.labelled_count:,} labelled row{'' if counts.labelled_count == 1 else 's'}"
        enough = f"{declared.minimum_labelled:,} the model needs"
        refusal = Refusal(f"{how_many}, fewer than the {enough}: {counts.in_words()}", left_out)
        return occasion.refused_row(row, refusal)
    report(f"{name}: {population.row_count:,} rows, {counts.in_words()}; {fit_reason}")
    rows = labelled_rows(name, declared, frame, occasion.as_of_date, columns)
    learned = learn(name, occasion.model_version, declared, rows)
    if isinstance(learned, Refusal):
        return occasion.refused_row(row, Refusal(learned.reason, left_out))
    return row | _learned_columns(occasion, declared, champion, learned, frame, rows, fit_reason, left_out)


def _learned_columns(
    occasion: Occasion,
    declared: Classification,
    champion: ClassificationArtefact | None,
    learned: Learned,
    frame: pd.DataFrame,
    rows: Labelled,
    fit_reason: str,
    left_out: list[dict],
) -> dict:
    """Return what a row gains when something was learned."""
    positions, choice = learned.judged.positions, learned.choice
    status, status_reason = decide(
        champion,
        choice.served,
        learned.judged,
        frame.iloc[positions],
        None if rows.times is None else rows.times[positions],
        fit_reason,
        declared.random_seed,
    )
    calibration = calibration_verdict(learned.metrics)
    verdict = f"{choice.verdict}{calibration.addition}"
    report(f"{occasion.model_name}: {verdict}; {status}")
    artefact = learned.artefact
    return {
        "status": status,
        "status_reason": status_reason,
        "verdict": verdict,
        "verdict_reason": f"{choice.verdict_reason}; {calibration.reason}",
        "choice_reason": learned.choice_reason,
        "first_learned_date": artefact.first_learned_date,
        "last_learned_date": artefact.last_learned_date,
        "features_left_out": to_json(left_out),
        "search_results": to_json(learned.comparisons),
        "artefact": artefact.to_json(),
        **as_lists(learned.metrics, learned.curves),
    }


def _with_costs(model_name: str, declared: Classification, costs: Any) -> Classification:
    """Return the declaration with the costs of a table, if it has some for the model."""
    if costs is None:
        return declared
    needed = ["model_name", "bad_accepted_cost", "good_declined_cost"]
    own = [
        row
        for row in frames.read_rows(costs, needed, f"{model_name}: the table of costs")
        if row["model_name"] == model_name
    ]
    if len(own) != 1:
        raise DeclarationError(
            f"{model_name}: the table of costs has {len(own)} rows with this model_name, not one. "
            "Remedy: state what its mistakes cost, once."
        )
    stated = {key.removesuffix("_cost"): own[0][key] for key in needed[1:]}
    # Validated as if it were declared, for the same words about what is wrong.
    return declared.model_copy(update={"costs": _stated_costs(model_name, stated)})


def _stated_costs(model_name: str, stated: Mapping[str, Any]) -> StatedCosts:
    try:
        return StatedCosts(**stated)
    except ValueError as error:
        raise DeclarationError(
            f"{model_name}: the table of costs says {dict(stated)}: {error.errors()[0]['msg']}. "
            "Remedy: state two costs above 0."
        ) from None


def _wanted(declared: Classification, column_types: Mapping[str, str]) -> list[Wanted]:
    """Return the columns that are to become features: those declared, or all that have no other part."""
    said = {
        column.name: Wanted(column.name, column.kind, column.direction, column.required)
        for column in declared.features
    }
    if not declared.all_columns:
        return [*said.values()]
    # By name: another order of the table's columns is no other model.
    inferred = [
        name for name in sorted(column_types) if name not in declared.roles and name not in declared.leave_out
    ]
    return [*(said.get(name, Wanted(name)) for name in inferred)] + [
        column for name, column in said.items() if name not in inferred
    ]


def _left_out(
    model_name: str, declared: Classification, wanted: list[Wanted], findings: list[Finding]
) -> list[dict]:
    """Return which columns are left out and why; raises FeatureError for a finding that is grave."""
    by_name = {column.name: column for column in wanted}
    on_purpose = [{"feature": name, "reason": reason} for name, reason in declared.leave_out.items()]
    found = left_out_or_raise(model_name, EVERYBODY, by_name, findings)
    for column in found:
        report(f"{model_name}: {column['feature']} is left out: it {column['reason']}")
    return [*on_purpose, *found]


def _also_needed(
    champion: ClassificationArtefact | None, declared: Classification, column_types: Mapping[str, str]
) -> list[Column]:
    """Return the champion's features that the table still holds, and that have no other part by now."""
    if champion is None:
        return []
    return [
        column
        for column in champion.columns
        if column.name in column_types and column.name not in declared.roles
    ]
