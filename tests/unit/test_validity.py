"""The indices agree with their definitions."""

import numpy as np
import pytest
from segmentation_cases import blobs, standardised

from segmart.segmentation.clustering import k_means, squared_distances
from segmart.segmentation.validity import (
    calinski_harabasz,
    davies_bouldin,
    gap_statistic,
    silhouettes,
    simplified_silhouettes,
)


def everyone(points) -> np.ndarray:
    return np.arange(len(points))


def test_silhouettes_equal_those_of_scikit_learn():
    from sklearn.metrics import silhouette_score

    points = np.random.default_rng(1).normal(size=(700, 3))
    labelings = [np.random.default_rng(k).integers(k, size=700) for k in (2, 3, 7)]

    found = silhouettes(points, labelings, everyone(points))

    assert found == pytest.approx([silhouette_score(points, labels) for labels in labelings], abs=1e-9)


def test_silhouettes_do_not_depend_on_how_the_distances_are_cut_into_tiles(monkeypatch):
    points, places = blobs(seed=1, rows=300)
    whole = silhouettes(points, [places], everyone(points))

    monkeypatch.setattr("segmart.segmentation.validity.TILE_SIZE", 5_000)

    assert silhouettes(points, [places], everyone(points)) == pytest.approx(whole, abs=1e-12)


def test_some_rows_against_all_estimate_the_silhouette_of_all():
    points, places = blobs(seed=2, rows=4000, spread=2.0)
    some = np.random.default_rng(0).choice(4000, 800, replace=False)

    assert silhouettes(points, [places], some) == pytest.approx(
        silhouettes(points, [places], everyone(points)), abs=0.02
    )


def test_the_only_member_of_a_segment_has_silhouette_0():
    points = np.array([[0.0], [1.0], [9.0]])

    alone = silhouettes(points, [np.array([0, 0, 1])], np.array([2]))

    assert alone == [0.0]


def test_rows_that_coincide_have_silhouette_0():
    assert silhouettes(np.zeros((4, 2)), [np.array([0, 0, 1, 1])], np.arange(4)) == [0.0]


def test_the_simplified_silhouette_compares_the_own_centroid_with_the_next():
    squared = squared_distances(np.array([[0.0], [4.0], [9.0]]), np.array([[0.0], [8.0]]))

    assert simplified_silhouettes(squared, np.array([0, 0, 0])) == pytest.approx([1, 0, (1 - 9) / 9])
    assert simplified_silhouettes(squared[:, :1], np.array([0, 0, 0])).tolist() == [0, 0, 0]


def test_the_other_indices_are_those_of_scikit_learn():
    from sklearn.metrics import calinski_harabasz_score, davies_bouldin_score

    points, _ = blobs(seed=3, rows=300)
    found = k_means(points, 4, seed=1, starts=3, priority=[0, 1, 2, 3])

    assert davies_bouldin(points, found) == davies_bouldin_score(points, found.labels)
    assert calinski_harabasz(points, found) == calinski_harabasz_score(points, found.labels)


def test_a_uniform_rectangle_is_its_own_reference():
    rectangle = np.random.default_rng(5).uniform(size=(400, 2)) * [1, 9]

    gap = gap_statistic(rectangle, [1, 2], seed=1, reference_draws=10, starts=2)[1]

    assert gap.value == pytest.approx(0, abs=0.1)
    assert (gap.rise, gap.rise_standard_error) == (0, 0)


def test_the_gap_statistic_peaks_at_the_number_of_groups():
    points, _ = blobs(seed=6, rows=600)

    gaps = gap_statistic(points, list(range(1, 9)), seed=1, reference_draws=8, starts=3)

    assert max(gaps, key=lambda count: gaps[count].value) == 5
    assert gaps[5].rise == pytest.approx(gaps[5].value - gaps[1].value)
    assert gaps[5].rise > 20 * gaps[5].rise_standard_error


@pytest.mark.parametrize("features", [2, 3, 4])
def test_a_correlated_cloud_is_not_taken_for_structure(features):
    generator = np.random.default_rng(features)
    cloud = generator.normal(size=(600, features)) @ generator.normal(size=(features, features))

    gaps = gap_statistic(standardised(cloud), list(range(1, 7)), seed=1, reference_draws=8, starts=3)

    assert all(gaps[count].rise < 0.1 for count in range(2, 7))


def test_points_without_any_dispersion_left_have_a_finite_gap():
    points = np.repeat([[0.0, 0], [1, 0], [0, 1]], 50, axis=0)

    assert np.isfinite(gap_statistic(points, [1, 3], seed=1, reference_draws=4, starts=2)[3].value)


def test_the_gap_statistic_needs_one_segment_to_compare_with():
    with pytest.raises(ValueError, match="must be 1"):
        gap_statistic(np.zeros((3, 1)), [2, 3], seed=1, reference_draws=2, starts=1)
