"""Who is learned from and who is judged."""

import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import train_test_split

from segmart import frames
from segmart.learning.hashing import fold_of, in_hash_order
from segmart.risk.regression.declaration import CrossValidation, Holdout
from segmart.risk.regression.splitting import split_of

KEYS = np.array([f"C{number:06d}" for number in range(5_000)], dtype=object)


def test_a_fold_depends_on_nothing_but_the_key():
    folds = dict(zip(KEYS, fold_of(KEYS, 5), strict=True))

    assert [folds[key] for key in reversed(KEYS)] == fold_of(KEYS[::-1], 5).tolist()
    assert all(fold_of([key], 5)[0] == folds[key] for key in KEYS[:100])
    # Written down once, so that a champion of yesterday finds the same folds tomorrow.
    assert fold_of(KEYS[:8], 5).tolist() == [1, 1, 0, 3, 0, 3, 4, 1]


@pytest.mark.parametrize("fold_count", [2, 5, 16])
def test_folds_are_about_equally_large(fold_count):
    sizes = np.bincount(fold_of(KEYS, fold_count), minlength=fold_count)

    assert sizes.min() > 0.8 * len(KEYS) / fold_count
    assert fold_of(KEYS, 1).max() == 0


def test_nobody_is_judged_by_a_model_that_was_trained_on_them():
    split = split_of(CrossValidation(folds=4), KEYS, seed=1)
    folds = fold_of(KEYS, 4)

    assert split.judged.tolist() == list(range(5_000))
    for fold, training in enumerate(split.training):
        assert set(np.flatnonzero(folds == fold)).isdisjoint(training)
        assert len(training) == (folds != fold).sum()


def test_a_holdout_is_drawn_as_scikit_learn_draws_it():
    split = split_of(Holdout(method="holdout", share=0.2), KEYS, seed=42)
    training, judged = train_test_split(np.arange(5_000), test_size=0.2, random_state=42)

    assert np.array_equal(split.training[0], training)
    assert np.array_equal(split.judged, np.sort(judged))
    assert set(split.judged).isdisjoint(split.training[0])


def test_a_sample_in_hash_order_is_the_one_the_engine_takes():
    table = pd.DataFrame({"key": KEYS, "value": 1.0})

    fetched = frames.fetch(table, "key", ["value"], limit=300)["key"]

    assert KEYS[in_hash_order(KEYS, 300)].tolist() == fetched.tolist()
    assert in_hash_order(KEYS[:10], 300).tolist() == list(range(10))


def test_a_sample_in_hash_order_falls_into_all_folds_alike():
    sizes = np.bincount(fold_of(KEYS[in_hash_order(KEYS, 1_000)], 5))

    assert sizes.min() > 150
