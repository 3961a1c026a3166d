"""Percentile bootstrap intervals (Efron 1979): how far a figure would move on other customers."""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist

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
    return Interval(value, *bounds_of(np.array(drawn, dtype=float), confidence))


def bounds_of(drawn: np.ndarray, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Return the percentiles of a figure's resamples (resamples,) that bound it with the stated confidence.

    Resamples on which the figure is not defined are left out; with none left, so are the bounds.
    """
    defined = drawn[np.isfinite(drawn)]
    if not len(defined):
        return np.nan, np.nan
    low, high = np.quantile(defined, [(1 - confidence) / 2, (1 + confidence) / 2])
    return float(low), float(high)


def mean_interval(values: np.ndarray, generator: np.random.Generator) -> Interval:
    """Return the mean of values (rows,) and its interval; of paired differences it is a paired comparison."""
    return interval_of(lambda rows: float(values[rows].mean()), len(values), generator)


def normal_interval(value: float, standard_error: float, confidence: float = CONFIDENCE) -> Interval:
    """Return a figure and the bounds its standard error gives it, where the figure is a mean of many."""
    reach = NormalDist().inv_cdf((1 + confidence) / 2) * standard_error
    return Interval(value, value - reach, value + reach)


def wilson_interval(count: float, of: int, confidence: float = CONFIDENCE) -> Interval:
    """Return the share `count` is of `of` rows and its interval (Wilson 1927); of no row, not a number.

    Unlike the normal interval it stays within 0 to 1 and has a width where the share is 0 or 1.
    """
    if not of:
        return Interval(np.nan, np.nan, np.nan)
    reach = NormalDist().inv_cdf((1 + confidence) / 2)
    share, spread = count / of, reach**2 / of
    middle = (share + spread / 2) / (1 + spread)
    half = np.sqrt(spread * (share * (1 - share) + spread / 4)) / (1 + spread)
    return Interval(share, float(max(middle - half, 0.0)), float(min(middle + half, 1.0)))
