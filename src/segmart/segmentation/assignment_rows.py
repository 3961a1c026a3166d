"""Customers of one population assigned in numpy: those of a batch, or of no table at all."""

import numpy as np
import pandas as pd

from segmart.learning.unusable import key_reason
from segmart.segmentation.artefact import Artefact


def assign_rows(artefact: Artefact, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the assignment of customers of the artefact's own population, row by row as they come.

    The numpy form of `assign_segments`, with the same columns but for as_of_date, for customers who are not
    in a table: a service's, or one with a change applied.
    """
    preparation = artefact.preparation
    values = preparation.values(frame)
    coordinates = preparation.coordinates(values)
    reasons = np.array(preparation.reasons(values, coordinates), dtype=object)
    reasons[frame[artefact.entity].isna()] = key_reason(artefact.entity)
    is_assigned = np.array([reason is None for reason in reasons], dtype=bool)
    has_next = is_assigned & (len(artefact.segments) > 1)

    # What is computed for a row that has a reason is dropped at the end.
    partition = artefact.partition
    squared = np.nan_to_num(partition.squared_distances(preparation.points_of(coordinates)))
    costs = partition.costs(squared)
    rows = np.arange(len(frame))
    own = costs.argmin(axis=1)
    others = costs.copy()
    others[rows, own] = np.inf
    following = others.argmin(axis=1)
    distance, next_distance = np.sqrt(squared[rows, own]), np.sqrt(squared[rows, following])
    margin = partition.margins(squared, own, following)
    return pd.DataFrame(
        {
            artefact.entity: frame[artefact.entity].to_numpy(),
            "population": artefact.population,
            "model_version": artefact.model_version,
            "segment_id": _nullable(artefact.segment_ids[own], is_assigned, "Int32"),
            "segment_name": _nullable(artefact.segment_names[own], is_assigned, "string"),
            "distance": _nullable(distance, is_assigned, "Float64"),
            "next_segment_id": _nullable(artefact.segment_ids[following], has_next, "Int32"),
            "next_segment_name": _nullable(artefact.segment_names[following], has_next, "string"),
            "next_distance": _nullable(next_distance, has_next, "Float64"),
            "margin": _nullable(margin, has_next, "Float64"),
            "unassigned_reason": pd.array(reasons, dtype="string"),
        }
    )


def _nullable(values: np.ndarray, is_known: np.ndarray, dtype: str) -> pd.api.extensions.ExtensionArray:
    array = pd.array(values, dtype=dtype)
    array[~is_known] = pd.NA
    return array
