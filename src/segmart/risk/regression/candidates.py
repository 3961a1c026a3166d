"""How each kind of model is trained; what comes out is in `predictors`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from segmart.learning.preparation import rounded
from segmart.learning.trees import trees_of
from segmart.risk.regression.customers import Customers
from segmart.risk.regression.declaration import BoostingOptions, ForestOptions, LinearOptions
from segmart.risk.regression.predictors import (
    LINEAR,
    RANDOM_FOREST,
    XGBOOST,
    Boosted,
    Linear,
    Predictor,
    SegmentMean,
)
from segmart.strict import Strict


def train(name: str, options: Strict, customers: Customers, labels: np.ndarray, seed: int) -> Predictor:
    """Return a candidate trained on customers and their labels (rows,)."""
    trainers: dict[str, Callable[..., Predictor]] = {
        LINEAR: _train_linear,
        XGBOOST: _train_boosted,
        RANDOM_FOREST: _train_forest,
    }
    return trainers[name](options, customers, labels, seed)


def train_constant(labels: np.ndarray) -> SegmentMean:
    """Return the baseline that says the mean label (rows,) of everybody."""
    return SegmentMean(float(rounded(labels.mean())), {})


def train_segment_mean(customers: Customers, labels: np.ndarray) -> SegmentMean:
    """Return the baseline that says the mean label of a customer's segment."""
    known = np.array([segment is not None for segment in customers.segments], dtype=bool)
    names, positions = np.unique(customers.segments[known].astype(str), return_inverse=True)
    means = np.bincount(positions, labels[known], len(names)) / np.bincount(positions, minlength=len(names))
    by_segment = dict(zip(names.tolist(), rounded(means).tolist(), strict=True)) if len(names) else {}
    return SegmentMean(train_constant(labels).overall, by_segment)


def _train_linear(options: LinearOptions, customers: Customers, labels: np.ndarray, seed: int) -> Linear:
    """Ridge regression (Hoerl & Kennard 1970): the penalty keeps apart what nearly says the same."""
    points = customers.coordinates
    centre, mean = points.mean(axis=0), labels.mean()
    centred = points - centre
    penalty = options.penalty * np.eye(points.shape[1])
    coefficients = np.linalg.solve(centred.T @ centred + penalty, centred.T @ (labels - mean))
    return Linear(float(rounded(mean - centre @ coefficients)), tuple(rounded(coefficients).tolist()))


def _train_boosted(options: BoostingOptions, customers: Customers, labels: np.ndarray, seed: int) -> Boosted:
    import xgboost

    parameters = {
        "objective": "reg:squarederror",
        "base_score": float(labels.mean()),
        "tree_method": "hist",
        "max_depth": options.max_depth,
        "learning_rate": options.learning_rate,
        "min_child_weight": options.min_child_weight,
        "nthread": 1,
        "seed": seed,
    }
    rows = xgboost.QuantileDMatrix(customers.raw, labels, nthread=1)
    return Boosted(xgboost.train(parameters, rows, options.trees))


@dataclass(frozen=True)
class GrownForest:
    """A forest as scikit-learn grew it: faster than its stored form, equal but for the last digits."""

    estimator: Any

    def predict(self, customers: Customers) -> np.ndarray:
        """Return the means (rows,) over all trees."""
        return self.estimator.predict(customers.filled) if len(customers) else np.empty(0)

    def as_content(self) -> dict[str, str]:
        """Return the trees as text."""
        grown = [tree.tree_ for tree in self.estimator.estimators_]
        return trees_of(grown, [tree.value[:, 0, 0] for tree in grown]).as_content()


def _train_forest(options: ForestOptions, customers: Customers, labels: np.ndarray, seed: int) -> GrownForest:
    from sklearn.ensemble import RandomForestRegressor

    estimator = RandomForestRegressor(
        n_estimators=options.trees,
        max_depth=options.max_depth,
        min_samples_split=options.min_samples_split,
        min_samples_leaf=options.min_samples_leaf,
        max_features=options.max_features,
        random_state=seed,
        # Each tree has its own stream of random numbers: threads change the time, not the forest.
        n_jobs=-1,
    ).fit(customers.filled, labels)
    # Threads would add trees up in the order they finish, so the last digits would change from run to run.
    estimator.n_jobs = 1
    return GrownForest(estimator)
