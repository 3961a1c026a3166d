"""Which segment any point belongs to: the nearest centroid's, or the most probable component's.

Both are written as costs, one per segment, of which the least wins, so that what follows (the next segment,
the SQL form) is the same for both. Sums are added up term by term in the order the SQL form adds them: a
product of matrices is faster, and its last digits differ.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from segmart.learning.preparation import rounded


class Partition(Protocol):
    """A division of the whole space into segments, applicable to points nobody has seen."""

    @property
    def segment_count(self) -> int:
        """How many segments there are."""

    def squared_distances(self, points: np.ndarray) -> np.ndarray:
        """Return squared distances (rows, k) to the centre of each segment, as that segment measures."""

    def costs(self, squared: np.ndarray) -> np.ndarray:
        """Return what is least (rows, k) for the segment a point belongs to, from squared distances."""

    def margins(self, squared: np.ndarray, own: np.ndarray, following: np.ndarray) -> np.ndarray:
        """Return how clearly (rows,) the `own` segment is a point's, against the `following` one: 0 to 1."""

    def positions(self, points: np.ndarray) -> np.ndarray:
        """Return the position (rows,) of the segment of each point, the first one of equals."""

    def rounded(self) -> "Partition":
        """Return it in the digits that are stored."""


@dataclass(frozen=True)
class Centroids:
    """Every point belongs to its nearest centroid (k, features)."""

    centroids: np.ndarray

    @property
    def segment_count(self) -> int:
        """How many centroids there are."""
        return len(self.centroids)

    def squared_distances(self, points: np.ndarray) -> np.ndarray:
        """Return squared Euclidean distances (rows, k)."""
        return squared_distances(points, self.centroids)

    def costs(self, squared: np.ndarray) -> np.ndarray:
        """Return the squared distances themselves."""
        return squared

    def margins(self, squared: np.ndarray, own: np.ndarray, following: np.ndarray) -> np.ndarray:
        """Return (next distance - own distance) / (their sum): 0 half-way, 1 on the own centroid."""
        rows = np.arange(len(squared))
        distance, next_distance = np.sqrt(squared[rows, own]), np.sqrt(squared[rows, following])
        total = distance + next_distance
        return np.where(total > 0, (next_distance - distance) / np.where(total > 0, total, 1.0), 0.0)

    def positions(self, points: np.ndarray) -> np.ndarray:
        """Return the position (rows,) of the nearest centroid, the first one of equals."""
        return nearest(points, self.centroids)

    def rounded(self) -> "Centroids":
        """Return the centroids in the digits that are stored."""
        return Centroids(rounded(self.centroids))


@dataclass(frozen=True)
class Component:
    """One Gaussian of a mixture: its share of the customers, its mean, and its shape.

    `precision_factor` (features, features) is the upper triangle U of the precision matrix U U', the inverse
    covariance; a diagonal covariance has nothing beside the diagonal.
    """

    weight: float
    mean: tuple[float, ...]
    precision_factor: tuple[tuple[float, ...], ...]

    @property
    def offset(self) -> float:
        """Minus twice the logarithm of the density at the mean times the weight, but for what all share."""
        diagonal = np.diag(np.array(self.precision_factor))
        return float(-2.0 * (np.log(self.weight) + np.log(diagonal).sum()))


