"""DBSCAN finds what scikit-learn's finds, and costs far less."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.cluster import DBSCAN

from segmart.anomaly import crowd, dbscan
from segmart.anomaly.crowd import crowd_of


def cloud(generator: np.random.Generator, kind: str, rows: int, features: int) -> np.ndarray:
    """Return points (rows, features) of a kind: with ties, duplicates, at exact distances, or none of it."""
    return {
        "normal": lambda: generator.normal(size=(rows, features)),
        "rounded": lambda: np.round(generator.normal(size=(rows, features)), 1),
        "lattice": lambda: generator.integers(0, 8, size=(rows, features)) / 4,
        "few places": lambda: generator.integers(0, 3, size=(rows, features)).astype(float),
        "two blobs": lambda: (
            generator.normal(size=(rows, features)) / 5 + 3 * generator.integers(0, 2, (rows, 1))
        ),
    }[kind]()


def is_same_partition(first: np.ndarray, second: np.ndarray) -> bool:
    pairs = set(zip(first.tolist(), second.tolist(), strict=True))
    return len(pairs) == len(set(first.tolist())) == len(set(second.tolist()))


@settings(max_examples=150, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    kind=st.sampled_from(["normal", "rounded", "lattice", "few places", "two blobs"]),
    rows=st.integers(1, 150),
    features=st.sampled_from([1, 2, 5]),
    # Steps of the rounded and of the lattice points among them: many pairs lie at exactly eps.
    eps=st.sampled_from([0.1, 0.25, 0.3, 0.5, 0.7, 1.0, 1.25, 2.0**0.5]),
    minimum_neighbours=st.integers(1, 12),
    links=st.sampled_from([1, 3, 10]),
)
def test_core_rows_noise_and_clusters_are_those_of_scikit_learn(
    seed, kind, rows, features, eps, minimum_neighbours, links
):
    points = cloud(np.random.default_rng(seed), kind, rows, features)
    expected = DBSCAN(eps=eps, min_samples=minimum_neighbours, algorithm="kd_tree").fit(points)
    is_core = np.isin(np.arange(rows), expected.core_sample_indices_)

    with pytest.MonkeyPatch.context() as patch:
        # Few links leave many clusters to join; a small memory cuts the work into many parts.
        patch.setattr(dbscan, "LINKS", links)
        patch.setattr(crowd, "NEIGHBOURS_AT_A_TIME", 40)
        found = dbscan.dbscan(points, eps, minimum_neighbours)

    assert np.array_equal(found.is_core, is_core)
    assert np.array_equal(found.is_noise, expected.labels_ == -1)
    assert is_same_partition(found.labels[is_core], expected.labels_[is_core])


def test_a_customer_between_two_clusters_goes_to_the_nearer_one():
    left, right = [0.0, 0.1, 0.2, 0.3], [1.8, 1.9, 2.0, 2.1]

    found = dbscan.dbscan(np.array([*left, 1.06, *right])[:, None], 0.8, 4)

    assert not found.is_core[4]
    assert found.labels[4] == found.labels[5] != found.labels[3]


def test_clusters_are_numbered_by_size_whatever_the_order_of_rows():
    points = np.concatenate([np.zeros((20, 2)), np.full((50, 2), 9.0), np.full((1, 2), 5.0)])
    order = np.random.default_rng(0).permutation(len(points))

    found = dbscan.dbscan(points, 1.0, 5)

    assert [found.labels[0], found.labels[20], found.labels[70]] == [1, 0, -1]
    assert np.array_equal(dbscan.dbscan(points[order], 1.0, 5).labels, found.labels[order])


def test_no_points_have_no_clusters():
    assert dbscan.dbscan(np.empty((0, 3)), 1.0, 5).labels.tolist() == []


def test_thousands_of_equal_customers_are_one_point():
    points = np.repeat([[1.0, 2.0], [1.0, 3.0]], 4_000, axis=0)

    gathered, positions = crowd_of(points)

    assert (len(gathered), gathered.counts.tolist()) == (2, [4_000, 4_000])
    assert np.array_equal(gathered.points[positions], points)


def test_a_crowd_is_in_lexicographic_order_whatever_the_order_of_rows():
    points = np.random.default_rng(0).integers(0, 3, size=(50, 3)).astype(float)

    assert crowd_of(points)[0].points.tolist() == sorted(map(list, set(map(tuple, points.tolist()))))


def test_two_large_dense_clusters_are_told_apart_without_listing_their_pairs():
    generator = np.random.default_rng(0)
    points = generator.normal(size=(20_000, 5)) + 12 * (np.arange(20_000) % 2)[:, None]

    found = dbscan.dbscan(points, 2.0, 15)

    assert np.bincount(found.labels[found.is_core]).tolist() == pytest.approx([10_000, 10_000], abs=300)
