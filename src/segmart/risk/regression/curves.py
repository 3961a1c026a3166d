"""Points to draw: truth against prediction, residuals, calibration, and what each feature contributes."""

from collections.abc import Iterable, Sequence

import numpy as np

from segmart.learning.figures import CLOUD_POINTS, CurvePoint
from segmart.learning.hashing import in_hash_order
from segmart.learning.intervals import mean_interval
from segmart.risk.regression.evaluation import Judged
from segmart.risk.regression.predictors import Predictor, predicted_by_fold

BINS = 10
# Enough to rank features; permuting costs a prediction per feature, repeat and customer.
IMPORTANCE_ROWS, IMPORTANCE_REPEATS = 1_000, 5


def regression_curves(judged: Judged, candidates: Iterable[str], seed: int) -> list[CurvePoint]:
    """Return the clouds and calibration curves of some candidates on the judged customers."""
    sampled = judged.take(in_hash_order(judged.customers.keys, CLOUD_POINTS))
    points = []
    for name in dict.fromkeys(candidates):
        for position, (predicted, actual) in enumerate(
            zip(_short(sampled.predicted[name]), _short(sampled.labels), strict=True), start=1
        ):
            points.append(CurvePoint("actual_vs_predicted", name, position, predicted, actual))
            residual = float(f"{actual - predicted:.6g}")
            points.append(CurvePoint("residuals", name, position, predicted, residual))
        points += _calibration(name, judged.predicted[name], judged.labels, seed)
    return points


def importance_curve(
    name: str, predictors: Sequence[Predictor], judged: Judged, features: Sequence[str], seed: int
) -> list[CurvePoint]:
    """Return by how much the root mean squared error grows when a feature's values are permuted.

    Breiman (2001, Machine Learning 45: 5-32), on customers the models were not trained on; y is the mean of
    the repeats, y_low and y_high their range. Of features that say nearly the same, none looks important.
    """
    sample = judged.take(in_hash_order(judged.customers.keys, IMPORTANCE_ROWS))
    customers, label = sample.customers, judged.label
    generator = np.random.default_rng([seed, 7])
    repeated = np.tile(np.arange(len(sample)), IMPORTANCE_REPEATS)
    truth = sample.labels[repeated].reshape(IMPORTANCE_REPEATS, -1)
    error = _root_mean_square(sample.labels - sample.predicted[name])
    increases = {}
    for column, feature in enumerate(features):
        values = customers.values[repeated]
        orders = [generator.permutation(len(sample)) for _ in range(IMPORTANCE_REPEATS)]
        values[:, column] = customers.values[np.concatenate(orders), column]
        permuted = customers.take(repeated).with_values(values)
        predicted = predicted_by_fold(predictors, permuted, label.minimum, label.maximum)
        increases[feature] = _root_mean_square(truth - predicted.reshape(truth.shape)) - error
    ranked = sorted(features, key=lambda feature: -increases[feature].mean())
    return [
        CurvePoint(
            curve="feature_importance",
            series=name,
            position=position,
            label=feature,
            y=float(f"{increases[feature].mean():.6g}"),
            y_low=float(f"{increases[feature].min():.6g}"),
            y_high=float(f"{increases[feature].max():.6g}"),
            row_count=len(sample),
        )
        for position, feature in enumerate(ranked, start=1)
    ]


def _calibration(name: str, predicted: np.ndarray, actual: np.ndarray, seed: int) -> list[CurvePoint]:
    """Return the mean truth, with its interval, of customers with about the same prediction."""
    inner_edges = np.quantile(predicted, np.arange(1, BINS) / BINS)
    # Equal predictions stay together, so a baseline has fewer bins.
    bins = np.searchsorted(inner_edges, predicted, side="left")
    points = []
    for position, number in enumerate(np.unique(bins), start=1):
        own = bins == number
        mean = mean_interval(actual[own], np.random.default_rng([seed, int(number)]))
        x, y, low, high = _short([predicted[own].mean(), mean.value, mean.low, mean.high])
        points.append(
            CurvePoint("calibration", name, position, x, y, y_low=low, y_high=high, row_count=int(own.sum()))
        )
    return points


def _root_mean_square(errors: np.ndarray) -> np.ndarray:
    return np.sqrt((errors**2).mean(axis=-1))


def _short(numbers: Iterable[float]) -> list[float]:
    """Return numbers to six digits: more cannot be drawn."""
    return [float(f"{number:.6g}") for number in numbers]
