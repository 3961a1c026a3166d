"""Figures and curves about predictions of a number."""

import json

import numpy as np
import pytest
from risk_cases import PLANTED, SEGMENTS, declaration, fit, people
from sklearn.metrics import (
    mean_absolute_error,
    mean_absolute_percentage_error,
    r2_score,
    root_mean_squared_error,
)

from segmart.risk.regression.curves import CLOUD_POINTS, importance_curve, regression_curves
from segmart.risk.regression.declaration import Label
from segmart.risk.regression.evaluation import Judged
from segmart.risk.regression.metrics import regression_metrics
from segmart.risk.regression.predictors import Linear
from segmart.risk.resampling import interval_from, resampled_means


def judged(rows: int = 800, noise: float = 0.1, **changes) -> Judged:
    """Return customers of two segments judged by a good model and both baselines."""
    generator = np.random.default_rng(4)
    segments = generator.choice(["a", "b"], size=rows)
    mean = np.where(segments == "a", 0.3, 0.6)
    values = generator.normal(size=(rows, 2))
    labels = mean + 0.2 * values[:, 0] + noise * generator.normal(size=rows)
    given = {
        "split": "cross-validation",
        "customers": people(values, segments.tolist()),
        "labels": labels,
        "parts": np.arange(rows) % 5,
        "label": Label(column="y"),
        "level": 0.9,
        "predicted": {
            "constant": np.full(rows, labels.mean()),
            "segment_mean": mean,
            "linear": mean + 0.2 * values[:, 0],
        },
        "margins": {name: np.full(rows, 0.2) for name in ("constant", "segment_mean", "linear")},
    }
    return Judged(**(given | changes))


def figures(judged: Judged, **which) -> dict:
    """Return the metrics by name, of one candidate and subgroup."""
    wanted = {"candidate": "linear", "subgroup": "all"} | which
    found = regression_metrics(judged, "segment_mean", "linear", seed=0)
    return {
        metric.metric: metric
        for metric in found
        if all(getattr(metric, name) == value for name, value in wanted.items())
    }


def test_figures_are_those_of_scikit_learn():
    people_judged = judged()
    labels, predicted = people_judged.labels, people_judged.predicted["linear"]

    found = figures(people_judged)

    percentage = 100 * mean_absolute_percentage_error(labels, predicted)
    expected = {
        "r2": r2_score(labels, predicted),
        "mean_absolute_error": mean_absolute_error(labels, predicted),
        "root_mean_squared_error": root_mean_squared_error(labels, predicted),
        "mean_absolute_percentage_error": percentage,
        "hundred_minus_mape": 100 - percentage,
        "interval_coverage": np.mean(np.abs(labels - predicted) <= 0.2),
        "interval_mean_width": 0.4,
    }
    for name, value in expected.items():
        assert found[name].value == pytest.approx(value, rel=1e-9), name


def test_every_figure_has_an_interval_and_a_baseline_on_the_same_customers():
    people_judged = judged()

    for name, metric in figures(people_judged).items():
        assert metric.interval_low <= metric.value <= metric.interval_high, name
        assert metric.row_count == 800
        assert metric.is_served
        if name == "interval_coverage":
            assert (metric.baseline, metric.baseline_value) == ("nominal level", 0.9)
        else:
            own = figures(people_judged, candidate="segment_mean")[name]
            assert (metric.baseline, metric.baseline_value) == ("segment_mean", own.value)
            assert not own.is_served


def test_skill_is_the_share_of_the_baselines_squared_error_that_is_removed():
    people_judged = judged()
    squared = {name: errors.mean() for name, errors in people_judged.squared_errors().items()}

    skill = figures(people_judged)["skill"]

    assert skill.value == pytest.approx(1 - squared["linear"] / squared["segment_mean"])
    assert figures(people_judged, candidate="segment_mean")["skill"].value == 0
    # Paired: on every resample the two share their customers, which leaves little to chance.
    assert 0.02 < skill.interval_high - skill.interval_low < 0.08


def test_customers_whose_label_is_zero_take_no_part_in_percentages():
    people_judged = judged()
    labels = people_judged.labels.copy()
    labels[:100] = 0
    metric = figures(judged(labels=labels))["mean_absolute_percentage_error"]

    rest = people_judged.take(np.arange(100, 800))
    assert metric.row_count == 700
    assert metric.value == pytest.approx(
        100 * mean_absolute_percentage_error(rest.labels, rest.predicted["linear"])
    )
    nobody = figures(judged(labels=np.zeros(800)))
    assert np.isnan(nobody["hundred_minus_mape"].value)
    assert nobody["hundred_minus_mape"].row_count == 0
    assert not np.isfinite(nobody["r2"].value)


