"""The bins that say most: as a full search finds them, and as optbinning does."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmart.risk.scorecard.evidence import Totals, information_values, weights_of_evidence
from segmart.risk.scorecard.merging import best_starts

GOOD = np.array([30, 42, 35, 61, 48, 50, 39, 72, 44, 58, 63, 70])
BAD = np.array([22, 19, 25, 20, 24, 12, 15, 14, 16, 9, 11, 6])
# What optbinning 1.0.0 returns for these parts (user_splits between them, solver "cp"): its monotonic_trend
# descending, ascending or none; max_n_bins; min_bin_size; where bins start; their information value.
PUBLISHED = [
    ("decreasing", 2, 0.05, [0, 5], 0.19265352),
    ("decreasing", 3, 0.05, [0, 3, 9], 0.261346393),
    ("decreasing", 4, 0.05, [0, 3, 9, 11], 0.281609644),
    ("decreasing", 4, 0.15, [0, 3, 5, 9], 0.27844727),
    ("decreasing", 6, 0.05, [0, 1, 3, 5, 9, 11], 0.302142123),
    ("decreasing", 6, 0.15, [0, 3, 5, 9], 0.27844727),
    ("increasing", 6, 0.05, [0], 0.0),
    ("any", 2, 0.15, [0, 5], 0.19265352),
    ("any", 6, 0.05, [0, 3, 7, 8, 9, 11], 0.310484162),
    ("any", 6, 0.15, [0, 3, 5, 9], 0.27844727),
]


def totals_of(good, bad) -> Totals:
    return Totals(int(np.sum(good)), int(np.sum(bad)))


@pytest.mark.parametrize(("course", "bins", "share", "starts", "value"), PUBLISHED)
def test_the_bins_are_those_optbinning_finds(course, bins, share, starts, value):
    totals = totals_of(GOOD, BAD)

    found = best_starts(GOOD, BAD, totals, course, bins, share * totals.rows, smoothing=1e-12)

    assert found == (starts, pytest.approx(value, abs=1e-8))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=7),
    st.sampled_from(["increasing", "decreasing", "any"]),
    st.integers(1, 4),
    st.integers(0, 40),
)
def test_no_division_into_bins_says_more(parts, course, maximum_bins, minimum_rows):
    good, bad = np.array(parts).T
    totals = totals_of([*good, 50], [*bad, 20])

    starts, value = best_starts(good, bad, totals, course, maximum_bins, minimum_rows, smoothing=2)

    tried = [
        searched
        for count in range(maximum_bins)
        for cuts in combinations(range(1, len(parts)), count)
        if (searched := value_of([0, *cuts], good, bad, totals, course, minimum_rows)) is not None
    ]
    assert value == pytest.approx(max(tried), abs=1e-9)
    assert value_of(starts, good, bad, totals, course, minimum_rows) == pytest.approx(value, abs=1e-9)


def value_of(starts, good, bad, totals, course, minimum_rows) -> float | None:
    """Return the information value of bins, or none where they are not allowed."""
    bin_good, bin_bad = np.add.reduceat(good, starts), np.add.reduceat(bad, starts)
    steps = np.diff(weights_of_evidence(bin_good, bin_bad, totals, smoothing=2))
    is_allowed = {"increasing": (steps <= 0).all(), "decreasing": (steps >= 0).all(), "any": True}[course]
    is_large = len(starts) == 1 or (bin_good + bin_bad).min() >= minimum_rows
    return information_values(bin_good, bin_bad, totals, 2).sum() if is_allowed and is_large else None


def test_of_equal_solutions_the_one_of_fewer_bins_is_taken():
    good, bad = np.array([10, 20, 30, 90]), np.array([2, 4, 6, 6])

    starts, _ = best_starts(good, bad, totals_of(good, bad), "decreasing", 4, 1, smoothing=1e-12)

    assert starts == [0, 3]
