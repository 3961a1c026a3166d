"""Silhouettes: exact ones are exact, estimated ones keep the promise of their interval."""

import numpy as np
import pytest
from segmentation_cases import blobs, standardised
from sklearn.metrics import silhouette_samples, silhouette_score

from segmart.segmentation.clustering import k_means, nearest, squared_distances
from segmart.segmentation.silhouettes import (
    mean_silhouettes,
    sampling_error,
    silhouettes,
    simplified_silhouettes,
)


def everyone(points) -> np.ndarray:
    return np.arange(len(points))


def exact(points, labels) -> float:
    (found,) = mean_silhouettes(points, [labels], everyone(points))
    assert found.is_exact
    return found.value


def divided(points, segment_count: int) -> np.ndarray:
    return k_means(points, segment_count, seed=1, starts=2, priority=[0]).labels


def test_silhouettes_of_every_row_equal_those_of_scikit_learn():
    points = np.random.default_rng(1).normal(size=(700, 3))
    labelings = [np.random.default_rng(k).integers(k, size=700) for k in (2, 3, 7)]

    found = silhouettes(points, labelings, everyone(points))

    for widths, labels in zip(found, labelings, strict=True):
        assert widths == pytest.approx(silhouette_samples(points, labels), abs=1e-5)


@pytest.mark.parametrize(
    "points",
    [
        pytest.param(np.random.default_rng(2).integers(0, 4, size=(900, 2)).astype(float), id="duplicates"),
        pytest.param(
            np.random.default_rng(3).normal(size=(900, 2))
            + np.repeat([[0, 0], [1e4, 0], [0, 1e4]], 300, axis=0),
            id="clouds far apart",
        ),
        pytest.param(1e6 + np.random.default_rng(4).normal(size=(900, 3)), id="far from the origin"),
        pytest.param(np.random.default_rng(5).lognormal(sigma=3, size=(900, 2)), id="heavy tails"),
        pytest.param(
            np.concatenate(
                [
                    1e-4 * np.random.default_rng(6).normal(size=(800, 2)),
                    np.random.default_rng(7).normal(size=(100, 2)),
                ]
            ),
            id="a dense core",
        ),
        pytest.param(np.linspace(0, 1, 900)[:, None] ** 2, id="one feature"),
    ],
)
def test_single_precision_costs_no_accuracy_that_matters(points):
    for segment_count in (2, 3, 8):
        labels = divided(points, segment_count)
        assert exact(points, labels) == pytest.approx(silhouette_score(points, labels), abs=1e-5)


def test_segments_of_two_rows_are_measured_as_well_as_large_ones():
    points = np.random.default_rng(3).normal(size=(200, 3))
    labels = np.arange(200) // 2

    (found,) = silhouettes(points, [labels], everyone(points))

    assert found == pytest.approx(silhouette_samples(points, labels), abs=1e-5)


def test_silhouettes_do_not_depend_on_how_the_distances_are_cut_into_tiles(monkeypatch):
    points, places = blobs(seed=1, rows=300)
    whole = exact(points, places)

    monkeypatch.setattr("segmart.segmentation.silhouettes.TILE", 17)

    assert exact(points, places) == pytest.approx(whole, abs=1e-6)


def test_the_only_member_of_a_segment_has_silhouette_0():
    points = np.array([[0.0], [1.0], [9.0]])

    (alone,) = silhouettes(points, [np.array([0, 0, 1])], np.array([2]))

    assert alone.tolist() == [0]


def test_rows_that_coincide_have_silhouette_0():
    assert exact(np.zeros((4, 2)), np.array([0, 0, 1, 1])) == 0


def test_rows_without_another_segment_have_silhouette_0():
    assert exact(np.arange(4.0)[:, None], np.zeros(4, dtype=int)) == 0
    assert mean_silhouettes(np.arange(4.0)[:, None], [], np.arange(4)) == []


def test_the_simplified_silhouette_compares_the_own_centroid_with_the_next():
    squared = squared_distances(np.array([[0.0], [4.0], [9.0]]), np.array([[0.0], [8.0]]))

    assert simplified_silhouettes(squared, np.array([0, 0, 0])) == pytest.approx([1, 0, (1 - 9) / 9])
    assert simplified_silhouettes(squared[:, :1], np.array([0, 0, 0])).tolist() == [0, 0, 0]


def two_near(generator) -> np.ndarray:
    return generator.normal(size=(1500, 4)) + 1.6 * generator.integers(2, size=1500)[:, None]


CLOUDS = [
    pytest.param(lambda generator: blobs(0, rows=1500, spread=1.5)[0], 5, id="five groups"),
    pytest.param(two_near, 2, id="two near groups"),
    pytest.param(lambda generator: generator.lognormal(size=(1500, 2)), 4, id="heavy tails"),
    pytest.param(lambda generator: generator.uniform(size=(1500, 2)), 3, id="no groups"),
]


@pytest.mark.parametrize(("cloud", "segment_count"), CLOUDS)
def test_the_interval_of_an_estimate_holds_the_exact_figure_as_often_as_it_says(cloud, segment_count):
    points = standardised(cloud(np.random.default_rng(8)))
    labels = divided(points, segment_count)
    truth = exact(points, labels)
    draws = [
        mean_silhouettes(points, [labels], np.random.default_rng(seed).choice(1500, 300, replace=False))[0]
        for seed in range(60)
    ]

    held = [draw.interval.low <= truth <= draw.interval.high for draw in draws]
    assert np.mean(held) >= 0.9
    assert not any(draw.is_exact for draw in draws)
    # Without the correction by all rows the error is several times as large.
    plain = np.std([silhouettes(points, [labels], np.arange(seed, 1500, 5))[0].mean() for seed in range(5)])
    assert np.std([draw.value for draw in draws]) < plain


@pytest.mark.parametrize(("cloud", "segment_count"), CLOUDS[1:])
def test_the_sampling_error_is_how_far_the_figure_moves_with_other_customers(
    cloud, segment_count, monkeypatch
):
    # Half of the rows are resampled, as of a population larger than that many.
    monkeypatch.setattr("segmart.segmentation.silhouettes.ERROR_ROWS", 200)
    many = cloud(np.random.default_rng(9))
    centroids = k_means(many, segment_count, seed=1, starts=2, priority=[0]).centroids
    figures, errors = [], []
    for seed in range(40):
        points = cloud(np.random.default_rng(100 + seed))[:400]
        labels = nearest(points, centroids)
        figures.append(exact(points, labels))
        errors.append(sampling_error(points, labels, np.random.default_rng(seed)))

    assert np.mean(errors) == pytest.approx(np.std(figures), rel=0.4)


def test_a_resample_without_one_of_the_segments_has_an_error_all_the_same():
    points = np.concatenate([np.arange(99.0), [500.0]])[:, None]

    assert np.isfinite(sampling_error(points, (points[:, 0] > 400).astype(int), np.random.default_rng(1)))
