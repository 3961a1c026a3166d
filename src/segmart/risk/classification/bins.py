"""Rows in bins of about equal count, ordered by probability: equal probabilities are never parted."""

import numpy as np

BINS = 10
# The observed rate of a bin of fewer rows is mostly chance.
FEWEST_ROWS_OF_A_BIN = 50


def bin_starts(ordered: np.ndarray, bin_count: int | None = None) -> np.ndarray:
    """Return the positions (bins,) at which bins of ordered probabilities (rows,) begin, the first at 0.

    Ten bins, fewer where they would hold fewer than fifty rows. A bound that would part equal probabilities
    moves to the nearer end of them, so that no figure depends on the order of rows.
    """
    row_count = len(ordered)
    if not row_count:
        return np.empty(0, dtype=int)
    bin_count = bin_count or min(BINS, max(1, row_count // FEWEST_ROWS_OF_A_BIN))
    starts = tie_starts(ordered)
    wanted = np.arange(bin_count) * row_count / bin_count
    after = np.searchsorted(starts, wanted).clip(max=len(starts) - 1)
    before = np.maximum(after - 1, 0)
    is_before_nearer = wanted - starts[before] <= starts[after] - wanted
    return np.unique(starts[np.where(is_before_nearer, before, after)])


def tie_starts(ordered: np.ndarray) -> np.ndarray:
    """Return the positions at which runs of equal ordered values (rows,) begin."""
    return np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
