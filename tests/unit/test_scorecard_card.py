"""A card in use: log-odds, points and contributions agree, row by row, and survive being written down."""

import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scorecard_cases import AGE, INCOME, PURPOSE, applicants, fit

from segmart.learning.json_text import to_json
from segmart.risk.scorecard import Scale, scorecard_from_content

FRAME, LABELS = applicants()


@pytest.fixture(scope="module")
def card():
    return fit(FRAME, LABELS).card


def test_contributions_add_up_to_the_log_odds(card):
    sums = card.base_log_odds + card.contributions(FRAME).sum(axis=1)

    assert np.abs(sums - card.log_odds(FRAME)).max() < 1e-9


def test_contributions_are_measured_from_the_mean_applicant(card):
    assert card.contributions(FRAME).mean(axis=0) == pytest.approx(0, abs=1e-9)


def test_points_are_an_exact_function_of_the_log_odds(card):
    points, log_odds = card.points(FRAME), card.log_odds(FRAME)

    assert np.abs(points - card.scale.points(log_odds)).max() < 1e-9
    assert np.abs(card.scale.log_odds(points) - log_odds).max() < 1e-9


def test_probability_is_that_of_the_log_odds(card):
    probability = card.probability(FRAME)

    assert np.log(probability / (1 - probability)) == pytest.approx(card.log_odds(FRAME))


def test_points_have_the_declared_base_and_double_the_odds():
    scale = Scale(base_points=600, base_odds=50, points_to_double_odds=20)

    assert scale.points(np.log(1 / 50)) == pytest.approx(600)
    assert scale.points(np.log(1 / 100)) == pytest.approx(620)
    assert scale.points(np.log(1 / 25)) == pytest.approx(580)


def test_another_scale_changes_the_points_and_not_the_risk(card):
    other = replace(card, scale=Scale(300, 10, 50))

    assert np.array_equal(other.log_odds(FRAME), card.log_odds(FRAME))
    assert other.points(FRAME) == pytest.approx(other.scale.points(card.log_odds(FRAME)))


def test_a_row_alone_scores_as_among_others_to_the_last_bit(card):
    rows = FRAME[:200]

    for method in (card.log_odds, card.probability, card.points, card.contributions):
        alone = np.concatenate([method(rows.iloc[[row]]) for row in range(len(rows))])
        assert np.array_equal(alone, method(FRAME)[:200])


def test_no_rows_score_as_no_rows(card):
    none = FRAME[:0]

    assert [len(card.log_odds(none)), len(card.points(none))] == [0, 0]
    assert card.contributions(none).shape == (0, len(card.features))
    assert card.words(none).columns.tolist() == card.names


@pytest.mark.parametrize("unknown", [None, np.nan, pd.NA])
def test_unseen_levels_and_missing_values_score(card, unknown):
    strange = pd.DataFrame({INCOME: [np.nan], AGE: [1e12], PURPOSE: ["never heard of"]})
    missing = pd.DataFrame({INCOME: [unknown], AGE: [unknown], PURPOSE: [unknown]}, dtype=object)

    assert np.isfinite(card.log_odds(strange)).all()
    assert np.isfinite(card.log_odds(missing)).all()
    assert card.words(missing).iloc[0].tolist() == ["missing"] * 3
    assert card.words(strange)[PURPOSE].tolist() == ["all others"]
    # Nothing was ever seen of it, so that it moves the score by what the average weighs only.
    contributions = card.contributions(strange)[0, card.names.index(PURPOSE)]
    assert abs(contributions) < 0.2


def test_a_card_written_and_read_is_equal(card):
    text = to_json(card.as_content())

    again = scorecard_from_content(json.loads(text))

    assert again == card
    assert to_json(again.as_content()) == text


@pytest.mark.parametrize("content", [{}, {"base_log_odds": 0, "scale": {"no": 1}, "features": []}])
def test_what_is_no_card_is_not_read(content):
    with pytest.raises((KeyError, TypeError)):
        scorecard_from_content(content)


def test_words_say_which_bin_a_row_is_in(card):
    frame = FRAME.set_axis(FRAME.index + 10)

    words = card.words(frame)

    assert words.index.equals(frame.index)
    youngest = words.loc[frame[AGE].idxmin(), AGE]
    assert youngest.startswith("below ")
    assert frame.loc[words[AGE] == youngest, AGE].max() < float(youngest.removeprefix("below "))


def test_using_a_card_imports_nothing_that_fits_one():
    heavy = "'sklearn', 'scipy', 'xgboost'"
    code = f"import sys, segmart.risk.scorecard; print([name for name in ({heavy}) if name in sys.modules])"

    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert printed.strip() == "[]"
