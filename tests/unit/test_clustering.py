"""k-means that depends on the points only."""

import numpy as np
import pytest
from segmentation_cases import blobs

from segmart.segmentation.clustering import (
    converge,
    in_canonical_order,
    k_means,
    means_of,
    nearest,
    squared_distances,
)

EVERY_FEATURE = [0, 1, 2, 3]


def test_groups_that_lie_apart_are_found():
    points, places = blobs(seed=1, rows=2000)

    found = k_means(points, 5, seed=42, starts=10, priority=EVERY_FEATURE)

    assert set(found.labels) == {0, 1, 2, 3, 4}
    assert len({(label, place) for label, place in zip(found.labels, places, strict=True)}) == 5


def test_another_seed_gives_the_same_centroids_to_the_last_bit():
    points, _ = blobs(seed=2, rows=5000)

    first, second = (k_means(points, 5, seed, starts=10, priority=EVERY_FEATURE) for seed in (42, 4711))

    assert first.centroids.tobytes() == second.centroids.tobytes()
    assert (first.labels == second.labels).all()


def test_every_row_belongs_to_its_nearest_centroid_and_every_centroid_is_the_mean_of_its_rows():
    points = np.random.default_rng(3).normal(size=(800, 4))

    found = k_means(points, 6, seed=1, starts=3, priority=EVERY_FEATURE)

    assert (nearest(points, found.centroids) == found.labels).all()
    assert found.centroids == pytest.approx(means_of(points, found.labels, 6))
    assert found.inertia == pytest.approx(((points - found.centroids[found.labels]) ** 2).sum())
    assert found.sizes.sum() == 800


def test_it_runs_until_no_row_changes_its_segment():
    points = np.random.default_rng(5).normal(size=(800, 2))

    found = converge(points, points[:6])

    assert (nearest(points, means_of(points, found.labels, 6)) == found.labels).all()


def test_it_is_no_worse_than_scikit_learn_with_ten_starts():
    from sklearn.cluster import KMeans

    points = np.random.default_rng(4).normal(size=(600, 4))

    reference = KMeans(6, n_init=10, tol=0, random_state=0).fit(points).inertia_

    assert k_means(points, 6, seed=0, starts=10, priority=EVERY_FEATURE).inertia <= reference * 1.001


def test_segments_are_numbered_by_the_feature_of_highest_priority_then_by_the_next():
    points = np.array([[0.0, 9], [0, 9], [5, 1], [5, 1], [5, 4], [5, 4]])
    found = k_means(points, 3, seed=1, starts=3, priority=[0, 1])

    assert found.centroids.tolist() == [[0, 9], [5, 1], [5, 4]]
    reordered = in_canonical_order(found, priority=[1, 0])
    assert reordered.centroids.tolist() == [[5, 1], [5, 4], [0, 9]]
    assert reordered.labels.tolist() == [2, 2, 0, 0, 1, 1]


def test_a_segment_that_loses_its_last_row_keeps_its_place():
    points = np.array([[0.0], [1.0], [10.0]])

    found = converge(points, np.array([[0.5], [10.0], [99.0]]))

    assert found.segment_count == 3
    assert found.sizes.tolist() == [2, 1, 0]
    assert found.centroids[2] == 99


def test_of_two_equally_near_centroids_the_first_is_taken():
    assert nearest(np.array([[0.0]]), np.array([[1.0], [-1.0]])) == [0]


def test_distances_are_squared_sums_over_features():
    distances = squared_distances(np.array([[0.0, 0], [3, 4]]), np.array([[0.0, 0], [3, 0]]))

    assert distances.tolist() == [[0, 9], [25, 16]]
