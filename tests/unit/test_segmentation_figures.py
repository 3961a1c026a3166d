"""What a finished search leaves to be looked at."""

import csv
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from segmentation_cases import CUSTOMERS, NAMES, QUICK, blobs, declared_with, fit

from segmart.learning.intervals import normal_interval
from segmart.segmentation.components import principal_components
from segmart.segmentation.figures import (
    CLOUD_POINTS,
    FEWEST_OF_SEGMENT,
    curves_of,
    metrics_of,
    picture_of,
    renamed_curves,
)
from segmart.segmentation.search import search

SEEDS = Path(__file__).parents[2] / "seeds"
POINTS = blobs(seed=1, rows=700)[0]
FOUND = search(POINTS, [4, 5, 6], 42, [0, 1, 2, 3], QUICK, label="test")


@pytest.fixture(scope="module")
def row() -> pd.Series:
    return fit(CUSTOMERS, names=NAMES).iloc[0]


def metrics(chosen: int = 5, found=FOUND) -> dict:
    plane = principal_components(POINTS)
    return {one.metric: one for one in metrics_of(found, chosen, POINTS, plane, seed=42)}


def picture(labels, names, keys=None, features=("a", "b", "c", "d")) -> list:
    points = np.resize(POINTS, (len(labels), len(features)))
    keys = keys or [f"C{number}" for number in range(len(labels))]
    return picture_of(points, np.asarray(labels), names, keys, principal_components(points), list(features))


def defined_names(seed: str) -> set[str]:
    with (SEEDS / f"{seed}_definitions.csv").open(encoding="utf-8", newline="") as file:
        return {row[seed] for row in csv.DictReader(file)}


def test_every_figure_stands_between_its_bounds_and_beside_its_baseline():
    for one in metrics().values():
        assert one.candidate == "k = 5"
        assert one.interval_low <= one.value <= one.interval_high
        assert one.baseline
        assert one.value > one.baseline_value, one.metric
        assert one.row_count in (500, 700)


def test_a_silhouette_is_compared_with_the_best_other_number_of_segments():
    six = metrics(chosen=6)["silhouette"]

    assert six.baseline == "k = 5, the best other number of segments"
    assert six.baseline_value == FOUND.candidates[5].silhouette.value > six.value
    alone = search(POINTS, [5], 42, [0, 1, 2, 3], QUICK, label="test")
    assert metrics(found=alone)["silhouette"].baseline_value == 0


def test_the_interval_of_a_silhouette_holds_the_chance_in_who_the_customers_are():
    measured = FOUND.candidates[5].silhouette
    figure = metrics()["silhouette"]

    assert figure.value == measured.value
    of_estimate = normal_interval(measured.value, measured.standard_error)
    assert figure.interval_low < of_estimate.low
    assert figure.interval_high > of_estimate.high


def test_the_explained_variance_is_what_inertia_leaves():
    share = metrics()["explained_variance"]

    assert share.value == pytest.approx(1 - FOUND.candidates[5].clustering.inertia / (700 * 4))
    assert share.interval_high - share.interval_low < 0.1


def test_the_least_reproducible_segment_is_the_one_that_counts():
    least = metrics(chosen=6)["jaccard_minimum"]

    assert least.value == pytest.approx(FOUND.candidates[6].jaccard_minimum)


def test_two_halves_have_a_third_in_common_with_two_halves_drawn_by_chance():
    halves = np.repeat([-9.0, 9.0], 100)[:, None] + np.random.default_rng(1).normal(size=(200, 1))
    found = search(halves, [2], 42, [0], QUICK, label="test")

    least = metrics_of(found, 2, halves, principal_components(halves), seed=42)[3]

    # A quarter of all is in both halves, three quarters in one of them.
    assert (least.metric, least.baseline_value) == ("jaccard_minimum", pytest.approx(1 / 3))


def test_the_plane_is_compared_with_the_two_features_that_vary_most():
    plane = metrics()["explained_variance_of_two_components"]

    assert plane.value == pytest.approx(sum(principal_components(POINTS).explained_shares))
    assert plane.baseline_value == pytest.approx(2 / 4)


def test_one_segment_has_no_figures_but_those_of_the_plane():
    assert list(metrics(chosen=1)) == ["explained_variance_of_two_components"]


