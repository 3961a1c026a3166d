"""Whether a challenger may replace the champion: only when it explains customers it has not seen better."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from segmart.learning.intervals import CONFIDENCE, mean_interval
from segmart.learning.preparation import COORDINATE_LIMIT
from segmart.learning.registry import CHALLENGER, CHAMPION, replaces_champion
from segmart.segmentation.artefact import Artefact
from segmart.segmentation.clustering import converge, means_of, nearest, squared_distances
from segmart.segmentation.silhouettes import simplified_silhouettes


@dataclass(frozen=True)
class Comparison:
    """Mean simplified silhouettes of champion and challenger on the same customers, and their difference."""

    champion: float
    challenger: float
    low: float
    high: float
    row_count: int

    @property
    def is_won(self) -> bool:
        """Whether the challenger is better by the lower bound."""
        return self.low > 0

    def in_words(self) -> str:
        """Return the comparison as a sentence."""
        return (
            f"mean simplified silhouette {self.challenger:.4f} against the champion's {self.champion:.4f} "
            f"on the same {self.row_count:,} customers, better by {self.challenger - self.champion:+.4f} "
            f"({CONFIDENCE:.0%} interval {self.low:+.4f} to {self.high:+.4f})"
        )


def decide(
    champion: Artefact | None, challenger: Artefact, frame: pd.DataFrame, fit_reason: str, seed: int
) -> tuple[str, str]:
    """Return what a newly learned segmentation becomes, champion or challenger, and why.

    A first fit, and one that learns something else than the champion did, has nobody to beat.
    """
    if champion is None or replaces_champion(fit_reason):
        return CHAMPION, fit_reason
    if champion.positions_of_most(frame) is None:
        return CHAMPION, f"{fit_reason}; the champion can place fewer than half of today's customers"
    comparison = compare(champion, challenger, frame, seed)
    if comparison.is_won:
        return CHAMPION, f"{fit_reason}; {comparison.in_words()}"
    return CHALLENGER, f"{fit_reason}, but not clearly better than the champion: {comparison.in_words()}"


def compare(champion: Artefact, challenger: Artefact, frame: pd.DataFrame, seed: int) -> Comparison:
    """Compare two segmentations on the same customers, in the champion's scaled space.

    The measure is the simplified silhouette of each customer: it does not favour more segments, as squared
    distances would. The challenger was fitted on these very rows, so it is judged by cross-fitting: its
    centroids are moved to the mean of one half of the rows and judged on the other half, both ways. The
    interval is the percentile bootstrap of the mean paired difference. Rows that either model cannot place
    are left out.
    """
    champion_points = champion.coordinates(champion.values(frame))
    challenger_points = challenger.coordinates(challenger.values(frame))
    placed = ~(np.isnan(champion_points).any(axis=1) | np.isnan(challenger_points).any(axis=1))
    champion_points, challenger_points = champion_points[placed], challenger_points[placed]

    generator = np.random.default_rng([seed, 3])
    squared = squared_distances(champion_points, champion.centroids)
    of_champion = simplified_silhouettes(squared, squared.argmin(axis=1))
    of_challenger = np.empty(len(of_champion))
    is_first_half = generator.permutation(len(of_champion)) % 2 == 0
    for learned_from in (is_first_half, ~is_first_half):
        learned = converge(challenger_points[learned_from], challenger.centroids)
        centroids = means_of(champion_points[learned_from], learned.labels, learned.segment_count)
        # A segment without rows in this half is as far as can be from every row of the other.
        centroids = np.where(np.isnan(centroids), COORDINATE_LIMIT, centroids)
        judged = ~learned_from
        labels = nearest(challenger_points[judged], learned.centroids)
        of_challenger[judged] = simplified_silhouettes(
            squared_distances(champion_points[judged], centroids), labels
        )

    better = mean_interval(of_challenger - of_champion, generator)
    return Comparison(
        champion=float(of_champion.mean()),
        challenger=float(of_challenger.mean()),
        low=better.low,
        high=better.high,
        row_count=len(of_champion),
    )
