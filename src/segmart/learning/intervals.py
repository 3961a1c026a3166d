"""Percentile bootstrap intervals (Efron 1979): how far a figure would move on other customers."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

RESAMPLES = 500
CONFIDENCE = 0.95


@dataclass(frozen=True)
class Interval:
    """A figure and the bounds between which it lies with the stated confidence."""

    value: float
    low: float
    high: float


def interval_of(
    statistic: Callable[[np.ndarray], float],
    row_count: int,
    generator: np.random.Generator,
    resamples: int = RESAMPLES,
    confidence: float = CONFIDENCE,
) -> Interval:
    """Return a statistic and its interval; `statistic` takes positions (rows,) of the rows it is made of.

    A resample on which the statistic is not defined (not a number) is left out; with none left, or no row at
    all, so are the bounds.
    """
    value = float(statistic(np.arange(row_count))) if row_count else np.nan
    drawn = [
        statistic(generator.integers(row_count, size=row_count)) for _ in range(resamples if row_count else 0)
    ]
    defined = np.array([number for number in drawn if np.isfinite(number)], dtype=float)
    if not len(defined):
        return Interval(value, np.nan, np.nan)
    low, high = np.quantile(defined, [(1 - confidence) / 2, (1 + confidence) / 2])
    return Interval(value, float(low), float(high))


def mean_interval(values: np.ndarray, generator: np.random.Generator) -> Interval:
    """Return the mean of values (rows,) and its interval; of paired differences it is a paired comparison."""
    return interval_of(lambda rows: float(values[rows].mean()), len(values), generator)
