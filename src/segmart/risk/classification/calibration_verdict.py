"""What a verdict says of calibration: whether probabilities are, on average, what happened."""

from collections.abc import Iterable
from dataclasses import dataclass

from segmart.learning.figures import Metric
from segmart.learning.intervals import CONFIDENCE
from segmart.risk.classification.calibration_choice import TOLERATED_SHARE
from segmart.risk.classification.splitting import CROSS_VALIDATION, HOLDOUT, OUT_OF_TIME

RATIO = "mean_pd_to_base_rate"
# How a sentence calls the rows of a split, in the order it tells of them.
WHERE = {OUT_OF_TIME: "out of time", CROSS_VALIDATION: "in cross-validation", HOLDOUT: "on the rows held out"}


@dataclass(frozen=True)
class CalibrationVerdict:
    """`addition` goes after the verdict on skill; empty where nothing speaks against the calibration."""

    addition: str
    reason: str


def calibration_verdict(metrics: Iterable[Metric]) -> CalibrationVerdict:
    """Return what the figures of a fit say of the calibration of what serves.

    It is not calibrated where the interval of mean probability to observed rate leaves 1 out, and the ratio
    is off by more than a model may be that needs no calibration: of many rows any difference is clear.
    """
    ratios = {
        metric.split: metric
        for metric in metrics
        if (metric.metric, metric.subgroup, metric.is_served) == (RATIO, "all", True)
        and None not in (metric.value, metric.interval_low, metric.interval_high)
    }
    told = [(where, ratios[split]) for split, where in WHERE.items() if split in ratios]
    off = [where for where, ratio in told if _is_off(ratio)]
    return CalibrationVerdict(
        addition=f", not calibrated {' and '.join(off)}" if off else "",
        reason="mean probability to what happened: "
        + ", ".join(
            f"{where} {ratio.value:.3g} ({CONFIDENCE:.0%} interval {ratio.interval_low:.3g} to "
            f"{ratio.interval_high:.3g})"
            for where, ratio in told
        ),
    )


def _is_off(ratio: Metric) -> bool:
    leaves_one_out = ratio.interval_low > 1 or ratio.interval_high < 1
    return leaves_one_out and abs(ratio.value - 1) > TOLERATED_SHARE
