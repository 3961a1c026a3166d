"""A whole declared risk model: when a fit is due it becomes a registry row."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from segmart import frames
from segmart.learning.declaration import EVERYBODY
from segmart.learning.fitting import Occasion, Refusal, absent_features, as_lists
from segmart.learning.guards import Finding, check_column_content, is_numeric
from segmart.learning.json_text import to_json
from segmart.learning.provenance import data_fingerprint, library_versions
from segmart.learning.registry import Row, registry_frame
from segmart.progress import report
from segmart.risk.occasion import occasion_of
from segmart.risk.regression.artefact import RiskArtefact, artefact_from_json
from segmart.risk.regression.declaration import Regression, parse_declaration
from segmart.risk.regression.learning import Learned, learn
from segmart.risk.regression.promotion import decide
from segmart.risk.tables import LabelCounts, labelled, require_label_columns, with_segments

# Beside what every fit depends on.
LIBRARIES = ("xgboost-cpu",)


@dataclass(frozen=True)
class Tables:
    """What a model is learned from: three relations or frames, and the types of the features' columns."""

    features: Any
    labels: Any
    segments: Any
    column_types: Mapping[str, str]


@dataclass(frozen=True)
class Population:
    """The customers a model is about: all of them as a table, the labelled ones (or a sample) as a frame.

    The frame holds key, features, label, and where they are declared the segment and the column of `where`.
    """

    table: Any
    row_count: int
    frame: pd.DataFrame
    counts: LabelCounts


def fit_regression(
    model_name: str,
    declaration: Mapping[str, Any] | None,
    features: Any,
    labels: Any,
    segments: Any = None,
    registry: Any = None,
    refit: bool | str | None = False,
) -> pd.DataFrame:
    """Return the new registry row of a risk model: none when no fit is due, or there are no customers.

    `features` is the feature table (one row per entity, on one as-of date), `labels` holds entity, as-of date
    and label, `segments` entity and segment, `registry` the rows written so far; each a relation or a pandas
    frame, the last two may be none. Raises DeclarationError for a wrong declaration, FeatureError for tables
    that must not be learned from. Too few labels, or labels that are all equal, give a refused row.
    """
    declared = parse_declaration(model_name, declaration)
    column_types = frames.column_types(features)
    keys = [declared.entity, declared.as_of, *([declared.where.column] if declared.where else [])]
    frames.require_columns(column_types, keys, f"{model_name}: the feature table")
    require_label_columns(model_name, declared, labels)
    absent = absent_features(model_name, EVERYBODY, declared.features, column_types)
    if not frames.count_by(features, None):
        return registry_frame([])

    names = [feature.name for feature in declared.features]
    occasion = occasion_of(model_name, declared, features, column_types, names, registry, refit)
    reason = occasion.fit_reason()
    if reason is None:
        return registry_frame([])
    row = _fitted_row(declared, occasion, reason, Tables(features, labels, segments, column_types), absent)
    return registry_frame([] if row is None else [row])


def _fitted_row(
    declared: Regression, occasion: Occasion, fit_reason: str, tables: Tables, absent: list[Finding]
) -> Row | None:
    """Fit the model and return its row completed; none when it would only repeat the last refusal."""
    champion = artefact_from_json(occasion.champion["artefact"]) if occasion.champion else None
    present = [feature for feature in declared.features if feature.name in tables.column_types]
    names = [feature.name for feature in present]
    numbers = [*names, *(_also_needed(champion, declared, tables.column_types) if champion else [])]
    population = _population(declared, occasion, tables, list(dict.fromkeys(numbers)))
    frame, counts = population.frame, population.counts

    segment = [declared.segment.column] if declared.segment else []
    learned_from = frame[[declared.entity, *segment, *names, declared.label.column]]
    fingerprint = data_fingerprint(learned_from, declared.entity)
    row = occasion.started_row(fit_reason, population.row_count, len(frame), fingerprint)
    row |= {"library_versions": to_json(library_versions(LIBRARIES))}
    if counts.labelled_count < declared.minimum_labelled:
        how_many = f"{counts.labelled_count:,} labelled customer{'' if counts.labelled_count == 1 else 's'}"
        enough = f"{declared.minimum_labelled:,} the model needs"
        return occasion.refused_row(row, Refusal(f"{how_many}, fewer than the {enough}: {counts.in_words()}"))

    customers = f"{population.row_count:,} customers"
    report(f"{occasion.model_name}: {customers}, {counts.in_words()}; {fit_reason}")
    facts = frames.column_facts(population.table, declared.entity, names)
    content = [check_column_content(feature, facts[feature.name]) for feature in present]
    findings = [*absent, *(finding for finding in content if finding)]
    place = occasion.model_name, occasion.model_version
    learned = learn(*place, declared, frame, tables.column_types, findings)
    if isinstance(learned, Refusal):
        return occasion.refused_row(row, learned)
    return row | _learned_columns(occasion, declared, champion, learned, frame, fit_reason)


def _population(declared: Regression, occasion: Occasion, tables: Tables, numbers: list[str]) -> Population:
    """Bring together features, segments and labels of the customers the model is about."""
    where = [declared.where.column] if declared.where else []
    table = frames.only_columns(tables.features, [declared.entity, declared.as_of, *where, *numbers])
    texts = list(where)
    if declared.segment:
        column = declared.segment.column
        table = with_segments(occasion.model_name, declared, table, tables.segments, column)
        texts.append(column)
    if declared.where:
        table = frames.only_where(table, declared.where.column, declared.where.value)
    with_labels, counts = labelled(occasion.model_name, declared, table, tables.labels, occasion.as_of_date)
    columns = [*numbers, declared.label.column]
    return Population(
        table=table,
        row_count=sum(frames.count_by(table, None).values()),
        frame=frames.fetch(with_labels, declared.entity, columns, declared.fit_rows, texts=texts),
        counts=counts,
    )


def _also_needed(champion: RiskArtefact, declared: Regression, column_types: Mapping[str, str]) -> list[str]:
    """Return the champion's features that the table still holds as numbers and in no other role."""
    taken = {declared.entity, declared.as_of, declared.label.column}
    taken |= {part.column for part in (declared.where, declared.segment) if part}
    return [
        name for name in champion.features if is_numeric(column_types.get(name, "")) and name not in taken
    ]


def _learned_columns(
    occasion: Occasion,
    declared: Regression,
    champion: RiskArtefact | None,
    learned: Learned,
    frame: pd.DataFrame,
    fit_reason: str,
) -> dict:
    """Return what a row gains when something was learned."""
    judged_frame = frame.iloc[learned.judged_positions]
    choice = learned.choice
    status, status_reason = decide(
        champion, choice.served, learned.judged, judged_frame, fit_reason, declared.random_seed
    )
    report(f"{occasion.model_name}: {choice.verdict}; {status}")
    return {
        "status": status,
        "status_reason": status_reason,
        "verdict": choice.verdict,
        "verdict_reason": choice.verdict_reason,
        "choice_reason": choice.choice_reason,
        "features_left_out": to_json(learned.features_left_out),
        "search_results": to_json(choice.comparisons),
        "artefact": learned.artefact.to_json(),
        **as_lists(learned.metrics, learned.curves),
    }
