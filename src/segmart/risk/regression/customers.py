"""Customers as arrays, in the three forms in which models take their features."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from segmart.learning.preparation import Recipe, coordinates_of
from segmart.risk.tables import texts_of

# Trees compare in single precision; beyond this a number would become infinite.
LARGEST_SINGLE = float(np.finfo(np.float32).max)


@dataclass(frozen=True)
class Customers:
    """Some customers: `keys` (rows,) as text, raw feature `values` (rows, features), `segments` (rows,).

    A missing value is not-a-number, an unknown segment is none. `recipes` belong to the features, in order.
    """

    keys: np.ndarray
    values: np.ndarray
    segments: np.ndarray
    recipes: tuple[Recipe, ...]

    def __len__(self) -> int:
        return len(self.keys)

    def take(self, positions: np.ndarray) -> "Customers":
        """Return the customers at the given positions, in that order."""
        return replace(
            self, keys=self.keys[positions], values=self.values[positions], segments=self.segments[positions]
        )

    def with_values(self, values: np.ndarray) -> "Customers":
        """Return the same customers with other feature values."""
        return replace(self, values=values)

    @property
    def raw(self) -> np.ndarray:
        """The values as they are, for models that know what to do where one is missing."""
        return np.clip(self.values, -LARGEST_SINGLE, LARGEST_SINGLE)

    @property
    def filled(self) -> np.ndarray:
        """The values as they are, missing ones imputed."""
        filled = self.raw.copy()
        for column, recipe in zip(filled.T, self.recipes, strict=True):
            if recipe.impute_value is not None:
                column[np.isnan(column)] = recipe.impute_value
        return filled

    @property
    def coordinates(self) -> np.ndarray:
        """The prepared coordinates: imputed, capped, transformed, scaled."""
        return coordinates_of(self.recipes, self.values)


def customers_of(
    frame: pd.DataFrame, entity: str, recipes: Sequence[Recipe], segment_column: str | None
) -> Customers:
    """Return the customers of a frame that holds their key, the recipes' features and their segment."""
    names = [recipe.name for recipe in recipes]
    return Customers(
        keys=frame[entity].astype(str).to_numpy(dtype=object),
        values=frame[names].to_numpy(dtype=float, na_value=np.nan).reshape(len(frame), len(names)),
        segments=texts_of(frame, segment_column),
        recipes=tuple(recipes),
    )
