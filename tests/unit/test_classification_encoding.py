"""What the models of an event make of columns: levels, gaps, order of rows, weights and directions."""

import json

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

from segmart.learning.json_text import to_json
from segmart.risk.classification.columns import Column
from segmart.risk.classification.imbalance import CLASS_WEIGHTS, Rows, rebalanced, rows_of
from segmart.risk.classification.models import (
    LIGHTEST_FIRST,
    LOGISTIC,
    RANDOM_FOREST,
    SCORECARD,
    XGBOOST,
    BoostingOptions,
    ForestOptions,
    LogisticOptions,
    ScorecardOptions,
    bin_points,
    model_from_content,
    train,
)
from segmart.risk.classification.models.encoding import encoder_from_content, learn_encoder

OPTIONS = {
    SCORECARD: ScorecardOptions(),
    LOGISTIC: LogisticOptions(),
    XGBOOST: BoostingOptions(trees=40, learning_rate=0.2),
    RANDOM_FOREST: ForestOptions(trees=25),
}
AMOUNT, TERM, PURPOSE = "amount (USD)", 'term "months"', "purpose'; drop table x"
COLUMNS = (
    Column(AMOUNT, is_number=True, direction="increasing"),
    Column(TERM, is_number=True, direction="decreasing"),
    Column(PURPOSE, is_number=False),
)
EVERYBODY = pytest.mark.parametrize("name", LIGHTEST_FIRST)
TO_THE_ROUNDING = 1e-12


def applications(row_count: int = 1_500, seed: int = 3) -> Rows:
    """Return rows whose risk bends along the amount, so that only a declared direction keeps it monotone."""
    generator = np.random.default_rng(seed)
    amount, term = generator.lognormal(8, 0.6, row_count), generator.integers(6, 60, row_count).astype(float)
    purpose = generator.choice(np.array(["car", "", "50 % other", "naïve 🎲"], dtype=object), row_count)
    bent = 0.3 * amount / 1_000 + 1.5 * np.sin(amount / 1_000)
    log_odds = -1 + bent - 0.03 * term + (purpose == "car")
    labels = generator.random(row_count) < 1 / (1 + np.exp(-log_odds))
    term[generator.random(row_count) < np.where(labels, 0.15, 0.05)] = np.nan
    purpose[generator.random(row_count) < 0.05] = None
    frame = pd.DataFrame({AMOUNT: amount, TERM: term, PURPOSE: pd.Series(purpose, dtype=object)})
    return rows_of([f"{number:05}" for number in range(row_count)], frame, labels.astype(float))


def encoded(values: list, learned_from: list, form: str = "filled") -> np.ndarray:
    """Return the coordinates (rows, width) of levels by an encoder that learned from others."""
    column = (Column("x", is_number=False),)
    frames = [pd.DataFrame({"x": pd.Series(told, dtype=object)}) for told in (learned_from, values)]
    return learn_encoder(frames[0], column, form).matrix(frames[1])


ROWS = applications()


@pytest.fixture(scope="module")
def models() -> dict:
    return {name: train(name, OPTIONS[name], ROWS, COLUMNS, seed=1) for name in OPTIONS}


def test_frequent_levels_have_a_coordinate_each_in_alphabetic_order_and_rare_ones_share_the_last():
    learned_from = ["b"] * 30 + ["a"] * 10 + ["rare"] * 9 + ["rarer"]

    found = encoded(["a", "b", "rare", "never seen", None], learned_from)

    assert found.tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, 1], [0, 0, 1]]


def test_a_level_needs_a_hundredth_of_the_rows():
    learned_from = ["a"] * 1_970 + ["b"] * 20 + ["c"] * 19

    # A hundredth of 2,009 rows is more than 20.
    assert encoded(["a", "b", "c"], learned_from).tolist() == [[1, 0], [0, 1], [0, 1]]


def test_a_level_never_seen_is_nothing_where_no_level_was_rare():
    assert encoded(["a", "c", None], ["a"] * 20 + ["b"] * 20).tolist() == [[1, 0], [0, 0], [0, 0]]


def test_a_level_that_is_often_missing_is_one_of_its_own():
    found = encoded([None, "a", "c"], ["a"] * 20 + [None] * 10)

    assert found.tolist() == [[0, 1], [1, 0], [0, 0]]


def test_at_most_fifty_levels_of_a_category_are_told_apart():
    levels = [f"level {number:02}" for number in range(60) for _ in range(12 if number < 58 else 20)]

    found = encoded(["level 00", "level 48", "level 59"], levels)

    assert found.shape == (3, 51)
    assert found.argmax(axis=1).tolist() == [0, 50, 49]


