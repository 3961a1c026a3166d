"""Whether a challenger replaces the champion."""

import numpy as np
import pandas as pd
import pytest
from segmentation_cases import artefact, recipe

from segmart.segmentation.promotion import compare, decide

NEAR, FAR = [[0.0, 0.0], [10.0, 10.0]], [[3.0, 0.0], [10.0, 14.0]]


def frame(seed: int = 1, rows: int = 600, shift: float = 0.0) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    points = 10.0 * generator.integers(2, size=rows)[:, None] + generator.normal(size=(rows, 2)) + shift
    return pd.DataFrame(points, columns=["x", "y"]).assign(customer_id=range(rows))


@pytest.mark.parametrize(
    "reason", ["no champion yet", "the declaration changed", "the feature contract changed"]
)
def test_a_fit_of_something_else_becomes_champion_without_a_contest(reason):
    assert decide(artefact(NEAR), artefact(FAR), frame(), reason, seed=1) == ("champion", reason)


def test_a_first_fit_becomes_champion():
    assert decide(None, artefact(NEAR), frame(), "no champion yet", seed=1)[0] == "champion"


def test_a_challenger_that_explains_today_better_wins_and_says_by_how_much():
    status, reason = decide(artefact(FAR), artefact(NEAR), frame(), "asked for", seed=1)

    assert status == "champion"
    assert reason.startswith("asked for; mean simplified silhouette")
    assert "95% interval +0." in reason


def test_a_refit_on_the_same_customers_does_not_beat_its_equal():
    status, reason = decide(artefact(NEAR), artefact(NEAR), frame(), "asked for", seed=1)

    assert status == "challenger"
    assert "not clearly better than the champion" in reason


def test_a_worse_challenger_stays_a_challenger():
    # Three segments for two groups: the third cuts one in halves.
    worse = artefact([[-0.6, 0], [0.6, 0], [10, 10]])

    comparison = compare(artefact(NEAR), worse, frame(), seed=1)

    assert comparison.high < 0
    assert not comparison.is_won


@pytest.mark.parametrize("seed", range(5))
def test_without_drift_a_refit_on_new_customers_does_not_win_by_having_seen_them(seed):
    cloud = np.random.default_rng(seed).normal(size=(400, 2))
    customers = pd.DataFrame(cloud, columns=["x", "y"]).assign(customer_id=range(400))
    champion = artefact([[-0.8, 0], [0.8, 0]])
    from segmart.segmentation.clustering import converge

    refit = artefact(converge(cloud, champion.centroids).centroids)

    assert not compare(champion, refit, customers, seed=seed).is_won


def test_after_drift_the_refit_wins():
    drifted = frame(shift=2.5)

    moved = artefact([[2.5, 2.5], [12.5, 12.5]])
    assert decide(artefact(NEAR), moved, drifted, "the champion is 120 days old", seed=1)[0] == "champion"


def test_the_contest_takes_place_on_the_same_customers_only():
    some_missing = frame()
    some_missing.loc[:99, "x"] = np.nan

    assert compare(artefact(NEAR), artefact(NEAR), some_missing, seed=1).row_count == 500


def test_a_champion_that_cannot_place_most_of_today_is_replaced():
    champion = artefact(NEAR)
    challenger = artefact([[0.0], [10.0]], recipes=[recipe("y")])
    mostly_missing = frame().assign(x=np.nan)

    status, reason = decide(champion, challenger, mostly_missing, "asked for", seed=1)

    assert status == "champion"
    assert "fewer than half of today's customers" in reason
    assert decide(champion, challenger, frame().drop(columns="x"), "asked for", seed=1)[0] == "champion"
