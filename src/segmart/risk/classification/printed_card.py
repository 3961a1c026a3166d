"""A scorecard as it is printed: calibrated, so that its points are those of the probability."""

from dataclasses import replace

import numpy as np

from segmart.learning.preparation import rounded
from segmart.risk.classification.calibrated import CalibratedModel
from segmart.risk.classification.calibration import Calibration, Platt
from segmart.risk.scorecard import Scale, Scorecard


def printed_card(calibrated: CalibratedModel, scale: Scale) -> Scorecard:
    """Return the card of a calibrated scorecard on a scale: its points add up to those of the probability.

    What corrects and calibrates a scorecard only stretches and moves the log-odds, so it can be written into
    every bin. Raises ValueError for a model that is no scorecard, or is calibrated in another way.
    """
    card = getattr(calibrated.model, "card", None)
    if card is None:
        raise ValueError(f"{calibrated.name} is no scorecard: there is nothing to print")
    (slope, shift), (outer_slope, outer_shift) = _line(calibrated.correction), _line(calibrated.calibration)
    slope, shift = outer_slope * slope, outer_slope * shift + outer_shift
    return Scorecard(
        base_log_odds=float(rounded(slope * card.base_log_odds + shift)),
        features=tuple(
            replace(
                feature,
                coefficient=slope * feature.coefficient,
                contributions=tuple((slope * np.array(feature.contributions)).tolist()),
            )
            for feature in card.features
        ),
        scale=scale,
    )


def _line(calibration: Calibration) -> tuple[float, float]:
    """Return slope and intercept of a calibration that is a straight line in the log-odds."""
    if isinstance(calibration, Platt):
        return calibration.slope, calibration.intercept
    if calibration.method == "none":
        return 1.0, 0.0
    raise ValueError(
        f"a scorecard calibrated by {calibration.method} cannot be printed: its points do not add up"
    )
