"""The SQL of a scorecard: expressions over its features' columns that equal the numpy form to the last bit.

Nothing but quoted column names and numbers is written into them. A level is written as
the hexadecimal digits of its UTF-8 bytes: none of its text is in the SQL, whatever an engine would escape.
"""

from collections.abc import Iterable

import numpy as np

from segmart.frames import double_of, number, quoted
from segmart.risk.scorecard.card import Scorecard
from segmart.risk.scorecard.partitions import Groups, Intervals, Partition


def log_odds_sql(card: Scorecard) -> str:
    """Return the expression of the log-odds of being bad."""
    return _sum(card, card.base_log_odds, (np.array(feature.contributions) for feature in card.features))


def points_sql(card: Scorecard) -> str:
    """Return the expression of the points, unrounded."""
    return _sum(card, card.base_points, card.bin_points())


def rounded_points_sql(card: Scorecard) -> str:
    """Return the expression of the points of a card in whole points, as it is printed."""
    return f"cast({_sum(card, *card.rounded())} as bigint)"


def contributions_sql(card: Scorecard) -> list[str]:
    """Return for each feature the expression of what it adds to the log-odds of being bad."""
    return [
        _number_of_bin(feature.binned.name, feature.binned.partition, np.array(feature.contributions))
        for feature in card.features
    ]


def _sum(card: Scorecard, start: float, numbers: Iterable[np.ndarray]) -> str:
    terms = [
        _number_of_bin(feature.binned.name, feature.binned.partition, of_bins)
        for feature, of_bins in zip(card.features, numbers, strict=True)
    ]
    return "\n+ ".join([number(start), *terms])


def _number_of_bin(name: str, partition: Partition, numbers: np.ndarray) -> str:
    """Return the expression that is, of the numbers (bins,), the one of the bin a row falls into."""
    *of_values, of_missing = (number(value) for value in numbers)
    if isinstance(partition, Intervals):
        is_missing, cases, otherwise = _interval_cases(name, partition, of_values)
    else:
        is_missing, cases, otherwise = _group_cases(name, partition, of_values)
    return f"case when {is_missing} then {of_missing} {' '.join(cases)} else {otherwise} end"


def _interval_cases(name: str, intervals: Intervals, numbers: list[str]) -> tuple[str, list[str], str]:
    value = double_of(name)
    below = zip(intervals.edges, numbers, strict=False)
    cases = [f"when {value} < {number(edge)} then {of_bin}" for edge, of_bin in below]
    return f"({value}) is null", cases, numbers[-1]


def _group_cases(name: str, groups: Groups, numbers: list[str]) -> tuple[str, list[str], str]:
    value = f"cast({quoted(name)} as varchar)"
    cases = [
        f"when {value} in ({', '.join(_text(level) for level in group)}) then {of_bin}"
        for position, (group, of_bin) in enumerate(zip(groups.levels, numbers, strict=True))
        if position != groups.others
    ]
    return f"{quoted(name)} is null", cases, numbers[groups.others]


def _text(level: str) -> str:
    return f"decode(unhex('{level.encode().hex()}'))"
