"""Which columns become features, of which kind, and why the others do not."""

from datetime import date

import duckdb
import numpy as np
import pandas as pd
import pytest
from classification_cases import CATEGORIES, FEATURES, NUMBERS, PURPOSE, SESSION, applications

from segmart import frames
from segmart.risk.classification.columns import Column, Wanted, columns_of, typed_features
from segmart.risk.classification.leakage import area_under_curve, leaking_columns
from segmart.risk.classification.protected import groups_of

TABLE = applications(rows=120)
ROWS = np.arange(120)


def found_of(values, **said):
    """Return the feature, or what is found of it, that a column with these values becomes."""
    table = pd.DataFrame({"id": [f"A{row}" for row in range(len(values))], "x [%]": values})
    relation = SESSION.from_df(table)
    columns, findings = columns_of(relation, "id", [Wanted("x [%]", **said)], frames.column_types(relation))
    assert len(columns) + len(findings) == 1
    return (*columns, *findings)[0]


def test_numbers_and_texts_are_told_apart_whatever_they_are_called():
    relation = SESSION.from_df(TABLE)
    columns, findings = columns_of(
        relation, "application_id", [Wanted(name) for name in FEATURES], frames.column_types(relation)
    )

    assert findings == []
    assert [column.name for column in columns if column.is_number] == list(NUMBERS)
    assert [column.name for column in columns if not column.is_number] == list(CATEGORIES)


@pytest.mark.parametrize("word", ["NA", "n/a", "?", "-", "NULL", " ", "", None])
def test_a_word_for_missing_keeps_a_column_of_texts_a_number(word):
    texts = np.where(ROWS % 7 == 0, word, (ROWS * 0.5 % 13).astype(str))
    column = found_of(texts)
    assert column == Column("x [%]", is_number=True)
    values = typed_features(pd.DataFrame({"x [%]": texts}), [column])["x [%]"]
    assert values.isna().sum() == (ROWS % 7 == 0).sum()
    assert values[1] == 0.5


@pytest.mark.parametrize(
    ("values", "said", "finding", "is_emptiness"),
    [
        (np.full(120, np.nan), {}, "is empty: missing in all 120 rows", True),
        (np.full(120, None), {}, "is empty: missing in all 120 rows", True),
        (np.full(120, 7.0), {}, "is 7 in all 120 rows", True),
        (np.full(120, "a"), {}, "is the same in all 120 rows", True),
        (np.full(120, "NA"), {}, "is the same in all 120 rows", True),
        (np.full(120, ""), {}, "is empty: missing in all 120 rows", True),
        (np.where(ROWS < 3, np.inf, ROWS), {}, "is infinite in 3 of 120 rows", False),
        (ROWS + 1_000, {}, "looks like an identifier", True),
        (
            [f"B{row}" for row in ROWS],
            {},
            "names rows rather than kinds of them: 120 texts in 120 rows",
            True,
        ),
        ([date(2025, 1, 1 + row % 28) for row in ROWS], {}, "neither a number nor a text", True),
        ([f"2025-01-{1 + row % 28:02d}" for row in ROWS], {}, "holds dates as texts", True),
        (np.where(ROWS < 3, "many", "1"), {"kind": "number"}, "no number in 3 of 120 rows", False),
        (np.where(ROWS < 3, "a", "b"), {"direction": "increasing"}, "a category, which has no order", False),
    ],
)
def test_what_cannot_be_learned_from_is_found(values, said, finding, is_emptiness):
    found = found_of(values, **said)
    assert finding in found.finding
    assert found.remedy
    assert found.is_emptiness == is_emptiness


def test_a_key_written_as_a_number_is_found():
    relation = SESSION.from_df(pd.DataFrame({"id": ["7", "300", "12"], "copy": [7, 300, 12]}))
    _, (finding,) = columns_of(relation, "id", [Wanted("copy")], frames.column_types(relation))
    assert finding.finding == "is the key itself written as a number"


def test_a_column_is_what_it_is_declared_to_be():
    numbers = ROWS % 5
    assert found_of(numbers, kind="category") == Column("x [%]", is_number=False)
    assert found_of(numbers, direction="decreasing") == Column("x [%]", True, "decreasing")
    # Levels of which most stand in several rows may be as many as they like.
    assert found_of([f"level {row % 60}" for row in ROWS]) == Column("x [%]", is_number=False)


def test_an_absent_column_is_found():
    _, (finding,) = columns_of(SESSION.from_df(TABLE), "application_id", [Wanted("x")], {})
    assert (finding.finding, finding.is_emptiness) == ("is absent from the feature table", True)


@pytest.mark.parametrize(
    ("values", "is_number"),
    [
        (["1", " 2 ", "x", "", None, "-3.5e2"], True),
        ([" a", "b ", "", None, "NA", "1"], False),
        ([True, False, True, False, True, True], True),
        ([True, False, True, False, True, True], False),
        ([1, 2, 3, 4, 5, 6], False),
        ([1.0, 2.5, np.nan, 4.0, np.inf, 6.0], False),
        ([1.0, 2.5, np.nan, 4.0, np.inf, -np.inf], True),
    ],
)
def test_a_frame_is_read_as_the_engine_reads_a_table(values, is_number):
    frame = pd.DataFrame({"x": values})
    column = Column("x", is_number)
    kinds = ([], ["x"]) if is_number else (["x"], [])
    in_engine = frames.as_texts_and_numbers(SESSION.from_df(frame), [], *kinds).fetchall()

    own = typed_features(frame, [column])["x"]

    assert [None if pd.isna(value) else value for value in own] == [value for (value,) in in_engine]
    assert own.dtype == (float if is_number else object)
    again = typed_features(own.to_frame(), [column])["x"]
    pd.testing.assert_series_equal(again, own)