def test_every_number_of_segments_is_a_point_of_each_curve_that_is_defined_there():
    curves = pd.DataFrame([point.as_row() for point in curves_of(FOUND, chosen=5)])

    counts = curves.groupby("curve")["x"].apply(list).to_dict()
    assert counts == {
        "elbow": [1, 4, 5, 6],
        "gap": [1, 4, 5, 6],
        "silhouette": [4, 5, 6],
        "davies_bouldin": [4, 5, 6],
        "calinski_harabasz": [4, 5, 6],
        "stability": [4, 5, 6],
    }
    assert set(curves.loc[curves["label"] == "chosen", "x"]) == {5}
    bounded = curves.dropna(subset="y_low")
    assert set(bounded["curve"]) == {"gap", "silhouette", "stability"}
    assert bounded["y"].between(bounded["y_low"], bounded["y_high"]).all()
    assert not curves.duplicated(["curve", "series", "position"]).any()


def test_of_many_customers_a_share_of_each_segment_is_drawn_and_none_vanishes():
    labels = np.repeat([0, 1, 2, 3], [9_000, 990, 7, 3])

    drawn = [point for point in picture(labels, ["a", "b", "c", "d"]) if point.curve == "pca_points"]

    per_segment = pd.Series([point.series for point in drawn]).value_counts()
    assert len(drawn) <= CLOUD_POINTS
    assert per_segment["a"] > 8 * per_segment["b"] > 8 * FEWEST_OF_SEGMENT
    assert (per_segment["c"], per_segment["d"]) == (7, 3)


def test_few_customers_are_drawn_all():
    drawn = [point for point in picture([0, 1, 1], ["a", "b"]) if point.curve == "pca_points"]

    assert [point.series for point in drawn] == ["a", "b", "b"]


def test_who_is_drawn_hangs_on_the_keys_alone():
    labels = np.zeros(5_000, dtype=int)
    keys = [f"C{number}" for number in range(5_000)]
    points = np.arange(10_000.0).reshape(5_000, 2)
    plane = principal_components(points)
    order = np.random.default_rng(1).permutation(5_000)

    first = picture_of(points, labels, ["a"], keys, plane, ["x", "y"])
    second = picture_of(points[order], labels, ["a"], [keys[i] for i in order], plane, ["x", "y"])

    assert first == second


def test_a_segment_without_customers_is_not_drawn():
    series = {point.series for point in picture([0, 0, 2], ["a", "b", "c"]) if point.curve.startswith("pca_")}

    assert "b" not in series


def test_each_feature_and_each_component_is_a_point():
    points = picture([0, 1] * 50, ["a", "b"])

    loadings = {point.label: (point.x, point.y) for point in points if point.curve == "pca_loadings"}
    assert list(loadings) == ["a", "b", "c", "d"]
    assert np.sum(np.square(list(loadings.values())), axis=0) == pytest.approx([1, 1])
    shares = [point.y for point in points if point.curve == "pca_explained_variance"]
    assert shares == sorted(shares, reverse=True)


def test_a_fit_stores_its_figures_under_the_names_of_its_segments(row):
    curves = pd.DataFrame(json.loads(row.curves))

    assert set(curves.loc[curves["curve"] == "pca_points", "series"]) == set(NAMES["segment_name"])
    assert (curves["curve"] == "pca_points").sum() == 400
    sizes = {segment["segment_name"]: segment["row_count"] for segment in json.loads(row.segments)}
    centroids = curves[curves["curve"] == "pca_centroids"].set_index("series")["row_count"]
    assert centroids.to_dict() == sizes


def test_every_metric_and_every_curve_has_its_definition(row):
    assert {one["metric"] for one in json.loads(row.metrics)} <= defined_names("metric")
    assert {point["curve"] for point in json.loads(row.curves)} <= defined_names("curve")


def test_other_names_reach_the_pictures_and_nothing_else():
    curves = [
        {"curve": "pca_points", "series": "Prudent", "x": 1.0},
        {"curve": "pca_centroids", "series": "Bold", "x": 1.0},
        {"curve": "pca_points", "series": "Gone", "x": 1.0},
        {"curve": "elbow", "series": "Prudent", "x": 1.0},
    ]

    swapped = renamed_curves(curves, {"Prudent": "Bold", "Bold": "Prudent"})

    assert [point["series"] for point in swapped] == ["Bold", "Prudent", "Gone", "Prudent"]


def test_one_segment_alone_is_drawn_too():
    fixed = {"segments": {"fixed": 1, "because": "too few to serve apart", "search": [2, 3]}}

    row = fit(CUSTOMERS, declared_with(lambda d: d["populations"]["active"].update(fixed))).iloc[0]

    assert [one["metric"] for one in json.loads(row.metrics)] == ["explained_variance_of_two_components"]
    assert "pca_points" in row.curves
