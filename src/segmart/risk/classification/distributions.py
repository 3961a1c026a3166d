"""Charts of what goes in and what comes out: labels, probabilities by class, and features with each other."""

from collections.abc import Sequence

import numpy as np

from segmart.learning.figures import CurvePoint
from segmart.learning.intervals import wilson_interval
from segmart.risk.classification.curves import short
from segmart.risk.classification.inputs import CLASSES, checked

HISTOGRAM_BINS = 25
# A table of more features than this cannot be read.
CORRELATED_FEATURES = 30


def label_distribution_points(labels: np.ndarray, classes: tuple[str, str] = CLASSES) -> list[CurvePoint]:
    """Return the share and count of each class, with Wilson's bounds; none without rows."""
    labels, _ = checked(labels, np.zeros(len(labels)))
    points = []
    for actual, name in enumerate(classes if len(labels) else ()):
        count = int((labels == actual).sum())
        share = wilson_interval(count, len(labels))
        points.append(
            CurvePoint(
                curve="label_distribution",
                series="label",
                position=actual + 1,
                y=short(share.value),
                y_low=short(share.low),
                y_high=short(share.high),
                label=name,
                row_count=count,
            )
        )
    return points


def score_distribution_points(
    labels: np.ndarray, probabilities: np.ndarray, classes: tuple[str, str] = CLASSES
) -> list[CurvePoint]:
    """Return a histogram of the probabilities of each class (series), in 25 bins from 0 to the highest.

    x is the middle of a bin, y the share of the class in it. A class without rows has no points.
    """
    labels, probabilities = checked(labels, probabilities)
    edges = np.linspace(0, probabilities.max(initial=0.0) or 1.0, HISTOGRAM_BINS + 1)
    middles = (edges[:-1] + edges[1:]) / 2
    points = []
    for actual, series in enumerate(classes):
        counts, _ = np.histogram(probabilities[labels == actual], edges)
        points += [
            CurvePoint(
                curve="score_distribution",
                series=series,
                position=position,
                x=short(middle),
                y=short(count / counts.sum()),
                row_count=int(count),
            )
            for position, (middle, count) in enumerate(zip(middles, counts, strict=True), start=1)
            if counts.any()
        ]
    return points


def correlation_points(names: Sequence[str], values: np.ndarray, labels: np.ndarray) -> list[CurvePoint]:
    """Return Spearman's rank correlation of each pair of features, values (rows, features), in both orders.

    A row that misses one of two features takes no part in their correlation. Of more than thirty features
    those are shown that go most with the label. A pair of which one is constant has no correlation: y is
    none. `row_count` are the rows that have both.
    """
    import pandas as pd

    frame = pd.DataFrame(values, columns=range(len(names)), dtype=float)
    if frame.shape[1] > CORRELATED_FEATURES:
        with_label = frame.corrwith(pd.Series(labels, dtype=float), method="spearman").abs().fillna(0)
        most = with_label.sort_values(ascending=False, kind="stable").index[:CORRELATED_FEATURES]
        frame = frame[sorted(most)]
    correlations = frame.corr(method="spearman").to_numpy()
    present = frame.notna().to_numpy(dtype=float)
    row_counts = (present.T @ present).astype(int)
    shown = [names[column] for column in frame.columns]
    return [
        CurvePoint(
            curve="correlation",
            series=feature,
            position=column + 1,
            y=short(correlations[row, column]) if np.isfinite(correlations[row, column]) else None,
            label=other,
            row_count=int(row_counts[row, column]),
        )
        for row, feature in enumerate(shown)
        for column, other in enumerate(shown)
    ]
