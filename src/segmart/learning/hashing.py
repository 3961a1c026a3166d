"""What follows from a key alone: the fold a row is in, and which rows make a sample.

So it is known of a row at any time whether a model was trained on it, no list of who was in which fold has to
be kept, and another run, another engine or another row order takes the same rows.
"""

import hashlib
from collections.abc import Iterable

import numpy as np


def fold_of(keys: Iterable[str], fold_count: int, repetition: int = 0) -> np.ndarray:
    """Return the fold (rows,) of each key; another repetition of a cross-validation has other folds.

    The last half of the md5 hash decides; the first half orders samples (`frames.fetch`).
    """
    suffix = f"#{repetition}" if repetition else ""
    return np.array([int(_hash_of(f"{key}{suffix}")[16:], 16) % fold_count for key in keys], dtype=np.int64)


def hash_order(keys: Iterable[str]) -> np.ndarray:
    """Return the positions (rows,) of keys in the order of their hashes."""
    return np.argsort(np.array([_hash_of(key) for key in keys]), kind="stable")


def in_hash_order(keys: Iterable[str], limit: int) -> np.ndarray:
    """Return the positions, ascending, of the `limit` keys with the smallest hashes."""
    return np.sort(hash_order(keys)[:limit])


def _hash_of(key: str) -> str:
    return hashlib.md5(str(key).encode(), usedforsecurity=False).hexdigest()
