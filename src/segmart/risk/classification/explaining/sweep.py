"""Whether probabilities keep the directions that were declared: each feature swept while the rest stays."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from segmart.learning.hashing import in_hash_order
from segmart.risk.classification.columns import Column

# A step the wrong way up to this is none: the last digits of a probability.
SMALLEST_VIOLATION = 1e-9


def monotone_violations(
    probability: Callable[[pd.DataFrame], np.ndarray],
    columns: Sequence[Column],
    features: pd.DataFrame,
    sweep_rows: int = 1000,
    steps: int = 25,
) -> list[dict]:
    """Return for each column with a direction how often a step along it moves the probability the wrong way.

    `probability` gives those (rows,) of a frame like `features`. The rows swept are the first in the order of
    the hashes of their positions; the feature takes up to `steps` distinct quantiles of its values, and each
    is compared with the next. Each row of the answer: feature, direction, row_count, comparison_count,
    violation_count, largest_violation (a probability, 0 without any).
    """
    swept = features.iloc[in_hash_order(map(str, range(len(features))), sweep_rows)]
    return [
        {"feature": column.name, "direction": column.direction}
        | _swept(probability, column, swept, _quantiles(features[column.name], steps))
        for column in columns
        if column.direction is not None
    ]


def _quantiles(values: pd.Series, steps: int) -> np.ndarray:
    numbers = values.to_numpy(dtype=float, na_value=np.nan)
    numbers = numbers[np.isfinite(numbers)]
    if not len(numbers):
        return numbers
    return np.unique(np.quantile(numbers, np.linspace(0, 1, steps), method="inverted_cdf"))


def _swept(
    probability: Callable[[pd.DataFrame], np.ndarray], column: Column, rows: pd.DataFrame, values: np.ndarray
) -> dict:
    wrong = np.empty((len(rows), 0))
    if len(rows) and len(values) > 1:
        stacked = rows.take(np.repeat(np.arange(len(rows)), len(values))).reset_index(drop=True)
        stacked[column.name] = np.tile(values, len(rows))
        rises = np.diff(probability(stacked).reshape(len(rows), len(values)), axis=1)
        wrong = -rises if column.direction == "increasing" else rises
    return {
        "row_count": len(rows),
        "comparison_count": wrong.size,
        "violation_count": int((wrong > SMALLEST_VIOLATION).sum()),
        "largest_violation": float(max(wrong.max(initial=0.0), 0.0)),
    }
