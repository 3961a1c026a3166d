"""Ids that survive a refit."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from segmentation_cases import QUICK, artefact, customers, declaration, recipe

from segmart.segmentation.assignment import assign_rows
from segmart.segmentation.declaration import parse_declaration
from segmart.segmentation.identity import (
    History,
    Segment,
    give_ids,
    identify,
    lineage,
    match_by_centroids,
    match_by_members,
)
from segmart.segmentation.population import Place, learn
from segmart.segmentation.preparation import Preparation

TYPES = {
    "days_since_last_trade": "INTEGER",
    "trade_count_365d": "INTEGER",
    "traded_notional_usd_365d": "DOUBLE",
    "net_asset_value_usd": "DOUBLE",
}


def segments(*ids: int) -> list[Segment]:
    return [Segment(segment_id, f"segment {segment_id}") for segment_id in ids]


def events(rows: list[dict], event: str) -> list[tuple]:
    return [(row["from_segment_ids"], row["into_segment_ids"]) for row in rows if row["event"] == event]


def prepared_by(*recipes) -> Preparation:
    return Preparation(recipes)


def learned(frame: pd.DataFrame, history: History):
    declared = parse_declaration(
        "m", declaration(populations={"active": declaration()["populations"]["active"] | {"segments": FIXED}})
    )
    return learn(Place("m", 2, "active"), declared, frame, TYPES, [], history, {}, HARDLY_JUDGED).artefact


# Ids do not hang on how well the one division is judged, which is most of the work.
HARDLY_JUDGED = replace(QUICK, reference_draws=2, resamples=2)
FIXED = {"fixed": 5, "because": "five were planted", "search": [5, 5]}


def test_most_customers_keep_their_id_over_thirty_bootstrap_refits():
    everybody = customers(seed=1, rows=600)
    champion = learned(everybody, History())
    before = assign_rows(champion, everybody)["segment_id"]
    generator = np.random.default_rng(1)

    kept = []
    for _ in range(30):
        drawn = everybody.iloc[np.sort(generator.integers(600, size=600))]
        refit = learned(drawn.reset_index(drop=True), History(champion, next_id=6))
        kept.append((assign_rows(refit, everybody)["segment_id"] == before).mean())

    assert min(kept) >= 0.99


def test_segments_are_matched_by_common_members_whatever_their_order():
    assert match_by_members(np.array([[0, 90, 3], [2, 5, 80], [70, 0, 1]])) == {0: 2, 1: 0, 2: 1}


@given(permutation=st.permutations(range(5)), sizes=st.lists(st.integers(1, 1000), min_size=5, max_size=5))
def test_the_same_division_under_other_numbers_keeps_every_id(permutation, sizes):
    overlap = np.zeros((5, 5), dtype=int)
    overlap[np.arange(5), permutation] = sizes

    matched = match_by_members(overlap)

    assert [matched[new] for new in permutation] == list(range(5))


def test_the_larger_part_of_a_split_keeps_the_id():
    assert match_by_members(np.array([[40, 60]])) == {1: 0}


def test_a_handful_does_not_give_its_name_to_a_large_segment():
    # The ten customers of a small segment ended up in the second half of a large one.
    overlap = np.array([[1000, 1000], [0, 10]])

    assert 1 not in match_by_members(overlap).values()


def test_a_segment_that_drew_from_everywhere_is_a_new_one():
    assert match_by_members(np.array([[30], [30], [30]])) == {}


def test_without_common_rows_the_nearest_centroids_match():
    old = np.array([[0.0, 0], [10, 0], [0, 10]])

    assert match_by_centroids(old, np.array([[0.0, 9], [1, 1], [9, 1]])) == {0: 2, 1: 0, 2: 1}


def test_a_centroid_too_far_away_is_no_match():
    assert match_by_centroids(np.array([[0.0], [10.0]]), np.array([[0.0], [16.0]])) == {0: 0}


def test_new_segments_get_ids_that_were_never_used():
    assert give_ids(3, {0: 1}, old_ids=[4, 2], next_id=9) == [2, 9, 10]


def test_a_champion_that_lacks_a_column_is_compared_by_the_features_both_have():
    champion = artefact([[0, 0], [10, 5]], ids=[7, 8])
    new = [recipe("x", center=5.0, scale=2.0), recipe("other")]
    # In the new scale 2.6 and -2.4 stand for 10.2 and 0.2.
    centroids = np.array([[2.6, 0.0], [-2.4, 0.0]])
    frame = pd.DataFrame({"x": [0.2, 10.2], "other": [0.0, 0.0]})

    ids, overlap = identify(History(champion, 9), frame, prepared_by(*new), centroids, np.array([1, 0]))

    assert ids == [8, 7]
    assert overlap is None


def test_a_champion_that_cannot_place_most_customers_is_compared_by_centroids():
    champion = artefact([[0, 0], [10, 5]])
    frame = pd.DataFrame({"x": [0.0, 10.0, 10.0], "y": [0.0, np.nan, np.nan]})

    ids, overlap = identify(
        History(champion, 3),
        frame,
        prepared_by(recipe("x")),
        np.array([[10.0], [0.0]]),
        np.array([1, 0, 0]),
    )

    assert ids == [2, 1]
    assert overlap is None


def test_nothing_in_common_is_a_new_beginning():
    frame = pd.DataFrame({"z": [0.0, 1.0]})

    ids, _ = identify(
        History(artefact([[0.0], [1.0]]), 3),
        frame,
        prepared_by(recipe("z")),
        np.array([[0.0], [1.0]]),
        np.array([0, 1]),
    )

    assert ids == [3, 4]


def test_a_first_fit_numbers_by_rank_and_every_segment_is_born():
    ids, overlap = identify(
        History(), pd.DataFrame(), prepared_by(), np.zeros((3, 1)), np.zeros(0, dtype=int)
    )

    assert ids == [1, 2, 3]
    assert events(lineage(overlap, [], segments(1, 2, 3)), "birth") == [([], [1]), ([], [2]), ([], [3])]


def test_births_deaths_splits_and_merges_are_rows():
    # Segment 1 stays and loses a part to the new 5; 2 and 3 become 3; 4 stays.
    overlap = np.array([[60, 40, 0, 0], [0, 0, 50, 0], [0, 0, 70, 0], [0, 0, 0, 30]])

    rows = lineage(overlap, segments(1, 2, 3, 4), segments(1, 5, 3, 4))

    assert events(rows, "kept") == [([1], [1]), ([3], [3]), ([4], [4])]
    assert events(rows, "birth") == [([], [5])]
    assert events(rows, "death") == [([2], [])]
    assert events(rows, "split") == [([1], [1, 5])]
    assert events(rows, "merge") == [([2, 3], [3])]
    kept = rows[0]
    assert (kept["customer_count"], kept["customer_share"]) == (60, pytest.approx(0.6))


def test_without_common_rows_counts_are_unknown():
    rows = lineage(None, segments(1, 2), segments(2, 3))

    assert [row["event"] for row in rows] == ["kept", "birth", "death"]
    assert all(row["customer_count"] is None for row in rows)
