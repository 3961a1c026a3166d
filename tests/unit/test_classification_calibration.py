"""Calibration makes scores right, keeps their order, and is not learned from chance."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.isotonic import isotonic_regression
from sklearn.linear_model import LogisticRegression

from segmart.errors import InputError
from segmart.learning.json_text import to_json
from segmart.risk.classification.calibration import (
    BETA,
    INTERCEPT,
    ISOTONIC,
    NONE,
    PLATT,
    Beta,
    Isotonic,
    Platt,
    Uncalibrated,
    calibration_from_content,
    prior_correction,
)
from segmart.risk.classification.calibration_choice import choose_calibration
from segmart.risk.classification.calibration_fitting import fit_calibration, pooled
from segmart.risk.classification.ranking import ranking_of

METHODS = (NONE, INTERCEPT, PLATT, BETA, ISOTONIC)


def logistic(log_odds: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-log_odds))


def cases(
    rows: int, distort, seed: int = 1, middle: float = -2.0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return labels, distorted scores and the true probabilities."""
    generator = np.random.default_rng(seed)
    log_odds = generator.normal(size=rows) + middle
    truth = logistic(log_odds)
    return (generator.random(rows) < truth).astype(float), logistic(distort(log_odds)), truth


DISTORTIONS = {
    "too sure": lambda log_odds: 2 * log_odds,
    "too timid": lambda log_odds: 0.5 * log_odds,
    "learned from as many events as others": lambda log_odds: log_odds + 2,
    "bent": lambda log_odds: np.where(log_odds > -2, 2 * log_odds + 2, log_odds) + 1,
}


@pytest.mark.parametrize("method", METHODS)
def test_no_calibration_changes_the_order_of_scores(method):
    labels, scores, _ = cases(3_000, DISTORTIONS["bent"])
    unseen = np.sort(np.r_[0, 1, np.random.default_rng(2).random(5_000), scores])

    calibrated = fit_calibration(method, labels, scores).apply(unseen)

    assert (np.diff(calibrated) >= 0).all()
    assert ((calibrated >= 0) & (calibrated <= 1)).all()
    if method != NONE:
        assert 0 < calibrated[0] < calibrated[-1] < 1


@given(
    scores=st.lists(st.floats(0, 1), min_size=2, max_size=50),
    slopes=st.tuples(st.floats(0.01, 10), st.floats(0, 10), st.floats(-5, 5)),
)
@settings(max_examples=100, deadline=None)
def test_formulas_never_turn_two_scores_round(scores, slopes):
    ordered = np.sort(scores)
    low, high, intercept = slopes
    for calibration in (Platt(low, intercept), Beta(low, high, intercept), Beta(0.0, low, intercept)):
        assert (np.diff(calibration.apply(ordered)) >= 0).all()


@pytest.mark.parametrize("method", METHODS)
def test_a_score_alone_is_calibrated_as_among_others(method):
    labels, scores, _ = cases(2_000, DISTORTIONS["too sure"])
    calibration = fit_calibration(method, labels, scores)
    alone = np.array([calibration.apply(scores[[row]])[0] for row in range(200)])
    assert np.array_equal(alone, calibration.apply(scores)[:200])
    assert calibration.apply(np.empty(0)).shape == (0,)


@pytest.mark.parametrize("method", METHODS)
def test_a_calibration_is_stored_as_plain_numbers(method):
    labels, scores, _ = cases(2_000, DISTORTIONS["too sure"])
    calibration = fit_calibration(method, labels, scores)
    again = calibration_from_content(json.loads(to_json(calibration.as_content())))
    assert again == calibration
    assert np.array_equal(again.apply(scores), calibration.apply(scores))


def test_what_is_no_calibration_is_an_error():
    with pytest.raises(ValueError, match="nothing is known of a calibration 'magic'"):
        calibration_from_content({"method": "magic"})
    with pytest.raises(KeyError):
        calibration_from_content({"method": "platt", "slope": 1.0})
    with pytest.raises(ValueError, match="nothing is known of a calibration 'magic'"):
        fit_calibration("magic", np.array([0.0, 1.0]), np.array([0.1, 0.2]))


