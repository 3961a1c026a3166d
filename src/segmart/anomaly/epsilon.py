"""Which eps: the knee of the k-distance curve, and what DBSCAN would find at others."""

from dataclasses import dataclass

import numpy as np

from segmart.anomaly.crowd import Crowd
from segmart.anomaly.dbscan import NOISE, Clustering, Surroundings, clustered

# Where every customer has enough exact twins the curve is zero throughout; eps must be some distance.
SMALLEST_EPS = 1e-9
# An eps is written with so many digits, rounded up, so that the customer at the knee is within it.
EPS_DIGITS = 4
# On the unit square, what lies below a line by less than this lies on it.
TOO_STRAIGHT = 1e-9
# A cluster divides the customers when it holds at least this share of them.
MEANINGFUL_SHARE = 0.01


@dataclass(frozen=True)
class Tried:
    """What DBSCAN finds with one eps, in customers."""

    eps: float
    cluster_sizes: tuple[int, ...]
    noise_count: int
    row_count: int

    @property
    def meaningful_count(self) -> int:
        """How many clusters hold a meaningful share of the customers."""
        return sum(size >= MEANINGFUL_SHARE * self.row_count for size in self.cluster_sizes)

    @property
    def divides(self) -> bool:
        """Whether it divides the customers: two clusters that matter, and most customers in clusters."""
        return self.meaningful_count >= 2 and self.noise_count <= self.row_count / 2

    def as_row(self, is_chosen: bool) -> dict:
        """Return one search result of the registry."""
        return {
            "eps": self.eps,
            "cluster_count": len(self.cluster_sizes),
            "meaningful_cluster_count": self.meaningful_count,
            "largest_cluster_share": max(self.cluster_sizes, default=0) / self.row_count,
            "noise_count": self.noise_count,
            "noise_share": self.noise_count / self.row_count,
            "is_chosen": is_chosen,
        }


def knee_position(rising: np.ndarray) -> int:
    """Return the position at which a rising curve (points,) turns up.

    Kneedle (Satopaa, Albrecht, Irwin & Raghavan 2011) without smoothing: on the unit square the point
    farthest below the line from the first point to the last. A straight line turns up at its end.
    """
    rise = rising[-1] - rising[0]
    if not rise > 0:
        return len(rising) - 1
    below = np.linspace(0, 1, len(rising)) - (rising - rising[0]) / rise
    return int(below.argmax()) if below.max() > TOO_STRAIGHT else len(rising) - 1


def eps_at_knee(curve: np.ndarray) -> float:
    """Return the eps at the knee of the sorted k-distances (rows,).

    That is where customers begin to be much farther from their neighbours than the bulk is (Ester et al.
    1996, section 4.2, read the valley off by eye).
    """
    return rounded_up(max(float(curve[knee_position(curve)]), SMALLEST_EPS))


def rounded_up(eps: float) -> float:
    """Return a distance with few digits, never smaller than it was."""
    near = float(f"{eps:.{EPS_DIGITS}g}")
    last_digit = 10.0 ** (np.floor(np.log10(eps)) - EPS_DIGITS + 1)
    return near if near >= eps else float(f"{near + last_digit:.{EPS_DIGITS}g}")


def k_distance_curve(around: Surroundings) -> np.ndarray:
    """Return the k-distance of every customer (rows,), rising."""
    return np.sort(np.repeat(around.k_distances, around.crowd.counts))


def tried(crowd: Crowd, found: Clustering, eps: float) -> Tried:
    """Return the sizes of the clusters of a crowd."""
    sizes = np.bincount(found.labels - NOISE, crowd.counts, minlength=1).astype(int)
    return Tried(eps, tuple(sizes[1:].tolist()), int(sizes[0]), crowd.customer_count)


def search(around: Surroundings, count: int) -> list[Tried]:
    """Return what DBSCAN finds with `count` values of eps, from nearly nobody being core to everybody.

    Evenly on a logarithmic scale between the k-distance that a twentieth of the customers are below and the
    largest one; none where every customer has enough exact twins, for then they divide themselves.
    """
    curve = k_distance_curve(around)
    positive = curve[curve > 0]
    if not len(positive):
        return []
    low, high = max(float(np.quantile(curve, 0.05)), float(positive[0])), float(positive[-1])
    values = dict.fromkeys(rounded_up(float(eps)) for eps in np.geomspace(low, high, count))
    return [tried(around.crowd, clustered(around, eps), eps) for eps in values]


def eps_that_divides(results: list[Tried]) -> Tried | None:
    """Return the result that divides the customers and leaves the fewest as noise, if any does."""
    dividing = [result for result in results if result.divides]
    return min(dividing, key=lambda result: result.noise_count, default=None)
