"""Which columns of a file a segmentation learns from, and how: pure functions to decisions."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from segmart.errors import InputError
from segmart.generating.deciding import (
    Decision,
    data_type_of,
    is_an_answer,
    is_protected,
    named,
    near_copies,
    percent,
    transform_of,
    why_not_a_category,
    why_not_learnable,
)
from segmart.generating.preparing import Feature, feature_of, is_category, transformed
from segmart.generating.reading import Seen

# As many levels of a category as the engine makes coordinates of, unless it is told otherwise.
MOST_LEVELS = 12
# Of a column with more gaps than this, imputing would invent more than is known.
MOST_MISSING = 0.5
# Where nearly all are equal, the few others would become a segment of their own whatever else they do.
MOST_EQUAL = 0.99
FEWEST_ROWS = 50
PARTS_OF_DATES = ("year", "quarter", "month", "week", "weekday", "day", "day_of_week", "hour")

is_money = named(
    "income salary wage- amount balance value spend- revenue turnover usd eur gbp dollars euros pounds sales "
    "paid payment- price wealth asset assets volume- cost fee fees deposit- notional"
)


@dataclass(frozen=True)
class Segmenting:
    """A whole segmentation decided: what becomes of each column, the features, what orders the segments."""

    decisions: tuple[Decision, ...]
    features: tuple[Feature, ...]
    rank_by: str
    rank_by_reason: str


def decide_segmentation(
    seen: Mapping[str, Seen],
    names: Mapping[str, str],
    key: str,
    as_of: str | None,
    asked_for: Sequence[str],
    leave_out: Sequence[str],
    rank_by: str | None,
    sample: Callable[[list[str]], pd.DataFrame],
) -> Segmenting:
    """Return what becomes of every column of a table with an id that is sound.

    `names` are the names in the warehouse. With `asked_for` these columns are learned from and no others;
    else all that can be and that nothing speaks against. `sample` hands over rows of numeric columns.
    Raises InputError for a column asked for that nothing can be learned from, and when none is left.
    """
    both = [column for column in asked_for if column in leave_out]
    if both:
        raise InputError(
            f"column {both[0]!r} is both asked for and left out; keep one of --features and --leave-out"
        )
    decided, refused = {}, []
    for column, facts in seen.items():
        name = names[column]
        if column == key:
            decided[column] = Decision(facts, "id", name, "varchar")
        elif column == as_of:
            decided[column] = Decision(facts, "as of", "as_of_date", "date")
        elif column in leave_out:
            decided[column] = _left_out(facts, name, "asked for with --leave-out")
        elif asked_for and column not in asked_for:
            decided[column] = _left_out(facts, name, "not among --features")
        elif why := _why_impossible(facts, name):
            decided[column] = _left_out(facts, name, why)
            refused += [f"{column!r}: {why}"] if asked_for else []
        elif not asked_for and (why := _why_better_not(facts, name)):
            decided[column] = _left_out(facts, name, f"{why} (--features takes it all the same)")
        else:
            decided[column] = Decision(facts, "feature", name, data_type_of(facts, name))
    if refused:
        raise InputError(f"--features: nothing can be learned from {'; '.join(refused)}")
    if not asked_for:
        decided |= _copies_left_out(decided, sample)

    learned = [decision for decision in decided.values() if decision.part == "feature"]
    if not learned:
        reasons = "; ".join(
            f"{one.seen.name!r}: {one.why}" for one in decided.values() if one.part == "left out"
        )
        raise InputError(
            f"nothing is left to learn from: {reasons or 'the table has no column beside its id'}"
        )
    if asked_for:
        learned.sort(key=lambda decision: asked_for.index(decision.seen.name))
    features = tuple(feature_of(decision) for decision in learned)
    ranking, reason = _rank_by(learned, features, rank_by)
    return Segmenting(tuple(decided.values()), features, ranking, reason)


def _why_impossible(seen: Seen, name: str) -> str | None:
    if why := why_not_learnable(seen, name):
        return why
    return why_not_a_category(seen, MOST_LEVELS) if is_category(seen, name) else None


def _why_better_not(seen: Seen, name: str) -> str | None:
    """Return why a column is not learned from unless somebody asks for it."""
    if is_protected(name):
        return "sounds like an attribute by which people are protected"
    if name in PARTS_OF_DATES:
        return "a part of a date: it says when, and not how somebody behaves"
    if is_an_answer(name):
        return "sounds like segments that somebody has made before: compare with them instead"
    if seen.missing_share > MOST_MISSING:
        return (
            f"missing in {percent(seen.missing_share)} of the rows: imputing would invent more than is known"
        )
    level, count = seen.levels[0]
    if count > MOST_EQUAL * seen.row_count:
        return f"{level} in {100 * count / seen.row_count:.1f} % of the rows"
    return None


def _copies_left_out(
    decided: Mapping[str, Decision], sample: Callable[[list[str]], pd.DataFrame]
) -> dict[str, Decision]:
    """Return new decisions about numbers that move with an earlier one as if they were the same."""
    numbers = [
        column
        for column, decision in decided.items()
        if decision.part == "feature" and not is_category(decision.seen, decision.name)
    ]
    if len(numbers) < 2:
        return {}
    rows = sample(numbers)
    columns = {
        column: transformed(rows[column].to_numpy(dtype=float), transform_of(decided[column].seen))
        for column in numbers
    }
    return {
        column: _left_out(
            decided[column].seen,
            decided[column].name,
            f"moves with {earlier!r} as its copy (r = {correlation:.3f})",
        )
        for column, (earlier, correlation) in near_copies(columns).items()
    }


def _rank_by(
    learned: Sequence[Decision], features: Sequence[Feature], asked_for: str | None
) -> tuple[str, str]:
    """Return the feature that orders the segments, and why it is that one."""
    numbers = [feature.name for feature in features if not feature.is_category]
    if not numbers:
        raise InputError(
            "segments are ordered by a number, and only categories are left to learn from; ask for a column "
            "of numbers with --features"
        )
    if asked_for is not None:
        by_column = {decision.seen.name: decision.name for decision in learned}
        if by_column.get(asked_for) not in numbers:
            named = ", ".join(repr(column) for column, name in by_column.items() if name in numbers)
            raise InputError(f"--rank-by {asked_for!r} is no number that is learned from; there are {named}")
        return by_column[asked_for], "the one asked for"
    money = next((name for name in numbers if is_money(name)), None)
    if money:
        return (
            money,
            "the first feature that sounds like money; name another one if it orders your customers better",
        )
    return numbers[
        0
    ], "the first feature, for want of one that sounds like money; name one that means more if there is"


def _left_out(seen: Seen, name: str, why: str) -> Decision:
    return Decision(seen, "left out", name, "", why)
