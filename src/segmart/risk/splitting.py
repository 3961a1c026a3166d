"""Who is learned from and who is judged: by the hash of the key, or by lot."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from segmart.risk.declaration import CrossValidation, Holdout

CROSS_VALIDATION, HOLDOUT = "cross-validation", "holdout"


@dataclass(frozen=True)
class Split:
    """For each model to be trained the positions it learns from, and the positions (rows,) that are judged.

    With more than one model, the customers of fold i are judged by model i.
    """

    name: str
    training: tuple[np.ndarray, ...]
    judged: np.ndarray


def fold_of(keys: Iterable[str], fold_count: int) -> np.ndarray:
    """Return the fold (rows,) of each customer: a function of nothing but the key.

    So it is known for a customer at any time whether a model was trained on them, and no list of who was in
    which fold has to be kept. The last half of the md5 hash decides; the first half orders samples
    (`frames.fetch`).
    """
    return np.array([int(_hash_of(key)[16:], 16) % fold_count for key in keys], dtype=np.int64)


def in_hash_order(keys: Iterable[str], limit: int) -> np.ndarray:
    """Return the positions, ascending, of the `limit` customers with the smallest hashes of their keys."""
    hashes = np.array([_hash_of(key) for key in keys])
    return np.sort(np.argsort(hashes, kind="stable")[:limit])


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


def _hash_of(key: str) -> str:
    return hashlib.md5(str(key).encode(), usedforsecurity=False).hexdigest()
