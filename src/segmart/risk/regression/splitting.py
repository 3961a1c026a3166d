"""Who is learned from and who is judged: by the hash of the key, or by lot."""

from dataclasses import dataclass

import numpy as np

from segmart.learning.hashing import fold_of
from segmart.risk.regression.declaration import CrossValidation, Holdout

CROSS_VALIDATION, HOLDOUT = "cross-validation", "holdout"


@dataclass(frozen=True)
class Split:
    """For each model to be trained the positions it learns from, and the positions (rows,) that are judged.

    With more than one model, the customers of fold i are judged by model i.
    """

    name: str
    training: tuple[np.ndarray, ...]
    judged: np.ndarray


def split_of(evaluation: CrossValidation | Holdout, keys: np.ndarray, seed: int) -> Split:
    """Return the declared split of customers that are ordered by key.

    Cross-validation: one fold per hash, every customer is judged. Holdout: drawn by scikit-learn's
    `train_test_split`, so that figures published with it can be reproduced.
    """
    everybody = np.arange(len(keys))
    if isinstance(evaluation, CrossValidation):
        folds = fold_of(keys, evaluation.folds)
        training = tuple(np.flatnonzero(folds != fold) for fold in range(evaluation.folds))
        return Split(CROSS_VALIDATION, training, everybody)
    from sklearn.model_selection import train_test_split

    training, judged = train_test_split(everybody, test_size=evaluation.share, random_state=seed)
    return Split(HOLDOUT, (training,), np.sort(judged))