def test_the_fit_is_that_of_scikit_learn_but_for_two_rows():
    labels, scores, _ = cases(50_000, DISTORTIONS["too sure"])
    log_odds = np.log(scores / (1 - scores))[:, None]
    reference = LogisticRegression(C=1e9, tol=1e-10).fit(log_odds, labels)

    found = fit_calibration(PLATT, labels, scores)

    assert found.slope == pytest.approx(reference.coef_[0, 0], abs=2e-3)
    assert found.intercept == pytest.approx(reference.intercept_[0], abs=2e-3)


@pytest.mark.parametrize(
    ("distortion", "slope", "intercept"),
    [("too sure", 0.5, 0), ("too timid", 2, 0), ("learned from as many events as others", 1, -2)],
)
def test_platt_undoes_what_was_done_to_the_log_odds(distortion, slope, intercept):
    labels, scores, truth = cases(50_000, DISTORTIONS[distortion])
    found = fit_calibration(PLATT, labels, scores)
    assert (found.slope, found.intercept) == pytest.approx((slope, intercept), abs=0.1)
    assert found.apply(scores).mean() == pytest.approx(labels.mean(), rel=1e-3)
    assert fit_calibration(BETA, labels, scores).apply(scores) == pytest.approx(truth, abs=0.03)


def test_scores_that_part_the_classes_completely_have_a_finite_map():
    labels, scores = np.repeat([0.0, 1.0], 50), np.r_[np.linspace(0.1, 0.3, 50), np.linspace(0.6, 0.9, 50)]
    for method in (INTERCEPT, PLATT, BETA):
        calibrated = fit_calibration(method, labels, scores).apply(scores)
        assert 0 < calibrated.min() < 0.5 < calibrated.max() < 1


@pytest.mark.parametrize("method", [PLATT, BETA, ISOTONIC])
def test_scores_that_go_the_wrong_way_or_nowhere_have_no_map(method):
    labels, scores, _ = cases(2_000, DISTORTIONS["too sure"])
    assert fit_calibration(method, labels, 1 - scores) is None
    assert fit_calibration(method, labels, np.full(2_000, 0.3)) is None


def test_a_slope_that_would_be_negative_is_none():
    # The log-odds of the truth fall at the lower end of the scores, which no calibration may follow.
    generator = np.random.default_rng(1)
    scores = generator.random(20_000)
    truth = logistic(-3 - np.log(scores) - 2 * np.log(1 - scores))
    labels = (generator.random(20_000) < truth).astype(float)
    found = fit_calibration(BETA, labels, scores)
    assert found.low == 0 < found.high


def test_pools_are_those_of_the_isotonic_regression():
    generator = np.random.default_rng(1)
    means, weights = np.linspace(0, 1, 80) + generator.normal(size=80), generator.integers(1, 9, size=80)
    counts = pooled(means, weights)
    places = np.repeat(np.arange(len(counts)), counts)
    totals = np.bincount(places, means * weights) / np.bincount(places, weights)
    assert totals[places] == pytest.approx(isotonic_regression(means, sample_weight=weights))


def test_isotonic_goes_straight_between_its_points_and_level_beyond_them():
    calibration = Isotonic(knots=(0.2, 0.4, 0.8), values=(0.1, 0.3, 0.5))
    scores = np.array([0, 0.2, 0.3, 0.4, 0.6, 0.8, 1])
    assert calibration.apply(scores) == pytest.approx([0.1, 0.1, 0.2, 0.3, 0.4, 0.5, 0.5])


def test_isotonic_says_nobody_is_certain():
    generator = np.random.default_rng(1)
    scores = np.sort(generator.random(5_000))
    labels = (generator.random(5_000) < np.clip(3 * scores - 1, 0, 1)).astype(float)
    assert labels[:1_500].sum() == 0
    assert labels[-1_500:].all()

    found = fit_calibration(ISOTONIC, labels, scores)

    assert 0 < found.values[0] < 0.1
    assert 0.9 < found.values[-1] < 1
    assert (np.diff(found.knots) > 0).all()
    assert (np.diff(found.values) > 0).all()


def test_the_share_learned_from_is_taken_back_exactly():
    # Of 1,000 events and 9,000 others all events and 1,000 others were learned from: odds nine times over.
    correction = prior_correction(learned_rate=0.5, true_rate=0.1)
    assert correction.apply(np.array([0.5, 0.9])) == pytest.approx([0.1, 0.5])
    assert prior_correction(0.2, 0.2) == Uncalibrated()


