"""How each calibration is learned: by Newton's method for the formulas, by pooling for the isotonic map.

From scores given to rows by models that had not seen them: a model is too sure of the rows it learned from.
"""

import numpy as np

from segmart.learning.preparation import rounded
from segmart.risk.classification.bins import bin_starts
from segmart.risk.classification.calibration import (
    BETA,
    INTERCEPT,
    ISOTONIC,
    NONE,
    PLATT,
    Beta,
    Calibration,
    Isotonic,
    Platt,
    Uncalibrated,
    from_log_odds,
    log_odds,
    logarithms,
)

# Isotonic calibration looks at this many groups of scores, fewer where they would be smaller than that.
ISOTONIC_GROUPS, FEWEST_ROWS_OF_A_GROUP = 200, 50
NEWTON_STEPS, HALVINGS = 50, 30


def fit_calibration(method: str, labels: np.ndarray, scores: np.ndarray) -> Calibration | None:
    """Return a calibration fitted on labels (rows,) and scores (rows,), or none where that would turn them.

    A score that goes down as events become more frequent, or says nothing, cannot be calibrated without
    changing its order.
    """
    if method == NONE:
        return Uncalibrated()
    if method == ISOTONIC:
        return _fit_isotonic(labels, scores)
    low, high = logarithms(scores)
    if method == INTERCEPT:
        return Platt(1.0, *_fit_logistic(labels, (), offsets=low - high))
    if method == PLATT:
        slope, intercept = _fit_logistic(labels, (low - high,))
        return Platt(slope, intercept) if slope > 0 else None
    if method == BETA:
        return _fit_beta(labels, low, high)
    raise ValueError(f"nothing is known of a calibration {method!r}")


def pooled(means: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return how many neighbours each pool of adjacent violators takes together (pools,), in order.

    Means (groups,) with weights (groups,) are merged until they ascend: the isotonic regression.
    """
    pools: list[tuple[float, float, int]] = []
    for mean, weight in zip(means.tolist(), weights.tolist(), strict=True):
        pool = (mean, weight, 1)
        while pools and pools[-1][0] >= pool[0]:
            before = pools.pop()
            together = before[1] + pool[1]
            mean = (before[0] * before[1] + pool[0] * pool[1]) / together
            pool = (mean, together, before[2] + pool[2])
        pools.append(pool)
    return np.array([count for _, _, count in pools])


def _fit_beta(labels: np.ndarray, low: np.ndarray, high: np.ndarray) -> Beta | None:
    """Fit both slopes; one that would be negative is 0, as the authors propose."""
    slope_low, slope_high, intercept = _fit_logistic(labels, (low, -high))
    if slope_low < 0:
        slope_low, (slope_high, intercept) = 0.0, _fit_logistic(labels, (-high,))
    elif slope_high < 0:
        slope_high, (slope_low, intercept) = 0.0, _fit_logistic(labels, (low,))
    is_rising = slope_low >= 0 and slope_high >= 0 and slope_low + slope_high > 0
    return Beta(slope_low, slope_high, intercept) if is_rising else None


def _fit_isotonic(labels: np.ndarray, scores: np.ndarray) -> Isotonic | None:
    order = np.argsort(scores, kind="stable")
    labels, scores = labels[order], scores[order]
    groups = min(ISOTONIC_GROUPS, max(1, len(labels) // FEWEST_ROWS_OF_A_GROUP))
    starts = bin_starts(scores, groups)
    events, sizes = _sums(labels, starts)
    counts = pooled(events / sizes, sizes)
    starts = starts[np.cumsum(counts) - counts]
    # Nobody's probability is 0 or 1: a pool that lacks one outcome joins its neighbour.
    events, _ = _sums(labels, starts)
    starts = np.delete(starts, slice(1, 2) if events[0] == 0 else [])
    events, sizes = _sums(labels, starts)
    starts = starts[: -1 if events[-1] == sizes[-1] else None]
    if len(starts) < 2:
        return None
    events, sizes = _sums(labels, starts)
    totals, _ = _sums(scores, starts)
    return Isotonic(tuple(rounded(totals / sizes).tolist()), tuple(rounded(events / sizes).tolist()))


def _sums(values: np.ndarray, starts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return sum and size (pools,) of the pools of values (rows,) that begin at some positions (pools,)."""
    return np.add.reduceat(values, starts), np.diff(np.r_[starts, len(values)])


def _fit_logistic(
    labels: np.ndarray, columns: tuple[np.ndarray, ...], offsets: np.ndarray | float = 0.0
) -> list[float]:
    """Return the weight of each column (rows,) and the intercept of a logistic regression (Newton's method).

    Offsets (rows,) are added to the log-odds as they are. The labels are moved to Platt's targets, which hold
    one more row of each outcome than was seen: classes that scores part completely have a finite answer too.
    """
    event_total = labels.sum()
    targets = np.where(
        labels == 1, (event_total + 1) / (event_total + 2), 1 / (len(labels) - event_total + 2)
    )
    design = np.stack([*columns, np.ones(len(labels))], axis=1)
    weights = np.r_[np.zeros(len(columns)), log_odds(targets.mean())]
    loss = _logistic_loss(design @ weights + offsets, targets)
    for _ in range(NEWTON_STEPS):
        said = from_log_odds(design @ weights + offsets)
        curvature = (design * (said * (1 - said))[:, None]).T @ design
        step = np.linalg.lstsq(curvature, design.T @ (targets - said), rcond=None)[0]
        # A whole step can overshoot: the longest is taken that lowers the loss.
        steps = [weights + step / 2**halvings for halvings in range(HALVINGS)]
        lower = (new for new in steps if _logistic_loss(design @ new + offsets, targets) < loss)
        if (new := next(lower, None)) is None:
            break
        weights, loss = new, _logistic_loss(design @ new + offsets, targets)
    return rounded(weights).tolist()


def _logistic_loss(said: np.ndarray, targets: np.ndarray) -> float:
    """Return the loss of log-odds `said` (rows,) against targets (rows,) between 0 and 1."""
    return float((np.logaddexp(0, said) - targets * said).sum())
