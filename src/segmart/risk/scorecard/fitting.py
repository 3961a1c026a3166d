"""A scorecard from a table of applicants: features into bins, and these into a logistic regression."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from segmart.errors import DeclarationError, InputError
from segmart.learning.preparation import rounded
from segmart.learning.threads import one_thread
from segmart.risk.scorecard.binned import BinnedFeature
from segmart.risk.scorecard.binning import Direction, bin_feature, is_ordered
from segmart.risk.scorecard.card import Scorecard, ScoredFeature
from segmart.risk.scorecard.options import ScorecardOptions
from segmart.risk.scorecard.points import USUAL_SCALE, Scale


@dataclass(frozen=True)
class FittedScorecard:
    """A scorecard, every feature in bins whether it entered or not, and why those left out are.

    `left_out` maps the name of a feature to a clause that follows it: "says too little: ...".
    """

    card: Scorecard
    binned: tuple[BinnedFeature, ...]
    left_out: dict[str, str]


def fit_scorecard(
    frame: pd.DataFrame,
    labels: np.ndarray,
    directions: Mapping[str, Direction],
    options: ScorecardOptions,
    weights: np.ndarray | None = None,
    scale: Scale = USUAL_SCALE,
) -> FittedScorecard:
    """Return the scorecard of a frame's columns and labels (rows,), 1 for bad and 0 for good.

    A feature without a direction has the one that says more. The coefficient of every feature is held to the
    side its evidence is on, so that risk moves along each feature as its bins do, in company too; a feature
    whose coefficient would turn is left out, the worst first. The order of rows changes nothing.

    `weights` (rows,) say how much rows count in the regression, each once without them. Bins, their evidence
    and the mean of the fitted rows come from plain counts: weighing one class against the other would only
    add a constant to all evidence.

    Raises InputError when labels are not 0 and 1 with some of each, and DeclarationError when a feature that
    is not a number has a direction.
    """
    is_bad = _checked(frame, labels, directions)
    weights = np.ones(len(frame)) if weights is None else weights
    binned = [
        bin_feature(frame[name], is_bad, directions.get(name, "auto"), options) for name in frame.columns
    ]
    left_out = {feature.name: why for feature in binned if (why := _why_left_out(feature, options))}
    entering = [feature for feature in binned if feature.name not in left_out]
    positions = [feature.partition.positions(frame[feature.name]) for feature in entering]
    intercept, coefficients = _regression(entering, positions, is_bad, weights, options.penalty)
    while (coefficients >= 0).any():
        turned = int(np.argmax(coefficients * [_spread(feature) for feature in entering]))
        left_out[entering[turned].name] = (
            "turns against its own evidence beside the other features "
            f"(coefficient {coefficients[turned]:+.3g})"
        )
        del entering[turned], positions[turned]
        intercept, coefficients = _regression(entering, positions, is_bad, weights, options.penalty)
    return FittedScorecard(_card(entering, intercept, coefficients, scale), tuple(binned), left_out)


def _checked(frame: pd.DataFrame, labels: np.ndarray, directions: Mapping[str, Direction]) -> np.ndarray:
    """Return which rows (rows,) are bad."""
    found = np.unique(labels)
    if not np.array_equal(found, [0, 1]):
        raise InputError(
            f"the label holds {', '.join(map(str, found[:5]))}, not 0 and 1 with some of each. "
            "Remedy: label good customers 0 and bad ones 1, and fit on rows that have both."
        )
    for name, direction in directions.items():
        if name in frame and direction in ("increasing", "decreasing") and not is_ordered(frame[name]):
            raise DeclarationError(
                f"feature {name} is declared {direction}, but it is no number, and levels have no order. "
                "Remedy: declare no direction for it, or make it a number."
            )
    return np.asarray(labels) == 1


def _why_left_out(feature: BinnedFeature, options: ScorecardOptions) -> str | None:
    """Return why a feature does not enter, or none."""
    counts = np.add(feature.good, feature.bad)
    if counts[:-1].sum() == 0:
        return f"is empty: missing in all {counts.sum():,} rows"
    if np.count_nonzero(counts) == 1:
        return "has one bin: its values hardly differ in risk, or too few rows hold those that do"
    if feature.information_value < options.minimum_information_value:
        return (
            f"says too little: its information value {feature.information_value:.3g} is below "
            f"{options.minimum_information_value:g}"
        )
    return None


def _regression(
    features: list[BinnedFeature],
    positions: list[np.ndarray],
    is_bad: np.ndarray,
    weights: np.ndarray,
    penalty: float,
) -> tuple[float, np.ndarray]:
    """Return intercept and coefficients (features,) of the log-odds of being bad on weights of evidence."""
    from sklearn.linear_model import LogisticRegression

    if not features:
        # In order, as the last digits of sums depend on that.
        return float(np.log(np.sort(weights[is_bad]).sum() / np.sort(weights[~is_bad]).sum())), np.empty(0)
    # The last digits of sums depend on the order of rows. Rows in the same bins are alike, so that sorted by
    # their bins they are the same table whatever order they came in.
    order = np.lexsort([*positions, is_bad, weights])
    evidence = [np.array(f.weights_of_evidence)[at] for f, at in zip(features, positions, strict=True)]
    with one_thread():
        fitted = LogisticRegression(C=1 / penalty, solver="newton-cholesky", tol=1e-8).fit(
            np.column_stack(evidence)[order], is_bad[order], weights[order]
        )
    return float(fitted.intercept_[0]), fitted.coef_[0]


def _spread(feature: BinnedFeature) -> float:
    """Return the standard deviation of a feature's weight of evidence over the fitted rows."""
    counts, weights = np.add(feature.good, feature.bad), np.array(feature.weights_of_evidence)
    return float(np.sqrt(np.average((weights - _mean(feature)) ** 2, weights=counts)))


def _mean(feature: BinnedFeature) -> float:
    return float(np.average(feature.weights_of_evidence, weights=np.add(feature.good, feature.bad)))


def _card(
    features: list[BinnedFeature], intercept: float, coefficients: np.ndarray, scale: Scale
) -> Scorecard:
    """Return the card: what the regression adds for each bin, measured from the mean of the fitted rows."""
    means = [_mean(feature) for feature in features]
    scored = [
        ScoredFeature(
            binned=feature,
            coefficient=float(rounded(coefficient)),
            contributions=tuple(
                rounded(coefficient * (np.array(feature.weights_of_evidence) - mean)).tolist()
            ),
        )
        for feature, coefficient, mean in zip(features, coefficients, means, strict=True)
    ]
    return Scorecard(
        base_log_odds=float(
            rounded(intercept + sum(c * m for c, m in zip(coefficients, means, strict=True)))
        ),
        features=tuple(scored),
        scale=scale,
    )
