"""Customers joined by Ward's rule, and where everybody else belongs."""

import numpy as np
import pytest
from segmentation_cases import blobs, standardised
from sklearn.cluster import AgglomerativeClustering

from segmart.agreement import adjusted_rand_index
from segmart.learning.hashing import in_hash_order
from segmart.segmentation.clustering import means_of
from segmart.segmentation.hierarchy import Agglomerative, cut, grow
from segmart.segmentation.partition import nearest
from segmart.segmentation.stability import contingency

CLOUD = standardised(np.random.default_rng(1).normal(size=(400, 3)))


def divided(points, segment_count, rows=None):
    algorithm = Agglomerative(np.arange(len(points)) if rows is None else rows)
    return algorithm.divide(points, [segment_count], 42, 10, list(range(points.shape[1])))[segment_count]


@pytest.mark.parametrize("segment_count", [1, 2, 3, 7, 400])
def test_the_cut_tree_equals_that_of_scikit_learn(segment_count):
    expected = AgglomerativeClustering(segment_count, linkage="ward").fit_predict(CLOUD)

    table = contingency(cut(grow(CLOUD), segment_count), expected, segment_count, segment_count)

    assert (np.count_nonzero(table, axis=0) == 1).all()
    assert (np.count_nonzero(table, axis=1) == 1).all()


def test_equally_high_joins_still_give_the_number_asked_for():
    corners = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]])

    for count in (1, 2, 3, 4):
        assert len(np.unique(cut(grow(corners), count))) == count


def test_the_joins_add_up_to_the_inertia_of_all():
    heights = grow(CLOUD)[:, 2]

    assert (np.diff(heights) >= 0).all()
    assert (heights**2).sum() / 2 == pytest.approx((CLOUD**2).sum())


def test_groups_that_lie_apart_are_found_and_nobody_is_reassigned():
    points, places = blobs(seed=1, rows=500)
    found = divided(points, 5)

    assert adjusted_rand_index(contingency(found.labels, places, 5, 5)) > 0.99
    assert not found.is_reassigned.any()
    assert found.centroids[:, 0].tolist() == sorted(found.centroids[:, 0])


def test_everybody_belongs_to_the_nearest_centroid_whatever_the_tree_said():
    found = divided(CLOUD, 4)

    assert (found.labels == nearest(CLOUD, found.centroids)).all()
    assert found.centroids == pytest.approx(means_of(CLOUD, found.own_labels, 4))
    assert found.inertia == pytest.approx(((CLOUD - found.centroids[found.labels]) ** 2).sum())
    assert 0.02 < found.is_reassigned.mean() < 0.5
    assert (found.is_reassigned == (found.labels != found.own_labels)).all()


def test_a_tree_of_some_of_many_divides_all_of_them():
    points, places = blobs(seed=2, rows=3000)
    rows = in_hash_order([f"C{number}" for number in range(3000)], 300)
    found = divided(points, 5, rows)

    assert (len(found.labels), len(found.own_labels), len(found.heights)) == (3000, 300, 299)
    assert adjusted_rand_index(contingency(found.labels, places, 5, 5)) > 0.99
    assert found.centroids == pytest.approx(means_of(points[rows], found.labels[rows], 5))


def test_a_moved_division_takes_one_step_and_keeps_a_centroid_that_lost_everybody():
    points = np.array([[0.0], [1.0], [9.0]])
    algorithm = Agglomerative(np.arange(3))
    partition = algorithm.refit(points, 2, seed=1, starts=1)

    moved = algorithm.moved(partition, np.array([[0.2], [0.4]]))

    assert np.sort(partition.centroids[:, 0]).tolist() == [0.5, 9.0]
    assert np.sort(moved.centroids[:, 0]) == pytest.approx([0.3, 9.0])


def test_the_inertia_of_a_refit_falls_with_every_further_segment():
    dispersions = Agglomerative(np.arange(400)).log_dispersions(CLOUD, [1, 2, 3, 4], 1, 1)

    assert dispersions[0] == pytest.approx(np.log((CLOUD**2).sum()))
    assert (np.diff(dispersions) < 0).all()
