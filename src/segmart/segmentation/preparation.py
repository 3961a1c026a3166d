"""From a customer's raw values to the point a segmentation divides, and back.

The recipes bring each feature to its coordinates, neighbours fill what is missing, and principal components,
where they are declared, take the coordinates together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from segmart.learning.categories import CategoryRecipe
from segmart.learning.neighbours import Neighbours
from segmart.learning.preparation import Recipe, coordinates_of, rounded
from segmart.learning.recipes import AnyRecipe
from segmart.learning.unusable import unusable_reasons
from segmart.segmentation.components import Components

NOTHING_IN_COMMON = "too little is known to find similar customers who could fill what is missing"


@dataclass(frozen=True)
class Preparation:
    """What was learned about features, in their order, before anything was divided.

    Raw values are doubles (rows, features): numbers, missing ones as not-a-number, and codes of levels.
    Coordinates (rows, coordinates) are scaled; a category has one per level. Points are what is divided: the
    coordinates, or their places along the components of the `reduction`.
    """

    recipes: tuple[AnyRecipe, ...]
    neighbours: Neighbours | None = None
    reduction: Components | None = None

    @property
    def features(self) -> list[str]:
        """The learned features, in order."""
        return [recipe.name for recipe in self.recipes]

    @property
    def categories(self) -> list[str]:
        """Those of the features that are categories."""
        return [recipe.name for recipe in self.recipes if isinstance(recipe, CategoryRecipe)]

    @property
    def numbers(self) -> list[str]:
        """Those of the features that are numbers."""
        return [recipe.name for recipe in self.recipes if isinstance(recipe, Recipe)]

    @property
    def labels(self) -> list[str]:
        """The name of each coordinate."""
        return [label for recipe in self.recipes for label in recipe.labels]

    @cached_property
    def parents(self) -> np.ndarray:
        """The position of the feature each coordinate comes from (coordinates,)."""
        return np.repeat(np.arange(len(self.recipes)), [len(recipe.labels) for recipe in self.recipes])

    @cached_property
    def first_columns(self) -> dict[str, int]:
        """The position of each feature's first coordinate."""
        return {
            recipe.name: int(np.flatnonzero(self.parents == position)[0])
            for position, recipe in enumerate(self.recipes)
        }

    @property
    def directions(self) -> np.ndarray:
        """How a point moves with each coordinate (coordinates, dimensions of points)."""
        if self.reduction is None:
            return np.eye(len(self.parents))
        return np.array(self.reduction.loadings).T

    @property
    def filled(self) -> tuple[str, ...]:
        """The features that are filled from neighbours."""
        return self.neighbours.features if self.neighbours else ()

    def values(self, frame: pd.DataFrame) -> np.ndarray:
        """Return the raw values (rows, features) of a frame: texts as codes, missing numbers not-a-number."""
        if not self.categories:
            return frame[self.features].to_numpy(dtype=float, na_value=np.nan)
        columns = [
            recipe.codes(frame[recipe.name])
            if isinstance(recipe, CategoryRecipe)
            else frame[recipe.name].to_numpy(dtype=float, na_value=np.nan)
            for recipe in self.recipes
        ]
        return np.column_stack(columns)

    def coordinates(self, values: np.ndarray) -> np.ndarray:
        """Return the coordinates (rows, coordinates) of raw values, filled as far as neighbours can.

        A customer of whom no number is known is not filled: others would be picked for no reason.
        """
        coordinates = coordinates_of(self.recipes, values)
        if self.neighbours is None:
            return coordinates
        filled = self.neighbours.filled(coordinates)
        is_number = [isinstance(self.recipes[parent], Recipe) for parent in self.parents]
        nothing_known = np.isnan(coordinates[:, is_number]).all(axis=1)
        return np.where(nothing_known[:, None], coordinates, filled)

    def points_of(self, coordinates: np.ndarray) -> np.ndarray:
        """Return the points of coordinates."""
        return coordinates if self.reduction is None else self.reduction.places(coordinates)

    def points(self, values: np.ndarray) -> np.ndarray:
        """Return the points of raw values."""
        return self.points_of(self.coordinates(values))

    def coordinates_at(self, points: np.ndarray) -> np.ndarray:
        """Return coordinates that lie at points: the way back; components that were not kept are 0."""
        return points if self.reduction is None else self.reduction.points_at(points)

    def reasons(self, values: np.ndarray, coordinates: np.ndarray) -> list[str | None]:
        """Return why each row has no point, none where it has one, from raw values and its coordinates."""
        reasons = unusable_reasons(self.recipes, values, self.filled)
        if self.neighbours is None:
            return reasons
        return [
            NOTHING_IN_COMMON if reason is None and is_incomplete else reason
            for reason, is_incomplete in zip(reasons, np.isnan(coordinates).any(axis=1), strict=True)
        ]

    def in_original_units(self, coordinates: Sequence[float]) -> dict[str, float]:
        """Return a place given by its coordinates (coordinates,) in original units; of a category, shares."""
        units: dict[str, float] = {}
        for position, recipe in enumerate(self.recipes):
            own = np.asarray(coordinates)[self.parents == position]
            back = recipe.shares(own) if isinstance(recipe, CategoryRecipe) else recipe.values(own)
            units |= dict(zip(recipe.labels, rounded(back).tolist(), strict=True))
        return units
