"""The change that is told has been tried, is the smallest step that does it, and can be made."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from segmart.errors import DeclarationError
from segmart.learning.json_text import to_json
from segmart.risk.classification.columns import Column
from segmart.risk.classification.explaining import (
    Lever,
    counterfactual,
    counterfactuals,
    fit_grids,
    grids_from_content,
    monotone_violations,
    trials,
)
from segmart.risk.classification.explaining.levers import CATEGORY_SIZE

COLUMNS = (
    Column("amount", is_number=True, direction="increasing"),
    Column("term", is_number=True),
    Column("purpose", is_number=False),
    Column("share of income", is_number=True, direction="increasing"),
    Column("late", is_number=True, direction="increasing"),
)
LEVERS = (
    Lever(feature="amount", scales_with=("share of income",), moves="down"),
    Lever(feature="term"),
    Lever(feature="purpose"),
)
CUT_OFF = 0.3


def applications(seed: int = 1, rows: int = 400) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    amount = np.round(np.exp(generator.normal(9, 0.7, rows)), 2)
    frame = pd.DataFrame(
        {
            "amount": amount,
            "term": generator.choice([12.0, 24.0, 36.0, 48.0], rows),
            "purpose": pd.Series(generator.choice(["car", "home", "trip"], rows), dtype=object),
            "share of income": amount / np.exp(generator.normal(10.5, 0.5, rows)),
            "late": generator.integers(0, 3, rows).astype(float),
        }
    )
    frame.loc[generator.random(rows) < 0.1, "amount"] = np.nan
    frame.loc[generator.random(rows) < 0.1, "purpose"] = None
    return frame


def probability(frame: pd.DataFrame) -> np.ndarray:
    """Falls and rises with the amount and the term: no direction can be relied on."""
    log_odds = (
        -2
        + 2 * frame["share of income"]
        + 0.4 * np.sin(frame["amount"].fillna(0) / 1_500)
        + 0.5 * np.cos(frame["term"])
        + np.where(frame["purpose"] == "trip", 0.7, 0)
        + 0.4 * frame["late"]
    )
    return 1 / (1 + np.exp(-log_odds.to_numpy()))


def declined(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[probability(frame) >= CUT_OFF].reset_index(drop=True)


GRIDS = fit_grids(LEVERS, COLUMNS, applications())


def applied(features: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """Return the applications with the stated changes made, as a reader would make them."""
    changed = features.copy()
    scales_with = {lever.feature: lever.scales_with for lever in LEVERS}
    for row, change in enumerate(found.itertuples()):
        for feature, to in (
            (change.change_1_feature, change.change_1_to),
            (change.change_2_feature, change.change_2_to),
        ):
            if pd.isna(feature):
                continue
            if feature == "purpose":
                changed.loc[row, feature] = to
                continue
            for name in scales_with[feature]:
                changed.loc[row, name] *= float(to) / features.loc[row, feature]
            changed.loc[row, feature] = float(to)
    return changed


def found_for(features: pd.DataFrame, **changes) -> pd.DataFrame:
    arguments = {"probability": probability, "cut_off": CUT_OFF, "grids": GRIDS}
    return counterfactuals(features, **(arguments | changes))


@settings(max_examples=8, deadline=None)
@given(st.integers(2, 10_000))
def test_the_stated_change_brings_the_probability_below_the_cut_off(seed):
    features = declined(applications(seed))
    found = found_for(features)
    after = probability(applied(features, found))
    is_changed = found["change_1_feature"].notna().to_numpy()
    assert is_changed.mean() > 0.8
    assert (after[is_changed] < CUT_OFF).all()
    np.testing.assert_allclose(after[is_changed], found["probability_after_change"][is_changed].astype(float))
    assert (found["no_change_reason"].isna() == is_changed).all()


def single_steps(features: pd.DataFrame, row: int):
    """Yield by brute force each single step of a row: its size, and whether it is enough."""
    for grid in GRIDS.grids:
        own = features.loc[row, grid.feature]
        if pd.isna(own):
            continue
        for position, value in enumerate(grid.values):
            if value == own or (grid.moves == "down" and value > own):
                continue
            tried = features.loc[[row]].copy()
            tried.loc[row, grid.feature] = value
            for name in grid.scales_with:
                tried.loc[row, name] *= value / own
            size = (
                abs(np.interp(own, grid.values, grid.shares) - grid.shares[position])
                if grid.is_number
                else CATEGORY_SIZE
            )
            yield size, probability(tried)[0] < CUT_OFF


def test_no_smaller_single_step_of_any_lever_is_enough():
    features = declined(applications(7, rows=250))
    found = found_for(features)
    numbers = {grid.feature: grid for grid in GRIDS.grids if grid.is_number}
    singles = 0
    for row, change in enumerate(found.itertuples()):
        enough = [size for size, passes in single_steps(features, row) if passes]
        is_single = pd.notna(change.change_1_feature) and pd.isna(change.change_2_feature)
        assert is_single == bool(enough)
        if not is_single:
            continue
        singles += 1
        size = CATEGORY_SIZE
        if change.change_1_feature in numbers:
            grid = numbers[change.change_1_feature]
            ends = [features.loc[row, grid.feature], float(change.change_1_to)]
            size = abs(np.diff(np.interp(ends, grid.values, grid.shares))[0])
        assert size <= min(enough) + 1e-12
    assert singles > 20


def test_the_stated_number_is_readable_and_as_near_as_it_can_be():
    features = pd.DataFrame({"x": np.linspace(1, 1_000, 1_000)})
    grids = fit_grids([Lever(feature="x")], [Column("x", is_number=True)], features + 0.25)

    def steep(frame: pd.DataFrame) -> np.ndarray:
        return np.where(frame["x"] < 617.2832, 0.1, 0.9)

    found = counterfactuals(pd.DataFrame({"x": [900.123456]}), steep, 0.5, grids).iloc[0]
    assert (found.change_1_from, found.change_1_to) == ("900.123", "617")


def test_every_step_is_tried_however_far_it_is():
    features = pd.DataFrame({"x": np.arange(40.0)})
    grids = fit_grids([Lever(feature="x")], [Column("x", is_number=True)], features)
    for only in range(1, 40):
        found = counterfactuals(
            features.iloc[[0]], lambda frame, only=only: np.where(frame["x"] == only, 0.1, 0.9), 0.5, grids
        )
        assert found.iloc[0].change_1_to == str(only)


HUNDREDS = pd.DataFrame({"x": np.linspace(1, 1_000, 1_000) + 0.25})
HUNDREDS_GRIDS = fit_grids([Lever(feature="x")], [Column("x", is_number=True)], HUNDREDS)


def test_more_digits_are_stated_where_fewer_do_not_pass():
    step = max(value for value in HUNDREDS_GRIDS.grids[0].values if value < 500)
    island = (900 + step) / 2

    def with_an_island(frame: pd.DataFrame) -> np.ndarray:
        return np.where((frame["x"] < 500) | (np.abs(frame["x"] - island) < 0.01), 0.1, 0.9)

    found = counterfactuals(pd.DataFrame({"x": [900.0]}), with_an_island, 0.5, HUNDREDS_GRIDS).iloc[0]
    assert abs(float(found.change_1_to) - island) < 0.01


def test_a_readable_number_never_lies_beyond_the_step_it_stands_for():
    step = HUNDREDS_GRIDS.grids[0].values[20]
    found = counterfactuals(
        pd.DataFrame({"x": [900.0]}),
        lambda frame: np.where(frame["x"] < step + 0.01, 0.1, 0.9),
        0.5,
        HUNDREDS_GRIDS,
    ).iloc[0]
    assert step <= float(found.change_1_to) < step + 0.01


def test_a_value_that_is_listed_is_stated_with_all_its_digits():
    features = pd.DataFrame({"x": [1_234_567.0, 7_654_321.0]})
    grids = fit_grids([Lever(feature="x")], [Column("x", is_number=True)], features)
    found = counterfactuals(
        features.iloc[[1]], lambda frame: np.where(frame["x"] < 2e6, 0.1, 0.9), 0.5, grids
    ).iloc[0]
    assert (found.change_1_from, found.change_1_to) == ("7654320", "1234567")


def test_what_is_set_itself_does_not_scale():
    features = pd.DataFrame({"x": [10.0], "y": [4.0], "z": [3.0]})
    columns = [Column(name, is_number=True) for name in features]
    levers = [Lever(feature="x", scales_with=("y", "z")), Lever(feature="y", scales_with=("z",))]
    changes = trials.Changes(np.array([0]), np.array([[0, 1]]), np.array([[5.0, 6.0]]))
    found = trials.changed(features, fit_grids(levers, columns, features), changes)
    # Half of x and one and a half of y: z moves with both.
    assert found.iloc[0].to_list() == [5.0, 6.0, 3.0 * 0.5 * 1.5]


def test_whole_numbers_stay_whole_and_few_values_are_not_left():
    generator = np.random.default_rng(3)
    learned = pd.DataFrame(
        {"days": generator.integers(0, 5_000, 900).astype(float), "term": generator.choice([12.0, 24.0], 900)}
    )
    columns = [Column("days", is_number=True), Column("term", is_number=True)]
    grids = fit_grids([Lever(feature="days"), Lever(feature="term")], columns, learned)
    assert [grid.is_whole for grid in grids.grids] == [True, True]
    assert [grid.is_complete for grid in grids.grids] == [False, True]

    def by_days(frame: pd.DataFrame) -> np.ndarray:
        assert (frame["days"] % 1 == 0).all()
        return np.where(frame["days"] > 1_234.5, 0.1, 0.9)

    def by_term(frame: pd.DataFrame) -> np.ndarray:
        return np.where(frame["term"] < 20, 0.1, 0.9)

    one = pd.DataFrame({"days": [1_200.0], "term": [24.0]})
    assert counterfactuals(one, by_days, 0.5, grids).iloc[0].change_1_to == "1240"
    assert counterfactuals(one.assign(days=1_234.0), by_days, 0.5, grids).iloc[0].change_1_to == "1240"
    assert counterfactuals(one, by_term, 0.5, grids).iloc[0].change_1_to == "12"


def test_where_one_change_is_not_enough_two_are_told():
    learned = pd.DataFrame({"x": np.linspace(0, 1, 500), "y": np.linspace(0, 1, 500)})
    columns = [Column("x", is_number=True), Column("y", is_number=True)]
    grids = fit_grids([Lever(feature="x"), Lever(feature="y")], columns, learned)

    def both(frame: pd.DataFrame) -> np.ndarray:
        return np.where((frame["x"] < 0.5) & (frame["y"] < 0.7), 0.1, 0.9)

    found = counterfactuals(pd.DataFrame({"x": [0.9], "y": [0.9]}), both, 0.5, grids).iloc[0]
    assert [found.change_1_feature, found.change_2_feature] == ["x", "y"]
    assert float(found.change_1_to) == pytest.approx(0.5, abs=0.002)
    assert float(found.change_2_to) == pytest.approx(0.7, abs=0.002)


def test_where_no_two_changes_are_enough_it_is_said():
    features = declined(applications())

    def never(frame: pd.DataFrame) -> np.ndarray:
        return np.full(len(frame), 0.9)

    found = found_for(features, probability=never)
    assert found["change_1_feature"].isna().all()
    assert found["probability_after_change"].isna().all()
    told = set(found["no_change_reason"])
    assert told == {"no change of one or two of amount, term, purpose within what was seen before is enough"}
    alone = found_for(features, probability=never, grids=fit_grids(LEVERS[1:2], COLUMNS, applications()))
    assert set(alone["no_change_reason"]) == {"no change of term within what was seen before is enough"}


def test_what_is_missing_or_may_not_go_that_way_is_not_moved():
    columns = [Column("amount", is_number=True), Column("purpose", is_number=False)]
    learned = applications()[["amount", "purpose"]]
    grids = fit_grids([Lever(feature="amount", moves="up"), Lever(feature="purpose")], columns, learned)
    features = pd.DataFrame(
        {"amount": [np.nan, learned["amount"].max()], "purpose": pd.Series([None, None], dtype=object)}
    )
    found = counterfactuals(features, lambda frame: np.full(len(frame), 0.9), 0.5, grids)
    assert (found["no_change_reason"] == counterfactual.NOTHING_MOVES).all()
    without = counterfactuals(
        features, lambda frame: np.full(len(frame), 0.9), 0.5, fit_grids([], columns, learned)
    )
    assert (without["no_change_reason"] == counterfactual.NO_LEVER).all()


@pytest.mark.parametrize(("moves", "towards"), [("down", -1), ("up", 1)])
def test_a_number_goes_only_the_way_that_is_declared(moves, towards):
    grids = fit_grids([Lever(feature="x", moves=moves)], [Column("x", is_number=True)], HUNDREDS)
    sizes = grids.grids[0].sizes(np.array([500.0]))[0]
    assert np.array_equal(np.isfinite(sizes), np.sign(np.array(grids.grids[0].values) - 500) == towards)


def test_nothing_can_be_in_proportion_to_zero():
    learned = pd.DataFrame({"x": np.linspace(-5, 5, 101), "y": 1.0})
    columns = [Column("x", is_number=True), Column("y", is_number=True)]
    grid = fit_grids([Lever(feature="x", scales_with=("y",))], columns, learned).grids[0]
    assert np.isinf(grid.sizes(np.array([0.0]))).all()
    assert np.isinf(grid.sizes(np.array([2.0]))[0, np.array(grid.values) < 0]).all()


def test_a_row_alone_has_the_change_it_has_among_others(monkeypatch):
    features = declined(applications(5, rows=200))
    together = found_for(features)
    monkeypatch.setattr(counterfactual, "ROWS_AT_ONCE", 7)
    monkeypatch.setattr(trials, "CELLS_AT_ONCE", 50)
    pd.testing.assert_frame_equal(found_for(features), together)
    for row in range(0, len(features), 9):
        pd.testing.assert_frame_equal(found_for(features.iloc[[row]]), together.iloc[[row]])


def test_scoring_is_done_in_few_calls_of_bounded_size(monkeypatch):
    sizes = []

    def counting(frame: pd.DataFrame) -> np.ndarray:
        sizes.append(len(frame))
        return probability(frame)

    monkeypatch.setattr(trials, "CELLS_AT_ONCE", 5_000)
    features = declined(applications(rows=2_000))
    found_for(features, probability=counting)
    assert max(sizes) <= 1_000
    # Mean size of a call: the many steps of few rows come last.
    assert sum(sizes) / len(sizes) > 200


def test_no_rows_have_no_changes_and_the_same_types():
    features = declined(applications())
    nobody = found_for(features.iloc[:0])
    assert len(nobody) == 0
    assert nobody.dtypes.equals(found_for(features).dtypes)


def test_grids_come_back_from_json():
    assert grids_from_content(json.loads(to_json(GRIDS.as_content()))) == GRIDS


def test_grids_do_not_depend_on_the_order_of_the_rows():
    shuffled = applications().sample(frac=1, random_state=3)
    assert fit_grids(LEVERS, COLUMNS, shuffled) == GRIDS


def test_a_grid_holds_values_seen_at_even_shares_and_common_levels():
    amount, term, purpose = GRIDS.grids
    assert len(amount.values) == 40
    assert set(amount.values) <= set(applications()["amount"])
    assert np.diff(amount.shares).max() < 0.04
    assert term.values == (12.0, 24.0, 36.0, 48.0)
    learned = pd.DataFrame({"purpose": pd.Series(["a"] * 150 + ["b"] * 200 + ["c"], dtype=object)})
    columns = [Column("purpose", is_number=False)]
    assert fit_grids([Lever(feature="purpose")], columns, learned).grids[0].values == ("b", "a")
    declared = Lever(feature="purpose", levels=("c", "a", "never seen"))
    assert fit_grids([declared], columns, learned).grids[0].values == ("a", "c")
    assert set(purpose.values) == {"car", "home", "trip"}


def test_a_lever_nothing_was_learned_of_moves_nothing():
    levers = [Lever(feature="rate"), Lever(feature="amount", scales_with=("rate", "share of income"))]
    grids = fit_grids(levers, COLUMNS, applications()).grids
    assert [(grid.feature, grid.scales_with) for grid in grids] == [("amount", ("share of income",))]
    empty = applications().assign(term=np.nan)
    assert fit_grids([Lever(feature="term")], COLUMNS, empty).grids[0].values == ()
    assert (
        found_for(declined(applications()), grids=fit_grids([Lever(feature="term")], COLUMNS, empty))[
            "no_change_reason"
        ]
        .notna()
        .all()
    )


@pytest.mark.parametrize(
    ("levers", "finding"),
    [
        ([Lever(feature="term"), Lever(feature="term")], "declared twice"),
        ([Lever(feature="term", levels=("12",))], "levels are declared"),
        ([Lever(feature="purpose", moves="up")], "neither up nor down"),
        ([Lever(feature="amount", scales_with=("purpose",))], "cannot scale"),
    ],
)
def test_a_lever_that_cannot_be_is_named(levers, finding):
    with pytest.raises(DeclarationError, match=finding):
        fit_grids(levers, COLUMNS, applications())


def test_a_lever_does_not_scale_with_itself():
    with pytest.raises(ValidationError, match="scales with itself"):
        Lever(feature="amount", scales_with=("amount",))


def test_steps_against_a_declared_direction_are_counted():
    features = pd.DataFrame({"up": np.arange(50.0), "down": np.arange(50.0), "free": np.arange(50.0)})
    columns = [
        Column("up", is_number=True, direction="increasing"),
        Column("down", is_number=True, direction="decreasing"),
        Column("free", is_number=True),
    ]

    def wrong_once(frame: pd.DataFrame) -> np.ndarray:
        return frame["up"].to_numpy() / 100 - np.where(frame["up"] > 40, 0.25, 0)

    up, down = monotone_violations(wrong_once, columns, features, sweep_rows=20)
    assert (up["feature"], up["row_count"], up["comparison_count"]) == ("up", 20, 20 * 24)
    assert up["violation_count"] == 20
    assert up["largest_violation"] == pytest.approx(0.23, abs=0.011)
    assert (down["violation_count"], down["largest_violation"]) == (0, 0.0)
    rising = monotone_violations(lambda frame: frame["down"].to_numpy() / 100, columns, features)
    assert rising[1]["violation_count"] == 50 * 24


def test_the_rows_swept_and_nothing_to_sweep():
    columns = [Column("x", is_number=True, direction="increasing")]
    empty = pd.DataFrame({"x": np.array([], dtype=float)})
    nothing = {"violation_count": 0, "largest_violation": 0.0, "comparison_count": 0}
    assert monotone_violations(len, columns, empty)[0].items() >= nothing.items()
    unknown = pd.DataFrame({"x": [np.nan] * 5})
    assert monotone_violations(len, columns, unknown)[0].items() >= (nothing | {"row_count": 5}).items()
