"""What every model of the log-odds of an event can do, and what its features add to them."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd

from segmart.risk.classification.columns import Column


@dataclass(frozen=True)
class Contributions:
    """What the features add to the log-odds of rows, in the order of the model's columns.

    `base` are the log-odds before any feature: those of an average learned row, in the sense each model gives
    that. `values` (rows, columns) are added to it; a feature the model does not use adds 0.
    """

    base: float
    values: np.ndarray

    def summed(self) -> np.ndarray:
        """Return base and values added up (rows,), feature by feature: a sum in blocks may round by size."""
        total = np.full(len(self.values), self.base)
        for column in self.values.T:
            total += column
        return total


class Model(Protocol):
    """A trained model of the log-odds of an event, before calibration.

    A row has the same log-odds and contributions alone as among others, to the last bit.
    """

    @property
    def columns(self) -> tuple[Column, ...]:
        """The features it was trained with, in order."""

    def log_odds(self, features: pd.DataFrame) -> np.ndarray:
        """Return the log-odds (rows,) of the event; other columns and the index do not matter."""

    def contributions(self, features: pd.DataFrame) -> Contributions:
        """Return what each feature adds to the log-odds of each row."""

    def as_content(self) -> dict[str, Any]:
        """Return all that is needed to score, ready for JSON."""


def columns_as_content(columns: Iterable[Column]) -> list[dict[str, Any]]:
    """Return the columns, ready for JSON."""
    return [asdict(column) for column in columns]


def columns_from_content(content: Iterable[Mapping[str, Any]]) -> tuple[Column, ...]:
    """Return the columns of `columns_as_content`; raises TypeError when it is not that."""
    return tuple(Column(**column) for column in content)