@dataclass(frozen=True)
class Mixture:
    """Every point belongs to the Gaussian component it most probably comes from.

    A cost is minus twice the logarithm of weight times density: the squared Mahalanobis distance to the
    component's mean, and a number of the component's own.
    """

    components: tuple[Component, ...]

    @property
    def segment_count(self) -> int:
        """How many components there are."""
        return len(self.components)

    def squared_distances(self, points: np.ndarray) -> np.ndarray:
        """Return squared Mahalanobis distances (rows, k): each component measures in its own spreads."""
        squared = np.zeros((len(self.components), len(points)))
        columns = np.ascontiguousarray(points.T)
        for own, component in zip(squared, self.components, strict=True):
            centred = columns - np.array(component.mean)[:, None]
            for position, factors in enumerate(np.array(component.precision_factor).T):
                along = np.zeros(len(points))
                for factor, column in zip(factors[: position + 1], centred, strict=False):
                    along += column * factor
                own += along * along
        return squared.T

    def costs(self, squared: np.ndarray) -> np.ndarray:
        """Return minus twice the logarithm of weight times density, but for what all components share."""
        return squared + np.array([component.offset for component in self.components])

    def margins(self, squared: np.ndarray, own: np.ndarray, following: np.ndarray) -> np.ndarray:
        """Return the posterior probability of the own component minus that of the next one."""
        costs = self.costs(squared)
        rows = np.arange(len(costs))
        lead = (costs[rows, own][:, None] - costs) / 2.0
        total = np.zeros(len(costs))
        for column in lead.T:
            total += np.exp(column)
        return (1.0 - np.exp(lead[rows, following])) / total

    def positions(self, points: np.ndarray) -> np.ndarray:
        """Return the position (rows,) of the most probable component, the first one of equals."""
        return self.costs(self.squared_distances(points)).argmin(axis=1)

    def posteriors(self, points: np.ndarray) -> np.ndarray:
        """Return the probability (rows, k) that each point comes from each component."""
        costs = self.costs(self.squared_distances(points))
        likelihoods = np.exp((costs.min(axis=1, keepdims=True) - costs) / 2.0)
        return likelihoods / likelihoods.sum(axis=1, keepdims=True)

    def log_densities(self, points: np.ndarray) -> np.ndarray:
        """Return the logarithm (rows,) of the mixture's density at each point."""
        costs = self.costs(self.squared_distances(points))
        least = costs.min(axis=1)
        total = np.exp((least[:, None] - costs) / 2.0).sum(axis=1)
        return np.log(total) - (least + points.shape[1] * np.log(2.0 * np.pi)) / 2.0

    def in_order(self, order: np.ndarray) -> "Mixture":
        """Return the same components in another order."""
        return Mixture(tuple(self.components[position] for position in order))

    def rounded(self) -> "Mixture":
        """Return the components in the digits that are stored."""
        return Mixture(
            tuple(
                Component(
                    weight=float(rounded(component.weight)),
                    mean=tuple(rounded(np.array(component.mean)).tolist()),
                    precision_factor=_as_tuples(rounded(np.array(component.precision_factor))),
                )
                for component in self.components
            )
        )


def mixture_of(weights: np.ndarray, means: np.ndarray, precision_factors: np.ndarray) -> Mixture:
    """Return the mixture of weights (k,), means (k, features), factors (k, features, features)."""
    return Mixture(
        tuple(
            Component(float(weight), tuple(mean.tolist()), _as_tuples(factor))
            for weight, mean, factor in zip(weights, means, precision_factors, strict=True)
        )
    )


def component_from_content(content: Mapping[str, Any]) -> Component:
    """Return the component of an artefact's content; raises KeyError or TypeError when it holds none."""
    return Component(
        weight=content["weight"],
        mean=tuple(content["mean"]),
        precision_factor=tuple(tuple(row) for row in content["precision_factor"]),
    )


def squared_distances(points: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    """Return squared Euclidean distances (rows, k), added up feature by feature.

    The plain sum is what the SQL form computes, in the same order: the expanded product |x|² - 2xc + |c|² is
    faster and loses the last digits, so the two forms would differ.
    """
    # A row per centroid: numpy is fast along the points, which are many, not along the centroids.
    distances = np.zeros((len(centroids), len(points)))
    for column, centroid_column in zip(np.ascontiguousarray(points.T), centroids.T, strict=True):
        distances += (column - centroid_column[:, None]) ** 2
    return distances.T


def nearest(points: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    """Return the position (rows,) of the nearest centroid, the first one of equals."""
    return squared_distances(points, centroids).argmin(axis=1)


def _as_tuples(matrix: np.ndarray) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(row) for row in matrix.tolist())
