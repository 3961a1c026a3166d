"""The indices agree with their definitions."""

import numpy as np
import pytest
from segmentation_cases import blobs, standardised

from segmart.segmentation.clustering import k_means
from segmart.segmentation.validity import calinski_harabasz, davies_bouldin, gap_statistic


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
