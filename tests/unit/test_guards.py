"""What must not be learned from."""

from datetime import date

import pytest

from segmart.errors import FeatureError
from segmart.frames import ColumnFacts, GrainFacts
from segmart.learning.declaration import Feature
from segmart.learning.guards import (
    Finding,
    check_column_content,
    check_column_type,
    check_grain,
    left_out_or_raise,
)

DAY = date(2025, 12, 31)


def grain(**changes) -> GrainFacts:
    facts = {
        "row_count": 3000,
        "missing_key_count": 0,
        "repeated_key_count": 0,
        "examples_of_repeated_keys": (),
        "missing_date_count": 0,
        "dates": (DAY,),
    }
    return GrainFacts(**(facts | changes))


def column(**changes) -> ColumnFacts:
    facts = {
        "row_count": 3000,
        "missing_count": 0,
        "infinite_count": 0,
        "distinct_count": 400,
        "fraction_count": 0,
        "equal_to_key_count": 0,
        "minimum": 0.0,
        "maximum": 900.0,
    }
    return ColumnFacts(**(facts | changes))


def test_the_one_as_of_date_is_returned():
    assert check_grain("rfmn_segments", "customer_id", "as_of_date", grain()) == DAY


@pytest.mark.parametrize(
    ("facts", "complaint"),
    [
        (grain(missing_key_count=7), "customer_id is missing in 7 of 3,000 rows"),
        (
            grain(repeated_key_count=12, examples_of_repeated_keys=("C1", "C2")),
            r"12 of 3,000 rows hold a key seen before \(for example C1, C2\)\. "
            r"Remedy: bring the feature table to one row per customer_id",
        ),
        (grain(missing_date_count=5), "as_of_date is missing, or no date, in 5 of 3,000 rows"),
        (grain(dates=(DAY, date(2026, 1, 31))), r"more than one date \(2025-12-31, 2026-01-31\)"),
    ],
)
def test_a_wrong_grain_is_refused_with_the_count_and_the_remedy(facts, complaint):
    with pytest.raises(FeatureError, match=complaint):
        check_grain("rfmn_segments", "customer_id", "as_of_date", facts)


@pytest.mark.parametrize(
    "kind", ["INTEGER", "BIGINT", "UTINYINT", "DOUBLE", "DECIMAL(18,2)", "BOOLEAN", "int64"]
)
def test_numbers_and_truth_values_can_be_learned_from(kind):
    kind = kind.removesuffix("64")
    assert check_column_type(Feature(name="income"), kind) is None


@pytest.mark.parametrize("kind", ["VARCHAR", "DATE", "TIMESTAMP", "INTEGER[]", "INTERVAL"])
def test_other_types_are_refused(kind):
    finding = check_column_type(Feature(name="income", required=False), kind)

    assert finding.finding == f"is {kind}, not a number"
    assert not finding.is_emptiness


def test_an_absent_column_is_an_emptiness():
    assert check_column_type(Feature(name="income"), None).is_emptiness


def test_an_ordinary_column_passes():
    assert check_column_content(Feature(name="trade_count_365d"), column()) is None


def test_infinite_values_are_refused_with_their_count():
    finding = check_column_content(Feature(name="turnover_ratio", impute="median"), column(infinite_count=4))

    assert finding.finding == "is infinite in 4 of 3,000 rows"
    assert "division by zero" in finding.remedy
    assert not finding.is_emptiness


def test_an_empty_column_is_an_emptiness_whatever_its_imputation():
    finding = check_column_content(Feature(name="income"), column(missing_count=3000))

    assert finding.finding == "is empty: missing in all 3,000 rows"
    assert finding.is_emptiness


def test_missing_values_are_refused_unless_an_imputation_is_declared():
    facts = column(missing_count=12)

    finding = check_column_content(Feature(name="income"), facts)
    assert finding.finding == "is missing in 12 of 3,000 rows"
    assert "impute: zero" in finding.remedy
    assert check_column_content(Feature(name="income", impute="zero"), facts) is None


def test_the_key_written_as_a_number_is_refused():
    assert (
        "key itself" in check_column_content(Feature(name="score"), column(equal_to_key_count=3000)).finding
    )


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("row_in_sheet", column(distinct_count=3000, minimum=1, maximum=3000)),
        ("row_in_sheet", column(distinct_count=3000, minimum=1, maximum=8000)),
        ("national_id", column(distinct_count=3000, minimum=1e9, maximum=9e9)),
        ("CustomerID", column(distinct_count=3000, minimum=1e9, maximum=9e9)),
        ("account_number", column(row_count=20, distinct_count=20, minimum=1e5, maximum=9e5)),
    ],
)
def test_a_whole_number_that_names_or_numbers_the_rows_looks_like_an_identifier(name, facts):
    assert "looks like an identifier" in check_column_content(Feature(name=name), facts).finding


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("turnover_percent", column(distinct_count=3000, fraction_count=2900)),
        ("net_asset_value_vnd", column(distinct_count=3000, maximum=1e9)),
        ("amount_paid", column(distinct_count=3000, maximum=1e9)),
        ("spending_score", column(row_count=22, distinct_count=22, minimum=1, maximum=22)),
        ("account_number", column(distinct_count=2999)),
    ],
)
def test_a_measure_that_happens_to_differ_everywhere_is_no_identifier(name, facts):
    assert check_column_content(Feature(name=name), facts) is None


def test_an_optional_feature_that_is_merely_empty_is_left_out_with_its_reason():
    features = {"income": Feature(name="income", required=False)}
    empty = Finding("income", "is empty: missing in all 9 rows", "fill it", is_emptiness=True)

    assert left_out_or_raise("m", "active", features, [empty]) == [
        {"feature": "income", "reason": "is empty: missing in all 9 rows"}
    ]


def test_an_optional_feature_with_something_wrong_stops_the_fit():
    features = {"income": Feature(name="income", required=False)}

    with pytest.raises(FeatureError, match="column income is infinite"):
        left_out_or_raise(
            "m", "active", features, [Finding("income", "is infinite in 1 of 9 rows", "repair it")]
        )


def test_all_that_is_wrong_is_named_at_once_with_model_population_column_and_remedy():
    features = {name: Feature(name=name) for name in ("income", "age")}
    findings = [
        Finding("income", "is empty", "fill it", is_emptiness=True),
        Finding("age", "is infinite", "repair it"),
    ]

    with pytest.raises(FeatureError) as caught:
        left_out_or_raise("rfmn_segments", "active", features, findings)

    assert str(caught.value).splitlines() == [
        "rfmn_segments, population active: column income is empty. Remedy: fill it.",
        "rfmn_segments, population active: column age is infinite. Remedy: repair it.",
    ]