@pytest.mark.parametrize("distortion", DISTORTIONS)
def test_five_thousand_scores_become_probabilities(distortion):
    labels, scores, _ = cases(5_000, DISTORTIONS[distortion], seed=4)
    parts = np.arange(5_000) % 5

    chosen = choose_calibration(labels, scores, parts, seed=1)

    before = ranking_of(labels, scores).figures(0.5)
    after = ranking_of(labels, chosen.calibrated).figures(0.5)
    assert before["expected_calibration_error"] > 0.03
    assert after["expected_calibration_error"] <= 0.015
    assert after["mean_pd_to_base_rate"] == pytest.approx(1, abs=0.02)
    # On customers nobody has seen the map is as right as it seemed.
    _, unseen, truth = cases(100_000, DISTORTIONS[distortion], seed=5)
    said = chosen.calibration.apply(unseen)
    bins = np.array_split(np.argsort(said), 10)
    assert np.mean([abs(said[own].mean() - truth[own].mean()) for own in bins]) <= 0.015
    assert chosen.method in chosen.reason


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("rows", [300, 2_000])
def test_scores_that_are_right_are_at_most_moved(rows, seed):
    labels, scores, _ = cases(rows, lambda log_odds: log_odds, seed=seed)
    chosen = choose_calibration(labels, scores, np.arange(rows) % 5, seed=1)
    assert chosen.method in (NONE, INTERCEPT)


def test_scores_with_the_right_mean_stay_as_they_are():
    labels, scores, _ = cases(4_000, lambda log_odds: log_odds, seed=2)
    at_rate = fit_calibration(INTERCEPT, labels, scores).apply(scores)
    chosen = choose_calibration(labels, at_rate, np.arange(4_000) % 5, seed=1)
    assert chosen.method == NONE
    assert chosen.calibration == Uncalibrated()
    assert np.array_equal(chosen.calibrated, at_rate)


def test_scores_whose_mean_is_off_the_base_rate_do_not_stay_although_chance_could_explain_it():
    labels, scores, _ = cases(1_000, lambda log_odds: log_odds)
    at_rate = fit_calibration(INTERCEPT, labels, scores)
    off = Platt(1.0, at_rate.intercept + 0.06).apply(scores)
    chosen = choose_calibration(labels, off, np.arange(1_000) % 5, seed=1)
    assert off.mean() == pytest.approx(1.045 * labels.mean(), rel=0.01)
    assert chosen.comparisons[0]["excess_low"] < 0
    assert chosen.method == INTERCEPT
    assert "more than 2% off the base rate" in chosen.reason
    assert chosen.calibrated.mean() == pytest.approx(labels.mean(), rel=0.01)


@pytest.mark.parametrize(
    ("events", "methods"),
    [(9, METHODS[:1]), (10, METHODS[:2]), (20, METHODS[:3]), (30, METHODS[:4]), (300, METHODS)],
)
def test_few_events_allow_few_numbers(events, methods):
    labels, scores, _ = cases(6_000, DISTORTIONS["too sure"])
    rows = np.r_[np.flatnonzero(labels == 1)[:events], np.flatnonzero(labels == 0)[:600]]
    chosen = choose_calibration(labels[rows], scores[rows], np.arange(len(rows)) % 3, seed=1)
    assert tuple(row["method"] for row in chosen.comparisons) == methods


def test_isotonic_is_chosen_where_only_it_will_do():
    generator = np.random.default_rng(1)
    scores = generator.random(20_000)
    truth = np.select([scores < 0.3, scores < 0.6], [0.02, 0.2], 0.6)
    labels = (generator.random(20_000) < truth).astype(float)
    assert choose_calibration(labels, scores, np.arange(20_000) % 5, seed=1).method == ISOTONIC


def test_every_row_is_calibrated_by_a_map_that_has_not_seen_it():
    labels, scores, _ = cases(2_000, DISTORTIONS["too sure"])
    parts = np.arange(2_000) % 2
    chosen = choose_calibration(labels, scores, parts, seed=1)
    assert chosen.method == PLATT
    of_others = fit_calibration(PLATT, labels[parts == 1], scores[parts == 1])
    assert np.array_equal(chosen.calibrated[parts == 0], of_others.apply(scores[parts == 0]))


def test_a_calibration_cannot_be_judged_on_what_it_was_fitted_on():
    labels, scores, _ = cases(100, DISTORTIONS["too sure"])
    with pytest.raises(InputError, match="all of one part"):
        choose_calibration(labels, scores, np.zeros(100), seed=1)
