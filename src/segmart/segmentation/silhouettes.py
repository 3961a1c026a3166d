"""How clearly each row belongs to its segment: silhouettes, exact for every row, estimated, and simplified.

The silhouette (Rousseeuw 1987) compares a row with every other one, so its cost is quadratic. Here it is
computed in tiles of single precision, all divisions in one pass; or for some rows only, corrected by what the
simplified silhouette, which is cheap, says about all.
"""

from dataclasses import dataclass

import numpy as np

from segmart.learning.intervals import Interval, normal_interval
from segmart.learning.threads import one_thread
from segmart.segmentation.clustering import means_of
from segmart.segmentation.partition import squared_distances

# Rows and columns of a tile: a megabyte in single precision stays in a processor's cache.
TILE = 512
# The sampling error is resampled from this many rows, this many times.
ERROR_ROWS, ERROR_RESAMPLES = 1_000, 200


@dataclass(frozen=True)
class Silhouette:
    """The mean silhouette of a division over all rows.

    `row_count` rows were compared with all; when these are all rows the figure `is_exact`, and its
    `standard_error`, that of the estimate, is 0.
    """

    value: float
    standard_error: float
    row_count: int
    is_exact: bool

    @property
    def interval(self) -> Interval:
        """The bounds within which the exact figure lies; both equal it when it is exact."""
        return normal_interval(self.value, self.standard_error)


def mean_silhouettes(points: np.ndarray, labelings: list[np.ndarray], rows: np.ndarray) -> list[Silhouette]:
    """Return the mean silhouette of all points (rows, features) under each labelling: from the given `rows`.

    Where these are not all rows, the figure is a regression estimate (Cochran 1977, chapter 7): the mean over
    the given rows, moved by what their simplified silhouettes differ from those of all rows. Rows drawn at
    random give an estimate without bias worth the name, and an interval that holds.
    """
    found = silhouettes(points, labelings, rows)
    if len(rows) == len(points):
        means = [float(widths.mean()) for widths in found]
        return [Silhouette(mean, 0.0, len(rows), is_exact=True) for mean in means]
    return [_estimate(points, labels, widths, rows) for labels, widths in zip(labelings, found, strict=True)]


def silhouettes(points: np.ndarray, labelings: list[np.ndarray], rows: np.ndarray) -> list[np.ndarray]:
    """Return the silhouettes (given rows,) of the given row positions under each labelling (rows,) from 0.

    Each of the rows is compared with every point, so some rows stand for all without the bias that comparing
    a sample with itself has.
    """
    if not labelings:
        return []
    counts = [np.bincount(labels) for labels in labelings]
    first_columns = np.cumsum([0, *(len(count) for count in counts)])
    sums = _distance_sums(points, labelings, first_columns, rows)
    return [
        _from_sums(sums[:, first : first + len(count)], labels[rows], count)
        for labels, count, first in zip(labelings, counts, first_columns, strict=False)
    ]


