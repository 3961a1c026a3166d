"""The printed scorecard: its points are those of the calibrated probability."""

import numpy as np
import pytest
from scorecard_cases import applicants, fit

from segmart.risk.classification.calibrated import CalibratedModel, log_odds_of
from segmart.risk.classification.calibration import Beta, Calibration, Platt, Uncalibrated
from segmart.risk.classification.columns import Column
from segmart.risk.classification.models import ScorecardModel
from segmart.risk.classification.printed_card import printed_card
from segmart.risk.scorecard import Scale

FRAME, LABELS = applicants()
SCALE = Scale(base_points=500, base_odds=20, points_to_double_odds=40)
NOTHING = Uncalibrated()


def calibrated(correction: Calibration, calibration: Calibration) -> CalibratedModel:
    fitted = fit(FRAME, LABELS)
    columns = tuple(Column(name, FRAME[name].dtype.kind in "fi") for name in FRAME.columns)
    model = ScorecardModel(columns, fitted.card, fitted.binned)
    return CalibratedModel("scorecard", model, correction, calibration)


@pytest.mark.parametrize(
    ("correction", "calibration"),
    [(NOTHING, NOTHING), (NOTHING, Platt(1.0, -0.7)), (Platt(1.0, -1.5), Platt(0.8, 0.2))],
)
def test_points_add_up_to_those_of_the_probability(correction, calibration):
    model = calibrated(correction, calibration)
    card = printed_card(model, SCALE)

    added = sum(
        feature.of_rows(FRAME, points)
        for feature, points in zip(card.features, card.bin_points(), strict=True)
    )
    expected = SCALE.points(log_odds_of(model.probabilities(FRAME)))
    assert np.abs(card.base_points + added - expected).max() < 1e-6


def test_a_calibration_that_bends_cannot_be_printed():
    with pytest.raises(ValueError, match="beta"):
        printed_card(calibrated(NOTHING, Beta(1.0, 0.5, 0.1)), SCALE)


def test_another_model_cannot_be_printed():
    other = CalibratedModel("logistic", object(), NOTHING, NOTHING)
    with pytest.raises(ValueError, match="logistic is no scorecard"):
        printed_card(other, SCALE)
