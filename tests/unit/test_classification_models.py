"""Every kind of model: what it says, what its features add, and that it survives being written down."""

import json

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

from segmart.learning.json_text import to_json
from segmart.risk.classification.columns import Column
from segmart.risk.classification.imbalance import rows_of
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
    model_from_content,
    train,
    trials,
)

OPTIONS = {
    SCORECARD: ScorecardOptions(),
    LOGISTIC: LogisticOptions(),
    XGBOOST: BoostingOptions(trees=30),
    RANDOM_FOREST: ForestOptions(trees=20),
}
COLUMNS = (
    Column("income [k]", is_number=True, direction="decreasing"),
    Column('debt "ratio"', is_number=True, direction="increasing"),
    Column("noise", is_number=True),
    Column("purpose-of loan", is_number=False),
    Column("constant", is_number=True),
)


def applications(row_count: int = 500) -> tuple[pd.DataFrame, np.ndarray]:
    generator = np.random.default_rng(5)
    income, debt = generator.lognormal(3, 0.5, row_count), generator.random(row_count)
    purpose = generator.choice(np.array(["car", "home", "50% other"], dtype=object), row_count)
    log_odds = -1 - 0.04 * (income - 20) + 2 * debt + 1.2 * (purpose == "car") - 0.5
    labels = (generator.random(row_count) < 1 / (1 + np.exp(-log_odds))).astype(float)
    income[generator.random(row_count) < 0.1] = np.nan
    purpose[generator.random(row_count) < 0.05] = None
    features = pd.DataFrame(
        {
            "income [k]": income,
            'debt "ratio"': debt,
            "noise": generator.normal(size=row_count),
            "purpose-of loan": purpose,
            "constant": 1.0,
        }
    )
    return features, labels


FEATURES, LABELS = applications()
ROWS = rows_of([f"{number:04}" for number in range(len(LABELS))], FEATURES, LABELS)


@pytest.fixture(scope="module")
def models() -> dict:
    return {name: train(name, OPTIONS[name], ROWS, COLUMNS, seed=1) for name in OPTIONS}


everybody = pytest.mark.parametrize("name", LIGHTEST_FIRST)


@everybody
def test_a_model_tells_events_from_their_absence(models, name):
    said = models[name].log_odds(FEATURES)

    assert np.isfinite(said).all()
    assert said[LABELS == 1].mean() > said[LABELS == 0].mean() + 0.3


@everybody
def test_contributions_add_up_to_the_log_odds(models, name):
    contributions = models[name].contributions(FEATURES)

    tolerance = 1e-5 if name == XGBOOST else 1e-9
    assert contributions.values.shape == (len(FEATURES), len(COLUMNS))
    assert np.abs(contributions.summed() - models[name].log_odds(FEATURES)).max() < tolerance
    assert np.abs(contributions.values[:, -1]).max() < 1e-9, "a constant adds nothing"


@everybody
def test_one_row_alone_is_as_it_is_among_others(models, name):
    together, added = models[name].log_odds(FEATURES), models[name].contributions(FEATURES).values

    for position in range(0, 40, 7):
        alone = FEATURES.iloc[[position]]
        assert models[name].log_odds(alone)[0] == together[position]
        assert np.array_equal(models[name].contributions(alone).values[0], added[position])


@everybody
def test_declared_directions_hold_everywhere(models, name):
    for column in COLUMNS[:2]:
        swept = FEATURES.iloc[np.repeat(np.arange(100), 25)].reset_index(drop=True)
        swept[column.name] = np.tile(np.nanquantile(FEATURES[column.name], np.linspace(0, 1, 25)), 100)
        steps = np.diff(models[name].log_odds(swept).reshape(100, 25), axis=1)
        wrong = steps if column.direction == "decreasing" else -steps
        assert wrong.max() <= 1e-6


@everybody
def test_a_direction_against_the_data_is_held_too(name):
    columns = (Column('debt "ratio"', is_number=True, direction="decreasing"), COLUMNS[3])
    model = train(name, OPTIONS[name], ROWS, columns, seed=1)

    swept = FEATURES.iloc[np.repeat(np.arange(50), 25)].reset_index(drop=True)
    swept['debt "ratio"'] = np.tile(np.linspace(0, 1, 25), 50)
    assert np.diff(model.log_odds(swept).reshape(50, 25), axis=1).max() <= 1e-6


@everybody
def test_a_model_survives_being_written_down(models, name):
    text = to_json(models[name].as_content())
    again = model_from_content(name, json.loads(text))

    assert np.array_equal(again.log_odds(FEATURES), models[name].log_odds(FEATURES))
    assert np.array_equal(again.contributions(FEATURES).values, models[name].contributions(FEATURES).values)
    assert to_json(again.as_content()) == text


@everybody
def test_levels_never_seen_and_values_that_miss_are_scored(models, name):
    strange = FEATURES.iloc[:3].assign(**{"purpose-of loan": ["boat", None, "car"], "noise": np.nan})

    assert np.isfinite(models[name].log_odds(strange)).all()
    assert len(models[name].log_odds(FEATURES.iloc[:0])) == 0
    assert models[name].contributions(FEATURES.iloc[:0]).values.shape == (0, len(COLUMNS))


@everybody
def test_a_category_of_ten_thousand_levels_is_learned_from(name):
    many = FEATURES[["noise"]].assign(code=[f"level {number * 37 % 10_000}" for number in range(len(LABELS))])
    columns = (Column("noise", is_number=True), Column("code", is_number=False))
    model = train(name, OPTIONS[name], rows_of(ROWS.keys, many, LABELS), columns, seed=1)

    assert np.isfinite(model.log_odds(many)).all()
    assert len(to_json(model.as_content())) < 200_000


def test_logistic_regression_without_directions_is_that_of_scikit_learn():
    columns = (Column('debt "ratio"', is_number=True), Column("noise", is_number=True))
    model = train(LOGISTIC, LogisticOptions(penalty=2.0), ROWS, columns, seed=1)

    raw = FEATURES[[column.name for column in columns]].to_numpy()
    capped = np.clip(raw, *np.quantile(raw, [0.005, 0.995], axis=0))
    points = (capped - capped.mean(axis=0)) / capped.std(axis=0)
    expected = LogisticRegression(C=1 / 2, tol=1e-10, max_iter=1_000).fit(points, LABELS)
    assert np.abs(model.log_odds(FEATURES) - expected.decision_function(points)).max() < 1e-3


@everybody
def test_the_search_begins_with_what_is_declared_and_goes_on_without_repeats(name):
    few, many = (trials(name, OPTIONS[name], count, seed=1) for count in (4, 8))

    assert few[0] == OPTIONS[name]
    assert many[:4] == few
    assert len({json.dumps(options.model_dump(), sort_keys=True) for options in many}) == len(many)
