"""The only module that knows an engine's relations: facts and bounded samples out, one select back.

A table is a DuckDB relation or, in tests, a pandas frame. Facts about all rows (counts, duplicates, infinite
values) are counted in the engine; only a bounded sample of rows enters Python.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa

from segmart.errors import FeatureError, InputError, SegmartError

# Greater than every finite double only if infinite: portable where an engine has no isinf.
LARGEST_DOUBLE = "1.7976931348623157e308"
# How a relation is called inside the queries of this module.
TABLE = "segmart_table"
# What files write where a number is missing.
WORDS_FOR_MISSING = ("na", "n/a", "nan", "null", "none", "?", "-", ".")
# Rows that are in Python at a time when a model is applied row by row.
BATCH_ROWS = 65_536


@dataclass(frozen=True)
class GrainFacts:
    """What a table says about its grain, over all rows."""

    row_count: int
    missing_key_count: int
    repeated_key_count: int
    examples_of_repeated_keys: tuple[str, ...]
    missing_date_count: int
    dates: tuple[Any, ...]


@dataclass(frozen=True)
class ColumnFacts:
    """What one numeric column holds over all rows of a population; not-a-number counts as missing.

    Distinct values are counted only where the column could be an identifier, whole numbers in every row: the
    count costs memory, and amounts with cents are many.
    """

    row_count: int
    missing_count: int
    infinite_count: int
    distinct_count: int | None
    fraction_count: int
    equal_to_key_count: int
    minimum: float | None
    maximum: float | None


@dataclass(frozen=True)
class TextFacts:
    """What one column of texts holds over all rows; an empty text counts as missing.

    `number_count` are the texts that are numbers, `date_count` those that are dates, `other_count` those that
    are no number and none of `WORDS_FOR_MISSING`.
    """

    row_count: int
    missing_count: int
    number_count: int
    date_count: int
    other_count: int
    distinct_count: int


def quoted(name: str) -> str:
    """Return a column name as an SQL identifier, whatever characters it holds."""
    return '"' + name.replace('"', '""') + '"'


def number(value: float) -> str:
    """Return a double as an SQL literal that reads back bit-equal; the exponent keeps it from a decimal."""
    text = repr(float(value))
    return text if "e" in text else f"{text}e0"


def double_of(column: str) -> str:
    """Return the SQL of a column as a double, not-a-number as null."""
    value = f"cast({quoted(column)} as double)"
    return f"case when isnan({value}) then null else {value} end"


def as_relation(table: Any) -> duckdb.DuckDBPyRelation:
    """Return the table as a relation."""
    return duckdb.connect().from_df(table) if isinstance(table, pd.DataFrame) else table


def column_types(table: Any) -> dict[str, str]:
    """Return the engine's type of each column, in order."""
    relation = as_relation(table)
    return {name: str(kind) for name, kind in zip(relation.columns, relation.types, strict=True)}


def key_type(table: Any, column: str) -> pa.DataType:
    """Return the type a key column has outside the engine: a whole number, or else text."""
    found = as_relation(table).select(duckdb.ColumnExpression(column)).limit(0).to_arrow_table()
    own = found.schema.types[0]
    return own if pa.types.is_integer(own) else pa.string()


def text_of(column: str) -> str:
    """Return the SQL of a column as text without spaces around it, an empty one as null."""
    return f"nullif(trim(cast({quoted(column)} as varchar)), '')"


def read_rows(table: Any, needed: Iterable[str], what: str) -> list[dict[str, Any]]:
    """Return all rows of a small table as dictionaries; raises InputError for an absent column."""
    relation = as_relation(table)
    require_columns(relation.columns, needed, what, InputError)
    return [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]


def require_columns(
    present: Iterable[str], needed: Iterable[str], what: str, error: type[SegmartError] = FeatureError
) -> None:
    """Raise an error that names what is absent and what was found instead."""
    present = list(present)
    absent = [name for name in needed if name not in present]
    if absent:
        raise error(
            f"{what}: column {', '.join(absent)} is absent; found are {', '.join(present)}. "
            "Remedy: add the column, or name the right one in the declaration."
        )


