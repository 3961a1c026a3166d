"""Two detectors of unusual customers: density and isolation, and how the one finds its eps."""

import numpy as np
import pytest
from sklearn.ensemble import IsolationForest

from segmart.anomaly.agreement import chance_jaccard, jaccard
from segmart.anomaly.crowd import crowd_of
from segmart.anomaly.dbscan import dbscan, surroundings_of
from segmart.anomaly.declaration import Density, Fence, Isolation, Score, Share
from segmart.anomaly.density import fit_density
from segmart.anomaly.epsilon import (
    SMALLEST_EPS,
    eps_at_knee,
    eps_that_divides,
    knee_position,
    rounded_up,
    search,
)
from segmart.anomaly.isolation import fit_isolation, threshold_of


@pytest.fixture(scope="module")
def points() -> np.ndarray:
    """Two crowds of different density, and twenty points around them."""
    generator = np.random.default_rng(3)
    crowds = [generator.normal(size=(300, 3)), 0.4 * generator.normal(size=(200, 3)) + 5]
    return np.concatenate([*crowds, generator.uniform(-6, 11, size=(20, 3))])


def test_a_knee_is_where_a_curve_turns_up():
    flat_then_steep = np.concatenate([np.linspace(0, 1, 90), np.linspace(1.5, 20, 10)])

    assert knee_position(flat_then_steep) == 89


@pytest.mark.parametrize("curve", [np.ones(5), np.linspace(1, 2, 7), np.array([3.0])])
def test_a_curve_without_a_knee_turns_up_at_its_end(curve):
    assert knee_position(curve) == len(curve) - 1


@pytest.mark.parametrize(
    ("eps", "up"), [(0.7, 0.7), (0.123412, 0.1235), (0.12339, 0.1234), (99_991, 1e5), (1e-9, 1e-9)]
)
def test_an_eps_has_few_digits_and_is_never_smaller_than_the_distance(eps, up):
    assert rounded_up(eps) == up


def test_where_everybody_has_twins_eps_is_still_a_distance():
    assert eps_at_knee(np.zeros(9)) == SMALLEST_EPS


def test_an_eps_that_divides_is_found_where_there_is_one(points):
    around = surroundings_of(crowd_of(points)[0], 10)

    working = eps_that_divides(search(around, 12))

    assert working.meaningful_count == 2
    assert working.noise_count == np.count_nonzero(dbscan(points, working.eps, 10).is_noise) < 40
    alone = surroundings_of(crowd_of(points[:300])[0], 10)
    assert eps_that_divides(search(alone, 12)) is None


def test_fitted_customers_get_the_flag_and_score_dbscan_gave_them(points):
    fit = fit_density(points, Density(minimum_neighbours=10))

    scores, flags = fit.detector.scores_and_flags(points)

    assert np.array_equal(flags, dbscan(points, fit.detector.eps, 10).is_noise)
    assert np.array_equal(flags, fit.is_flagged)
    assert np.array_equal(scores, fit.scores)
    assert flags[500:].mean() > 0.8
    assert flags[:500].mean() < 0.05


def test_fitted_customers_at_exactly_eps_get_their_flag_again():
    lattice = np.random.default_rng(0).integers(0, 9, size=(400, 3)) / 10

    for eps in (0.1, 0.2, 0.3):
        fit = fit_density(lattice, Density(minimum_neighbours=6, eps=eps))
        assert np.array_equal(fit.detector.scores_and_flags(lattice)[1], dbscan(lattice, eps, 6).is_noise)


def test_new_customers_are_judged_without_fitting_again(points):
    detector = fit_density(points, Density(minimum_neighbours=10)).detector

    scores, flags = detector.scores_and_flags(np.array([[0.0, 0, 0], [5, 5, 5], [40, 40, 40]]))

    assert flags.tolist() == [False, False, True]
    assert scores[0] < 1 < 20 < scores[2]


def test_a_new_customer_in_a_dense_place_is_usual_even_where_no_fitted_one_was():
    corners = np.array([[0.9, 0], [-0.9, 0], [0, 0.9], [0, -0.9]])
    detector = fit_density(corners, Density(minimum_neighbours=4, eps=1.0)).detector

    assert not detector.is_core.any()
    assert detector.scores_and_flags(np.array([[0.0, 0.0], [0.9, 0.0]]))[1].tolist() == [False, True]


def test_whoever_is_flagged_by_density_scores_above_one(points):
    detector = fit_density(points, Density(minimum_neighbours=10)).detector
    others = np.random.default_rng(5).uniform(-6, 11, size=(3_000, 3))

    scores, flags = detector.scores_and_flags(others)

    assert (scores[flags] > 1).all()
    assert flags.any()
    assert not flags.all()


@pytest.mark.parametrize(("eps", "flagged"), [(0.001, 520), (100.0, 0)])
def test_a_detector_that_flags_everybody_or_nobody_is_degenerate(points, eps, flagged):
    fit = fit_density(points, Density(minimum_neighbours=10, eps=eps))

    assert fit.detector.is_degenerate
    assert fit.is_flagged.sum() == flagged


def test_isolation_scores_are_those_of_scikit_learn(points):
    settings = Isolation(trees=60, sample_rows=128)
    ordered = points[np.lexsort(points.T[::-1])]
    expected = IsolationForest(n_estimators=60, max_samples=128, random_state=9).fit(ordered)
    unseen = np.random.default_rng(1).normal(size=(1_000, 3)) * 4

    scores = fit_isolation(points, settings, seed=9).detector.scores(unseen)

    assert scores == pytest.approx(-expected.score_samples(unseen), abs=1e-12)


def test_the_order_of_rows_changes_neither_detector(points):
    shuffled = points[np.random.default_rng(0).permutation(len(points))]
    settings = Isolation(trees=20, sample_rows=64)

    first, second = (fit_isolation(rows, settings, 1).detector for rows in (points, shuffled))

    assert np.array_equal(first.scores(points), second.scores(points))
    assert first.threshold == second.threshold
    assert fit_density(points, Density()).detector.eps == fit_density(shuffled, Density()).detector.eps


def test_a_customer_alone_scores_as_among_others(points):
    for detector in (
        fit_density(points, Density(minimum_neighbours=10)).detector,
        fit_isolation(points, Isolation(trees=50), 1).detector,
    ):
        scores, flags = detector.scores_and_flags(points)
        alone = [detector.scores_and_flags(points[[row]]) for row in range(0, len(points), 13)]
        assert [score[0] for score, _ in alone] == scores[::13].tolist()
        assert [flag[0] for _, flag in alone] == flags[::13].tolist()


def test_two_sets_of_flags_are_compared_by_whom_either_flags():
    first, second = np.arange(10) < 4, (np.arange(10) >= 2) & (np.arange(10) < 5)

    assert jaccard(first, second) == pytest.approx(2 / 5)
    assert np.isnan(jaccard(first & False, second & False))
    assert chance_jaccard(4, 3, 10) == pytest.approx(1.2 / 5.8)


def test_a_fence_can_flag_nobody_and_a_share_always_flags_its_share():
    even = np.linspace(0.4, 0.6, 1_000)
    with_outliers = np.append(even, [0.95, 0.99])

    assert (even > threshold_of(Fence(), even)).sum() == 0
    assert (with_outliers > threshold_of(Fence(), with_outliers)).sum() == 2
    assert (even > threshold_of(Share(rule="share", share=0.01), even)).sum() == 10
    assert (even > threshold_of(Share(rule="share", share=0.0001), even)).sum() == 0
    assert threshold_of(Score(rule="score", score=0.7), even) == 0.7
