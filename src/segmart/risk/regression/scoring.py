"""Every customer scored by the champion: a table batch by batch, rows of no table by the same function."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from segmart import frames
from segmart.learning.declaration import EVERYBODY
from segmart.learning.registry import REFUSED, champion_of, history_of, read_registry
from segmart.learning.unusable import key_reason, unusable_reasons
from segmart.risk.regression.artefact import RiskArtefact, artefact_from_json
from segmart.risk.regression.customers import texts_of
from segmart.risk.regression.declaration import parse_declaration
from segmart.risk.tables import with_segments

NOT_LEARNED_YET = "the model is not learned yet"
SCORED_TYPES: Mapping[str, pa.DataType] = {
    "model_version": pa.int64(),
    "served_candidate": pa.string(),
    "predicted_value": pa.float64(),
    "interval_low": pa.float64(),
    "interval_high": pa.float64(),
    "segment": pa.string(),
    "unscored_reason": pa.string(),
}


def score_regression(
    session: Any,
    model_name: str,
    declaration: Mapping[str, Any] | None,
    features: Any,
    segments: Any,
    registry: Any,
) -> pa.RecordBatchReader:
    """Return one row per row of `features`: what the champion predicts, or the reason why it does not.

    Columns: the entity, as_of_date, model_version, served_candidate, predicted_value (in the label's unit),
    interval_low and interval_high (null where too few customers were judged for an interval), segment (the
    one the row has, as text), unscored_reason (null when scored). A customer is scored by the model of their
    fold, never by one that was trained on them. Rows pass through Python in batches of bounded size; the
    model is read once.
    """
    declared = parse_declaration(model_name, declaration)
    column_types = frames.column_types(features)
    frames.require_columns(
        column_types, [declared.entity, declared.as_of], f"{model_name}: the feature table"
    )
    history = history_of(read_registry(registry), model_name, EVERYBODY)
    champion = champion_of(history)
    artefact = artefact_from_json(champion["artefact"]) if champion else None
    reason = _why_nobody_is_scored(history, artefact, column_types)
    if reason:
        artefact = None

    texts = [declared.entity, declared.as_of]
    if artefact and artefact.where:
        texts.append(artefact.where.column)
    numbers = artefact.features if artefact else []
    table = frames.only_columns(features, [*texts, *numbers])
    if artefact and artefact.segment_column:
        texts.append(artefact.segment_column)
        table = with_segments(model_name, declared, table, segments, artefact.segment_column)

    def scored(frame: pd.DataFrame) -> pd.DataFrame:
        rows = score_rows(artefact, frame) if artefact else _unscored(frame, declared.entity, reason)
        days = pd.to_datetime(frame[declared.as_of].str[:10], errors="coerce").dt.date
        return rows.assign(as_of_date=days.to_numpy())

    schema = pa.schema([(declared.entity, pa.string()), ("as_of_date", pa.date32()), *SCORED_TYPES.items()])
    return frames.apply_in_batches(session, table, texts, numbers, scored, schema)


def score_rows(artefact: RiskArtefact, frame: pd.DataFrame) -> pd.DataFrame:
    """Return what an artefact says of customers, row by row as they come: the columns of `score_regression`,
    but for as_of_date.

    `frame` holds the entity, the artefact's features, its segment column and the column of its `where`, as
    far as it has them; raises FeatureError when one is absent.
    """
    optional = [artefact.where.column if artefact.where else None, artefact.segment_column]
    needed = [artefact.entity, *artefact.features, *filter(None, optional)]
    frames.require_columns(frame.columns, needed, f"{artefact.model_name}: the customers")
    values = frame[artefact.features].to_numpy(dtype=float, na_value=np.nan).reshape(len(frame), -1)
    reasons = np.array(unusable_reasons(artefact.recipes, values), dtype=object)
    if artefact.where:
        is_meant = texts_of(frame, artefact.where.column) == artefact.where.value
        reasons[~is_meant] = f"{artefact.where.column} is not {artefact.where.value}"
    reasons[frame[artefact.entity].isna()] = key_reason(artefact.entity)

    rows = _unscored(frame, artefact.entity, reasons).assign(
        model_version=pd.array([artefact.model_version] * len(frame), dtype="Int64"),
        served_candidate=pd.array([artefact.served] * len(frame), dtype="string"),
        segment=pd.array(texts_of(frame, artefact.segment_column), dtype="string"),
    )
    is_scored = np.array([reason is None for reason in reasons], dtype=bool)
    customers = artefact.customers(frame[is_scored])
    predicted = artefact.predict(customers)
    low, high = artefact.bounds(predicted, customers.segments)
    for name, numbers in [("predicted_value", predicted), ("interval_low", low), ("interval_high", high)]:
        known = np.full(len(frame), np.nan)
        # An interval without an end, for want of judged customers, is none.
        known[is_scored] = np.where(np.isfinite(numbers), numbers, np.nan)
        rows[name] = pd.array(known, dtype="Float64")
    return rows


def _why_nobody_is_scored(
    history: list[Mapping[str, Any]], artefact: RiskArtefact | None, column_types: Mapping[str, str]
) -> str | None:
    """Return why no customer of the table can be scored, or none."""
    if artefact is None:
        refused = next((row for row in reversed(history) if row["status"] == REFUSED), None)
        return f"the model is not learned: {refused['status_reason']}" if refused else NOT_LEARNED_YET
    needed = [*artefact.features, *([artefact.where.column] if artefact.where else [])]
    absent = [name for name in needed if name not in column_types]
    if absent:
        return f"the feature table lacks {', '.join(absent)}, which the model was learned with"
    return None


def _unscored(frame: pd.DataFrame, entity: str, reasons: np.ndarray | str) -> pd.DataFrame:
    """Return a row for each customer that holds nothing but the reason for that, if there is one."""
    kinds = {pa.int64(): "Int64", pa.float64(): "Float64", pa.string(): "string"}
    nothing = {name: pd.array([None] * len(frame), dtype=kinds[kind]) for name, kind in SCORED_TYPES.items()}
    rows = pd.DataFrame({entity: frame[entity].to_numpy()} | nothing)
    rows["unscored_reason"] = pd.array(np.full(len(frame), reasons, dtype=object), dtype="string")
    return rows
