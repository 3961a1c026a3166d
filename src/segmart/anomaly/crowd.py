"""Who stands near whom: distances to the nearest customers, and who is within a distance, exactly.

A k-d tree finds the candidates. Where its distance is too close to the bound to tell, the sum of squared
differences decides, added up feature by feature and compared with the squared bound: the formula of
scikit-learn's trees. So a customer at exactly the bound is counted the same way wherever the question is
asked.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

# Distances and positions held in memory at a time: 2 million are 32 MB.
NEIGHBOURS_AT_A_TIME = 2_000_000
# Within this share of a bound the last digits of a distance decide on which side of it it lies.
TOO_CLOSE_TO_CALL = 1e-9


@dataclass(frozen=True)
class Crowd:
    """Customers as different points (points, features), in lexicographic order, with the count at each.

    Points that coincide are one, so that a thousand equal customers cost as much as one, and so that the
    order of the rows they came from leaves no trace.
    """

    points: np.ndarray
    counts: np.ndarray

    def __len__(self) -> int:
        return len(self.points)

    @property
    def customer_count(self) -> int:
        """How many customers stand at the points."""
        return int(self.counts.sum())

    @cached_property
    def tree(self) -> Any:
        """The k-d tree of the points."""
        from scipy.spatial import cKDTree

        return cKDTree(self.points)

    def nearest(self, queries: np.ndarray, count: int) -> Iterator[tuple[slice, np.ndarray, np.ndarray]]:
        """Yield, for some queries at a time, the `count` nearest points: slice, distances, positions.

        Both arrays are (queries, count), nearest first. There must be at least `count` points.
        """
        step = max(1, NEIGHBOURS_AT_A_TIME // count)
        for start in range(0, len(queries), step):
            rows = slice(start, start + step)
            distances, positions = self.tree.query(queries[rows], k=np.arange(1, count + 1))
            yield rows, distances, positions

    def kth_distances(self, distances: np.ndarray, positions: np.ndarray, k: int) -> np.ndarray:
        """Return the distance (queries,) to the k-th nearest customer, infinite where there are fewer.

        From the nearest points of each query; many customers may stand at one of them.
        """
        reached = np.cumsum(self.counts[positions], axis=1) >= k
        kth = distances[np.arange(len(distances)), reached.argmax(axis=1)]
        return np.where(reached[:, -1], kth, np.inf)

    def k_distances(self, queries: np.ndarray, k: int) -> np.ndarray:
        """Return the distance (queries,) from each query (queries, features) to the k-th nearest customer."""
        found = np.full(len(queries), np.inf)
        if len(self):
            for rows, distances, positions in self.nearest(queries, min(k, len(self))):
                found[rows] = self.kth_distances(distances, positions, k)
        return found

    def are_dense(self, queries: np.ndarray, k_distances: np.ndarray, eps: float, k: int) -> np.ndarray:
        """Say of each query whether at least k customers are within eps of it; its k-distance is known."""
        dense = k_distances <= eps
        (close,) = np.nonzero(np.abs(k_distances - eps) <= TOO_CLOSE_TO_CALL * eps)
        counts = np.zeros(len(close))
        for rows, positions in self._pairs_within(queries[close], eps):
            counts += np.bincount(rows, self.counts[positions], minlength=len(close))
        dense[close] = counts >= k
        return dense

    def one_within(self, queries: np.ndarray, eps: float) -> np.ndarray:
        """Return for each query the position of a point within eps of it, the nearest one, or -1."""
        if not len(self):
            return np.full(len(queries), -1)
        distances, nearest = self.tree.query(
            queries, k=1, distance_upper_bound=eps * (1 + 2 * TOO_CLOSE_TO_CALL)
        )
        found = np.where(distances <= eps, nearest, -1)
        (close,) = np.nonzero(np.abs(distances - eps) <= TOO_CLOSE_TO_CALL * eps)
        found[close] = -1
        for rows, positions in self._pairs_within(queries[close], eps):
            found[close[rows]] = positions
        return found

    def _pairs_within(self, queries: np.ndarray, eps: float) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yield every pair of a query's row and the position of a point within eps of it, some at a time."""
        reach = eps * (1 + TOO_CLOSE_TO_CALL)
        sizes = self.tree.query_ball_point(queries, reach, return_length=True)
        parts = np.cumsum(sizes) // NEIGHBOURS_AT_A_TIME
        for part in np.unique(parts):
            (rows,) = np.nonzero(parts == part)
            positions = np.concatenate(
                [np.asarray(found, dtype=int) for found in self.tree.query_ball_point(queries[rows], reach)]
            )
            rows = np.repeat(rows, sizes[rows])
            inside = are_within(queries[rows], self.points[positions], eps)
            yield rows[inside], positions[inside]


def crowd_of(points: np.ndarray) -> tuple[Crowd, np.ndarray]:
    """Return the crowd of points (rows, features) and the position (rows,) of each row in it."""
    # The first feature counts most, as lexicographic order has it; numpy's counts the last key most.
    order = np.lexsort(points.T[::-1])
    ordered = points[order]
    is_new = np.ones(len(points), dtype=bool)
    is_new[1:] = (ordered[1:] != ordered[:-1]).any(axis=1)
    positions = np.empty(len(points), dtype=int)
    positions[order] = np.cumsum(is_new) - 1
    return Crowd(ordered[is_new], np.bincount(positions, minlength=is_new.sum())), positions


def are_within(first: np.ndarray, second: np.ndarray, eps: float) -> np.ndarray:
    """Say of each pair of points (pairs, features) whether they are within eps of each other."""
    squared = np.zeros(len(first))
    for own, other in zip(first.T, second.T, strict=True):
        squared += (own - other) ** 2
    return squared <= eps * eps
