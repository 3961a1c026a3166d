"""Reasons are the largest contributions that raise the risk, told with the side and the value behind each."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmart.risk.classification.columns import Column
from segmart.risk.classification.explaining import top_reasons
from segmart.risk.classification.explaining.plain_numbers import exact_text, plain_text, rounded_away

COLUMNS = (
    Column("income [USD]", is_number=True, direction="decreasing"),
    Column("late count", is_number=True, direction="increasing"),
    Column("term", is_number=True),
    Column("purpose", is_number=False),
    Column("age-of-account", is_number=True),
)
TYPICAL = {"income [USD]": 30_000.0, "late count": 0.0, "term": 36.0, "age-of-account": 500.0}


def applications(*rows) -> pd.DataFrame:
    frame = pd.DataFrame(list(rows), columns=[column.name for column in COLUMNS])
    return frame.astype({column.name: float if column.is_number else object for column in COLUMNS})


def reasons_of(*rows, contributions) -> pd.DataFrame:
    return top_reasons(COLUMNS, applications(*rows), np.array(contributions, dtype=float), TYPICAL)


def told(reasons: pd.DataFrame, part: str, row: int = 0) -> list:
    return [None if pd.isna(found := reasons.iloc[row][f"reason_{n}_{part}"]) else found for n in range(1, 5)]


USUAL = (30_000, 0, 36, "car", 500)


def test_the_four_largest_contributions_are_told_largest_first():
    found = reasons_of(USUAL, contributions=[[0.1, 0.5, 0.2, 0.4, 0.3]])
    assert told(found, "feature") == ["late count", "purpose", "age-of-account", "term"]
    assert told(found, "contribution") == [0.5, 0.4, 0.3, 0.2]


def test_what_lowers_the_risk_or_does_nothing_is_no_reason():
    found = reasons_of(USUAL, contributions=[[-3.0, 1e-9, 0.2, 0.0, 2e-9]])
    assert told(found, "feature") == ["term", "age-of-account", None, None]
    assert (
        told(found, "side")[2:] == told(found, "value")[2:] == told(found, "contribution")[2:] == [None] * 2
    )


def test_of_equal_contributions_the_earlier_column_comes_first():
    found = reasons_of(USUAL, contributions=[[0.2, 0.3, 0.2, 0.3, 0.2]])
    assert told(found, "feature") == ["late count", "purpose", "income [USD]", "term"]


def test_each_value_is_told_with_its_side():
    found = reasons_of(
        (12_345.678, 2, np.nan, "car", 100), (99_999, 0, 60, None, 900), contributions=np.ones((2, 5))
    )
    assert told(found, "side", 0) == ["low", "high", "missing", "level"]
    assert told(found, "value", 0) == ["12345.7", "2", None, "car"]
    assert told(found, "side", 1) == ["low", "high", "high", "missing"]
    assert told(found, "value", 1) == ["99999", "0", "60", None]


def test_the_typical_value_counts_as_high():
    found = reasons_of(USUAL, contributions=[[0, 0, 0.2, 0, 0.1]])
    assert told(found, "side")[:2] == ["high", "high"]


def test_a_reason_never_lies_on_the_side_on_which_the_risk_is_declared_to_fall():
    # Against the average approved row a value can raise the risk that the median of all rows calls harmless.
    found = reasons_of((99_999, -1, 36, "car", 500), contributions=[[0.2, 0.1, 0, 0, 0]])
    assert told(found, "side")[:2] == ["low", "high"]


def test_types_are_the_same_with_and_without_reasons():
    kinds = reasons_of(USUAL, contributions=np.ones((1, 5))).dtypes
    assert kinds.equals(reasons_of(USUAL, contributions=np.zeros((1, 5))).dtypes)
    assert kinds.equals(top_reasons(COLUMNS, applications(), np.empty((0, 5)), TYPICAL).dtypes)
    assert kinds.equals(top_reasons((), applications(USUAL), np.empty((1, 0)), TYPICAL).dtypes)
    assert {str(kind) for kind in kinds} == {"string", "Float64"}


def test_contributions_of_other_columns_are_refused():
    with pytest.raises(ValueError, match="not those of 1 rows and 5 columns"):
        reasons_of(USUAL, contributions=np.ones((1, 4)))


def test_a_row_has_the_same_reasons_alone_as_among_others():
    generator = np.random.default_rng(1)
    rows = [(*generator.normal(100, 99, 3), generator.choice(["a", None]), np.nan) for _ in range(30)]
    contributions = np.round(generator.normal(size=(30, 5)), 1)
    together = reasons_of(*rows, contributions=contributions)
    for position, row in enumerate(rows):
        alone = reasons_of(row, contributions=contributions[[position]])
        pd.testing.assert_frame_equal(alone, together.iloc[[position]].reset_index(drop=True))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(-3, 3).map(lambda number: round(number, 1)), min_size=5, max_size=5))
def test_no_contribution_left_out_is_larger_than_one_that_is_told(contributions):
    found = reasons_of(USUAL, contributions=[contributions])
    by_name = dict(zip((column.name for column in COLUMNS), contributions, strict=True))
    named = [name for name in told(found, "feature") if name]
    assert [by_name[name] for name in named] == [amount for amount in told(found, "contribution") if amount]
    assert [by_name[name] for name in named] == sorted((c for c in contributions if c > 0), reverse=True)[:4]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.1 + 0.2, "0.3"),
        (1234567.0, "1234570"),
        (250_000_000.0, "250000000"),
        (0.000012345678, "0.0000123457"),
        (-0.0, "0"),
        (-42.5, "-42.5"),
        (1e20, "1e+20"),
        (np.inf, "inf"),
    ],
)
def test_a_number_is_told_in_plain_digits(value, text):
    assert plain_text(value) == text


def test_a_stated_number_keeps_the_digits_that_tell_it_from_others():
    assert exact_text(0.1 + 0.2) == "0.30000000000000004"
    assert float(exact_text(12_345_678.9)) == 12_345_678.9


@pytest.mark.parametrize(
    ("value", "goes_up", "digits", "whole", "rounded"),
    [
        (9537.3, False, 3, False, 9530),
        (9537.3, True, 3, False, 9540),
        (0.31249, False, 3, False, 0.312),
        (-12.31, True, 3, False, -12.3),
        (23.6, False, 3, True, 23),
        (0.4, True, 3, True, 1),
        (0.0, True, 3, False, 0),
        (0.3, True, 3, False, 0.3),
        (1e9 + 1, True, 3, True, 1_010_000_000),
    ],
)
def test_a_number_is_rounded_away_from_where_it_was(value, goes_up, digits, whole, rounded):
    found = rounded_away(np.array([value]), np.array([goes_up]), digits, np.array([whole]))
    assert found.tolist() == [rounded]
