"""What predicts: written and read alike, alone as among others, whatever values come."""

import json

import numpy as np
import pytest
from risk_cases import people

from segmart.learning.hashing import fold_of
from segmart.learning.json_text import to_json
from segmart.risk.regression.candidates import train, train_constant, train_segment_mean
from segmart.risk.regression.declaration import BoostingOptions, ForestOptions, LinearOptions
from segmart.risk.regression.predictors import (
    LINEAR,
    RANDOM_FOREST,
    XGBOOST,
    predicted_by_fold,
    predictor_from_content,
)

OPTIONS = {
    LINEAR: LinearOptions(),
    XGBOOST: BoostingOptions(trees=30),
    RANDOM_FOREST: ForestOptions(trees=15, max_depth=6),
}


def rows(seed: int, count: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(count, 4))


def label_of(values: np.ndarray) -> np.ndarray:
    noise = np.random.default_rng(9).normal(size=len(values))
    return values[:, 0] + np.nan_to_num(values[:, 1]) * values[:, 2] + 0.1 * noise


@pytest.fixture(scope="module")
def trained() -> dict:
    values = rows(1, 500)
    return {
        name: train(name, options, people(values), label_of(values), 0) for name, options in OPTIONS.items()
    }


@pytest.mark.parametrize("name", OPTIONS)
def test_what_is_read_back_predicts_what_was_written_to_the_last_bit(trained, name):
    values = rows(2, 300)
    values[::7, 1] = np.nan
    predictor = predictor_from_content(name, json.loads(to_json(trained[name].as_content())))
    again = predictor_from_content(name, json.loads(to_json(predictor.as_content())))

    assert np.array_equal(again.predict(people(values)), predictor.predict(people(values)))
    # The forest that serves adds up its trees in its own way.
    assert predictor.predict(people(values)) == pytest.approx(
        trained[name].predict(people(values)), abs=1e-12
    )


@pytest.mark.parametrize("name", [LINEAR, XGBOOST])
def test_what_was_judged_is_what_serves_to_the_last_bit(trained, name):
    stored = predictor_from_content(name, json.loads(to_json(trained[name].as_content())))

    assert np.array_equal(stored.predict(people(rows(2, 300))), trained[name].predict(people(rows(2, 300))))


@pytest.mark.parametrize("name", OPTIONS)
def test_a_customer_alone_is_predicted_as_among_others(trained, name):
    everybody = people(rows(3, 67), transform="signed_log1p", lower=-1.0)
    predictor = predictor_from_content(name, trained[name].as_content())

    alone = [predictor.predict(everybody.take(np.array([row])))[0] for row in range(67)]

    assert np.array_equal(alone, predictor.predict(everybody))
    assert len(predictor.predict(everybody.take(np.array([], dtype=int)))) == 0


@pytest.mark.parametrize("name", OPTIONS)
def test_two_trainings_on_the_same_customers_are_equal_to_the_last_letter(trained, name):
    values = rows(1, 500)
    again = train(name, OPTIONS[name], people(values), label_of(values), 0)

    assert to_json(again.as_content()) == to_json(trained[name].as_content())


def test_boosted_trees_are_the_same_whatever_the_seed(trained):
    values = rows(1, 500)
    again = train(XGBOOST, OPTIONS[XGBOOST], people(values), label_of(values), 7)

    assert again.as_content() == trained[XGBOOST].as_content()


def test_boosted_trees_learn_what_a_missing_value_means_and_the_others_impute_it():
    values = rows(4, 600)
    values[:300, 3] = np.nan
    labels = np.where(np.isnan(values[:, 3]), 1.0, 0.0)
    told = people(np.array([[0.0, 0.0, 0.0, np.nan], [0.0, 0.0, 0.0, 0.0]]))

    boosted = train(XGBOOST, BoostingOptions(learning_rate=0.3), people(values), labels, 0).predict(told)
    linear = train(LINEAR, LinearOptions(), people(values), labels, 0).predict(told)

    assert boosted == pytest.approx([1, 0], abs=0.05)
    assert linear[0] == linear[1]


def test_the_linear_model_finds_the_line():
    values = rows(5, 400)
    line = 2.0 + values @ np.array([1.0, -0.5, 0.0, 3.0])

    linear = train(LINEAR, LinearOptions(penalty=1e-6), people(values), line, 0)

    assert linear.intercept == pytest.approx(2.0)
    assert linear.coefficients == pytest.approx([1.0, -0.5, 0.0, 3.0], abs=1e-6)


def test_features_that_say_the_same_share_the_weight():
    values = np.repeat(rows(5, 400)[:, :1], 2, axis=1)

    linear = train(LINEAR, LinearOptions(), people(values), values[:, 0], 0)

    assert linear.coefficients == pytest.approx([0.5, 0.5], abs=0.01)


def test_the_segment_mean_is_the_mean_label_of_the_segment_and_of_everybody_elsewhere():
    learned_from = people(np.zeros((5, 1)), ["a", "a", "b", None, "b"])
    labels = np.array([0.1, 0.3, 0.5, 1.0, 0.6])

    mean = train_segment_mean(learned_from, labels)
    predicted = mean.predict(people(np.zeros((4, 1)), ["a", "b", None, "never seen"]))

    assert predicted == pytest.approx([0.2, 0.55, 0.5, 0.5])
    assert train_constant(labels).predict(learned_from) == pytest.approx([0.5] * 5)
    nobody_knows = train_segment_mean(people(np.zeros((2, 1))), labels[:2])
    assert nobody_knows.predict(learned_from) == pytest.approx([0.2] * 5)


@pytest.mark.parametrize("name", OPTIONS)
def test_values_of_any_size_are_predicted(trained, name):
    extreme = people(np.array([[1e300, -1e300, 0.0, 5e-324], [np.nan] * 4]))

    assert np.isfinite(trained[name].predict(extreme)).all()


def test_every_customer_is_predicted_by_the_model_of_their_fold():
    class Says:
        def __init__(self, number):
            self.number = number

        def predict(self, customers):
            return np.full(len(customers), self.number)

    everybody = people(np.zeros((200, 1)))

    predicted = predicted_by_fold([Says(float(fold)) for fold in range(4)], everybody, None, 2.5)

    assert np.array_equal(predicted, np.minimum(fold_of(everybody.keys, 4), 2.5))


def test_what_is_no_predictor_is_said():
    with pytest.raises(ValueError, match="nothing is known of a candidate 'oracle'"):
        predictor_from_content("oracle", {})
    with pytest.raises(ValueError, match=r"."):
        predictor_from_content(XGBOOST, {"learner": "none"})
