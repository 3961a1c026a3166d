"""What a new risk model predicts, which columns it learns from, and what gives the label away."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from generating_cases import ROWS, number, table, text

from segmart.errors import InputError
from segmart.generating.names import clean_names
from segmart.generating.predicting import decide_label, decide_risk_model, is_category


@pytest.mark.parametrize(
    ("texts", "event"),
    [
        ({"0": 900, "1": 100}, "1"),
        ({"1": 900, "0": 100}, "1"),
        ({"no": 100, "yes": 900}, "yes"),
        ({"False": 100, "True": 900}, "True"),
        ({"good": 300, "bad": 700}, "bad"),
        ({"stayed": 300, "churned": 700}, "churned"),
        # Nothing says what 1 and 2 mean.
        ({"1": 700, "2": 300}, "2"),
        ({"paid": 600, "open": 400}, "open"),
        ({"bad": 600, "default": 400}, "default"),
    ],
)
def test_the_event_is_what_the_values_say_or_else_the_rarer_one(texts, event):
    label = decide_label("y", texts, None)
    assert label.event_value == event
    assert (label.event_count, label.labelled_count) == (texts[event], 1_000)


def test_the_event_that_is_asked_for_is_predicted():
    assert decide_label("y", {"0": 900, "1": 100}, "0").event_value == "0"
    with pytest.raises(
        InputError, match=r"--event '2' is no value of the label 'y'; it has '0' \(900 rows\)"
    ):
        decide_label("y", {"0": 900, "1": 100}, "2")


def test_words_for_missing_are_no_values_of_a_label():
    label = decide_label("y", {"good": 500, "bad": 300, "NA": 200, "?": 5}, None)
    assert (label.labelled_count, label.words_for_missing) == (800, ("NA", "?"))


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        ({}, "the label 'y' has no value"),
        ({"NA": 1000}, "the label 'y' has no value"),
        ({"yes": 1000}, "the label 'y' has the one value 'yes'"),
        (
            {"a": 500, "b": 400, "c": 100},
            "the label 'y' has 3 values and not two: 'a' (500), 'b' (400), 'c' (100)",
        ),
        ({"yes": 9, "no": 500}, "a model needs 50 rows, 10 of each at least"),
        ({"yes": 20, "no": 29}, "a model needs 50 rows, 10 of each at least"),
    ],
)
def test_a_label_that_cannot_be_learned_says_why(texts, told):
    with pytest.raises(InputError) as error:
        decide_label("y", texts, None)
    assert told in str(error.value)


@pytest.mark.parametrize(
    ("column", "texts", "name"),
    [
        ("Class", {"1": 100, "2": 50}, "is_class"),
        ("Risk", {"bad": 100, "good": 900}, "is_bad"),
        ("default", {"yes": 100, "no": 900}, "is_default"),
        ("has churned", {"1": 100, "0": 900}, "has_churned"),
        ("??", {"1": 100, "0": 900}, "is_event"),
    ],
)
def test_the_label_is_named_for_what_it_says_when_it_is_true(column, texts, name):
    assert decide_label(column, texts, None).name == name


LABELS = np.arange(ROWS) % 4 == 0


def sample(numbers, texts):
    """Return independent rows; `leak` and `collector` are the label in other words."""
    generator = np.random.default_rng(1)
    frame = pd.DataFrame({"id": [f"K{row:04}" for row in range(ROWS)]})
    for column in numbers:
        frame[column] = generator.normal(size=ROWS) + (9 * LABELS if column == "leak" else 0)
    for column in texts:
        frame[column] = generator.choice(["a", "b", None], ROWS)
    if "collector" in texts:
        frame["collector"] = np.where(LABELS, "Ms B", None)
    return frame.assign(y=np.where(LABELS, "yes", "no"))


def decide(*columns, time=None, protected=(), leave_out=(), sample=sample):
    seen = table(*columns, text("y", distinct=2))
    label = decide_label("y", {"yes": 250, "no": 750}, None)
    names = clean_names(list(seen), ["as_of_date", label.name])
    return decide_risk_model(seen, names, "id", label, time, protected, leave_out, sample)


def parts(plan) -> dict[str, str]:
    return {one.seen.name: one.part for one in plan.decisions}


def why(plan, column: str) -> str:
    return next(one.why for one in plan.decisions if one.seen.name == column)


def test_every_column_has_a_part():
    plan = decide(
        number("amount"),
        text("purpose"),
        replace(number("applied"), kind="date"),
        text("sex"),
        number("clerk"),
        time="applied",
        protected=["sex"],
        leave_out=["clerk"],
    )
    assert parts(plan) == {
        **{"id": "id", "amount": "feature", "purpose": "feature", "applied": "time", "sex": "protected"},
        **{"clerk": "left out", "y": "label"},
    }
    assert [is_category(one) for one in plan.decisions if one.part == "feature"] == [False, True]


def test_what_gives_the_label_away_is_left_out_and_said():
    plan = decide(number("amount"), number("leak"), text("collector"))
    assert parts(plan)["leak"] == parts(plan)["collector"] == "left out"
    for column in ("leak", "collector"):
        assert "its area under the ROC curve is" in why(plan, column)
        assert "the label in other words, or written after it" in why(plan, column)


def test_rows_without_an_outcome_do_not_speak_about_leaks():
    def half_labelled(numbers, texts):
        rows = sample(numbers, texts)
        rows.loc[rows.index % 3 == 0, "y"] = None
        return rows

    assert parts(decide(number("amount"), number("leak"), sample=half_labelled))["leak"] == "left out"


def test_what_sounds_protected_is_left_out_unless_it_is_watched():
    plan = decide(number("amount"), number("age"), text("marital status"))
    assert "--protected watches decisions by it" in why(plan, "age")
    assert "--protected watches decisions by it" in why(plan, "marital status")
    assert parts(decide(number("amount"), number("age"), protected=["age"]))["age"] == "protected"


def test_a_date_is_left_out_with_the_option_that_would_use_it():
    plan = decide(number("amount"), replace(number("applied"), kind="date"))
    assert "--time names the one to be judged out of time by" in why(plan, "applied")


def test_gaps_are_no_reason_to_leave_a_column_out():
    assert parts(decide(number("amount", missing=700)))["amount"] == "feature"


def test_when_nothing_is_left_every_reason_is_told():
    with pytest.raises(InputError, match="nothing is left to learn from: 'leak': gives the label y away"):
        decide(number("leak"))
