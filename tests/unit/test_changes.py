"""The smallest change that moves a customer to another segment."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from segmentation_cases import artefact, recipe

from segmart.segmentation.assignment import assign_rows
from segmart.segmentation.changes import smallest_change

PLAIN = artefact([[0, 0], [10, 0], [0, 20]], [recipe("trades", step=1.0, minimum=0), recipe("value_usd")])


def customers(rows, features=("trades", "value_usd")) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(features), dtype=float).assign(customer_id=range(len(rows)))


def applied(frame: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """Return the customers with their proposed changes made, as a reader of the mart would make them."""
    changed = frame.copy()
    for row, changes in enumerate(found["changes"]):
        for change in json.loads(changes):
            changed.loc[row, change["feature"]] = change["to"]
    return changed


def only(frame, target, learned=PLAIN) -> pd.Series:
    return smallest_change(learned, customers(frame), np.array([target] * len(frame))).iloc[0]


def test_one_feature_is_moved_just_across_the_border():
    found = only([[2, 1]], target=2)

    assert json.loads(found.changes) == [{"feature": "trades", "from": 2, "to": 6}]
    assert found.change_in_words == "trades from 2 to 6"
    assert found.scaled_size == 4
    assert found.flips


def test_the_feature_with_the_shorter_way_is_chosen():
    # Three trades fewer would do it as well as 0.01 more value.
    learned = artefact([[0, 0], [10, 10]], PLAIN.recipes)

    found = only([[4, 6.0]], target=2, learned=learned)

    assert json.loads(found.changes) == [{"feature": "value_usd", "from": 6.0, "to": 6.01}]


def test_a_change_downwards_is_rounded_down():
    found = only([[8, 0]], target=1)

    assert json.loads(found.changes) == [{"feature": "trades", "from": 8, "to": 4}]


def test_who_is_there_already_needs_no_change():
    found = only([[2, 1]], target=1)

    assert (found.changes, found.scaled_size, found.flips) == ("[]", 0, True)
    assert found.change_in_words == "no change: already in this segment"


def test_a_value_nobody_was_seen_with_is_not_proposed():
    # Segment 1 is only to be had below zero trades, and counts are not negative.
    learned = artefact([[-4, 9], [4, 0]], [recipe("trades", step=1.0, minimum=0), recipe("value_usd")])

    found = only([[1, 0]], target=1, learned=learned)

    assert "value_usd" in found.change_in_words
    assert all(change["to"] >= 0 for change in json.loads(found.changes))


def test_where_one_feature_cannot_do_it_all_move_together():
    # The target lies between its neighbours along either axis: only diagonal ways reach it.
    learned = artefact([[0, 0], [6, 6], [6, -9], [-9, 6]], [recipe("x"), recipe("y")], ids=[1, 2, 3, 4])
    corner = artefact([[0, 0], [6, 6], [7, 0], [0, 7]], [recipe("x"), recipe("y")], ids=[1, 2, 3, 4])
    frame = customers([[0, 0]], ("x", "y"))

    assert len(json.loads(smallest_change(learned, frame, np.array([2]))["changes"][0])) >= 1
    together = smallest_change(corner, frame, np.array([2])).iloc[0]

    assert [change["feature"] for change in json.loads(together.changes)] == ["x", "y"]
    assert together.flips


def test_a_capped_value_starts_from_its_cap():
    learned = artefact([[0, 0], [10, 0]], [recipe("trades", step=1.0, upper=10.0), recipe("value_usd")])

    found = only([[90, 0]], target=1, learned=learned)

    assert json.loads(found.changes) == [{"feature": "trades", "from": 90, "to": 4}]
    assert found.scaled_size == 6


def test_a_target_beyond_every_cap_is_reported_as_out_of_reach():
    learned = artefact([[0.0], [10.0]], [recipe("trades", step=1.0, maximum=4)])

    found = smallest_change(learned, customers([[1]], ["trades"]), np.array([2])).iloc[0]

    assert not found.flips
    assert "within the range" in found.reason
    assert found.changes == "[]"
    assert pd.isna(found.scaled_size)


def test_the_step_beyond_the_last_value_seen_is_not_proposed():
    # The border lies at -0.25 trades: 0 is a step short of it, and -1 nobody can have.
    learned = artefact([[-2.0], [1.5]], [recipe("trades", step=1.0, minimum=0)])

    assert not smallest_change(learned, customers([[1]], ["trades"]), np.array([1])).iloc[0].flips


def test_a_missing_value_is_named_as_missing():
    learned = artefact([[0, 0], [10, 0]], [recipe("trades", step=1.0, impute_value=0.0), recipe("value_usd")])

    found = only([[np.nan, 0]], target=2, learned=learned)

    assert found.change_in_words == "trades from missing to 6"
    assert json.loads(found.changes)[0]["from"] is None


def test_who_cannot_be_assigned_cannot_be_moved():
    assert only([[np.nan, 0]], target=2).reason == "trades is missing"
    assert only([[1, 0]], target=77).reason == "there is no segment 77"


def test_no_customers_have_no_changes():
    assert len(smallest_change(PLAIN, customers([]), np.array([], dtype=int))) == 0


LOGARITHMIC = artefact(
    np.random.default_rng(3).normal(size=(6, 4)),
    [
        recipe("days", transform="log1p", center=3.0, scale=1.2, step=1.0, minimum=0, maximum=2000),
        recipe(
            "trades",
            impute_value=0.0,
            transform="log1p",
            center=2.0,
            scale=0.9,
            step=1.0,
            minimum=0,
            maximum=900,
        ),
        recipe("value_usd", transform="signed_log1p", center=4.0, scale=2.0, minimum=-5e4, maximum=1e7),
        recipe("ratio", lower=0.0, upper=1.0, center=0.4, scale=0.3, step=0.0001, minimum=0, maximum=1.4),
    ],
    ids=[1, 2, 3, 5, 8, 9],
)


def random_customers(seed: int, rows: int) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "days": generator.integers(0, 2000, rows).astype(float),
            "trades": generator.integers(0, 900, rows).astype(float),
            "value_usd": np.round(generator.normal(0, 1, rows) * np.exp(generator.normal(6, 2, rows)), 2),
            "ratio": np.round(generator.uniform(0, 1.4, rows), 4),
        }
    )
    frame.loc[generator.random(rows) < 0.1, "trades"] = np.nan
    return frame.assign(customer_id=range(rows))


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_every_change_that_claims_to_flip_does_when_it_is_applied(seed):
    frame = random_customers(seed, rows=40)
    targets = np.random.default_rng(seed).choice(LOGARITHMIC.segment_ids, 40)

    found = smallest_change(LOGARITHMIC, frame, targets)

    reached = assign_rows(LOGARITHMIC, applied(frame, found))["segment_id"].to_numpy()
    flips = found["flips"].to_numpy(dtype=bool)
    assert (reached[flips] == targets[flips]).all()
    assert found["reason"].isna().to_numpy()[flips].all()
    assert flips.mean() > 0.9


def test_no_single_change_found_by_trying_them_all_is_smaller():
    frame = random_customers(seed=5, rows=40)
    targets = np.random.default_rng(5).choice(LOGARITHMIC.segment_ids, 40)
    found = smallest_change(LOGARITHMIC, frame, targets)
    here = LOGARITHMIC.coordinates(LOGARITHMIC.values(frame))

    for position, feature in enumerate(LOGARITHMIC.recipes):
        for value in np.linspace(feature.minimum, feature.maximum, 401):
            value = np.round(value / feature.step) * feature.step
            tried = frame.assign(**{feature.name: value})
            reaches = LOGARITHMIC.segment_ids[LOGARITHMIC.positions(LOGARITHMIC.values(tried))] == targets
            size = np.abs(LOGARITHMIC.coordinates(LOGARITHMIC.values(tried))[:, position] - here[:, position])
            is_single = found["changes"].str.count("feature").to_numpy() == 1
            beaten = (
                reaches & is_single & (size < found["scaled_size"].to_numpy(float, na_value=np.inf) - 1e-6)
            )
            assert not beaten.any(), (feature.name, value)


def test_changes_stay_within_what_the_columns_can_hold():
    frame = random_customers(seed=6, rows=300)
    targets = np.random.default_rng(6).choice(LOGARITHMIC.segment_ids, 300)
    recipes = {one.name: one for one in LOGARITHMIC.recipes}

    for changes in smallest_change(LOGARITHMIC, frame, targets)["changes"].map(json.loads):
        for change in changes:
            one = recipes[change["feature"]]
            assert one.minimum <= change["to"] <= one.maximum
            assert change["to"] / one.step == pytest.approx(round(change["to"] / one.step), abs=1e-6)
