"""Prediction intervals hold what they promise."""

import numpy as np
import pytest

from segmart.risk.regression.conformal import FEWEST_ROWS_OF_A_SEGMENT, bounds, margins, margins_out_of_sample


def nobodys(count: int) -> np.ndarray:
    return np.full(count, None, dtype=object)


def test_the_margin_covers_one_customer_more_than_were_judged():
    errors = np.arange(1, 20) * np.where(np.arange(19) % 2, 1.0, -1.0)

    # Of 19 errors the 18th: 18 / 20 is 90 % of all customers but one, that one included.
    assert margins(errors, nobodys(19), 0.9).overall == 18
    assert margins(errors, nobodys(19), 0.95).overall == 19
    assert margins(errors, nobodys(19), 0.96).overall == np.inf
    assert margins(errors[:0], nobodys(0), 0.9).overall == np.inf


@pytest.mark.parametrize("level", [0.5, 0.9])
def test_new_customers_are_covered_at_the_level(level):
    generator = np.random.default_rng(3)
    covered = []
    for _ in range(400):
        errors = generator.standard_t(3, size=60)
        covered.append(
            (np.abs(generator.standard_t(3, size=200)) <= margins(errors, nobodys(60), level).overall).mean()
        )

    assert np.mean(covered) == pytest.approx(level, abs=0.015)


def test_a_segment_with_enough_customers_has_its_own_margin():
    segments = np.array(["calm"] * FEWEST_ROWS_OF_A_SEGMENT + ["wild"] * 400 + ["rare"] * 10 + [None] * 10)
    errors = np.random.default_rng(1).normal(size=len(segments)) * np.where(segments == "wild", 10, 1)

    learned = margins(errors, segments, 0.9)
    asked = np.array(["calm", "wild", "rare", "never seen", None], dtype=object)

    assert list(learned.by_segment) == ["calm", "wild"]
    assert learned.of(asked)[:2] == pytest.approx([1.645, 16.45], rel=0.15)
    assert learned.of(asked)[2:].tolist() == [learned.overall] * 3


def test_coverage_is_measured_with_margins_from_other_customers():
    generator = np.random.default_rng(5)
    parts = np.arange(500) % 5
    errors = generator.normal(size=500)
    errors[parts == 0] = 100.0

    found = margins_out_of_sample(errors, nobodys(500), parts, 0.9)

    assert (found[parts == 0] < 3).all()
    assert (np.abs(errors) <= found)[parts == 0].sum() == 0
    assert (found[parts != 0] == 100).all()


def test_intervals_stay_within_the_bounds_of_the_label():
    predicted, margin = np.array([0.1, 0.5, 0.9]), np.array([0.2, 0.2, np.inf])

    low, high = bounds(predicted, margin, 0.0, 1.0)
    unbounded_low, unbounded_high = bounds(predicted, margin, None, None)

    assert low == pytest.approx([0, 0.3, 0])
    assert high == pytest.approx([0.3, 0.7, 1])
    assert (unbounded_low[2], unbounded_high[2]) == (-np.inf, np.inf)
