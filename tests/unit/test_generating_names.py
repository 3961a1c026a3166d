"""Names of columns in the warehouse, whatever they are called in a file, and names of new models."""

import re

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from segmart.errors import InputError
from segmart.generating.names import RESERVED, check_model_name, clean_name, clean_names, near

column_names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("CustomerID", "customer_id"),
        ("Annual Income (k$)", "annual_income_k_dollars"),
        ("Spending Score (1-100)", "spending_score_1_100"),
        ("Prénom d'usage", "prenom_d_usage"),
        ("select", "select_value"),
        ("2024", "column_2024"),
        ("m²", "m2"),
        ("возраст", "возраст"),
        ("share %", "share_percent"),
        ("--", ""),
    ],
)
def test_a_name_becomes_what_a_careful_person_would_call_it(name, cleaned):
    assert clean_name(name) == cleaned


@given(st.lists(column_names, min_size=1, max_size=12, unique=True))
@example(["a b", "a-b", "A B", "a_b_2"])
@example(["{{ x }}", '"', "'; drop table x; --", "select", "\n"])
@settings(max_examples=200, deadline=None)
def test_every_engine_takes_clean_names_without_quotes_and_no_two_are_equal(names):
    cleaned = list(clean_names(names, taken=["as_of_date"]).values())
    listed = ", ".join(f"{position} as {name}" for position, name in enumerate(cleaned))
    # An engine that folded two names into one would number the second one.
    assert duckdb.sql(f"select * from (select {listed}) as t").columns == cleaned
    assert "as_of_date" not in cleaned
    assert all(re.fullmatch(r"\w+", name) for name in cleaned)


def test_no_name_is_a_word_that_the_engine_or_the_linter_reserves():
    from sqlfluff.core.dialects import dialect_selector

    of_engine = duckdb.sql(
        "select keyword_name from duckdb_keywords() where keyword_category in ('reserved', 'type_function')"
    ).fetchall()
    of_linter = dialect_selector("duckdb").sets("reserved_keywords")
    assert {word for (word,) in of_engine} | {word.lower() for word in of_linter} <= RESERVED


def test_names_that_clean_alike_are_numbered_in_the_order_of_the_file():
    assert clean_names(["a b", "a-b", "segment_id"], taken=["segment_id"]) == {
        "a b": "a_b",
        "a-b": "a_b_2",
        "segment_id": "segment_id_2",
    }


@pytest.mark.parametrize(
    "name", ["Savers", "my savers", "2savers", "savers__fit", "_savers", "", "s" * 41, "a;b"]
)
def test_a_model_needs_a_short_name_in_snake_case(name):
    with pytest.raises(InputError, match="cannot be the name of a model"):
        check_model_name(name)


def test_a_name_that_could_be_meant_is_proposed():
    assert near("customerid", ["CustomerID", "Age"]) == "did you mean 'CustomerID'?"
    assert near("zzz", ["a", "b"]) == "the columns are 'a', 'b'"
