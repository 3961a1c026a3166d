"""One feature cut into the bins that tell good customers from bad best, in the direction declared for it."""

from collections.abc import Iterable
from itertools import chain
from typing import Literal

import numpy as np
import pandas as pd

from segmart.learning.preparation import rounded
from segmart.risk.scorecard.binned import BinnedFeature
from segmart.risk.scorecard.evidence import Totals, information_values, weights_of_evidence
from segmart.risk.scorecard.merging import Course, best_starts
from segmart.risk.scorecard.options import ScorecardOptions
from segmart.risk.scorecard.partitions import Groups, Intervals, Partition

# How risk moves with a value: up, down, whichever of the two says more, or freely.
Direction = Literal["increasing", "decreasing", "auto", "any"]
# Numbers are first cut into this many parts of about equal size, whose neighbours are then merged.
PARTS = 50


def is_ordered(column: pd.Series) -> bool:
    """Say whether a column holds numbers, as opposed to levels."""
    return pd.api.types.is_numeric_dtype(column)


def bin_feature(
    column: pd.Series, is_bad: np.ndarray, direction: Direction, options: ScorecardOptions
) -> BinnedFeature:
    """Return a feature in bins, learned from its column and a label (rows,), true for bad.

    A column of numbers becomes intervals, any other one groups of levels; a direction means nothing to
    levels, which have no order.
    """
    totals = Totals(good=int((~is_bad).sum()), bad=int(is_bad.sum()))
    if is_ordered(column):
        partition: Partition = _intervals(column, is_bad, totals, direction, options)
    else:
        partition = _groups(column, is_bad, totals, options)
    positions = partition.positions(column)
    good, bad = _counts(positions, is_bad, partition.bin_count)
    return BinnedFeature(
        name=str(column.name),
        partition=partition,
        good=tuple(good.tolist()),
        bad=tuple(bad.tolist()),
        weights_of_evidence=_rounded(weights_of_evidence(good, bad, totals, options.smoothing)),
        information_values=_rounded(information_values(good, bad, totals, options.smoothing)),
    )


def _intervals(
    column: pd.Series, is_bad: np.ndarray, totals: Totals, direction: Direction, options: ScorecardOptions
) -> Intervals:
    values = column.to_numpy(dtype=float, na_value=np.nan)
    present = ~np.isnan(values)
    edges = _edges_of_parts(np.sort(values[present]))
    parts = np.searchsorted(edges, values[present], side="right")
    good, bad = _counts(parts, is_bad[present], len(edges) + 1)
    # Where both say the same the first is taken.
    courses: Iterable[Course] = ("increasing", "decreasing") if direction == "auto" else (direction,)
    found = [_merged(good, bad, totals, course, options) for course in courses]
    starts, _ = max(found, key=lambda solution: solution[1])
    return Intervals(tuple(float(edges[start - 1]) for start in starts[1:]))


def _groups(column: pd.Series, is_bad: np.ndarray, totals: Totals, options: ScorecardOptions) -> Groups:
    codes, levels = pd.factorize(column.astype("string"), sort=True)
    present = codes >= 0
    good, bad = _counts(codes[present], is_bad[present], len(levels))
    rare = good + bad < options.minimum_level_share * totals.rows
    parts: list[list[str]] = [[level] for level in levels[~rare]]
    part_good, part_bad = good[~rare], bad[~rare]
    if rare.any():
        # The rare ones stand together as one more, which names none.
        parts.append([])
        part_good, part_bad = np.append(part_good, good[rare].sum()), np.append(part_bad, bad[rare].sum())
    if not parts:
        return Groups(levels=((),), others=0)
    weights = weights_of_evidence(part_good, part_bad, totals, options.smoothing)
    # From the highest risk to the lowest; levels of equal risk in the order of their names.
    by_risk = np.argsort(rounded(weights), kind="stable")
    starts, _ = _merged(part_good[by_risk], part_bad[by_risk], totals, "any", options)
    groups = [[parts[part] for part in group] for group in np.split(by_risk, starts[1:])]
    others = next((position for position, group in enumerate(groups) if [] in group), len(groups))
    if others == len(groups):
        # No level was rare: one never seen is a bin without rows, which says nothing.
        groups.append([])
    return Groups(tuple(tuple(sorted(chain(*group))) for group in groups), others)


def _merged(
    good: np.ndarray, bad: np.ndarray, totals: Totals, course: Course, options: ScorecardOptions
) -> tuple[list[int], float]:
    return best_starts(
        good,
        bad,
        totals,
        course,
        maximum_bins=options.maximum_bins,
        minimum_rows=options.minimum_bin_share * totals.rows,
        smoothing=options.smoothing,
    )


def _edges_of_parts(ordered: np.ndarray) -> np.ndarray:
    """Return edges that cut ascending values (rows,) into parts of about equal size."""
    if not len(ordered):
        return np.empty(0)
    values, times = np.unique(ordered[np.arange(PARTS) * len(ordered) // PARTS], return_counts=True)
    # A value that fills a part ends it too: nothing bought and one thing bought are not alike.
    after = np.searchsorted(ordered, values[times > 1], side="right")
    firsts = np.union1d(values[1:], ordered[after[after < len(ordered)]])
    lasts = ordered[np.searchsorted(ordered, firsts, side="left") - 1]
    return np.array([_plainest(low, high) for low, high in zip(lasts, firsts, strict=True)])


def _plainest(low: float, high: float) -> float:
    """Return the number of fewest digits above one and not above the other: an edge people can read."""
    candidates = (float(f"{high:.{digits}g}") for digits in range(1, 18))
    return next(candidate for candidate in candidates if low < candidate <= high)


def _counts(positions: np.ndarray, is_bad: np.ndarray, length: int) -> tuple[np.ndarray, np.ndarray]:
    """Return how many good and how many bad rows (length,) are at each position."""
    return np.bincount(positions[~is_bad], minlength=length), np.bincount(positions[is_bad], minlength=length)


def _rounded(numbers: np.ndarray) -> tuple[float, ...]:
    return tuple(rounded(numbers).tolist())
