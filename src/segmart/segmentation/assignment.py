"""Every customer to a segment of the champions: as one SQL select, and as numpy for rows of no table.

Both forms compute the same numbers in the same order; `assignment_sql` writes the first. Each row of the
feature table comes out once: with a segment, or with the reason why it has none.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from segmart import frames
from segmart.learning.registry import REFUSED, champion_of, history_of, read_registry
from segmart.learning.unusable import Reason, key_reason, reasons_of, unusable_reasons
from segmart.segmentation.artefact import Artefact, artefact_from_json
from segmart.segmentation.assignment_sql import Branch, select_assignments
from segmart.segmentation.declaration import Segmentation, parse_declaration


def assign_segments(
    session: Any,
    model_name: str,
    declaration: Mapping[str, Any] | None,
    features: Any,
    registry: Any,
) -> Any:
    """Return a relation with one row per row of `features`: its segment, or the reason why it has none.

    Columns: the entity, as_of_date, population, model_version, segment_id, segment_name, distance (Euclidean,
    in scaled space), next_segment_id, next_segment_name, next_distance, margin (0 half-way to the next
    segment, 1 on the own centroid; null when there is one segment only), unassigned_reason (null when
    assigned). Computed by the engine; no row enters Python.

    Of a mixture, the segment is the most probable component, the next one the second most probable;
    distances are Mahalanobis distances, each in the spreads of its component (so that the next one can be
    the smaller), and margin is the difference of the two probabilities.
    """
    declared = parse_declaration(model_name, declaration)
    column_types = frames.column_types(features)
    keys = declared.keys
    frames.require_columns(column_types, keys, f"{model_name}: the feature table")
    rows = read_registry(registry)
    branches = [
        _branch(number, declared, population, history_of(rows, model_name, population), set(column_types))
        for number, population in enumerate(declared.populations, start=1)
    ]
    branches += [
        Branch(number, population, None, why)
        for number, (population, why) in enumerate(declared.left_out.items(), start=len(branches) + 1)
    ]
    return frames.select_with_lookups(
        session,
        select_assignments(declared, branches),
        features,
        populations=_populations_frame(branches),
        segments=_segments_frame(branches),
        reasons=_reasons_frame(declared, branches),
    )


def assign_rows(artefact: Artefact, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the assignment of customers of the artefact's own population, row by row as they come.

    The numpy form of `assign_segments`, with the same columns but for as_of_date, for customers who are not
    in a table: a service's, or one with a change applied.
    """
    values = artefact.values(frame)
    reasons = np.array(unusable_reasons(artefact.recipes, values), dtype=object)
    reasons[frame[artefact.entity].isna()] = key_reason(artefact.entity)
    is_assigned = np.array([reason is None for reason in reasons], dtype=bool)
    has_next = is_assigned & (len(artefact.segments) > 1)

    # What is computed for a row that has a reason is dropped at the end.
    partition = artefact.partition
    squared = np.nan_to_num(partition.squared_distances(artefact.coordinates(values)))
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


def _branch(
    number: int, declared: Segmentation, population: str, history: list[Mapping[str, Any]], columns: set[str]
) -> Branch:
    """Return how one population is assigned: by its champion, or not at all and why."""
    champion = champion_of(history)
    if champion is None:
        refused = next((row for row in reversed(history) if row["status"] == REFUSED), None)
        why = f"not learned: {refused['status_reason']}" if refused else "not learned yet"
        return Branch(number, population, None, f"population {population} is {why}")
    artefact = artefact_from_json(champion["artefact"])
    absent = [name for name in artefact.features if name not in columns]
    if absent:
        why = f"the feature table lacks {', '.join(absent)}, which the segmentation was learned from"
        return Branch(number, population, None, why)
    return Branch(number, population, artefact, None)


def _populations_frame(branches: list[Branch]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "population": pd.array([branch.population for branch in branches], dtype="string"),
            "population_number": pd.array([branch.number for branch in branches], dtype="Int32"),
        }
    )


def _segments_frame(branches: list[Branch]) -> pd.DataFrame:
    rows = [
        (branch.number, position, segment.segment_id, segment.name.segment_name)
        for branch in branches
        if branch.artefact
        for position, segment in enumerate(branch.artefact.segments, start=1)
    ]
    columns = list(zip(*rows, strict=True)) or [(), (), (), ()]
    return pd.DataFrame(
        {
            "population_number": pd.array(columns[0], dtype="Int32"),
            "position": pd.array(columns[1], dtype="Int32"),
            "segment_id": pd.array(columns[2], dtype="Int32"),
            "segment_name": pd.array(columns[3], dtype="string"),
        }
    )


def _reasons_frame(declared: Segmentation, branches: list[Branch]) -> pd.DataFrame:
    """Return every reason a row may have: of the table, of a population as a whole, of a feature in it."""
    rows = [
        (0, Reason.KEY, key_reason(declared.entity)),
        (0, Reason.NO_POPULATION, f"{declared.population} is missing"),
        (0, Reason.UNDECLARED, f"{declared.population} holds a value the declaration does not name"),
    ]
    for branch in branches:
        if branch.artefact is None:
            rows.append((branch.number, Reason.NOT_LEARNED, branch.reason))
        else:
            rows += [
                (branch.number, reason.number, reason.in_words)
                for reason in reasons_of(branch.artefact.recipes)
            ]
    numbers, reason_numbers, words = zip(*rows, strict=True)
    return pd.DataFrame(
        {
            "population_number": pd.array(numbers, dtype="Int32"),
            "reason_number": pd.array(reason_numbers, dtype="Int32"),
            "reason": pd.array(words, dtype="string"),
        }
    )


def _nullable(values: np.ndarray, is_known: np.ndarray, dtype: str) -> pd.api.extensions.ExtensionArray:
    array = pd.array(values, dtype=dtype)
    array[~is_known] = pd.NA
    return array
