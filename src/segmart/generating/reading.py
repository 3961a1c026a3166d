"""What is seen of the columns of a table: facts, counted by the engine over all rows."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import duckdb
import pandas as pd

from segmart import frames
from segmart.frames import WORDS_FOR_MISSING, quoted
from segmart.learning.guards import is_numeric, is_text

# More texts than this are no kinds of rows that somebody could name; these are looked at one by one.
LEVELS_SHOWN = 13
# Beyond it a double does not hold every whole number.
LARGEST_WHOLE_NUMBER = 2**53

CODE = r"^[+-]?0[0-9]"
WHOLE_NUMBER = r"^[+-]?[0-9]+$"
NUMBER_WITH_SIGNS = (
    r"^[-+(]?\s*[$€£]?\s*[0-9]{1,3}([ ,.''\x{2019}][0-9]{3})+([.,][0-9]+)?\s*[)%€$£]?$"
    r"|^[-+]?[0-9]+,[0-9]+$|^[-+]?\s*[$€£]\s*[0-9]+([.,][0-9]+)?$|^[-+]?[0-9]+([.,][0-9]+)?\s*[%€$£]$"
)
DATE_IN_WORDS = r"^[0-9]{1,2}[./ -]([0-9]{1,2}|[A-Za-z]{3,9})[./ -][0-9]{2,4}\b"

Kind = Literal["number", "whole number", "boolean", "date", "text", "empty", "nested"]


@dataclass(frozen=True)
class Numbers:
    """What the finite numbers of a column are like; true and false count as 1 and 0.

    `log_...` are the same of sign(x) ln(1 + |x|). Skew is the third standardised moment, 0 for a symmetric
    column; none of it is known of a constant.
    """

    minimum: float
    maximum: float
    mean: float
    median: float
    deviation: float
    skew: float | None
    log_mean: float
    log_deviation: float
    log_skew: float | None
    zero_count: int
    negative_count: int
    fraction_count: int
    equal_to_key_count: int


@dataclass(frozen=True)
class Seen:
    """What was seen of one column, over all rows.

    A text without anything but blanks is missing, and so is, in a column of numbers or dates, each of
    `words_for_missing` as they are spelled there. `levels` are the most frequent texts with their counts.
    `looks_like` says of texts that they would be something else if they were written otherwise.
    """

    name: str
    engine_type: str
    kind: Kind
    row_count: int
    missing_count: int
    distinct_count: int
    words_for_missing: tuple[str, ...] = ()
    numbers: Numbers | None = None
    levels: tuple[tuple[str, int], ...] = ()
    dates: tuple[date, date] | None = None
    looks_like: Literal["numbers", "dates"] | None = None

    @property
    def missing_share(self) -> float:
        """Share of the rows without a value."""
        return self.missing_count / self.row_count

    @property
    def is_numeric(self) -> bool:
        """Whether the column can be reckoned with as it is."""
        return self.kind in ("number", "whole number", "boolean")


@dataclass(frozen=True)
class Counts:
    """How many rows of a column hold what, when each value is read as a text without blanks around it."""

    present: int
    blank: int
    distinct: int
    words: int
    finite: int
    infinite: int
    whole: int
    codes: int
    dates: int
    booleans: int
    numbers_with_signs: int
    dates_in_words: int
    largest: float


def see(table: duckdb.DuckDBPyRelation, columns: Sequence[str], key: str) -> dict[str, Seen]:
    """Return what is seen of columns, in order; `key` is the column whose copy a column might be."""
    types = frames.column_types(table)
    counts = _counts(table, columns)
    row_count = table.aggregate("count(*)").fetchall()[0][0]
    kinds = {name: _kind(types[name], counts[name]) for name in columns}
    numbers = _numbers(
        table, [name for name, kind in kinds.items() if kind in ("number", "whole number", "boolean")], key
    )
    return {
        name: _seen(table, name, types[name], kinds[name], counts[name], row_count, numbers.get(name))
        for name in columns
    }


def key_facts(table: duckdb.DuckDBPyRelation, key: str) -> tuple[int, int, list[tuple[str, int]], int]:
    """Return of an id: rows, rows without one, up to five that repeat with their counts, and surplus rows."""
    ids = table.project(f"cast({quoted(key)} as varchar) as id, {_text(key)} as text")
    row_count, present, distinct = ids.aggregate(
        "count(*), count(text), count(distinct case when text is not null then id end)"
    ).fetchall()[0]
    repeated = ids.query(
        "ids",
        "select id, count(*) from ids where text is not null group by id having count(*) > 1 "
        "order by count(*) desc, id limit 5",
    ).fetchall()
    return row_count, row_count - present, repeated, present - distinct


def date_facts(table: duckdb.DuckDBPyRelation, column: str) -> tuple[int, list[date]]:
    """Return of a column of dates: rows without one, and up to three different ones."""
    days = table.project(f"try_cast(cast({quoted(column)} as varchar) as date) as day")
    missing = days.filter("day is null").aggregate("count(*)").fetchall()[0][0]
    found = days.query("days", "select distinct day from days where day is not null order by day limit 3")
    return missing, [day for (day,) in found.fetchall()]


def texts(table: duckdb.DuckDBPyRelation, column: str, most: int = 1_000) -> dict[str, int]:
    """Return the texts of a column without blanks around them and their counts, the most frequent first."""
    found = table.project(f"{_text(column)} as text").query(
        "texts",
        "select text, count(*) from texts where text is not null group by text order by count(*) desc, text "
        f"limit {int(most)}",
    )
    return dict(found.fetchall())


def columns_without_repetition(table: duckdb.DuckDBPyRelation) -> list[str]:
    """Return the columns that have a value of its own in every row: those that could be an id."""
    counted = ", ".join(f"count(distinct {quoted(name)})" for name in table.columns)
    row_count, *distinct = table.aggregate(f"count(*), {counted}").fetchall()[0]
    return [name for name, count in zip(table.columns, distinct, strict=True) if count == row_count]


# ------------------------------------------------------------------------------------------- column by column


def sample(
    table: duckdb.DuckDBPyRelation, key: str, numbers: Sequence[str], texts: Sequence[str], limit: int
) -> pd.DataFrame:
    """Return at most `limit` rows ordered by key: numbers as doubles, texts without blanks, else missing.

    Which rows hangs on nothing but the keys (see `frames.fetch`).
    """
    listed = [
        *(f"{_finite(name)} as {quoted(name)}" for name in numbers),
        *(f"{_text(name)} as {quoted(name)}" for name in texts),
    ]
    typed = table.project(", ".join([f"cast({quoted(key)} as varchar) as {quoted(key)}", *listed]))
    return frames.fetch(typed, key, numbers, limit, texts)


def _counts(table: duckdb.DuckDBPyRelation, columns: Sequence[str]) -> dict[str, Counts]:
    words = ", ".join(f"'{word}'" for word in WORDS_FOR_MISSING)
    counted = ", ".join(
        f"""count(text_{i}), count(given_{i}) - count(text_{i}), count(distinct text_{i}),
        count_if(lower(text_{i}) in ({words})),
        count_if(isfinite(try_cast(text_{i} as double))), count_if(isinf(try_cast(text_{i} as double))),
        count_if(regexp_matches(text_{i}, '{WHOLE_NUMBER}')), count_if(regexp_matches(text_{i}, '{CODE}')),
        count(try_cast(text_{i} as date)), count_if(lower(text_{i}) in ('true', 'false')),
        count_if(regexp_matches(text_{i}, '{NUMBER_WITH_SIGNS}')),
        count_if(regexp_matches(text_{i}, '{DATE_IN_WORDS}')),
        max(abs(try_cast(text_{i} as double))) filter (where isfinite(try_cast(text_{i} as double)))"""
        for i in range(len(columns))
    )
    texts = ", ".join(
        f"cast({quoted(name)} as varchar) as given_{i}, {_text(name)} as text_{i}"
        for i, name in enumerate(columns)
    )
    (found,) = table.project(texts).aggregate(counted).fetchall()
    size = len(Counts.__dataclass_fields__)
    # A count over nothing but nulls is null on some engines.
    found = [figure or 0 for figure in found]
    return {name: Counts(*found[i * size : (i + 1) * size]) for i, name in enumerate(columns)}


def _kind(engine_type: str, counts: Counts) -> Kind:
    """Return what a column is: by its type in the engine, and if that is text, by all of its texts."""
    kind = engine_type.upper()
    is_exact = counts.largest < LARGEST_WHOLE_NUMBER
    if not counts.present:
        return "empty"
    if kind == "BOOLEAN":
        return "boolean"
    if is_numeric(kind):
        if not counts.finite:
            return "empty"
        return "whole number" if "INT" in kind and is_exact else "number"
    if kind.startswith(("DATE", "TIMESTAMP")):
        return "date"
    if kind != "UUID" and not is_text(kind):
        return "nested"
    values = counts.present - counts.words
    if counts.finite and counts.finite + counts.infinite == values:
        # With a leading zero, or more digits than a double holds, a number names something.
        if counts.codes or (counts.whole and not is_exact):
            return "text"
        return "whole number" if counts.whole == counts.finite else "number"
    if counts.dates and counts.dates == values:
        return "date"
    if counts.booleans and counts.booleans == values:
        return "boolean"
    return "text"


def _seen(
    table: duckdb.DuckDBPyRelation,
    name: str,
    engine_type: str,
    kind: Kind,
    counts: Counts,
    row_count: int,
    numbers: Numbers | None,
) -> Seen:
    text = table.project(f"{_text(name)} as text")
    missing = row_count - counts.present
    words: tuple[str, ...] = ()
    if kind in ("number", "whole number", "boolean", "date") and (
        counts.words or counts.infinite or counts.blank
    ):
        missing += counts.words + counts.infinite
        words = (*([""] if counts.blank else []), *_words_for_missing(text))
    looks_like = None
    if kind == "text":
        if 2 * counts.numbers_with_signs > counts.present:
            looks_like = "numbers"
        elif 2 * counts.dates_in_words > counts.present:
            looks_like = "dates"
    levels = text.query(
        "texts",
        f"select text, count(*) from texts where text is not null group by text order by count(*) desc, text "
        f"limit {LEVELS_SHOWN}",
    ).fetchall()
    dates = None
    if kind == "date":
        days = text.aggregate("min(try_cast(text as date)), max(try_cast(text as date))").fetchall()[0]
        dates = (days[0], days[1])
    return Seen(
        name=name,
        engine_type=engine_type,
        kind=kind,
        row_count=row_count,
        missing_count=missing,
        distinct_count=counts.distinct - len([word for word in words if word]),
        words_for_missing=words,
        numbers=numbers,
        levels=tuple(level for level in levels if level[0] not in words),
        dates=dates,
        looks_like=looks_like,
    )


def _words_for_missing(text: duckdb.DuckDBPyRelation) -> list[str]:
    """Return the texts, as they are spelled, that stand for a missing number: words, and infinities."""
    words = ", ".join(f"'{word}'" for word in WORDS_FOR_MISSING)
    found = text.query(
        "texts",
        f"select distinct text from texts where lower(text) in ({words}) or isinf(try_cast(text as double)) "
        "order by text",
    )
    return [word for (word,) in found.fetchall()]


def _numbers(table: duckdb.DuckDBPyRelation, columns: Sequence[str], key: str) -> dict[str, Numbers]:
    if not columns:
        return {}
    values = ", ".join(f"{_finite(name)} as value_{i}" for i, name in enumerate(columns))
    logarithms = ", ".join(
        f"sign(value_{i}) * ln(1 + abs(value_{i})) as log_{i}" for i in range(len(columns))
    )
    counted = ", ".join(
        f"""min(value_{i}), max(value_{i}), avg(value_{i}), median(value_{i}), stddev_pop(value_{i}),
        skewness(value_{i}), avg(log_{i}), stddev_pop(log_{i}), skewness(log_{i}), count_if(value_{i} = 0),
        count_if(value_{i} < 0),
        count_if(value_{i} <> floor(value_{i})), count_if(value_{i} = key_number)"""
        for i in range(len(columns))
    )
    key_number = f"try_cast(cast({quoted(key)} as varchar) as double) as key_number"
    doubles = table.project(f"{key_number}, {values}").project(f"*, {logarithms}")
    (found,) = doubles.aggregate(counted).fetchall()
    size = len(Numbers.__dataclass_fields__)
    return {
        name: Numbers(*(_known(figure) for figure in found[i * size : (i + 1) * size]))
        for i, name in enumerate(columns)
    }


def _text(name: str) -> str:
    """Return the SQL of a column as a text without blanks around it, null where nothing is left."""
    return f"nullif(trim(cast({quoted(name)} as varchar)), '')"


def _finite(name: str) -> str:
    """Return the SQL of a column as a double, null where it is no finite number; true is 1, false is 0."""
    text = f"lower(trim(cast({quoted(name)} as varchar)))"
    number = f"case {text} when 'true' then 1e0 when 'false' then 0e0 else try_cast({text} as double) end"
    return f"case when isfinite({number}) then {number} end"


def _known(figure: Any) -> Any:
    return None if isinstance(figure, float) and not math.isfinite(figure) else figure
