"""Candidates and baselines developed on some rows and judged on others, always out of sample."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from segmart.learning.preparation import rounded
from segmart.progress import report
from segmart.risk.choice import CONSTANT, SEGMENT_MEAN
from segmart.risk.classification.development import Candidate, develop
from segmart.risk.classification.imbalance import NONE, Rows
from segmart.risk.classification.inputs import log_losses
from segmart.risk.classification.out_of_fold import check_judged
from segmart.risk.classification.splitting import Split

# A segment's rate is the base rate's until it has rows of its own: so many rows are worth half of it.
ROWS_OF_A_PRIOR = 20


@dataclass(frozen=True)
class Judged:
    """What baselines and candidates say of the same rows, none of which they had learned from.

    `labels` (rows,) is the truth at `positions` (rows,) of all labelled rows; `probabilities` and, before
    calibration, `scores` (rows, repetitions) are by name.
    """

    split: Split
    positions: np.ndarray
    labels: np.ndarray
    probabilities: Mapping[str, np.ndarray]
    scores: Mapping[str, np.ndarray]

    def __len__(self) -> int:
        return len(self.labels)

    def log_losses(self) -> dict[str, np.ndarray]:
        """Return the logarithmic loss (rows,) of each, the mean of the repetitions."""
        return {
            name: np.mean([log_losses(self.labels, said) for said in probabilities.T], axis=0)
            for name, probabilities in self.probabilities.items()
        }

    def first(self, name: str) -> np.ndarray:
        """Return the probabilities (rows,) of the first repetition: a chart shows each row once."""
        return self.probabilities[name][:, 0]

    def with_candidate(self, other: "Judged", name: str) -> "Judged":
        """Return the same with one candidate as it was judged elsewhere, on the same split."""
        return replace(
            self,
            probabilities={**self.probabilities, name: other.probabilities[name]},
            scores={**self.scores, name: other.scores[name]},
        )


def judge(
    label: str,
    candidates: Sequence[Candidate],
    rows: Rows,
    split: Split,
    segments: np.ndarray | None = None,
    treatment: str = NONE,
) -> Judged:
    """Return what each candidate, and each baseline, says of the rows a split judges.

    `segments` (rows,) are text, none where unknown; without them there is no segment mean. `label` begins the
    lines of progress. Raises FeatureError when a row was made, or is judged by what learned from it.
    """
    for part in split.parts:
        check_judged(rows.keys[part.judged], frozenset(rows.keys[part.learned]), frozenset(rows.keys))
    positions = split.judged
    shape = (len(positions), split.repetitions)
    probabilities: dict[str, np.ndarray] = {CONSTANT: np.empty(shape)}
    if segments is not None:
        probabilities[SEGMENT_MEAN] = np.empty(shape)
    scores: dict[str, np.ndarray] = {}
    for part in split.parts:
        at = np.searchsorted(positions, part.judged), part.repetition
        learned = rows.labels[part.learned]
        probabilities[CONSTANT][at] = rounded(learned.mean())
        if segments is not None:
            rates = event_rates(segments[part.learned], learned)
            probabilities[SEGMENT_MEAN][at] = of_segments(rates, segments[part.judged])
    for candidate in candidates:
        name = candidate.name
        probabilities[name], scores[name] = np.empty(shape), np.empty(shape)
        sizes = f"{len(split.parts)} x {len(split.parts[0].learned):,} rows"
        report(f"{label}: {split.name}: {name} learns from {sizes}")
        for part in split.parts:
            developed = develop(candidate, rows.take(part.learned), treatment).calibrated
            at = np.searchsorted(positions, part.judged), part.repetition
            features = rows.features.iloc[part.judged]
            scores[name][at] = developed.scores(features)
            probabilities[name][at] = developed.calibration.apply(scores[name][at])
    return Judged(
        split=split,
        positions=positions,
        labels=rows.labels[positions],
        probabilities=probabilities,
        scores=scores,
    )


def event_rates(segments: np.ndarray, labels: np.ndarray) -> dict[str | None, float]:
    """Return the event rate of each segment, drawn towards that of all rows, which stands under none."""
    overall = float(rounded(labels.mean()))
    rates: dict[str | None, float] = {None: overall}
    known = np.array([segment is not None for segment in segments], dtype=bool)
    names, positions = np.unique(segments[known].astype(str), return_inverse=True)
    events = np.bincount(positions, labels[known], len(names)) if len(names) else []
    counts = np.bincount(positions, minlength=len(names)) if len(names) else []
    for name, event_count, count in zip(names, events, counts, strict=True):
        rate = (event_count + ROWS_OF_A_PRIOR * overall) / (count + ROWS_OF_A_PRIOR)
        rates[str(name)] = float(rounded(rate))
    return rates


def of_segments(rates: Mapping[str | None, float], segments: np.ndarray) -> np.ndarray:
    """Return the rate (rows,) of each row's segment, that of all where it is unknown."""
    return np.array([rates.get(segment, rates[None]) for segment in segments], dtype=float)
