"""The only way to a probability that may be judged: a model that learned from other, and observed, rows.

Resampling happens here, after the split and on the part that is learned from. What it makes has no key; what
has no key, a key nobody observed, or one that was learned from is refused as a row to judge.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd

from segmart.errors import FeatureError
from segmart.risk.classification.calibration import Calibration, prior_correction
from segmart.risk.classification.imbalance import Rows, rebalanced

# Learns from rows, of which it uses features, labels and weights, and returns what gives a score, 0 to 1, for
# each row (rows,) of features.
Train = Callable[[Rows], Callable[[pd.DataFrame], np.ndarray]]


@dataclass(frozen=True)
class Trained:
    """A model that learned from observed or rebalanced rows, and the correction for the latter.

    `learned_from` are the keys of the observed rows among them.
    """

    score: Callable[[pd.DataFrame], np.ndarray]
    correction: Calibration
    learned_from: frozenset

    def probabilities(self, rows: Rows, observed: Collection[str]) -> np.ndarray:
        """Return the probability (rows,) of rows it may judge; raises FeatureError for any other."""
        check_judged(rows.keys, self.learned_from, observed)
        return self.correction.apply(self.score(rows.features)) if len(rows) else np.empty(0)


def trained(rows: Rows, train: Train, treatment: str, seed: int) -> Trained:
    """Train on observed rows under a treatment of the imbalance.

    Raises FeatureError when one of them was made, or there are too few events for the treatment.
    """
    check_observed(rows.keys)
    learned_from = rebalanced(rows, treatment, seed)
    return Trained(
        score=train(learned_from),
        correction=prior_correction(learned_from.event_rate, rows.event_rate),
        learned_from=frozenset(rows.keys),
    )


def out_of_fold(rows: Rows, parts: np.ndarray, train: Train, treatment: str, seed: int) -> np.ndarray:
    """Return a probability (rows,) for each observed row, by a model that learned from other parts (rows,).

    Rebalancing touches only what is learned from, and what it does to the share of events is taken back. A
    calibration comes after it. Raises FeatureError when a row was made, or there are too few events.
    """
    check_observed(rows.keys)
    observed = frozenset(rows.keys)
    probabilities = np.empty(len(rows))
    for part in np.unique(parts):
        own = np.flatnonzero(parts == part)
        model = trained(rows.take(np.flatnonzero(parts != part)), train, treatment, seed)
        probabilities[own] = model.probabilities(rows.take(own), observed)
    return probabilities


def check_judged(keys: np.ndarray, learned_from: Collection[str], observed: Collection[str]) -> None:
    """Raise FeatureError unless the keys (rows,) to judge are of observed rows that were not learned from."""
    check_observed(keys)
    _refuse([key for key in keys if key not in observed], keys, "have a key that no observed row has")
    _refuse([key for key in keys if key in learned_from], keys, "were learned from")


def check_observed(keys: np.ndarray) -> None:
    """Raise FeatureError unless all keys (rows,) are there, each once: else rows were made or repeated."""
    _refuse([key for key in keys if pd.isna(key)], keys, "have no key: they were made by resampling")
    codes, found = pd.factorize(keys)
    repeated = found[np.bincount(codes, minlength=len(found)) > 1]
    _refuse(list(repeated), keys, "have the key of another row: they were repeated")


def _refuse(wrong: list, keys: np.ndarray, finding: str) -> None:
    if wrong:
        examples = ", ".join(str(key) for key in wrong[:3])
        raise FeatureError(
            f"{len(wrong):,} of {len(keys):,} rows {finding} (keys {examples}). Resampling before the split "
            "fakes skill. Remedy: give observed rows, each once; what rebalances them is declared under "
            "imbalance, and done to the rows that are learned from."
        )
