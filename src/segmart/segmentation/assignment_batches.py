"""Customers assigned batch by batch: where a champion fills missing values from neighbours.

Finding neighbours is a search among a thousand donors, which is no select. The columns are those of the SQL
form, and memory is bounded by one batch.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from segmart import frames
from segmart.learning.scoring import dates_of
from segmart.segmentation.assignment_rows import assign_rows
from segmart.segmentation.assignment_sql import Branch
from segmart.segmentation.declaration import Segmentation

ASSIGNED_TYPES: Mapping[str, pa.DataType] = {
    "population": pa.string(),
    "model_version": pa.int64(),
    "segment_id": pa.int32(),
    "segment_name": pa.string(),
    "distance": pa.float64(),
    "next_segment_id": pa.int32(),
    "next_segment_name": pa.string(),
    "next_distance": pa.float64(),
    "margin": pa.float64(),
    "unassigned_reason": pa.string(),
}


def assign_in_batches(
    session: Any, declared: Segmentation, branches: list[Branch], features: Any
) -> pa.RecordBatchReader:
    """Return one row per row of `features`, as `assign_segments` does, with as_of_date as a date."""
    types = {declared.entity: frames.key_type(features, declared.entity), "as_of_date": pa.date32()}

    def assigned(frame: pd.DataFrame) -> pd.DataFrame:
        populations = populations_of(declared, frame)
        parts = [_of_branch(branch, frame[populations == branch.population]) for branch in branches]
        is_elsewhere = ~populations.isin([branch.population for branch in branches])
        parts.append(_of_nobody(declared, frame[is_elsewhere]))
        rows = pd.concat([part for part in parts if len(part)] or parts[-1:]).sort_index()
        return with_keys(declared, frame, rows, types[declared.entity]).assign(population=populations)

    texts, numbers = columns_of(declared, branches)
    schema = pa.schema([*types.items(), *ASSIGNED_TYPES.items()])
    return frames.apply_in_batches(session, features, texts, numbers, assigned, schema)


def columns_of(declared: Segmentation, branches: list[Branch]) -> tuple[list[str], list[str]]:
    """Return the columns the champions need as text, keys first, and those they need as numbers."""
    learned = [branch.artefact.preparation for branch in branches if branch.artefact]
    texts = [*declared.keys, *(name for one in learned for name in one.categories)]
    numbers = [name for one in learned for name in one.numbers]
    return list(dict.fromkeys(texts)), list(dict.fromkeys(numbers))


def populations_of(declared: Segmentation, frame: pd.DataFrame) -> pd.Series:
    """Return the population of each row, missing where it has none."""
    if declared.population:
        return frame[declared.population].astype("string")
    (everybody,) = declared.populations
    return pd.Series(everybody, index=frame.index, dtype="string")


def with_keys(
    declared: Segmentation, frame: pd.DataFrame, rows: pd.DataFrame, key_type: pa.DataType
) -> pd.DataFrame:
    """Return rows with entity and as_of_date, in their types, of the rows of `frame` their index names."""
    keys = pa.array(frame.loc[rows.index, declared.entity], pa.string(), from_pandas=True).cast(key_type)
    days = dates_of(frame.loc[rows.index, declared.as_of])
    return rows.assign(**{declared.entity: pd.array(keys, dtype=pd.ArrowDtype(key_type)), "as_of_date": days})


def _of_branch(branch: Branch, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of one population assigned, in the index of the frame."""
    if branch.artefact is None:
        return _unassigned(np.full(len(frame), branch.reason, dtype=object), frame)
    return assign_rows(branch.artefact, frame).set_index(frame.index)


def _of_nobody(declared: Segmentation, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of no population, or of one nobody declared, with their reasons."""
    reasons = np.where(
        populations_of(declared, frame).isna(),
        f"{declared.population} is missing",
        f"{declared.population} holds a value the declaration does not name",
    )
    return _unassigned(reasons, frame)


def _unassigned(reasons: np.ndarray, frame: pd.DataFrame) -> pd.DataFrame:
    unknown = {
        name: pd.array([pd.NA] * len(frame), dtype=pd.ArrowDtype(kind))
        for name, kind in ASSIGNED_TYPES.items()
    }
    return pd.DataFrame(unknown | {"unassigned_reason": pd.array(reasons, dtype="string")}, index=frame.index)
