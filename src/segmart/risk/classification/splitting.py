"""Who is learned from and who is judged: the latest rows, folds, or a share; never one row in both."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from segmart.learning.hashing import hash_order
from segmart.risk.classification.declaration import CrossValidation, Evaluation, OutOfTime

# With fewer late rows of the rarer class than this the difference between candidates is luck.
FEWEST_TO_DECIDE = 50
OUT_OF_TIME, CROSS_VALIDATION, HOLDOUT = "out of time", "cross-validation", "holdout"


@dataclass(frozen=True)
class Part:
    """Positions of the rows one set of models learns from, and of those it is then judged on."""

    learned: np.ndarray
    judged: np.ndarray
    repetition: int = 0


@dataclass(frozen=True)
class Split:
    """A way to judge: every repetition judges the same rows, each of them once."""

    name: str
    parts: tuple[Part, ...]

    @property
    def repetitions(self) -> int:
        """How often each row is judged."""
        return 1 + max(part.repetition for part in self.parts)

    @property
    def judged(self) -> np.ndarray:
        """The positions of all rows that are judged, ascending."""
        return np.sort(np.concatenate([part.judged for part in self.parts if part.repetition == 0]))


def splits_of(
    evaluation: Evaluation, keys: np.ndarray, labels: np.ndarray, times: np.ndarray | None
) -> list[Split]:
    """Return the declared splits of rows by key, label and, where there is one, day; the deciding one first.

    Too few late events to decide leave that to rows of any time. A split whose judged rows, or those to learn
    from, are all of one class says nothing and is left out.
    """
    any_time = evaluation.any_time(len(keys))
    if isinstance(any_time, CrossValidation):
        parts = tuple(_parts_of_folds(keys, labels, any_time))
        splits = [Split(CROSS_VALIDATION, parts)]
    else:
        splits = [Split(HOLDOUT, (_held_out(keys, labels, any_time.share),))]
    if times is not None:
        latest = _latest(evaluation.out_of_time, times)
        splits.append(Split(OUT_OF_TIME, (latest,)))
        if evaluation.decided_by == "out_of_time" and _rarer_count(labels[latest.judged]) >= FEWEST_TO_DECIDE:
            splits.reverse()
    return [split for split in splits if all(_has_both_classes(part, labels) for part in split.parts)]


def stratified_folds(
    keys: np.ndarray, labels: np.ndarray, fold_count: int, repetition: int = 0
) -> np.ndarray:
    """Return the fold (rows,) of each row: both classes dealt out evenly in the order of the keys' hashes.

    It depends on keys and labels alone, whatever the order of rows; another repetition deals otherwise.
    """
    folds = np.empty(len(keys), dtype=np.int64)
    in_order = hash_order(f"{key}#{repetition}" for key in keys)
    dealt = 0
    for label in (0, 1):
        of_class = in_order[labels[in_order] == label]
        # The second class goes on where the first ended, so that folds are of the same size.
        folds[of_class] = (dealt + np.arange(len(of_class))) % fold_count
        dealt += len(of_class)
    return folds


def _parts_of_folds(keys: np.ndarray, labels: np.ndarray, declared: CrossValidation) -> Iterator[Part]:
    for repetition in range(declared.repetitions):
        folds = stratified_folds(keys, labels, declared.folds, repetition)
        for fold in range(declared.folds):
            yield Part(np.flatnonzero(folds != fold), np.flatnonzero(folds == fold), repetition)


def _held_out(keys: np.ndarray, labels: np.ndarray, share: float) -> Part:
    in_order = hash_order(f"{key}#holdout" for key in keys)
    held = np.zeros(len(keys), dtype=bool)
    for label in (0, 1):
        of_class = in_order[labels[in_order] == label]
        held[of_class[: round(share * len(of_class))]] = True
    return Part(np.flatnonzero(~held), np.flatnonzero(held))


def _latest(declared: OutOfTime, times: np.ndarray) -> Part:
    """Return the rows from a day on as those to judge; without a declared day, that of the declared share.

    All rows of a day are on the same side.
    """
    if declared.from_date:
        first = np.datetime64(declared.from_date)
    else:
        first = np.sort(times)[min(len(times) - 1, int((1 - declared.share) * len(times)))]
    is_late = times >= first
    return Part(np.flatnonzero(~is_late), np.flatnonzero(is_late))


def _rarer_count(labels: np.ndarray) -> int:
    return int(min(labels.sum(), (1 - labels).sum()))


def _has_both_classes(part: Part, labels: np.ndarray) -> bool:
    return all(len(np.unique(labels[rows])) == 2 for rows in (part.learned, part.judged))
