"""Curves have few points, begin and end where they must, and bound what they show."""

import numpy as np
import pytest
from sklearn import metrics as sklearn_metrics

from segmart.learning.intervals import wilson_interval
from segmart.risk.classification.curves import (
    calibration_points,
    confusion_points,
    gains_points,
    precision_recall_points,
    roc_points,
)
from segmart.risk.classification.distributions import (
    correlation_points,
    label_distribution_points,
    score_distribution_points,
)


def judged(rows: int = 5_000, digits: int = 15) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(1)
    probabilities = (1 / (1 + np.exp(-1.5 * generator.normal(size=rows) + 1.5))).round(digits)
    return (generator.random(rows) < probabilities).astype(float), probabilities


def xy(points) -> tuple[np.ndarray, np.ndarray]:
    return np.array([point.x for point in points]), np.array([point.y for point in points])


def test_the_roc_curve_is_short_whole_and_has_the_area_of_all_rows():
    labels, probabilities = judged()
    x, y = xy(roc_points("model", labels, probabilities))
    assert 100 < len(x) <= 200
    assert (x[0], y[0], x[-1], y[-1]) == (0, 0, 1, 1)
    assert (np.diff(x) >= 0).all()
    assert (np.diff(y) >= 0).all()
    assert np.trapezoid(y, x) == pytest.approx(
        sklearn_metrics.roc_auc_score(labels, probabilities), abs=0.002
    )


def test_the_roc_curve_of_four_customers():
    points = roc_points("model", np.array([1, 0, 1, 0]), np.array([0.9, 0.8, 0.3, 0.3]))
    assert [(point.x, point.y) for point in points] == [(0, 0), (0, 0.5), (0.5, 0.5), (1, 1)]
    assert [point.position for point in points] == [1, 2, 3, 4]


def test_precision_and_recall_end_with_everybody():
    labels, probabilities = judged()
    x, y = xy(precision_recall_points("model", labels, probabilities))
    assert len(x) <= 200
    assert (x[-1], y[-1]) == (1, pytest.approx(labels.mean(), abs=1e-6))
    by_hand = precision_recall_points("model", np.array([1, 0, 1, 0]), np.array([0.9, 0.8, 0.3, 0.1]))
    assert [(point.x, point.y) for point in by_hand] == [(0.5, 1), (0.5, 0.5), (1, 0.666667), (1, 0.5)]


@pytest.mark.parametrize("labels", [[], [0, 0], [1, 1]])
def test_a_class_that_is_absent_leaves_no_roc_curve(labels):
    labels, probabilities = np.array(labels, dtype=float), np.linspace(0.1, 0.9, len(labels))
    assert roc_points("model", labels, probabilities) == []
    if not labels.any():
        assert precision_recall_points("model", labels, probabilities) == []
        assert gains_points("model", labels, probabilities) == []


def test_calibration_bins_hold_everybody_once_and_the_lowest_come_first():
    labels, probabilities = judged()
    points = calibration_points("model", labels, probabilities)
    x, y = xy(points)
    assert [point.row_count for point in points] == [500] * 10
    assert (np.diff(x) > 0).all()
    lowest = np.argsort(probabilities)[:500]
    assert (x[0], y[0]) == pytest.approx((probabilities[lowest].mean(), labels[lowest].mean()), abs=1e-6)
    assert all(point.y_low < point.y < point.y_high for point in points)


def test_a_bin_without_an_event_still_has_an_upper_bound():
    (point,) = calibration_points("model", np.zeros(40), np.full(40, 0.1))
    assert (point.y, point.y_low) == (0, 0)
    # Wilson's upper bound of 0 in n is z² / (n + z²).
    assert point.y_high == pytest.approx(1.96**2 / (40 + 1.96**2), abs=1e-4)
    assert calibration_points("model", np.empty(0), np.empty(0)) == []


def test_wilson_bounds_are_those_of_his_formula():
    found = wilson_interval(10, 50)
    assert (found.value, found.low, found.high) == pytest.approx((0.2, 0.1124, 0.3304), abs=1e-4)
    assert wilson_interval(50, 50).high == 1
    assert np.isnan(wilson_interval(0, 0).value)


