"""The features of a classification: numbers, along which risk may have a direction, and categories.

What a column is follows from its type in the engine, or, where a file wrote numbers as text, from its texts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from segmart import frames
from segmart.frames import ColumnFacts, TextFacts
from segmart.learning.guards import MANY_LEVELS, Finding, is_numeric, is_text, looks_like_an_identifier

RiskDirection = Literal["increasing", "decreasing"]


@dataclass(frozen=True)
class Column:
    """One feature: a number (missing is not-a-number), or else a category as text (missing is none).

    `direction` says how risk may move with the number; without one it may move as it likes.
    """

    name: str
    is_number: bool
    direction: RiskDirection | None = None


@dataclass(frozen=True)
class Wanted:
    """A column that is to become a feature, with what is declared of it."""

    name: str
    kind: Literal["number", "category"] | None = None
    direction: RiskDirection | None = None
    required: bool = False


def columns_of(
    table: Any, entity: str, wanted: Iterable[Wanted], column_types: Mapping[str, str]
) -> tuple[tuple[Column, ...], list[Finding]]:
    """Return the features among the wanted columns of a table, in order, and why the others are none.

    What is empty, constant, a date or names its rows can do no good and is a finding that may be passed over;
    an infinite number, or a declared kind that a column cannot have, is one that may not.
    """
    wanted = list(wanted)
    texts = frames.text_facts(
        table, [column.name for column in wanted if is_text(column_types.get(column.name, ""))]
    )
    kinds, findings = {}, {}
    for column in wanted:
        found = _kind_of(column, column_types.get(column.name), texts.get(column.name))
        (findings if isinstance(found, Finding) else kinds)[column.name] = found
    numbers = [name for name, kind in kinds.items() if kind == "number"]
    categories = [name for name, kind in kinds.items() if kind == "category"]
    typed = frames.as_texts_and_numbers(table, [entity], categories, numbers)
    of_numbers = frames.column_facts(typed, entity, numbers)
    texts |= frames.text_facts(typed, [name for name in categories if name not in texts])
    for name in kinds:
        found = (
            _number_finding(name, of_numbers[name])
            if name in of_numbers
            else _category_finding(name, texts[name])
        )
        if found:
            findings[name] = found
    return (
        tuple(
            Column(column.name, kinds[column.name] == "number", column.direction)
            for column in wanted
            if column.name not in findings
        ),
        [findings[column.name] for column in wanted if column.name in findings],
    )


def typed_features(frame: pd.DataFrame, columns: Iterable[Column]) -> pd.DataFrame:
    """Return the features of a frame, whatever its types: numbers as doubles, categories as text.

    The same as `frames.as_texts_and_numbers` does in the engine: an empty text is missing, and so is one that
    should be a number and is none.
    """
    return pd.DataFrame(
        {
            column.name: pd.Series(_numbers(frame[column.name]), dtype=float)
            if column.is_number
            else pd.Series(_texts(frame[column.name]), dtype=object)
            for column in columns
        },
        index=pd.RangeIndex(len(frame)),
    )


def _kind_of(column: Wanted, column_type: str | None, texts: TextFacts | None) -> str | Finding:
    """Return number or category, or why a column is neither."""
    name = column.name
    if column_type is None:
        return Finding(name, "is absent from the feature table", "add it or correct its name", True)
    if not (is_numeric(column_type) or is_text(column_type)):
        remedy = "make it a number (of days, say) or a text, or leave it out"
        return Finding(name, f"is {column_type}, neither a number nor a text", remedy, True)
    if texts and texts.date_count and texts.date_count == texts.row_count - texts.missing_count:
        return Finding(name, "holds dates as texts", "make it a number of days, or leave it out", True)
    can_be_number = texts is None or (texts.number_count > 0 and not texts.other_count)
    kind = column.kind or ("number" if can_be_number else "category")
    if kind == "number" and not can_be_number and texts.other_count:
        finding = f"holds a text that is no number in {texts.other_count:,} of {texts.row_count:,} rows"
        return Finding(name, finding, "declare kind: category, or correct the texts")
    if kind == "category" and column.direction:
        remedy = "declare no direction for it, or kind: number"
        return Finding(name, f"is declared {column.direction}, but is a category, which has no order", remedy)
    return kind


def _number_finding(name: str, facts: ColumnFacts) -> Finding | None:
    of_rows = f"of {facts.row_count:,} rows"
    if facts.missing_count == facts.row_count:
        return Finding(name, f"is empty: missing in all {facts.row_count:,} rows", "fill it", True)
    if facts.infinite_count:
        finding = f"is infinite in {facts.infinite_count:,} {of_rows}"
        return Finding(name, finding, "repair the division by zero behind it, or make the value null")
    if facts.equal_to_key_count == facts.row_count:
        return Finding(name, "is the key itself written as a number", "leave it out", True)
    if facts.minimum == facts.maximum and not facts.missing_count:
        return Finding(name, f"is {facts.minimum:g} in all {facts.row_count:,} rows", "leave it out", True)
    if looks_like_an_identifier(name, facts):
        finding = f"looks like an identifier: a whole number that differs in all {facts.row_count:,} rows"
        return Finding(name, finding, "leave it out", True)
    return None


def _category_finding(name: str, facts: TextFacts) -> Finding | None:
    present = facts.row_count - facts.missing_count
    if not present:
        return Finding(name, f"is empty: missing in all {facts.row_count:,} rows", "fill it", True)
    if facts.distinct_count == 1 and not facts.missing_count:
        return Finding(name, f"is the same in all {facts.row_count:,} rows", "leave it out", True)
    if facts.distinct_count > max(MANY_LEVELS, present / 2):
        finding = f"names rows rather than kinds of them: {facts.distinct_count:,} texts in {present:,} rows"
        return Finding(name, finding, "group its levels, or leave it out", True)
    return None


def _numbers(column: pd.Series) -> np.ndarray:
    return pd.to_numeric(column, errors="coerce").to_numpy(dtype=float, na_value=np.nan)


def _texts(column: pd.Series) -> np.ndarray:
    texts = column.astype("string").str.strip(" ")
    if pd.api.types.is_bool_dtype(column):
        # As the engine writes them.
        texts = texts.str.lower()
    return np.array([None if pd.isna(text) or not text else text for text in texts], dtype=object)