def test_texts_are_counted_by_what_they_hold():
    texts = ["1", "2.5", " 2.5", "n/a", "many", "2025-01-01", "", "  ", None]
    table = pd.DataFrame({'a "b" %': texts})
    facts = frames.text_facts(table, ['a "b" %'])['a "b" %']

    assert facts == frames.TextFacts(
        row_count=9, missing_count=3, number_count=3, date_count=1, other_count=2, distinct_count=5
    )
    assert frames.text_facts(table[:0], ['a "b" %'])['a "b" %'] == frames.TextFacts(0, 0, 0, 0, 0, 0)
    assert frames.text_facts(table, []) == {}


def test_a_table_stays_the_kind_of_table_it_was():
    for table in (TABLE, SESSION.from_df(TABLE)):
        for changed in (
            frames.as_texts_and_numbers(table, ["application_id"], CATEGORIES, NUMBERS),
            frames.with_date(table, "day", date(2025, 1, 1)),
            frames.with_event(table, PURPOSE, "car"),
        ):
            assert isinstance(changed, pd.DataFrame | duckdb.DuckDBPyRelation)
            assert isinstance(changed, pd.DataFrame) == isinstance(table, pd.DataFrame)


def test_every_row_is_given_the_date():
    for table in (TABLE, SESSION.from_df(TABLE)):
        dated = frames.with_date(table, "the day", date(2025, 1, 1))
        assert frames.count_by(dated, "the day") == {"2025-01-01": 120}
        assert list(frames.column_types(dated)) == [*TABLE, "the day"]


def test_a_date_that_is_there_already_is_replaced():
    dated = frames.with_date(SESSION.from_df(TABLE), "as_of_date", date(2020, 1, 1))
    assert sorted(dated.columns) == sorted(TABLE)
    assert frames.count_by(dated, "as_of_date") == {"2020-01-01": 120}


@pytest.mark.parametrize("event", ["bad", "ba'd", '"; drop table x; --'])
def test_the_event_is_one_text_and_its_absence_any_other(event):
    table = pd.DataFrame({"x": [event, "good", None, "Bad"], "y": 1})
    assert frames.with_event(table, "x", event)["x"].tolist()[:2] == [1, 0]
    found = frames.with_event(SESSION.from_df(table), "x", event)
    assert found.fetchall() == [(1, 1), (0, 1), (None, 1), (0, 1)]


def test_a_feature_that_tells_the_label_is_found_by_its_order_its_gaps_or_its_levels():
    generator = np.random.default_rng(1)
    labels = (generator.random(400) < 0.3).astype(float)
    noise = generator.normal(size=400)
    features = pd.DataFrame(
        {
            "order": labels + 0.1 * noise,
            "reversed": -labels + 0.1 * noise,
            "gaps": np.where(labels == 1, np.nan, noise),
            "filled": np.where(labels == 1, noise, np.nan),
            "levels": np.where(labels == 1, "late", generator.choice(["a", "b"], 400)),
            "absent": np.where(labels == 1, None, "paid"),
            "noise": noise,
            "each its own": [f"A{row}" for row in range(400)],
            "skill": labels + 0.5 * noise,
        }
    )
    columns = [Column(name, features[name].dtype == float) for name in features]
    keys = np.array([f"A{row}" for row in range(400)], dtype=object)

    findings = leaking_columns(columns, features, keys, labels, "is_bad")

    assert [finding.feature for finding in findings] == [
        "order", "reversed", "gaps", "filled", "levels", "absent",
    ]  # fmt: skip
    assert "gives the label is_bad away: its area under the ROC curve is 1.000" in findings[0].finding
    assert not any(finding.is_emptiness for finding in findings)


def test_the_area_under_the_curve_counts_ties_half():
    assert area_under_curve(np.array([1.0, 1.0, 2.0]), np.array([0.0, 1.0, 1.0])) == 0.75
    assert np.isnan(area_under_curve(np.array([1.0, 2.0]), np.array([1.0, 1.0])))


def test_groups_of_people_are_values_or_bands_of_them():
    frame = pd.DataFrame(
        {
            "gender": ["f", None, "m"] * 40,
            "children": ["0", "1", None] * 40,
            "age": np.arange(120.0) + 20,
        }
    )
    groups = groups_of(frame, frame)

    assert groups["gender"][:3].tolist() == ["f", None, "m"]
    assert groups["children"][:3].tolist() == ["0", "1", None]
    assert dict(pd.Series(groups["age"]).value_counts()) == {
        "20 to 49": 30, "50 to 79": 30, "80 to 109": 30, "110 to 139": 30,
    }  # fmt: skip
    assert groups_of(frame.assign(age=np.nan), ["age"])["age"].tolist() == [None] * 120
