"""The scorecard as one of the models: what it takes and gives is in the form of the others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from segmart.learning.figures import CurvePoint
from segmart.risk.classification.columns import Column
from segmart.risk.classification.imbalance import Rows
from segmart.risk.classification.models.model import Contributions, columns_as_content, columns_from_content
from segmart.risk.scorecard import (
    BinnedFeature,
    Scorecard,
    ScorecardOptions,
    fit_scorecard,
    scorecard_from_content,
)


@dataclass(frozen=True)
class ScorecardModel:
    """A scorecard, and what its fit leaves to be looked at.

    `binned` are all features in bins and `left_out` says why some are not on the card; read back from its
    content a model has the bins of those on the card, and no longer knows the others.
    """

    columns: tuple[Column, ...]
    card: Scorecard
    binned: tuple[BinnedFeature, ...]
    left_out: Mapping[str, str] = field(default_factory=dict)

    def log_odds(self, features: pd.DataFrame) -> np.ndarray:
        """Return the log-odds (rows,) of the event."""
        return self.card.log_odds(_as_declared(features, self.columns))

    def contributions(self, features: pd.DataFrame) -> Contributions:
        """Return what each feature adds, exactly, against the mean of the learned rows."""
        on_card = self.card.contributions(_as_declared(features, self.columns))
        positions = {column.name: position for position, column in enumerate(self.columns)}
        values = np.zeros((len(features), len(self.columns)))
        values[:, [positions[name] for name in self.card.names]] = on_card
        return Contributions(self.card.base_log_odds, values)

    def as_content(self) -> dict[str, Any]:
        """Return the columns and the card."""
        return {"columns": columns_as_content(self.columns), "card": self.card.as_content()}


def scorecard_model_from_content(content: Mapping[str, Any]) -> ScorecardModel:
    """Return the model of `as_content`; raises KeyError or TypeError when it is not that."""
    card = scorecard_from_content(content["card"])
    binned = tuple(feature.binned for feature in card.features)
    return ScorecardModel(columns_from_content(content["columns"]), card, binned)


def train_scorecard(
    options: ScorecardOptions, rows: Rows, columns: Sequence[Column], seed: int
) -> ScorecardModel:
    """Return the scorecard of rows, whatever their order; nothing of it is random.

    A number without a direction has the one that says more. Where no feature enters it is a constant.
    """
    fitted = fit_scorecard(
        _as_declared(rows.features, columns),
        rows.labels,
        {column.name: column.direction or "auto" for column in columns if column.is_number},
        options,
        rows.weights,
    )
    return ScorecardModel(tuple(columns), fitted.card, fitted.binned, fitted.left_out)


def bin_points(model: ScorecardModel) -> list[CurvePoint]:
    """Return weight of evidence and information value of each bin (label) of each feature (series).

    `row_count` are the learned rows in the bin.
    """
    return [
        CurvePoint(
            curve="scorecard_bins",
            series=feature.name,
            position=row["position"] + 1,
            x=row["information_value"],
            y=row["weight_of_evidence"],
            label=row["bin"],
            row_count=row["row_count"],
        )
        for feature in model.binned
        for row in feature.rows()
    ]


def card_points(card: Scorecard) -> list[CurvePoint]:
    """Return the points of each bin (label) of each feature (series) on a card, and the bin's event rate."""
    return [
        CurvePoint(
            curve="scorecard_points",
            series=feature.binned.name,
            position=row["position"] + 1,
            x=row["bad_rate"],
            y=round(float(of_bins[row["position"]]), 2),
            label=row["bin"],
            row_count=row["row_count"],
        )
        for feature, of_bins in zip(card.features, card.bin_points(), strict=True)
        for row in feature.binned.rows()
    ]


def _as_declared(features: pd.DataFrame, columns: Sequence[Column]) -> pd.DataFrame:
    """Return the columns with numbers as doubles and categories as objects: types tell them apart."""
    return pd.DataFrame(
        {
            column.name: features[column.name].astype(float if column.is_number else object)
            for column in columns
        },
        index=features.index,
    )
