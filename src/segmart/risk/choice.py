"""Who serves: the best candidate that clearly beats every baseline, else the better baseline."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from segmart.learning.intervals import CONFIDENCE, Interval
from segmart.risk.resampling import interval_from, resampled_means

CONSTANT, SEGMENT_MEAN = "constant", "segment_mean"
BASELINES = (CONSTANT, SEGMENT_MEAN)
IN_WORDS = {CONSTANT: "a constant", SEGMENT_MEAN: "the segment mean"}


@dataclass(frozen=True)
class Choice:
    """Who serves, the best of the learned candidates, and why.

    `comparisons` holds for each baseline and candidate its mean loss and, of a candidate, by how much that is
    smaller than the one of the baseline it beats least, with the interval.
    """

    served: str
    best: str
    verdict: str
    verdict_reason: str
    choice_reason: str
    comparisons: list[dict]


@dataclass(frozen=True)
class Improvement:
    """By how much a candidate's mean loss is smaller than a baseline's."""

    against: str
    by: Interval


def hardest_baseline(names: Mapping[str, object] | Sequence[str]) -> str:
    """Return the baseline that figures are held against: the segment mean where there are segments."""
    return SEGMENT_MEAN if SEGMENT_MEAN in names else CONSTANT


def choose(
    losses: Mapping[str, np.ndarray], loss_in_words: str, lightest_first: Sequence[str], seed: int
) -> Choice:
    """Choose by the losses (rows,) of each baseline and candidate on the same customers, out of sample.

    Smaller is better. A candidate has skill when its mean loss is smaller than that of every baseline by the
    lower bound of the paired interval. Of those with skill the lightest is served that the best does not
    clearly beat. Any proper loss will do: squared errors for numbers, logarithmic ones for probabilities.
    """
    row_count = len(losses[CONSTANT])
    means = resampled_means(losses, seed)
    in_order = sorted(losses, key=lightest_first.index)
    candidates = [name for name in in_order if name not in BASELINES]
    improvements = {name: _least_improvement(means, name) for name in candidates}
    skilled = [name for name in candidates if improvements[name].by.low > 0]
    best = min(skilled or candidates, key=lambda name: means[name][0])
    if skilled:
        served, choice_reason = _lightest_of_the_best(means, skilled, best, loss_in_words)
        verdict = f"skill beyond {IN_WORDS[hardest_baseline(losses)]}"
        verdict_reason = f"{served}: {_in_words(improvements[served], loss_in_words, row_count)}"
    else:
        served, choice_reason = _better_baseline(means, loss_in_words)
        verdict = f"no skill beyond {IN_WORDS[served]}"
        verdict_reason = (
            f"none of {len(candidates)} candidates is clearly better; of the nearest, {best}, "
            f"{_in_words(improvements[best], loss_in_words, row_count)}"
        )
    return Choice(
        served=served,
        best=best,
        verdict=verdict,
        verdict_reason=verdict_reason,
        choice_reason=choice_reason,
        comparisons=[
            {
                "candidate": name,
                "mean_loss": interval_from(means[name]).value,
                "is_baseline": name in BASELINES,
                "has_skill": name in skilled,
                "is_best": name == best,
                "is_served": name == served,
            }
            | (_as_row(improvements[name]) if name in improvements else {})
            for name in in_order
        ],
    )


def smaller_in_words(by: Interval, than: str) -> str:
    """Say by how much a loss is smaller, or larger, than another, to three digits."""
    word, value, low, high = "smaller", by.value, by.low, by.high
    if value < 0:
        word, value, low, high = "larger", -value, -high, -low
    return f"{word} than {than} by {value:.3g} ({CONFIDENCE:.0%} interval {low:.3g} to {high:.3g})"


def _least_improvement(means: Mapping[str, np.ndarray], name: str) -> Improvement:
    """Return by how much a candidate beats the baseline that it beats least."""
    improvements = [
        Improvement(baseline, interval_from(means[baseline] - means[name]))
        for baseline in BASELINES
        if baseline in means
    ]
    return min(improvements, key=lambda improvement: improvement.by.low)


def _lightest_of_the_best(
    means: Mapping[str, np.ndarray], skilled: Sequence[str], best: str, loss_in_words: str
) -> tuple[str, str]:
    """Return the first of the skilled, lightest first, that the best does not clearly beat, and why."""
    record = f"{best} has the smallest {loss_in_words} of those with skill, {means[best][0]:.4g}"
    for name in skilled[: skilled.index(best)]:
        lead = interval_from(means[name] - means[best])
        if lead.low <= 0:
            compared = smaller_in_words(lead, f"that of {name}")
            return name, f"{record}, but not clearly: {compared}; {name} serves, which is lighter"
    return best, f"{record}, and serves"


def _better_baseline(means: Mapping[str, np.ndarray], loss_in_words: str) -> tuple[str, str]:
    """Return the segment mean if it clearly beats the constant, else the constant, and why."""
    if SEGMENT_MEAN not in means:
        return CONSTANT, "no candidate has skill and there are no segments: the constant serves"
    lead = interval_from(means[CONSTANT] - means[SEGMENT_MEAN])
    compared = f"its {loss_in_words} is {smaller_in_words(lead, 'that of a constant')}"
    if lead.low > 0:
        return SEGMENT_MEAN, f"no candidate has skill: the segment mean serves; {compared}"
    return CONSTANT, f"no candidate has skill, and the segment mean is not clearly better either: {compared}"


def _in_words(improvement: Improvement, loss_in_words: str, row_count: int) -> str:
    compared = smaller_in_words(improvement.by, f"that of {IN_WORDS[improvement.against]}")
    return f"the {loss_in_words} is {compared} on {row_count:,} rows it was not trained on"


def _as_row(improvement: Improvement) -> dict:
    return {
        "compared_with": improvement.against,
        "improvement": improvement.by.value,
        "improvement_low": improvement.by.low,
        "improvement_high": improvement.by.high,
    }
