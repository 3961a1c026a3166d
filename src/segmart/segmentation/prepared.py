"""The customers of a fit, prepared: what is learned about features, and their points to divide."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from segmart.learning.figures import CurvePoint
from segmart.learning.fitting import Place, Refusal
from segmart.learning.guards import Finding
from segmart.learning.neighbours import Neighbours, fit_neighbours
from segmart.learning.preparation import coordinates_of
from segmart.learning.recipes import recipes_of
from segmart.segmentation.components import Components
from segmart.segmentation.declaration import Population, Segmentation
from segmart.segmentation.preparation import Preparation
from segmart.segmentation.reduction import components_in_words, curves_of_components, reduce


@dataclass(frozen=True)
class Prepared:
    """Customers with a point each, in the order of their keys.

    `frame` holds their columns, `keys` who they are, `values` (rows, features) their raw values,
    `coordinates` (rows, coordinates) and `points` (rows, dimensions) what the preparation made of them.
    `all_components` are those the reduction chose from; none without one.
    """

    preparation: Preparation
    left_out: list[dict]
    frame: pd.DataFrame
    keys: list[str]
    values: np.ndarray
    coordinates: np.ndarray
    points: np.ndarray
    all_components: Components | None

    @property
    def components_in_words(self) -> str | None:
        """What the components are made of; none where points are the coordinates themselves."""
        reduction = self.preparation.reduction
        if reduction is None:
            return None
        names = [self.preparation.features[parent] for parent in self.preparation.parents]
        return components_in_words(reduction, names)

    @property
    def component_curves(self) -> list[CurvePoint]:
        """The loadings of the components, and what each explains."""
        reduction = self.preparation.reduction
        if reduction is None:
            return []
        return curves_of_components(reduction, self.all_components, self.preparation.labels)


def prepare(
    place: Place,
    declared: Segmentation,
    frame: pd.DataFrame,
    column_types: Mapping[str, str],
    findings: list[Finding],
) -> Prepared | Refusal:
    """Return the customers of a frame prepared, or why a segmentation cannot be learned from them.

    Customers of whom too little is known to be filled from neighbours take no part. Raises FeatureError for a
    required feature that cannot be learned from.
    """
    block = declared.populations[place.population]
    recipes, left_out = recipes_of(
        place.model_name, place.population, block.features, frame, column_types, findings
    )
    if not recipes:
        return Refusal("no feature is left to learn from", left_out)
    plain = Preparation(recipes)
    keys, values = frame[declared.entity].tolist(), plain.values(frame)
    neighbours = _neighbours(block, plain, values)
    if unknown := _hardly_known(neighbours, plain):
        return prepare(place, declared, frame, column_types, [*findings, *unknown])

    filling = Preparation(recipes, neighbours)
    coordinates = filling.coordinates(values)
    is_complete = ~np.isnan(coordinates).any(axis=1)
    if is_complete.sum() < min(declared.minimum_customers, len(frame)):
        return Refusal(
            f"of {len(frame):,} customers only {is_complete.sum():,} have any number that others like them "
            f"could be found by, fewer than the {declared.minimum_customers:,} a segmentation needs",
            left_out,
        )
    kept = np.flatnonzero(is_complete)
    coordinates = coordinates[kept]
    reduction, all_components = reduce(coordinates, block.components) if block.components else (None, None)
    preparation = Preparation(recipes, neighbours, reduction)
    return Prepared(
        preparation=preparation,
        left_out=left_out,
        frame=frame.iloc[kept].reset_index(drop=True),
        keys=[keys[row] for row in kept],
        values=values[kept],
        coordinates=coordinates,
        points=preparation.points_of(coordinates),
        all_components=all_components,
    )


def _neighbours(block: Population, plain: Preparation, values: np.ndarray) -> Neighbours | None:
    """Return the neighbours that fill the features declared so, none where no such feature was learned."""
    declared = {feature.name for feature in block.features if getattr(feature, "impute", None) == "knn"}
    filled = [name for name in plain.features if name in declared]
    if not filled:
        return None
    coordinates = coordinates_of(plain.recipes, values)
    return fit_neighbours(coordinates, values, filled, block.neighbours.count, block.neighbours.donors)


def _hardly_known(neighbours: Neighbours | None, plain: Preparation) -> list[Finding]:
    """Return the features that too few donors know to make a mean of."""
    if neighbours is None:
        return []
    donors = np.array(neighbours.donors, dtype=float)
    counts = {
        name: int((~np.isnan(donors[:, plain.first_columns[name]])).sum()) for name in neighbours.features
    }
    return [
        Finding(
            name,
            f"is known of {count:,} of the {len(donors):,} customers that others are filled from, fewer than "
            f"the {neighbours.count} neighbours a mean is taken over",
            "declare more donors or impute: median, or leave it out of the features",
            is_emptiness=True,
        )
        for name, count in counts.items()
        if count < neighbours.count
    ]