def count_by(table: Any, column: str | None) -> dict[str | None, int]:
    """Return the number of rows per value of a column as text; without a column, of all rows under none."""
    value = f"cast({quoted(column)} as varchar)" if column else "cast(null as varchar)"
    found = _select(
        table, f"select {value} as value, count(*) as row_count from {TABLE} group by 1 order by 1 nulls last"
    )
    return dict(found.fetchall())


def only_where(table: Any, column: str | None, value: str) -> duckdb.DuckDBPyRelation:
    """Return the rows whose column, as text, equals the value; the value is bound, never part of the SQL."""
    relation = as_relation(table)
    if column is None:
        return relation
    as_text = duckdb.ColumnExpression(column).cast("varchar")
    return relation.filter(as_text == duckdb.ConstantExpression(value))


def only_known(table: Any, column: str) -> duckdb.DuckDBPyRelation:
    """Return the rows whose number is known: neither null nor not-a-number."""
    return as_relation(table).filter(f"({double_of(column)}) is not null")


def only_columns(table: Any, columns: Iterable[str]) -> Any:
    """Return the named columns of a table, as the kind of table it was."""
    columns = list(columns)
    if isinstance(table, pd.DataFrame):
        return table[columns]
    return table.select(*(duckdb.ColumnExpression(name) for name in columns))


def count_outside(table: Any, column: str, minimum: float | None, maximum: float | None) -> int:
    """Return the number of rows whose number is below a minimum or above a maximum."""
    bounds = [("<", minimum), (">", maximum)]
    outside = [f"value {sign} {number(bound)}" for sign, bound in bounds if bound is not None]
    values = f"(select {double_of(column)} as value from {TABLE}) as doubles"
    found = _select(table, f"select count(*) from {values} where {' or '.join(outside) or 'false'}")
    return found.fetchall()[0][0]


def grain_facts(table: Any, key: str, date: str) -> GrainFacts:
    """Return what all rows of a table say about its key and its date."""
    relation = as_relation(table)
    key_sql, date_sql = quoted(key), f"try_cast(cast({quoted(date)} as varchar) as date)"
    row_count, key_count, distinct_count, date_count = _select(
        relation,
        f"select count(*), count({key_sql}), count(distinct {key_sql}), count({date_sql}) from {TABLE}",
    ).fetchall()[0]
    repeated = _select(
        relation,
        f"select cast({key_sql} as varchar) from {TABLE} where {key_sql} is not null "
        f"group by 1 having count(*) > 1 order by 1 limit 3",
    ).fetchall()
    dates = _select(
        relation,
        f"select distinct {date_sql} from {TABLE} where {date_sql} is not null order by 1 limit 3",
    ).fetchall()
    return GrainFacts(
        row_count=row_count,
        missing_key_count=row_count - key_count,
        repeated_key_count=key_count - distinct_count,
        examples_of_repeated_keys=tuple(value for (value,) in repeated),
        missing_date_count=row_count - date_count,
        dates=tuple(value for (value,) in dates),
    )


def column_facts(table: Any, key: str, columns: Iterable[str]) -> dict[str, ColumnFacts]:
    """Return what each numeric column holds, over all rows."""
    columns = list(columns)
    if not columns:
        return {}
    relation = as_relation(table)
    values = ", ".join(f"{double_of(column)} as value_{i}" for i, column in enumerate(columns))
    key_number = f"try_cast(cast({quoted(key)} as varchar) as double) as key_number"
    doubles = f"(select {key_number}, {values} from {TABLE}) as doubles"
    counted = [
        f"count(value_{i}), count_if(abs(value_{i}) > {LARGEST_DOUBLE}), "
        f"count_if(value_{i} <> floor(value_{i})), count_if(value_{i} = key_number), "
        f"min(value_{i}), max(value_{i})"
        for i in range(len(columns))
    ]
    ((row_count, *found),) = _select(
        relation, f"select count(*), {', '.join(counted)} from {doubles}"
    ).fetchall()
    # Six figures per column; a count over no rows is null on some engines.
    figures = [found[start : start + 6] for start in range(0, len(found), 6)]
    whole = [
        i for i, (present, _, fractions, *_) in enumerate(figures) if present == row_count and not fractions
    ]
    distinct = {}
    if whole:
        different = ", ".join(f"count(distinct value_{i})" for i in whole)
        (counts,) = _select(relation, f"select {different} from {doubles}").fetchall()
        distinct = dict(zip(whole, counts, strict=True))
    return {
        column: ColumnFacts(
            row_count=row_count,
            missing_count=row_count - present,
            infinite_count=infinite or 0,
            distinct_count=distinct.get(i),
            fraction_count=fractions or 0,
            equal_to_key_count=equal or 0,
            minimum=minimum,
            maximum=maximum,
        )
        for i, (column, (present, infinite, fractions, equal, minimum, maximum)) in enumerate(
            zip(columns, figures, strict=True)
        )
    }


