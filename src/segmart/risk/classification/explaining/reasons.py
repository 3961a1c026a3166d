"""Why a probability is high: the features that raise it most, each with the side of its value that does.

The contributions are the model's own and add up to its log-odds, so what is said is exact with respect to
the model. It says nothing about causes. More than four reasons are not likely to help an applicant
(Regulation B, 12 CFR 1002, comment 9(b)(2)-1).
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from segmart.risk.classification.columns import Column
from segmart.risk.classification.explaining.plain_numbers import plain_text

REASON_COUNT = 4
# A contribution up to this is none: the last digits of a sum.
SMALLEST_CONTRIBUTION = 1e-9
HIGH, LOW, MISSING, LEVEL = "high", "low", "missing", "level"


def top_reasons(
    columns: Sequence[Column],
    features: pd.DataFrame,
    contributions: np.ndarray,
    typical: Mapping[str, float],
) -> pd.DataFrame:
    """Return for each row the four features that raise its log-odds most, null where fewer do.

    `contributions` (rows, columns) are those of the features named by `columns`, in that order; of equal ones
    the earlier column comes first. `typical` holds the median of the learned rows for every number.
    Columns for n from 1 to 4: reason_n_feature; reason_n_side, which is missing, level for a category, the
    side on which the risk is declared to rise, else high or low as the value lies above or below the typical
    one (at it, high); reason_n_value as text, null when missing; and reason_n_contribution. Indexed as the
    features.

    Raises ValueError when contributions and columns do not match, KeyError for a number of unknown median.
    """
    if contributions.shape != (len(features), len(columns)):
        raise ValueError(
            f"contributions {contributions.shape} are not those of {len(features):,} rows and "
            f"{len(columns)} columns"
        )
    positions, amounts = _largest(contributions)
    names = np.array([column.name for column in columns] + [None], dtype=object)
    sides = np.full(positions.shape, None, dtype=object)
    values = np.full(positions.shape, None, dtype=object)
    for position, column in enumerate(columns):
        cells = np.nonzero(positions == position)
        if len(cells[0]):
            told = features[column.name].to_numpy(
                dtype=float if column.is_number else object, na_value=np.nan
            )
            told = told[cells[0]]
            sides[cells] = _sides(column, told, typical)
            values[cells] = _texts(column, told)
    return pd.DataFrame(
        {
            f"reason_{rank + 1}_{part}": pd.array(content[:, rank], dtype=kind)
            for rank in range(REASON_COUNT)
            for part, content, kind in (
                ("feature", names[positions], "string"),
                ("side", sides, "string"),
                ("value", values, "string"),
                ("contribution", amounts, "Float64"),
            )
        },
        index=features.index,
    )


def _largest(contributions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the positions of the largest contributions (rows, reasons), -1 for none, and their amounts."""
    row_count, column_count = contributions.shape
    rows = np.arange(row_count)
    # A last column of nothing stands for "no further reason", also where there is no column at all.
    remaining = np.zeros((row_count, column_count + 1))
    remaining[:, :column_count] = contributions
    positions = np.empty((row_count, REASON_COUNT), dtype=int)
    amounts = np.empty((row_count, REASON_COUNT))
    # Four times the first maximum: of equal ones the first, and cheaper than sorting hundreds of columns.
    for rank in range(REASON_COUNT):
        positions[:, rank] = remaining.argmax(axis=1)
        amounts[:, rank] = remaining[rows, positions[:, rank]]
        remaining[rows, positions[:, rank]] = -np.inf
        remaining[:, column_count] = 0.0
    is_reason = amounts > SMALLEST_CONTRIBUTION
    return np.where(is_reason, positions, -1), np.where(is_reason, amounts, np.nan)


def _sides(column: Column, told: np.ndarray, typical: Mapping[str, float]) -> np.ndarray:
    if not column.is_number:
        return np.where(pd.isna(told), MISSING, LEVEL)
    if column.direction:
        # It raises the risk, so it lies on that side of what it is held against, wherever the median is.
        sides = np.full(told.shape, LOW if column.direction == "decreasing" else HIGH)
    else:
        sides = np.where(told >= typical[column.name], HIGH, LOW)
    return np.where(np.isnan(told), MISSING, sides)


def _texts(column: Column, told: np.ndarray) -> list[str | None]:
    is_missing = pd.isna(told)
    in_words = plain_text if column.is_number else str
    return [None if missing else in_words(value) for value, missing in zip(told, is_missing, strict=True)]
