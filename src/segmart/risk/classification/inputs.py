"""What every figure about probabilities takes for granted, checked, and the losses they are judged by."""

import numpy as np

from segmart.errors import InputError

# What the labels 0 and 1 are called.
CLASSES = ("good", "bad")
# A probability of 0 or 1 that turns out wrong would cost infinitely much.
SMALLEST_PROBABILITY = 1e-15


def checked(labels: np.ndarray, probabilities: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return labels (rows,) and probabilities (rows,) or (rows, repetitions) as numbers of double precision.

    Raises InputError when they do not belong together, a label is not 0 or 1, or a probability is missing or
    outside 0 to 1.
    """
    labels, probabilities = np.asarray(labels, dtype=float), np.asarray(probabilities, dtype=float)
    if labels.ndim != 1 or probabilities.ndim not in (1, 2) or len(labels) != len(probabilities):
        raise InputError(
            f"labels {labels.shape} and probabilities {probabilities.shape} do not belong to the same rows. "
            "Remedy: give one label and one probability (or one per repetition) for each judged row."
        )
    if wrong := int((~np.isin(labels, (0, 1))).sum()):
        raise InputError(
            f"{wrong:,} of {len(labels):,} labels are neither 0 nor 1 (for example "
            f"{labels[~np.isin(labels, (0, 1))][0]:g}). Remedy: write 1 for the event and 0 for its absence, "
            "and leave out rows whose outcome is not known yet."
        )
    if wrong := int((~((probabilities >= 0) & (probabilities <= 1))).sum()):
        raise InputError(
            f"{wrong:,} of {probabilities.size:,} probabilities are missing or outside 0 to 1. "
            "Remedy: turn scores into probabilities before they are judged."
        )
    return labels, probabilities


def log_losses(labels: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """Return the logarithmic loss (rows,) of each row: minus the logarithm of what the truth was given."""
    given = np.where(labels == 1, probabilities, 1 - probabilities)
    return -np.log(np.maximum(given, SMALLEST_PROBABILITY))


def brier_losses(labels: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """Return the squared error (rows,) of each row's probability (Brier 1950)."""
    return (labels - probabilities) ** 2
