"""The files of python_models/ of both kinds of models: what is declared to be learned, and two entries."""

from segmart.generating.deciding import Decision, percent
from segmart.generating.predicting import Predicting, is_category, of_part
from segmart.generating.preparing import Feature
from segmart.generating.segmenting import Segmenting
from segmart.generating.text import comment, flow, flow_list, scalar, sentence, template
from segmart.generating.writing import Origin, document, heading, left_out_elsewhere


def learned_segmentation_files(
    origin: Origin, plan: Segmenting, key: Decision, segments: str
) -> dict[str, str]:
    """Return the files of python_models/ of a segmentation by path."""
    name = origin.model
    return {
        f"python_models/{name}/_{name}__models.yml": _segmentation_yml(origin, plan, key, segments),
        f"python_models/{name}/ml_{name}__fit.py": _fit_segmentation_py(name),
        f"python_models/{name}/ml_{name}__assigned.py": _assigned_py(name),
    }


def learned_risk_files(origin: Origin, plan: Predicting, key: Decision) -> dict[str, str]:
    """Return the files of python_models/ of a risk model by path."""
    name = origin.model
    has_protected = any(decision.part == "protected" for decision in plan.decisions)
    return {
        f"python_models/{name}/_{name}__models.yml": _risk_yml(origin, plan, key),
        f"python_models/{name}/ml_{name}__fit.py": _fit_risk_py(name, has_protected),
        f"python_models/{name}/ml_{name}__scored.py": _scored_py(name),
    }


def _segmentation_yml(origin: Origin, plan: Segmenting, key: Decision, segments: str) -> str:
    name = origin.model
    lines = [
        "models:",
        f"  - name: ml_{name}__fit",
        f"    description: Append-only registry of the segmentation {name}, one row per version.",
        "    config:",
        "      schema: learned",
        "      materialized: incremental",
        "      incremental_strategy: append",
        "      full_refresh: false",
        "      on_schema_change: append_new_columns",
        "      meta:",
        "        refit: \"{{ var('refit') }}\"",
        "        language: \"{{ var('language') }}\"",
        f"        segmentation: &{name}",
        f"          entity: {scalar(key.name)}",
        "          as_of: as_of_date",
        "          random_seed: \"{{ var('random_seed') }}\"",
        "          populations:",
        "            all:",
        comment(f"Segment 1 has the lowest of it. It is {plan.rank_by_reason}.", 14),
        f"              rank_by: {scalar(plan.rank_by)}",
        segments,
        comment("Not required: a column that a later file leaves empty does not stop the next refit.", 14),
        "              features:",
    ]
    for feature in plan.features:
        if feature.reasons:
            lines.append(comment(sentence("; ".join(feature.reasons)), 16))
        lines.append(f"                - {_number_or_category(feature)}")
    lines += [
        *left_out_elsewhere(origin, plan.decisions, 16),
        "",
        f"  - name: ml_{name}__assigned",
        f"    description: One row per {key.name} with its segment by the champion of the registry.",
        "    config:",
        "      schema: learned",
        "      materialized: table",
        "      meta:",
        f"        segmentation: *{name}",
    ]
    return document(heading(origin), "\n".join(lines))


def _number_or_category(feature: Feature) -> str:
    entries = {"name": scalar(feature.name)}
    if feature.is_category:
        entries["kind"] = "category"
    if feature.impute:
        entries["impute"] = feature.impute
    if feature.cap:
        entries["cap"] = flow({key: f"{value}" for key, value in feature.cap.items()})
    if feature.transform != "none":
        entries["transform"] = feature.transform
    # A column that a later file leaves empty is left out of the next refit, and does not stop it.
    entries["required"] = "false"
    return flow(entries)


