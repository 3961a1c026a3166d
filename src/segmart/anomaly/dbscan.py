"""DBSCAN (Ester, Kriegel, Sander & Xu 1996) without writing down who is near whom.

A customer is *core* when at least `minimum_neighbours` customers, counting itself, are within `eps`. Core
customers within eps of each other are of one cluster, and so on along the chain; a customer near a core one
is of its cluster too; the others are *noise*. Listing all pairs within eps costs most of the time and nearly
all of the memory of other implementations, because in a dense place everybody is near everybody. None of
that is needed: one query of the nearest neighbours says who is core and links most of them, and the few
clusters that are then left are joined by nearest points.
"""

from dataclasses import dataclass

import numpy as np

from segmart.anomaly.crowd import Crowd, are_within, crowd_of

# Nearest neighbours that are linked at once. More leave fewer clusters to join, and cost more memory.
LINKS = 10
NOISE = -1


@dataclass(frozen=True)
class Surroundings:
    """What one query tells about every point of a crowd, whatever eps will be.

    `k_distances` (points,) is the distance to the k-th nearest customer, itself included; `links`
    (points, at most LINKS) the positions of the nearest points.
    """

    crowd: Crowd
    minimum_neighbours: int
    k_distances: np.ndarray
    links: np.ndarray


@dataclass(frozen=True)
class Clustering:
    """What DBSCAN found: for each row its cluster (rows,), 0 for the largest, -1 for noise; who is core."""

    labels: np.ndarray
    is_core: np.ndarray

    @property
    def is_noise(self) -> np.ndarray:
        """Who belongs to no cluster."""
        return self.labels == NOISE


def dbscan(points: np.ndarray, eps: float, minimum_neighbours: int) -> Clustering:
    """Return the clusters of points (rows, features).

    Core rows, noise and the division of the core rows are those of scikit-learn. A row that is near core rows
    of several clusters goes to the cluster of the nearest one; elsewhere the order of the rows decides.
    """
    crowd, positions = crowd_of(np.asarray(points, dtype=float))
    found = clustered(surroundings_of(crowd, minimum_neighbours), eps)
    return Clustering(labels=found.labels[positions], is_core=found.is_core[positions])


def surroundings_of(crowd: Crowd, minimum_neighbours: int) -> Surroundings:
    """Return the distances and links of every point, from one pass over the nearest neighbours."""
    k_distances = np.full(len(crowd), np.inf)
    links = np.zeros((len(crowd), min(LINKS, minimum_neighbours, len(crowd))), dtype=np.int32)
    if len(crowd):
        for rows, distances, positions in crowd.nearest(crowd.points, min(minimum_neighbours, len(crowd))):
            k_distances[rows] = crowd.kth_distances(distances, positions, minimum_neighbours)
            links[rows] = positions[:, : links.shape[1]]
    return Surroundings(crowd, minimum_neighbours, k_distances, links)


def clustered(around: Surroundings, eps: float) -> Clustering:
    """Return the clusters of a crowd's points."""
    crowd = around.crowd
    is_core = crowd.are_dense(crowd.points, around.k_distances, eps, around.minimum_neighbours)
    labels = np.full(len(crowd), NOISE)
    (core,) = np.nonzero(is_core)
    core_crowd = Crowd(crowd.points[core], crowd.counts[core])
    labels[core] = _by_size(_joined(core_crowd, _linked(around, is_core, eps)[core], eps), core_crowd.counts)
    (others,) = np.nonzero(~is_core)
    near = core_crowd.one_within(crowd.points[others], eps)
    labels[others[near >= 0]] = labels[core[near[near >= 0]]]
    return Clustering(labels=labels, is_core=is_core)


def _linked(around: Surroundings, is_core: np.ndarray, eps: float) -> np.ndarray:
    """Return a label (points,) that core points share when links between core points within eps join them."""
    points = around.crowd.points
    labels = np.arange(len(points))
    for linked in around.links.T:
        (own,) = np.nonzero(is_core & is_core[linked])
        own = own[are_within(points[own], points[linked[own]], eps)]
        labels = _merged(labels, labels[own], labels[linked[own]])
    return labels


def _joined(core: Crowd, labels: np.ndarray, eps: float) -> np.ndarray:
    """Return the labels of core points after joining all clusters that have points within eps of each other.

    Two different numbers differ in some binary digit. So it is enough to ask, digit by digit, the points of
    the clusters that have a one there for the nearest point of those that have a zero; when no digit finds a
    point within eps, no two clusters have one. The largest cluster is number 0: it has no digit to ask for
    and never has to ask.
    """
    while True:
        labels = _by_size(labels, core.counts)
        cluster_count = labels.max(initial=0) + 1
        first, second = [], []
        for digit in range((int(cluster_count) - 1).bit_length()):
            has_one = (labels >> digit & 1).astype(bool)
            asking, asked = np.flatnonzero(has_one), np.flatnonzero(~has_one)
            near = Crowd(core.points[asked], core.counts[asked]).one_within(core.points[asking], eps)
            first.append(labels[asking[near >= 0]])
            second.append(labels[asked[near[near >= 0]]])
        if not sum(map(len, first)):
            return labels
        labels = _merged(labels, np.concatenate(first), np.concatenate(second))


def _merged(labels: np.ndarray, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return labels after making one of each pair of labels, and of all that pairs connect."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    count = labels.max(initial=-1) + 1
    pairs = coo_array((np.ones(len(first), dtype=np.int8), (first, second)), shape=(count, count))
    return connected_components(pairs, directed=False)[1][labels]


def _by_size(labels: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Return labels 0, 1, ... by falling number of customers, the earlier point first among equals."""
    _, first, labels = np.unique(labels, return_index=True, return_inverse=True)
    sizes = np.bincount(labels, counts)
    order = np.lexsort((first, -sizes))
    rank = np.empty(len(order), dtype=int)
    rank[order] = np.arange(len(order))
    return rank[labels]
