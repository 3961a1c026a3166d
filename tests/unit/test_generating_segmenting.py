"""Which columns a new segmentation learns from, and how."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from generating_cases import ROWS, number, table, text

from segmart.errors import InputError
from segmart.generating.deciding import near_copies
from segmart.generating.names import clean_names
from segmart.generating.reading import Seen
from segmart.generating.segmenting import decide_segmentation


def rows_of(columns: list[str]) -> pd.DataFrame:
    """Return independent rows."""
    generator = np.random.default_rng(1)
    return pd.DataFrame({column: generator.normal(size=500) for column in columns})


def decide(*columns: Seen, features=(), leave_out=(), rank_by=None, sample=rows_of):
    seen = table(*columns)
    names = clean_names(list(seen), ["as_of_date"])
    return decide_segmentation(seen, names, "id", None, features, leave_out, rank_by, sample)


def why_left_out(plan) -> dict[str, str]:
    return {one.seen.name: one.why for one in plan.decisions if one.part == "left out"}


def feature(plan, name: str):
    return next(one for one in plan.features if one.name == name)


@pytest.mark.parametrize(
    ("column", "why"),
    [
        (replace(number("x"), kind="empty", missing_count=ROWS), "empty: missing in all 1,000 rows"),
        (number("x", distinct=1), "constant: 50 in all 1,000 rows"),
        (number("x", distinct=1, missing=100), "constant: 50 wherever it is known"),
        (text("x", distinct=1), "constant: a in all 1,000 rows"),
        (
            replace(number("x"), kind="nested", engine_type="INTEGER[]"),
            "INTEGER[], neither a number nor a text",
        ),
        (replace(number("x"), kind="date"), "a date: make it a number of days to learn from it"),
        (number("x", equal_to_key_count=ROWS), "the id itself, written as a number"),
        (
            number("x", distinct=ROWS, fraction_count=0, minimum=1.0, maximum=1000.0),
            "looks like an id or a row number: a whole number that differs in all 1,000 rows",
        ),
        (text("x", distinct=800), "800 different texts in 1,000 rows: names rows rather than kinds of them"),
        (
            text("x", distinct=800, looks_like="numbers"),
            "texts, not numbers (such as a): write them without separators and units to learn from them",
        ),
        (number("x", missing=600), "missing in 60 % of the rows: imputing would invent more than is known"),
        (replace(number("x"), levels=(("0", 995),)), "0 in 99.5 % of the rows"),
        (text("Gender", distinct=2), "sounds like an attribute by which people are protected"),
        (text("Segment"), "sounds like segments that somebody has made before: compare with them instead"),
        (text("month", distinct=12), "a part of a date: it says when, and not how somebody behaves"),
    ],
)
def test_a_column_that_is_left_out_is_given_its_reason(column, why):
    plan = decide(number("income"), column)
    assert why_left_out(plan)[column.name].startswith(why)
    assert [one.name for one in plan.features] == ["income"]


def test_a_column_that_merely_copies_another_is_left_out():
    def sample(columns):
        rows = rows_of(columns)
        return rows.assign(inches=rows["height"] / 2.54 + 1e-3 * rows["income"])

    plan = decide(number("height"), number("income"), number("inches"), sample=sample)
    assert why_left_out(plan) == {"inches": "moves with 'height' as its copy (r = 1.000)"}


def test_a_copy_of_a_copy_is_measured_against_the_first():
    values = np.random.default_rng(0).normal(size=(3, 400))
    columns = {"a": values[0], "b": -values[0], "c": values[0] + 0.01 * values[1], "d": values[2]}
    assert {name: earlier for name, (earlier, _) in near_copies(columns).items()} == {"b": "a", "c": "a"}


def test_a_column_is_kept_that_is_near_to_nothing_that_is_kept():
    one, other = np.random.default_rng(0).normal(size=(2, 5_000))
    columns = {"a": one, "b": one + 0.16 * other, "c": one + 0.32 * other}
    assert set(near_copies(columns)) == {"b"}


def test_columns_that_are_hardly_ever_known_together_are_no_copies():
    values = np.arange(10.0)
    assert near_copies({"a": values, "b": np.where(values < 4, values, np.nan)}) == {}


def test_a_skewed_column_gets_the_logarithm_that_its_signs_allow_and_the_skew_is_told():
    plan = decide(
        number("amount", skew=3.2, log_skew=0.2),
        number("balance", minimum=-5.0, skew=3.0, log_skew=-0.4),
        number("ratio", minimum=0.0, maximum=1.0, skew=1.3, log_skew=1.1),
    )
    assert [one.transform for one in plan.features] == ["log1p", "signed_log1p", "none"]
    assert feature(plan, "amount").reasons == ("skew 3.2, 0.2 of the logarithm",)


def test_a_gap_is_none_only_where_a_count_never_says_so():
    plan = decide(
        number("order count", missing=100, minimum=1.0),
        number("visit count", missing=100, minimum=0.0, zero_count=50),
        number("age at entry", missing=100),
        number("score"),
    )
    assert [one.impute for one in plan.features] == ["zero", "median", "median", "median"]
    assert "so a gap is read as none" in feature(plan, "order_count").reasons[0]
    assert "so a gap is unknown" in feature(plan, "visit_count").reasons[0]
    assert feature(plan, "score").reasons == ()


def test_a_column_with_values_far_out_is_capped_on_that_side():
    plan = decide(number("a", maximum=500.0), number("b", minimum=-500.0), number("c"))
    assert [one.cap for one in plan.features] == [
        {"method": "quantile", "upper": 0.999},
        {"method": "quantile", "lower": 0.001},
        None,
    ]


def test_a_number_that_may_stand_for_none_is_pointed_out():
    days = replace(number("days", minimum=-1.0, negative_count=800), levels=(("-1", 800), ("7", 20)))
    balance = replace(number("balance", minimum=-1.0, negative_count=90), levels=(("-1", 80), ("7", 20)))
    plan = decide(days, balance)
    assert (
        feature(plan, "days")
        .reasons[0]
        .startswith("-1 in 80 % and nothing else below 0: if it stands for none")
    )
    assert feature(plan, "balance").reasons == ()


def test_texts_and_codes_are_categories():
    plan = decide(number("income"), text("job"), number("region-code", distinct=5, kind="whole number"))
    assert [(one.name, one.is_category) for one in plan.features] == [
        ("income", False),
        ("job", True),
        ("region_code", True),
    ]
    assert {one.name: one.data_type for one in plan.decisions}["region_code"] == "varchar"


def test_segments_are_ordered_by_money_unless_it_is_said_by_what():
    columns = (number("age"), number("yearly income"), text("job"))
    assert decide(*columns).rank_by == "yearly_income"
    assert decide(number("age"), number("height")).rank_by == "age"
    assert decide(*columns, rank_by="age").rank_by == "age"
    with pytest.raises(
        InputError, match="--rank-by 'job' is no number that is learned from; there are 'age'"
    ):
        decide(*columns, rank_by="job")
    with pytest.raises(InputError, match="segments are ordered by a number"):
        decide(text("job"))


def test_what_is_asked_for_is_learned_from_in_that_order_and_nothing_else():
    plan = decide(number("a"), text("gender", distinct=2), number("b"), features=("b", "gender"))
    assert [one.name for one in plan.features] == ["b", "gender"]
    assert why_left_out(plan) == {"a": "not among --features"}


def test_nothing_can_be_learned_from_a_constant_even_if_it_is_asked_for():
    with pytest.raises(InputError, match=r"nothing can be learned from 'x': constant: 50 in all"):
        decide(number("a"), number("x", distinct=1), features=("a", "x"))


def test_a_column_cannot_be_asked_for_and_left_out():
    with pytest.raises(InputError, match="'a' is both asked for and left out"):
        decide(number("a"), features=("a",), leave_out=("a",))


def test_when_nothing_is_left_every_reason_is_told():
    with pytest.raises(
        InputError, match="nothing is left to learn from: 'x': constant: 50 in all 1,000 rows"
    ):
        decide(number("x", distinct=1))
