"""How far two ratings with an order agree."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmart.tier_agreement import (
    TIER_AGREEMENT_TYPES,
    measure_tier_agreement,
    quadratic_weighted_kappa,
    same_tier_share,
)

TABLES = st.lists(st.lists(st.integers(0, 30), min_size=3, max_size=3), min_size=3, max_size=3).map(np.array)


def cells_of(table) -> pd.DataFrame:
    first, second = np.indices(np.shape(table)) + 1
    return pd.DataFrame({"rule": first.ravel(), "learned": second.ravel(), "customers": np.ravel(table)})


def measured(table) -> pd.DataFrame:
    return measure_tier_agreement(cells_of(table), "rule", "learned", "customers").set_index("measure")


def is_defined(table) -> bool:
    return np.trace(table) < table.sum() or (table.sum(axis=0) > 0).sum() > 1


@settings(max_examples=60, deadline=None)
@given(table=TABLES.filter(is_defined))
def test_kappa_equals_that_of_scikit_learn(table):
    from sklearn.metrics import cohen_kappa_score

    first, second = np.indices(table.shape)
    expected = cohen_kappa_score(
        np.repeat(first.ravel(), table.ravel()), np.repeat(second.ravel(), table.ravel()), weights="quadratic"
    )
    # There, tiers that nobody has are no tiers; the distance between those left may then be another.
    if (table.sum(axis=0) + table.sum(axis=1) > 0).all():
        assert quadratic_weighted_kappa(table) == pytest.approx(expected, abs=1e-9)


def test_a_tier_that_nobody_has_still_lies_between_its_neighbours():
    far_apart, near = np.zeros((3, 3)), np.zeros((3, 3))
    far_apart[0, 0], far_apart[2, 2], far_apart[0, 2] = 10, 10, 5
    near[0, 0], near[2, 2], near[0, 1] = 10, 10, 5
    assert quadratic_weighted_kappa(far_apart) < quadratic_weighted_kappa(near)


def test_equal_ratings_agree_wholly_and_opposite_ones_less_than_by_chance():
    figures = measured(np.diag([50, 30, 20]))
    assert figures["value"].tolist() == [1, 1]
    assert figures["interval_low"].tolist() == [1, 1]
    assert figures.loc["quadratic_weighted_kappa", "chance_baseline"] == pytest.approx(0, abs=0.05)
    assert quadratic_weighted_kappa(np.diag([50, 30, 20])[::-1]) < 0
    assert same_tier_share([[1, 1], [1, 1]]) == 0.5


def test_intervals_hold_the_value_and_narrow_with_customers():
    table = np.array([[80, 15, 5], [10, 60, 10], [2, 8, 30]])
    few, many = measured(table), measured(table * 100)
    for figures in (few, many):
        assert (figures["interval_low"] < figures["value"]).all()
        assert (figures["value"] < figures["interval_high"]).all()
    widths = [figures["interval_high"] - figures["interval_low"] for figures in (few, many)]
    assert (widths[1] < 0.2 * widths[0]).all()
    assert few["customer_count"].tolist() == [220, 220]
    assert measured(table).equals(few)


def test_one_tier_for_everybody_has_no_kappa_and_nobody_has_nothing():
    figures = measured([[0, 0, 0], [0, 9, 0], [0, 0, 0]])
    assert figures.loc["quadratic_weighted_kappa", ["value", "interval_low"]].isna().all()
    assert figures.loc["same_tier_share", "value"] == 1
    for cells in (cells_of(np.zeros((3, 3), int)), cells_of(np.zeros((3, 3), int)).head(0)):
        empty = measure_tier_agreement(cells, "rule", "learned", "customers")
        assert len(empty) == 0
        assert empty.dtypes.astype(str).to_dict() == {
            name: kind for name, kind in TIER_AGREEMENT_TYPES.items()
        }
