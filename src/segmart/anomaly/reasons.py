"""What makes a flagged customer unusual, read off the score itself.

One feature at a time is set to the population's median: the more the score falls, the more that feature is
why. This is exact with respect to the model and says nothing about causes.
"""

from collections.abc import Callable, Sequence

import numpy as np

# More features than this are no reason but a description.
MOST_FEATURES = 3
# A score must fall by more than this share of it to have fallen ...
SMALLEST_FALL = 1e-9
# ... and by this share of the largest fall, or the feature is not what makes the customer unusual.
TELLING_SHARE = 0.1
NO_SINGLE_FEATURE = "no single feature: the combination of usual values is unusual"


def reasons_in_words(
    scores_of: Callable[[np.ndarray], np.ndarray],
    features: Sequence[str],
    medians: np.ndarray,
    values: np.ndarray,
    scores: np.ndarray,
) -> list[str]:
    """Return for each customer the features that raise the score most, with their values in words.

    `values` (rows, features) are raw with missing ones as not-a-number, `scores` (rows,) what `scores_of`
    makes of them, `medians` (features,) the usual values.
    """
    falls = np.empty(values.shape)
    for position, median in enumerate(medians):
        usual = values.copy()
        usual[:, position] = median
        falls[:, position] = scores - scores_of(usual)
    order = np.argsort(-falls, axis=1, kind="stable")[:, :MOST_FEATURES]
    sentences = []
    for own, fall, score, most in zip(values, falls, scores, order, strict=True):
        enough = max(SMALLEST_FALL * score, TELLING_SHARE * fall[most[0]])
        telling = [position for position in most if fall[position] > enough]
        clauses = [_clause(features[i], own[i], medians[i]) for i in telling]
        sentences.append("; ".join(clauses) or NO_SINGLE_FEATURE)
    return sentences


def readable(value: float) -> str:
    """Return a number with three significant digits, or all digits before the point where there are more."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _clause(feature: str, value: float, median: float) -> str:
    own = "missing" if np.isnan(value) else readable(value)
    return f"{feature} {own} against a median of {readable(median)}"
