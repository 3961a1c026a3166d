"""A finished search as figures and charts: metrics of the chosen division, curves over k, and its picture."""

from collections.abc import Iterable, Mapping
from functools import partial

import numpy as np

from segmart.learning.figures import CLOUD_POINTS, CurvePoint, Metric, metric_of
from segmart.learning.hashing import hash_order
from segmart.learning.intervals import CONFIDENCE, Interval, interval_of, normal_interval
from segmart.segmentation.algorithm_figures import CHOSEN, dendrogram_of, metrics_of_algorithm
from segmart.segmentation.components import Components
from segmart.segmentation.partition import squared_distances
from segmart.segmentation.search import Candidate, Search
from segmart.segmentation.silhouettes import sampling_error

SPLIT = "fitted rows"
# Curves whose series are names of segments.
PICTURES = ("pca_points", "pca_centroids")
# The fewest points that a segment has in a picture.
FEWEST_OF_SEGMENT = 20
# A ten-thousandth of a standard deviation is finer than any chart.
PICTURE_DIGITS = 4


def metrics_of(
    found: Search,
    chosen: int,
    points: np.ndarray,
    components: Components,
    seed: int,
    coordinates: np.ndarray | None = None,
) -> list[Metric]:
    """Return the figures of the chosen division of points (rows, dimensions), each beside its baseline.

    Intervals say how far a figure would move with other customers, the division being what it is. Of one
    segment, which divides nothing, only the plane has figures. `coordinates` (rows, coordinates) are what the
    plane of `components` was laid through, the points themselves unless told.
    """
    generator = np.random.default_rng([seed, 4])
    one = found.candidates[chosen]
    metric = partial(metric_of, f"k = {chosen}", SPLIT)
    from_centre = ((points - points.mean(axis=0)) ** 2).sum(axis=1)
    plane = metric(
        "explained_variance_of_two_components",
        **_plane_figures(points if coordinates is None else coordinates, components, generator),
    )
    if one.silhouette is None:
        return [plane]

    labels = one.clustering.labels
    within = squared_distances(points, one.clustering.centroids)[np.arange(len(points)), labels]
    error = np.hypot(one.silhouette.standard_error, sampling_error(points, labels, generator))
    weakest = int(one.stability.jaccard.argmin())
    return [
        metric(
            "silhouette",
            normal_interval(one.silhouette.value, float(error)),
            one.silhouette.row_count,
            **_best_other(found, chosen),
        ),
        metric(
            "explained_variance",
            _share_interval(from_centre - within, from_centre, generator),
            len(points),
            baseline="one segment",
            baseline_value=0.0,
        ),
        metric(
            "stability_ari",
            _over_resamples(one.stability.rand_indices),
            found.inner_row_count,
            baseline="chance",
            baseline_value=0.0,
        ),
        metric(
            "jaccard_minimum",
            _over_resamples(one.stability.similarities[:, weakest]),
            found.inner_row_count,
            baseline="a division of the same sizes by chance",
            baseline_value=_jaccard_by_chance(one.clustering.sizes, weakest),
        ),
        metric(
            "gap_rise",
            normal_interval(one.gap.rise, one.gap.rise_standard_error),
            found.inner_row_count,
            baseline="one segment",
            baseline_value=0.0,
        ),
        *metrics_of_algorithm(one.clustering, points, metric, generator),
        plane,
    ]


def cross_validation_of(rand_indices: np.ndarray, chosen: int, row_count: int) -> Metric:
    """Return how the chosen division comes back on customers kept out, from the index (folds,) of each."""
    interval = Interval(*(float(of(rand_indices)) for of in (np.mean, np.min, np.max)))
    return metric_of(
        f"k = {chosen}",
        "cross-validation",
        "cross_validated_ari",
        interval,
        row_count,
        baseline="chance",
        baseline_value=0.0,
    )


def curves_of(found: Search, chosen: int) -> list[CurvePoint]:
    """Return what each number of segments tried comes to, as curves over k."""
    points: list[CurvePoint] = []
    for position, one in enumerate(found.candidates.values(), start=1):
        for curve, y, low, high, row_count in _figures_by_k(one, found):
            points.append(
                CurvePoint(
                    curve=curve,
                    series=found.algorithm_name,
                    position=position,
                    x=one.segment_count,
                    y=y,
                    y_low=low,
                    y_high=high,
                    label=CHOSEN if one.segment_count == chosen else None,
                    row_count=row_count,
                )
            )
    return points + dendrogram_of(found, chosen)


