"""Maps from a score to the probability it stands for, as few plain numbers; none changes the order of scores.

At most scores that differed become equal. `calibration_fitting` learns them.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Protocol

import numpy as np

from segmart.learning.preparation import rounded

NONE, INTERCEPT, PLATT, BETA, ISOTONIC = "none", "intercept", "platt", "beta", "isotonic"
# Scores nearer to 0 or 1 than this are equal to it: no table of customers can tell such odds apart.
SMALLEST_SCORE = 1e-6


class Calibration(Protocol):
    """One fitted map."""

    method: str

    def apply(self, scores: np.ndarray) -> np.ndarray:
        """Return the probability (rows,) that each score (rows,), 0 to 1, stands for."""

    def as_content(self) -> dict[str, Any]:
        """Return all that is needed to apply it, ready for JSON."""


@dataclass(frozen=True)
class Uncalibrated:
    """Scores that are taken for probabilities as they are."""

    method = NONE

    def apply(self, scores: np.ndarray) -> np.ndarray:
        """Return the scores (rows,)."""
        return np.array(scores, dtype=float)

    def as_content(self) -> dict[str, Any]:
        """Return the method's name."""
        return {"method": self.method}


@dataclass(frozen=True)
class Platt:
    """The log-odds stretched and moved: slope x log-odds + intercept (Platt 1999), slope above 0.

    With a slope of 1 they are only moved.
    """

    slope: float
    intercept: float

    method = PLATT

    def apply(self, scores: np.ndarray) -> np.ndarray:
        """Return the probabilities (rows,)."""
        low, high = logarithms(scores)
        return from_log_odds(self.slope * (low - high) + self.intercept)

    def as_content(self) -> dict[str, Any]:
        """Return slope and intercept."""
        return {"method": self.method, **asdict(self)}


@dataclass(frozen=True)
class Beta:
    """Both ends of the scale stretched on their own (Kull, Silva Filho & Flach 2017).

    The log-odds are low x ln(score) - high x ln(1 - score) + intercept, low and high not below 0; with both
    equal it is Platt's map.
    """

    low: float
    high: float
    intercept: float

    method = BETA

    def apply(self, scores: np.ndarray) -> np.ndarray:
        """Return the probabilities (rows,)."""
        low, high = logarithms(scores)
        return from_log_odds(self.low * low - self.high * high + self.intercept)

    def as_content(self) -> dict[str, Any]:
        """Return both slopes and the intercept."""
        return {"method": self.method, **asdict(self)}


@dataclass(frozen=True)
class Isotonic:
    """Straight lines between `knots` (scores, ascending) with probabilities `values`; level beyond the ends.

    Pooled as by Zadrozny & Elkan (2002); each pool is one point at its mean score, so that scores within a
    pool keep their order (centred isotonic regression, Oron & Flournoy 2017).
    """

    knots: tuple[float, ...]
    values: tuple[float, ...]

    method = ISOTONIC

    def apply(self, scores: np.ndarray) -> np.ndarray:
        """Return the probabilities (rows,)."""
        scores = np.array(scores, dtype=float)
        knots, values = np.array(self.knots), np.array(self.values)
        if len(knots) == 1:
            return np.full(scores.shape, values[0])
        left = np.clip(np.searchsorted(knots, scores, side="right") - 1, 0, len(knots) - 2)
        slopes = np.diff(values) / np.diff(knots)
        # Kept between the values at the ends of its line: a rounded last digit must not change an order.
        return np.clip(values[left] + slopes[left] * (scores - knots[left]), values[left], values[left + 1])

    def as_content(self) -> dict[str, Any]:
        """Return the points."""
        return {"method": self.method, "knots": list(self.knots), "values": list(self.values)}


def calibration_from_content(content: Mapping[str, Any]) -> Calibration:
    """Return the calibration of `as_content`; raises KeyError or ValueError when it is not that."""
    method = content["method"]
    if method == NONE:
        return Uncalibrated()
    if method == PLATT:
        return Platt(content["slope"], content["intercept"])
    if method == BETA:
        return Beta(content["low"], content["high"], content["intercept"])
    if method == ISOTONIC:
        return Isotonic(tuple(content["knots"]), tuple(content["values"]))
    raise ValueError(f"nothing is known of a calibration {method!r}")


def prior_correction(learned_rate: float, true_rate: float) -> Calibration:
    """Return the move of the log-odds that undoes learning from another share of events than there is.

    Class weights and resampling raise the share a model learns from; its odds are then too high by the ratio
    of the two odds (King & Zeng 2001; Elkan 2001, theorem 2). Exact for a logistic regression, rough for
    trees and for SMOTE, which also makes rows: a calibration comes after it.
    """
    if learned_rate == true_rate:
        return Uncalibrated()
    return Platt(1.0, float(rounded(log_odds(true_rate) - log_odds(learned_rate))))


def logarithms(scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the logarithms of scores (rows,) and of what they lack to 1."""
    kept = np.clip(np.array(scores, dtype=float), SMALLEST_SCORE, 1 - SMALLEST_SCORE)
    return np.log(kept), np.log(1 - kept)


def log_odds(rate: float) -> float:
    """Return the logarithm of the odds of a rate between 0 and 1."""
    return float(np.log(rate / (1 - rate)))


def from_log_odds(values: np.ndarray) -> np.ndarray:
    """Return the probabilities (rows,) of log-odds (rows,)."""
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-values))
