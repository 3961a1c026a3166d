"""Neighbouring parts merged into the bins that say most: exactly, by dynamic programming.

The problem is that of Navas-Palencia, "Optimal binning: mathematical programming formulation" (2020), which
his library optbinning hands to a solver. Whether a last bin may follow depends on the one before it and on
nothing else, so that for some dozens of parts all solutions can be searched in milliseconds.
"""

from typing import Literal

import numpy as np

from segmart.risk.scorecard.evidence import Totals, information_values, weights_of_evidence

# How risk moves along the parts: with the value, against it, or either way from bin to bin.
Course = Literal["increasing", "decreasing", "any"]
# Values that differ by less differ by the order of their sums only.
ROUNDING = 1e-12


def best_starts(
    good: np.ndarray,
    bad: np.ndarray,
    totals: Totals,
    course: Course,
    maximum_bins: int,
    minimum_rows: float,
    smoothing: float,
) -> tuple[list[int], float]:
    """Return where the best bins start among parts with so many good and bad rows (parts,), and their value.

    The value is the bins' information value. No bin has fewer than `minimum_rows` rows, unless all parts
    together have, and weights of evidence follow the course. Of equal solutions the one of fewer bins is
    taken.
    """
    parts = len(good)
    bounds = np.arange(parts + 1)
    # Entry [start, end] of a matrix is about the bin of the parts start ... end - 1.
    bin_good, bin_bad = (_sums_between(counts) for counts in (good, bad))
    weights = weights_of_evidence(bin_good, bin_bad, totals, smoothing)
    values = information_values(bin_good, bin_bad, totals, smoothing)
    enough = min(minimum_rows, (good + bad).sum())
    is_bin = (bin_good + bin_bad >= enough) & (bounds[:, None] < bounds)

    # best[count][start, end]: the most that `count` bins can say of the parts before `end`, the last of them
    # beginning at `start`; before[count] is where the last but one begins.
    best = [np.where(is_bin & (bounds[:, None] == 0), values, -np.inf)]
    before = [np.zeros_like(best[0], dtype=int)]
    for _ in range(1, maximum_bins):
        following, chosen = np.full_like(values, -np.inf), np.zeros_like(before[0])
        for start in range(1, parts):
            may_follow = _may_follow(weights[:, start, None], weights[None, start], course)
            sums = np.where(may_follow, best[-1][:, start, None], -np.inf)
            chosen[start] = sums.argmax(axis=0)
            following[start] = np.where(is_bin[start], sums.max(axis=0) + values[start], -np.inf)
        best.append(following)
        before.append(chosen)

    reached = np.array([matrix[:, parts].max() for matrix in best])
    count = int(np.argmax(reached > reached.max() - ROUNDING))
    start, end = int(best[count][:, parts].argmax()), parts
    starts = [start]
    for step in range(count, 0, -1):
        start, end = int(before[step][start, end]), start
        starts.append(start)
    return starts[::-1], float(reached[count])


def _sums_between(counts: np.ndarray) -> np.ndarray:
    """Return the sums (parts + 1, parts + 1) of counts from a start to before an end."""
    cumulated = np.concatenate([[0], np.cumsum(counts)])
    return np.maximum(cumulated[None, :] - cumulated[:, None], 0)


def _may_follow(earlier: np.ndarray, later: np.ndarray, course: Course) -> np.ndarray:
    """Say for weights of evidence whether one may stand before the other; a higher one is the lower risk."""
    if course == "any":
        return np.ones(np.broadcast_shapes(earlier.shape, later.shape), dtype=bool)
    return earlier >= later if course == "increasing" else earlier <= later
