"""The plane in which segments are drawn."""

import json
from dataclasses import replace

import numpy as np
import pytest
from segmentation_cases import artefact, blobs, standardised

from segmart.segmentation.artefact import artefact_from_json
from segmart.segmentation.components import principal_components


def correlated(seed: int = 1, features: int = 4) -> np.ndarray:
    generator = np.random.default_rng(seed)
    return 3 + generator.normal(size=(300, features)) @ generator.normal(size=(features, features))


def test_components_are_those_of_scikit_learn_but_for_the_sign():
    from sklearn.decomposition import PCA

    points = correlated()
    reference = PCA(2).fit(points)

    found = principal_components(points)

    assert found.explained_shares == pytest.approx(reference.explained_variance_ratio_)
    assert np.abs(found.loadings) == pytest.approx(np.abs(reference.components_))
    assert np.abs(found.places(points)) == pytest.approx(np.abs(reference.transform(points)))


def test_the_largest_loading_of_a_component_is_positive():
    for seed in range(5):
        for direction in principal_components(correlated(seed)).loadings:
            assert direction[np.argmax(np.abs(direction))] > 0


def test_of_loadings_that_are_equal_but_for_the_last_digit_the_first_one_is_positive():
    for seed in range(20):
        # Two standardised features load alike on both components, whatever their correlation.
        first, second = principal_components(standardised(correlated(seed, features=2))).loadings
        assert first[0] == pytest.approx(0.5**0.5)
        assert second[0] == pytest.approx(0.5**0.5)


def test_mirrored_points_and_points_in_another_order_have_the_same_plane():
    points, _ = blobs(seed=1, rows=300)
    found = principal_components(points)

    mirrored = principal_components(-points)
    shuffled = principal_components(points[np.random.default_rng(1).permutation(300)])

    assert mirrored.loadings == found.loadings
    assert np.array(shuffled.loadings) == pytest.approx(np.array(found.loadings), abs=1e-9)


@pytest.mark.parametrize(
    "points",
    [
        pytest.param(np.arange(9.0)[:, None], id="one feature"),
        pytest.param(np.arange(9.0)[:, None] * [1, -2, 0.5], id="points on a line"),
    ],
)
def test_without_a_second_direction_everybody_lies_on_the_first(points):
    found = principal_components(points)

    assert found.explained_shares == (1, 0)
    assert found.loadings[1] == (0,) * points.shape[1]
    assert (found.places(points)[:, 1] == 0).all()


def test_points_that_all_coincide_lie_in_the_origin():
    found = principal_components(np.full((5, 3), 7.0))

    assert found.explained_shares == (0, 0)
    assert found.places(np.full((5, 3), 7.0)).tolist() == [[0, 0]] * 5


def test_an_artefact_keeps_its_plane_to_the_last_bit():
    learned = replace(artefact(np.eye(4)[:2]), components=principal_components(correlated()))

    assert artefact_from_json(learned.to_json()) == learned


def test_an_artefact_written_before_it_had_a_plane_is_read_without_one():
    content = json.loads(artefact(np.eye(2)).to_json())
    del content["components"]

    assert artefact_from_json(json.dumps(content)) == artefact(np.eye(2))