def text_facts(table: Any, columns: Iterable[str]) -> dict[str, TextFacts]:
    """Return what each column holds when it is read as text, over all rows."""
    columns = list(columns)
    if not columns:
        return {}
    words = ", ".join(f"'{word}'" for word in WORDS_FOR_MISSING)
    counted = ", ".join(
        f"count(text_{i}), count(try_cast(text_{i} as double)), count(try_cast(text_{i} as date)), "
        f"count_if(try_cast(text_{i} as double) is null and lower(text_{i}) not in ({words})), "
        f"count(distinct text_{i})"
        for i in range(len(columns))
    )
    texts = ", ".join(f"{text_of(column)} as text_{i}" for i, column in enumerate(columns))
    ((row_count, *found),) = _select(
        table, f"select count(*), {counted} from (select {texts} from {TABLE}) as texts"
    ).fetchall()
    figures = [found[start : start + 5] for start in range(0, len(found), 5)]
    return {
        column: TextFacts(row_count, row_count - present, numbers, dates, others or 0, distinct)
        for column, (present, numbers, dates, others, distinct) in zip(columns, figures, strict=True)
    }


def as_texts_and_numbers(
    table: Any, keep: Iterable[str], texts: Iterable[str], numbers: Iterable[str]
) -> Any:
    """Return some columns of a table, as the kind of table it was: kept as they are, as text, as doubles.

    A text loses the spaces around it. One that is empty is missing, and so is one that should be a number
    and is none.
    """
    listed = [
        *(quoted(name) for name in keep),
        *(f"{text_of(name)} as {quoted(name)}" for name in texts),
        *(f"{_double_if_any(name)} as {quoted(name)}" for name in numbers),
    ]
    relation = as_relation(table).project(", ".join(listed))
    return relation.df() if isinstance(table, pd.DataFrame) else relation


def with_date(table: Any, column: str, day: date) -> Any:
    """Return a table, as the kind it was, with a column, new or replaced, of the same date in every row."""
    if isinstance(table, pd.DataFrame):
        return table.assign(**{column: day})
    others = [duckdb.ColumnExpression(name) for name in table.columns if name != column]
    return table.select(*others, duckdb.ConstantExpression(day).cast("date").alias(column))


def with_event(table: Any, column: str, event_value: str) -> Any:
    """Return a table, as the kind it was, whose column is 1 where it was this text and 0 where another.

    The value is bound, never part of the SQL.
    """
    relation = as_relation(table)
    as_text = duckdb.ColumnExpression(column).cast("varchar")
    one, zero, none = (duckdb.ConstantExpression(value) for value in (1, 0, None))
    is_event = (
        duckdb.CaseExpression(as_text.isnull(), none)
        .when(as_text == duckdb.ConstantExpression(event_value), one)
        .otherwise(zero)
        .cast("integer")
    )
    listed = [
        is_event.alias(name) if name == column else duckdb.ColumnExpression(name) for name in relation.columns
    ]
    found = relation.select(*listed)
    return found.df() if isinstance(table, pd.DataFrame) else found


def _double_if_any(column: str) -> str:
    """Return the SQL of a column as a double, null where it is no number."""
    value = f"try_cast({quoted(column)} as double)"
    return f"case when isnan({value}) then null else {value} end"


