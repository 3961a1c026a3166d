"""A scorecard: what each bin of each feature adds to the log-odds of a default, and the points of that.

Every number comes out row by row: features are added up in order, so that a row alone scores as it does among
others, to the last bit. Nothing here needs what fitted the card.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from segmart.risk.scorecard.binned import BinnedFeature, binned_from_content
from segmart.risk.scorecard.points import Scale


@dataclass(frozen=True)
class ScoredFeature:
    """A feature of the card.

    `coefficient` is what the regression makes of its evidence, below 0; `contributions` (bins,) are what its
    bins add to the log-odds of being bad, against the mean of the fitted rows.
    """

    binned: BinnedFeature
    coefficient: float
    contributions: tuple[float, ...]

    def of_rows(self, frame: pd.DataFrame, numbers: np.ndarray) -> np.ndarray:
        """Return for each row (rows,) the one of the numbers (bins,) that belongs to its bin."""
        return numbers[self.binned.partition.positions(frame[self.binned.name])]


@dataclass(frozen=True)
class Scorecard:
    """Features in order, what all of them begin with, and the scale of the points.

    `base_log_odds` are the log-odds of being bad of a row whose every contribution is average.
    """

    base_log_odds: float
    features: tuple[ScoredFeature, ...]
    scale: Scale

    @property
    def names(self) -> list[str]:
        """The features' names, in order."""
        return [feature.binned.name for feature in self.features]

    @property
    def base_points(self) -> float:
        """The points before any feature: none where there are features that share them out evenly."""
        return 0.0 if self.features else float(self.scale.points(self.base_log_odds))

    def bin_points(self) -> Iterator[np.ndarray]:
        """Yield for each feature the points (bins,) of its bins, unrounded."""
        for feature in self.features:
            share = self.scale.points(self.base_log_odds) / len(self.features)
            yield share - self.scale.points_per_log_odds * np.array(feature.contributions)

    def contributions(self, frame: pd.DataFrame) -> np.ndarray:
        """Return what each feature adds to a row's log-odds of being bad (rows, features).

        With `base_log_odds` they add up to the log-odds.
        """
        contributions = np.empty((len(frame), len(self.features)))
        for position, feature in enumerate(self.features):
            contributions[:, position] = feature.of_rows(frame, np.array(feature.contributions))
        return contributions

    def log_odds(self, frame: pd.DataFrame) -> np.ndarray:
        """Return the log-odds (rows,) of being bad."""
        contributions = [np.array(feature.contributions) for feature in self.features]
        return self._summed(frame, self.base_log_odds, contributions)

    def probability(self, frame: pd.DataFrame) -> np.ndarray:
        """Return the probability (rows,) of being bad."""
        return 1 / (1 + np.exp(-self.log_odds(frame)))

    def points(self, frame: pd.DataFrame) -> np.ndarray:
        """Return the points (rows,), unrounded: an exact function of the log-odds."""
        return self._summed(frame, self.base_points, list(self.bin_points()))

    def words(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return for each row and feature the bin it falls into, in words; indexed and named as the frame."""
        columns = {
            feature.binned.name: feature.of_rows(
                frame, np.array(feature.binned.partition.words(), dtype=object)
            )
            for feature in self.features
        }
        return pd.DataFrame(columns, index=frame.index, columns=self.names, dtype=object)

    def as_content(self) -> dict[str, Any]:
        """Return the card, ready for JSON."""
        return {
            "base_log_odds": self.base_log_odds,
            "scale": asdict(self.scale),
            "features": [
                feature.binned.as_content()
                | {"coefficient": feature.coefficient, "contributions": list(feature.contributions)}
                for feature in self.features
            ],
        }

    def _summed(self, frame: pd.DataFrame, start: float, numbers: list[np.ndarray]) -> np.ndarray:
        total = np.full(len(frame), float(start))
        for feature, of_bins in zip(self.features, numbers, strict=True):
            total += feature.of_rows(frame, of_bins)
        return total


def scorecard_from_content(content: Mapping[str, Any]) -> Scorecard:
    """Return the scorecard of `as_content`; raises KeyError or TypeError when it is not that."""
    return Scorecard(
        base_log_odds=content["base_log_odds"],
        features=tuple(
            ScoredFeature(
                binned_from_content(feature), feature["coefficient"], tuple(feature["contributions"])
            )
            for feature in content["features"]
        ),
        scale=Scale(**content["scale"]),
    )
