"""Candidates are developed without a look at the rows they are judged on, whatever is done to rare events."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from classification_cases import AMOUNT, APPLICATIONS, FEATURES, NUMBERS, declaration

from segmart.errors import FeatureError
from segmart.risk.classification import development, learning
from segmart.risk.classification.columns import Column, typed_features
from segmart.risk.classification.declaration import (
    CrossValidation,
    Evaluation,
    Holdout,
    Tuning,
    parse_classification,
)
from segmart.risk.classification.development import (
    LINEAR_CALIBRATIONS,
    Candidate,
    calibrated_out_of_fold,
    develop,
    scores_of_unseen,
)
from segmart.risk.classification.imbalance import (
    CLASS_WEIGHTS,
    NONE,
    SMOTE,
    TreatmentChoice,
    rebalanced,
    rows_of,
)
from segmart.risk.classification.inputs import log_losses
from segmart.risk.classification.judging import event_rates, judge, of_segments
from segmart.risk.classification.labelled import Labelled
from segmart.risk.classification.leakage import area_under_curve
from segmart.risk.classification.models import BoostingOptions, LogisticOptions, ScorecardOptions, train
from segmart.risk.classification.splitting import Part, Split, splits_of, stratified_folds

COLUMNS = tuple(Column(name, name in NUMBERS) for name in FEATURES)
KEYS = APPLICATIONS["application_id"].to_numpy(dtype=object)
LABELS = APPLICATIONS["is_bad"].to_numpy(dtype=float)
LABELLED = Labelled(KEYS, typed_features(APPLICATIONS, COLUMNS), COLUMNS, LABELS, None, None, {})
ROWS = LABELLED.rows
LOGISTIC = Candidate("logistic", LogisticOptions(), COLUMNS, Tuning(trials=3, folds=2), seed=1)
HELD_OUT = splits_of(Evaluation(holdout=Holdout()), KEYS, LABELS, None)[0]


@pytest.fixture
def trained_on(monkeypatch) -> list:
    """Return, as they come, the rows that models are trained on."""
    seen = []

    def spy(name, options, rows, columns, seed):
        seen.append(rows)
        return train(name, options, rows, columns, seed)

    monkeypatch.setattr(development, "train", spy)
    return seen


@pytest.mark.parametrize("treatment", [NONE, CLASS_WEIGHTS])
def test_options_are_searched_without_the_rows_that_are_judged(trained_on, treatment):
    judge("credit", [LOGISTIC], ROWS, HELD_OUT, treatment=treatment)

    # Three options in two folds, then the best on all rows to learn from.
    assert len(trained_on) == 7
    (part,) = HELD_OUT.parts
    assert set().union(*(rows.keys for rows in trained_on)) == set(KEYS[part.learned])


def test_in_a_cross_validation_nothing_is_searched_on_the_fold_that_is_judged(trained_on):
    split = splits_of(Evaluation(cross_validation=CrossValidation(folds=3)), KEYS, LABELS, None)[0]
    judge("credit", [LOGISTIC], ROWS, split)

    assert len(trained_on) == 21
    for position, part in enumerate(split.parts):
        own = trained_on[7 * position : 7 * (position + 1)]
        assert set().union(*(rows.keys for rows in own)) == set(KEYS[part.learned])


def test_the_options_with_the_smallest_loss_are_trained_and_the_first_of_equals():
    folds = stratified_folds(KEYS, LABELS, LOGISTIC.tuning.folds)

    def loss_out_of_fold(options: LogisticOptions) -> float:
        said = np.empty(len(KEYS))
        for fold in np.unique(folds):
            unseen = np.flatnonzero(folds == fold)
            learned = np.flatnonzero(folds != fold)
            tried = replace(LOGISTIC, options=options)
            said[unseen] = scores_of_unseen(tried, ROWS.take(learned), ROWS.take(unseen))
        return log_losses(LABELS, said).mean()

    tried = development.trials("logistic", LogisticOptions(), 3, 1)
    assert develop(LOGISTIC, ROWS).options == min(tried, key=loss_out_of_fold)
    assert len({loss_out_of_fold(options) for options in tried}) == 3

    # Nothing is learned from a column of one value, so that all options are as good.
    constant = rows_of(KEYS, pd.DataFrame({AMOUNT: np.ones(len(KEYS))}), LABELS)
    declared = replace(LOGISTIC, columns=(Column(AMOUNT, True),), options=LogisticOptions(penalty=7.0))
    assert develop(declared, constant).options == LogisticOptions(penalty=7.0)


def test_one_trial_takes_the_declared_options(trained_on):
    once = replace(LOGISTIC, tuning=Tuning(trials=1, folds=2), options=LogisticOptions(penalty=7.0))
    assert develop(once, ROWS).options == LogisticOptions(penalty=7.0)
    # Twice for the calibration, once to serve.
    assert len(trained_on) == 3


def test_a_search_on_many_rows_takes_a_sample_of_them(trained_on):
    wide = typed_features(pd.concat([APPLICATIONS] * 2), COLUMNS)
    keys = np.r_[KEYS, [f"B{key}" for key in KEYS]]
    develop(
        replace(LOGISTIC, tuning=Tuning(trials=2, folds=2, rows=500)),
        rows_of(keys, wide, np.r_[LABELS, LABELS]),
    )

    sizes = [len(rows) for rows in trained_on]
    assert sum(sizes[:2]) == sum(sizes[2:4]) == 500
    assert sizes[4:] == [400, 400, 800]


def test_the_points_of_a_scorecard_still_add_up_after_its_calibration():
    card = Candidate("scorecard", ScorecardOptions(), COLUMNS, Tuning(trials=1, folds=2), seed=1)
    choice = develop(card, ROWS).calibration_choice
    assert {row["method"] for row in choice.comparisons} <= set(LINEAR_CALIBRATIONS)


def noise(count: int = 600) -> Labelled:
    """Return rows whose features say nothing about their labels, a tenth of which are events."""
    generator = np.random.default_rng(1)
    columns = tuple(Column(f"x{place}", True) for place in range(4))
    features = pd.DataFrame(generator.normal(size=(count, 4)), columns=[column.name for column in columns])
    keys = np.array([f"A{row:04d}" for row in range(count)], dtype=object)
    return Labelled(keys, features, columns, (generator.random(count) < 0.1).astype(float), None, None, {})


def test_smote_before_the_split_fakes_skill_where_the_engine_shows_none():
    pytest.importorskip("imblearn")
    honest = noise()
    options = BoostingOptions(trees=60, max_depth=6, learning_rate=0.3, min_child_weight=1.0)
    candidate = Candidate("xgboost", options, honest.columns, Tuning(trials=1, folds=2), seed=1)
    evaluation = Evaluation(cross_validation=CrossValidation(folds=3))

    def area_of(rows, treatment):
        split = splits_of(evaluation, rows.keys, rows.labels, None)[0]
        judged = judge("credit", [candidate], rows, split, treatment=treatment)
        return area_under_curve(judged.scores["xgboost"][:, 0], judged.labels)

    assert area_of(honest.rows, SMOTE) == pytest.approx(0.5, abs=0.08)

    # Keys invented for the rows that were made are the only way past the guard.
    leaking = rebalanced(honest.rows, SMOTE, seed=1)
    keys = np.array([f"B{place:04d}" for place in range(len(leaking))], dtype=object)
    assert area_of(replace(leaking, keys=keys), NONE) > 0.85


def test_rows_made_by_resampling_are_neither_developed_from_nor_judged():
    pytest.importorskip("imblearn")
    honest = noise()
    candidate = Candidate("logistic", LogisticOptions(), honest.columns, Tuning(trials=1, folds=2), seed=1)
    leaking = rebalanced(honest.rows, SMOTE, seed=1)
    # Made rows only among the judged: what is learned from would be in order.
    apart = Split("apart", (Part(np.arange(600), np.arange(600, len(leaking))),))

    for forbidden in (
        lambda: develop(candidate, leaking),
        lambda: calibrated_out_of_fold(candidate, candidate.options, leaking, 3, NONE),
        lambda: judge("credit", [candidate], leaking, apart),
    ):
        with pytest.raises(FeatureError, match="have no key: they were made by resampling"):
            forbidden()


def test_a_row_that_was_learned_from_is_not_judged():
    overlapping = Split("overlapping", (Part(np.arange(300), np.arange(299, 400)),))
    with pytest.raises(FeatureError, match="1 of 101 rows were learned from"):
        judge("credit", [LOGISTIC], ROWS, overlapping)


def test_a_treatment_that_helps_is_used_in_every_judged_figure_and_in_what_serves(monkeypatch):
    declared = parse_classification(
        "credit", declaration(imbalance=["none", "class_weights"], tuning={"trials": 1, "folds": 2})
    )
    calls = []

    def spied(*given, **named):
        judged = judge(*given, **named)
        calls.append((named.get("treatment", NONE), judged))
        return judged

    monkeypatch.setattr(learning, "judge", spied)
    monkeypatch.setattr(
        learning,
        "choose_treatment",
        lambda labels, calibrated, seed: TreatmentChoice(CLASS_WEIGHTS, f"of {[*calibrated]}", []),
    )
    learned = learning.learn("credit", 1, declared, LABELLED)

    assert [treatment for treatment, _ in calls] == [NONE, CLASS_WEIGHTS]
    treated = calls[1][1]
    assert learned.artefact.served == "logistic"
    assert not np.array_equal(treated.scores["logistic"], calls[0][1].scores["logistic"])
    assert np.array_equal(learned.judged.scores["logistic"], treated.scores["logistic"])
    losses = [metric for metric in learned.metrics if metric.metric == "log_loss" and metric.is_served]
    assert losses[0].value == pytest.approx(treated.log_losses()["logistic"].mean())
    # Only what learned from reweighted rows needs the move of its log-odds.
    assert learned.artefact.serving.correction.method == "platt"
    assert "of ['none', 'class_weights']" in learned.choice_reason


def test_no_treatment_is_tried_unless_it_is_declared(monkeypatch):
    monkeypatch.delattr(learning, "choose_treatment")
    learned = learning.learn("credit", 1, parse_classification("credit", declaration()), LABELLED)
    assert learned.artefact.serving.correction.method == "none"
    assert "no treatment of rare events is declared" in learned.choice_reason


def test_the_rate_of_a_small_segment_is_drawn_towards_that_of_all():
    segments = np.array(["a"] * 80 + ["b"] * 20 + [None] * 100, dtype=object)
    labels = np.r_[np.zeros(60), np.ones(20), np.ones(20), np.zeros(100)]

    rates = event_rates(segments, labels)

    assert rates == {None: 0.2, "a": pytest.approx(24 / 100), "b": pytest.approx(24 / 40)}
    assert of_segments(rates, np.array(["b", None, "never seen"], dtype=object)).tolist() == [0.6, 0.2, 0.2]
    assert event_rates(np.full(200, None), labels) == {None: 0.2}
