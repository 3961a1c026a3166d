"""Candidates and baselines trained on some customers and judged on others, always out of sample."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from segmart.learning.hashing import fold_of
from segmart.learning.threads import one_thread
from segmart.progress import report
from segmart.risk.regression.candidates import train, train_constant, train_segment_mean
from segmart.risk.regression.conformal import bounds, margins_out_of_sample
from segmart.risk.regression.customers import Customers
from segmart.risk.regression.declaration import Label, Regression
from segmart.risk.regression.predictors import CONSTANT, SEGMENT_MEAN, Predictor, predicted_by_fold
from segmart.risk.regression.splitting import CROSS_VALIDATION, Split

# The judged customers of a holdout are cut into this many parts to measure what intervals cover.
PARTS_OF_A_HOLDOUT = 5


@dataclass(frozen=True)
class Judged:
    """What candidates and baselines predict for the same customers, none of whom they were trained on.

    `labels` (rows,) is the truth, `predicted` (rows,) what each says, `margins` (rows,) the half-width of
    its prediction interval, learned from the other `parts` (rows,) of these customers.
    """

    split: str
    customers: Customers
    labels: np.ndarray
    parts: np.ndarray
    label: Label
    level: float
    predicted: Mapping[str, np.ndarray]
    margins: Mapping[str, np.ndarray]

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, positions: np.ndarray) -> "Judged":
        """Return the judged customers at the given positions."""
        return replace(
            self,
            customers=self.customers.take(positions),
            labels=self.labels[positions],
            parts=self.parts[positions],
            predicted={name: values[positions] for name, values in self.predicted.items()},
            margins={name: values[positions] for name, values in self.margins.items()},
        )

    def squared_errors(self) -> dict[str, np.ndarray]:
        """Return the squared error (rows,) of each candidate and baseline."""
        return {name: squared_errors(self.labels, said) for name, said in self.predicted.items()}

    def bounds(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Return lower and upper ends (rows,) of one candidate's prediction intervals."""
        label = self.label
        return bounds(self.predicted[name], self.margins[name], label.minimum, label.maximum)


def squared_errors(labels: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """Return the squared error (rows,) of each prediction."""
    return (labels - predicted) ** 2


def train_all(
    declared: Regression, split: Split, customers: Customers, labels: np.ndarray, progress_label: str
) -> dict[str, tuple[Predictor, ...]]:
    """Return each baseline and each declared candidate, trained once for every training part of a split."""
    parts = [(customers.take(positions), labels[positions]) for positions in split.training]
    trained = {CONSTANT: tuple(train_constant(known) for _, known in parts)}
    if declared.segment:
        trained[SEGMENT_MEAN] = tuple(
            train_segment_mean(learned_from, known) for learned_from, known in parts
        )
    for name, options in declared.candidates.declared().items():
        report(f"{progress_label}: training {name}, {len(parts)} x {len(split.training[0]):,} customers")
        # The forest's own threads are none of these; small parallel regions spin on busy cores.
        with one_thread():
            trained[name] = tuple(
                train(name, options, learned_from, known, declared.random_seed)
                for learned_from, known in parts
            )
    return trained


def judge(
    declared: Regression,
    split: Split,
    trained: Mapping[str, tuple[Predictor, ...]],
    customers: Customers,
    labels: np.ndarray,
) -> Judged:
    """Return what everybody who was trained says of the customers the split keeps for judging."""
    customers, labels = customers.take(split.judged), labels[split.judged]
    parts_of = len(split.training) if split.name == CROSS_VALIDATION else PARTS_OF_A_HOLDOUT
    parts = fold_of(customers.keys, parts_of)
    label = declared.label
    predicted = {
        name: predicted_by_fold(predictors, customers, label.minimum, label.maximum)
        for name, predictors in trained.items()
    }
    return Judged(
        split=split.name,
        customers=customers,
        labels=labels,
        parts=parts,
        label=label,
        level=declared.interval_level,
        predicted=predicted,
        margins={
            name: margins_out_of_sample(labels - values, customers.segments, parts, declared.interval_level)
            for name, values in predicted.items()
        },
    )
