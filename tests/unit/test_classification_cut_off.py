"""The cut-off by stated costs is the cheapest one there is."""

import numpy as np
import pytest

from segmart.errors import InputError
from segmart.risk.classification.cut_off import CHOSEN, Costs, cost_metric, cost_points


def judged(rows: int = 50_000, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    probabilities = 1 / (1 + np.exp(-generator.normal(size=rows) + 1.5))
    return (generator.random(rows) < probabilities).astype(float), probabilities


@pytest.mark.parametrize(
    ("bad_accepted", "good_declined", "cut_off"),
    [(1, 1, 0.5), (5, 1, 1 / 6), (9, 1, 0.1), (1, 0, 0), (0, 1, 1)],
)
def test_the_cut_off_is_where_accepting_costs_as_much_as_declining(bad_accepted, good_declined, cut_off):
    costs = Costs(bad_accepted, good_declined)
    assert costs.cut_off == pytest.approx(cut_off)
    assert costs.cut_off * bad_accepted == pytest.approx((1 - costs.cut_off) * good_declined)


def test_no_other_cut_off_is_clearly_cheaper_for_calibrated_probabilities():
    labels, probabilities = judged()
    costs = Costs(bad_accepted=5, good_declined=1)
    points = cost_points(labels, probabilities, costs)

    expected = [point for point in points if point.series == "expected"]
    realised = [point for point in points if point.series == "realised"]
    (chosen,) = [point for point in expected if point.label == CHOSEN]
    assert chosen.x == pytest.approx(1 / 6, abs=1e-6)
    assert chosen.y == min(point.y for point in expected)
    (chosen,) = [point for point in realised if point.label == CHOSEN]
    assert chosen.y_low < min(point.y for point in realised)
    assert all(
        one.y_low - 0.02 < other.y < one.y_high + 0.02 for one, other in zip(realised, expected, strict=True)
    )


def test_the_curve_runs_from_declining_everybody_to_accepting_everybody():
    labels, probabilities = judged(1_000)
    points = cost_points(labels, probabilities, Costs(5, 1))
    realised = [point for point in points if point.series == "realised"]
    assert len(realised) <= 100
    assert (realised[0].x, realised[0].y) == (0, pytest.approx((1 - labels.mean()), abs=1e-5))
    assert (realised[-1].x, realised[-1].y) == (1, pytest.approx(5 * labels.mean(), abs=1e-5))
    assert [point.position for point in realised] == list(range(1, len(realised) + 1))
    assert cost_points(np.empty(0), np.empty(0), Costs(5, 1)) == []


def test_three_customers_by_hand():
    labels, probabilities = np.array([1, 1, 0]), np.array([0.05, 0.4, 0.3])
    costs = Costs(bad_accepted=9, good_declined=1)
    # At 0.1 the first is wrongly accepted, the second rightly declined, the third wrongly declined.
    found = cost_metric("model", "holdout", labels, probabilities, costs, seed=1, is_served=True)
    assert found.value == pytest.approx((9 + 0 + 1) / 3)
    assert (found.baseline, found.baseline_value) == ("decline everybody", pytest.approx(1 / 3))
    with_exposures = cost_metric(
        "model", "holdout", labels, probabilities, costs, 1, True, exposures=np.array([10, 500, 200])
    )
    assert with_exposures.value == pytest.approx((90 + 0 + 200) / 3)


def test_a_useful_model_is_cheaper_than_doing_without():
    labels, probabilities = judged(5_000)
    found = cost_metric("model", "holdout", labels, probabilities, Costs(4, 1), seed=1, is_served=True)
    assert found.interval_low < found.value < found.interval_high < found.baseline_value


def test_no_rows_cost_nothing_that_could_be_known():
    found = cost_metric("model", "holdout", np.empty(0), np.empty(0), Costs(4, 1), seed=1, is_served=True)
    assert (found.value, found.baseline_value, found.row_count) == (None, None, 0)


@pytest.mark.parametrize("both", [(-1, 1), (0, 0), (np.inf, 1), (np.nan, 1)])
def test_costs_that_say_nothing_are_refused(both):
    with pytest.raises(InputError, match="Remedy: state what each mistake costs"):
        Costs(*both)


@pytest.mark.parametrize("exposures", [[1.0], [1.0, -1.0], [1.0, np.nan]])
def test_exposures_must_be_amounts(exposures):
    with pytest.raises(InputError, match="exposures"):
        cost_points(np.array([0, 1]), np.array([0.1, 0.2]), Costs(4, 1), np.array(exposures))
