"""A feature that gives the label away on its own: found before anything is learned from it."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from segmart.learning.guards import Finding
from segmart.risk.classification.columns import Column
from segmart.risk.classification.judging import event_rates, of_segments
from segmart.risk.classification.splitting import stratified_folds

# What was known before an event does not tell it so well; a feature that does was written after it.
LARGEST_AREA = 0.98


def leaking_columns(
    columns: Iterable[Column], features: pd.DataFrame, keys: np.ndarray, labels: np.ndarray, label: str
) -> list[Finding]:
    """Return a finding for every feature that alone tells events from their absence nearly always.

    A number by its order, missing values before or after all others; a category by the event rate of its
    levels among other rows, so that a level that stands in one row only says nothing.
    """
    halves = stratified_folds(keys, labels, 2)
    findings = []
    for column in columns:
        values = features[column.name]
        area = _of_number(values, labels) if column.is_number else _of_category(values, labels, halves)
        if area > LARGEST_AREA:
            findings.append(
                Finding(
                    column.name,
                    f"gives the label {label} away: its area under the ROC curve is {area:.3f} on its own",
                    "leave it out of the features; it is the label in other words, or was written after it",
                )
            )
    return findings


def area_under_curve(scores: np.ndarray, labels: np.ndarray) -> float:
    """Return the area under the ROC curve of scores (rows,) for labels (rows,), equal scores counting half.

    By ranks (Mann & Whitney 1947). Not a number where a class is absent.
    """
    from scipy.stats import rankdata

    events = labels.sum()
    others = len(labels) - events
    if not events or not others:
        return np.nan
    ranks = rankdata(scores)
    return float((ranks[labels == 1].sum() - events * (events + 1) / 2) / (events * others))


def _of_number(values: pd.Series, labels: np.ndarray) -> float:
    numbers = values.to_numpy(dtype=float)
    areas = [area_under_curve(np.nan_to_num(numbers, nan=end), labels) for end in (-np.inf, np.inf)]
    return max(max(area, 1 - area) for area in areas)


def _of_category(values: pd.Series, labels: np.ndarray, halves: np.ndarray) -> float:
    levels = np.array(["missing" if level is None else f"level {level}" for level in values], dtype=object)
    scores = np.empty(len(labels))
    for half in (0, 1):
        own = halves == half
        scores[own] = of_segments(event_rates(levels[~own], labels[~own]), levels[own])
    return area_under_curve(scores, labels)
