"""Whether a new risk model replaces the champion: only where its lead is no luck of the judged rows."""

from dataclasses import dataclass

import numpy as np
import pytest

from segmart.risk.contest import contest, nobody_to_beat

ROWS = 400


@dataclass(frozen=True)
class Champion:
    features: tuple[str, ...] = ("age", "income")


def held(of_champion: np.ndarray, of_challenger: np.ndarray, reason: str = "asked for") -> tuple[str, str]:
    """Return the outcome where the truth is 0, and what a model says of a row is its loss."""
    return contest(
        reason,
        np.zeros(len(of_champion)),
        of_champion,
        of_challenger,
        lambda labels, said: said - labels,
        "loss",
        "rows",
        seed=1,
    )


def test_a_lead_within_its_interval_leaves_the_champion():
    luck = np.random.default_rng(2).normal(size=ROWS)
    status, reason = held(of_champion=luck - luck.mean() + 0.01, of_challenger=np.zeros(ROWS))

    assert status == "challenger"
    assert reason.startswith("asked for, but not clearly better than the champion: its loss on 400 rows, 0, ")
    assert "smaller than the champion's by 0.01" in reason


def test_a_clear_lead_replaces_it_and_a_clear_lag_does_not():
    luck = np.random.default_rng(2).normal(size=ROWS)

    assert held(of_champion=luck + 1, of_challenger=luck)[0] == "champion"
    assert held(of_champion=luck, of_challenger=luck + 1)[0] == "challenger"


@pytest.mark.parametrize(("scored", "status"), [(199, "champion"), (200, "challenger")])
def test_only_rows_both_can_score_are_compared_and_a_champion_that_scores_few_is_replaced(scored, status):
    of_champion = np.where(np.arange(ROWS) < scored, 0.5, np.nan)
    found, reason = held(of_champion, np.where(np.arange(ROWS) < scored, 1.0, 0.0))

    assert found == status
    assert ("fewer than half of today's labelled rows" in reason) == (status == "champion")
    assert ("on 200 rows, 1," in reason) == (status == "challenger")


def test_a_first_fit_another_declaration_and_a_lost_feature_need_no_contest():
    columns = ["age", "income", "term"]

    assert nobody_to_beat(None, "no champion yet", columns) == "no champion yet"
    assert nobody_to_beat(Champion(), "the declaration changed", columns) == "the declaration changed"
    assert nobody_to_beat(Champion(), "asked for", ["age"]).endswith("needs income, which is gone")
    assert nobody_to_beat(Champion(), "asked for", columns) is None
