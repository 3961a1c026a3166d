"""What an anomaly fit leaves to be looked at: shares, overlap and stability of the flags, and two curves."""

import math
from collections.abc import Mapping
from statistics import NormalDist

import numpy as np

from segmart.anomaly.agreement import chance_jaccard, jaccard
from segmart.anomaly.declaration import DENSITY, ISOLATION, Population
from segmart.anomaly.density import DensityFit, fit_density
from segmart.anomaly.isolation import IsolationFit, fit_isolation
from segmart.anomaly.stability import Stability
from segmart.learning.figures import CurvePoint, Metric, metric_of
from segmart.learning.intervals import CONFIDENCE, Interval, interval_of, mean_interval

FLAGGED_SHARE, FLAG_OVERLAP, FLAG_STABILITY = "flagged_share", "flag_overlap", "flag_stability"
FITTED_ROWS, BOOTSTRAP = "fitted rows", "bootstrap refits"
CHANCE, STRUCTURELESS = "chance", "a normal cloud of the same covariance"
# Points of the k-distance curve: evenly along it, and again towards its end, where it turns.
CURVE_POINTS, CURVE_POINTS_AT_THE_END = 120, 80
HISTOGRAM_BINS = 40
# A histogram is drawn up to here; the last bin holds what lies beyond.
HISTOGRAM_QUANTILE = 0.999


def metrics_of(
    points: np.ndarray,
    block: Population,
    density: DensityFit,
    isolation: IsolationFit,
    stability: Mapping[str, Stability],
    served: str,
    seed: int,
) -> list[Metric]:
    """Return the figures about the flags of both detectors.

    A detector that is degenerate or flags nobody has its share of flags and no more: there is no finding to
    compare or to see come back.
    """
    generator = np.random.default_rng([seed, 5])
    cloud = structureless(points, generator)
    flags = {DENSITY: density.is_flagged, ISOLATION: isolation.is_flagged}
    of_cloud = {
        DENSITY: fit_density(cloud, block.density).is_flagged,
        ISOLATION: fit_isolation(cloud, block.isolation, seed).is_flagged,
    }
    metrics = [_share(name, flags[name], of_cloud[name], name == served) for name in flags]
    findings = [name for name in flags if flags[name].any()]
    if density.detector.is_degenerate and DENSITY in findings:
        findings.remove(DENSITY)
    if len(findings) == len(flags):
        metrics.append(_overlap(flags[DENSITY], flags[ISOLATION], generator))
    metrics += [
        _stability(name, stability[name], len(points), generator, name == served)
        for name in findings
        if len(stability[name].jaccards)
    ]
    return metrics


def curves_of(density: DensityFit, isolation: IsolationFit) -> list[CurvePoint]:
    """Return the k-distance curve with its eps, and the histogram of each detector's scores."""
    curve, eps = density.curve, density.detector.eps
    last = len(curve) - 1
    at_the_end = last - np.geomspace(1, last + 1, CURVE_POINTS_AT_THE_END) + 1
    ranks = np.unique(np.concatenate([np.linspace(0, last, CURVE_POINTS), at_the_end]).astype(int))
    points = [
        CurvePoint("k_distance", "k-distance", place, x=(rank + 1) / len(curve), y=float(curve[rank]))
        for place, rank in enumerate(ranks)
    ]
    share_within = float((curve <= eps).mean())
    points.append(CurvePoint("k_distance", "eps", 0, x=share_within, y=eps))
    points += _histogram(DENSITY, density.scores, bound=1.0)
    points += _histogram(ISOLATION, isolation.scores, bound=isolation.detector.threshold)
    return points


def share_interval(count: int, row_count: int) -> Interval:
    """Return a share and its Wilson score interval (1927), which does not vanish when nobody is counted."""
    reach = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
    share = count / row_count
    centre = share + reach**2 / (2 * row_count)
    half = reach * math.sqrt(share * (1 - share) / row_count + (reach / (2 * row_count)) ** 2)
    scale = 1 + reach**2 / row_count
    return Interval(share, max(0.0, (centre - half) / scale), min(1.0, (centre + half) / scale))


def structureless(points: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Return as many points (rows, features) of a normal cloud with the mean and covariance of these."""
    covariance = np.cov(points, rowvar=False).reshape(points.shape[1], points.shape[1])
    return generator.multivariate_normal(points.mean(axis=0), covariance, size=len(points), method="eigh")


def _share(detector: str, flags: np.ndarray, flags_of_cloud: np.ndarray, is_served: bool) -> Metric:
    return metric_of(
        candidate=detector,
        split=FITTED_ROWS,
        metric=FLAGGED_SHARE,
        interval=share_interval(int(flags.sum()), len(flags)),
        row_count=len(flags),
        baseline=STRUCTURELESS,
        baseline_value=float(flags_of_cloud.mean()),
        is_served=is_served,
    )


def _stability(
    detector: str, found: Stability, row_count: int, generator: np.random.Generator, is_served: bool
) -> Metric:
    return metric_of(
        candidate=detector,
        split=BOOTSTRAP,
        metric=FLAG_STABILITY,
        interval=mean_interval(found.jaccards, generator),
        row_count=row_count,
        baseline=CHANCE,
        baseline_value=float(found.chances.mean()),
        is_served=is_served,
    )


def _overlap(first: np.ndarray, second: np.ndarray, generator: np.random.Generator) -> Metric:
    return metric_of(
        candidate=f"{DENSITY} and {ISOLATION}",
        split=FITTED_ROWS,
        metric=FLAG_OVERLAP,
        interval=interval_of(lambda rows: jaccard(first[rows], second[rows]), len(first), generator),
        row_count=len(first),
        baseline=CHANCE,
        baseline_value=chance_jaccard(int(first.sum()), int(second.sum()), len(first)),
    )


def _histogram(detector: str, scores: np.ndarray, bound: float) -> list[CurvePoint]:
    """Return how many customers have which score, and as a series of its own the score they are flagged from.

    Scores beyond the range drawn are in the last bin.
    """
    low, high = float(scores.min()), max(float(np.quantile(scores, HISTOGRAM_QUANTILE)), bound)
    edges = np.linspace(low, high if high > low else low + 1, HISTOGRAM_BINS + 1)
    counts, _ = np.histogram(np.minimum(scores, edges[-1]), edges)
    bins = [
        CurvePoint(
            "anomaly_score_histogram",
            detector,
            place,
            x=float((edges[place] + edges[place + 1]) / 2),
            y=float(count / len(scores)),
            row_count=int(count),
        )
        for place, count in enumerate(counts)
    ]
    return [*bins, CurvePoint("anomaly_score_histogram", f"{detector} bound", 0, x=bound)]
