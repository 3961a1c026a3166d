"""Features as the numbers that models compute with, learned from the rows that are learned from.

A number becomes one coordinate, and a second one where values are often missing; a category becomes one for
each of its frequent levels and one for all others. The order of rows changes nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
import pandas as pd

from segmart.learning.preparation import SIGNIFICANT_DIGITS, rounded
from segmart.risk.classification.columns import Column

# What a model wants of numbers. `raw`: as they are, a missing one missing; `filled`: as they are, a missing
# one the median; `standardised`: that, extreme ones capped, with mean 0 and standard deviation 1.
Form = Literal["raw", "filled", "standardised"]
# A level, or the absence of a value, that fewer of the learned rows have says nothing of its own.
FEWEST_ROWS, SMALLEST_SHARE = 10, 0.01
# Of more frequent levels the most frequent have a coordinate of their own.
MOST_LEVELS = 50
# Standardised numbers are kept within these quantiles of the learned rows.
CAPS = (0.005, 0.995)
# Trees compare in single precision; beyond this a number would become infinite.
LARGEST_SINGLE = float(np.finfo(np.float32).max)


@dataclass(frozen=True)
class Number:
    """How a number becomes a coordinate: `fill` if missing, kept within bounds, less `center`, by `scale`.

    Without a `fill` it stays missing. `flags_missing`: a second coordinate is 1 where it was missing.
    """

    fill: float | None
    lower: float
    upper: float
    center: float
    scale: float
    flags_missing: bool

    @property
    def width(self) -> int:
        """The number of coordinates."""
        return 1 + self.flags_missing

    def coordinates(self, column: pd.Series) -> np.ndarray:
        """Return the coordinates (rows, width) of a column."""
        values = column.to_numpy(dtype=float, na_value=np.nan)
        is_missing = np.isnan(values)
        filled = values if self.fill is None else np.where(is_missing, self.fill, values)
        scaled = (np.clip(filled, self.lower, self.upper) - self.center) / self.scale
        return np.column_stack([scaled, is_missing] if self.flags_missing else [scaled])


@dataclass(frozen=True)
class Category:
    """Which levels have a coordinate of their own, 1 for the rows of that level and 0 for others.

    `has_others`: so have all other levels together, those never seen among them. `knows_missing`: so has the
    absence of a level, which is one of the others if not. Without others, such rows are 0 everywhere.

    They are not standardised: that would divide by the spread of a level, which is small for a rare one, and
    a penalty would hold those least whose few rows should be believed least.
    """

    levels: tuple[str, ...]
    knows_missing: bool
    has_others: bool

    @property
    def width(self) -> int:
        """The number of coordinates; a category that tells no rows apart has one, always 0."""
        return max(1, self._own)

    @property
    def _own(self) -> int:
        return len(self.levels) + self.knows_missing + self.has_others

    def coordinates(self, column: pd.Series) -> np.ndarray:
        """Return the coordinates (rows, width) of a column."""
        position_of = {level: position for position, level in enumerate(self.levels)}
        others = len(self.levels) + self.knows_missing if self.has_others else self.width
        missing = len(self.levels) if self.knows_missing else others
        codes, seen = pd.factorize(column.astype("string"))
        # A missing level has the code -1, which finds the last entry.
        positions = np.array([*(position_of.get(level, others) for level in seen), missing])[codes]
        return np.eye(self.width + 1, self.width)[positions]


@dataclass(frozen=True)
class Encoder:
    """What was learned of each column, in their order."""

    columns: tuple[Column, ...]
    learned: tuple[Number | Category, ...]

    @cached_property
    def parents(self) -> np.ndarray:
        """The position of the column each coordinate comes from (coordinates,)."""
        return np.repeat(np.arange(len(self.columns)), [entry.width for entry in self.learned])

    @cached_property
    def directions(self) -> np.ndarray:
        """How risk may move along each coordinate (coordinates,): 1 up, -1 down, 0 as it likes.

        That a number is missing has no direction.
        """
        signs = {"increasing": 1, "decreasing": -1, None: 0}
        is_first = np.r_[True, self.parents[1:] != self.parents[:-1]]
        return np.where(is_first, [signs[self.columns[parent].direction] for parent in self.parents], 0)

    def blocks(self, features: pd.DataFrame) -> Iterator[np.ndarray]:
        """Yield the coordinates (rows, width) of one column after another."""
        for column, entry in zip(self.columns, self.learned, strict=True):
            yield entry.coordinates(features[column.name])

    def matrix(self, features: pd.DataFrame, kind: type = np.float64) -> np.ndarray:
        """Return all coordinates (rows, coordinates)."""
        matrix = np.empty((len(features), len(self.parents)), dtype=kind)
        for parent, block in enumerate(self.blocks(features)):
            matrix[:, self.parents == parent] = block
        return matrix

    def as_content(self) -> list[dict[str, Any]]:
        """Return each column and what was learned of it, ready for JSON."""
        return [
            {"column": asdict(column), "learned": asdict(entry)}
            for column, entry in zip(self.columns, self.learned, strict=True)
        ]


def encoder_from_content(content: Sequence[Mapping[str, Any]]) -> Encoder:
    """Return the encoder of `as_content`; raises KeyError or TypeError when it is not that."""
    columns = tuple(Column(**entry["column"]) for entry in content)
    learned = tuple(
        Number(**entry["learned"])
        if column.is_number
        else Category(**entry["learned"] | {"levels": tuple(entry["learned"]["levels"])})
        for column, entry in zip(columns, content, strict=True)
    )
    return Encoder(columns, learned)


def learn_encoder(features: pd.DataFrame, columns: Sequence[Column], form: Form) -> Encoder:
    """Return the encoder of the columns of a table; one that is constant or empty tells no rows apart."""
    return Encoder(
        tuple(columns),
        tuple(
            _learn_number(features[column.name], form)
            if column.is_number
            else _learn_category(features[column.name])
            for column in columns
        ),
    )


def _learn_number(column: pd.Series, form: Form) -> Number:
    if form == "raw":
        return Number(None, -LARGEST_SINGLE, LARGEST_SINGLE, center=0.0, scale=1.0, flags_missing=False)
    values = column.to_numpy(dtype=float, na_value=np.nan).clip(-LARGEST_SINGLE, LARGEST_SINGLE)
    # In order, so that the last digits of sums do not hang on that of the rows.
    present = np.sort(values[~np.isnan(values)])
    missing_count = len(values) - len(present)
    fill = float(rounded(np.median(present))) if len(present) else 0.0
    flags_missing = len(present) > 0 and missing_count >= _fewest(len(values))
    if form == "filled":
        return Number(fill, -LARGEST_SINGLE, LARGEST_SINGLE, 0.0, 1.0, flags_missing)
    filled = np.concatenate([present, np.full(missing_count, fill)])
    lower, upper = _caps(present if len(present) else filled)
    capped = np.clip(filled, lower, upper)
    is_constant = upper - lower <= 10.0**-SIGNIFICANT_DIGITS * max(abs(lower), abs(upper))
    if is_constant:
        return Number(fill, lower, lower, center=lower, scale=1.0, flags_missing=flags_missing)
    center, scale = rounded(np.array([capped.mean(), capped.std()])).tolist()
    return Number(fill, lower, upper, center, scale, flags_missing)


def _caps(ordered: np.ndarray) -> tuple[float, float]:
    """Return the bounds that ascending values (rows,), at least one, are kept within."""
    lower, upper = rounded(np.quantile(ordered, CAPS)).tolist()
    # Nearly all have one value: the few others are all it has to say.
    return (lower, upper) if lower < upper else (float(ordered[0]), float(ordered[-1]))


def _learn_category(column: pd.Series) -> Category:
    text = column.astype("string")
    counts = text.value_counts()
    fewest = _fewest(len(text))
    frequent = sorted(counts.index[counts >= fewest], key=lambda level: (-counts[level], level))[:MOST_LEVELS]
    missing_count = int(text.isna().sum())
    knows_missing = missing_count >= fewest
    named_count = int(counts[frequent].sum()) + (missing_count if knows_missing else 0)
    category = Category(tuple(sorted(frequent)), knows_missing, has_others=named_count < len(text))
    # What is the same in all rows has nothing to say, and one that differs later would not be known.
    return category if category.width > 1 else Category((), knows_missing=False, has_others=False)


def _fewest(row_count: int) -> float:
    return max(FEWEST_ROWS, SMALLEST_SHARE * row_count)
