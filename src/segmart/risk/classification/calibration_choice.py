"""Which calibration scores need, if any: the simplest that is not clearly worse on rows it has not seen."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from segmart.errors import InputError
from segmart.learning.intervals import CONFIDENCE, Interval
from segmart.risk.classification.calibration import (
    BETA,
    INTERCEPT,
    ISOTONIC,
    NONE,
    PLATT,
    Calibration,
)
from segmart.risk.classification.calibration_fitting import fit_calibration
from segmart.risk.classification.inputs import checked, log_losses
from segmart.risk.resampling import interval_from, resampled_means

# The fewest rows of the rarer class from which each may be learned, simplest first: ten for each number that
# it holds. Isotonic calibration over-fits below about a thousand rows (Niculescu-Mizil & Caruana 2005); three
# hundred events leave thirty for each of ten pools.
FEWEST_OF_A_CLASS = {NONE: 0, INTERCEPT: 10, PLATT: 20, BETA: 30, ISOTONIC: 300}
# Scores may stay as they are when their mean is as near to the base rate as this share of it. Their models
# learned from rows with the same rate, so a greater distance is a habit of theirs, not chance.
TOLERATED_SHARE = 0.02


@dataclass(frozen=True)
class CalibrationChoice:
    """The chosen method with its calibration, fitted on all rows, and why.

    `calibrated` (rows,) are the probabilities of these rows, each by a map that was fitted without them:
    only those may be judged. `comparisons` holds the log loss of each method tried, and how much larger it
    is than that of the best, with the interval.
    """

    method: str
    calibration: Calibration
    calibrated: np.ndarray
    reason: str
    comparisons: list[dict]


def choose_calibration(
    labels: np.ndarray,
    scores: np.ndarray,
    parts: np.ndarray,
    seed: int,
    methods: Collection[str] = tuple(FEWEST_OF_A_CLASS),
) -> CalibrationChoice:
    """Choose a calibration of scores (rows,), given by models that had not seen the rows, for labels (rows,).

    Each of the methods with events enough is fitted as often as there are parts (rows,) and judged on the
    part left out. The simplest is chosen whose mean log loss the best does not beat by the lower bound of the
    paired interval; scores whose mean is off the base rate do not stay as they are.

    Raises InputError when labels and scores cannot be judged, or there is one part only.
    """
    labels, scores = checked(labels, scores)
    if len(np.unique(parts)) < 2:
        raise InputError(
            f"{len(labels):,} rows to calibrate on are all of one part. Remedy: give at least two parts, so "
            "that a calibration can be judged on rows it was not fitted on."
        )
    rarer = int(min(labels.sum(), (1 - labels).sum()))
    allowed = [
        method for method, fewest in FEWEST_OF_A_CLASS.items() if rarer >= fewest and method in methods
    ]
    found = {method: _calibrated_by_others(method, labels, scores, parts) for method in allowed}
    calibrated = {
        method: probabilities for method, probabilities in found.items() if probabilities is not None
    }
    losses = {method: log_losses(labels, probabilities) for method, probabilities in calibrated.items()}
    means = resampled_means(losses, seed)
    is_off = abs(scores.mean() - labels.mean()) > TOLERATED_SHARE * labels.mean()
    ladder = [method for method in means if not (method == NONE and is_off and INTERCEPT in means)]
    best = min(ladder, key=lambda method: means[method][0])
    excesses = {method: interval_from(means[method] - means[best]) for method in means}
    chosen = next(method for method in ladder if method == best or excesses[method].low <= 0)
    return CalibrationChoice(
        method=chosen,
        calibration=fit_calibration(chosen, labels, scores),
        calibrated=calibrated[chosen],
        reason=_in_words(chosen, best, excesses[chosen], ladder, rarer),
        comparisons=[
            {
                "method": method,
                "log_loss": interval_from(means[method]).value,
                "excess": excesses[method].value,
                "excess_low": excesses[method].low,
                "excess_high": excesses[method].high,
                "is_chosen": method == chosen,
            }
            for method in means
        ],
    )


def _calibrated_by_others(
    method: str, labels: np.ndarray, scores: np.ndarray, parts: np.ndarray
) -> np.ndarray | None:
    """Return each row's probability (rows,) by the map of the other parts, or none where one has no map."""
    found = np.empty(len(labels))
    for part in np.unique(parts):
        own = parts == part
        calibration = fit_calibration(method, labels[~own], scores[~own])
        if calibration is None:
            return None
        found[own] = calibration.apply(scores[own])
    return found


def _in_words(chosen: str, best: str, excess: Interval, ladder: list[str], rarer: int) -> str:
    among = f"of {', '.join(ladder)} ({rarer:,} rows of the rarer class)"
    if NONE not in ladder:
        among += f", as the scores' mean is more than {TOLERATED_SHARE:.0%} off the base rate"
    if chosen == best:
        return f"{chosen} has the smallest cross-validated log loss {among}"
    return (
        f"{chosen} is the simplest {among}, that is not clearly worse than {best}: log loss larger by "
        f"{excess.value:+.4g} ({CONFIDENCE:.0%} interval {excess.low:+.4g} to {excess.high:+.4g})"
    )
