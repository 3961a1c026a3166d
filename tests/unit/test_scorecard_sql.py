"""The SQL of a card equals its numpy form, and holds nothing that came from the data."""

import duckdb
import numpy as np
import pandas as pd
import pytest
from scorecard_cases import INCOME, PURPOSE, PURPOSES, applicants, fit

from segmart.frames import quoted
from segmart.risk.scorecard import contributions_sql, log_odds_sql, points_sql, rounded_points_sql

FRAME, LABELS = applicants()
STRANGE = pd.concat(
    [
        FRAME[:500],
        pd.DataFrame({PURPOSE: ["never heard of", "", "';", "\\", "a\x00b", None]}, dtype=object),
    ],
    ignore_index=True,
)


@pytest.fixture(scope="module")
def card():
    return fit(FRAME, LABELS, {PURPOSE: "any"}).card


def selected(frame: pd.DataFrame, expression: str) -> np.ndarray:
    with duckdb.connect() as connection:
        connection.register("applicants", frame.assign(row_number=range(len(frame))))
        rows = connection.sql(f"select {expression} as value from applicants order by row_number")
        return rows.fetchnumpy()["value"]


def test_log_odds_and_points_in_sql_are_those_of_numpy_to_the_last_bit(card):
    assert np.array_equal(selected(STRANGE, log_odds_sql(card)), card.log_odds(STRANGE))
    assert np.array_equal(selected(STRANGE, points_sql(card)), card.points(STRANGE))
    assert np.array_equal(selected(STRANGE, rounded_points_sql(card)), card.rounded_points(STRANGE))


def test_contributions_in_sql_are_those_of_numpy(card):
    for position, expression in enumerate(contributions_sql(card)):
        assert np.array_equal(selected(STRANGE, expression), card.contributions(STRANGE)[:, position])


def test_values_on_an_edge_and_beyond_the_range_fall_into_the_same_bins(card):
    rows = pd.concat(
        [
            FRAME[:1].assign(**{feature.binned.name: value})
            for feature in card.features
            if feature.binned.name != PURPOSE
            for edge in feature.binned.partition.edges
            for value in (np.nextafter(edge, -np.inf), edge, -1e300, 1e300, -0.0, np.nan)
        ]
    )

    assert np.array_equal(selected(rows, log_odds_sql(card)), card.log_odds(rows))


def test_not_a_number_is_missing():
    card = fit(FRAME[[INCOME]], LABELS).card

    with duckdb.connect() as connection:
        row = f"(select 'nan'::double as {quoted(INCOME)})"
        value = connection.sql(f"select {log_odds_sql(card)} from {row}").fetchall()[0][0]

    assert value == card.log_odds(pd.DataFrame({INCOME: [np.nan]}))[0]


@pytest.mark.parametrize(
    "level", ["'", '"', "--", "\\'", "a\x00b", "🎲", "); drop table applicants; --", " "]
)
def test_whatever_a_level_holds_it_is_found(level):
    frame = pd.DataFrame({"kind": np.array(["plain", level] * 500, dtype=object)})
    labels = np.tile([0, 1, 0, 0, 1, 1, 0, 1], 125)
    card = fit(frame, labels).card

    assert np.ptp(card.log_odds(frame)) > 0.1
    assert np.array_equal(selected(frame, log_odds_sql(card)), card.log_odds(frame))


def test_no_text_of_the_data_is_in_the_sql(card):
    for level in PURPOSES:
        assert level not in log_odds_sql(card)


def test_a_card_without_features_is_a_number():
    card = fit(FRAME[["shoe size"]], LABELS).card

    assert np.array_equal(selected(FRAME[:2], log_odds_sql(card)), card.log_odds(FRAME[:2]))
    assert np.array_equal(selected(FRAME[:2], rounded_points_sql(card)), card.rounded_points(FRAME[:2]))
