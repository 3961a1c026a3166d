"""Weight of evidence and information value: by hand, as published, and smoothed."""

import math

import numpy as np
import pytest

from segmart.risk.scorecard.evidence import Totals, information_values, weights_of_evidence

BARELY = 1e-9  # so little smoothing that the figures are the textbook's


def test_evidence_is_the_logarithm_of_shares_of_good_and_bad_by_hand():
    good, bad, totals = np.array([60, 40]), np.array([5, 15]), Totals(good=100, bad=20)

    weights = weights_of_evidence(good, bad, totals, BARELY)
    values = information_values(good, bad, totals, BARELY)

    assert weights == pytest.approx([math.log(0.60 / 0.25), math.log(0.40 / 0.75)])
    assert values == pytest.approx([0.35 * math.log(2.4), -0.35 * math.log(0.4 / 0.75)])


def test_evidence_equals_the_table_optbinning_publishes():
    # Tutorial "optimal binning with binary target": mean radius of the Wisconsin breast cancer data.
    good = np.array([3, 3, 7, 10, 28, 44, 117])
    bad = np.array([115, 76, 61, 39, 55, 10, 1])
    totals = Totals(good=212, bad=357)

    weights = weights_of_evidence(good, bad, totals, BARELY)
    values = information_values(good, bad, totals, BARELY)

    published = [-3.12517, -2.710972, -1.643814, -0.839827, -0.153979, 2.002754, 5.283323]
    assert weights == pytest.approx(published, abs=1e-6)
    published = [0.962483, 0.538763, 0.226599, 0.052131, 0.003385, 0.359566, 2.900997]
    assert values == pytest.approx(published, abs=1e-6)
    assert values.sum() == pytest.approx(5.043925, abs=1e-6)


def test_smoothing_adds_rows_of_the_average_bad_rate():
    good, bad, totals = np.array([3]), np.array([0]), Totals(good=80, bad=20)

    weight = weights_of_evidence(good, bad, totals, smoothing=10)

    assert weight == pytest.approx(math.log(((3 + 8) / 80) / ((0 + 2) / 20)))


def test_a_bin_without_rows_says_nothing():
    nothing, totals = np.array([0]), Totals(good=900, bad=7)

    assert weights_of_evidence(nothing, nothing, totals, smoothing=5) == pytest.approx(0, abs=1e-12)
    assert information_values(nothing, nothing, totals, smoothing=5) == pytest.approx(0, abs=1e-12)


def test_the_fewer_rows_a_bin_has_the_less_it_says():
    totals = Totals(good=8_000, bad=2_000)
    rows = np.array([1, 10, 100, 1_000])

    weights = weights_of_evidence(np.zeros(4), rows, totals, smoothing=5)

    assert (np.diff(weights) < 0).all()
    assert weights[0] > -1


def test_no_part_of_an_information_value_is_negative():
    random = np.random.default_rng(3)
    good, bad = random.integers(0, 30, 500), random.integers(0, 30, 500)

    values = information_values(good, bad, Totals(int(good.sum()), int(bad.sum())), smoothing=5)

    assert values.min() >= 0