def simplified_silhouettes(squared: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return the simplified silhouette (Hruschka 2004) of each row: centroids stand in for the members.

    From squared distances (rows, k) to the centroids: (next - own) / larger of the two, in -1..1. With one
    segment there is no next: 0.
    """
    if squared.shape[1] < 2:
        return np.zeros(len(squared))
    position = np.arange(len(labels))
    own = np.sqrt(squared[position, labels])
    others = squared.copy()
    others[position, labels] = np.inf
    following = np.sqrt(others.min(axis=1))
    larger = np.maximum(own, following)
    return np.where(larger > 0, (following - own) / np.where(larger > 0, larger, 1.0), 0.0)


def sampling_error(points: np.ndarray, labels: np.ndarray, generator: np.random.Generator) -> float:
    """Return the standard error of the mean silhouette that is due to which customers there are.

    A row's silhouette hangs on all other rows, so the spread of silhouettes over rows says too little. Here
    rows are resampled together with whom they are compared with, `ERROR_ROWS` of them, and the error is
    brought to the number of points. The division stays as it is.
    """
    size = min(len(points), ERROR_ROWS)
    drawn = generator.choice(len(points), size, replace=False)
    distances = np.sqrt(squared_distances(points[drawn], points[drawn]))
    own = labels[drawn]
    membership = np.eye(labels.max() + 1)[own]
    means = []
    for _ in range(ERROR_RESAMPLES):
        weights = np.bincount(generator.integers(size, size=size), minlength=size).astype(float)
        weighted = membership * weights[:, None]
        widths = _from_sums(distances @ weighted, own, weighted.sum(axis=0))
        means.append(np.average(widths, weights=weights))
    return float(np.std(means) * np.sqrt(size / len(points)))


def _estimate(points: np.ndarray, labels: np.ndarray, widths: np.ndarray, rows: np.ndarray) -> Silhouette:
    """Return the mean over all points from the silhouettes (given rows,) of some of them."""
    centroids = means_of(points, labels, labels.max() + 1)
    simplified = simplified_silhouettes(squared_distances(points, centroids), labels)
    of_rows = simplified[rows]
    spread = of_rows.var()
    slope = np.mean((widths - widths.mean()) * (of_rows - of_rows.mean())) / spread if spread > 0 else 0.0
    value = widths.mean() + slope * (simplified.mean() - of_rows.mean())
    unexplained = (widths - widths.mean() - slope * (of_rows - of_rows.mean())).std(ddof=2)
    error = unexplained * np.sqrt((1 - len(rows) / len(points)) / len(rows))
    return Silhouette(float(value), float(error), len(rows), is_exact=False)


def _distance_sums(
    points: np.ndarray, labelings: list[np.ndarray], first_columns: np.ndarray, rows: np.ndarray
) -> np.ndarray:
    """Return each given row's summed distances (given rows, columns) to the members of every segment.

    The columns of labelling i begin at `first_columns[i]`. Squared distances are |x|² - 2xy + |y|² in single
    precision, which loses digits where x and y are near each other and far from the origin. So every tile of
    rows has its own origin in the middle of it, its rows come from one segment and lie side by side, and
    points that are equal are taken as one.
    """

    places, first_seen, place_of = np.unique(points, axis=0, return_index=True, return_inverse=True)
    place_of = place_of.reshape(-1)
    members = np.stack(
        [
            np.bincount(place_of, weights=labels == label, minlength=len(places))
            for labels in labelings
            for label in range(labels.max() + 1)
        ],
        axis=1,
    ).astype(np.float32)

    wanted, wanted_of = np.unique(place_of[rows], return_inverse=True)
    segments = max(labelings, key=lambda labels: labels.max())[first_seen[wanted]]
    sums = np.zeros((len(wanted), first_columns[-1]))
    with one_thread():
        for segment in np.unique(segments):
            # Places are in lexicographic order: those of a tile lie side by side.
            of_segment = np.flatnonzero(segments == segment)
            for tile in np.array_split(of_segment, -(-len(of_segment) // TILE)):
                sums[tile] = _tile_sums(places, wanted[tile], members)
    return sums[wanted_of]


def _tile_sums(places: np.ndarray, tile: np.ndarray, members: np.ndarray) -> np.ndarray:
    """Return the summed distances (tile, columns) of some places to the members of every segment."""
    origin = places[tile].mean(axis=0)
    own = (places[tile] - origin).astype(np.float32)
    ones = np.ones((len(own), 1), dtype=np.float32)
    left = np.concatenate([-2 * own, (own**2).sum(axis=1, keepdims=True), ones], axis=1)
    sums = np.zeros((len(tile), members.shape[1]))
    for start in range(0, len(places), TILE):
        other = (places[start : start + TILE] - origin).astype(np.float32)
        ones = np.ones((len(other), 1), dtype=np.float32)
        right = np.concatenate([other, ones, (other**2).sum(axis=1, keepdims=True)], axis=1)
        distances = left @ right.T
        np.maximum(distances, 0, out=distances)
        np.sqrt(distances, out=distances)
        itself = np.flatnonzero((tile >= start) & (tile < start + len(other)))
        distances[itself, tile[itself] - start] = 0
        sums += distances @ members[start : start + TILE]
    return sums


def _from_sums(distance_sums: np.ndarray, own: np.ndarray, count: np.ndarray) -> np.ndarray:
    """Return each row's silhouette from its summed distances (rows, k) to the `count` (k,) members."""
    position = np.arange(len(own))
    own_count = count[own]
    within = distance_sums[position, own] / np.maximum(own_count - 1, 1)
    between = np.where(count > 0, distance_sums / np.maximum(count, 1), np.inf)
    between[position, own] = np.inf
    between = between.min(axis=1)
    larger = np.maximum(within, between)
    # By definition the only member of a segment has 0. So has a row that coincides with both segments, and
    # one without another segment to be near to.
    is_defined = (own_count > 1) & (larger > 0) & np.isfinite(larger)
    return np.divide(between - within, larger, out=np.zeros(len(own)), where=is_defined)
