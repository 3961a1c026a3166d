"""Every customer scored by the champions: in batches from a table, and as rows of no table.

Each row comes out once: with its scores, or with the reason why it has none.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from segmart import frames
from segmart.anomaly.artefact import Artefact, artefact_from_json
from segmart.anomaly.declaration import DENSITY, Anomaly, parse_declaration
from segmart.anomaly.reasons import reasons_in_words
from segmart.learning.declaration import EVERYBODY
from segmart.learning.registry import history_of, read_registry
from segmart.learning.scoring import champion_or_reason, dates_of, unscored
from segmart.learning.unusable import key_reason, unusable_reasons

SCORE_TYPES: Mapping[str, pa.DataType] = {
    "population": pa.string(),
    "model_version": pa.int64(),
    "anomaly_score": pa.float64(),
    "is_anomaly": pa.bool_(),
    "density_score": pa.float64(),
    "is_density_anomaly": pa.bool_(),
    "isolation_score": pa.float64(),
    "is_isolation_anomaly": pa.bool_(),
    "anomaly_reason": pa.string(),
    "unscored_reason": pa.string(),
}


@dataclass(frozen=True)
class Scorer:
    """How one population is scored: by an artefact, or not at all for a reason."""

    artefact: Artefact | None
    reason: str | None


def score_anomalies(
    session: Any,
    model_name: str,
    declaration: Mapping[str, Any] | None,
    features: Any,
    registry: Any,
) -> pa.RecordBatchReader:
    """Return a reader with one row per row of `features`: its scores and flags, or why it has none.

    Columns: the entity and the as-of date, population, model_version, anomaly_score and is_anomaly (of the
    detector that serves), density_score and is_density_anomaly, isolation_score and is_isolation_anomaly,
    anomaly_reason (null unless flagged), unscored_reason (null when scored). The flag of a degenerate density
    detector is null. Rows stream through Python in batches of bounded memory.
    """
    declared = parse_declaration(model_name, declaration)
    column_types = frames.column_types(features)
    keys = declared.keys
    frames.require_columns(column_types, keys, f"{model_name}: the feature table")
    rows = read_registry(registry)
    scorers = {
        population: Scorer(
            *champion_or_reason(
                history_of(rows, model_name, population),
                artefact_from_json,
                column_types,
                f"population {population}",
            )
        )
        for population in declared.populations
    } | {population: Scorer(None, why) for population, why in declared.left_out.items()}
    needed = [name for scorer in scorers.values() if scorer.artefact for name in scorer.artefact.features]
    schema = pa.schema([(declared.entity, pa.string()), (declared.as_of, pa.date32()), *SCORE_TYPES.items()])
    return frames.apply_in_batches(
        session,
        features,
        texts=keys,
        numbers=list(dict.fromkeys(needed)),
        function=lambda batch: _scored(batch, declared, scorers),
        schema=schema,
    )


def score_rows(artefact: Artefact, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the scores of customers of the artefact's own population, row by row as they come.

    The same columns as `score_anomalies` but for the as-of date, for customers who are not in a table: a
    service's. An artefact keeps its search tree, so one that is kept answers faster from the second call on.
    """
    values = artefact.values(frame)
    reasons = np.array(unusable_reasons(artefact.recipes, values), dtype=object)
    reasons[frame[artefact.entity].isna().to_numpy()] = key_reason(artefact.entity)
    (scorable,) = np.nonzero([reason is None for reason in reasons])
    values = values[scorable]

    points = artefact.coordinates(values)
    density, is_outside = artefact.density.scores_and_flags(points)
    isolation, is_isolated = artefact.isolation.scores_and_flags(points)
    scores, flags = (density, is_outside) if artefact.served == DENSITY else (isolation, is_isolated)
    in_words = np.full(len(scorable), None, dtype=object)
    in_words[flags] = reasons_in_words(
        artefact.served_scores,
        artefact.features,
        np.array(artefact.medians),
        values[flags],
        scores[flags],
    )
    scored = _rows_of(frame, artefact.entity, artefact.population, reasons)
    known = {
        "anomaly_score": scores,
        "is_anomaly": flags,
        "density_score": density,
        "isolation_score": isolation,
        "is_isolation_anomaly": is_isolated,
        "anomaly_reason": in_words,
    }
    if not artefact.density.is_degenerate:
        known["is_density_anomaly"] = is_outside
    for name, found in known.items():
        column = np.full(len(frame), None, dtype=object)
        column[scorable] = found
        scored[name] = pd.array(column, dtype=scored[name].dtype)
    scored["model_version"] = pd.array([artefact.model_version] * len(frame), dtype="Int64")
    return scored


def _scored(batch: pd.DataFrame, declared: Anomaly, scorers: Mapping[str, Scorer]) -> pd.DataFrame:
    """Return the scores of a batch of the feature table, rows in their order."""
    batch = batch.reset_index(drop=True)
    # Without a population column everybody is of the one population there is.
    populations = batch[declared.population] if declared.population else pd.Series(EVERYBODY, batch.index)
    parts = [
        _of_population(rows, name, declared, scorers)
        for name, rows in batch.groupby(populations, dropna=False, sort=False)
    ]
    scored = pd.concat(parts).sort_index() if parts else _unscored(batch, declared, None, None)
    return scored.assign(**{declared.as_of: dates_of(batch[declared.as_of])})


def _of_population(
    rows: pd.DataFrame, population: str | None, declared: Anomaly, scorers: Mapping[str, Scorer]
) -> pd.DataFrame:
    """Return the scores of rows of one population, or why they have none."""
    if pd.isna(population):
        return _unscored(rows, declared, None, f"{declared.population} is missing")
    if population not in scorers:
        why = f"{declared.population} holds a value the declaration does not name"
        return _unscored(rows, declared, population, why)
    scorer = scorers[population]
    if scorer.artefact is None:
        return _unscored(rows, declared, population, scorer.reason)
    return score_rows(scorer.artefact, rows)


def _unscored(
    rows: pd.DataFrame, declared: Anomaly, population: str | None, reason: str | None
) -> pd.DataFrame:
    """Return rows without a score, all for one reason; one without a key for that of its own."""
    reasons = np.full(len(rows), reason, dtype=object)
    reasons[rows[declared.entity].isna().to_numpy()] = key_reason(declared.entity)
    return _rows_of(rows, declared.entity, population, reasons)


def _rows_of(rows: pd.DataFrame, entity: str, population: str | None, reasons: np.ndarray) -> pd.DataFrame:
    """Return rows with their key, population and reason (rows,), and nothing yet in the other columns."""
    populations = pd.array([population] * len(rows), dtype="string")
    found = unscored(rows, entity, SCORE_TYPES, reasons).assign(population=populations)
    return found.set_axis(rows.index)
