"""How good a division into segments is, by the usual indices, without a reference to the truth."""

from dataclasses import dataclass

import numpy as np

from segmart.segmentation.algorithms import Algorithm
from segmart.segmentation.clustering import K_MEANS, Clustering


@dataclass(frozen=True)
class Gap:
    """The gap statistic of one number of segments, its rise from one segment, and their standard errors."""

    value: float
    standard_error: float
    rise: float
    rise_standard_error: float


def davies_bouldin(points: np.ndarray, clustering: Clustering) -> float:
    """Return the Davies-Bouldin index (1979): the lower, the more compact and apart the segments are."""
    from sklearn.metrics import davies_bouldin_score

    return float(davies_bouldin_score(points, clustering.labels))


def calinski_harabasz(points: np.ndarray, clustering: Clustering) -> float:
    """Return the Calinski-Harabasz index (1974): dispersion between segments against dispersion within."""
    from sklearn.metrics import calinski_harabasz_score

    return float(calinski_harabasz_score(points, clustering.labels))


def gap_statistic(
    points: np.ndarray,
    segment_counts: list[int],
    seed: int,
    reference_draws: int,
    starts: int,
    algorithm: Algorithm = K_MEANS,
) -> dict[int, Gap]:
    """Return the gap statistic (Tibshirani, Walther & Hastie 2001) of each number of segments, 1 first.

    The reference has no segments: uniform over the box around the points along their principal axes (the
    authors' choice b), drawn `reference_draws` times. What speaks of structure is the rise from one segment:
    how much more the points gain from being divided than structureless points of the same extent do. Its
    standard error is taken over the same draws, each compared with itself, because both terms of a draw vary
    together.
    """
    if segment_counts[0] != 1:
        raise ValueError("the first number of segments must be 1: the gap statistic is compared with it")
    generator = np.random.default_rng([seed, 1])
    observed = algorithm.log_dispersions(points, segment_counts, seed, starts)
    reference = np.array(
        [
            algorithm.log_dispersions(_structureless(points, generator), segment_counts, seed + draw, starts)
            for draw in range(reference_draws)
        ]
    )
    gaps = reference.mean(axis=0) - observed
    # The draws stand for an expectation they estimate themselves.
    inflation = np.sqrt(1 + 1 / reference_draws)
    errors = reference.std(axis=0) * inflation
    rise_errors = (reference - reference[:, :1]).std(axis=0) * inflation
    return {
        count: Gap(float(gap), float(error), float(gap - gaps[0]), float(rise_error))
        for count, gap, error, rise_error in zip(segment_counts, gaps, errors, rise_errors, strict=True)
    }


def _structureless(points: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Draw as many points uniformly from the box around the points along their principal axes."""
    centre = points.mean(axis=0)
    axes = np.linalg.svd(points - centre, full_matrices=False)[2]
    along_axes = (points - centre) @ axes.T
    drawn = generator.uniform(along_axes.min(axis=0), along_axes.max(axis=0), size=along_axes.shape)
    return drawn @ axes + centre
