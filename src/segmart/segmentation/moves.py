"""Where moves lead: how far each coordinate must move for a target segment, and the way to its centre.

A move of a coordinate by m moves a customer's point by m times a direction, which is an axis or, of principal
components, their loadings. Along it the difference of two squared distances is a straight line.
"""

from collections.abc import Iterator

import numpy as np

from segmart.learning.preparation import Recipe
from segmart.segmentation.artefact import Artefact
from segmart.segmentation.mixture_changes import first_stretch
from segmart.segmentation.partition import Mixture, squared_distances


def movable(artefact: Artefact) -> Iterator[tuple[int, int, Recipe]]:
    """Yield the features that may change: position, position of the coordinate, recipe."""
    for position, recipe in enumerate(artefact.recipes):
        if isinstance(recipe, Recipe):
            yield position, artefact.preparation.first_columns[recipe.name], recipe


def ways(
    artefact: Artefact, coordinates: np.ndarray, targets: np.ndarray
) -> Iterator[tuple[int, np.ndarray, np.ndarray]]:
    """Yield for each feature the open interval of moves that lead to the target; of a mixture, both ways.

    A move of a coordinate by m moves the point by m times its direction.
    """
    partition, preparation = artefact.partition, artefact.preparation
    points = preparation.points_of(coordinates)
    if isinstance(partition, Mixture):
        for position, column, _ in movable(artefact):
            directions = np.broadcast_to(preparation.directions[column], points.shape)
            yield position, *first_stretch(partition, points, directions, targets)
            begin, end = first_stretch(partition, points, -directions, targets)
            is_reached = np.isfinite(begin)
            yield position, np.where(is_reached, -end, np.inf), np.where(is_reached, -begin, -np.inf)
        return
    squared = squared_distances(points, artefact.centroids)
    behind = squared[np.arange(len(targets)), targets][:, None] - squared
    for position, column, _ in movable(artefact):
        yield position, *_interval(behind, artefact.centroids @ preparation.directions[column], targets)


def _interval(
    behind: np.ndarray, centroids: np.ndarray, targets: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the open interval of moves along one coordinate that make the target the nearest.

    `behind` (rows, k) is how much farther the target is than each segment, in squared distance; `centroids`
    (k,) are how far the segments lie in the direction of the coordinate. A move m changes it by
    2 m (other - target).
    """
    slope = 2.0 * (centroids - centroids[targets][:, None])
    others = np.arange(len(centroids)) != targets[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        border = -behind / slope
    high = np.where(others & (slope > 0), border, np.inf).min(axis=1)
    low = np.where(others & (slope < 0), border, -np.inf).max(axis=1)
    never = (others & (slope == 0) & (behind >= 0)).any(axis=1)
    return np.where(never, np.inf, low), np.where(never, -np.inf, high)


def way_to_centre(
    artefact: Artefact, coordinates: np.ndarray, targets: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the way (rows, coordinates) back from the target's centre, and the part of it to the border.

    As far as coordinates that may change lead there. A target that is nowhere the nearest on the way is tried
    at its end.
    """
    partition, preparation = artefact.partition, artefact.preparation
    may_change = np.isin(np.arange(coordinates.shape[1]), [column for _, column, _ in movable(artefact)])
    points = preparation.points_of(coordinates)
    if isinstance(partition, Mixture):
        away = points - np.array([component.mean for component in partition.components])[targets]
    else:
        away = points - artefact.centroids[targets]
    way = away @ preparation.directions.T * may_change
    along = way @ preparation.directions
    if isinstance(partition, Mixture):
        return way, np.minimum(first_stretch(partition, points, -along, targets)[0], 1.0)
    centroids = artefact.centroids
    apart = centroids - centroids[targets][:, None]
    behind = 2.0 * np.einsum("rf,rkf->rk", away, apart) - (apart**2).sum(axis=2)
    ahead = 2.0 * np.einsum("rf,rkf->rk", along, apart)
    with np.errstate(divide="ignore", invalid="ignore"):
        # The part of the way at which the target becomes nearer than each other segment.
        parts = np.where(ahead > 0, behind / ahead, 0.0)
    return way, np.minimum(parts.max(axis=1, initial=0.0), 1.0)
