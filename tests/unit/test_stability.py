"""What comes back when customers are drawn anew."""

import numpy as np
import pytest
from segmentation_cases import blobs

from segmart.segmentation.clustering import k_means
from segmart.segmentation.stability import best_jaccard, bootstrap_stability, contingency


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
