"""Charts of how well probabilities rank and how right they are: ROC, calibration, confusion, gains."""

import numpy as np

from segmart.learning.figures import CurvePoint
from segmart.learning.intervals import wilson_interval
from segmart.risk.classification.inputs import CLASSES, checked
from segmart.risk.classification.ranking import ranking_of

# More points than this draw the same line.
LINE_POINTS = 200
DECILES = 10


def roc_points(series: str, labels: np.ndarray, probabilities: np.ndarray) -> list[CurvePoint]:
    """Return the ROC curve, at most 200 points from (0, 0) to (1, 1); none where a class is absent."""
    rows, events = _totals_at_ties(labels, probabilities)
    event_total, non_event_total = events[-1], rows[-1] - events[-1]
    if not event_total or not non_event_total:
        return []
    recall, false_alarms = events / event_total, (rows - events) / non_event_total
    kept = _evenly_along(recall + false_alarms)
    return line_points("roc", series, false_alarms[kept], recall[kept])


def precision_recall_points(series: str, labels: np.ndarray, probabilities: np.ndarray) -> list[CurvePoint]:
    """Return precision over recall, at most 200 points; the last is everybody: precision is the base rate.

    The first is the highest probability given: where nobody is predicted, precision is not defined. None
    where there is no event.
    """
    rows, events = (totals[1:] for totals in _totals_at_ties(labels, probabilities))
    if not len(events) or not events[-1]:
        return []
    kept = _evenly_along(events / events[-1] + rows / rows[-1])
    return line_points("precision_recall", series, events[kept] / events[-1], events[kept] / rows[kept])


def calibration_points(series: str, labels: np.ndarray, probabilities: np.ndarray) -> list[CurvePoint]:
    """Return for bins of about equal count, lowest first, the mean probability and the observed rate.

    The bins are those of the expected calibration error; the bounds of the rate are Wilson's.
    """
    ranking = ranking_of(*checked(labels, probabilities))
    bins = zip(
        np.split(ranking.labels, ranking.starts[1:])[::-1],
        np.split(ranking.probabilities, ranking.starts[1:])[::-1],
        strict=True,
    )
    points = []
    for position, (own, said) in enumerate(bins, start=1):
        if not len(own):
            continue
        observed = wilson_interval(own.sum(), len(own))
        points.append(
            CurvePoint(
                curve="calibration",
                series=series,
                position=position,
                x=short(said.mean()),
                y=short(observed.value),
                y_low=short(observed.low),
                y_high=short(observed.high),
                row_count=len(own),
            )
        )
    return points


def confusion_points(
    series: str,
    labels: np.ndarray,
    probabilities: np.ndarray,
    cut_off: float,
    classes: tuple[str, str] = CLASSES,
) -> list[CurvePoint]:
    """Return the share of all rows and the count of each of the four outcomes at a cut-off.

    Rows at or above it are predicted to have the event, as in `metrics`.
    """
    labels, probabilities = checked(labels, probabilities)
    flagged = probabilities >= cut_off
    outcomes = [(actual, predicted) for actual in (0, 1) for predicted in (0, 1)]
    counts = [int(((labels == actual) & (flagged == predicted)).sum()) for actual, predicted in outcomes]
    return [
        CurvePoint(
            curve="confusion",
            series=series,
            position=position,
            y=short(count / len(labels)) if len(labels) else None,
            label=f"actual {classes[actual]}, predicted {classes[predicted]}",
            row_count=count,
        )
        for position, ((actual, predicted), count) in enumerate(zip(outcomes, counts, strict=True), start=1)
    ]


def gains_points(series: str, labels: np.ndarray, probabilities: np.ndarray) -> list[CurvePoint]:
    """Return `cumulative_gains` and `lift`: the events found by deciles of the rows, riskiest first.

    A decile that ends among equal probabilities takes its part of their events: the order of equals says
    nothing. None where there is no event.
    """
    rows, events = _totals_at_ties(labels, probabilities)
    if not events[-1]:
        return []
    shares = np.arange(DECILES + 1) / DECILES
    gains = np.interp(shares * rows[-1], rows, events / events[-1])
    lift = np.diff(gains) * DECILES
    return line_points("cumulative_gains", series, shares, gains) + line_points(
        "lift", series, shares[1:], lift
    )


def line_points(curve: str, series: str, x: np.ndarray, y: np.ndarray) -> list[CurvePoint]:
    """Return the points (points,) of one line."""
    return [
        CurvePoint(curve, series, position, x=short(one), y=short(other))
        for position, (one, other) in enumerate(zip(x, y, strict=True), start=1)
    ]


def short(number: float) -> float:
    """Return a number with six significant digits: finer than any chart, and half as long in the registry."""
    return float(f"{number:.6g}")


def _totals_at_ties(labels: np.ndarray, probabilities: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return running totals of rows and events (1 + ties,) after each distinct probability, highest first."""
    ranking = ranking_of(*checked(labels, probabilities))
    ends = ranking.tie_ends + 1
    return np.r_[0, ends], np.r_[0, np.cumsum(ranking.labels)][np.r_[0, ends]]


def _evenly_along(progress: np.ndarray) -> np.ndarray:
    """Return the positions of at most `LINE_POINTS` points about evenly along a rising progress (points,)."""
    if len(progress) <= LINE_POINTS:
        return np.arange(len(progress))
    wanted = np.linspace(progress[0], progress[-1], LINE_POINTS)
    kept = np.searchsorted(progress, wanted)
    kept[0], kept[-1] = 0, len(progress) - 1
    return np.unique(kept)
