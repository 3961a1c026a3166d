"""What comes back when customers are drawn anew."""

import numpy as np
import pytest
from segmentation_cases import blobs

from segmart.learning.hashing import fold_of
from segmart.segmentation.clustering import K_MEANS, k_means
from segmart.segmentation.hierarchy import Agglomerative
from segmart.segmentation.mixture import GaussianMixture
from segmart.segmentation.stability import (
    best_jaccard,
    bootstrap_stability,
    contingency,
    cross_validated_rand,
)


def stability_of(points, segment_count, rows=500):
    partition = k_means(points, segment_count, seed=1, starts=5, priority=[0, 1]).partition
    return bootstrap_stability(points, partition, seed=1, resamples=20, rows=rows, starts=3)


def test_groups_that_lie_apart_come_back_every_time():
    points, _ = blobs(seed=1, rows=500)

    found = stability_of(points, 5)

    assert len(found.rand_indices) == 20
    assert found.rand_indices.min() > 0.99
    assert found.jaccard.min() > 0.99


def test_segments_cut_through_a_round_cloud_do_not():
    cloud = np.random.default_rng(2).normal(size=(500, 4))

    found = stability_of(cloud, 6)

    assert found.jaccard.min() < 0.6
    assert found.rand_indices.mean() < 0.6


def test_only_the_segment_that_is_not_there_is_unstable():
    points, _ = blobs(seed=3, rows=500)

    # A sixth segment has to cut one of five groups in two.
    assert (stability_of(points, 6).jaccard > 0.8).sum() >= 3
    assert stability_of(points, 6).jaccard.min() < 0.75


def test_of_many_rows_a_subset_is_compared():
    points, _ = blobs(seed=4, rows=3000)

    assert stability_of(points, 5, rows=300).jaccard.min() > 0.98


def test_the_table_counts_pairs_of_labels():
    table = contingency(np.array([0, 0, 1, 1]), np.array([2, 2, 0, 2]), 2, 3)

    assert table.tolist() == [[0, 0, 2], [1, 0, 1]]


def test_the_jaccard_similarity_is_that_of_the_best_counterpart():
    # Of 10 and 6 rows: 8 in common with a segment of 8; 4 in common with a segment of 4.
    assert best_jaccard(np.array([[8, 2, 0], [0, 2, 4]])) == pytest.approx([0.8, 4 / 6])


def cross_validated(points, segment_count, algorithm=K_MEANS):
    partition = k_means(points, segment_count, seed=1, starts=5, priority=[0, 1]).partition
    folds = fold_of((f"C{row}" for row in range(len(points))), 5)
    return cross_validated_rand(points, folds, partition, seed=1, starts=3, algorithm=algorithm)


@pytest.mark.parametrize("algorithm", [K_MEANS, GaussianMixture(), Agglomerative(np.arange(5))])
def test_groups_that_lie_apart_are_found_without_the_customers_they_are_asked_about(algorithm):
    points, _ = blobs(seed=1, rows=500)

    found = cross_validated(points, 5, algorithm)

    assert len(found) == 5
    assert found.min() > 0.98


def test_segments_cut_through_a_round_cloud_are_not_found_again_by_others():
    cloud = np.random.default_rng(2).normal(size=(500, 4))

    assert cross_validated(cloud, 6).mean() < 0.7


def test_a_fold_is_judged_by_a_division_that_has_not_seen_it():
    # Three groups on a line; the last fold holds all of the third one and half of the second.
    groups = np.repeat([0.0, 10.0, 20.0], 40)
    points = (groups + np.random.default_rng(1).normal(size=120))[:, None]
    partition = k_means(points, 3, seed=1, starts=5, priority=[0]).partition
    folds = np.where(np.arange(120) < 60, np.arange(120) % 4, 4)

    found = cross_validated_rand(points, folds, partition, seed=1, starts=3)

    assert found[:4].tolist() == [1, 1, 1, 1]
    # The others never saw the third group and have no segment for it.
    assert found[4] < 0.5


def test_too_few_customers_have_no_cross_validation():
    points, _ = blobs(seed=1, rows=500)
    partition = k_means(points, 5, seed=1, starts=5, priority=[0, 1]).partition

    assert cross_validated_rand(points[:10], np.arange(10) % 5, partition, seed=1, starts=1) is not None
    assert cross_validated_rand(points[:5], np.arange(5), partition, seed=1, starts=1) is None
    assert cross_validated_rand(points[:30], np.arange(30) % 4 + 1, partition, seed=1, starts=1) is None
