"""How good predictions of a number are: every figure with its interval, beside that of the baseline.

All are functions of means over customers, so that one bootstrap serves them all (`resampling`).
"""

from collections.abc import Mapping

import numpy as np

from segmart.learning.figures import Metric, metric_of
from segmart.learning.preparation import rounded
from segmart.risk.regression.conformal import FEWEST_ROWS_OF_A_SEGMENT
from segmart.risk.regression.evaluation import Judged
from segmart.risk.resampling import interval_from, resampled_means

# What is also shown within each segment that has enough customers: there the segment mean has nothing to say.
WITHIN_SEGMENTS = ("r2", "mean_absolute_error", "root_mean_squared_error", "interval_coverage")
# What customers whose label is 0 take no part in.
PERCENTAGES = ("mean_absolute_percentage_error", "hundred_minus_mape")
NOMINAL = "nominal level"


def regression_metrics(judged: Judged, baseline: str, served: str, seed: int) -> list[Metric]:
    """Return the figures of every candidate and baseline on the judged customers, and within segments."""
    metrics = _metrics_of(judged, baseline, served, seed, subgroup="all")
    for name in sorted({*judged.customers.segments} - {None}):
        own = np.flatnonzero(judged.customers.segments == name)
        if len(own) >= FEWEST_ROWS_OF_A_SEGMENT:
            within = _metrics_of(judged.take(own), baseline, served, seed, subgroup=name)
            metrics += [metric for metric in within if metric.metric in WITHIN_SEGMENTS]
    return metrics


def _metrics_of(judged: Judged, baseline: str, served: str, seed: int, subgroup: str) -> list[Metric]:
    columns = {"label": judged.labels - judged.labels.mean()}
    columns["label_squared"] = columns["label"] ** 2
    # A percentage of nothing is not defined: customers whose label is 0 take no part in percentage errors.
    has_percentage = judged.labels != 0
    columns["has_percentage"] = has_percentage
    size = np.where(has_percentage, np.abs(judged.labels), 1.0)
    for name, predicted in judged.predicted.items():
        low, high = judged.bounds(name)
        error = judged.labels - predicted
        columns |= {
            f"{name} squared": error**2,
            f"{name} absolute": np.abs(error),
            f"{name} percentage": np.where(has_percentage, np.abs(error) / size, 0.0),
            f"{name} covered": (low <= judged.labels) & (judged.labels <= high),
            f"{name} width": high - low,
        }
    means = resampled_means(columns, seed)
    figures = {name: _figures(means, name, baseline) for name in judged.predicted}
    metrics = []
    for name, own in figures.items():
        for metric, values in own.items():
            held_against, reference = baseline, float(rounded(figures[baseline][metric][0]))
            if metric == "interval_coverage":
                held_against, reference = NOMINAL, judged.level
            metrics.append(
                metric_of(
                    candidate=name,
                    split=judged.split,
                    metric=metric,
                    interval=interval_from(values),
                    row_count=int(has_percentage.sum()) if metric in PERCENTAGES else len(judged),
                    baseline=held_against,
                    baseline_value=reference,
                    is_served=name == served,
                    subgroup=subgroup,
                )
            )
    return metrics


def _figures(means: Mapping[str, np.ndarray], name: str, baseline: str) -> dict[str, np.ndarray]:
    """Return each figure of one candidate and, after it, those of the resamples (1 + resamples,)."""
    squared = means[f"{name} squared"]
    # Not defined where a resample, or everybody, has one and the same label.
    with np.errstate(divide="ignore", invalid="ignore"):
        percentage = 100 * means[f"{name} percentage"] / means["has_percentage"]
        return {
            "r2": 1 - squared / (means["label_squared"] - means["label"] ** 2),
            "mean_absolute_error": means[f"{name} absolute"],
            "root_mean_squared_error": np.sqrt(squared),
            "mean_absolute_percentage_error": percentage,
            "hundred_minus_mape": 100 - percentage,
            "interval_coverage": means[f"{name} covered"],
            "interval_mean_width": means[f"{name} width"],
            "skill": 1 - squared / means[f"{baseline} squared"],
        }
