"""`segmart show`: what a mart holds, in a screenful."""

import json

import duckdb
import pytest

from segmart.errors import BuildError, InputError
from segmart.showing import show


@pytest.fixture
def warehouse(tmp_path):
    """A warehouse with a mart of segments, one of decisions, and one of neither."""
    path = tmp_path / "segmart.duckdb"
    figures = [
        {
            **{"metric": "roc_auc", "split": split, "subgroup": subgroup, "is_served": is_served},
            **{"value": 0.75, "interval_low": 0.7, "interval_high": None if split == "holdout" else 0.8},
        }
        for split, subgroup, is_served in [
            *(("out of time", "all", True), ("holdout", "all", True)),
            *(("out of time", "sex=f", True), ("out of time", "all", False)),
        ]
    ]
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            """
            create schema marts;
            create schema learned;
            create table marts.mart_savers as
            select * from (values
                (2, 'Large', 'income 2 x the median', null, date '2025-06-30'),
                (2, 'Large', 'income 2 x the median', null, date '2025-06-30'),
                (1, 'Small', 'income half the median', null, date '2025-06-30'),
                (null, null, null, 'income is infinite', date '2025-06-30')
            ) as t (segment_id, segment_name, segment_profile, unassigned_reason, as_of_date);
            create table learned.ml_savers__fit (
                status varchar, model_version bigint, verdict varchar, verdict_reason varchar,
                choice_reason varchar, metrics varchar
            );
            create table learned.ml_loans__fit as select * from learned.ml_savers__fit;
            insert into learned.ml_savers__fit values
                ('champion', 1, 'constructive', 'of old', 'k = 2', null),
                ('champion', 2, 'natural', 'they lie apart', 'k = 3', null),
                ('challenger', 3, 'reproducible', 'nothing', 'k = 4', null);
            create table marts.mart_loans as
            select * from (values ('approve', 0.1), ('approve', 0.3), ('refer', null))
            as t (decision, predicted_probability);
            create table marts.mart_plain as select 7 as answer;
            """
        )
        connection.execute(
            "insert into learned.ml_loans__fit values ('champion', 1, 'skill', 'beats it', null, ?)",
            [json.dumps(figures)],
        )
    return path


def test_segments_are_shown_in_their_order_with_what_sets_them_apart_and_the_verdict(warehouse):
    assert show(warehouse, "mart_savers").split("\n") == [
        "mart_savers: 4 rows as of 2025-06-30",
        "  segment     rows  share  what sets it apart",
        "  Small          1   25 %  income half the median",
        "  Large          2   50 %  income 2 x the median",
        "  no segment     1   25 %  income is infinite",
        "Verdict: natural. they lie apart",
        "Chosen: k = 3",
        f"It is the table marts.mart_savers of {warehouse}.",
    ]


def test_decisions_are_shown_with_how_well_the_model_orders(warehouse):
    assert show(warehouse, "mart_loans").split("\n")[:-1] == [
        "mart_loans: 3 rows",
        "  decision  rows  share  mean probability",
        "  approve      2   67 %  0.200",
        "  refer        1   33 %",
        "Verdict: skill. beats it",
        "Area under the ROC curve, out of time: 0.750 (0.700 to 0.800)",
        "Area under the ROC curve, holdout: 0.750",
    ]


def test_any_other_mart_shows_its_first_rows(warehouse):
    shown = show(warehouse, "mart_plain")
    assert "answer" in shown
    assert "7" in shown
    assert "Verdict" not in shown


def test_a_mart_that_is_not_there_is_answered_with_those_that_are(warehouse):
    with pytest.raises(InputError, match="has no mart_x; there are mart_loans, mart_plain, mart_savers"):
        show(warehouse, "mart_x")
    with pytest.raises(InputError, match="there is no warehouse"):
        show(warehouse.with_name("gone.duckdb"), "mart_x")


def test_a_file_that_is_no_warehouse_is_said_to_be_none(tmp_path):
    path = tmp_path / "segmart.duckdb"
    path.write_bytes(b"no database" * 500)
    with pytest.raises(BuildError, match="cannot be opened"):
        show(path, "mart_x")