def test_the_four_outcomes_are_named_and_counted():
    labels, probabilities = judged()
    points = confusion_points("model", labels, probabilities, 0.3)
    counted = sklearn_metrics.confusion_matrix(labels, probabilities >= 0.3).ravel()
    assert [point.label for point in points] == [
        "actual good, predicted good",
        "actual good, predicted bad",
        "actual bad, predicted good",
        "actual bad, predicted bad",
    ]
    assert [point.row_count for point in points] == counted.tolist()
    assert sum(point.y for point in points) == pytest.approx(1)
    named = confusion_points("model", labels, probabilities, 0.3, classes=("stayed", "left"))
    assert named[1].label == "actual stayed, predicted left"


def test_gains_and_lift_by_hand():
    # Ten customers, the events at places 1, 2 and 5.
    labels = np.array([1, 1, 0, 0, 1, 0, 0, 0, 0, 0])
    points = gains_points("model", labels, np.linspace(0.9, 0.1, 10))
    gains = {point.x: point.y for point in points if point.curve == "cumulative_gains"}
    lift = {point.x: point.y for point in points if point.curve == "lift"}
    assert (gains[0], gains[0.1], gains[0.2], gains[0.5], gains[1]) == (0, 0.333333, 0.666667, 1, 1)
    assert (lift[0.1], lift[0.3], lift[0.5], lift[1]) == pytest.approx((10 / 3, 0, 10 / 3, 0), abs=1e-5)


def test_equal_probabilities_have_no_lift_whatever_the_order_of_rows():
    labels = np.r_[np.ones(20), np.zeros(80)]
    points = gains_points("model", labels, np.full(100, 0.2))
    assert [point.y for point in points if point.curve == "lift"] == pytest.approx([1] * 10, abs=1e-5)


def test_the_score_distribution_holds_each_class_once():
    labels, probabilities = judged()
    points = score_distribution_points(labels, probabilities)
    for series, count in (("good", (labels == 0).sum()), ("bad", labels.sum())):
        own = [point for point in points if point.series == series]
        assert len(own) == 25
        assert sum(point.y for point in own) == pytest.approx(1, abs=1e-4)
        assert sum(point.row_count for point in own) == count
    assert {point.series for point in score_distribution_points(np.zeros(5), np.zeros(5))} == {"good"}
    assert score_distribution_points(np.empty(0), np.empty(0)) == []


def test_the_label_distribution_is_bounded():
    good, bad = label_distribution_points(np.r_[np.ones(10), np.zeros(40)])
    assert (good.label, good.y, good.row_count) == ("good", 0.8, 40)
    assert (bad.label, bad.y, bad.row_count) == ("bad", 0.2, 10)
    assert (bad.y_low, bad.y_high) == pytest.approx((0.1124, 0.3304), abs=1e-4)
    assert label_distribution_points(np.empty(0)) == []


def test_correlations_are_of_ranks_and_of_rows_that_have_both():
    x = np.arange(10.0)
    values = np.column_stack([x, np.exp(x), -x, np.ones(10), np.where(x < 3, np.nan, x)])
    points = correlation_points(["x", "e^x", "-x", "same", "late (x)"], values, labels=np.zeros(10))
    found = {(point.series, point.label): point for point in points}
    assert len(points) == 25
    assert found["x", "e^x"].y == found["x", "x"].y == 1
    assert found["x", "-x"].y == -1
    assert found["x", "same"].y is None
    assert (found["x", "late (x)"].y, found["x", "late (x)"].row_count) == (1, 7)


def test_of_many_features_those_are_shown_that_go_with_the_label():
    generator = np.random.default_rng(1)
    labels = (generator.random(500) < 0.5).astype(float)
    values = generator.normal(size=(500, 40))
    values[:, 39] += 2 * labels
    points = correlation_points([f"f{place}" for place in range(40)], values, labels)
    assert len(points) == 900
    assert "f39" in {point.series for point in points}
