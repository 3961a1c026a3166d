"""Who serves, and what may be said of its skill."""

import numpy as np
import pytest

from segmart.risk.choice import choose
from segmart.risk.regression.predictors import LIGHTEST_FIRST


def losses(**means) -> dict[str, np.ndarray]:
    """Return losses (rows,) of exactly these means that share most of their noise, as real ones do."""
    shared = np.random.default_rng(1).exponential(size=2_000)
    noise = np.random.default_rng(2).normal(size=(len(means), 2_000))
    own = 0.02 * (noise - noise.mean(axis=1, keepdims=True))
    return {name: means[name] * shared / shared.mean() + own[row] for row, name in enumerate(means)}


def chosen(**means):
    return choose(losses(**means), "mean squared error", LIGHTEST_FIRST, seed=0)


def test_the_best_candidate_with_skill_serves():
    choice = chosen(constant=1.0, segment_mean=0.8, linear=0.7, xgboost=0.5, random_forest=0.6)

    assert (choice.served, choice.best) == ("xgboost", "xgboost")
    assert choice.verdict == "skill beyond the segment mean"
    assert choice.verdict_reason.startswith(
        "xgboost: the mean squared error is smaller than that of the segment mean by 0.3"
    )
    assert "on 2,000 rows it was not trained on" in choice.verdict_reason
    assert "xgboost has the smallest mean squared error" in choice.choice_reason


def test_a_lighter_candidate_serves_when_the_best_is_not_clearly_better():
    choice = chosen(constant=1.0, segment_mean=0.8, linear=0.5002, xgboost=0.7, random_forest=0.5)

    assert (choice.served, choice.best) == ("linear", "random_forest")
    assert "linear serves, which is lighter" in choice.choice_reason
    assert choice.verdict_reason.startswith("linear: ")


def test_a_candidate_that_is_not_clearly_better_than_the_segment_mean_has_no_skill():
    choice = chosen(constant=1.0, segment_mean=0.8, linear=0.9, xgboost=0.7995, random_forest=0.8)

    assert (choice.served, choice.best) == ("segment_mean", "xgboost")
    assert choice.verdict == "no skill beyond the segment mean"
    assert "none of 3 candidates is clearly better; of the nearest, xgboost" in choice.verdict_reason
    assert "the segment mean serves; its mean squared error is smaller than that of a constant by 0.2" in (
        choice.choice_reason
    )


def test_a_candidate_must_beat_every_baseline():
    choice = chosen(constant=0.5, segment_mean=0.8, linear=0.7)

    assert choice.served == "constant"
    assert choice.verdict == "no skill beyond a constant"
    (row,) = (row for row in choice.comparisons if row["candidate"] == "linear")
    assert (row["compared_with"], row["has_skill"]) == ("constant", False)
    assert row["improvement"] == pytest.approx(-0.2, abs=0.02)
    assert "larger than that of a constant by 0.2" in choice.verdict_reason


def test_segments_that_tell_nothing_leave_the_constant():
    choice = chosen(constant=0.8, segment_mean=0.8005, linear=0.9)

    assert (choice.served, choice.verdict) == ("constant", "no skill beyond a constant")
    assert "the segment mean is not clearly better either" in choice.choice_reason


def test_without_segments_the_constant_is_to_be_beaten():
    assert chosen(constant=1.0, linear=0.5).verdict == "skill beyond a constant"
    without_skill = chosen(constant=1.0, linear=1.1)
    assert (without_skill.served, without_skill.verdict) == ("constant", "no skill beyond a constant")


def test_every_baseline_and_candidate_is_listed_lightest_first():
    choice = chosen(random_forest=0.5, segment_mean=0.8, constant=1.0, linear=0.7)

    assert [row["candidate"] for row in choice.comparisons] == [
        "constant",
        "segment_mean",
        "linear",
        "random_forest",
    ]
    assert [row["is_baseline"] for row in choice.comparisons] == [True, True, False, False]
    assert [row["is_served"] for row in choice.comparisons] == [False, False, False, True]
    for row in choice.comparisons[2:]:
        assert row["improvement_low"] < row["improvement"] < row["improvement_high"]
