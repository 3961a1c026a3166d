"""Labelled rows, with all that is known of them, as a model is learned from them."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from segmart.risk.classification.columns import Column
from segmart.risk.classification.imbalance import Rows, rows_of


@dataclass(frozen=True)
class Labelled:
    """Labelled rows in the order of their keys.

    `keys`, `labels` (0 or 1), `segments` (text or none) and `times` (days, or none at all) are (rows,);
    `features` has a column for each of `columns`; `groups` (rows,) by protected attribute are text or none.
    """

    keys: np.ndarray
    features: pd.DataFrame
    columns: tuple[Column, ...]
    labels: np.ndarray
    segments: np.ndarray | None
    times: np.ndarray | None
    groups: dict[str, np.ndarray]

    @property
    def rows(self) -> Rows:
        """The same as rows to learn from."""
        return rows_of(self.keys, self.features, self.labels)
