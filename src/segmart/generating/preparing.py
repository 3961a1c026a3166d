"""How a column of a new segmentation becomes coordinates, each choice with its reason: pure functions."""

from dataclasses import dataclass

import numpy as np

from segmart.generating.deciding import Decision, named, names_kinds, percent, transform_of
from segmart.generating.reading import Seen

# A value so many standard deviations out decides where a centroid is; it is capped.
FAR_OUT = 8.0
# Numbers that are written where there is none.
WORDS_FOR_NONE = ("-1", "-9", "-99", "-999", "-9999")

is_count_or_amount = named(
    "count counts number num n total sum orders purchases transactions visits trades logins calls items "
    "amount balance spend- revenue turnover usd eur gbp dollars euros pounds sales paid payment- volume- "
    "deposit- fee fees"
)


@dataclass(frozen=True)
class Feature:
    """How a column becomes coordinates, as the declaration says it, each choice with its reason."""

    name: str
    is_category: bool
    impute: str | None
    transform: str
    cap: dict[str, float | str] | None
    reasons: tuple[str, ...]


def feature_of(decision: Decision) -> Feature:
    """Return how a column that is learned from becomes coordinates."""
    seen, name = decision.seen, decision.name
    if is_category(seen, name):
        why = "numbers that name kinds of things, by the name of their column" if seen.is_numeric else None
        return Feature(name, True, None, "none", None, _told(why))
    impute, why_imputed = _impute(seen, name)
    transform = transform_of(seen)
    why_transformed = None
    if transform != "none":
        why_transformed = f"skew {seen.numbers.skew:.1f}, {seen.numbers.log_skew:.1f} of the logarithm"
    cap, why_capped = _cap(seen, transform)
    reasons = _told(why_imputed, why_transformed, why_capped, _stands_for_none(seen))
    return Feature(name, False, impute, transform, cap, reasons)


def _told(*reasons: str | None) -> tuple[str, ...]:
    return tuple(reason for reason in reasons if reason)


def _stands_for_none(seen: Seen) -> str | None:
    """Return the suspicion that a number below 0 is no number: the only such one, and a frequent one."""
    for level, count in seen.levels:
        if level in WORDS_FOR_NONE and count == seen.numbers.negative_count:
            share = percent(count / seen.row_count)
            return (
                f"{level} in {share} and nothing else below 0: if it stands for none, say read_as_missing: "
                f'["{level}"] where the column is described'
            )
    return None


def _impute(seen: Seen, name: str) -> tuple[str, str | None]:
    """Return how a missing number is filled, and why if there are any.

    Zero where the column counts or adds up and never says 0, so that a gap is its way to say it; a ratio, an
    age or a score is unknown, and the median is least wrong.
    """
    if not seen.missing_count:
        return "median", None
    share = percent(seen.missing_share)
    if is_count_or_amount(name) and seen.numbers.minimum > 0:
        return "zero", f"missing in {share}: a count or an amount that never says 0, so a gap is read as none"
    if is_count_or_amount(name) and seen.numbers.zero_count:
        return "median", f"missing in {share}: where there is none it says 0, so a gap is unknown"
    return "median", f"missing in {share}"


def _cap(seen: Seen, transform: str) -> tuple[dict[str, float | str] | None, str | None]:
    """Return a cap at the outermost thousandth for a column whose extremes lie far out, and why."""
    numbers = seen.numbers
    if transform == "none":
        low, high, mean, deviation = numbers.minimum, numbers.maximum, numbers.mean, numbers.deviation
    else:
        low, high = (
            float(transformed(np.array([end]), transform)[0]) for end in (numbers.minimum, numbers.maximum)
        )
        mean, deviation = numbers.log_mean, numbers.log_deviation
    if not deviation:
        return None, None
    below, above = (mean - low) / deviation, (high - mean) / deviation
    if max(below, above) <= FAR_OUT:
        return None, None
    cap: dict[str, float | str] = {"method": "quantile"}
    cap |= {"lower": 0.001} if below > FAR_OUT else {}
    cap |= {"upper": 0.999} if above > FAR_OUT else {}
    return cap, f"the farthest value lies {max(below, above):.0f} standard deviations out"


def is_category(seen: Seen, name: str) -> bool:
    """Return whether the texts of a column are its coordinates, or numbers that stand for texts."""
    return seen.kind == "text" or names_kinds(seen, name)


def transformed(values: np.ndarray, transform: str) -> np.ndarray:
    """Return values (rows,) after a transform; of what is not below 0 both logarithms are the same."""
    return values if transform == "none" else np.sign(values) * np.log1p(np.abs(values))
