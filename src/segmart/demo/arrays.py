"""Ragged arrays: one customer owns many rows, without a Python loop over customers.

A `Frame` is a dict of equally long NumPy arrays. Whole numbers, dates (days since 1970-01-01), timestamps
(microseconds since then), identifiers and category codes are all int64, so that one value, `MISSING`, can
mean "no value" in every one of them.
"""

import numpy as np
from numpy.typing import NDArray

Frame = dict[str, NDArray]

# The integer behind NumPy's NaT: no date, amount or identifier can collide with it.
MISSING = np.iinfo(np.int64).min

MICROSECONDS_PER_SECOND = 1_000_000
MICROSECONDS_PER_DAY = 86_400 * MICROSECONDS_PER_SECOND


def owners(counts: NDArray) -> NDArray:
    """Return for each of sum(counts) rows the index of the group it belongs to."""
    return np.repeat(np.arange(counts.size), counts)


def positions(counts: NDArray) -> NDArray:
    """Return for each of sum(counts) rows its position inside its group, from 0."""
    return np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)


def length(frame: Frame) -> int:
    """Return the number of rows."""
    return next(iter(frame.values())).size


def take(frame: Frame, rows: NDArray) -> Frame:
    """Return a copy of the given rows (positions or a mask)."""
    return {name: values[rows] for name, values in frame.items()}


def stack(frames: list[Frame]) -> Frame:
    """Return the frames one below the other; the first decides which columns there are."""
    return {name: np.concatenate([frame[name] for frame in frames]) for name in frames[0]}


def choose(ratios: tuple[float, ...] | NDArray, chance: NDArray) -> NDArray:
    """Return for each chance in 0..1 which of the alternatives with the given shares it falls on."""
    return np.searchsorted(np.cumsum(ratios)[:-1], chance, side="right")


def whole_between(ranges: NDArray, chance: NDArray) -> NDArray:
    """Return whole numbers from ranges (columns low and high, both included) for chances in 0..1."""
    low, high = ranges.T
    return (low + np.floor(chance * (high - low + 1))).astype(np.int64)


def log_normal(spreads: NDArray, noise: NDArray) -> NDArray:
    """Return log-normal values for spreads (columns median and log deviation), cut off at 2.5 deviations."""
    median, deviation = spreads.T
    return median * np.exp(deviation * np.clip(noise, -2.5, 2.5))


def owner_day_key(owner: NDArray, day: NDArray | int) -> NDArray:
    """Return one number that sorts like (owner, day)."""
    # 2**22 days are more than 11,000 years, so two owners' days never mix.
    return owner * (1 << 22) + day


def moments(days: NDArray, seconds: NDArray) -> NDArray:
    """Return timestamps in microseconds from days since 1970 and (whole or fractional) seconds of the day."""
    return days * MICROSECONDS_PER_DAY + np.floor(seconds).astype(np.int64) * MICROSECONDS_PER_SECOND


def rounded(values: NDArray, decimals: int | NDArray = 2) -> NDArray:
    """Return values rounded to a number of decimals, which may differ from row to row."""
    factor = 10.0 ** np.asarray(decimals)
    return np.round(values * factor) / factor
