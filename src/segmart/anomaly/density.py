"""The density detector: DBSCAN's noise, and for anybody else how far their neighbours are."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from segmart.anomaly.crowd import Crowd, crowd_of
from segmart.anomaly.dbscan import Clustering, Surroundings, clustered, surroundings_of
from segmart.anomaly.declaration import Density
from segmart.anomaly.epsilon import eps_at_knee, k_distance_curve


@dataclass(frozen=True)
class DensityDetector:
    """All that is needed to score a customer by density.

    `crowd` are the fitted customers, `is_core` (points,) says where DBSCAN found the crowd dense. A detector
    is degenerate when it flagged nobody or everybody it was fitted on: its flags are then no finding.
    """

    minimum_neighbours: int
    eps: float
    crowd: Crowd
    is_core: np.ndarray
    is_degenerate: bool

    def scores(self, points: np.ndarray) -> np.ndarray:
        """Return the distance of points (rows, features) to the k-th nearest fitted customer, in eps.

        The outlier score of Ramaswamy, Rastogi & Shim (2000). A fitted customer counts as its own nearest
        neighbour, as in DBSCAN; a new one has one more neighbour to find.
        """
        return self.crowd.k_distances(points, self.minimum_neighbours) / self.eps

    def scores_and_flags(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the scores (rows,) and who DBSCAN would call noise (rows,) without being fitted again.

        Nobody is noise who is in a dense place or near a core customer; only scores of 1 and more are.
        Fitted customers get the flag DBSCAN gave them.
        """
        distances = self.crowd.k_distances(points, self.minimum_neighbours)
        outside = ~self.crowd.are_dense(points, distances, self.eps, self.minimum_neighbours)
        outside[outside] = self._core.one_within(points[outside], self.eps) < 0
        return distances / self.eps, outside

    @cached_property
    def _core(self) -> Crowd:
        return Crowd(self.crowd.points[self.is_core], self.crowd.counts[self.is_core])


@dataclass(frozen=True)
class DensityFit:
    """A fitted density detector with what it was fitted from: surroundings, k-distances, clusters, flags."""

    detector: DensityDetector
    around: Surroundings
    curve: np.ndarray
    clustering: Clustering
    # Of every fitted row (rows,).
    scores: np.ndarray
    is_flagged: np.ndarray


def fit_density(points: np.ndarray, settings: Density) -> DensityFit:
    """Learn from the coordinates (rows, features) of a population where it is dense."""
    crowd, positions = crowd_of(points)
    around = surroundings_of(crowd, settings.neighbours(len(points)))
    curve = k_distance_curve(around)
    eps = settings.eps or eps_at_knee(curve)
    clustering = clustered(around, eps)
    is_flagged = clustering.is_noise[positions]
    detector = DensityDetector(
        minimum_neighbours=around.minimum_neighbours,
        eps=eps,
        crowd=crowd,
        is_core=clustering.is_core,
        is_degenerate=bool(is_flagged.all() or not is_flagged.any()),
    )
    scores = around.k_distances[positions] / eps
    return DensityFit(detector, around, curve, clustering, scores, is_flagged)
