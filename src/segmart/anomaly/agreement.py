"""How far two sets of flagged customers are the same, beside what chance would give."""

import numpy as np


def jaccard(first: np.ndarray, second: np.ndarray) -> float:
    """Return the share of customers flagged by either (rows,) that both flag; not-a-number when nobody is."""
    either = np.count_nonzero(first | second)
    return np.count_nonzero(first & second) / either if either else np.nan


def chance_jaccard(first_count: float, second_count: float, row_count: int) -> float:
    """Return the Jaccard similarity to expect of two sets of these sizes drawn at random.

    The ratio of the expected sizes of intersection and union.
    """
    both = first_count * second_count / row_count
    either = first_count + second_count - both
    return both / either if either else np.nan
