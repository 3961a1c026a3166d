"""A whole declared segmentation: what is due is fitted, and each fit becomes a registry row."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from segmart import frames
from segmart.learning.declaration import parse_refit
from segmart.learning.fitting import Occasion, Refusal, as_lists, declaration_text
from segmart.learning.guards import (
    Finding,
    check_column_content,
    check_column_type,
    check_grain,
    is_numeric,
    left_out_or_raise,
)
from segmart.learning.json_text import to_json
from segmart.learning.provenance import data_fingerprint, feature_contract_hash
from segmart.learning.registry import (
    Row,
    history_of,
    next_model_version,
    next_segment_id,
    read_registry,
    registry_frame,
)
from segmart.progress import report
from segmart.segmentation.artefact import artefact_from_json
from segmart.segmentation.declaration import META_KEY, Segmentation, parse_declaration
from segmart.segmentation.identity import History
from segmart.segmentation.naming import (
    FALLBACK_LANGUAGE,
    NAMES_COLUMNS,
    Names,
    names_of,
    require_language,
)
from segmart.segmentation.population import Place, learn
from segmart.segmentation.promotion import decide
from segmart.segmentation.renaming import renamed_row
from segmart.segmentation.search import Effort


@dataclass(frozen=True)
class Run:
    """What all populations of one fit share."""

    model_name: str
    model_version: int
    declared: Segmentation
    features: Any
    column_types: Mapping[str, str]
    as_of_date: date
    is_requested: bool
    effort: Effort

    def has_number(self, column: str) -> bool:
        """Say whether the feature table holds a numeric column of this name."""
        return is_numeric(self.column_types.get(column, ""))


def fit_segmentation(
    model_name: str,
    declaration: Mapping[str, Any] | None,
    features: Any,
    names: Any = None,
    registry: Any = None,
    refit: bool | str | None = False,
    language: str | None = None,
    effort: Effort | None = None,
) -> pd.DataFrame:
    """Return the new registry rows of a segmentation: none when no fit is due, or there are no customers.

    `features` is the feature table (one row per entity, on one as-of date), `names` the table of segment
    names, `registry` the rows written so far; each a relation or a pandas frame, the last two may be none.
    `language` is that of the names, English unless told; a champion named in another one is renamed, not
    learned anew.
    Raises DeclarationError for a wrong declaration, FeatureError for a table that must not be learned from,
    InputError for a names table that cannot be used.
    """
    declared = parse_declaration(model_name, declaration)
    column_types = frames.column_types(features)
    keys = [declared.entity, declared.as_of, *([declared.population] if declared.population else [])]
    frames.require_columns(column_types, keys, f"{model_name}: the feature table")
    absent = {
        name: _absent_features(model_name, declared, name, column_types) for name in declared.populations
    }
    counts = frames.count_by(features, declared.population)
    if not counts:
        return registry_frame([])

    facts = frames.grain_facts(features, declared.entity, declared.as_of)
    written = read_registry(registry)
    run = Run(
        model_name=model_name,
        model_version=next_model_version(written, model_name),
        declared=declared,
        features=features,
        column_types=column_types,
        as_of_date=check_grain(model_name, declared.entity, declared.as_of, facts),
        is_requested=parse_refit(model_name, refit),
        effort=effort or Effort(),
    )
    name_rows = (
        [] if names is None else frames.read_rows(names, NAMES_COLUMNS, f"{model_name}: the names table")
    )
    language = language or FALLBACK_LANGUAGE
    require_language(name_rows, model_name, language)
    _report_undeclared(run, counts)
    rows = [
        _due_row(
            run,
            population,
            row_count=counts.get(population if declared.population else None, 0),
            absent=absent[population],
            names=names_of(name_rows, model_name, population, language),
            history=history_of(written, model_name, population),
        )
        for population in declared.populations
    ]
    return registry_frame(row for row in rows if row is not None)


def _absent_features(
    model_name: str, declared: Segmentation, population: str, column_types: Mapping[str, str]
) -> list[Finding]:
    """Return the optional features the table lacks; raises FeatureError for any other that is no number."""
    features = {feature.name: feature for feature in declared.populations[population].features}
    checked = [check_column_type(feature, column_types.get(name)) for name, feature in features.items()]
    findings = [finding for finding in checked if finding]
    left_out_or_raise(model_name, population, features, findings)
    return findings


def _due_row(
    run: Run, population: str, row_count: int, absent: list[Finding], names: Names, history: list[Row]
) -> Row | None:
    """Return the row that is due for one population, if any."""
    declared = run.declared
    names_of_features = [feature.name for feature in declared.populations[population].features]
    occasion = Occasion(
        model_name=run.model_name,
        model_version=run.model_version,
        model_kind=META_KEY,
        population=population,
        as_of_date=run.as_of_date,
        declaration=declaration_text(declared, population),
        feature_contract_hash=feature_contract_hash(names_of_features, run.column_types),
        refit_after_days=declared.refit_after_days,
        is_requested=run.is_requested,
        history=history,
    )
    reason = occasion.fit_reason()
    if reason is None:
        rank_by = declared.populations[population].rank_by
        return renamed_row(occasion.champion, names, rank_by, run.model_version)
    return _fitted_row(run, occasion, reason, row_count, absent, names)


def _fitted_row(
    run: Run, occasion: Occasion, fit_reason: str, row_count: int, absent: list[Finding], names: Names
) -> Row | None:
    """Fit one population and return its row completed; none when it would only repeat the last refusal."""
    declared, population = run.declared, occasion.population
    features = {feature.name: feature for feature in declared.populations[population].features}
    champion = artefact_from_json(occasion.champion["artefact"]) if occasion.champion else None
    table = frames.only_where(run.features, declared.population, population)
    learnable = [name for name in features if name not in {finding.feature for finding in absent}]
    also_needed = [name for name in champion.features if run.has_number(name)] if champion else []
    columns = list(dict.fromkeys([*learnable, *also_needed]))
    frame = frames.fetch(table, declared.entity, columns, declared.fit_rows)
    fingerprint = data_fingerprint(frame[[declared.entity, *learnable]], declared.entity)
    row = occasion.started_row(fit_reason, row_count, len(frame), fingerprint)
    if row_count < declared.minimum_customers:
        enough = f"{declared.minimum_customers:,} a segmentation needs"
        how_many = f"{row_count:,} customer{'' if row_count == 1 else 's'}"
        return occasion.refused_row(row, Refusal(f"{how_many}, fewer than the {enough}"))

    report(f"{occasion.label}: {row_count:,} customers, {fit_reason}")
    facts = frames.column_facts(table, declared.entity, learnable)
    content = [check_column_content(features[name], facts[name]) for name in learnable]
    learned = learn(
        place=Place(run.model_name, run.model_version, population),
        declared=declared,
        frame=frame,
        column_types=run.column_types,
        findings=[*absent, *(finding for finding in content if finding)],
        history=History(champion, next_segment_id(occasion.history)),
        names=names,
        effort=run.effort,
    )
    if isinstance(learned, Refusal):
        return occasion.refused_row(row, learned)
    status, status_reason = decide(champion, learned.artefact, frame, fit_reason, declared.random_seed)
    report(f"{occasion.label}: {len(learned.segments)} segments, {learned.verdict}; {status}")
    return row | {
        "status": status,
        "status_reason": status_reason,
        "segment_count": len(learned.segments),
        "verdict": learned.verdict,
        "verdict_reason": learned.verdict_reason,
        "choice_reason": learned.choice_reason,
        "features_left_out": to_json(learned.features_left_out),
        "search_results": to_json(learned.search_results),
        "segments": to_json(learned.segments),
        "lineage": to_json(learned.lineage),
        **as_lists(learned.metrics, learned.curves),
        "artefact": learned.artefact.to_json(),
    }


def _report_undeclared(run: Run, counts: Mapping[str | None, int]) -> None:
    """Say which customers stay unassigned because nobody declared their population."""
    spoken_of = {*run.declared.populations, *run.declared.left_out}
    for population, count in counts.items():
        if run.declared.population and population not in spoken_of:
            what = (
                "no population" if population is None else f"population {population}, which is not declared"
            )
            report(f"{run.model_name}: {count:,} customers have {what}; they stay unassigned")
