"""Which features enter a scorecard, why others do not, and that risk moves as declared."""

import numpy as np
import pandas as pd
import pytest
from scorecard_cases import AGE, INCOME, NOISE, PURPOSE, PURPOSES, TOWN, applicants, fit

from segmart.errors import DeclarationError, InputError
from segmart.learning.json_text import to_json

FRAME, LABELS = applicants()
DIRECTIONS = {INCOME: "decreasing", AGE: "increasing"}


@pytest.fixture(scope="module")
def fitted():
    return fit(FRAME, LABELS, DIRECTIONS)


def test_features_that_say_something_enter_and_the_others_do_not(fitted):
    assert fitted.card.names == [INCOME, AGE, PURPOSE]
    assert fitted.left_out == {
        TOWN: "has one bin: its values hardly differ in risk, or too few rows hold those that do",
        NOISE: fitted.left_out[NOISE],
    }
    assert fitted.left_out[NOISE].startswith("says too little: its information value 0.0")
    assert [feature.name for feature in fitted.binned] == list(FRAME.columns)


def test_planted_levels_come_out_in_the_order_of_their_risk(fitted):
    contributions = fitted.card.features[2].of_rows(
        pd.DataFrame({PURPOSE: PURPOSES}), np.array(fitted.card.features[2].contributions)
    )

    assert (np.diff(contributions) > 0).all()


def test_what_is_learned_comes_close_to_the_truth(fitted):
    unseen, labels = applicants(seed=2)

    probability = fitted.card.probability(unseen)

    assert probability.mean() == pytest.approx(labels.mean(), rel=0.1)
    worst, best = labels[probability >= np.quantile(probability, 0.9)], labels[probability < 0.05]
    assert worst.mean() > 10 * best.mean()


def test_mean_probability_of_the_fitted_rows_is_their_bad_rate(fitted):
    assert fitted.card.probability(FRAME).mean() == pytest.approx(LABELS.mean(), abs=1e-4)


def test_risk_moves_along_a_feature_as_declared_whoever_the_applicant_is(fitted):
    for name, direction in DIRECTIONS.items():
        sweep = np.linspace(FRAME[name].min() - 1, FRAME[name].max() + 1, 300)
        for row in range(0, 1_000, 100):
            same = pd.concat([FRAME.iloc[[row]]] * len(sweep), ignore_index=True).assign(**{name: sweep})
            steps = np.diff(fitted.card.log_odds(same))
            assert (steps >= 0).all() if direction == "increasing" else (steps <= 0).all()
            assert steps.any()


def test_a_feature_declared_against_its_evidence_stays_out():
    fitted = fit(FRAME, LABELS, {AGE: "decreasing"})

    assert AGE not in fitted.card.names
    assert AGE in fitted.left_out


def test_a_feature_that_turns_beside_another_is_left_out_with_the_reason():
    random = np.random.default_rng(4)
    risk, noise = random.normal(size=(2, 6_000))
    labels = (random.random(6_000) < 1 / (1 + np.exp(2 - 2 * risk))).astype(int)
    # Alone it grows with risk; beside the first feature it only says how much of that was noise.
    frame = pd.DataFrame({"risk and noise": risk + noise, "noise": noise + 0.3 * risk})

    fitted = fit(frame, labels)

    assert fitted.card.names == ["risk and noise"]
    assert fitted.left_out["noise"].startswith(
        "turns against its own evidence beside the other features (coefficient +"
    )


def test_a_feature_without_a_direction_has_the_one_that_says_more(fitted):
    assert fit(FRAME, LABELS).card == fitted.card


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ([np.nan] * 4_000, "is empty: missing in all 4,000 rows"),
        ([None] * 4_000, "is empty: missing in all 4,000 rows"),
        ([3.0] * 4_000, "has one bin: "),
        (["x"] * 4_000, "has one bin: "),
        (np.linspace(0, 1, 4_000), "says too little: its information value"),
    ],
)
def test_a_feature_without_content_is_left_out_with_the_reason(values, reason):
    fitted = fit(FRAME[[AGE]].assign(other=values), LABELS)

    assert fitted.card.names == [AGE]
    assert fitted.left_out["other"].startswith(reason)


def test_whether_a_value_is_missing_is_evidence_too():
    fitted = fit(FRAME[[INCOME]].notna().replace({True: 1.0, False: np.nan}).astype(float), LABELS)

    assert fitted.card.names == [INCOME]
    assert fitted.card.features[0].binned.partition.words() == ["any value", "missing"]


def test_a_card_without_features_says_the_base_rate_of_everybody():
    fitted = fit(FRAME[[NOISE, TOWN]], LABELS)

    assert fitted.card.names == []
    assert fitted.card.probability(FRAME[:3]) == pytest.approx([LABELS.mean()] * 3)
    assert fitted.card.points(FRAME[:3]) == pytest.approx(
        fitted.card.scale.points(fitted.card.log_odds(FRAME[:3]))
    )
    assert fitted.card.contributions(FRAME[:3]).shape == (3, 0)


def test_a_stronger_penalty_makes_coefficients_smaller(fitted):
    shrunk = fit(FRAME, LABELS, DIRECTIONS, penalty=1_000).card

    for strong, weak in zip(shrunk.features, fitted.card.features, strict=True):
        assert weak.coefficient < strong.coefficient < 0


def test_the_order_of_rows_changes_no_bit_even_before_numbers_are_rounded(monkeypatch):
    monkeypatch.setattr("segmart.risk.scorecard.fitting.rounded", np.asarray)
    orders = [np.random.default_rng(seed).permutation(len(FRAME)) for seed in range(6)]

    fitted = [fit(FRAME.iloc[order], LABELS[order], DIRECTIONS) for order in orders]

    assert len({to_json(found.card.as_content()) for found in fitted}) == 1
    assert len({to_json(found.left_out) for found in fitted}) == 1


def test_levels_may_come_as_any_kind_of_text(fitted):
    as_strings = FRAME.astype({PURPOSE: "string", TOWN: "str"})

    assert fit(as_strings, LABELS, DIRECTIONS).card == fitted.card
    assert np.array_equal(fitted.card.log_odds(as_strings), fitted.card.log_odds(FRAME))


@pytest.mark.parametrize(
    ("labels", "found"), [([0] * 4_000, "0"), ([1] * 4_000, "1"), ([1, 2] * 2_000, "1, 2"), ([], "")]
)
def test_a_label_without_both_classes_is_refused(labels, found):
    with pytest.raises(InputError, match=f"the label holds {found}, not 0 and 1"):
        fit(FRAME[: len(labels)], np.array(labels))


def test_a_direction_for_levels_is_refused():
    with pytest.raises(DeclarationError, match=r"loan-purpose \[stated\] is declared increasing"):
        fit(FRAME, LABELS, {PURPOSE: "increasing"})
