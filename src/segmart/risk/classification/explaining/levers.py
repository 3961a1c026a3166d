"""What an applicant can change, and how far the learned rows say a change is.

A step along a number is measured by the share of the learned rows it passes over, so that 1,000 USD and six
months can be compared. A change of a category has no length; it counts `CATEGORY_SIZE`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from segmart.errors import DeclarationError
from segmart.learning.preparation import rounded
from segmart.risk.classification.columns import Column
from segmart.strict import Strict

MOST_VALUES = 40
# A level that fewer of the learned rows have is not proposed, unless it was declared.
SMALLEST_LEVEL_SHARE = 0.01
# To change a category counts as much as to pass over a quarter of the learned rows.
CATEGORY_SIZE = 0.25


class Lever(Strict):
    """One feature that the applicant can change.

    The features of `scales_with` move in the same proportion: who asks for a fifth less pays a fifth less
    each month. `moves` says which way a number may go; a category may change to any of `levels`, or else to
    any that is common.
    """

    feature: str = Field(min_length=1)
    scales_with: tuple[str, ...] = ()
    moves: Literal["down", "up", "either"] = "either"
    levels: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _does_not_scale_with_itself(self) -> "Lever":
        if self.feature in self.scales_with:
            raise ValueError(f"{self.feature} scales with itself: take it out of scales_with")
        return self


@dataclass(frozen=True)
class Grid:
    """The values one lever may take, and where they lie among the learned rows.

    `values` ascend for a number; of each, `shares` holds the share of the learned rows below it and half of
    those at it. For a category they are levels, the most usual first, and `shares` are none. Where
    `is_complete`, no other value was ever seen, and none is proposed: a term of 42 months is not to be had
    where terms are whole years.
    """

    feature: str
    is_number: bool
    values: tuple[float, ...] | tuple[str, ...]
    shares: tuple[float, ...] = ()
    is_whole: bool = False
    is_complete: bool = True
    moves: str = "either"
    scales_with: tuple[str, ...] = ()

    def sizes(self, told: np.ndarray) -> np.ndarray:
        """Return how large the change to each value is (rows, values); infinite where there is none.

        `told` (rows,) are the values of the rows now. There is no change to the same value, against the
        declared way, from a missing value, or where what scales along has nothing to be in proportion to.
        """
        proposed = np.array(self.values, dtype=float if self.is_number else object)
        if not self.is_number:
            is_change = (told[:, None] != proposed) & ~pd.isna(told)[:, None]
            return np.where(is_change, CATEGORY_SIZE, np.inf)
        passed_over = np.abs(self._share_at(told)[:, None] - np.array(self.shares))
        is_change = np.isfinite(told)[:, None] & (proposed != told[:, None])
        if self.moves == "down":
            is_change &= proposed < told[:, None]
        if self.moves == "up":
            is_change &= proposed > told[:, None]
        if self.scales_with:
            is_change &= proposed * np.sign(told)[:, None] >= 0
            is_change &= (told != 0)[:, None]
        return np.where(is_change, passed_over, np.inf)

    def _share_at(self, told: np.ndarray) -> np.ndarray:
        return np.interp(told, self.values, self.shares) if self.values else np.zeros(len(told))


@dataclass(frozen=True)
class LeverGrids:
    """The grids of all levers, in the order of their declaration."""

    grids: tuple[Grid, ...]

    def as_content(self) -> dict[str, Any]:
        """Return the grids, ready for JSON."""
        return {"grids": [asdict(grid) for grid in self.grids]}


def grids_from_content(content: Mapping[str, Any]) -> LeverGrids:
    """Return the grids of `as_content`; raises KeyError or TypeError when it is not that."""
    sequences = ("values", "shares", "scales_with")
    return LeverGrids(
        tuple(Grid(**grid | {name: tuple(grid[name]) for name in sequences}) for grid in content["grids"])
    )


def fit_grids(levers: Sequence[Lever], columns: Sequence[Column], features: pd.DataFrame) -> LeverGrids:
    """Learn from the learned rows which values each lever may take, and how far apart they are.

    A number has the values seen, or where they are more than 40 as many at even steps of the share of rows;
    a category the levels of at least 1 % of the rows, or those declared as far as they were seen. A lever (or
    what scales with it) that is not among the columns is left out: nothing was learned of it, so it would
    move nothing.

    Raises DeclarationError for a lever declared twice, levels of a number, or a category that is to scale.
    """
    known = {column.name: column for column in columns}
    names = [lever.feature for lever in levers]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise DeclarationError(f"lever {twice[0]} is declared twice. Remedy: keep one.")
    for lever in levers:
        _check(lever, known)
    return LeverGrids(
        tuple(
            _number_grid(lever, known, features[lever.feature])
            if known[lever.feature].is_number
            else _category_grid(lever, features[lever.feature])
            for lever in levers
            if lever.feature in known
        )
    )


def _check(lever: Lever, known: Mapping[str, Column]) -> None:
    own = known.get(lever.feature)
    categories = [name for name in lever.scales_with if name in known and not known[name].is_number]
    if categories:
        raise DeclarationError(
            f"lever {lever.feature}: {categories[0]} is a category and cannot scale with it. "
            "Remedy: take it out of scales_with."
        )
    if own is not None and own.is_number and lever.levels:
        raise DeclarationError(
            f"lever {lever.feature} is a number, but levels are declared of it. "
            "Remedy: remove them; moves says which way a number may go."
        )
    if own is not None and not own.is_number and (lever.scales_with or lever.moves != "either"):
        raise DeclarationError(
            f"lever {lever.feature} is a category: it goes neither up nor down, and nothing scales with it. "
            "Remedy: remove moves and scales_with."
        )


def _number_grid(lever: Lever, known: Mapping[str, Column], values: pd.Series) -> Grid:
    numbers = values.to_numpy(dtype=float, na_value=np.nan)
    ordered = np.sort(numbers[np.isfinite(numbers)])
    proposed = np.unique(ordered)
    is_complete = len(proposed) <= MOST_VALUES
    if not is_complete:
        evenly = np.linspace(0, 1, MOST_VALUES)
        proposed = np.unique(np.quantile(ordered, evenly, method="inverted_cdf"))
    below = np.searchsorted(ordered, proposed, side="left")
    up_to = np.searchsorted(ordered, proposed, side="right")
    return Grid(
        feature=lever.feature,
        is_number=True,
        values=tuple(proposed.tolist()),
        shares=tuple(rounded((below + up_to) / 2 / len(ordered)).tolist()) if len(ordered) else (),
        is_whole=bool((ordered == np.round(ordered)).all()),
        is_complete=is_complete,
        moves=lever.moves,
        scales_with=tuple(name for name in lever.scales_with if name in known),
    )


def _category_grid(lever: Lever, values: pd.Series) -> Grid:
    present = [str(value) for value in values[values.notna()]]
    counts = pd.Series(present, dtype=object).value_counts()
    if lever.levels:
        chosen = [level for level in lever.levels if level in counts]
    else:
        chosen = [level for level, count in counts.items() if count >= SMALLEST_LEVEL_SHARE * len(present)]
    return Grid(
        lever.feature,
        is_number=False,
        values=tuple(sorted(chosen, key=lambda level: (-counts[level], level))),
    )