def _risk_yml(origin: Origin, plan: Predicting, key: Decision) -> str:
    name, label = origin.model, plan.label
    time = of_part(plan, "time")
    lines = [
        "models:",
        f"  - name: ml_{name}__fit",
        f"    description: Append-only registry of the risk model {name}, one row per version.",
        "    config:",
        "      schema: learned",
        "      materialized: incremental",
        "      incremental_strategy: append",
        "      full_refresh: false",
        "      on_schema_change: append_new_columns",
        "      meta:",
        "        refit: \"{{ var('refit') }}\"",
        f"        risk: &{name}",
        "          task: classification",
        f"          entity: {scalar(key.name)}",
        "          as_of: as_of_date",
    ]
    if time:
        lines.append(f"          time: {scalar(time[0].name)}")
    else:
        lines.append(comment("No time is named (--time), so nothing is judged out of time.", 10))
    lines += [
        comment(
            f"Of two values {label.why}: {percent(label.event_count / label.labelled_count)} of "
            f"{label.labelled_count:,} labelled rows.",
            10,
        ),
        f"          label: {flow({'column': scalar(label.name), 'event': template(label.event)})}",
        "          random_seed: \"{{ var('random_seed') }}\"",
        comment(
            "Both mistakes cost the same until somebody says what they cost: the cut-off follows from it.", 10
        ),
        "          costs: {bad_accepted: 1, good_declined: 1}",
        comment(
            "Options as they are: a search (trials: 4) takes four times as long and moves little.",
            10,
        ),
        "          tuning: {trials: 1}",
    ]
    if protected := of_part(plan, "protected"):
        lines.append(f"          protected: {flow_list([scalar(decision.name) for decision in protected])}")
    purpose = f"To tell how likely it is that {label.event}. Nobody has said yet what is decided by it."
    limit = (
        f"Learned from {origin.file_name} as it is: whether each column is known before the outcome, "
        "nobody has checked yet."
    )
    lines += [
        comment(
            "Where it is known how the risk must move with a number, say direction: increasing or "
            "decreasing. What an applicant can change is declared as levers: [{feature: ..., moves: down}].",
            10,
        ),
        "          features:",
        *(f"            - {_feature(decision)}" for decision in of_part(plan, "feature")),
        *left_out_elsewhere(origin, plan.decisions, 12),
        "          card:",
        f"            purpose: {template(purpose)}",
        "            owner: Customer risk",
        "            limits:",
        f"              - {template(limit)}",
        "",
        f"  - name: ml_{name}__scored",
        f"    description: One row per {key.name} with its probability, decision and reasons.",
        "    config:",
        "      schema: learned",
        "      materialized: table",
        "      meta:",
        f"        risk: *{name}",
    ]
    return document(heading(origin), "\n".join(lines))


def _feature(decision: Decision) -> str:
    return flow({"name": scalar(decision.name)} | ({"kind": "category"} if is_category(decision) else {}))


def _fit_segmentation_py(name: str) -> str:
    return f'''\
"""Registry of the segmentation {name}: one row per version, appended when a refit is due."""

from segmart.segmentation import fit_segmentation


def model(dbt, session):
    return fit_segmentation(
        model_name="{name}",
        declaration=dbt.config.meta_get("segmentation"),
        features=dbt.ref("ftr_{name}"),
        names=dbt.ref("segment_names"),
        language=dbt.config.meta_get("language"),
        registry=session.sql(f"select * from {{dbt.this}}") if dbt.is_incremental else None,
        refit=dbt.config.meta_get("refit"),
    )
'''


def _assigned_py(name: str) -> str:
    return f'''\
"""The segment of every row by the champions of the registry; no row enters Python."""

from segmart.segmentation import assign_segments


def model(dbt, session):
    return assign_segments(
        session,
        model_name="{name}",
        declaration=dbt.config.meta_get("segmentation"),
        features=dbt.ref("ftr_{name}"),
        registry=dbt.ref("ml_{name}__fit"),
    )
'''


def _fit_risk_py(name: str, has_protected: bool) -> str:
    protected = f'        protected=dbt.ref("ftr_{name}_protected"),\n' if has_protected else ""
    return f'''\
"""Registry of the risk model {name}: one row per version, appended when a refit is due."""

from segmart.risk import fit_risk


def model(dbt, session):
    return fit_risk(
        model_name="{name}",
        declaration=dbt.config.meta_get("risk"),
        features=dbt.ref("ftr_{name}"),
        labels=dbt.ref("lbl_{name}"),
{protected}        registry=session.sql(f"select * from {{dbt.this}}") if dbt.is_incremental else None,
        refit=dbt.config.meta_get("refit"),
    )
'''


def _scored_py(name: str) -> str:
    return f'''\
"""The probability of the event for every row, its reasons and a decision, by the champion of the registry."""

from segmart.risk import score_risk


def model(dbt, session):
    return score_risk(
        session,
        model_name="{name}",
        declaration=dbt.config.meta_get("risk"),
        features=dbt.ref("ftr_{name}"),
        registry=dbt.ref("ml_{name}__fit"),
    )
'''
