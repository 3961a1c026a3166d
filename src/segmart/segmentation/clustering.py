"""k-means whose answer depends on the points only: not on their order, and on real groups not on the seed.

What the other algorithms (`mixture`, `hierarchy`) share with it is here too: points divided, in one order.
"""

import warnings
from dataclasses import dataclass, replace
from typing import ClassVar, TypeVar

import numpy as np

from segmart.learning.threads import one_thread
from segmart.segmentation.partition import Centroids, Partition, nearest, squared_distances

# Starts stop at scikit-learn's usual tolerance; only the best of them is worth running to the end.
SCREENING_TOLERANCE = 1e-4
MAXIMUM_ITERATIONS = 10_000
# A division that explains everything has no logarithm; this share of the total stands for nothing.
SMALLEST_SHARE = 1e-12


@dataclass(frozen=True)
class Clustering:
    """Points divided into segments.

    `labels` (rows,) holds 0..k-1, `centroids` (k, features) the mean of each segment, `inertia` the sum of
    squared distances to the own centroid. An algorithm that knows more has a class of its own.
    """

    labels: np.ndarray
    centroids: np.ndarray
    inertia: float

    @property
    def segment_count(self) -> int:
        """How many segments there are."""
        return len(self.centroids)

    @property
    def sizes(self) -> np.ndarray:
        """Rows per segment."""
        return np.bincount(self.labels, minlength=self.segment_count)

    @property
    def partition(self) -> Partition:
        """Which segment any point belongs to: that of the nearest centroid."""
        return Centroids(self.centroids)

    def in_order(self, order: np.ndarray) -> "Clustering":
        """Return the same segments in another order, given as their present positions (k,)."""
        return replace(self, labels=np.argsort(order)[self.labels], centroids=self.centroids[order])


Divided = TypeVar("Divided", bound=Clustering)


def means_of(points: np.ndarray, labels: np.ndarray, segment_count: int) -> np.ndarray:
    """Return the mean (k, features) of each segment, added up in row order; not a number for an empty one."""
    counts = np.bincount(labels, minlength=segment_count)
    totals = [np.bincount(labels, weights=column, minlength=segment_count) for column in points.T]
    with np.errstate(invalid="ignore"):
        return np.stack(totals, axis=1) / counts[:, None]


def start_and_improve(points: np.ndarray, segment_count: int, seed: int, starts: int) -> np.ndarray:
    """Return the nearly converged centroids of the best of several k-means++ starts.

    The starts are those of Arthur & Vassilvitskii (2007).

    One thread: on fits this small several threads mostly wait for one another, and their sums differ in the
    last digit from run to run.
    """
    from sklearn.cluster import KMeans
    from sklearn.exceptions import ConvergenceWarning

    with one_thread(), warnings.catch_warnings():
        # A resample may hold fewer distinct rows than segments; the empty ones are dealt with by the caller.
        warnings.simplefilter("ignore", ConvergenceWarning)
        estimator = KMeans(
            n_clusters=segment_count,
            init="k-means++",
            n_init=starts,
            tol=SCREENING_TOLERANCE,
            algorithm="lloyd",
            random_state=seed,
        )
        return estimator.fit(points).cluster_centers_


def converge(points: np.ndarray, centroids: np.ndarray) -> Clustering:
    """Run Lloyd's algorithm from the given centroids until no row changes its segment.

    A segment that loses its last row keeps its centroid, so the number of segments never changes.
    """
    labels = nearest(points, centroids)
    for _ in range(MAXIMUM_ITERATIONS):
        means = means_of(points, labels, len(centroids))
        centroids = np.where(np.isnan(means), centroids, means)
        distances = squared_distances(points, centroids)
        improved = distances.argmin(axis=1)
        if np.array_equal(improved, labels):
            break
        labels = improved
    inertia = float(distances[np.arange(len(points)), labels].sum())
    return Clustering(labels=labels, centroids=centroids, inertia=inertia)


def in_canonical_order(clustering: Divided, priority: list[int]) -> Divided:
    """Renumber segments by their centroids: by the first feature of `priority`, ties by the next."""
    return clustering.in_order(np.lexsort([clustering.centroids[:, column] for column in reversed(priority)]))


def undivided(points: np.ndarray) -> Clustering:
    """Return all points as one segment."""
    centre = points.mean(axis=0, keepdims=True)
    return Clustering(np.zeros(len(points), dtype=int), centre, float(((points - centre) ** 2).sum()))


def k_means(
    points: np.ndarray, segment_count: int, seed: int, starts: int, priority: list[int]
) -> Clustering:
    """Cluster points (rows, features) into `segment_count` segments in canonical order.

    Rows must come in an order that does not depend on chance (sorted by key). Any seed that finds the same
    division then gives bit-equal centroids: they are recomputed from the labels and ordered by `priority`,
    feature positions in order of importance.
    """
    centroids = start_and_improve(points, segment_count, seed, starts)
    return in_canonical_order(converge(points, centroids), priority)


def log_inertias(inertias: list[float]) -> np.ndarray:
    """Return the logarithm of each inertia, the first of which is that of one segment."""
    return np.log(np.maximum(inertias, SMALLEST_SHARE * inertias[0]))


@dataclass(frozen=True)
class KMeans:
    """k-means as an algorithm of a search, of at least so many starts; see `algorithms.Algorithm`."""

    starts: int = 1
    name: ClassVar[str] = "k-means"

    def most_segments(self, distinct_count: int, feature_count: int) -> int:
        """Return the number of different points."""
        return distinct_count

    def undivided(self, points: np.ndarray) -> Clustering:
        """Return all points around their mean."""
        return undivided(points)

    def divide(
        self, points: np.ndarray, segment_counts: list[int], seed: int, starts: int, priority: list[int]
    ) -> dict[int, Clustering]:
        """Return the best of several starts, run to its end, for each number of segments."""
        starts = max(starts, self.starts)
        return {count: k_means(points, count, seed, starts, priority) for count in segment_counts}

    def refit(self, points: np.ndarray, segment_count: int, seed: int, starts: int) -> Centroids:
        """Return the nearly converged centroids of the best of several starts."""
        return Centroids(start_and_improve(points, segment_count, seed, starts))

    def log_dispersions(
        self, points: np.ndarray, segment_counts: list[int], seed: int, starts: int
    ) -> np.ndarray:
        """Return the logarithm of the inertia of each number of segments."""
        divided = [self.refit(points, count, seed, starts) for count in segment_counts[1:]]
        inertias = [float(one.squared_distances(points).min(axis=1).sum()) for one in divided]
        return log_inertias([undivided(points).inertia, *inertias])

    def moved(self, partition: Centroids, points: np.ndarray) -> Centroids:
        """Return the centroids after Lloyd's algorithm on these points."""
        return Centroids(converge(points, partition.centroids).centroids)


K_MEANS = KMeans()
