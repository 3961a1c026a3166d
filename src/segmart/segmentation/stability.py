"""Whether a division into segments comes back when the customers are drawn anew, or some of them kept out."""

from dataclasses import dataclass

import numpy as np

from segmart.agreement import adjusted_rand_index
from segmart.segmentation.algorithms import Algorithm
from segmart.segmentation.clustering import K_MEANS
from segmart.segmentation.partition import Partition


@dataclass(frozen=True)
class Stability:
    """Agreement of resampled divisions with the original.

    `rand_indices` (resamples,) holds the adjusted Rand index of each resample, `similarities` (resamples, k)
    the Jaccard similarity of each segment to its best counterpart in it.
    """

    rand_indices: np.ndarray
    similarities: np.ndarray

    @property
    def jaccard(self) -> np.ndarray:
        """The mean Jaccard similarity (k,) of each segment over the resamples."""
        return self.similarities.mean(axis=0)


def contingency(first: np.ndarray, second: np.ndarray, first_count: int, second_count: int) -> np.ndarray:
    """Return how many rows (first_count, second_count) hold each pair of labels."""
    pairs = np.bincount(first * second_count + second, minlength=first_count * second_count)
    return pairs.reshape(first_count, second_count)


def best_jaccard(table: np.ndarray) -> np.ndarray:
    """Return for each row label the Jaccard similarity to the most similar column label."""
    union = table.sum(axis=1)[:, None] + table.sum(axis=0) - table
    return (table / np.maximum(union, 1)).max(axis=1)


def bootstrap_stability(
    points: np.ndarray,
    partition: Partition,
    seed: int,
    resamples: int,
    rows: int,
    starts: int,
    algorithm: Algorithm = K_MEANS,
) -> Stability:
    """Divide bootstrap resamples of the points anew and compare each with the division by `partition`.

    Each resample is drawn with replacement (at most `rows` rows), divided by the same algorithm, and what it
    found divides the same points as the original does: by adjusted Rand index for the whole (Hubert & Arabie
    1985) and by Jaccard similarity per segment (Hennig 2007). Comparing all points rather than the drawn ones
    follows Dolnicar & Leisch (2010). With more points than `rows`, a fixed subset of that size is compared;
    resamples smaller than the data make the result rather too strict than too kind.
    """
    generator = np.random.default_rng([seed, 2])
    size = min(rows, len(points))
    compared = points if size == len(points) else points[generator.choice(len(points), size, replace=False)]
    original, segment_count = partition.positions(compared), partition.segment_count
    rand_indices, similarities = [], []
    for resample in range(resamples):
        drawn = points[generator.integers(len(points), size=size)]
        again = algorithm.refit(drawn, segment_count, seed + resample, starts).positions(compared)
        table = contingency(original, again, segment_count, segment_count)
        rand_indices.append(adjusted_rand_index(table))
        similarities.append(best_jaccard(table))
    return Stability(rand_indices=np.array(rand_indices), similarities=np.array(similarities))


def cross_validated_rand(
    points: np.ndarray,
    folds: np.ndarray,
    partition: Partition,
    seed: int,
    starts: int,
    algorithm: Algorithm = K_MEANS,
) -> np.ndarray | None:
    """Return for each fold how the others divide it, against how `partition` does: adjusted Rand indices.

    For every one of the `folds` (rows,) of points (rows, dimensions) the same algorithm divides the others
    into as many segments, and what it found is applied to the fold it has not seen. None where the points of
    some folds are too few to be divided so, or a fold is empty.
    """
    segment_count = partition.segment_count
    expected = partition.positions(points)
    indices = []
    for fold in range(folds.max() + 1):
        held_out = folds == fold
        different = len(np.unique(points[~held_out], axis=0))
        if not held_out.any() or algorithm.most_segments(different, points.shape[1]) < segment_count:
            return None
        found = algorithm.refit(points[~held_out], segment_count, seed + fold, starts)
        table = contingency(
            expected[held_out], found.positions(points[held_out]), segment_count, segment_count
        )
        indices.append(adjusted_rand_index(table))
    return np.array(indices)
