"""The algorithms a segmentation can be learned by, behind one interface, and the one that was declared."""

from collections.abc import Iterable
from typing import Protocol

import numpy as np

from segmart.learning.hashing import in_hash_order
from segmart.segmentation.clustering import Clustering, KMeans
from segmart.segmentation.declaration import Agglomerative as DeclaredAgglomerative
from segmart.segmentation.declaration import GaussianMixture as DeclaredMixture
from segmart.segmentation.declaration import KMeans as DeclaredKMeans
from segmart.segmentation.hierarchy import Agglomerative
from segmart.segmentation.mixture import GaussianMixture
from segmart.segmentation.partition import Partition


class Algorithm(Protocol):
    """A way to divide points (rows, features) into segments, for a search and for all that judges it."""

    @property
    def name(self) -> str:
        """What charts call it."""

    def most_segments(self, distinct_count: int, feature_count: int) -> int:
        """Return the largest number of segments that so many different points can be divided into."""

    def undivided(self, points: np.ndarray) -> Clustering:
        """Return all points as one segment."""

    def divide(
        self, points: np.ndarray, segment_counts: list[int], seed: int, starts: int, priority: list[int]
    ) -> dict[int, Clustering]:
        """Return the best division into each number of segments, two or more, in canonical order.

        Rows must come in an order that does not depend on chance (sorted by key). Segments are ordered by
        their centroids: by the first feature of `priority`, feature positions, ties by the next.
        """

    def refit(self, points: np.ndarray, segment_count: int, seed: int, starts: int) -> Partition:
        """Return a division of a resample: as good as it must be to be compared, in any order."""

    def log_dispersions(
        self, points: np.ndarray, segment_counts: list[int], seed: int, starts: int
    ) -> np.ndarray:
        """Return the logarithm (counts,) of the squared distances left within segments, but for a constant.

        The first number of segments is 1.
        """

    def moved(self, partition: Partition, points: np.ndarray) -> Partition:
        """Return a partition with its segments moved to where other points have them."""


def algorithm_of(
    declared: DeclaredKMeans | DeclaredMixture | DeclaredAgglomerative, keys: Iterable[str]
) -> Algorithm:
    """Return the declared algorithm for customers with these keys, in the order of the points to divide."""
    if isinstance(declared, DeclaredMixture):
        return GaussianMixture(declared.covariance, declared.reg_covar)
    if isinstance(declared, DeclaredAgglomerative):
        return Agglomerative(in_hash_order(keys, declared.rows))
    return KMeans(declared.starts)