def fetch(
    table: Any, key: str, columns: Iterable[str], limit: int, texts: Iterable[str] = ()
) -> pd.DataFrame:
    """Return at most `limit` rows, ordered by key: the key and `texts` as text, each column as a double.

    Of more rows than the limit those with the smallest hash of the key are taken: a sample that depends on
    nothing but the keys, so another run, another engine or another row order takes the same customers.
    """
    columns = list(columns)
    key_text = f"cast({quoted(key)} as varchar)"
    sample = _select(
        table,
        f"select {_texts_and_doubles([key, *texts], columns)} from {TABLE} "
        f"order by md5({key_text}) nulls last, {key_text} nulls last limit {int(limit)}",
    ).df()
    sample[columns] = sample[columns].astype(float)
    return sample.sort_values(key, kind="stable", ignore_index=True)


def select_with_lookups(
    session: Any,
    sql: str,
    features: Any,
    populations: pd.DataFrame,
    segments: pd.DataFrame,
    reasons: pd.DataFrame,
    levels: pd.DataFrame,
) -> Any:
    """Return a select over `features` and four small frames that carry the words, as a relation.

    The engine finds the five tables by the names of these parameters. Words reach it as data to join, so no
    name and no reason ever becomes SQL text.
    """
    return session.sql(sql)


def apply_in_batches(
    session: Any,
    table: Any,
    texts: Iterable[str],
    numbers: Iterable[str],
    function: Callable[[pd.DataFrame], pd.DataFrame],
    schema: pa.Schema,
) -> pa.RecordBatchReader:
    """Return what a function makes of a table, batch by batch, as a reader the engine can write from.

    The function takes a frame with the columns `texts` (as text) and `numbers` (as doubles, missing ones as
    not-a-number) of some rows, and returns what belongs to them, with the columns of `schema`. It must answer
    for a row alone as for the same row among others. Memory is bounded by one batch.
    """
    rows = _read_beside(session, table, f"select {_texts_and_doubles(texts, numbers)} from {TABLE}")

    def applied() -> Iterator[pa.RecordBatch]:
        for batch in rows.to_arrow_reader(BATCH_ROWS):
            frame = batch.to_pandas(types_mapper={pa.string(): pd.StringDtype()}.get)
            yield from pa.Table.from_pandas(function(frame), schema, preserve_index=False).to_batches()

    return pa.RecordBatchReader.from_batches(schema, applied())


def _texts_and_doubles(texts: Iterable[str], numbers: Iterable[str]) -> str:
    """Return the select list of columns as text and columns as doubles."""
    listed = [
        *(f"cast({quoted(name)} as varchar) as {quoted(name)}" for name in texts),
        *(f"{double_of(name)} as {quoted(name)}" for name in numbers),
    ]
    return ", ".join(listed)


def _read_beside(session: Any, table: Any, sql: str) -> Any:
    """Return a select over a table through a cursor of its own.

    The session writes the result while this is still being read; on one connection the second query would
    end the first.
    """
    if isinstance(table, pd.DataFrame):
        return _select(table, sql)
    return session.cursor().sql(f"with {TABLE} as ({table.sql_query()}) {sql}")


def joined(
    table: Any, other: Any, key: str, columns: Iterable[str], as_of: str | None = None
) -> duckdb.DuckDBPyRelation:
    """Return all rows of a table with columns of another one beside them, null where the key is not in it.

    With `as_of` the rows must also agree on that date.
    """
    relation, right = as_relation(table), as_relation(other)
    if isinstance(table, pd.DataFrame) or isinstance(other, pd.DataFrame):
        # A frame is bound to a connection of its own; both sides must share one.
        connection = duckdb.connect()
        relation, right = connection.from_df(relation.df()), connection.from_df(right.df())
    keys = [key, *([as_of] if as_of else [])]
    condition = " and ".join(f"left_table.{quoted(name)} = right_table.{quoted(name)}" for name in keys)
    listed = [duckdb.ColumnExpression("left_table", name) for name in relation.columns]
    listed += [duckdb.ColumnExpression("right_table", name) for name in columns]
    return (
        relation.set_alias("left_table")
        .join(right.set_alias("right_table"), condition, "left")
        .select(*listed)
    )


def _select(table: Any, sql: str) -> Any:
    return as_relation(table).query(TABLE, sql)
