"""A random forest: the mean of many trees, each grown on rows drawn for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from segmart.learning.trees import Trees, trees_from_content, trees_of
from segmart.risk.classification.columns import Column
from segmart.risk.classification.imbalance import Rows
from segmart.risk.classification.models.encoding import Encoder, encoder_from_content, learn_encoder
from segmart.risk.classification.models.model import Contributions
from segmart.risk.classification.models.options import ForestOptions

# Of probabilities: where two are nearer, the slope between them is that of the tangent.
TOUCHING = 1e-9


@dataclass(frozen=True)
class Forest:
    """Trees whose every node holds the rate of events among its rows.

    Where all trees agree on 0 or 1 the log-odds would be infinite: probabilities are kept `smallest` away
    from both, half an event among all learned rows, for so many rows can show no smaller rate.
    """

    encoder: Encoder
    trees: Trees
    smallest: float

    @property
    def columns(self) -> tuple[Column, ...]:
        """The features it was trained with, in order."""
        return self.encoder.columns

    def log_odds(self, features: pd.DataFrame) -> np.ndarray:
        """Return the log-odds (rows,) of the mean probability over all trees."""
        return self._log_odds(self._rates(self.encoder.matrix(features, np.float32)))

    def contributions(self, features: pd.DataFrame) -> Contributions:
        """Return what each feature changes along the paths of a row, made to sum to its log-odds.

        Along a path the rate of events changes at each question, which counts for the feature that is asked
        for (Saabas 2014; Palczewska et al. 2013): exact in probabilities. Log-odds are no sum over features,
        so that a convention is needed: all changes of a row are multiplied by one factor, above 0, which
        makes their sum that of its log-odds less the base. Signs, order and proportions stay as they are. The
        base are the log-odds of the mean rate at the roots.
        """
        points = self.encoder.matrix(features, np.float32)
        changes = self.trees.changes(points, self.encoder.parents, len(self.columns)) / len(self.trees.roots)
        rates, root_rate = self._rates(points), self._root_rate
        base = self._log_odds(root_rate)
        distance = rates - root_rate
        middle = np.clip((rates + root_rate) / 2, self.smallest, 1 - self.smallest)
        is_far = np.abs(distance) > TOUCHING
        factors = 1 / (middle * (1 - middle))
        np.divide(self._log_odds(rates) - base, distance, out=factors, where=is_far)
        return Contributions(float(base[0]), changes * factors[:, None])

    def as_content(self) -> dict[str, Any]:
        """Return encoder, trees and the smallest probability."""
        return {
            "encoder": self.encoder.as_content(),
            "trees": self.trees.as_content(),
            "smallest": self.smallest,
        }

    def _rates(self, points: np.ndarray) -> np.ndarray:
        return self.trees.summed(points) / len(self.trees.roots)

    @cached_property
    def _root_rate(self) -> np.ndarray:
        return self.trees.value[self.trees.roots].mean(keepdims=True)

    def _log_odds(self, rates: np.ndarray) -> np.ndarray:
        rates = np.clip(rates, self.smallest, 1 - self.smallest)
        return np.log(rates / (1 - rates))


def forest_from_content(content: Mapping[str, Any]) -> Forest:
    """Return the model of `as_content`; raises KeyError, TypeError or ValueError when it is not that."""
    return Forest(
        encoder_from_content(content["encoder"]), trees_from_content(content["trees"]), content["smallest"]
    )


def train_forest(options: ForestOptions, rows: Rows, columns: Sequence[Column], seed: int) -> Forest:
    """Return a random forest (Breiman 2001), its trees held to the declared directions.

    Rows are to come in the order of their keys: trees draw theirs by position.
    """
    from sklearn.ensemble import RandomForestClassifier

    encoder = learn_encoder(rows.features, columns, "filled")
    estimator = RandomForestClassifier(
        n_estimators=options.trees,
        max_depth=options.max_depth,
        min_samples_leaf=options.min_samples_leaf,
        max_features=options.max_features,
        monotonic_cst=encoder.directions,
        random_state=seed,
        # Each tree has its own stream of random numbers: threads change the time, not the forest.
        n_jobs=-1,
    ).fit(encoder.matrix(rows.features, np.float32), rows.labels.astype(int), rows.weights)
    grown = [tree.tree_ for tree in estimator.estimators_]
    trees = trees_of(grown, [tree.value[:, 0, 1] for tree in grown])
    return Forest(encoder, trees, smallest=0.5 / len(rows))
