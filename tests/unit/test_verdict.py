"""Natural, reproducible, constructive: on clouds whose answer is known."""

from dataclasses import replace

import numpy as np
import pytest
from segmentation_cases import CENTRES, blobs, standardised
from test_search import candidate, search_with, searched

from segmart.segmentation.search import Candidate, Effort, choose
from segmart.segmentation.validity import Gap
from segmart.segmentation.verdict import verdict

# As many reference draws as a real fit makes: the verdict hangs on their spread.
HONEST = Effort(
    starts=3, reference_draws=20, resamples=8, inner_starts=2, inner_rows=400, silhouette_rows=400
)


def verdict_on(points, seed=1, counts=range(2, 9), effort=HONEST) -> tuple[str, str]:
    found = searched(standardised(points), counts, seed=seed, effort=effort)
    return verdict(found, choose(found)[0])


@pytest.mark.parametrize("seed", range(2))
def test_five_groups_that_lie_apart_are_natural(seed):
    points, _ = blobs(seed, rows=600)

    assert verdict_on(points, seed, counts=range(3, 8))[0] == "natural"


@pytest.mark.parametrize(("features", "rows"), [(2, 500), (2, 5000), (3, 1000), (4, 500)])
def test_a_uniform_cube_is_constructive(features, rows):
    cube = np.random.default_rng(rows + features).uniform(size=(rows, features))

    word, reason = verdict_on(cube)
    assert word == "constructive"
    assert "no structure beyond a cloud without segments" in reason


def test_a_square_is_constructive_although_its_four_quarters_come_back_every_time():
    square = standardised(np.random.default_rng(0).uniform(size=(2000, 2)))

    found = searched(square, [4], effort=HONEST)

    assert found.candidates[4].is_reproducible
    assert verdict(found, 4)[0] == "constructive"


@pytest.mark.parametrize("features", [1, 4])
def test_a_single_cloud_is_constructive(features):
    generator = np.random.default_rng(features)
    cloud = generator.normal(size=(1000, features)) @ generator.normal(size=(features, features))

    assert verdict_on(cloud, counts=range(2, 6))[0] == "constructive"


def test_lognormal_amounts_are_constructive_once_their_logarithm_is_taken():
    amounts = np.random.default_rng(1).lognormal(3, 1.5, size=(1000, 3))

    word, reason = verdict_on(np.log1p(amounts), counts=range(2, 6))
    assert word == "constructive"
    assert "no structure beyond a cloud without segments" in reason


def test_groups_that_run_into_each_other_are_not_natural():
    generator = np.random.default_rng(1)
    places = generator.integers(5, size=1500)
    overlapping = CENTRES[places] + 3.5 * generator.normal(size=(1500, 4))

    assert verdict_on(overlapping, counts=range(3, 7))[0] != "natural"


def test_two_near_groups_are_reproducible():
    generator = np.random.default_rng(2)
    near = generator.normal(size=(1500, 4)) + 1.7 * generator.integers(2, size=1500)[:, None]

    # On a few of the rows the gap statistic is too rough to tell.
    word, reason = verdict_on(near, counts=range(2, 5), effort=replace(HONEST, inner_rows=1500))
    assert word == "reproducible"
    assert "run into each other" in reason


def with_gap(rise: float, error: float, **changes) -> Candidate:
    one = candidate(3, **({"silhouette": 0.7, "jaccard": 0.9, "gap": 1.0} | changes))
    return Candidate(
        one.clustering, Gap(rise, error, rise, error), silhouette=one.silhouette, stability=one.stability
    )


@pytest.mark.parametrize(
    ("chosen", "word"),
    [
        (with_gap(0.5, 0.01), "natural"),
        (with_gap(0.5, 0.01, silhouette=0.49), "reproducible"),
        (with_gap(0.5, 0.01, jaccard=0.74), "constructive"),
        (with_gap(0.5, 0.2), "constructive"),
        (with_gap(0.09, 0.001), "constructive"),
        (with_gap(-0.5, 0.01), "constructive"),
    ],
)
def test_each_condition_alone_can_take_the_word_away(chosen, word):
    assert verdict(search_with(chosen), 3)[0] == word


def test_one_segment_divides_nothing():
    assert verdict(search_with(), 1) == ("constructive", "one segment divides nothing")
