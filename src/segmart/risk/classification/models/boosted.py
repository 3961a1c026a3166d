"""XGBoost's trees, each made to correct those before it, with the directions declared for risk."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from segmart.learning.json_text import to_json
from segmart.risk.classification.columns import Column
from segmart.risk.classification.imbalance import Rows
from segmart.risk.classification.models.encoding import Encoder, encoder_from_content, learn_encoder
from segmart.risk.classification.models.model import Contributions
from segmart.risk.classification.models.options import BoostingOptions


@dataclass(frozen=True)
class Boosted:
    """XGBoost's booster; a missing number takes the way its trees learned for it."""

    encoder: Encoder
    booster: Any

    @property
    def columns(self) -> tuple[Column, ...]:
        """The features it was trained with, in order."""
        return self.encoder.columns

    def log_odds(self, features: pd.DataFrame) -> np.ndarray:
        """Return the log-odds (rows,) of the event, single precision written as double."""
        if not len(features):
            return np.empty(0)
        points = self.encoder.matrix(features, np.float32)
        return self.booster.inplace_predict(points, predict_type="margin").astype(float)

    def contributions(self, features: pd.DataFrame) -> Contributions:
        """Return Shapley values along the trees' paths (Lundberg et al. 2020), summed over levels.

        They are in single precision: with the base they give the log-odds to within 1e-5 of them, or of 1.
        The base is the mean of the trees' answers over the learned rows.
        """
        values = np.zeros((len(features), len(self.columns)))
        if len(features):
            told = self._told(self.encoder.matrix(features, np.float32))
            for parent, column in zip(self.encoder.parents, told.T, strict=False):
                values[:, parent] += column
        return Contributions(self._base, values)

    def as_content(self) -> dict[str, Any]:
        """Return the encoder and XGBoost's own JSON."""
        return {
            "encoder": self.encoder.as_content(),
            "booster": json.loads(self.booster.save_raw("json").decode()),
        }

    @cached_property
    def _base(self) -> float:
        """What is the same in the contributions of every row."""
        return float(self._told(np.zeros((1, len(self.encoder.parents)), dtype=np.float32))[0, -1])

    def _told(self, points: np.ndarray) -> np.ndarray:
        """Return the contributions of points' coordinates (rows, coordinates + 1), the base last."""
        import xgboost

        return self.booster.predict(xgboost.DMatrix(points, nthread=1), pred_contribs=True).astype(float)


def boosted_from_content(content: Mapping[str, Any]) -> Boosted:
    """Return the model of `as_content`; raises KeyError, TypeError or ValueError when it is not that."""
    import xgboost

    try:
        booster = xgboost.Booster()
        booster.load_model(bytearray(to_json(content["booster"]), "utf-8"))
        booster.set_param({"nthread": 1})
    except xgboost.core.XGBoostError as error:
        raise ValueError(str(error).splitlines()[0]) from error
    return Boosted(encoder_from_content(content["encoder"]), booster)


def train_boosted(options: BoostingOptions, rows: Rows, columns: Sequence[Column], seed: int) -> Boosted:
    """Return gradient-boosted trees (Friedman 2001) grown by XGBoost (Chen & Guestrin 2016).

    The seed matters only where a share of rows or coordinates is drawn. Rows are to come in the order of
    their keys: sums of gradients hang, in their last digits, on the order of rows.
    """
    import xgboost

    encoder = learn_encoder(rows.features, columns, "raw")
    table = xgboost.QuantileDMatrix(
        encoder.matrix(rows.features, np.float32), rows.labels, weight=rows.weights, nthread=1
    )
    parameters = options.model_dump(exclude={"trees"}) | {
        "objective": "binary:logistic",
        "base_score": rows.event_rate,
        "tree_method": "hist",
        "monotone_constraints": tuple(encoder.directions.tolist()),
        "nthread": 1,
        "seed": seed,
    }
    return Boosted(encoder, xgboost.train(parameters, table, options.trees))
