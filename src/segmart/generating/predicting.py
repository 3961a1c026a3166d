"""Which columns of a file a risk model learns from, and what it predicts: pure functions to decisions."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from segmart.errors import InputError
from segmart.frames import WORDS_FOR_MISSING
from segmart.generating.deciding import (
    Decision,
    data_type_of,
    is_age,
    is_protected,
    names_kinds,
    near_copies,
    why_not_a_category,
    why_not_learnable,
)
from segmart.generating.names import snake_case
from segmart.generating.reading import Seen
from segmart.risk.classification.columns import MANY_LEVELS, Column
from segmart.risk.classification.leakage import leaking_columns

FEWEST_LABELLED, FEWEST_EVENTS = 50, 10
# Of two values the first of such a pair says that something happened, and not what ...
PLAIN_PAIRS = frozenset(
    [("1", "0"), ("1", "-1"), ("1.0", "0.0"), ("yes", "no"), ("y", "n"), ("true", "false"), ("t", "f")]
)
# ... while such a word says what, whatever the other value is.
EVENT_WORDS = """
    bad default defaulted churn churned fraud fraudulent event positive failed failure lost left exited late
    delinquent unpaid spam died dead
"""
WORDS_FOR_AN_EVENT = frozenset(EVENT_WORDS.split())


@dataclass(frozen=True)
class Label:
    """What is predicted: the text that stands for the event, the other one, and why it is that way round."""

    column: str
    event_value: str
    other_value: str
    why: str
    event_count: int
    labelled_count: int
    words_for_missing: tuple[str, ...]

    @property
    def event(self) -> str:
        """The event in words that a sentence can hold."""
        return f"{self.column} is {self.event_value}"

    @property
    def name(self) -> str:
        """What the label is called in the warehouse, where it is true for the event."""
        says_what = self.event_value.lower() in WORDS_FOR_AN_EVENT
        name = snake_case(self.event_value if says_what else self.column)
        return name if name.startswith(("is_", "has_", "was_")) else f"is_{name or 'event'}"


@dataclass(frozen=True)
class Predicting:
    """A whole risk model decided."""

    decisions: tuple[Decision, ...]
    label: Label


def decide_label(column: str, texts: Mapping[str, int], event: str | None) -> Label:
    """Return the label of texts and their counts; raises InputError unless there are two of them.

    Which one is the event is what `event` says; else the values themselves where they are 1 and 0, yes and
    no, or one is a word such as bad or churned; else it is the rarer one.
    """
    words = tuple(text for text in texts if text.lower() in WORDS_FOR_MISSING)
    values = {text: count for text, count in texts.items() if text not in words}
    if event is not None and event not in values:
        listed = ", ".join(f"{text!r} ({count:,} rows)" for text, count in list(values.items())[:10])
        raise InputError(f"--event {event!r} is no value of the label {column!r}; it has {listed or 'none'}")
    if len(values) < 2:
        has = f"the one value {next(iter(values))!r}" if values else "no value"
        raise InputError(
            f"the label {column!r} has {has}; a model learns from rows with the event and rows without"
        )
    if len(values) > 2:
        listed = ", ".join(f"{text!r} ({count:,})" for text, count in list(values.items())[:10])
        more = ", ..." if len(values) > 10 else ""
        raise InputError(
            f"the label {column!r} has {len(values):,} values and not two: {listed}{more}. Remedy: add a "
            "column that says yes or no, or name one that does"
        )
    event_value, why = _event_among(values, event)
    (other,) = (text for text in values if text != event_value)
    labelled = sum(values.values())
    if labelled < FEWEST_LABELLED or min(values.values()) < FEWEST_EVENTS:
        raise InputError(
            f"the label {column!r} has {values[event_value]:,} rows of {event_value!r} and {values[other]:,} "
            f"of {other!r}; a model needs {FEWEST_LABELLED} rows, {FEWEST_EVENTS} of each at least"
        )
    return Label(column, event_value, other, why, values[event_value], labelled, words)


def decide_risk_model(
    seen: Mapping[str, Seen],
    names: Mapping[str, str],
    key: str,
    label: Label,
    time: str | None,
    protected: Sequence[str],
    leave_out: Sequence[str],
    sample: Callable[[list[str], list[str]], pd.DataFrame],
    as_of: str | None = None,
) -> Predicting:
    """Return what becomes of every column of a table with an id and a label that are sound.

    `sample` hands over rows ordered by key, of numbers and of texts, the label among these. Raises InputError
    when nothing is left to learn from.
    """
    decided = {}
    for column, facts in seen.items():
        name = names[column]
        if column == key:
            decided[column] = Decision(facts, "id", name, "varchar")
        elif column == as_of:
            decided[column] = Decision(facts, "as of", "as_of_date", "date")
        elif column == label.column:
            decided[column] = Decision(facts, "label", label.name, "boolean")
        elif column == time:
            decided[column] = Decision(facts, "time", name, "date")
        elif column in protected:
            decided[column] = Decision(facts, "protected", name, data_type_of(facts, name))
        elif why := _why_left_out(facts, name, column in leave_out):
            decided[column] = _left_out(facts, name, why)
        else:
            decided[column] = Decision(facts, "feature", name, data_type_of(facts, name))
    decided |= _given_away_or_twice(decided, key, label, sample)
    if not any(decision.part == "feature" for decision in decided.values()):
        reasons = "; ".join(
            f"{one.seen.name!r}: {one.why}" for one in decided.values() if one.part == "left out"
        )
        raise InputError(
            f"nothing is left to learn from: {reasons or 'there is no column beside id and label'}"
        )
    return Predicting(tuple(decided.values()), label)


def of_part(plan: Predicting, part: str) -> list[Decision]:
    """Return the columns that have a part in a risk model, in the order of the file."""
    return [decision for decision in plan.decisions if decision.part == part]


def is_category(decision: Decision) -> bool:
    """Return whether the model takes a feature as a category, and not as a number."""
    return decision.data_type == "varchar"


def _event_among(values: Mapping[str, int], event: str | None) -> tuple[str, str]:
    if event is not None:
        return event, "as asked for"
    first, second = values
    for one, other in ((first, second), (second, first)):
        words = (one.lower(), other.lower())
        if words in PLAIN_PAIRS or (words[0] in WORDS_FOR_AN_EVENT and words[1] not in WORDS_FOR_AN_EVENT):
            return one, f"{one!r} says that it happened"
    rarer = min(values, key=lambda text: (values[text], text))
    return rarer, f"{rarer!r} is the rarer of two values; --event names the other one"


def _why_left_out(seen: Seen, name: str, is_asked_for: bool) -> str | None:
    if is_asked_for:
        return "asked for with --leave-out"
    if why := why_not_learnable(seen, name):
        return why + ("; --time names the one to be judged out of time by" if seen.kind == "date" else "")
    if is_protected(name) or is_age(name):
        return (
            "sounds like a protected attribute: --protected watches decisions by it; to learn from it, "
            "add it to the features in the YAML"
        )
    if seen.kind == "text" or names_kinds(seen, name):
        present = seen.row_count - seen.missing_count
        return why_not_a_category(seen, int(max(MANY_LEVELS, present / 2)))
    return None


def _given_away_or_twice(
    decided: Mapping[str, Decision],
    key: str,
    label: Label,
    sample: Callable[[list[str], list[str]], pd.DataFrame],
) -> dict[str, Decision]:
    """Return new decisions about columns that give the label away, and numbers that copy an earlier one."""
    features = {column: decision for column, decision in decided.items() if decision.part == "feature"}
    texts = [column for column, decision in features.items() if is_category(decision)]
    numbers = [column for column in features if column not in texts]
    rows = sample(numbers, [*texts, label.column])
    rows = rows[rows[label.column].isin([label.event_value, label.other_value])]
    columns = [Column(column, column in numbers) for column in features]
    labels = (rows[label.column] == label.event_value).to_numpy(dtype=float)
    frame = pd.DataFrame(
        {
            column: rows[column].to_numpy(dtype=float)
            if column in numbers
            else [None if pd.isna(text) else text for text in rows[column]]
            for column in features
        }
    )
    leaks = leaking_columns(columns, frame, rows[key].to_numpy(dtype=object), labels, label.column)
    changed = {
        leak.feature: _left_out(
            features[leak.feature].seen,
            features[leak.feature].name,
            f"{leak.finding}: the label in other words, or written after it",
        )
        for leak in leaks
    }
    clean = {column: frame[column].to_numpy(dtype=float) for column in numbers if column not in changed}
    for column, (earlier, correlation) in near_copies(clean).items():
        why = f"moves with {earlier!r} as its copy (r = {correlation:.3f})"
        changed[column] = _left_out(features[column].seen, features[column].name, why)
    return changed


def _left_out(seen: Seen, name: str, why: str) -> Decision:
    return Decision(seen, "left out", name, "", why)
