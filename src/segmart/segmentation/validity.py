"""How good a division into segments is, by the usual indices, without a reference to the truth."""

from dataclasses import dataclass

import numpy as np

from segmart.segmentation.clustering import Clustering, squared_distances, start_and_improve

# Distances held in memory at a time: 4 million doubles are 32 MB.
TILE_SIZE = 4_000_000
# A division that explains everything has no logarithm; this share of the total stands for nothing.
SMALLEST_SHARE = 1e-12


@dataclass(frozen=True)
class Gap:
    """The gap statistic of one number of segments, its rise from one segment, and their standard errors."""

    value: float
    standard_error: float
    rise: float
    rise_standard_error: float


def silhouettes(points: np.ndarray, labelings: list[np.ndarray], rows: np.ndarray) -> list[float]:
    """Return the mean silhouette (Rousseeuw 1987) of each labelling over the given rows.

    Each of the `rows` is compared with every point, so a subset of rows estimates the mean without the bias
    that comparing a sample with itself has. All labellings share one pass over the distances.
    """
    from scipy.spatial.distance import cdist

    counts = [np.bincount(labels) for labels in labelings]
    first_columns = np.cumsum([0, *(len(count) for count in counts)])
    membership = np.zeros((len(points), first_columns[-1]))
    for labels, first in zip(labelings, first_columns, strict=False):
        membership[np.arange(len(points)), first + labels] = 1.0

    totals = np.zeros(len(labelings))
    for tile in np.array_split(rows, max(1, -(-len(rows) * len(points) // TILE_SIZE))):
        sums = cdist(points[tile], points) @ membership
        for number, (labels, count) in enumerate(zip(labelings, counts, strict=True)):
            of_labelling = sums[:, first_columns[number] : first_columns[number + 1]]
            totals[number] += _silhouette_of_rows(of_labelling, labels[tile], count).sum()
    return [float(total) for total in totals / len(rows)]


def _silhouette_of_rows(distance_sums: np.ndarray, own: np.ndarray, count: np.ndarray) -> np.ndarray:
    """Return each row's silhouette from its summed distances (rows, k) to the members of each segment."""
    position = np.arange(len(own))
    own_count = count[own]
    within = distance_sums[position, own] / np.maximum(own_count - 1, 1)
    between = distance_sums / np.where(count == 0, np.nan, count)
    between[position, own] = np.nan
    between = np.nanmin(between, axis=1)
    larger = np.maximum(within, between)
    # By definition the only member of a segment has 0; so has a row that coincides with both segments.
    return np.where(own_count > 1, (between - within) / np.where(larger > 0, larger, 1.0), 0.0)


def simplified_silhouettes(squared: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return the simplified silhouette (Hruschka 2004) of each row: centroids stand in for the members.

    From squared distances (rows, k) to the centroids: (next - own) / larger of the two, in -1..1. With one
    segment there is no next: 0.
    """
    if squared.shape[1] < 2:
        return np.zeros(len(squared))
    position = np.arange(len(labels))
    own = np.sqrt(squared[position, labels])
    others = squared.copy()
    others[position, labels] = np.inf
    following = np.sqrt(others.min(axis=1))
    larger = np.maximum(own, following)
    return np.where(larger > 0, (following - own) / np.where(larger > 0, larger, 1.0), 0.0)


def davies_bouldin(points: np.ndarray, clustering: Clustering) -> float:
    """Return the Davies-Bouldin index (1979): the lower, the more compact and apart the segments are."""
    from sklearn.metrics import davies_bouldin_score

    return float(davies_bouldin_score(points, clustering.labels))


def calinski_harabasz(points: np.ndarray, clustering: Clustering) -> float:
    """Return the Calinski-Harabasz index (1974): dispersion between segments against dispersion within."""
    from sklearn.metrics import calinski_harabasz_score

    return float(calinski_harabasz_score(points, clustering.labels))


def gap_statistic(
    points: np.ndarray, segment_counts: list[int], seed: int, reference_draws: int, starts: int
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
    observed = _log_dispersions(points, segment_counts, seed, starts)
    reference = np.array(
        [
            _log_dispersions(_structureless(points, generator), segment_counts, seed + draw, starts)
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


def _log_dispersions(points: np.ndarray, segment_counts: list[int], seed: int, starts: int) -> np.ndarray:
    """Return the logarithm of the within-segment sum of squares for each number of segments."""
    total = float(((points - points.mean(axis=0)) ** 2).sum())
    dispersions = [
        total
        if count == 1
        else squared_distances(points, start_and_improve(points, count, seed, starts)).min(axis=1).sum()
        for count in segment_counts
    ]
    return np.log(np.maximum(dispersions, SMALLEST_SHARE * total))


def _structureless(points: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Draw as many points uniformly from the box around the points along their principal axes."""
    centre = points.mean(axis=0)
    axes = np.linalg.svd(points - centre, full_matrices=False)[2]
    along_axes = (points - centre) @ axes.T
    drawn = generator.uniform(along_axes.min(axis=0), along_axes.max(axis=0), size=along_axes.shape)
    return drawn @ axes + centre
