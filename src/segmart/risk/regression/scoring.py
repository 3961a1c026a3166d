"""Every customer scored by the champion: a table batch by batch, rows of no table by the same function."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from segmart import frames
from segmart.learning.declaration import EVERYBODY
from segmart.learning.registry import history_of, read_registry
from segmart.learning.scoring import champion_or_reason, dates_of, unscored
from segmart.learning.unusable import key_reason, unusable_reasons
from segmart.risk.regression.artefact import RiskArtefact, artefact_from_json
from segmart.risk.regression.declaration import parse_declaration
from segmart.risk.tables import texts_of, with_segments

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
    artefact, reason = champion_or_reason(history, artefact_from_json, column_types)

    texts = [declared.entity, declared.as_of]
    if artefact and artefact.where:
        texts.append(artefact.where.column)
    numbers = artefact.features if artefact else []
    table = frames.only_columns(features, [*texts, *numbers])
    if artefact and artefact.segment_column:
        texts.append(artefact.segment_column)
        table = with_segments(model_name, declared, table, segments, artefact.segment_column)

    def scored(frame: pd.DataFrame) -> pd.DataFrame:
        if artefact is None:
            rows = unscored(frame, declared.entity, SCORED_TYPES, reason)
        else:
            rows = score_rows(artefact, frame)
        return rows.assign(as_of_date=dates_of(frame[declared.as_of]))

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

    rows = unscored(frame, artefact.entity, SCORED_TYPES, reasons).assign(
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
