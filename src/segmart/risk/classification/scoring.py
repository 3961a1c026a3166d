"""Every row scored by the champion: probability, points, decision, its reasons and what would change it.

A table passes batch by batch; rows of no table go through the same function.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from segmart import frames
from segmart.learning.declaration import EVERYBODY
from segmart.learning.registry import history_of, read_registry
from segmart.learning.scoring import NULLABLE_TYPES, champion_or_reason, dates_of, unscored
from segmart.learning.unusable import key_reason
from segmart.risk.classification.artefact import ClassificationArtefact, artefact_from_json
from segmart.risk.classification.calibrated import log_odds_of
from segmart.risk.classification.columns import typed_features
from segmart.risk.classification.declaration import parse_classification
from segmart.risk.classification.explaining import counterfactuals, top_reasons
from segmart.risk.classification.population import dated
from segmart.risk.tables import texts_of, with_segments

APPROVE, DECLINE = "approve", "decline"
REASONS, CHANGES = 4, 2
SCORED_TYPES: Mapping[str, pa.DataType] = {
    "model_version": pa.int64(),
    "served_candidate": pa.string(),
    "predicted_probability": pa.float64(),
    "points": pa.float64(),
    "cut_off": pa.float64(),
    "decision": pa.string(),
    **{
        f"reason_{number}_{part}": pa.float64() if part == "contribution" else pa.string()
        for number in range(1, REASONS + 1)
        for part in ("feature", "side", "value", "contribution")
    },
    **{
        f"change_{number}_{part}": pa.string()
        for number in range(1, CHANGES + 1)
        for part in ("feature", "from", "to")
    },
    "probability_after_change": pa.float64(),
    "no_change_reason": pa.string(),
    "unscored_reason": pa.string(),
}


def score_classification(
    session: Any,
    model_name: str,
    declaration: Mapping[str, Any] | None,
    features: Any,
    segments: Any,
    registry: Any,
) -> pa.RecordBatchReader:
    """Return one row per row of `features`: what the champion says of it, or the reason why it says nothing.

    Columns: the entity, as_of_date and `SCORED_TYPES`. `predicted_probability` is that of the event;
    `points` are its log-odds on the declared scale, more for less risk; `decision` is decline from the
    cut-off on. Up to four reasons are the features that raise the risk most against the average of
    the approved rows, with what they add to the log-odds; the changes are the smallest that would approve a
    declined row. Rows pass through Python in batches of bounded size; the model is read once.
    """
    declared = parse_classification(model_name, declaration)
    features = dated(declared, features)
    column_types = frames.column_types(features)
    frames.require_columns(
        column_types, [declared.entity, declared.date_column], f"{model_name}: the feature table"
    )
    history = history_of(read_registry(registry), model_name, EVERYBODY)
    artefact, reason = champion_or_reason(history, artefact_from_json, column_types)

    # What tells rows apart stays as it is: trimmed, a key would not be that of the table any more.
    keep, categories, numbers = [declared.entity, declared.date_column], [], []
    if artefact:
        keep += [artefact.where.column] if artefact.where else []
        categories = [column.name for column in artefact.columns if not column.is_number]
        numbers = [column.name for column in artefact.columns if column.is_number]
    table = frames.as_texts_and_numbers(features, keep, categories, numbers)
    texts = [*keep, *categories]
    if artefact and artefact.segment_column:
        table = with_segments(model_name, declared, table, segments, artefact.segment_column)
        texts.append(artefact.segment_column)

    def scored(frame: pd.DataFrame) -> pd.DataFrame:
        if artefact is None:
            rows = unscored(frame, declared.entity, SCORED_TYPES, reason)
        else:
            rows = score_rows(artefact, frame)
        return rows.assign(as_of_date=dates_of(frame[declared.date_column]))

    schema = pa.schema([(declared.entity, pa.string()), ("as_of_date", pa.date32()), *SCORED_TYPES.items()])
    return frames.apply_in_batches(session, table, texts, numbers, scored, schema)


def score_rows(artefact: ClassificationArtefact, frame: pd.DataFrame) -> pd.DataFrame:
    """Return what an artefact says of rows, one by one as they come: as `score_classification`, but for
    as_of_date.

    `frame` holds the entity, the artefact's features, its segment column and the column of its `where`, as
    far as it has them; raises FeatureError when one is absent.
    """
    optional = [artefact.where.column if artefact.where else None, artefact.segment_column]
    needed = [artefact.entity, *artefact.features, *filter(None, optional)]
    frames.require_columns(frame.columns, needed, f"{artefact.model_name}: the rows")
    features = typed_features(frame, artefact.columns)
    reasons = _unscored_reasons(artefact, frame, features)
    rows = unscored(frame, artefact.entity, SCORED_TYPES, reasons).assign(
        model_version=pd.array([artefact.model_version] * len(frame), dtype="Int64"),
        served_candidate=pd.array([artefact.served] * len(frame), dtype="string"),
    )
    scored = np.flatnonzero([reason is None for reason in reasons])
    features = features.iloc[scored].reset_index(drop=True)
    probabilities = artefact.probabilities(features, texts_of(frame, artefact.segment_column)[scored])
    is_declined = probabilities >= artefact.cut_off
    told = pd.DataFrame(
        {
            "predicted_probability": probabilities,
            "points": artefact.scale.points(log_odds_of(probabilities)),
            "cut_off": artefact.cut_off,
            "decision": np.where(is_declined, DECLINE, APPROVE),
        }
    )
    if not artefact.is_baseline:
        # Against the average approved row a declined one always has a reason: its log-odds are higher.
        contributions = artefact.serving.model.contributions(features).values - artefact.approved_mean
        told = told.join(top_reasons(artefact.columns, features, contributions, artefact.typical))
        told = told.join(_changes(artefact, features[is_declined]))
    for name in told:
        values = pd.array([None] * len(frame), dtype=NULLABLE_TYPES[SCORED_TYPES[name]])
        values[scored] = pd.array(told[name], dtype=values.dtype)
        rows[name] = values
    return rows


def _changes(artefact: ClassificationArtefact, declined: pd.DataFrame) -> pd.DataFrame:
    return counterfactuals(declined, artefact.serving.probabilities, artefact.cut_off, artefact.levers)


def _unscored_reasons(
    artefact: ClassificationArtefact, frame: pd.DataFrame, features: pd.DataFrame
) -> np.ndarray:
    """Return why each row (rows,) cannot be scored, or none."""
    reasons = np.full(len(frame), None, dtype=object)
    for column in reversed([column for column in artefact.columns if column.is_number]):
        reasons[np.isinf(features[column.name].to_numpy(dtype=float))] = f"{column.name} is infinite"
    if artefact.where:
        is_meant = texts_of(frame, artefact.where.column) == artefact.where.value
        reasons[~is_meant] = f"{artefact.where.column} is not {artefact.where.value}"
    reasons[frame[artefact.entity].isna().to_numpy(dtype=bool)] = key_reason(artefact.entity)
    return reasons
