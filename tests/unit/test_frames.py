"""Facts and bounded samples out of an engine."""

from datetime import date

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmart import frames
from segmart.errors import FeatureError, InputError

DAY = date(2025, 12, 31)


def table(**changes) -> pd.DataFrame:
    columns = {
        "customer_id": ["b", "a", "c"],
        "as_of_date": [DAY] * 3,
        "status": ["active", None, "in'active"],
        "value": [1.5, np.inf, np.nan],
        "trades": [1, 2, 3],
    }
    return pd.DataFrame(columns | changes)


def relation(sql: str) -> duckdb.DuckDBPyRelation:
    return duckdb.connect().sql(sql)


@given(value=st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_read_back_from_its_literal_is_the_same_to_the_last_bit(value):
    ((read, kind),) = relation(f"select {frames.number(value)} as v, typeof(v)").fetchall()

    assert np.float64(read).tobytes() == np.float64(value).tobytes() or read == value == 0
    assert kind == "DOUBLE"


def test_any_text_can_be_a_column_name():
    name = 'Annual "Income" (k$); drop table x'

    assert relation(f"select 1 as {frames.quoted(name)}").columns == [name]


def test_columns_are_listed_with_the_engines_types():
    found = frames.column_types(relation("select 1::integer as a, 1.5::decimal(9,2) as b, 'x' as c"))

    assert found == {"a": "INTEGER", "b": "DECIMAL(9,2)", "c": "VARCHAR"}


def test_an_absent_column_is_named_beside_what_was_found():
    with pytest.raises(FeatureError, match=r"the feature table: column z is absent; found are a, b\. Remedy"):
        frames.require_columns(["a", "b"], ["a", "z"], "the feature table")


def test_a_small_table_is_read_as_dictionaries():
    assert frames.read_rows(relation("select 1 as a, null as b"), ["a"], "names") == [{"a": 1, "b": None}]
    with pytest.raises(InputError, match="names: column c is absent"):
        frames.read_rows(relation("select 1 as a"), ["c"], "names")


def test_rows_are_counted_by_population():
    assert frames.count_by(table(), "status") == {"active": 1, None: 1, "in'active": 1}
    assert frames.count_by(table(), None) == {None: 3}
    assert frames.count_by(table().iloc[:0], "status") == {}


def test_a_population_is_selected_by_its_value_whatever_characters_it_holds():
    assert [row[0] for row in frames.only_where(table(), "status", "in'active").fetchall()] == ["c"]
    assert frames.only_where(table(), "status", "' or true --").fetchall() == []
    assert frames.only_where(table(), "trades", "2").fetchall()[0][0] == "a"
    assert len(frames.only_where(table(), None, "all").fetchall()) == 3


def test_the_grain_is_told_from_all_rows():
    repeated = table(customer_id=["a", "a", None], as_of_date=[DAY, None, date(2026, 1, 1)])

    facts = frames.grain_facts(repeated, "customer_id", "as_of_date")

    assert (facts.row_count, facts.missing_key_count, facts.repeated_key_count) == (3, 1, 1)
    assert facts.examples_of_repeated_keys == ("a",)
    assert facts.missing_date_count == 1
    assert facts.dates == (DAY, date(2026, 1, 1))


@pytest.mark.parametrize("days", [["2025-12-31", "2025-12-31", "soon"], [20251231, 20251231, 20251231]])
def test_what_is_no_date_counts_as_a_missing_one(days):
    facts = frames.grain_facts(table(as_of_date=days), "customer_id", "as_of_date")

    assert facts.missing_date_count == (1 if "soon" in days else 3)


def test_a_column_is_told_from_all_rows():
    values = pd.DataFrame(
        {
            "key": ["1", "2", "3", "x"],
            "value": [1.5, np.inf, np.nan, -3.0],
            "same": [1, 2, 3, 4],
            "flag": [True, False, True, True],
        }
    )

    facts = frames.column_facts(values, "key", ["value", "same", "flag"])

    assert facts["value"].missing_count == 1
    assert facts["value"].infinite_count == 1
    assert (facts["value"].distinct_count, facts["value"].fraction_count) == (None, 1)
    assert (facts["same"].distinct_count, facts["flag"].distinct_count) == (4, 2)
    assert facts["value"].minimum == -3
    assert facts["same"].equal_to_key_count == 3
    assert (facts["flag"].minimum, facts["flag"].maximum) == (0, 1)
    assert frames.column_facts(values, "key", []) == {}


def test_a_column_of_no_rows_has_facts_too():
    facts = frames.column_facts(table().iloc[:0], "customer_id", ["trades"])["trades"]

    assert (facts.row_count, facts.infinite_count, facts.minimum) == (0, 0, None)


def test_a_frame_comes_ordered_by_key_with_doubles():
    frame = frames.fetch(table(), "customer_id", ["value", "trades"], limit=10)

    assert frame["customer_id"].tolist() == ["a", "b", "c"]
    assert frame["trades"].tolist() == [2.0, 1.0, 3.0]
    assert np.isnan(frame["value"][2])
    assert frames.fetch(table(), "customer_id", [], limit=10).columns.tolist() == ["customer_id"]


def test_not_a_number_counts_as_missing():
    source = relation("select 'a' as key, 'nan'::double as value")

    assert frames.column_facts(source, "key", ["value"])["value"].missing_count == 1
    assert np.isnan(frames.fetch(source, "key", ["value"], limit=9)["value"][0])


def test_a_sample_depends_on_the_keys_only():
    keys = [f"C{number:04d}" for number in range(2000)]
    ordered = pd.DataFrame({"key": keys, "value": np.arange(2000.0)})
    shuffled = ordered.sample(frac=1, random_state=1)

    first, second = (frames.fetch(one, "key", ["value"], limit=300) for one in (ordered, shuffled))

    assert first.equals(second)
    assert len(first) == 300
    assert first["key"].is_monotonic_increasing
    # Neither the first keys nor the last, but some of everywhere.
    assert first["value"].mean() == pytest.approx(1000, abs=120)


def test_keys_of_any_type_are_ordered_as_text():
    frame = frames.fetch(pd.DataFrame({"key": [10, 9, 100], "value": [1.0, 2, 3]}), "key", ["value"], limit=9)

    assert frame["key"].tolist() == ["10", "100", "9"]


@pytest.fixture
def two_tables() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("create table customers as select * from (values ('a', 1), ('b', null)) as t(id, x)")
    connection.execute("create table answers as select * from (values ('a', 0.5), ('z', 1)) as t(id, y)")
    return connection


def test_columns_of_another_table_stand_beside_every_row(two_tables):
    found = frames.joined(two_tables.table("customers"), two_tables.table("answers"), "id", ["y"])
    assert sorted(found.fetchall()) == [("a", 1, pytest.approx(0.5)), ("b", None, None)]


def test_rows_of_another_date_are_not_joined():
    left = pd.DataFrame({"id": ["a", "b"], "day": ["2025-12-31", "2025-12-31"]})
    right = pd.DataFrame({"id": ["a", "b"], "day": ["2025-12-31", "2024-12-31"], "y": [1.0, 2.0]})
    assert sorted(frames.joined(left, right, "id", ["y"], "day").fetchall()) == [
        ("a", "2025-12-31", 1.0),
        ("b", "2025-12-31", None),
    ]


def test_a_model_applied_in_batches_answers_for_every_row(two_tables):
    two_tables.execute("create table many as select 'c' || i as id, i as x from range(200000) as t(i)")
    sizes = []

    def doubled(frame: pd.DataFrame) -> pd.DataFrame:
        sizes.append(len(frame))
        return pd.DataFrame({"id": frame["id"], "twice": 2 * frame["x"]})

    schema = pa.schema([("id", pa.string()), ("twice", pa.float64())])
    reader = frames.apply_in_batches(two_tables, two_tables.table("many"), ["id"], ["x"], doubled, schema)
    two_tables.register("reader", reader)
    two_tables.execute("create table applied as select * from reader")
    assert two_tables.sql("select count(*), sum(twice) from applied").fetchall() == [
        (200_000, 39_999_800_000)
    ]
    assert max(sizes) <= frames.BATCH_ROWS


def test_a_missing_number_reaches_the_model_as_not_a_number(two_tables):
    schema = pa.schema([("id", pa.string()), ("is_missing", pa.bool_())])
    reader = frames.apply_in_batches(
        two_tables,
        two_tables.table("customers"),
        ["id"],
        ["x"],
        lambda frame: pd.DataFrame({"id": frame["id"], "is_missing": np.isnan(frame["x"].to_numpy())}),
        schema,
    )
    assert sorted(reader.read_all().to_pylist(), key=lambda row: row["id"]) == [
        {"id": "a", "is_missing": False},
        {"id": "b", "is_missing": True},
    ]


def test_a_model_applied_to_no_rows_answers_with_no_rows(two_tables):
    nobody = two_tables.sql("select * from customers where false")
    schema = pa.schema([("id", pa.string())])
    reader = frames.apply_in_batches(two_tables, nobody, ["id"], [], lambda frame: frame[["id"]], schema)
    assert reader.read_all().num_rows == 0
