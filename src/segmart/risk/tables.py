"""The tables of a risk model, brought together: features, and what stands beside them for the same date."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from segmart import frames
from segmart.errors import FeatureError
from segmart.learning.guards import is_numeric
from segmart.risk.declaration import RiskDeclaration

WITHIN_BOUNDS = "correct those labels or make them null, or widen minimum and maximum in the declaration"


@dataclass(frozen=True)
class LabelCounts:
    """How many labels there are, and how many of them can be learned from.

    Of the others some are of another date; the rest belong to customers the model is not about.
    """

    label_count: int
    of_another_date: int
    labelled_count: int

    def in_words(self) -> str:
        """Return the counts as a clause."""
        nobody = self.label_count - self.of_another_date - self.labelled_count
        parts = [f"{self.labelled_count:,} of {self.label_count:,} labels can be learned from"]
        if self.of_another_date:
            parts.append(f"{self.of_another_date:,} are of another date")
        if nobody > 0:
            parts.append(f"{nobody:,} are empty or belong to customers this model is not about")
        return ", ".join(parts)


def require_label_columns(model_name: str, declared: RiskDeclaration, labels: Any) -> None:
    """Raise FeatureError unless the label table has its three columns and the label is a number."""
    types = frames.column_types(labels)
    column = declared.label.column
    frames.require_columns(
        types, [declared.entity, declared.date_column, column], f"{model_name}: the label table"
    )
    if not is_numeric(types[column]):
        raise FeatureError(
            f"{model_name}: the label {column} is {types[column]}, not a number. "
            "Remedy: make it a number, or name the right column in the declaration."
        )


def with_segments(model_name: str, declared: RiskDeclaration, table: Any, segments: Any, column: str) -> Any:
    """Return the table with the segment of each row beside it, null where it has none.

    Segments that say as of which date they hold are those of that date only.
    """
    if segments is None:
        raise FeatureError(
            f"{model_name}: column {column} is declared as the segment, but no segment table is given. "
            "Remedy: hand over segments=, or remove segment: from the declaration."
        )
    has_date = declared.date_column in frames.column_types(segments)
    return beside(model_name, declared, table, segments, [column], "the segment table", has_date)


def labelled(
    model_name: str,
    declared: RiskDeclaration,
    table: Any,
    labels: Any,
    as_of_date: date,
    remedy: str = WITHIN_BOUNDS,
) -> tuple[Any, LabelCounts]:
    """Return the rows of a table that have a label as of the same date, the label beside them, and counts.

    Raises FeatureError, with the remedy, for a label outside its declared bounds, or one that is infinite.
    """
    column, label = declared.label.column, declared.label
    joined = beside(model_name, declared, table, labels, [column], "the label table", has_date=True)
    known = frames.only_known(joined, column)
    facts = frames.column_facts(known, declared.entity, [column])[column]
    _require_sound_labels(model_name, column, facts.infinite_count, facts.row_count, "infinite", remedy)
    outside = frames.count_outside(known, column, label.minimum, label.maximum)
    bounds = " to ".join("any" if bound is None else f"{bound:g}" for bound in (label.minimum, label.maximum))
    _require_sound_labels(model_name, column, outside, facts.row_count, f"outside {bounds}", remedy)
    dates = frames.count_by(labels, declared.date_column)
    return known, LabelCounts(
        label_count=sum(dates.values()),
        of_another_date=sum(
            count for day, count in dates.items() if day is None or day[:10] != str(as_of_date)
        ),
        labelled_count=facts.row_count,
    )


def beside(
    model_name: str,
    declared: RiskDeclaration,
    table: Any,
    other: Any,
    columns: Sequence[str],
    what: str,
    has_date: bool = False,
) -> Any:
    """Return a table, as the kind it was, with columns of another one beside it, null where that has no row.

    Rows belong together when they have the same key and, if the other one `has_date`, the same as-of date.
    `what` is how an error calls the other table. Raises FeatureError when it lacks a column, or would double
    a row.
    """
    keys = [declared.entity, *([declared.date_column] if has_date else [])]
    frames.require_columns(frames.column_types(other), [*keys, *columns], f"{model_name}: {what}")
    joined = frames.joined(
        table,
        frames.only_columns(other, [*keys, *columns]),
        declared.entity,
        columns,
        declared.date_column if has_date else None,
    )
    before, after = (sum(frames.count_by(rows, None).values()) for rows in (table, joined))
    if after > before:
        doubled = frames.grain_facts(joined, declared.entity, declared.date_column).examples_of_repeated_keys
        raise FeatureError(
            f"{model_name}: {what} holds more than one row for some {' and '.join(keys)}: {before:,} "
            f"rows would become {after:,} (for example {', '.join(doubled)}). "
            f"Remedy: bring it to one row per {' and '.join(keys)}."
        )
    return joined.df() if isinstance(table, pd.DataFrame) else joined


def texts_of(frame: pd.DataFrame, column: str | None) -> np.ndarray:
    """Return a column (rows,) as text, none where it is missing; without a column, none everywhere."""
    if column is None:
        return np.full(len(frame), None, dtype=object)
    return np.array([None if pd.isna(value) else str(value) for value in frame[column]], dtype=object)


def _require_sound_labels(
    model_name: str, column: str, count: int, row_count: int, what: str, remedy: str
) -> None:
    if count:
        raise FeatureError(
            f"{model_name}: the label {column} is {what} in {count:,} of {row_count:,} rows. "
            f"Remedy: {remedy}."
        )
