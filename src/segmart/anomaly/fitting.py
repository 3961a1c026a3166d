"""A whole declared anomaly model: what is due is fitted, and each fit becomes a registry row."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from segmart import frames
from segmart.anomaly.declaration import META_KEY, Anomaly, parse_declaration
from segmart.anomaly.population import Effort, Place, learn
from segmart.anomaly.promotion import decide
from segmart.learning.declaration import parse_refit
from segmart.learning.fitting import Occasion, Refusal, as_lists, declaration_text
from segmart.learning.guards import (
    Finding,
    check_column_content,
    check_column_type,
    check_grain,
    left_out_or_raise,
)
from segmart.learning.json_text import to_json
from segmart.learning.provenance import data_fingerprint, feature_contract_hash
from segmart.learning.registry import Row, history_of, next_model_version, read_registry, registry_frame
from segmart.progress import report


@dataclass(frozen=True)
class Run:
    """What all populations of one fit share."""

    model_name: str
    model_version: int
    declared: Anomaly
    features: Any
    column_types: Mapping[str, str]
    as_of_date: date
    is_requested: bool
    effort: Effort


def fit_anomalies(
    model_name: str,
    declaration: Mapping[str, Any] | None,
    features: Any,
    registry: Any = None,
    refit: bool | str | None = False,
    effort: Effort | None = None,
) -> pd.DataFrame:
    """Return the new registry rows of an anomaly model: none when no fit is due, or there are no customers.

    `features` is the feature table (one row per entity, on one as-of date), `registry` the rows written so
    far; each a relation or a pandas frame, the second may be none. Raises DeclarationError for a wrong
    declaration, FeatureError for a table that must not be learned from.
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
    _report_undeclared(run, counts)
    rows = [
        _due_row(
            run,
            population,
            row_count=counts.get(population if declared.population else None, 0),
            absent=absent[population],
            history=history_of(written, model_name, population),
        )
        for population in declared.populations
    ]
    return registry_frame(row for row in rows if row is not None)


def _absent_features(
    model_name: str, declared: Anomaly, population: str, column_types: Mapping[str, str]
) -> list[Finding]:
    """Return the optional features the table lacks; raises FeatureError for any other that is no number."""
    features = {feature.name: feature for feature in declared.populations[population].features}
    checked = [check_column_type(feature, column_types.get(name)) for name, feature in features.items()]
    findings = [finding for finding in checked if finding]
    left_out_or_raise(model_name, population, features, findings)
    return findings


def _due_row(
    run: Run, population: str, row_count: int, absent: list[Finding], history: list[Row]
) -> Row | None:
    """Return the row that is due for one population, if any."""
    names = [feature.name for feature in run.declared.populations[population].features]
    occasion = Occasion(
        model_name=run.model_name,
        model_version=run.model_version,
        model_kind=META_KEY,
        population=population,
        as_of_date=run.as_of_date,
        declaration=declaration_text(run.declared, population),
        feature_contract_hash=feature_contract_hash(names, run.column_types),
        refit_after_days=run.declared.refit_after_days,
        is_requested=run.is_requested,
        history=history,
    )
    reason = occasion.fit_reason()
    return None if reason is None else _fitted_row(run, occasion, reason, row_count, absent)


def _fitted_row(
    run: Run, occasion: Occasion, fit_reason: str, row_count: int, absent: list[Finding]
) -> Row | None:
    """Fit one population and return its row completed; none when it would only repeat the last refusal."""
    declared, population = run.declared, occasion.population
    features = {feature.name: feature for feature in declared.populations[population].features}
    table = frames.only_where(run.features, declared.population, population)
    learnable = [name for name in features if name not in {finding.feature for finding in absent}]
    frame = frames.fetch(table, declared.entity, learnable, declared.fit_rows)
    fingerprint = data_fingerprint(frame, declared.entity)
    row = occasion.started_row(fit_reason, row_count, len(frame), fingerprint)
    if row_count < declared.minimum_customers:
        enough = f"{declared.minimum_customers:,} an anomaly model needs"
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
        effort=run.effort,
    )
    if isinstance(learned, Refusal):
        return occasion.refused_row(row, learned)
    status, status_reason = decide(occasion.champion, learned.metrics, fit_reason)
    report(f"{occasion.label}: {learned.artefact.served} serves, DBSCAN {learned.verdict}; {status}")
    return (
        row
        | {
            "status": status,
            "status_reason": status_reason,
            "verdict": learned.verdict,
            "verdict_reason": learned.verdict_reason,
            "choice_reason": learned.choice_reason,
            "features_left_out": to_json(learned.features_left_out),
            "search_results": to_json(learned.search_results),
            "artefact": learned.artefact.to_json(),
        }
        | as_lists(learned.metrics, learned.curves)
    )


def _report_undeclared(run: Run, counts: Mapping[str | None, int]) -> None:
    """Say which customers stay unscored because nobody declared their population."""
    spoken_of = {*run.declared.populations, *run.declared.left_out}
    for population, count in counts.items():
        if run.declared.population and population not in spoken_of:
            what = (
                "no population" if population is None else f"population {population}, which is not declared"
            )
            report(f"{run.model_name}: {count:,} customers have {what}; they stay unscored")
