"""The probability from which on a customer is declined, by what the two kinds of mistake cost."""

from dataclasses import dataclass

import numpy as np

from segmart.errors import InputError
from segmart.learning.figures import CurvePoint, Metric
from segmart.learning.intervals import normal_interval
from segmart.risk.classification.curves import short
from segmart.risk.classification.inputs import checked
from segmart.risk.classification.metrics import defined_metric
from segmart.risk.resampling import interval_from, resampled_means

CURVE_POINTS = 100
CHOSEN = "chosen"


@dataclass(frozen=True)
class Costs:
    """What a mistake costs: a bad customer accepted, a good one declined.

    Both in the same unit, per customer or, where exposures are given, per unit of exposure. The right
    decisions cost nothing; what a good customer brings is what declining them costs.
    """

    bad_accepted: float
    good_declined: float

    def __post_init__(self) -> None:
        both = (self.bad_accepted, self.good_declined)
        if not (np.isfinite(both).all() and min(both) >= 0 and max(both) > 0):
            raise InputError(
                f"a bad customer accepted costs {self.bad_accepted:g}, a good one declined "
                f"{self.good_declined:g}: neither may be negative or unknown, and not both 0. Remedy: "
                "state what each mistake costs."
            )

    @property
    def cut_off(self) -> float:
        """The probability at which accepting costs as much as declining (Elkan 2001).

        Above it p x bad_accepted is more than (1 - p) x good_declined. It is the best cut-off of calibrated
        probabilities, and does not depend on the exposure, by which both costs grow.
        """
        return self.good_declined / (self.good_declined + self.bad_accepted)

    def of(self, labels: np.ndarray, declined: np.ndarray, exposures: np.ndarray | float = 1.0) -> np.ndarray:
        """Return the cost (rows,) of decisions (rows,), by labels (rows,) or the probabilities of them."""
        return exposures * np.where(declined, (1 - labels) * self.good_declined, labels * self.bad_accepted)


def cost_metric(
    candidate: str,
    split: str,
    labels: np.ndarray,
    probabilities: np.ndarray,
    costs: Costs,
    seed: int,
    is_served: bool,
    exposures: np.ndarray | None = None,
) -> Metric:
    """Return the mean cost per customer at the cut-off of the costs, against the cheaper way without a model.

    Raises InputError when labels and probabilities cannot be judged.
    """
    labels, probabilities = checked(labels, probabilities)
    exposures = _exposures(exposures, len(labels))
    own = costs.of(labels, probabilities >= costs.cut_off, exposures)
    without = {
        "accept everybody": costs.of(labels, np.zeros(len(labels), dtype=bool), exposures),
        "decline everybody": costs.of(labels, np.ones(len(labels), dtype=bool), exposures),
    }
    cheaper = min(without, key=lambda name: without[name].sum())
    means = resampled_means({"own": own}, seed)["own"] if len(labels) else np.full(2, np.nan)
    return defined_metric(
        candidate=candidate,
        split=split,
        metric="mean_cost",
        interval=interval_from(means),
        row_count=len(labels),
        baseline=cheaper,
        baseline_value=without[cheaper].mean() if len(labels) else None,
        is_served=is_served,
    )


def cost_points(
    labels: np.ndarray, probabilities: np.ndarray, costs: Costs, exposures: np.ndarray | None = None
) -> list[CurvePoint]:
    """Return the mean cost per customer over cut-offs, from declining everybody to accepting everybody.

    Series `realised` by what happened, with the bounds its standard error gives it, and `expected` by the
    probabilities: where they part, the probabilities are wrong. The cheapest cut-off by the stated costs is
    labelled chosen. None without rows.

    Raises InputError when labels and probabilities cannot be judged.
    """
    labels, probabilities = checked(labels, probabilities)
    exposures = _exposures(exposures, len(labels))
    if not len(labels):
        return []
    evenly = np.linspace(0, probabilities.max(), CURVE_POINTS - 2)
    points = []
    for position, cut_off in enumerate(np.unique(np.r_[evenly, costs.cut_off, 1.0]), start=1):
        declined = probabilities >= cut_off
        cost = costs.of(labels, declined, exposures)
        realised = normal_interval(cost.mean(), cost.std() / np.sqrt(len(labels)))
        expected = costs.of(probabilities, declined, exposures).mean()
        shared = {
            "curve": "expected_cost",
            "position": position,
            "x": short(cut_off),
            "label": CHOSEN if cut_off == costs.cut_off else None,
            "row_count": len(labels),
        }
        points += [
            CurvePoint(
                series="realised",
                y=short(realised.value),
                y_low=short(realised.low),
                y_high=short(realised.high),
                **shared,
            ),
            CurvePoint(series="expected", y=short(expected), **shared),
        ]
    return points


def _exposures(exposures: np.ndarray | None, row_count: int) -> np.ndarray:
    """Return what each customer's costs are multiplied by (rows,); raises InputError for a wrong amount."""
    if exposures is None:
        return np.ones(row_count)
    exposures = np.asarray(exposures, dtype=float)
    if exposures.shape != (row_count,) or not (np.isfinite(exposures) & (exposures >= 0)).all():
        raise InputError(
            f"exposures {exposures.shape} for {row_count:,} rows hold a missing, infinite or negative "
            "amount, or are not one per row. Remedy: give each judged row the amount at risk, at least 0."
        )
    return exposures
