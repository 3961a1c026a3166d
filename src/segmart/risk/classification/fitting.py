"""A whole declared classification: when a fit is due it becomes a registry row."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from segmart import frames
from segmart.errors import DeclarationError, FeatureError
from segmart.learning.declaration import EVERYBODY, parse_refit
from segmart.learning.fitting import Occasion, Refusal, as_lists, declaration_text
from segmart.learning.guards import Finding, check_grain, is_numeric, left_out_or_raise
from segmart.learning.json_text import to_json
from segmart.learning.provenance import data_fingerprint, feature_contract_hash, library_versions
from segmart.learning.registry import Row, history_of, next_model_version, read_registry, registry_frame
from segmart.progress import report
from segmart.risk.classification.artefact import ClassificationArtefact, artefact_from_json
from segmart.risk.classification.columns import Column, Wanted, columns_of, typed_features
from segmart.risk.classification.declaration import Classification, StatedCosts, parse_classification
from segmart.risk.classification.labelled import Labelled
from segmart.risk.classification.learning import Learned, learn
from segmart.risk.classification.promotion import decide
from segmart.risk.classification.protected import groups_of
from segmart.risk.declaration import META_KEY
from segmart.risk.tables import LabelCounts, labelled, with_segments

BE_A_LABEL = (
    "label rows with the event 1, those without it 0, and those not known yet null, or name the value that "
    "means the event: label: {event_value: ...}"
)
# Beside what every fit depends on.
LIBRARIES = ("xgboost-cpu", "imbalanced-learn", "scipy")


@dataclass(frozen=True)
class Tables:
    """What a model is learned from, each a relation or a frame; segments and protected may be none."""

    features: Any
    labels: Any
    segments: Any
    protected: Any
    column_types: Mapping[str, str]


@dataclass(frozen=True)
class Population:
    """The rows a model is about: how many, and the labelled ones (or a sample) as fetched."""

    row_count: int
    frame: pd.DataFrame
    counts: LabelCounts


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
    written_down = declaration_text(declared, EVERYBODY)
    if declared.as_of is None:
        features = frames.with_date(features, declared.date_column, declared.as_of_date)
        declared = declared.model_copy(update={"as_of": declared.date_column})
    column_types = frames.column_types(features)
    times = [declared.time] if declared.time else []
    where = [declared.where.column] if declared.where else []
    frames.require_columns(
        column_types, [declared.entity, declared.as_of, *times, *where], f"{model_name}: the feature table"
    )
    labels = _labels(model_name, declared, features if labels is None else labels)
    if not frames.count_by(features, None):
        return registry_frame([])

    facts = frames.grain_facts(features, declared.entity, declared.as_of)
    wanted = _wanted(declared, column_types)
    written = read_registry(registry)
    occasion = Occasion(
        model_name=model_name,
        model_version=next_model_version(written, model_name),
        model_kind=META_KEY,
        population=EVERYBODY,
        as_of_date=check_grain(model_name, declared.entity, declared.as_of, facts),
        declaration=written_down,
        feature_contract_hash=feature_contract_hash([column.name for column in wanted], column_types),
        refit_after_days=declared.refit_after_days,
        is_requested=parse_refit(model_name, refit),
        history=history_of(written, model_name, EVERYBODY),
    )
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
    population = _population(declared, occasion, tables, [*needed.values()])
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
    rows = _labelled_rows(declared, occasion.as_of_date, name, frame, columns)
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
    report(f"{occasion.model_name}: {choice.verdict}; {status}")
    artefact = learned.artefact
    return {
        "status": status,
        "status_reason": status_reason,
        "verdict": choice.verdict,
        "verdict_reason": choice.verdict_reason,
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


def _labels(model_name: str, declared: Classification, table: Any) -> Any:
    """Return the label table with its three columns, the label as a number."""
    if declared.as_of_date and declared.as_of not in frames.column_types(table):
        table = frames.with_date(table, declared.as_of, declared.as_of_date)
    column = declared.label.column
    frames.require_columns(
        frames.column_types(table),
        [declared.entity, declared.as_of, column],
        f"{model_name}: the label table",
    )
    table = frames.only_columns(table, [declared.entity, declared.as_of, column])
    if declared.label.event_value is not None:
        table = frames.with_event(table, column, declared.label.event_value)
    elif frames.text_facts(table, [column])[column].other_count == 0:
        # A file that says nothing about types has its numbers as texts.
        table = frames.as_texts_and_numbers(table, [declared.entity, declared.as_of], [], [column])
    column_type = frames.column_types(table)[column]
    if not is_numeric(column_type):
        raise FeatureError(
            f"{model_name}: the label {column} is {column_type}, not a number. Remedy: {BE_A_LABEL}."
        )
    return table


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


def _population(
    declared: Classification, occasion: Occasion, tables: Tables, columns: list[Column]
) -> Population:
    """Bring together features, segments, protected attributes and labels of the rows the model is about."""
    name = occasion.model_name
    numbers = [column.name for column in columns if column.is_number]
    categories = [column.name for column in columns if not column.is_number]
    own = [attribute for attribute in declared.protected if attribute in tables.column_types]
    watched = [*own, *([declared.where.column] if declared.where else [])]
    keep = [declared.entity, declared.as_of, *([declared.time] if declared.time else []), *watched]
    table = frames.as_texts_and_numbers(tables.features, dict.fromkeys(keep), categories, numbers)
    elsewhere = [attribute for attribute in declared.protected if attribute not in own]
    if elsewhere:
        table = _with_protected(name, declared, table, tables.protected, elsewhere)
    texts = [*categories, *own, *elsewhere, *([declared.time] if declared.time else [])]
    if declared.segment:
        table = with_segments(name, declared, table, tables.segments, declared.segment.column)
        texts.append(declared.segment.column)
    if declared.where:
        table = frames.only_where(table, declared.where.column, declared.where.value)
        texts.append(declared.where.column)
    with_labels, counts = labelled(name, declared, table, tables.labels, occasion.as_of_date, BE_A_LABEL)
    label = declared.label.column
    fractions = frames.column_facts(with_labels, declared.entity, [label])[label].fraction_count
    if fractions:
        raise FeatureError(
            f"{name}: the label {label} is neither 0 nor 1 in {fractions:,} of {counts.labelled_count:,} "
            f"rows. Remedy: {BE_A_LABEL}."
        )
    return Population(
        row_count=sum(frames.count_by(table, None).values()),
        frame=frames.fetch(with_labels, declared.entity, [*numbers, label], declared.fit_rows, texts=texts),
        counts=counts,
    )


def _with_protected(
    model_name: str, declared: Classification, table: Any, protected: Any, attributes: list[str]
) -> Any:
    """Return a table with protected attributes beside it, null where a row has none."""
    if protected is None:
        raise FeatureError(
            f"{model_name}: protected {', '.join(attributes)} is no column of the feature table, and no "
            "table of protected attributes is given. Remedy: hand over protected=, or correct the name."
        )
    frames.require_columns(
        frames.column_types(protected),
        [declared.entity, *attributes],
        f"{model_name}: the table of protected attributes",
    )
    joined = frames.joined(table, protected, declared.entity, attributes)
    before, after = (sum(frames.count_by(rows, None).values()) for rows in (table, joined))
    if after > before:
        raise FeatureError(
            f"{model_name}: the table of protected attributes holds more than one row for some "
            f"{declared.entity}: {before:,} rows would become {after:,}. "
            f"Remedy: bring it to one row per {declared.entity}."
        )
    return joined.df() if isinstance(table, pd.DataFrame) else joined


def _labelled_rows(
    declared: Classification,
    as_of_date: date,
    model_name: str,
    frame: pd.DataFrame,
    columns: tuple[Column, ...],
) -> Labelled:
    """Return the fetched rows as arrays."""
    segments = None
    if declared.segment:
        found = frame[declared.segment.column]
        segments = np.array([None if pd.isna(value) else str(value) for value in found], dtype=object)
    return Labelled(
        keys=frame[declared.entity].astype(str).to_numpy(dtype=object),
        features=typed_features(frame, columns),
        columns=columns,
        labels=frame[declared.label.column].to_numpy(dtype=float),
        segments=segments,
        times=_times(declared, as_of_date, model_name, frame) if declared.time else None,
        groups=groups_of(frame, declared.protected),
    )


def _times(declared: Classification, as_of_date: date, model_name: str, frame: pd.DataFrame) -> np.ndarray:
    """Return the day (rows,) of each row; raises FeatureError for one that is missing or in the future."""
    days = pd.to_datetime(frame[declared.time].str[:10], errors="coerce", format="%Y-%m-%d")
    wrong = {
        "missing, or no date,": days.isna(),
        f"after the as-of date {as_of_date}": days > pd.Timestamp(as_of_date),
    }
    for what, where in wrong.items():
        if where.any():
            examples = ", ".join(frame.loc[where, declared.entity].astype(str)[:3])
            raise FeatureError(
                f"{model_name}: {declared.time} is {what} in {where.sum():,} of {len(frame):,} labelled rows "
                f"(for example {declared.entity} {examples}). Remedy: correct it, or leave those rows out."
            )
    return days.to_numpy(dtype="datetime64[D]")
