"""How values fall into bins: intervals of numbers or groups of levels, and a last bin for missing ones."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

MISSING = "missing"
EMPTY = "(empty text)"


@dataclass(frozen=True)
class Intervals:
    """Bins of numbers: `edges` ascend, and a value on an edge falls into the bin above it."""

    edges: tuple[float, ...]

    @property
    def bin_count(self) -> int:
        """The number of bins, that of missing values included."""
        return len(self.edges) + 2

    def positions(self, column: pd.Series) -> np.ndarray:
        """Return the position (rows,) of the bin each value falls into."""
        values = column.to_numpy(dtype=float, na_value=np.nan)
        positions = np.searchsorted(self.edges, values, side="right")
        return np.where(np.isnan(values), self.bin_count - 1, positions)

    def words(self) -> list[str]:
        """Return the bins in words, by position."""
        edges = [f"{edge:,.12g}" for edge in self.edges]
        if not edges:
            return ["any value", MISSING]
        between = [f"{low} to below {high}" for low, high in pairwise(edges)]
        return [f"below {edges[0]}", *between, f"{edges[-1]} or more", MISSING]

    def as_content(self) -> dict[str, Any]:
        """Return the edges, ready for JSON."""
        return {"edges": list(self.edges)}


@dataclass(frozen=True)
class Groups:
    """Bins of levels: `levels` names those of each group; `others` is the group of every level not named.

    Levels that were rare when fitting, and those never seen, are not named. The group that takes them may
    name none.
    """

    levels: tuple[tuple[str, ...], ...]
    others: int

    @property
    def bin_count(self) -> int:
        """The number of bins, that of missing values included."""
        return len(self.levels) + 1

    def positions(self, column: pd.Series) -> np.ndarray:
        """Return the position (rows,) of the bin each level falls into."""
        group_of = {level: position for position, group in enumerate(self.levels) for level in group}
        codes, seen = pd.factorize(column.astype("string"))
        # A missing value has the code -1, which finds the last entry.
        return np.array([*(group_of.get(level, self.others) for level in seen), self.bin_count - 1])[codes]

    def words(self) -> list[str]:
        """Return the bins in words, by position."""
        names = [", ".join(level or EMPTY for level in group) for group in self.levels]
        names[self.others] = f"{names[self.others]} and all others" if names[self.others] else "all others"
        return [*names, MISSING]

    def as_content(self) -> dict[str, Any]:
        """Return the levels, ready for JSON."""
        return {"levels": [list(group) for group in self.levels], "others": self.others}


Partition = Intervals | Groups


def partition_from_content(content: Mapping[str, Any]) -> Partition:
    """Return the partition of `as_content`; raises KeyError or TypeError when it is not that."""
    if "edges" in content:
        return Intervals(tuple(content["edges"]))
    return Groups(tuple(tuple(group) for group in content["levels"]), content["others"])