@pytest.mark.parametrize("told", [["a"] * 30, [None] * 30, [str(number) for number in range(30)]])
def test_a_category_that_tells_no_rows_apart_is_always_nothing(told):
    assert encoded(["a", "b", None], told).tolist() == [[0], [0], [0]]


def test_numbers_are_capped_filled_and_standardised_by_what_was_learned():
    values = np.r_[np.arange(1_000.0), [np.nan] * 100, 1e9]
    column, frame = (Column("x", is_number=True),), pd.DataFrame({"x": values})
    encoder = learn_encoder(frame, column, "standardised")

    found = encoder.matrix(pd.DataFrame({"x": [-1e300, 500.0, np.nan, 1e300]}))

    low, high = np.quantile(values[~np.isnan(values)], [0.005, 0.995])
    capped = np.clip(np.where(np.isnan(values), 500.0, values), low, high)
    expected = (np.array([low, 500.0, 500.0, high]) - capped.mean()) / capped.std()
    assert found[:, 0] == pytest.approx(expected, abs=1e-9)
    assert found[:, 1].tolist() == [0, 0, 1, 0]


def test_a_number_seldom_missing_has_no_flag_and_one_nearly_always_the_same_is_not_flattened():
    values = np.r_[np.zeros(9_980), np.ones(20)]
    frame = pd.DataFrame({"x": np.r_[values, np.nan]})
    encoder = learn_encoder(frame, (Column("x", is_number=True),), "standardised")

    found = encoder.matrix(pd.DataFrame({"x": [0.0, 1.0, np.nan]}))

    assert found.shape == (3, 1)
    assert found[1] > found[0]
    assert found[2] == found[0]


@pytest.mark.parametrize("form", ["raw", "filled", "standardised"])
def test_an_encoder_read_back_encodes_alike_whatever_the_order_it_learned_in(form):
    encoder = learn_encoder(ROWS.features, COLUMNS, form)
    shuffled = learn_encoder(ROWS.features.sample(frac=1, random_state=5), COLUMNS, form)
    again = encoder_from_content(json.loads(to_json(encoder.as_content())))

    assert again == encoder
    assert shuffled == encoder
    assert np.array_equal(again.matrix(ROWS.features), encoder.matrix(ROWS.features), equal_nan=True)


@pytest.mark.parametrize("name", [SCORECARD, LOGISTIC])
@pytest.mark.parametrize("treatment", ["none", CLASS_WEIGHTS])
def test_the_order_of_rows_changes_no_letter(name, treatment):
    rows = rebalanced(ROWS, treatment, seed=1)
    shuffled = rows.take(np.random.default_rng(8).permutation(len(rows)))

    first, second = (train(name, OPTIONS[name], told, COLUMNS, seed=1) for told in (rows, shuffled))

    assert to_json(first.as_content()) == to_json(second.as_content())


@EVERYBODY
def test_a_direction_holds_to_the_rounding_over_a_sweep_of_a_thousand_rows(models, name):
    for column, sign in ((COLUMNS[0], 1), (COLUMNS[1], -1)):
        # More than was ever seen, on both sides.
        sweep = np.quantile(ROWS.features[column.name].dropna(), np.linspace(0, 1, 40))
        sweep = np.r_[-1e9, sweep, 1e300]
        swept = ROWS.features.iloc[np.repeat(np.arange(1_000), len(sweep))].reset_index(drop=True)
        swept[column.name] = np.tile(sweep, 1_000)
        steps = sign * np.diff(models[name].log_odds(swept).reshape(1_000, -1), axis=1)
        assert (steps < -TO_THE_ROUNDING).sum() == 0
        assert (steps > 0).any()


def test_boosted_trees_hang_on_the_seed_where_shares_are_drawn_and_only_there():
    def text(seed: int, **shares: float) -> str:
        options = OPTIONS[XGBOOST].model_copy(update=shares)
        return to_json(train(XGBOOST, options, ROWS, COLUMNS, seed).as_content())

    nothing_drawn = {"subsample": 1.0, "colsample_bynode": 1.0}
    assert text(seed=1) == text(seed=1)
    assert text(seed=1) != text(seed=2)
    assert text(seed=1, **nothing_drawn) == text(seed=2, **nothing_drawn)


