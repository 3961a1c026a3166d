"""k-means whose answer depends on the points only: not on their order, and on real groups not on the seed.

This module is the place for further algorithms: each is a function from points to a `Clustering`.
"""

import warnings
from dataclasses import dataclass

import numpy as np

# Starts stop at scikit-learn's usual tolerance; only the best of them is worth running to the end.
SCREENING_TOLERANCE = 1e-4
MAXIMUM_ITERATIONS = 10_000


@dataclass(frozen=True)
class Clustering:
    """Points divided into segments.

    `labels` (rows,) holds 0..k-1, `centroids` (k, features) the mean of each segment, `inertia` the sum of
    squared distances to the own centroid.
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
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1), warnings.catch_warnings():
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


def in_canonical_order(clustering: Clustering, priority: list[int]) -> Clustering:
    """Renumber segments by their centroids: by the first feature of `priority`, ties by the next."""
    order = np.lexsort([clustering.centroids[:, column] for column in reversed(priority)])
    new_number = np.empty_like(order)
    new_number[order] = np.arange(len(order))
    return Clustering(
        labels=new_number[clustering.labels],
        centroids=clustering.centroids[order],
        inertia=clustering.inertia,
    )


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
