"""How far two divisions agree."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmart.agreement import (
    AGREEMENT_TYPES,
    adjusted_mutual_information,
    adjusted_rand_index,
    agreement_rate,
    best_pairing,
    cramers_v,
    measure_agreement,
    table_of,
)

TABLES = (
    st.integers(1, 5)
    .flatmap(
        lambda columns: st.lists(
            st.lists(st.integers(0, 30), min_size=columns, max_size=columns), min_size=1, max_size=5
        )
    )
    .map(np.array)
)


def labels_of(table) -> tuple[np.ndarray, np.ndarray]:
    first, second = np.indices(table.shape)
    return np.repeat(first.ravel(), table.ravel()), np.repeat(second.ravel(), table.ravel())


@settings(max_examples=60, deadline=None)
@given(table=TABLES.filter(lambda table: table.sum() > 1))
def test_rand_index_and_mutual_information_equal_those_of_scikit_learn(table):
    from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score

    first, second = labels_of(table)

    assert adjusted_rand_index(table) == pytest.approx(adjusted_rand_score(first, second), abs=1e-9)
    assert adjusted_mutual_information(table) == pytest.approx(
        adjusted_mutual_info_score(first, second), abs=1e-7
    )


def test_the_association_is_corrected_for_its_bias():
    independent = np.full((4, 5), 100)
    assert cramers_v(independent) == 0

    # Bergsma (2013): chi-squared 20 of 200 rows in a 2 x 2 table.
    table = np.array([[66, 34], [34, 66]])
    phi_squared = (table - 50.0).__pow__(2).sum() / 50 / 200
    corrected = phi_squared - 1 / 199
    assert cramers_v(table) == pytest.approx((corrected / (2 - 1 / 199 - 1)) ** 0.5)


def test_the_rate_counts_customers_in_the_best_pairs():
    table = np.array([[10, 2, 0], [3, 0, 5]])

    assert best_pairing(table).tolist() == [[True, False, False], [False, False, True]]
    assert agreement_rate(table, best_pairing(table)) == pytest.approx(15 / 20)


def test_the_caller_says_which_pairs_are_expected():
    table = np.array([[10, 2, 0], [0, 0, 0], [3, 0, 5]])
    everyone_in_the_first = np.array([[True, True, True], [True, True, True], [False, False, False]])

    found = measure_agreement(table, everyone_in_the_first).set_index("measure")

    assert found["value"]["agreement_rate"] == pytest.approx(12 / 20)
    assert found["chance_baseline"]["agreement_rate"] == pytest.approx(12 / 20)


@pytest.mark.parametrize("table", [np.diag([5, 1, 900]), np.array([[0, 7], [9, 0]]), np.array([[4]])])
def test_divisions_that_differ_in_names_only_agree_exactly(table):
    found = measure_agreement(table)

    assert found["value"].tolist() == [1.0] * 4
    assert found["interval_low"].tolist() == [1.0] * 4
    assert found["interval_high"].tolist() == [1.0] * 4


@pytest.mark.parametrize("table", [np.array([[4, 3]]), np.array([[9], [1], [2]])])
def test_with_one_segment_on_a_side_every_agreement_is_chance(table):
    found = measure_agreement(table)

    assert found["value"].tolist() == found["chance_baseline"].tolist()
    assert found["value"].tolist()[:3] == [0, 0, 0]


def test_customers_who_share_a_segment_with_nobody_are_divided_equally():
    assert adjusted_mutual_information(np.eye(3, dtype=int)) == 1
    assert adjusted_rand_index(np.eye(3, dtype=int)) == 1


def test_segments_nobody_is_in_do_not_count():
    table = np.array([[5, 0, 0], [0, 0, 3], [0, 0, 0]])

    assert measure_agreement(table)["value"].tolist() == [1.0] * 4


def test_divisions_by_chance_show_no_more_than_chance():
    table = np.random.default_rng(1).multinomial(4000, np.full(20, 0.05)).reshape(4, 5)

    found = measure_agreement(table).set_index("measure")

    assert abs(found["value"]["adjusted_rand_index"]) < 0.01
    assert found["interval_low"]["adjusted_mutual_information"] < 0.01
    baseline = found["chance_baseline"]["agreement_rate"]
    assert found["value"]["agreement_rate"] == pytest.approx(baseline, abs=0.02)
    assert 0.2 < baseline < 0.3


def test_an_interval_holds_its_value_and_narrows_with_more_customers():
    table = np.array([[80, 10, 5], [15, 60, 10]])

    few, many = measure_agreement(table), measure_agreement(100 * table)

    assert (few["chance_baseline"] < few["interval_low"]).all()
    assert few.set_index("measure")["chance_baseline"]["adjusted_rand_index"] == pytest.approx(0, abs=0.01)
    assert (few["interval_low"] <= few["value"]).all()
    assert (few["value"] <= few["interval_high"]).all()
    widths = [frame["interval_high"] - frame["interval_low"] for frame in (few, many)]
    assert (widths[1] < widths[0] / 5).all()


def test_measuring_twice_gives_the_same_figures():
    table = np.array([[80, 10], [15, 60]])

    assert measure_agreement(table).equals(measure_agreement(table))


@pytest.mark.parametrize("table", [np.zeros((0, 0)), np.zeros((2, 3))])
def test_without_customers_nothing_is_measured(table):
    found = measure_agreement(table)

    assert found["value"].isna().all()
    assert found["customer_count"].tolist() == [0] * 4
    assert found.dtypes.astype(str).to_dict() == AGREEMENT_TYPES


def test_every_measure_says_what_it_is():
    assert measure_agreement(np.array([[3, 1], [1, 3]]))["definition"].str.len().min() > 40


def test_a_table_is_made_of_counts_by_pair():
    counts = pd.DataFrame(
        {"rule": ["a", "a", "b"], "learned": ["x", "y", "y"], "customers": [4, 1, 7], "other": 0}
    )

    assert table_of(counts, "rule", "learned", "customers").tolist() == [[4, 1], [0, 7]]
    assert table_of(counts.iloc[:0], "rule", "learned", "customers").size == 0
