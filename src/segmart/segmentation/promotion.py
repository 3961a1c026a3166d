"""Whether a challenger may replace the champion: only when it explains customers it has not seen better."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from segmart.learning.intervals import CONFIDENCE, mean_interval
from segmart.learning.preparation import COORDINATE_LIMIT
from segmart.learning.registry import CHALLENGER, CHAMPION, replaces_champion
from segmart.segmentation.algorithms import Algorithm
from segmart.segmentation.artefact import Artefact
from segmart.segmentation.clustering import K_MEANS, means_of
from segmart.segmentation.mixture import GaussianMixture
from segmart.segmentation.partition import Partition, squared_distances
from segmart.segmentation.silhouettes import simplified_silhouettes

# What two segmentations are compared by.
SILHOUETTE, LOG_LIKELIHOOD = "simplified silhouette", "log-likelihood"


@dataclass(frozen=True)
class Comparison:
    """The means of one measure of champion and challenger on the same customers, and their difference."""

    champion: float
    challenger: float
    low: float
    high: float
    row_count: int
    measure: str = SILHOUETTE

    @property
    def is_won(self) -> bool:
        """Whether the challenger is better by the lower bound."""
        return self.low > 0

    def in_words(self) -> str:
        """Return the comparison as a sentence."""
        return (
            f"mean {self.measure} {self.challenger:.4f} against the champion's {self.champion:.4f} "
            f"on the same {self.row_count:,} customers, better by {self.challenger - self.champion:+.4f} "
            f"({CONFIDENCE:.0%} interval {self.low:+.4f} to {self.high:+.4f})"
        )


def decide(
    champion: Artefact | None,
    challenger: Artefact,
    frame: pd.DataFrame,
    fit_reason: str,
    seed: int,
    algorithm: Algorithm = K_MEANS,
) -> tuple[str, str]:
    """Return what a newly learned segmentation becomes, champion or challenger, and why.

    A first fit, and one that learns something else than the champion did, has nobody to beat.
    """
    if champion is None or replaces_champion(fit_reason):
        return CHAMPION, fit_reason
    if champion.positions_of_most(frame) is None:
        return CHAMPION, f"{fit_reason}; the champion can place fewer than half of today's customers"
    comparison = compare(champion, challenger, frame, seed, algorithm)
    if comparison.is_won:
        return CHAMPION, f"{fit_reason}; {comparison.in_words()}"
    return CHALLENGER, f"{fit_reason}, but not clearly better than the champion: {comparison.in_words()}"


def compare(
    champion: Artefact,
    challenger: Artefact,
    frame: pd.DataFrame,
    seed: int,
    algorithm: Algorithm = K_MEANS,
) -> Comparison:
    """Compare two segmentations on the same customers, in the space the champion divides.

    The measure is the simplified silhouette of each customer: it does not favour more segments, as squared
    distances would. It takes segments as round; two mixtures are compared by the log-likelihood of each
    customer instead. The challenger was fitted on these very rows, so it is judged by cross-fitting: its
    segments are moved to where one half of the rows has them and judged on the other half, both ways. The
    interval is the percentile bootstrap of the mean paired difference. Rows that either model cannot place
    are left out.
    """
    champion_points = champion.points(champion.values(frame))
    challenger_points = challenger.points(challenger.values(frame))
    placed = ~(np.isnan(champion_points).any(axis=1) | np.isnan(challenger_points).any(axis=1))
    champion_points, challenger_points = champion_points[placed], challenger_points[placed]
    is_mixtures = champion.is_mixture and challenger.is_mixture

    generator = np.random.default_rng([seed, 3])
    is_first_half = generator.permutation(len(champion_points)) % 2 == 0
    judge = _log_densities if is_mixtures else _silhouettes
    of_champion = (
        champion.partition.log_densities(champion_points)
        if is_mixtures
        else simplified_silhouettes(
            squared_distances(champion_points, champion.centroids),
            champion.partition.positions(champion_points),
        )
    )
    of_challenger = np.empty(len(of_champion))
    for learned_from in (is_first_half, ~is_first_half):
        of_challenger[~learned_from] = judge(
            algorithm, challenger.partition, challenger_points, champion_points, learned_from
        )

    better = mean_interval(of_challenger - of_champion, generator)
    return Comparison(
        champion=float(of_champion.mean()),
        challenger=float(of_challenger.mean()),
        low=better.low,
        high=better.high,
        row_count=len(of_champion),
        measure=LOG_LIKELIHOOD if is_mixtures else SILHOUETTE,
    )


def _silhouettes(
    algorithm: Algorithm, partition: Partition, own: np.ndarray, points: np.ndarray, learned_from: np.ndarray
) -> np.ndarray:
    """Return the simplified silhouettes of the other rows in another space, segments moved to these rows.

    `own` (rows, features) are the coordinates the partition divides, `points` those it is judged in.
    """
    moved = algorithm.moved(partition, own[learned_from])
    labels = moved.positions(own[learned_from])
    centroids = means_of(points[learned_from], labels, moved.segment_count)
    # A segment without rows in this half is as far as can be from every row of the other.
    centroids = np.where(np.isnan(centroids), COORDINATE_LIMIT, centroids)
    others = squared_distances(points[~learned_from], centroids)
    return simplified_silhouettes(others, moved.positions(own[~learned_from]))


def _log_densities(
    algorithm: GaussianMixture,
    partition: Partition,
    own: np.ndarray,
    points: np.ndarray,
    learned_from: np.ndarray,
) -> np.ndarray:
    """Return the log-likelihoods of the other rows under the mixture that these rows give in that space."""
    labels = partition.positions(own[learned_from])
    return algorithm.from_labels(points[learned_from], labels).log_densities(points[~learned_from])
