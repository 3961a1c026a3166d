"""Rare events made to count as much as their absence: class weights or SMOTE, and whether either is worth it.

Only for rows to learn from. `rebalanced` is called on the part that is learned from, in `out_of_fold`; a row
it makes has no key, and rows without a key are never judged.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from segmart.errors import FeatureError
from segmart.learning.intervals import CONFIDENCE, Interval
from segmart.risk.classification.inputs import brier_losses, checked, log_losses
from segmart.risk.classification.smote import oversampled
from segmart.risk.resampling import interval_from, resampled_means

NONE, CLASS_WEIGHTS, SMOTE = "none", "class_weights", "smote"
TREATMENTS = (NONE, CLASS_WEIGHTS, SMOTE)


@dataclass(frozen=True)
class Rows:
    """Rows to learn from or to judge.

    `keys` (rows,) are text, none for a row that was made; `features` hold a row each, numbers or categories;
    `labels` (rows,) are 1 for the event; `weights` (rows,) say how much a row counts when it is learned from.
    """

    keys: np.ndarray
    features: pd.DataFrame
    labels: np.ndarray
    weights: np.ndarray

    def __len__(self) -> int:
        return len(self.keys)

    def take(self, positions: np.ndarray) -> "Rows":
        """Return the rows at the given positions, in that order."""
        features = self.features.iloc[positions].reset_index(drop=True)
        return Rows(self.keys[positions], features, self.labels[positions], self.weights[positions])

    @property
    def event_rate(self) -> float:
        """The share of events that is learned from, by weight."""
        return float(np.average(self.labels, weights=self.weights))


def rows_of(keys: Sequence[str], features: pd.DataFrame, labels: np.ndarray) -> Rows:
    """Return observed rows, each of weight 1."""
    labels = np.asarray(labels, dtype=float)
    return Rows(np.asarray(keys, dtype=object), features.reset_index(drop=True), labels, np.ones(len(labels)))


def rebalanced(rows: Rows, treatment: str, seed: int) -> Rows:
    """Return what a model is to learn from in place of some rows; never to be judged.

    Class weights give both classes half of the weight. SMOTE adds rows of the rarer class until both are
    equally many. Raises FeatureError when there are too few events or non-events, ValueError for a treatment
    nobody knows.
    """
    if treatment not in TREATMENTS:
        raise ValueError(f"nothing is known of a treatment {treatment!r}: say one of {', '.join(TREATMENTS)}")
    if treatment == NONE:
        return rows
    event_count = int(rows.labels.sum())
    rarer = min(event_count, len(rows) - event_count)
    # SMOTE makes a row between two others.
    if rarer < (2 if treatment == SMOTE else 1):
        raise FeatureError(
            f"{treatment}: {event_count:,} of {len(rows):,} rows to learn from have the event, which leaves "
            f"{rarer:,} of the rarer class. Remedy: declare imbalance: none, or give more rows."
        )
    if treatment == CLASS_WEIGHTS:
        of_class = np.where(rows.labels == 1, event_count, len(rows) - event_count)
        return replace(rows, weights=len(rows) / (2 * of_class))
    features, labels = oversampled(rows.features, rows.labels, seed)
    made = len(labels) - len(rows)
    return Rows(
        keys=np.r_[rows.keys, np.full(made, None, dtype=object)],
        features=features,
        labels=labels,
        weights=np.ones(len(labels)),
    )


@dataclass(frozen=True)
class TreatmentChoice:
    """The chosen treatment and why; `comparisons` holds what each gains in both losses, with intervals."""

    treatment: str
    reason: str
    comparisons: list[dict]


def choose_treatment(labels: np.ndarray, calibrated: Mapping[str, np.ndarray], seed: int) -> TreatmentChoice:
    """Choose a treatment by the probabilities (rows,) each led to, for labels (rows,) of the same rows.

    They are out of sample and calibrated: without that every treatment loses, as it says too much risk. A
    treatment is used only where it lowers the log loss and the Brier score, both by the lower bound of the
    paired interval; of those, the one with the smallest log loss. `none` must be among them.
    """
    losses = {}
    for name, probabilities in calibrated.items():
        checked(labels, probabilities)
        losses[f"{name} log_loss"] = log_losses(labels, probabilities)
        losses[f"{name} brier"] = brier_losses(labels, probabilities)
    means = resampled_means(losses, seed)
    gains = {
        name: {
            loss: interval_from(means[f"{NONE} {loss}"] - means[f"{name} {loss}"])
            for loss in ("log_loss", "brier")
        }
        for name in calibrated
        if name != NONE
    }
    better = [name for name, of_both in gains.items() if min(gain.low for gain in of_both.values()) > 0]
    chosen = max(better, key=lambda name: gains[name]["log_loss"].value, default=NONE)
    return TreatmentChoice(
        treatment=chosen,
        reason="; ".join(_in_words(name, name in better, **of_both) for name, of_both in gains.items())
        or "no other treatment was tried",
        comparisons=[
            {
                "treatment": name,
                "loss": loss,
                "gain": gain.value,
                "gain_low": gain.low,
                "gain_high": gain.high,
                "is_chosen": name == chosen,
            }
            for name, of_both in gains.items()
            for loss, gain in of_both.items()
        ],
    )


def _in_words(name: str, is_better: bool, log_loss: Interval, brier: Interval) -> str:
    return (
        f"{name} {'lowers' if is_better else 'does not clearly lower'} both losses: log loss by "
        f"{_gain_in_words(log_loss)}, Brier score by {_gain_in_words(brier)}"
    )


def _gain_in_words(gain: Interval) -> str:
    return f"{gain.value:+.4g} ({CONFIDENCE:.0%} interval {gain.low:+.4g} to {gain.high:+.4g})"
