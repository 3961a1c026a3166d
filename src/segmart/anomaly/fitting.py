"""A whole declared anomaly model: what is due is fitted, and each fit becomes a registry row."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from segmart import frames
from segmart.anomaly.declaration import META_KEY, parse_declaration
from segmart.anomaly.population import Effort, learn
from segmart.anomaly.promotion import decide
from segmart.learning.fitting import Occasion, Refusal, Run, as_lists, run_of, too_few
from segmart.learning.guards import check_column_content
from segmart.learning.json_text import to_json
from segmart.learning.provenance import data_fingerprint
from segmart.learning.registry import Row, registry_frame
from segmart.progress import report


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
    run = run_of(model_name, META_KEY, declared, features, registry, refit)
    if run is None:
        return registry_frame([])
    rows = [_due_row(run, population, effort or Effort()) for population in declared.populations]
    return registry_frame(row for row in rows if row is not None)


def _due_row(run: Run, population: str, effort: Effort) -> Row | None:
    """Return the row that is due for one population, if any."""
    occasion = run.occasion(population)
    reason = occasion.fit_reason()
    return None if reason is None else _fitted_row(run, occasion, reason, effort)


def _fitted_row(run: Run, occasion: Occasion, fit_reason: str, effort: Effort) -> Row | None:
    """Fit one population and return its row completed; none when it would only repeat the last refusal."""
    declared, population = run.declared, occasion.population
    row_count, absent = run.row_count(population), run.absent[population]
    features = {feature.name: feature for feature in declared.populations[population].features}
    table = frames.only_where(run.features, declared.population, population)
    learnable = [name for name in features if name not in {finding.feature for finding in absent}]
    frame = frames.fetch(table, declared.entity, learnable, declared.fit_rows)
    fingerprint = data_fingerprint(frame, declared.entity)
    row = occasion.started_row(fit_reason, row_count, len(frame), fingerprint)
    if refusal := too_few(row_count, declared, "an anomaly model"):
        return occasion.refused_row(row, refusal)

    report(f"{occasion.label}: {row_count:,} customers, {fit_reason}")
    facts = frames.column_facts(table, declared.entity, learnable)
    content = [check_column_content(features[name], facts[name]) for name in learnable]
    learned = learn(
        place=occasion.place,
        declared=declared,
        frame=frame,
        column_types=run.column_types,
        findings=[*absent, *(finding for finding in content if finding)],
        effort=effort,
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
