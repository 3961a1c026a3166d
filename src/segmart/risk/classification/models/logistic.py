"""Logistic regression on standardised numbers and the levels of categories, its signs held where declared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from segmart.learning.preparation import rounded
from segmart.learning.threads import one_thread
from segmart.risk.classification.columns import Column
from segmart.risk.classification.imbalance import Rows
from segmart.risk.classification.models.encoding import Encoder, encoder_from_content, learn_encoder
from segmart.risk.classification.models.model import Contributions
from segmart.risk.classification.models.options import LogisticOptions

# The slope of the mean loss at which the search for coefficients ends, and how long it may take.
SMALLEST_SLOPE, MOST_STEPS = 1e-9, 5_000


@dataclass(frozen=True)
class Logistic:
    """A sum over coordinates, each measured from its mean over the learned rows.

    `base` are the log-odds where every coordinate is at its mean; `means` and `coefficients` (coordinates,).
    """

    encoder: Encoder
    base: float
    means: tuple[float, ...]
    coefficients: tuple[float, ...]

    @property
    def columns(self) -> tuple[Column, ...]:
        """The features it was trained with, in order."""
        return self.encoder.columns

    def log_odds(self, features: pd.DataFrame) -> np.ndarray:
        """Return the log-odds (rows,) of the event."""
        return self.contributions(features).summed()

    def contributions(self, features: pd.DataFrame) -> Contributions:
        """Return what each feature adds, exactly: coefficient times distance from the mean.

        The levels of a category, and a number with the flag that it is missing, are added up.
        """
        values = np.zeros((len(features), len(self.columns)))
        numbers = iter(zip(self.means, self.coefficients, strict=True))
        for value, block in zip(values.T, self.encoder.blocks(features), strict=True):
            for coordinate, (mean, coefficient) in zip(block.T, numbers, strict=False):
                value += coefficient * (coordinate - mean)
        return Contributions(self.base, values)

    def as_content(self) -> dict[str, Any]:
        """Return encoder, means and coefficients."""
        return {
            "encoder": self.encoder.as_content(),
            "base": self.base,
            "means": list(self.means),
            "coefficients": list(self.coefficients),
        }


def logistic_from_content(content: Mapping[str, Any]) -> Logistic:
    """Return the model of `as_content`; raises KeyError or TypeError when it is not that."""
    return Logistic(
        encoder=encoder_from_content(content["encoder"]),
        base=content["base"],
        means=tuple(content["means"]),
        coefficients=tuple(content["coefficients"]),
    )


def train_logistic(options: LogisticOptions, rows: Rows, columns: Sequence[Column], seed: int) -> Logistic:
    """Return the logistic regression of rows, whatever their order; nothing of it is random.

    It is that of Hosmer & Lemeshow with the penalty of ridge regression (le Cessie & van Houwelingen 1992):
    the sum of weighted losses plus `penalty` times half the sum of squared coefficients is the smallest that
    the declared signs allow. The problem is convex, so there is one such point and no way but to it.
    """
    encoder = learn_encoder(rows.features, columns, "standardised")
    points = encoder.matrix(rows.features)
    order = np.lexsort([*points.T, rows.labels, rows.weights])
    points, labels, weights = points[order], rows.labels[order], rows.weights[order]
    means = rounded(np.average(points, axis=0, weights=weights))
    base, coefficients = _smallest_loss(points - means, labels, weights, options.penalty, encoder.directions)
    return Logistic(encoder, base, tuple(means.tolist()), tuple(coefficients.tolist()))


def _smallest_loss(
    points: np.ndarray, labels: np.ndarray, weights: np.ndarray, penalty: float, directions: np.ndarray
) -> tuple[float, np.ndarray]:
    """Return intercept and coefficients (coordinates,) of points (rows, coordinates), in stored digits.

    L-BFGS-B (Byrd, Lu, Nocedal & Zhu 1995), which takes bounds.
    """
    from scipy.optimize import minimize
    from scipy.special import expit

    total = weights.sum()
    rate = weights @ labels / total

    def loss_and_slope(numbers: np.ndarray) -> tuple[float, np.ndarray]:
        log_odds = points @ numbers[1:] + numbers[0]
        losses = np.logaddexp(0, log_odds) - labels * log_odds
        errors = weights * (expit(log_odds) - labels)
        slope = np.r_[errors.sum(), errors @ points + penalty * numbers[1:]]
        return (weights @ losses + penalty / 2 * (numbers[1:] @ numbers[1:])) / total, slope / total

    bounds = [(None, None), *(_bounds(direction) for direction in directions)]
    start = np.r_[np.log(rate / (1 - rate)), np.zeros(len(directions))]
    with one_thread():
        found = minimize(
            loss_and_slope,
            start,
            jac=True,
            method="L-BFGS-B",
            bounds=bounds,
            options={"gtol": SMALLEST_SLOPE, "ftol": 0.0, "maxiter": MOST_STEPS, "maxfun": 2 * MOST_STEPS},
        )
    numbers = rounded(found.x)
    return float(numbers[0]), numbers[1:]


def _bounds(direction: int) -> tuple[float | None, float | None]:
    return (0.0 if direction > 0 else None, 0.0 if direction < 0 else None)
