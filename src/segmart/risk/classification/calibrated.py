"""A trained model with all that turns what it says into a probability of default."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from segmart.risk.classification.calibration import (
    Calibration,
    calibration_from_content,
    from_log_odds,
    logarithms,
)
from segmart.risk.classification.models import Model, model_from_content


@dataclass(frozen=True)
class Scorer:
    """What a model says of rows of features, as a number from 0 to 1."""

    model: Model

    def __call__(self, features: pd.DataFrame) -> np.ndarray:
        """Return the scores (rows,)."""
        return from_log_odds(self.model.log_odds(features))


@dataclass(frozen=True)
class CalibratedModel:
    """A model, the correction for what it learned from, and the calibration after that."""

    name: str
    model: Model
    correction: Calibration
    calibration: Calibration

    def scores(self, features: pd.DataFrame) -> np.ndarray:
        """Return what is to be calibrated (rows,)."""
        return self.correction.apply(Scorer(self.model)(features)) if len(features) else np.empty(0)

    def probabilities(self, features: pd.DataFrame) -> np.ndarray:
        """Return the probability (rows,) of the event; a row alone has the one it has among others."""
        return self.calibration.apply(self.scores(features))

    def as_content(self) -> dict[str, Any]:
        """Return all that is needed to score a row, ready for JSON."""
        return {
            "name": self.name,
            "model": self.model.as_content(),
            "correction": self.correction.as_content(),
            "calibration": self.calibration.as_content(),
        }


def calibrated_from_content(content: Mapping[str, Any]) -> CalibratedModel:
    """Return the model of `as_content`; raises KeyError, TypeError or ValueError when it is not that."""
    return CalibratedModel(
        name=content["name"],
        model=model_from_content(content["name"], content["model"]),
        correction=calibration_from_content(content["correction"]),
        calibration=calibration_from_content(content["calibration"]),
    )


def log_odds_of(probabilities: np.ndarray) -> np.ndarray:
    """Return the log-odds (rows,) of probabilities (rows,), finite also for 0 and 1."""
    low, high = logarithms(probabilities)
    return low - high
