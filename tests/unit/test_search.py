"""The search over numbers of segments and the rule that ends it."""

import json

import numpy as np
import pytest
from segmentation_cases import QUICK, blobs, standardised

from segmart.segmentation.clustering import Clustering
from segmart.segmentation.search import Candidate, Effort, Search, choose, results_as_rows, search
from segmart.segmentation.silhouettes import Silhouette
from segmart.segmentation.stability import Stability
from segmart.segmentation.validity import Gap


def candidate(segment_count: int, silhouette: float, jaccard: float, gap: float) -> Candidate:
    return Candidate(
        clustering=Clustering(np.zeros(9, dtype=int), np.zeros((segment_count, 2)), 1.0),
        gap=Gap(gap, 0.01, gap, 0.01),
        silhouette=Silhouette(silhouette, 0.0, row_count=9, is_exact=True),
        stability=Stability(np.ones(20), np.full((20, segment_count), jaccard)),
    )


def search_with(*candidates: Candidate) -> Search:
    undivided = Candidate(Clustering(np.zeros(9, dtype=int), np.zeros((1, 2)), 9.0), Gap(0, 0.01, 0, 0))
    found = {1: undivided} | {one.segment_count: one for one in candidates}
    return Search(found, inner_row_count=9, row_count=9)


def searched(points, counts=range(2, 9), seed=42, effort=QUICK) -> Search:
    return search(points, list(counts), seed, list(range(points.shape[1])), effort, label="test")


def test_the_best_silhouette_decides_among_reproducible_divisions():
    chosen, reason = choose(
        search_with(
            candidate(2, silhouette=0.6, jaccard=0.9, gap=0.5),
            candidate(3, silhouette=0.8, jaccard=0.5, gap=0.9),
            candidate(4, silhouette=0.5, jaccard=0.9, gap=0.8),
        )
    )

    assert chosen == 2
    assert "k = 2 has the best silhouette (0.600)" in reason


def test_between_close_silhouettes_the_gap_statistic_decides():
    chosen, reason = choose(
        search_with(
            candidate(4, silhouette=0.797, jaccard=1.0, gap=1.75),
            candidate(5, silhouette=0.784, jaccard=1.0, gap=2.78),
        )
    )

    assert chosen == 5
    assert "k = 5 has the largest gap statistic (silhouette 0.784)" in reason


def test_a_group_is_not_cut_in_two_for_a_larger_gap_statistic():
    chosen, reason = choose(
        search_with(
            candidate(3, silhouette=0.829, jaccard=1.0, gap=1.5),
            candidate(4, silhouette=0.780, jaccard=1.0, gap=1.7),
        )
    )

    assert chosen == 3
    assert "gap" not in reason


def test_without_a_reproducible_division_the_best_silhouette_is_taken_and_said_so():
    chosen, reason = choose(
        search_with(
            candidate(2, silhouette=0.2, jaccard=0.7, gap=0.9),
            candidate(3, silhouette=0.3, jaccard=0.4, gap=0.1),
        )
    )

    assert chosen == 3
    assert "at no k tried does every segment come back" in reason


@pytest.mark.parametrize("seed", range(4))
def test_five_groups_that_lie_apart_are_found_to_be_five(seed):
    points, _ = blobs(seed, rows=700)

    assert choose(searched(points, seed=seed))[0] == 5


def test_neither_the_seed_nor_the_order_of_equal_rows_changes_the_division():
    points, _ = blobs(seed=9, rows=1000)

    first, second = (searched(points, counts=[5], seed=seed).candidates[5] for seed in (1, 2))

    assert first.clustering.centroids.tobytes() == second.clustering.centroids.tobytes()
    assert (first.clustering.labels == second.clustering.labels).all()


def test_every_number_of_segments_leaves_a_complete_row():
    points, _ = blobs(seed=1, rows=400)
    found = searched(points, counts=[2, 5])

    one, two, five = results_as_rows(found, chosen=5)

    assert [one["k"], two["k"], five["k"]] == [1, 2, 5]
    assert [one["is_chosen"], two["is_chosen"], five["is_chosen"]] == [False, False, True]
    assert one["silhouette"] is None
    assert one["inertia"] == pytest.approx(400 * 4)
    assert "compared with" in one["note"]
    assert (five["silhouette_row_count"], five["is_silhouette_exact"]) == (400, True)
    assert five["silhouette_low"] == five["silhouette"] == five["silhouette_high"]
    assert five["stability_ari_low"] <= five["stability_ari_mean"] <= five["stability_ari_high"]
    assert five["jaccard_minimum"] <= five["jaccard_mean"]
    assert all(value is not None for name, value in five.items() if name != "note")
    json.dumps([one, two, five], allow_nan=False)


def test_it_is_recorded_on_how_many_rows_a_figure_rests():
    points, _ = blobs(seed=1, rows=1200)

    row = results_as_rows(searched(points, counts=[5]), chosen=5)[1]

    assert (row["silhouette_row_count"], row["is_silhouette_exact"]) == (QUICK.silhouette_rows, False)
    assert row["silhouette_low"] < row["silhouette"] < row["silhouette_high"]
    assert row["note"] == "gap statistic and stability on 500 of 1,200 rows"


def test_two_searches_of_the_same_points_are_equal():
    points = standardised(np.random.default_rng(1).normal(size=(900, 3)))

    first, second = (results_as_rows(searched(points, counts=[2, 3]), chosen=2) for _ in range(2))

    assert first == second


def test_as_many_segments_as_rows_can_be_searched():
    found = searched(np.array([[0.0, 0], [0, 9], [9, 0]]), counts=[2, 3])

    assert found.candidates[3].davies_bouldin is None
    assert found.candidates[3].clustering.inertia == 0


def test_a_search_resamples_at_least_twenty_times_unless_told_otherwise():
    assert Effort().resamples >= 20
    assert Effort().starts >= 10


def test_segments_in_another_order_take_their_figures_with_them():
    points, _ = blobs(seed=1, rows=300)
    found = searched(points, counts=[6])
    before, order = found.candidates[6], np.array([3, 1, 0, 5, 4, 2])

    after = found.with_segments_in_order(6, order).candidates[6]

    assert after.clustering.sizes.tolist() == before.clustering.sizes[order].tolist()
    assert after.clustering.centroids.tolist() == before.clustering.centroids[order].tolist()
    assert after.jaccard_per_segment == [before.jaccard_per_segment[position] for position in order]
    assert len(set(after.jaccard_per_segment)) > 2
    assert after.silhouette == before.silhouette
    assert len(found.with_segments_in_order(1, np.array([0])).candidates[1].jaccard_per_segment) == 1