def test_within_a_segment_the_segment_mean_explains_nothing():
    people_judged = judged()

    within = figures(people_judged, candidate="segment_mean", subgroup="a")

    assert within["r2"].value == pytest.approx(0, abs=0.01)
    assert figures(people_judged, subgroup="a")["r2"].value == pytest.approx(0.8, abs=0.05)
    assert within["r2"].row_count == (people_judged.customers.segments == "a").sum()
    assert "skill" not in within
    assert figures(judged(rows=80), subgroup="a") == {}


def test_an_infinite_margin_leaves_all_other_figures_alone():
    margins = {name: np.full(800, np.inf) for name in ("constant", "segment_mean", "linear")}

    found = figures(judged(margins=margins))

    assert found["interval_coverage"].value == 1
    assert found["interval_mean_width"].value == np.inf
    assert found["r2"] == figures(judged())["r2"]


def test_figures_from_the_same_resample_are_paired():
    values = np.random.default_rng(1).normal(size=500)

    means = resampled_means({"one": values, "other": values + 0.5}, seed=3)

    assert means["one"][0] == pytest.approx(values.mean())
    assert means["other"] - means["one"] == pytest.approx(np.full(501, 0.5))
    assert interval_from(means["one"]).high - interval_from(means["one"]).low == pytest.approx(
        3.92 * values.std() / np.sqrt(500), rel=0.15
    )


def test_resamples_on_which_a_figure_is_not_defined_are_left_out():
    interval = interval_from(np.array([2.0, 1.0, np.nan, 3.0, np.inf]))

    assert (interval.value, interval.low, interval.high) == pytest.approx((2, 1.05, 2.95))
    assert np.isnan(interval_from(np.array([2.0, np.nan])).low)


def test_clouds_are_sampled_and_residuals_are_what_is_left():
    people_judged = judged(rows=3_000)

    points = regression_curves(people_judged, ["linear", "linear"], seed=0)
    cloud = [point for point in points if point.curve == "actual_vs_predicted"]
    residuals = [point for point in points if point.curve == "residuals"]

    assert len(cloud) == len(residuals) == CLOUD_POINTS
    assert [point.position for point in cloud] == list(range(1, CLOUD_POINTS + 1))
    for point, residual in zip(cloud, residuals, strict=True):
        assert residual.x == point.x
        assert residual.y == pytest.approx(point.y - point.x, abs=1e-5)


def test_calibration_counts_everybody_once_and_holds_the_mean_truth():
    people_judged = judged(rows=3_000)

    def calibration(name):
        points = regression_curves(people_judged, [name], seed=0)
        return [point for point in points if point.curve == "calibration"]

    assert len(calibration("linear")) == 10
    assert sum(point.row_count for point in calibration("linear")) == 3_000
    assert [point.x for point in calibration("linear")] == sorted(point.x for point in calibration("linear"))
    for point in calibration("linear"):
        assert point.y_low <= point.y <= point.y_high
        assert point.y == pytest.approx(point.x, abs=0.03)
    assert [point.x for point in calibration("segment_mean")] == [0.3, 0.6]
    assert len(calibration("constant")) == 1


def test_a_feature_the_model_uses_is_important_and_one_it_ignores_is_not():
    people_judged = judged(
        predicted={"linear": 0.45 + 0.2 * judged().customers.values[:, 0]}, margins={"linear": np.zeros(800)}
    )

    used, ignored = importance_curve(
        "linear", [Linear(0.45, (0.2, 0.0))], people_judged, ["used", "ignored"], seed=0
    )

    assert (used.label, used.position, ignored.label, ignored.position) == ("used", 1, "ignored", 2)
    assert used.y_low > 0.05
    assert used.y_low <= used.y <= used.y_high
    assert (ignored.y, ignored.y_low, ignored.y_high) == (0, 0, 0)


def test_a_fit_stores_metrics_of_everybody_and_curves_of_the_served_and_the_best():
    row = fit(PLANTED, declaration(candidates={"linear": {}})).iloc[0]
    metrics, curves = json.loads(row.metrics), json.loads(row.curves)

    assert {metric["candidate"] for metric in metrics} == {"constant", "segment_mean", "linear"}
    assert {metric["split"] for metric in metrics} == {"cross-validation"}
    assert {metric["subgroup"] for metric in metrics} <= {"all", *SEGMENTS}
    assert {point["series"] for point in curves} == {"linear"}
    assert {point["label"] for point in curves if point["curve"] == "feature_importance"} == {
        "trades_per_week",
        "volatility_exposure",
        "avg_holding_days",
    }
