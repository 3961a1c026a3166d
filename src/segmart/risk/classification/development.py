"""One candidate developed from rows: options searched, calibration chosen, trained on all of them.

Nothing here sees a row that the result will be judged on: search and calibration go by folds of these rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from segmart.learning.hashing import in_hash_order
from segmart.learning.threads import one_thread
from segmart.risk.classification.calibrated import CalibratedModel, Scorer
from segmart.risk.classification.calibration import INTERCEPT, PLATT
from segmart.risk.classification.calibration import NONE as UNCALIBRATED
from segmart.risk.classification.calibration_choice import (
    FEWEST_OF_A_CLASS,
    CalibrationChoice,
    choose_calibration,
)
from segmart.risk.classification.columns import Column
from segmart.risk.classification.declaration import Tuning
from segmart.risk.classification.imbalance import NONE, Rows
from segmart.risk.classification.inputs import log_losses
from segmart.risk.classification.models import SCORECARD, train, trials
from segmart.risk.classification.out_of_fold import out_of_fold, trained
from segmart.risk.classification.splitting import stratified_folds
from segmart.strict import Strict

# Straight lines in the log-odds: after them the points of a scorecard's bins still add up.
LINEAR_CALIBRATIONS = (UNCALIBRATED, INTERCEPT, PLATT)


@dataclass(frozen=True)
class Candidate:
    """What competes: a kind of model, its declared options, the features, and how the search is bounded."""

    name: str
    options: Strict
    columns: tuple[Column, ...]
    tuning: Tuning
    seed: int


@dataclass(frozen=True)
class Developed:
    """A candidate ready to judge rows it has not learned from, and how it came about."""

    calibrated: CalibratedModel
    options: Strict
    calibration_choice: CalibrationChoice


def develop(candidate: Candidate, rows: Rows, treatment: str = NONE) -> Developed:
    """Return a candidate developed from observed rows, under a treatment of rare events.

    Raises FeatureError when there are too few events.
    """
    folds = stratified_folds(rows.keys, rows.labels, candidate.tuning.folds)
    options, scores = _searched(candidate, rows, folds, treatment)
    if scores is None:
        scores = _scores_out_of_fold(candidate, options, rows, folds, treatment)
    choice = choose_calibration(rows.labels, scores, folds, candidate.seed, _calibrations_for(candidate.name))
    with one_thread():
        whole = trained(rows, _training(candidate, options), treatment, candidate.seed)
    return Developed(
        calibrated=CalibratedModel(candidate.name, whole.score.model, whole.correction, choice.calibration),
        options=options,
        calibration_choice=choice,
    )


def calibrated_out_of_fold(
    candidate: Candidate, options: Strict, rows: Rows, fold_count: int, treatment: str
) -> np.ndarray:
    """Return the probability (rows,) of each row, by a model and a calibration that had not seen it."""
    folds = stratified_folds(rows.keys, rows.labels, fold_count)
    scores = _scores_out_of_fold(candidate, options, rows, folds, treatment)
    methods = _calibrations_for(candidate.name)
    return choose_calibration(rows.labels, scores, folds, candidate.seed, methods).calibrated


def scores_of_unseen(candidate: Candidate, learned: Rows, unseen: Rows) -> np.ndarray:
    """Return what the candidate, its options as declared, says of rows (rows,) it had not learned from."""
    with one_thread():
        model = trained(learned, _training(candidate, candidate.options), NONE, candidate.seed)
    return model.probabilities(unseen, observed=frozenset(unseen.keys))


def _searched(
    candidate: Candidate, rows: Rows, folds: np.ndarray, treatment: str
) -> tuple[Strict, np.ndarray | None]:
    """Return the options with the smallest mean log loss, and their scores (rows,).

    On a sample the scores are none: they are not those of all rows. Of equals the first is taken, and the
    first are the declared ones.
    """
    tuning = candidate.tuning
    tried = trials(candidate.name, candidate.options, tuning.trials, candidate.seed)
    if len(tried) == 1:
        return tried[0], None
    sample = np.arange(len(rows))
    if len(rows) > tuning.rows:
        sample = _with_both_classes(rows, in_hash_order(rows.keys, tuning.rows), tuning.folds)
    searched, parts = rows.take(sample), folds[sample]
    found = [_scores_out_of_fold(candidate, options, searched, parts, treatment) for options in tried]
    best = int(np.argmin([log_losses(searched.labels, scores).mean() for scores in found]))
    return tried[best], found[best] if len(sample) == len(rows) else None


def _with_both_classes(rows: Rows, sample: np.ndarray, fold_count: int) -> np.ndarray:
    """Return the sample, or all rows where events are so rare that a fold of it might hold none."""
    events = rows.labels[sample].sum()
    rarer = min(events, len(sample) - events)
    return sample if rarer >= 10 * fold_count else np.arange(len(rows))


def _scores_out_of_fold(
    candidate: Candidate, options: Strict, rows: Rows, folds: np.ndarray, treatment: str
) -> np.ndarray:
    with one_thread():
        return out_of_fold(rows, folds, _training(candidate, options), treatment, candidate.seed)


def _training(candidate: Candidate, options: Strict):
    """Return what learns from rows and gives a score for each row of features."""

    def learned(rows: Rows) -> Scorer:
        return Scorer(train(candidate.name, options, rows, candidate.columns, candidate.seed))

    return learned


def _calibrations_for(name: str) -> Sequence[str]:
    return LINEAR_CALIBRATIONS if name == SCORECARD else tuple(FEWEST_OF_A_CLASS)
