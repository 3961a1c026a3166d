"""A mixture of Gaussians: segments that may be long, tilted, and of different sizes and densities.

Fitted by expectation and maximisation (Dempster, Laird & Rubin 1977) from many starts. The likelihood has
many local maxima, so starts differ in kind: one is the division of k-means, the others begin at scattered
points.
"""

import warnings
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from segmart.learning.threads import one_thread
from segmart.segmentation.clustering import Clustering, in_canonical_order, means_of, start_and_improve
from segmart.segmentation.partition import Mixture, mixture_of, nearest

# Of more points, the starts are tried on so many; the best one is then fitted to all.
START_ROWS = 10_000
# Mean log-likelihood gained by a step: starts stop at scikit-learn's usual tolerance, the best one runs on.
SCREENING_TOLERANCE, TOLERANCE = 1e-3, 1e-7
SCREENING_ITERATIONS, MAXIMUM_ITERATIONS = 100, 1_000


@dataclass(frozen=True)
class MixtureClustering(Clustering):
    """Points divided by the component they most probably come from.

    `bic` is the Bayesian information criterion (Schwarz 1978) of the mixture: the lower, the better. A
    component that no point most probably comes from is an empty segment around the component's mean.
    """

    mixture: Mixture
    bic: float

    @property
    def partition(self) -> Mixture:
        """Which segment any point belongs to: that of the most probable component."""
        return self.mixture

    def in_order(self, order: np.ndarray) -> "MixtureClustering":
        """Return the same segments in another order, given as their present positions (k,)."""
        return replace(super().in_order(order), mixture=self.mixture.in_order(order))


