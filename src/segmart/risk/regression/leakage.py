"""A feature that gives the label away: found before anything is learned from it."""

import numpy as np

from segmart.learning.guards import Finding

# Behaviour does not order people as an answer does; a feature that does is a copy of the answer.
LARGEST_RANK_CORRELATION = 0.98
# Fewer rows order themselves by chance too easily.
FEWEST_ROWS_THAT_ORDER = 20


def leaks(name: str, values: np.ndarray, labels: np.ndarray, label: str) -> Finding | None:
    """Return a finding when a feature's values (rows,) order customers nearly as their labels (rows,) do."""
    correlation = rank_correlation(values, labels)
    if not abs(correlation) > LARGEST_RANK_CORRELATION:
        return None
    return Finding(
        name,
        f"gives the label {label} away: their rank correlation is {correlation:.3f}",
        "leave it out of the features; it is the label in other units, or was made from it",
    )


def rank_correlation(values: np.ndarray, labels: np.ndarray) -> float:
    """Return Spearman's rank correlation where both are known; not a number where it is not defined."""
    from scipy.stats import rankdata

    known = ~(np.isnan(values) | np.isnan(labels))
    if known.sum() < FEWEST_ROWS_THAT_ORDER:
        return np.nan
    ranks = np.stack([rankdata(values[known]), rankdata(labels[known])])
    if (ranks.std(axis=1) == 0).any():
        return np.nan
    return float(np.corrcoef(ranks)[0, 1])
