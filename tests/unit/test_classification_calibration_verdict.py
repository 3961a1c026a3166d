"""What a verdict says of calibration: only what the figures of what serves show clearly."""

import numpy as np
import pytest
from classification_cases import APPLICATIONS, declaration, fit

from segmart.learning.figures import Metric
from segmart.risk.classification.calibration_verdict import calibration_verdict


def ratio(split: str, value: float, low: float | None, high: float | None, **changes) -> Metric:
    given = {
        "candidate": "scorecard",
        "split": split,
        "metric": "mean_pd_to_base_rate",
        "value": value,
        "interval_low": low,
        "interval_high": high,
        "row_count": 1_000,
        "baseline": "as predicted",
        "baseline_value": 1.0,
        "is_served": True,
    }
    return Metric(**(given | changes))


def test_a_ratio_clearly_off_one_is_said_with_its_split_and_its_interval():
    found = calibration_verdict(
        [ratio("cross-validation", 0.99, 0.94, 1.04), ratio("out of time", 0.469, 0.457, 0.483)]
    )

    assert found.addition == ", not calibrated out of time"
    assert found.reason == (
        "mean probability to what happened: out of time 0.469 (95% interval 0.457 to 0.483), "
        "in cross-validation 0.99 (95% interval 0.94 to 1.04)"
    )


def test_every_split_that_is_off_is_named():
    found = calibration_verdict([ratio("holdout", 1.2, 1.1, 1.3), ratio("out of time", 2.0, 1.8, 2.2)])

    assert found.addition == ", not calibrated out of time and on the rows held out"


@pytest.mark.parametrize(
    "figure",
    [
        pytest.param(ratio("holdout", 1.3, 0.98, 1.7), id="an interval that holds 1"),
        pytest.param(ratio("holdout", 0.985, 0.981, 0.989), id="a clear difference too small to matter"),
        pytest.param(ratio("holdout", 2.0, 1.8, 2.2, is_served=False), id="a candidate that does not serve"),
        pytest.param(ratio("holdout", 2.0, 1.8, 2.2, subgroup="sex = f"), id="a group of people"),
        pytest.param(ratio("holdout", 2.0, None, None), id="no interval"),
        pytest.param(ratio("holdout", 2.0, 1.8, 2.2, metric="mean_cost"), id="another figure"),
    ],
)
def test_nothing_is_said_against_the_calibration_for(figure):
    assert calibration_verdict([figure]).addition == ""


def test_a_model_whose_events_became_twice_as_many_is_not_calibrated_out_of_time():
    late = (APPLICATIONS["applied_on"] > APPLICATIONS["applied_on"].quantile(0.75)).to_numpy()
    more = np.random.default_rng(4).random(len(APPLICATIONS)) < 0.9
    table = APPLICATIONS.assign(is_bad=np.where(late & more, 1, APPLICATIONS["is_bad"]))
    table.loc[np.flatnonzero(late)[:20], "is_bad"] = 0

    row = fit(table, declaration(time="applied_on")).iloc[0]

    assert row.verdict.endswith("a constant, not calibrated out of time")
    assert "; mean probability to what happened: out of time 0." in row.verdict_reason
