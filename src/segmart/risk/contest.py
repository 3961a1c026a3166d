"""The contest of a newly learned risk model with the champion, on rows the new one has not learned from."""

from collections.abc import Callable, Iterable

import numpy as np

from segmart.learning.registry import CHALLENGER, CHAMPION, replaces_champion
from segmart.learning.scoring import Scores
from segmart.risk.choice import smaller_in_words
from segmart.risk.resampling import interval_from, resampled_means

# A champion that can score fewer of the judged rows has nothing to defend itself with.
SCOREABLE_SHARE = 0.5


def nobody_to_beat(champion: Scores | None, fit_reason: str, columns: Iterable[str]) -> str | None:
    """Return why a new model serves without a contest, or none: it is the first, learns something else, or
    the champion needs a column that the judged rows no longer have.
    """
    if champion is None or replaces_champion(fit_reason):
        return fit_reason
    absent = sorted(set(champion.features) - set(columns))
    if absent:
        return f"{fit_reason}; the champion needs {', '.join(absent)}, which is gone"
    return None


def contest(
    fit_reason: str,
    labels: np.ndarray,
    of_champion: np.ndarray,
    of_challenger: np.ndarray,
    losses: Callable[[np.ndarray, np.ndarray], np.ndarray],
    loss_in_words: str,
    rows_in_words: str,
    seed: int,
) -> tuple[str, str]:
    """Return what a new model becomes, champion or challenger, and why.

    `labels` (rows,) is the truth, `of_champion` (rows,) what the champion says, not-a-number where it cannot,
    `of_challenger` (rows,) the losses of the new model; `losses` gives those of the champion. The new one
    serves when its mean loss is smaller by the lower bound of the paired interval.
    """
    both = ~np.isnan(of_champion)
    if both.sum() < SCOREABLE_SHARE * len(both):
        return CHAMPION, f"{fit_reason}; the champion can score fewer than half of today's labelled rows"
    means = resampled_means(
        {"champion": losses(labels[both], of_champion[both]), "challenger": of_challenger[both]}, seed
    )
    better = interval_from(means["champion"] - means["challenger"])
    in_words = (
        f"its {loss_in_words} on {both.sum():,} {rows_in_words}, {means['challenger'][0]:.4g}, is "
        + smaller_in_words(better, "the champion's")
    )
    if better.low > 0:
        return CHAMPION, f"{fit_reason}; {in_words}"
    return CHALLENGER, f"{fit_reason}, but not clearly better than the champion: {in_words}"
