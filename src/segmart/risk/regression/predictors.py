"""What predicts a label: baselines, linear model, boosted trees, forest. Each is written as JSON and read.

A prediction for a customer alone equals that for the same customer among others, to the last bit.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from segmart.learning.hashing import fold_of
from segmart.learning.json_text import to_json
from segmart.learning.trees import Trees, trees_from_content
from segmart.risk.choice import CONSTANT, SEGMENT_MEAN
from segmart.risk.regression.customers import Customers

LINEAR, XGBOOST, RANDOM_FOREST = "linear", "xgboost", "random_forest"
# By the weight of what must be stored and walked through to score a customer.
LIGHTEST_FIRST = (CONSTANT, SEGMENT_MEAN, LINEAR, XGBOOST, RANDOM_FOREST)


class Predictor(Protocol):
    """One trained model."""

    def predict(self, customers: Customers) -> np.ndarray:
        """Return a prediction (rows,) for each customer."""

    def as_content(self) -> dict[str, Any]:
        """Return all that is needed to predict, ready for JSON."""


@dataclass(frozen=True)
class SegmentMean:
    """The mean label of a customer's segment, and of everybody where that is unknown.

    Without segments it is the constant.
    """

    overall: float
    by_segment: Mapping[str, float]

    def predict(self, customers: Customers) -> np.ndarray:
        """Return the means (rows,)."""
        return np.array([self.by_segment.get(name, self.overall) for name in customers.segments], dtype=float)

    def as_content(self) -> dict[str, Any]:
        """Return the means."""
        return {"overall": self.overall, "by_segment": dict(self.by_segment)}


@dataclass(frozen=True)
class Linear:
    """A weighted sum of prepared coordinates."""

    intercept: float
    coefficients: tuple[float, ...]

    def predict(self, customers: Customers) -> np.ndarray:
        """Return the sums (rows,), added up feature by feature: a matrix product may round by its size."""
        total = np.full(len(customers), self.intercept)
        for coefficient, column in zip(self.coefficients, customers.coordinates.T, strict=True):
            total += coefficient * column
        return total

    def as_content(self) -> dict[str, Any]:
        """Return intercept and coefficients."""
        return {"intercept": self.intercept, "coefficients": list(self.coefficients)}


@dataclass(frozen=True)
class Boosted:
    """XGBoost's booster; a missing value takes the way its trees learned for it."""

    booster: Any

    def predict(self, customers: Customers) -> np.ndarray:
        """Return the predictions (rows,), single precision written as double."""
        return self.booster.inplace_predict(customers.raw).astype(float)

    def as_content(self) -> dict[str, Any]:
        """Return XGBoost's own JSON."""
        return json.loads(self.booster.save_raw("json").decode())


@dataclass(frozen=True)
class Forest:
    """The mean of many trees."""

    trees: Trees

    def predict(self, customers: Customers) -> np.ndarray:
        """Return the means (rows,)."""
        return self.trees.summed(customers.filled) / len(self.trees.roots)

    def as_content(self) -> dict[str, Any]:
        """Return the trees."""
        return self.trees.as_content()


def predictor_from_content(name: str, content: Mapping[str, Any]) -> Predictor:
    """Return the predictor of `as_content`; raises KeyError or ValueError when it is not that."""
    if name in (CONSTANT, SEGMENT_MEAN):
        return SegmentMean(content["overall"], content["by_segment"])
    if name == LINEAR:
        return Linear(content["intercept"], tuple(content["coefficients"]))
    if name == XGBOOST:
        return Boosted(_booster_from(content))
    if name == RANDOM_FOREST:
        return Forest(trees_from_content(content))
    raise ValueError(f"nothing is known of a candidate {name!r}")


def predicted_by_fold(
    predictors: Sequence[Predictor], customers: Customers, minimum: float | None, maximum: float | None
) -> np.ndarray:
    """Return a prediction (rows,) for each customer by the model of their fold, within the label's bounds.

    With one model per fold that is never one that was trained on them.
    """
    predicted = np.empty(len(customers))
    folds = fold_of(customers.keys, len(predictors))
    for fold, predictor in enumerate(predictors):
        own = np.flatnonzero(folds == fold)
        predicted[own] = predictor.predict(customers.take(own))
    return within(predicted, minimum, maximum)


def within(numbers: np.ndarray, minimum: float | None, maximum: float | None) -> np.ndarray:
    """Return numbers (rows,) moved to the nearest bound where they are beyond it; none is no bound."""
    return np.clip(numbers, -np.inf if minimum is None else minimum, np.inf if maximum is None else maximum)


def _booster_from(content: Mapping[str, Any]) -> Any:
    import xgboost

    try:
        booster = xgboost.Booster()
        booster.load_model(bytearray(to_json(content), "utf-8"))
        booster.set_param({"nthread": 1})
    except xgboost.core.XGBoostError as error:
        raise ValueError(str(error).splitlines()[0]) from error
    return booster
