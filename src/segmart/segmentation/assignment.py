"""Every customer to a segment of the champions: as one SQL select, or batch by batch in numpy.

Both forms compute the same numbers in the same order; `assignment_sql` writes the first, `assignment_rows` is
the second. Each row of the feature table comes out once: with a segment, or with the reason why it has none.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from segmart import frames
from segmart.learning.categories import CategoryRecipe
from segmart.learning.registry import history_of, read_registry
from segmart.learning.scoring import champion_or_reason
from segmart.learning.unusable import Reason, key_reason, reasons_of
from segmart.segmentation.artefact import artefact_from_json
from segmart.segmentation.assignment_batches import assign_in_batches
from segmart.segmentation.assignment_rows import assign_rows
from segmart.segmentation.assignment_sql import Branch, select_assignments
from segmart.segmentation.declaration import Segmentation, parse_declaration

__all__ = ["assign_rows", "assign_segments", "branches_of"]


def assign_segments(
    session: Any,
    model_name: str,
    declaration: Mapping[str, Any] | None,
    features: Any,
    registry: Any,
) -> Any:
    """Return a table with one row per row of `features`: its segment, or the reason why it has none.

    Columns: the entity, as_of_date, population, model_version, segment_id, segment_name, distance (Euclidean,
    in the scaled space that is divided), next_segment_id, next_segment_name, next_distance, margin (0
    half-way to the next segment, 1 on the own centroid; null when there is one segment only),
    unassigned_reason (null when assigned). Computed by the engine, as a relation, and no row enters Python;
    only where a champion fills missing values from neighbours, in batches of bounded size, as a reader.

    Of a mixture, the segment is the most probable component, the next one the second most probable;
    distances are Mahalanobis distances, each in the spreads of its component (so that the next one can be
    the smaller), and margin is the difference of the two probabilities.
    """
    declared = parse_declaration(model_name, declaration)
    branches = branches_of(model_name, declared, features, registry)
    if any(branch.artefact and branch.artefact.neighbours for branch in branches):
        return assign_in_batches(session, declared, branches, features)
    return frames.select_with_lookups(
        session,
        select_assignments(declared, branches),
        features,
        populations=_populations_frame(branches),
        segments=_segments_frame(branches),
        reasons=_reasons_frame(declared, branches),
        levels=_levels_frame(branches),
    )


def branches_of(model_name: str, declared: Segmentation, features: Any, registry: Any) -> list[Branch]:
    """Return how each population of a feature table is assigned; raises FeatureError if it lacks a key."""
    column_types = frames.column_types(features)
    frames.require_columns(column_types, declared.keys, f"{model_name}: the feature table")
    rows = read_registry(registry)
    branches = [
        Branch(
            number,
            population,
            *champion_or_reason(
                history_of(rows, model_name, population),
                artefact_from_json,
                column_types,
                f"population {population}",
            ),
        )
        for number, population in enumerate(declared.populations, start=1)
    ]
    return branches + [
        Branch(number, population, None, why)
        for number, (population, why) in enumerate(declared.left_out.items(), start=len(branches) + 1)
    ]


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


def _levels_frame(branches: list[Branch]) -> pd.DataFrame:
    """Return the levels of every category: their texts reach the engine as data, never as SQL."""
    rows = [
        (branch.number, position, level, code)
        for branch in branches
        if branch.artefact
        for position, recipe in enumerate(branch.artefact.recipes)
        if isinstance(recipe, CategoryRecipe)
        for code, level in enumerate(recipe.levels)
    ]
    columns = list(zip(*rows, strict=True)) or [(), (), (), ()]
    return pd.DataFrame(
        {
            "population_number": pd.array(columns[0], dtype="Int32"),
            "feature_position": pd.array(columns[1], dtype="Int32"),
            "level": pd.array(columns[2], dtype="string"),
            "code": pd.array(columns[3], dtype="Int32"),
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
