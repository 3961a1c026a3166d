"""Agglomerative clustering: customers joined by Ward's rule, from each on their own up to all in one.

Every join is the one that adds least to the inertia (Ward 1963). The tree of joins is cut into any number of
clusters. It has no rule for customers it did not join, so everybody belongs to the cluster with the nearest
centroid: how many of the joined ones that moves is told (`HierarchicalClustering.own_labels`).
"""

from dataclasses import dataclass, replace

import numpy as np

from segmart.segmentation.clustering import (
    Clustering,
    in_canonical_order,
    log_inertias,
    means_of,
    undivided,
)
from segmart.segmentation.partition import Centroids, squared_distances


@dataclass(frozen=True)
class HierarchicalClustering(Clustering):
    """Points divided by the nearest centroid of the clusters a tree was cut into.

    `joined_rows` are the positions of the points in the tree and `own_labels` (joined rows,) the segments the
    tree itself has them in. `heights` and `joined_sizes` (joined rows - 1,) are Ward's distance at each join
    and the points it leaves in one cluster, in the order of joining.
    """

    joined_rows: np.ndarray
    own_labels: np.ndarray
    heights: np.ndarray
    joined_sizes: np.ndarray

    @property
    def is_reassigned(self) -> np.ndarray:
        """Whether each joined row's nearest centroid is that of another cluster than its own."""
        return self.labels[self.joined_rows] != self.own_labels

    def in_order(self, order: np.ndarray) -> "HierarchicalClustering":
        """Return the same segments in another order, given as their present positions (k,)."""
        return replace(super().in_order(order), own_labels=np.argsort(order)[self.own_labels])


@dataclass(frozen=True)
class Agglomerative:
    """Ward's clustering as an algorithm of a search; see `algorithms.Algorithm`.

    `rows` are the positions of the points that a tree is grown from when customers are divided: memory is
    quadratic in their number. Resamples are small and are joined whole.
    """

    rows: np.ndarray
    name = "agglomerative"

    def most_segments(self, distinct_count: int, feature_count: int) -> int:
        """Return the number of different points."""
        return distinct_count

    def undivided(self, points: np.ndarray) -> Clustering:
        """Return all points around their mean."""
        return undivided(points)

    def divide(
        self, points: np.ndarray, segment_counts: list[int], seed: int, starts: int, priority: list[int]
    ) -> dict[int, HierarchicalClustering]:
        """Return the tree's cut into each number of clusters; nothing hangs on seed or starts."""
        joined = points[self.rows]
        joins = grow(joined)
        divided = {}
        for count in segment_counts:
            own_labels = cut(joins, count)
            centroids = means_of(joined, own_labels, count)
            squared = squared_distances(points, centroids)
            labels = squared.argmin(axis=1)
            divided[count] = in_canonical_order(
                HierarchicalClustering(
                    labels=labels,
                    centroids=centroids,
                    inertia=float(squared.min(axis=1).sum()),
                    joined_rows=self.rows,
                    own_labels=own_labels,
                    heights=joins[:, 2],
                    joined_sizes=joins[:, 3].astype(int),
                ),
                priority,
            )
        return divided

    def refit(self, points: np.ndarray, segment_count: int, seed: int, starts: int) -> Centroids:
        """Return the centroids of the cut of a tree of all these points."""
        return Centroids(means_of(points, cut(grow(points), segment_count), segment_count))

    def log_dispersions(
        self, points: np.ndarray, segment_counts: list[int], seed: int, starts: int
    ) -> np.ndarray:
        """Return the logarithm of the inertia within the clusters of a tree of all these points."""
        joins = grow(points)
        inertias = []
        for count in segment_counts:
            labels = cut(joins, count)
            inertias.append(float(((points - means_of(points, labels, count)[labels]) ** 2).sum()))
        return log_inertias(inertias)

    def moved(self, partition: Centroids, points: np.ndarray) -> Centroids:
        """Return the centroids moved once to the mean of the points nearest to each."""
        means = means_of(points, partition.positions(points), partition.segment_count)
        return Centroids(np.where(np.isnan(means), partition.centroids, means))


def grow(points: np.ndarray) -> np.ndarray:
    """Return the joins (rows - 1, 4) of points (rows, features), lowest first, as SciPy writes them.

    The two clusters joined, Ward's distance between them (the square root of twice what the join adds to the
    inertia) and how many points are then together. Cluster rows + i is what join i made.
    """
    from scipy.cluster.hierarchy import linkage

    return linkage(points, method="ward") if len(points) > 1 else np.empty((0, 4))


def cut(joins: np.ndarray, segment_count: int) -> np.ndarray:
    """Return the cluster (rows,) of each point, from 0, when all but the last joins are made.

    Unlike a cut at a height it gives exactly `segment_count` clusters, also where joins are equally high.
    """
    row_count = len(joins) + 1
    made = row_count - segment_count
    top = np.arange(row_count + made)
    for join in reversed(range(made)):
        top[joins[join, :2].astype(int)] = top[row_count + join]
    return np.unique(top[:row_count], return_inverse=True)[1]
