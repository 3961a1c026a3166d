"""Changes to rows, tried by scoring the changed rows: many in one call, but never all in memory at once."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from segmart.risk.classification.explaining.levers import LeverGrids

# About 200,000 rows of 40 columns.
CELLS_AT_ONCE = 8_000_000


@dataclass(frozen=True)
class Changes:
    """Changes to be tried: of which rows (n,), which levers (n, m) are set, and to what (n, m).

    A value is the number, or the position among the levels of a category. The same row may be tried often.
    """

    rows: np.ndarray
    levers: np.ndarray
    values: np.ndarray

    def take(self, positions: np.ndarray | slice) -> "Changes":
        """Return the changes at the given positions, in that order."""
        return Changes(self.rows[positions], self.levers[positions], self.values[positions])


def changed_probabilities(
    features: pd.DataFrame,
    probability: Callable[[pd.DataFrame], np.ndarray],
    grids: LeverGrids,
    changes: Changes,
) -> np.ndarray:
    """Return the probability (n,) after each change."""
    at_once = max(1, CELLS_AT_ONCE // max(1, features.shape[1]))
    probabilities = np.empty(len(changes.rows))
    for start in range(0, len(probabilities), at_once):
        part = slice(start, start + at_once)
        probabilities[part] = probability(changed(features, grids, changes.take(part)))
    return probabilities


def changed(features: pd.DataFrame, grids: LeverGrids, changes: Changes) -> pd.DataFrame:
    """Return the changed rows (n,).

    What scales with a lever moves in the proportion of its change, with several levers in that of all; a
    feature that is set itself is as it was set.
    """
    frame = features.take(changes.rows).reset_index(drop=True)
    cells = {}
    factors: dict[str, np.ndarray] = {}
    for lever, grid in enumerate(grids.grids):
        is_set = changes.levers == lever
        rows = np.flatnonzero(is_set.any(axis=1))
        if not len(rows):
            continue
        told = frame[grid.feature].to_numpy(dtype=float if grid.is_number else object, copy=True)
        to = changes.values[is_set]
        for name in grid.scales_with:
            factor = factors.setdefault(name, np.ones(len(frame)))
            factor[rows] *= to / told[rows]
        told[rows] = to if grid.is_number else np.array(grid.values, dtype=object)[to.astype(int)]
        cells[grid.feature] = told, rows
    scaled = {name: frame[name].to_numpy() * factor for name, factor in factors.items()}
    for name, (told, rows) in cells.items():
        if name in scaled:
            scaled[name][rows] = told[rows]
        else:
            scaled[name] = told
    # A series each, so that categories stay what they are.
    return frame.assign(**{name: pd.Series(told, dtype=told.dtype) for name, told in scaled.items()})
