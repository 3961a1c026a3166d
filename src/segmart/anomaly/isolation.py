"""The isolation detector: an isolation forest (Liu, Ting & Zhou 2008), and when its score is a flag.

Who is unusual is told apart from the others by few random questions. scikit-learn grows the trees; what they
say is kept as `learning.trees`, whose leaves hold path lengths.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from segmart.anomaly.declaration import Fence, Isolation, Score, Share
from segmart.learning.preparation import rounded
from segmart.learning.trees import Trees, trees_of


@dataclass(frozen=True)
class IsolationDetector:
    """All that is needed to score a customer by isolation: path lengths, and the score beyond which to flag.

    `sample_rows` is how many customers each tree was grown on.
    """

    trees: Trees
    sample_rows: int
    threshold: float

    def scores(self, points: np.ndarray) -> np.ndarray:
        """Return the anomaly score of points (rows, features): near 1 isolated at once, below 0.5 usual."""
        return forest_scores(self.trees, self.sample_rows, points)

    def scores_and_flags(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the scores (rows,) and which of them (rows,) are beyond the threshold."""
        scores = self.scores(points)
        return scores, scores > self.threshold


@dataclass(frozen=True)
class IsolationFit:
    """A fitted isolation detector, with the score and flag of every fitted row (rows,)."""

    detector: IsolationDetector
    scores: np.ndarray
    is_flagged: np.ndarray


def fit_isolation(points: np.ndarray, settings: Isolation, seed: int) -> IsolationFit:
    """Grow a forest on the coordinates (rows, features) of a population and set the threshold."""
    trees, sample_rows = grow(points, settings, seed)
    scores = forest_scores(trees, sample_rows, points)
    detector = IsolationDetector(trees, sample_rows, threshold_of(settings.flag, scores))
    return IsolationFit(detector, scores, scores > detector.threshold)


def grow(points: np.ndarray, settings: Isolation, seed: int) -> tuple[Trees, int]:
    """Return an isolation forest whose leaves hold path lengths, and the rows each tree was grown on.

    The trees draw their samples by position, so points are brought into lexicographic order first.
    """
    from sklearn.ensemble import IsolationForest

    sample_rows = min(settings.sample_rows, len(points))
    forest = IsolationForest(n_estimators=settings.trees, max_samples=sample_rows, random_state=seed)
    forest.fit(points[np.lexsort(points.T[::-1])])
    grown = [tree.tree_ for tree in forest.estimators_]
    return trees_of(grown, [_path_lengths(tree) for tree in grown]), sample_rows


def forest_scores(trees: Trees, sample_rows: int, points: np.ndarray) -> np.ndarray:
    """Return 2 to the power of minus the mean path length over the usual one (rows,)."""
    usual = average_path_length(np.array([sample_rows]))[0]
    return np.exp2(-trees.summed(points) / (len(trees.roots) * usual))


def average_path_length(row_counts: np.ndarray) -> np.ndarray:
    """Return how many questions it takes on average to isolate one of so many rows.

    Equation 1 of Liu et al. It is also the rest of the way from a leaf that still holds several rows.
    """
    rows = np.maximum(row_counts, 2).astype(float)
    lengths = 2 * (np.log(np.maximum(rows - 1, 1)) + np.euler_gamma) - 2 * (rows - 1) / rows
    return np.select([row_counts <= 1, row_counts == 2], [0.0, 1.0], lengths)


def threshold_of(rule: Fence | Share | Score, scores: np.ndarray) -> float:
    """Return the score above which a customer is flagged, from the scores (rows,) of the fitted ones.

    A fence is Tukey's (1977): three interquartile ranges beyond the quartile are far out. Of a crowd without
    outliers it flags nobody; a share flags its share of any crowd.
    """
    if isinstance(rule, Score):
        return rule.score
    if isinstance(rule, Share):
        flagged = int(rule.share * len(scores))
        return float(np.sort(scores)[-flagged - 1])
    first, third = np.quantile(scores, [0.25, 0.75])
    return float(rounded(third + rule.multiplier * (third - first)))


def rule_in_words(rule: Fence | Share | Score, threshold: float) -> str:
    """Return how an isolation score becomes a flag."""
    reason = {
        "fence": "the upper quartile of the fitted scores plus {0.multiplier:g} interquartile ranges",
        "share": "the score that a share of {0.share:.2%} of the fitted customers exceeds",
        "score": "as declared",
    }[rule.rule].format(rule)
    return f"flagged above a score of {threshold:.3f}: {reason}"


def _path_lengths(tree: Any) -> np.ndarray:
    """Return for each node (nodes,) of a scikit-learn tree its depth, from 0, plus the rest of the way."""
    return tree.compute_node_depths() - 1 + average_path_length(tree.n_node_samples)