def test_logistic_regression_is_that_of_scikit_learn_whatever_the_columns_and_weights():
    columns = tuple(Column(column.name, column.is_number) for column in COLUMNS)
    for treatment, penalty in (("none", 0.5), (CLASS_WEIGHTS, 7.0)):
        rows = rebalanced(ROWS, treatment, seed=1)
        model = train(LOGISTIC, LogisticOptions(penalty=penalty), rows, columns, seed=1)
        points = model.encoder.matrix(rows.features)
        expected = LogisticRegression(C=1 / penalty, solver="newton-cholesky", tol=1e-10)
        expected.fit(points, rows.labels, rows.weights)

        assert model.coefficients == pytest.approx(expected.coef_[0], abs=1e-5)
        assert np.abs(model.log_odds(rows.features) - expected.decision_function(points)).max() < 1e-5


@EVERYBODY
def test_class_weights_raise_what_is_said_of_rare_events_and_move_bins_of_a_scorecard_not_at_all(name):
    rare = ROWS.take(np.flatnonzero((ROWS.labels == 0) | (np.arange(len(ROWS)) % 4 == 0)))
    plain = train(name, OPTIONS[name], rare, COLUMNS, seed=1)
    weighted = train(name, OPTIONS[name], rebalanced(rare, CLASS_WEIGHTS, seed=1), COLUMNS, seed=1)

    moved = weighted.log_odds(rare.features).mean() - plain.log_odds(rare.features).mean()

    odds = (1 - rare.event_rate) / rare.event_rate
    assert moved == pytest.approx(np.log(odds), rel=0.35)
    if name == SCORECARD:
        assert weighted.binned == plain.binned


def test_a_scorecard_on_which_no_feature_enters_is_a_constant():
    noise = pd.DataFrame({"x": np.zeros(200), "y": pd.Series([None] * 200, dtype=object)})
    rows = rows_of([f"{number:03}" for number in range(200)], noise, np.arange(200) % 4 == 0)
    columns = (Column("x", is_number=True), Column("y", is_number=False))
    model = train(SCORECARD, ScorecardOptions(), rows, columns, seed=1)
    again = model_from_content(SCORECARD, json.loads(to_json(model.as_content())))

    for told in (model, again):
        assert told.log_odds(noise) == pytest.approx(np.full(200, np.log(1 / 3)))
        assert not told.contributions(noise).values.any()
    assert set(model.left_out) == {"x", "y"}
    assert {point.series for point in bin_points(model)} == {"x", "y"}


@EVERYBODY
def test_tables_without_a_number_that_varies_are_learned_from(name):
    flat = pd.DataFrame({"x": np.full(300, np.nan), "y": 0.1, "z": pd.Series(["same"] * 300, dtype=object)})
    rows = rows_of([f"{number:03}" for number in range(300)], flat, np.arange(300) % 3 == 0)
    columns = (Column("x", True, "increasing"), Column("y", True), Column("z", False))
    model = train(name, OPTIONS[name], rows, columns, seed=1)

    strange = pd.DataFrame({"x": [3.0], "y": [1e300], "z": pd.Series(["other"], dtype=object)})
    assert model.log_odds(strange) == pytest.approx([np.log(1 / 2)], abs=0.1)
    assert np.abs(model.contributions(strange).values).max() < 1e-9


def test_a_forest_says_the_mean_of_its_trees_and_never_more_than_its_rows_can_show():
    frame = pd.DataFrame({"x": np.arange(400.0)})
    rows = rows_of([f"{number:03}" for number in range(400)], frame, np.arange(400) >= 200)
    model = train(RANDOM_FOREST, ForestOptions(trees=30), rows, (Column("x", True),), seed=1)

    contributions = model.contributions(frame)

    assert model.log_odds(frame).max() == pytest.approx(np.log(799))
    assert model.log_odds(frame).min() == pytest.approx(-np.log(799))
    assert contributions.base == pytest.approx(0, abs=0.1)
    assert np.abs(contributions.summed() - model.log_odds(frame)).max() < 1e-9


def test_contributions_of_a_forest_are_the_changes_along_its_paths(models):
    """Held against a walk written the plain way; all changes of a row have one factor in log-odds."""
    model, row = models[RANDOM_FOREST], ROWS.features.iloc[[7]]
    point, trees = model.encoder.matrix(row, np.float32)[0], models[RANDOM_FOREST].trees
    changes = np.zeros(len(COLUMNS))
    for root in trees.roots:
        node = root
        while trees.feature[node] >= 0:
            asked = trees.feature[node]
            child = trees.left[node] if point[asked] <= trees.threshold[node] else trees.right[node]
            changes[model.encoder.parents[asked]] += trees.value[child] - trees.value[node]
            node = child

    found = model.contributions(row).values[0]

    factors = found / (changes / len(trees.roots))
    assert factors == pytest.approx(np.full(len(COLUMNS), factors[0]))
    assert factors[0] > 0
