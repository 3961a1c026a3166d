"""What becomes of each column of a file, and why: pure functions from what was seen to decisions.

What holds for every kind of model is here; `segmenting` and `predicting` add what theirs needs.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from segmart.errors import InputError
from segmart.frames import ColumnFacts
from segmart.generating.names import near
from segmart.generating.reading import Seen
from segmart.learning.guards import looks_like_an_identifier

# Two columns that move together more closely than this say the same thing twice.
LARGEST_CORRELATION = 0.98
# Correlations and leaks are looked for among so many rows.
SAMPLED_ROWS = 50_000
# Numbers or dates that are written as something else are no kinds of rows, unless there are only so many.
FEW_LEVELS = 12
# A skew beyond this is worth a logarithm, if that takes at least a quarter of it away.
LARGEST_SKEW, LEAST_GAIN = 1.0, 0.25

Part = Literal["id", "as of", "feature", "label", "time", "protected", "left out"]


def named(words: str) -> Callable[[str], bool]:
    """Return what says whether a name in snake_case holds one of the words; `wage-` stands for wages too."""
    parts = "|".join(rf"{word[:-1]}[^_]*" if word.endswith("-") else word for word in words.split())
    pattern = re.compile(rf"(^|_)({parts})(_|$)")
    return lambda name: pattern.search(name) is not None


# Attributes of people by which nobody is to be treated otherwise without somebody having decided so.
is_protected = named(
    "gender sex race ethnic- religi- nationality disab- marital foreign pregnan- orientation caste"
)
is_age = named("age ages birth birthday dob born")
# What a person would not want to find published, beside those.
is_personal = named(
    "name firstname lastname surname email mail phone mobile address street ssn iban passport income salary "
    "wage-"
)
# An answer somebody has given before to the question that is asked now.
is_an_answer = named("segment segments cluster clusters persona")
# Numbers that name kinds of things instead of counting them.
is_code = named("code zip postcode region type category branch channel sector status")


@dataclass(frozen=True)
class Decision:
    """What becomes of one column: its part, what it is called in the warehouse, its type there, and why."""

    seen: Seen
    part: Part
    name: str
    data_type: str
    why: str = ""

    @property
    def is_personal(self) -> bool:
        """Whether its values stay behind when marts are published, by the sound of its name."""
        return is_personal(self.name) or is_age(self.name) or is_protected(self.name)


def require_present(named: Iterable[str], present: Sequence[str], option: str) -> None:
    """Raise InputError for a column that an option names and the table does not have."""
    for name in named:
        if name not in present:
            raise InputError(f"{option}: the table has no column {name!r}; {near(name, present)}")


def data_type_of(seen: Seen, name: str) -> str:
    """Return the type a column has in the warehouse."""
    if seen.kind == "whole number":
        return "varchar" if names_kinds(seen, name) else "bigint"
    return {"number": "double", "boolean": "boolean", "date": "date"}.get(seen.kind, "varchar")


def names_kinds(seen: Seen, name: str) -> bool:
    """Return whether whole numbers are codes, by the name of their column."""
    return seen.kind == "whole number" and is_code(name)


def why_not_learnable(seen: Seen, name: str) -> str | None:
    """Return why nothing can be learned from a column, whoever asks for it; none where something can."""
    rows = f"{seen.row_count:,} rows"
    if seen.kind == "empty" or seen.missing_count == seen.row_count:
        return f"empty: missing in all {rows}"
    if seen.kind == "nested":
        return f"{seen.engine_type}, neither a number nor a text"
    if seen.kind == "date":
        return "a date: make it a number of days to learn from it"
    if seen.distinct_count == 1 and (seen.is_numeric or not seen.missing_count):
        where = "wherever it is known" if seen.missing_count else f"in all {rows}"
        return f"constant: {_short(seen.levels[0][0])} {where}"
    if seen.numbers and not names_kinds(seen, name):
        if seen.numbers.equal_to_key_count == seen.row_count:
            return "the id itself, written as a number"
        if looks_like_an_identifier(name, _as_facts(seen)):
            return f"looks like an id or a row number: a whole number that differs in all {rows}"
    return None


def why_not_a_category(seen: Seen, most_levels: int) -> str | None:
    """Return why texts are no kinds of rows, more of them than `most_levels` for one; none where they are."""
    if seen.distinct_count <= (FEW_LEVELS if seen.looks_like else most_levels):
        return None
    example = f"such as {_short(seen.levels[0][0])}"
    if seen.looks_like == "numbers":
        return f"texts, not numbers ({example}): write them without separators and units to learn from them"
    if seen.looks_like == "dates":
        return f"texts that look like dates ({example}): write them as 2025-12-31, or as a number of days"
    what = "numbers that name something" if seen.is_numeric else "texts"
    present = seen.row_count - seen.missing_count
    # No example: these may be the names of people.
    return (
        f"{seen.distinct_count:,} different {what} in {present:,} rows: names rows rather than kinds of them"
    )


def transform_of(seen: Seen) -> str:
    """Return the logarithm that makes skewed numbers more even: log1p, signed_log1p of any sign, or none."""
    numbers = seen.numbers
    if numbers is None or numbers.skew is None or numbers.log_skew is None or numbers.skew <= LARGEST_SKEW:
        return "none"
    if abs(numbers.log_skew) > (1 - LEAST_GAIN) * numbers.skew:
        return "none"
    return "log1p" if numbers.minimum >= 0 else "signed_log1p"


def near_copies(columns: Mapping[str, np.ndarray]) -> dict[str, tuple[str, float]]:
    """Return for each column that nearly copies an earlier one that earlier one, and their correlation.

    Columns (rows,) hold missing values as not-a-number; Pearson's correlation over the rows where both are
    known, if these are at least half of all.
    """
    names, found = list(columns), {}
    for position, name in enumerate(names):
        for earlier in names[:position]:
            if earlier in found:
                continue
            correlation = _correlation(columns[earlier], columns[name])
            if abs(correlation) > LARGEST_CORRELATION:
                found[name] = (earlier, correlation)
                break
    return found


def in_words(seen: Seen) -> str:
    """Return what was seen of a column: range or kinds, and how much of it is missing."""
    if seen.kind == "date" and seen.dates:
        range_ = f"{seen.dates[0]} to {seen.dates[1]}"
    elif seen.numbers and seen.kind != "boolean":
        numbers = seen.numbers
        range_ = f"{numbers.minimum:,g} to {numbers.maximum:,g}, median {numbers.median:,g}"
    elif seen.levels:
        level, count = seen.levels[0]
        present = seen.row_count - seen.missing_count
        kinds = f"{seen.distinct_count:,} texts" if seen.kind == "text" else "true and false"
        range_ = f"{kinds}, most often {_short(level)} ({percent(count / present)})"
    else:
        range_ = "nothing"
    missing = f"missing in {percent(seen.missing_share)}" if seen.missing_count else "never missing"
    return f"{range_}; {missing}"


def percent(share: float) -> str:
    """Return a share in percent, never as nothing when there is something."""
    return f"{100 * share:.2g} %" if share < 0.01 else f"{100 * share:.0f} %"


def _correlation(left: np.ndarray, right: np.ndarray) -> float:
    known = ~(np.isnan(left) | np.isnan(right))
    if 2 * known.sum() < len(left) or not known.any():
        return 0.0
    left, right = left[known] - left[known].mean(), right[known] - right[known].mean()
    size = np.sqrt((left**2).sum() * (right**2).sum())
    return float((left * right).sum() / size) if size > 0 else 0.0


def _as_facts(seen: Seen) -> ColumnFacts:
    numbers = seen.numbers
    return ColumnFacts(
        row_count=seen.row_count,
        missing_count=seen.missing_count,
        infinite_count=0,
        distinct_count=seen.distinct_count,
        fraction_count=numbers.fraction_count,
        equal_to_key_count=numbers.equal_to_key_count,
        minimum=numbers.minimum,
        maximum=numbers.maximum,
    )


def _short(text: str, most: int = 30) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else f"{text[: most - 3]}..."
