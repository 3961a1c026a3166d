"""Which features raise a customer's risk most, where segments are ranked by several with a direction each."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from segmart import frames
from segmart.errors import DeclarationError
from segmart.learning.preparation import Recipe
from segmart.segmentation.artefact import Artefact
from segmart.segmentation.assignment import branches_of
from segmart.segmentation.assignment_batches import columns_of, populations_of, with_keys
from segmart.segmentation.declaration import META_KEY, parse_declaration

DRIVERS = 3
DRIVER_TYPES: Mapping[str, pa.DataType] = {
    "driver_number": pa.int32(),
    "feature": pa.string(),
    "feature_value": pa.float64(),
    "was_imputed": pa.bool_(),
    "contribution": pa.float64(),
}


def explain_segments(
    session: Any,
    model_name: str,
    declaration: Mapping[str, Any] | None,
    features: Any,
    registry: Any,
) -> pa.RecordBatchReader:
    """Return what raises the risk of each customer above that of the average learned one, most telling first.

    Columns: the entity, as_of_date, driver_number (1 to 3), feature, feature_value (the raw one, or what it
    was taken for), was_imputed, contribution: by how much the feature raises the sum that ranks segments, in
    scaled units, weights included, always above 0. One row per driver: nobody has more than three, many have
    fewer, and customers without a segment have none. Raises DeclarationError when no population is ranked by
    a mapping of directions.
    """
    declared = parse_declaration(model_name, declaration)
    if all(isinstance(population.rank_by, str) for population in declared.populations.values()):
        raise DeclarationError(
            f"{model_name}: key '{META_KEY}.populations': no population is ranked by features with "
            "directions, so nothing says what raises risk. Remedy: declare rank_by: {feature: increasing, "
            "...} for one, or leave the explanation out."
        )
    ranked = [
        branch
        for branch in branches_of(model_name, declared, features, registry)
        if branch.artefact and branch.artefact.ranking
    ]
    types = {declared.entity: frames.key_type(features, declared.entity), "as_of_date": pa.date32()}

    def explained(frame: pd.DataFrame) -> pd.DataFrame:
        populations = populations_of(declared, frame)
        parts = [driver_rows(branch.artefact, frame[populations == branch.population]) for branch in ranked]
        rows = pd.concat([_no_drivers(), *(part for part in parts if len(part))]).sort_index(kind="stable")
        return with_keys(declared, frame, rows, types[declared.entity])

    texts, numbers = columns_of(declared, ranked)
    schema = pa.schema([*types.items(), *DRIVER_TYPES.items()])
    return frames.apply_in_batches(session, features, texts, numbers, explained, schema)


def driver_rows(artefact: Artefact, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the drivers of customers of a ranked artefact's own population, in the index of their rows."""
    preparation, ranking = artefact.preparation, artefact.ranking
    values = preparation.values(frame)
    coordinates = preparation.coordinates(values)
    reasons = preparation.reasons(values, coordinates)
    has_none = np.array([reason is not None for reason in reasons], dtype=bool)
    has_none |= frame[artefact.entity].isna().to_numpy(dtype=bool)
    contributions = ranking.contributions(preparation, coordinates)
    contributions[has_none] = 0.0
    order = np.argsort(-contributions, axis=1, kind="stable")[:, :DRIVERS]
    rows, places = np.nonzero(np.take_along_axis(contributions, order, axis=1) > 0)
    chosen = order[rows, places]

    positions = [preparation.features.index(name) for name in ranking.features]
    raw = values[:, positions]
    taken_for = np.column_stack(
        [
            _taken_for(preparation.recipes[position], coordinates[:, preparation.first_columns[name]])
            for position, name in zip(positions, ranking.features, strict=True)
        ]
    )
    was_imputed = np.isnan(raw)[rows, chosen]
    return pd.DataFrame(
        {
            "driver_number": places + 1,
            "feature": pd.array(np.array(ranking.features, dtype=object)[chosen], dtype="string"),
            "feature_value": np.where(was_imputed, taken_for[rows, chosen], raw[rows, chosen]),
            "was_imputed": was_imputed,
            "contribution": contributions[rows, chosen],
        },
        index=frame.index[rows],
    )


def _taken_for(recipe: Recipe, coordinates: np.ndarray) -> np.ndarray:
    """Return the raw values (rows,) that missing ones were taken for, from the coordinates they got."""
    if recipe.impute_value is not None:
        return np.full(len(coordinates), recipe.impute_value)
    return recipe.values(coordinates)


def _no_drivers() -> pd.DataFrame:
    kinds = {name: pd.ArrowDtype(kind) for name, kind in DRIVER_TYPES.items()}
    return pd.DataFrame({name: pd.array([], dtype=kind) for name, kind in kinds.items()})
