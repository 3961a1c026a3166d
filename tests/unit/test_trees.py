"""Trees as arrays say what scikit-learn says, and survive being written down."""

import json

import numpy as np
import pytest
from sklearn.ensemble import IsolationForest, RandomForestRegressor

from segmart.learning.trees import trees_from_content, trees_of


@pytest.fixture(scope="module")
def points() -> np.ndarray:
    return np.random.default_rng(1).normal(size=(400, 5))


@pytest.fixture(scope="module")
def forest(points) -> RandomForestRegressor:
    label = points[:, 0] * points[:, 1] + points[:, 2]
    return RandomForestRegressor(20, max_depth=6, random_state=0).fit(points, label)


def arrays_of(forest):
    grown = [tree.tree_ for tree in forest.estimators_]
    return trees_of(grown, [tree.value[:, 0, 0] for tree in grown])


def test_a_forest_as_arrays_predicts_what_scikit_learn_predicts(forest, points):
    unseen = np.random.default_rng(2).normal(size=(1_000, 5))
    assert arrays_of(forest).summed(unseen) / 20 == pytest.approx(forest.predict(unseen), abs=1e-12)


def test_a_value_on_the_threshold_goes_where_single_precision_sends_it(forest):
    trees = arrays_of(forest)
    inner = np.flatnonzero(trees.feature >= 0)[:50]
    points = np.zeros((50, 5))
    points[np.arange(50), trees.feature[inner]] = trees.threshold[inner]
    assert trees.summed(points) / 20 == pytest.approx(forest.predict(points), abs=1e-12)


def test_trees_grown_on_some_features_compare_those(points):
    forest = IsolationForest(n_estimators=30, max_features=2, random_state=0).fit(points)
    grown = [tree.tree_ for tree in forest.estimators_]
    trees = trees_of(grown, [np.arange(tree.node_count) for tree in grown], forest.estimators_features_)
    reached = sum(
        tree.apply(points[:, own])
        for tree, own in zip(forest.estimators_, forest.estimators_features_, strict=True)
    )
    assert np.array_equal(trees.summed(points), reached)


def test_trees_written_and_read_say_the_same_to_the_last_bit(forest, points):
    trees = arrays_of(forest)
    again = trees_from_content(json.loads(json.dumps(trees.as_content())))
    assert np.array_equal(again.summed(points), trees.summed(points))


def test_a_row_alone_has_the_same_sum_as_among_others(forest, points):
    trees = arrays_of(forest)
    alone = [trees.summed(points[[row]])[0] for row in range(50)]
    assert np.array_equal(alone, trees.summed(points)[:50])