def picture_of(
    points: np.ndarray,
    labels: np.ndarray,
    names: list[str],
    keys: Iterable[str],
    components: Components,
    features: list[str],
) -> list[CurvePoint]:
    """Return the segments drawn in the plane of two components: some customers, centroids and features.

    `labels` (rows,) are positions in `names`. Customers are taken in the order of their keys' hashes, so that
    the same ones are drawn from whatever order of rows, and every segment is seen.
    """
    places = components.places(points).round(PICTURE_DIGITS)
    drawn = _drawn(list(keys), labels, len(names))
    sizes = np.bincount(labels, minlength=len(names))
    customers = [
        CurvePoint("pca_points", name, position, x=float(places[row, 0]), y=float(places[row, 1]))
        for name, rows in zip(names, drawn, strict=True)
        for position, row in enumerate(rows, start=1)
    ]
    centroids = [
        CurvePoint("pca_centroids", names[segment], 1, x=float(x), y=float(y), row_count=int(sizes[segment]))
        for segment in np.flatnonzero(sizes)
        for x, y in [components.places(points[labels == segment].mean(axis=0)).round(PICTURE_DIGITS)]
    ]
    loadings = [
        CurvePoint("pca_loadings", "features", position, x=first, y=second, label=feature)
        for position, (feature, first, second) in enumerate(
            zip(features, *components.loadings, strict=True), start=1
        )
    ]
    shares = [
        CurvePoint("pca_explained_variance", "components", number, x=float(number), y=share)
        for number, share in enumerate(components.explained_shares, start=1)
    ]
    return [*customers, *centroids, *loadings, *shares]


def renamed_curves(curves: Iterable[Mapping], names: Mapping[str, str]) -> list[dict]:
    """Return stored curves with their segments under other names, old name -> new name."""
    return [
        dict(point) | {"series": names.get(point["series"], point["series"])}
        if point["curve"] in PICTURES
        else dict(point)
        for point in curves
    ]


def _plane_figures(coordinates: np.ndarray, components: Components, generator: np.random.Generator) -> dict:
    """Return what the plane explains of coordinates (rows, coordinates), and two features without it."""
    from_centre = ((coordinates - coordinates.mean(axis=0)) ** 2).sum(axis=1)
    in_plane = (components.places(coordinates) ** 2).sum(axis=1)
    variances = coordinates.var(axis=0)
    return {
        "interval": _share_interval(in_plane, from_centre, generator),
        "row_count": len(coordinates),
        "baseline": "the two features that vary most, alone",
        "baseline_value": float(np.sort(variances)[-2:].sum() / variances.sum()),
    }


def _figures_by_k(one: Candidate, found: Search) -> list[tuple]:
    """Return (curve, y, y_low, y_high, row count) of one number of segments, as far as they are defined."""
    gap, stability, silhouette = one.gap, one.stability, one.silhouette
    figures = [
        ("elbow", one.clustering.inertia, None, None, found.row_count),
        ("davies_bouldin", one.davies_bouldin, None, None, found.row_count),
        ("calinski_harabasz", one.calinski_harabasz, None, None, found.row_count),
        (
            "gap",
            gap.value,
            gap.value - gap.standard_error,
            gap.value + gap.standard_error,
            found.inner_row_count,
        ),
    ]
    if one.bic is not None:
        figures.append(("bic", one.bic, None, None, found.row_count))
    if silhouette:
        bounds = silhouette.interval
        figures.append(("silhouette", bounds.value, bounds.low, bounds.high, silhouette.row_count))
    if stability:
        bounds = _over_resamples(stability.rand_indices)
        figures.append(("stability", bounds.value, bounds.low, bounds.high, found.inner_row_count))
    return [figure for figure in figures if figure[1] is not None]


def _best_other(found: Search, chosen: int) -> dict:
    """Return the baseline of a silhouette: what another number of segments would have reached."""
    others = [candidate for candidate in found.divisions if candidate.segment_count != chosen]
    if not others:
        return {"baseline": "rows half-way between two segments", "baseline_value": 0.0}
    best = max(others, key=lambda candidate: candidate.silhouette.value)
    return {
        "baseline": f"k = {best.segment_count}, the best other number of segments",
        "baseline_value": best.silhouette.value,
    }


def _jaccard_by_chance(sizes: np.ndarray, segment: int) -> float:
    """Return how similar a segment is to its best counterpart in an independent division of these sizes."""
    shares = sizes / sizes.sum()
    common = shares[segment] * shares
    return float((common / (shares[segment] + shares - common)).max())


def _share_interval(parts: np.ndarray, wholes: np.ndarray, generator: np.random.Generator) -> Interval:
    """Return the share of parts (rows,) in wholes (rows,), with its bootstrap interval."""
    return interval_of(lambda rows: float(parts[rows].sum() / wholes[rows].sum()), len(parts), generator)


def _over_resamples(figures: np.ndarray) -> Interval:
    """Return the mean of a figure over resamples, and the range of most of them."""
    low, high = np.quantile(figures, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return Interval(float(figures.mean()), float(low), float(high))


def _drawn(keys: list[str], labels: np.ndarray, segment_count: int) -> list[np.ndarray]:
    """Return the rows to draw of each segment, in the order of their keys' hashes.

    Each segment has its share of the points, and a few more where it would vanish.
    """
    by_hash = hash_order(keys)
    sizes = np.bincount(labels, minlength=segment_count)
    certain = np.minimum(sizes, FEWEST_OF_SEGMENT)
    rest = sizes - certain
    quotas = certain + (CLOUD_POINTS - certain.sum()) * rest // max(rest.sum(), 1)
    return [by_hash[labels[by_hash] == segment][:quota] for segment, quota in enumerate(quotas)]
