"""One feature cut into bins: edges, groups, missing and unseen values."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmart.risk.scorecard.binned import binned_from_content
from segmart.risk.scorecard.binning import bin_feature
from segmart.risk.scorecard.options import ScorecardOptions
from segmart.risk.scorecard.partitions import Groups, Intervals

RANDOM = np.random.default_rng(5)
VALUES = RANDOM.normal(size=3_000)
IS_BAD = RANDOM.random(3_000) < 1 / (1 + np.exp(1.5 - VALUES))


def binned(values, is_bad=IS_BAD, direction="auto", **options):
    kind = object if any(isinstance(value, str) for value in values) else float
    column = pd.Series(values, name="feature", dtype=kind)
    return bin_feature(column, np.asarray(is_bad, dtype=bool), direction, ScorecardOptions(**options))


def test_every_row_is_counted_in_its_bin():
    values = np.where(RANDOM.random(3_000) < 0.1, np.nan, VALUES)

    feature = binned(values)

    positions = feature.partition.positions(pd.Series(values))
    assert feature.good == tuple(np.bincount(positions[~IS_BAD], minlength=feature.partition.bin_count))
    assert feature.bad == tuple(np.bincount(positions[IS_BAD], minlength=feature.partition.bin_count))
    assert feature.good[-1] + feature.bad[-1] == np.isnan(values).sum()


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(["increasing", "decreasing"]), st.integers(0, 10**6))
def test_the_evidence_of_bins_follows_the_declared_direction(direction, seed):
    random = np.random.default_rng(seed)
    values = np.round(random.normal(size=400), 1)
    is_bad = random.random(400) < 0.2 + 0.2 * np.sin(3 * values)

    weights = binned(values, is_bad, direction).weights_of_evidence[:-1]

    steps = np.diff(weights)
    assert (steps <= 0).all() if direction == "increasing" else (steps >= 0).all()


def test_without_a_direction_the_one_that_says_more_is_taken():
    assert binned(VALUES, direction="auto") == binned(VALUES, direction="increasing")
    assert binned(-VALUES, direction="auto") == binned(-VALUES, direction="decreasing")


def test_risk_that_moves_freely_may_turn():
    is_bad = RANDOM.random(3_000) < np.where(np.abs(VALUES) > 1, 0.5, 0.1)

    steps = np.diff(binned(VALUES, is_bad, direction="any").weights_of_evidence[:-1])

    assert steps.min() < 0 < steps.max()


def test_bins_are_as_many_and_as_large_as_declared():
    few, large = binned(VALUES, maximum_bins=3), binned(VALUES, maximum_bins=20, minimum_bin_share=0.2)

    assert len(few.partition.edges) == 2
    assert len(large.partition.edges) >= 3
    assert min(np.add(large.good, large.bad)[:-1]) >= 0.2 * 3_000


def test_edges_are_numbers_people_can_read():
    values = np.repeat([1.0, 12.0, 1_249.0, 1_850.0], 100) + np.tile([0.0, 0.3], 200)
    is_bad = np.concatenate([np.arange(100) % 10 < share for share in (1, 3, 6, 9)])

    assert binned(values, is_bad).partition.edges == (10.0, 1_000.0, 1_800.0)


def test_a_value_many_rows_hold_can_stand_alone():
    values = np.concatenate([np.zeros(690), np.arange(1, 311)])
    is_bad = np.concatenate([np.arange(690) % 10 < 5, np.arange(310) % 10 < 1])

    assert binned(values, is_bad).partition.edges == (1.0,)


def test_a_value_on_an_edge_belongs_to_the_bin_above():
    assert Intervals((10.0, 20.0)).positions(pd.Series([9.9, 10.0, 19.9, 20.0, np.nan])).tolist() == [
        0,
        1,
        1,
        2,
        3,
    ]


def test_bins_of_numbers_are_put_into_words():
    assert Intervals((-0.5, 1_250.0)).words() == [
        "below -0.5",
        "-0.5 to below 1,250",
        "1,250 or more",
        "missing",
    ]
    assert Intervals(()).words() == ["any value", "missing"]


def test_bins_of_levels_are_put_into_words():
    assert Groups((("a", "b"), ("c",)), others=1).words() == ["a, b", "c and all others", "missing"]
    assert Groups((("a",), ()), others=1).words() == ["a", "all others", "missing"]
    assert Groups((("", "a"), ()), others=1).words() == ["(empty text), a", "all others", "missing"]


def test_levels_are_grouped_by_their_risk():
    levels = np.repeat(["a", "b", "c", "d"], 250)
    is_bad = np.concatenate([np.arange(250) % 10 < share for share in (5, 1, 5, 1)])

    partition = binned(levels, is_bad).partition

    assert partition == Groups((("a", "c"), ("b", "d"), ()), others=2)


def test_rare_levels_are_taken_together_and_a_level_never_seen_joins_them():
    levels = np.array(["common"] * 600 + [f"rare {number}" for number in range(400)], dtype=object)
    is_bad = np.concatenate([np.arange(600) % 10 < 1, np.arange(400) % 10 < 6])

    feature = binned(levels, is_bad)

    assert feature.partition.levels == ((), ("common",))
    assert feature.partition.positions(pd.Series(["rare 7", "unheard of", "common", None])).tolist() == [
        0,
        0,
        1,
        2,
    ]
    assert np.add(feature.good, feature.bad).tolist() == [400, 600, 0]


def test_a_level_never_seen_says_nothing_where_none_is_rare():
    feature = binned(np.repeat(["a", "b"], 500), np.concatenate([np.arange(500) % 2, np.arange(500) % 9 < 1]))

    position = feature.partition.positions(pd.Series(["unheard of"], dtype=object))[0]

    assert feature.weights_of_evidence[position] == 0


def test_a_missing_value_says_nothing_where_none_was_missing():
    assert binned(VALUES).weights_of_evidence[-1] == 0


def test_missing_values_are_a_bin_that_keeps_to_no_direction():
    missing = RANDOM.random(3_000) < 0.3
    is_bad = IS_BAD | missing

    weights = binned(np.where(missing, np.nan, VALUES), is_bad, "decreasing").weights_of_evidence

    assert weights[-1] < min(weights[:-1])


@pytest.mark.parametrize("values", [[np.nan] * 3_000, [None] * 2_999 + ["x"], [7.0] * 3_000, ["x"] * 3_000])
def test_a_column_without_content_becomes_one_bin_and_no_error(values):
    feature = binned(values)

    assert sum(feature.good) + sum(feature.bad) == 3_000
    assert feature.information_value < 0.001


def test_a_category_never_filled_has_no_group_but_that_of_all_others():
    feature = bin_feature(
        pd.Series([None] * 3_000, dtype=object, name="feature"), IS_BAD, "auto", ScorecardOptions()
    )

    assert feature.partition.words() == ["all others", "missing"]


def test_ten_thousand_levels_are_binned_by_the_frequent_ones():
    number = np.minimum(RANDOM.zipf(1.2, 30_000), 10_000)
    levels = np.array([f"level {n}" for n in range(10_001)], dtype=object)[number]
    is_bad = RANDOM.random(30_000) < np.where(number % 2, 0.1, 0.4)

    feature = binned(levels, is_bad)

    assert len(set(levels)) > 2_000
    assert sum(map(len, feature.partition.levels)) < 100
    assert feature.information_value > 0.1


def test_the_order_of_rows_changes_nothing():
    order = RANDOM.permutation(3_000)
    levels = np.array([f"level {int(value * 2)}" for value in VALUES], dtype=object)

    assert binned(VALUES[order], IS_BAD[order]) == binned(VALUES, IS_BAD)
    assert binned(levels[order], IS_BAD[order]) == binned(levels, IS_BAD)


def test_levels_of_equal_risk_are_parted_by_name_and_not_by_the_order_of_rows():
    # The levels d and f are alike; either of them could make a large enough.
    rows, bad_of_ten = [30, 50, 40, 50, 40, 50], [6, 2, 4, 4, 2, 4]
    levels = np.repeat(list("abcdef"), rows)
    is_bad = np.concatenate([np.arange(n) % 10 < bad for n, bad in zip(rows, bad_of_ten, strict=True)])

    for seed in range(5):
        order = np.random.default_rng(seed).permutation(len(levels))
        partition = binned(levels[order], is_bad[order], minimum_bin_share=0.2).partition
        assert partition.levels == (("a", "d"), ("c", "f"), ("b", "e"), ())


def test_rows_for_a_table_hold_shares_and_rates():
    rows = binned(VALUES).rows()

    assert sum(row["share"] for row in rows) == pytest.approx(1)
    assert rows[0]["bad_rate"] == rows[0]["bad_count"] / rows[0]["row_count"]
    assert rows[-1] | {"position": 0} == {
        "feature": "feature",
        "position": 0,
        "bin": "missing",
        "row_count": 0,
        "share": 0,
        "bad_count": 0,
        "bad_rate": None,
        "weight_of_evidence": 0,
        "information_value": 0,
    }


def test_bins_written_and_read_are_equal():
    levels = np.array([f"level {int(value)}" for value in VALUES], dtype=object)

    for feature in (binned(VALUES), binned(levels)):
        assert binned_from_content(feature.as_content()) == feature
