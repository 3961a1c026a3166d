"""A mixture of Gaussians: what it finds, what it computes, and what would move a customer in it."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from algorithm_cases import long_clouds, mixture, mixture_artefact
from segmentation_cases import blobs, recipe
from sklearn.mixture import GaussianMixture as Reference

from segmart.agreement import adjusted_rand_index
from segmart.segmentation.assignment import assign_rows
from segmart.segmentation.changes import smallest_change
from segmart.segmentation.clustering import in_canonical_order, k_means, means_of
from segmart.segmentation.mixture import GaussianMixture
from segmart.segmentation.partition import mixture_of
from segmart.segmentation.stability import contingency

# A narrow component inside a wide one, and one beside them.
NESTED = mixture(
    [0.3, 0.5, 0.2],
    [[0, 0], [0.5, 0.5], [6, 0]],
    [0.2 * np.eye(2), [[9, 3], [3, 4]], [[1, -0.5], [-0.5, 1]]],
)
NEST = mixture_artefact(NESTED, [recipe("x", step=0.01), recipe("y", step=0.01)])


def divided(points, segment_count, seed=42, starts=3, covariance="full"):
    algorithm = GaussianMixture(covariance)
    return algorithm.divide(points, [segment_count], seed, starts, list(range(points.shape[1])))[
        segment_count
    ]


def agreement(first, second) -> float:
    return adjusted_rand_index(contingency(first, second, first.max() + 1, second.max() + 1))


@pytest.mark.parametrize("seed", range(3))
def test_long_tilted_clouds_are_told_apart_where_k_means_cuts_across_them(seed):
    points, clouds = long_clouds(seed)

    assert agreement(clouds, divided(points, 3).labels) > 0.95
    assert agreement(clouds, k_means(points, 3, 42, 10, [0, 1]).labels) < 0.75


# To the first of these only the division of k-means leads, to the second only scattered starts.
@pytest.mark.parametrize(("seed", "apart"), [(3, 2.0), (1, 1.5)])
def test_starts_of_both_kinds_are_run_to_their_end(seed, apart):
    points, clouds = long_clouds(seed, apart=apart)

    assert agreement(clouds, divided(points, 3).labels) > 0.94


def test_a_seed_that_finds_the_same_division_gives_the_same_numbers_to_the_last_bit():
    points, _ = long_clouds(5)

    first, second = (divided(points, 3, seed) for seed in (42, 4711))

    assert (first.labels == second.labels).all()
    assert first.mixture == second.mixture
    assert first.bic == second.bic


def test_components_keep_their_customers_when_segments_are_put_in_another_order():
    points, _ = long_clouds(1)
    found = divided(points, 3)

    reversed_order = in_canonical_order(replace(found, centroids=-found.centroids), [0, 1])

    assert (reversed_order.labels == 2 - found.labels).all()
    assert (reversed_order.partition.positions(points) == reversed_order.labels).all()


def test_everybody_belongs_to_the_component_they_most_probably_come_from():
    points, _ = long_clouds(1)
    found = divided(points, 4)

    assert (found.mixture.posteriors(points).argmax(axis=1) == found.labels).all()
    assert found.centroids == pytest.approx(means_of(points, found.labels, 4))
    assert found.inertia == pytest.approx(((points - found.centroids[found.labels]) ** 2).sum())
    assert found.centroids[:, 0].tolist() == sorted(found.centroids[:, 0])


@pytest.mark.parametrize("covariance", ["full", "diag"])
def test_probabilities_densities_and_criterion_equal_those_of_scikit_learn(covariance):
    points, _ = blobs(seed=2, rows=400, spread=2.5)
    reference = Reference(3, covariance_type=covariance, random_state=1).fit(points)
    factors = reference.precisions_cholesky_
    if covariance == "diag":
        factors = np.stack([np.diag(one) for one in factors])
    ours = mixture_of(reference.weights_, reference.means_, factors)

    assert ours.posteriors(points) == pytest.approx(reference.predict_proba(points), abs=1e-12)
    assert ours.log_densities(points) == pytest.approx(reference.score_samples(points))
    found = divided(points, 3, covariance=covariance)
    numbers = GaussianMixture(covariance).free_numbers(3, 4)
    assert numbers == reference._n_parameters()
    expected = -2 * found.mixture.log_densities(points).sum() + numbers * np.log(400)
    assert found.bic == pytest.approx(expected)


def test_a_diagonal_covariance_does_not_tilt():
    points, _ = long_clouds(1)

    found = divided(points, 3, covariance="diag").mixture
    factors = np.array([one.precision_factor for one in found.components])

    assert (factors[:, ~np.eye(2, dtype=bool)] == 0).all()


def test_many_equal_values_do_not_become_a_spike_of_boundless_likelihood():
    generator = np.random.default_rng(1)
    points = generator.normal(size=(400, 2))
    points[:200, 0] = 0.0

    found = divided(points, 2)

    spread = 1 / np.array([one.precision_factor for one in found.mixture.components]).max()
    assert spread >= (1e-3 * points.var(axis=0).mean()) ** 0.5 * 0.999
    assert np.isfinite(found.bic)


def test_half_the_spread_is_a_quarter_of_the_squared_distances():
    algorithm = GaussianMixture("diag", reg_covar=1e-9)
    generator = np.random.default_rng(1)
    places, noise = np.repeat(np.eye(3) * 50, 200, axis=0), generator.normal(size=(600, 3))

    wide, narrow = (algorithm.log_dispersions(places + part * noise, [1, 3], 1, 2) for part in (1.0, 0.5))

    assert wide[1] - narrow[1] == pytest.approx(np.log(4), abs=1e-3)
    assert wide[0] - narrow[0] == pytest.approx(0, abs=1e-2)


def test_a_mixture_moved_to_other_points_keeps_its_components():
    points, clouds = long_clouds(1, rows=900)
    learned = divided(points[:600], 3)

    moved = GaussianMixture().moved(learned.mixture, points[600:])

    assert agreement(clouds[600:], moved.positions(points[600:])) > 0.95
    assert np.array([one.mean for one in moved.components]) == pytest.approx(
        np.array([one.mean for one in learned.mixture.components]), abs=0.3
    )


def test_distance_and_margin_are_those_of_the_components():
    row = assign_rows(NEST, pd.DataFrame({"customer_id": ["a"], "x": [0.3], "y": [-0.2]})).iloc[0]
    probabilities = np.sort(NESTED.posteriors(np.array([[0.3, -0.2]]))[0])

    assert (row.segment_id, row.next_segment_id) == (1, 2)
    assert row.distance == pytest.approx((0.13 / 0.2) ** 0.5)
    assert row.margin == pytest.approx(probabilities[-1] - probabilities[-2])
    # The wide component measures in wider spreads: it is the less probable one, and the nearer.
    assert row.next_distance < row.distance


def moved_rows(target: int, rows: int = 200, spread: int = 3) -> tuple[pd.DataFrame, pd.DataFrame]:
    values = np.random.default_rng(3).normal(size=(rows, 2)).round(2) * spread
    frame = pd.DataFrame(values, columns=["x", "y"]).assign(customer_id=range(rows))
    return frame, smallest_change(NEST, frame, np.full(rows, target))


@pytest.mark.parametrize("target", [1, 2, 3])
def test_a_proposed_change_leads_to_the_component_it_promises(target):
    frame, found = moved_rows(target)

    for row, changes in enumerate(found["changes"]):
        for change in json.loads(changes):
            frame.loc[row, change["feature"]] = change["to"]
    assert found["flips"].all()
    assert (assign_rows(NEST, frame)["segment_id"] == target).all()


@pytest.mark.parametrize(("target", "spread"), [(1, 3), (2, 1)])
def test_no_smaller_change_of_one_feature_would_do(target, spread):
    frame, found = moved_rows(target, 60, spread)
    steps = np.arange(-8, 8, 0.01)

    checked = 0
    for row, (changes, size) in enumerate(zip(found["changes"], found["scaled_size"], strict=True)):
        if len(json.loads(changes)) != 1:
            continue
        checked += 1
        for column in range(2):
            points = np.tile(frame.loc[row, ["x", "y"]].to_numpy(float), (len(steps), 1))
            points[:, column] += steps
            arrives = NESTED.positions(points) == target - 1
            assert np.abs(steps[arrives]).min(initial=np.inf) >= size - 0.011
    assert checked > 10