@dataclass(frozen=True)
class GaussianMixture:
    """A Gaussian mixture as an algorithm of a search; see `algorithms.Algorithm`.

    `covariance` is full or diag. `reg_covar` is added to every variance, in parts of the mean variance of the
    points: without it a component that finds equal values (the many customers with nothing) becomes a spike
    of boundless likelihood.
    """

    covariance: str = "full"
    reg_covar: float = 1e-3
    name = "Gaussian mixture"

    def free_numbers(self, segment_count: int, feature_count: int) -> int:
        """Return how many numbers a mixture learns: weights, means, and what its covariances hold."""
        shape = feature_count * (feature_count + 1) // 2 if self.covariance == "full" else feature_count
        return segment_count * (1 + feature_count + shape) - 1

    def most_segments(self, distinct_count: int, feature_count: int) -> int:
        """Return the largest number of components that learns no more numbers than points differ."""
        return (distinct_count + 1) // (self.free_numbers(1, feature_count) + 1)

    def undivided(self, points: np.ndarray) -> MixtureClustering:
        """Return all points as one component."""
        return self._clustering(points, self._from_labels(points, np.zeros(len(points), dtype=int), 1))

    def divide(
        self, points: np.ndarray, segment_counts: list[int], seed: int, starts: int, priority: list[int]
    ) -> dict[int, MixtureClustering]:
        """Return the best of several starts, run to its end, for each number of components."""
        return {count: self._divided(points, count, seed, starts, priority) for count in segment_counts}

    def refit(self, points: np.ndarray, segment_count: int, seed: int, starts: int) -> Mixture:
        """Return the nearly converged mixture of the best of several starts."""
        return _mixture_of(_likeliest(self._started(points, segment_count, seed, starts), points))

    def log_dispersions(
        self, points: np.ndarray, segment_counts: list[int], seed: int, starts: int
    ) -> np.ndarray:
        """Return minus twice the mean log-likelihood per feature of each number of components.

        Of round components that do not overlap it moves with their spread as the logarithm of the inertia
        does, so the gap statistic of a mixture is in the same unit as that of k-means.
        """
        fitted = [_likeliest(self._started(points, count, seed, starts), points) for count in segment_counts]
        return np.array([-2.0 * one.score(points) / points.shape[1] for one in fitted])

    def moved(self, partition: Mixture, points: np.ndarray) -> Mixture:
        """Return the mixture fitted to other points from the division of them by the given one."""
        return self.from_labels(points, partition.positions(points))

    def from_labels(self, points: np.ndarray, labels: np.ndarray) -> Mixture:
        """Return the mixture fitted from a division (rows,), with a component for each label that occurs."""
        alive, labels = np.unique(labels, return_inverse=True)
        return _mixture_of(self._from_labels(points, labels, len(alive)))

    def _divided(
        self, points: np.ndarray, segment_count: int, seed: int, starts: int, priority: list[int]
    ) -> MixtureClustering:
        """Return the division in canonical order; any seed that finds the same one gives equal numbers.

        Where expectation and maximisation end hangs in its last digits on where they began. So they begin
        once more, from nothing but the labels they have found.
        """
        sample = points[:: -(-len(points) // START_ROWS)]
        started = self._started(sample, segment_count, seed, starts)
        # Both kinds run to their end: at first the division of k-means often gains too little to be seen.
        ended = [self._from_parameters(points, one) for one in started]
        found = in_canonical_order(self._clustering(points, _likeliest(ended, points)), priority)
        if found.sizes.min() > 0:
            again = self._clustering(points, self._from_labels(points, found.labels, segment_count))
            if again.bic <= found.bic + 2.0 * SCREENING_TOLERANCE * len(points):
                found = in_canonical_order(again, priority)
        return found

    def _started(self, points: np.ndarray, segment_count: int, seed: int, starts: int) -> list[Any]:
        """Return the best start of each kind, nearly converged."""
        if segment_count == 1:
            return [self._from_labels(points, np.zeros(len(points), dtype=int), 1)]
        around = start_and_improve(points, segment_count, seed, starts)
        alive, labels = np.unique(nearest(points, around), return_inverse=True)
        scattered = self._fitted(
            points,
            segment_count,
            tol=SCREENING_TOLERANCE,
            max_iter=SCREENING_ITERATIONS,
            n_init=starts,
            init_params="k-means++",
            random_state=seed,
        )
        if len(alive) < segment_count:
            return [scattered]
        round_ones = self._from_labels(
            points, labels, segment_count, tol=SCREENING_TOLERANCE, max_iter=SCREENING_ITERATIONS
        )
        return [round_ones, scattered]

    def _from_labels(self, points: np.ndarray, labels: np.ndarray, segment_count: int, **limits: Any) -> Any:
        """Return the estimator fitted from components around the members of each segment, none empty."""
        means = means_of(points, labels, segment_count)
        added = self.reg_covar * _mean_variance(points)
        covariances = []
        for segment, mean in enumerate(means):
            away = points[labels == segment] - mean
            # Not a product of matrices: its last digits would hang on the number of threads.
            covariance = np.einsum("ri,rj->ij", away, away) / len(away)
            if self.covariance == "diag":
                covariance = np.diag(np.diag(covariance))
            covariances.append(covariance + added * np.eye(points.shape[1]))
        precisions = np.linalg.inv(covariances)
        if self.covariance == "diag":
            precisions = np.diagonal(precisions, axis1=1, axis2=2)
        weights = np.bincount(labels, minlength=segment_count) / len(points)
        return self._fitted(
            points,
            segment_count,
            **({"tol": TOLERANCE, "max_iter": MAXIMUM_ITERATIONS} | limits),
            weights_init=weights,
            means_init=means,
            precisions_init=precisions,
        )

    def _from_parameters(self, points: np.ndarray, started: Any) -> Any:
        """Return the estimator fitted from where another one ended."""
        return self._fitted(
            points,
            len(started.weights_),
            tol=TOLERANCE,
            max_iter=MAXIMUM_ITERATIONS,
            weights_init=started.weights_,
            means_init=started.means_,
            precisions_init=started.precisions_,
        )

    def _fitted(self, points: np.ndarray, segment_count: int, **how: Any) -> Any:
        """Return scikit-learn's estimator, fitted on one thread: several change the last digits of sums."""
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.mixture import GaussianMixture as Estimator

        with one_thread(), warnings.catch_warnings():
            # Starts are stopped early on purpose; what a longer end would change is beyond the digits shown.
            warnings.simplefilter("ignore", ConvergenceWarning)
            return Estimator(
                n_components=segment_count,
                covariance_type=self.covariance,
                reg_covar=self.reg_covar * _mean_variance(points),
                **how,
            ).fit(points)

    def _clustering(self, points: np.ndarray, fitted: Any) -> MixtureClustering:
        """Return the points divided by a fitted estimator."""
        mixture = _mixture_of(fitted)
        labels = mixture.positions(points)
        means = means_of(points, labels, mixture.segment_count)
        centroids = np.where(np.isnan(means), fitted.means_, means)
        inertia = float(((points - centroids[labels]) ** 2).sum())
        return MixtureClustering(labels, centroids, inertia, mixture, float(fitted.bic(points)))


def _likeliest(fitted: list[Any], points: np.ndarray) -> Any:
    """Return the first estimator of the greatest likelihood."""
    return max(fitted, key=lambda one: one.score(points))


def _mixture_of(fitted: Any) -> Mixture:
    factors = fitted.precisions_cholesky_
    if fitted.covariance_type == "diag":
        factors = np.stack([np.diag(diagonal) for diagonal in factors])
    return mixture_of(fitted.weights_, fitted.means_, factors)


def _mean_variance(points: np.ndarray) -> float:
    return float(points.var(axis=0).mean())
