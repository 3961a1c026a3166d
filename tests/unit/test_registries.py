"""Registries are kept, given back, and taken back to what served before."""

import json
from datetime import date
from pathlib import Path

import duckdb
import pytest
from registry_cases import registry_row

from segmart.errors import BuildError, InputError
from segmart.learning.registry import champion_of, history_of, read_registry, registry_frame
from segmart.registries import back_up, restore, roll_back, rows_rolled_back

HISTORY = [
    registry_row(1, "small"),
    registry_row(1, "large"),
    registry_row(2, "small"),
    registry_row(3, "large", "challenger"),
    registry_row(4, "large"),
]


def warehouse_with(path: Path, rows: list[dict], **tables: str) -> Path:
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema learned")
        connection.register("rows", registry_frame(rows))
        connection.execute("create table learned.ml_savers__fit as from rows")
        for name, query in tables.items():
            connection.execute(f"create table learned.{name} as {query}")
    return path


@pytest.fixture
def warehouse(tmp_path) -> Path:
    return warehouse_with(tmp_path / "segmart.duckdb", HISTORY)


def rows_of(warehouse: Path) -> list[dict]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = read_registry(connection.table("learned.ml_savers__fit"))
    return sorted(rows, key=lambda row: (row["model_version"], row["population"]))


def test_a_rollback_brings_back_every_champion_of_that_time():
    back = rows_rolled_back(HISTORY, "savers", 2)
    assert [(row["population"], row["model_version"]) for row in back] == [("large", 5)]
    assert back[0]["status_reason"].startswith("version 1 serves again")
    assert [row["population"] for row in rows_rolled_back(HISTORY, "savers", 1)] == ["large", "small"]


def test_what_serves_again_is_what_served_under_a_new_number():
    (row,) = rows_rolled_back(HISTORY, "savers", 3)
    assert json.loads(row["artefact"]) == {"model_version": 5, "centres": [0.1]}
    assert row["as_of_date"] == date(2025, 1, 1)
    assert row["lineage"] == "[]"


def test_a_challenger_that_never_served_is_not_rolled_back_to():
    history = [registry_row(1), registry_row(2, status="challenger"), registry_row(3)]
    (row,) = rows_rolled_back(history, "savers", 2)
    assert row["status_reason"].startswith("version 1 ")


@pytest.mark.parametrize(
    ("model", "version", "reason"),
    [
        ("savings", 1, "has no learned model 'savings'; there are savers"),
        ("savers", 9, "no version 9; there are 1, 2, 3, 4"),
        ("savers", 4, "after version 4 serve already"),
    ],
)
def test_a_rollback_to_nothing_is_told(warehouse, model, version, reason):
    with pytest.raises(InputError, match=reason):
        roll_back(warehouse, model, version)
    assert len(rows_of(warehouse)) == len(HISTORY)


def test_a_rollback_appends_and_removes_nothing(warehouse):
    roll_back(warehouse, "savers", 1)
    rows = rows_of(warehouse)
    assert len(rows) == len(HISTORY) + 2
    assert champion_of(history_of(rows, "savers", "small"))["model_version"] == 5
    assert [row["model_version"] for row in rows] == [1, 1, 2, 3, 4, 5, 5]


def test_a_registry_of_an_older_time_is_rolled_back_too(warehouse):
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("alter table learned.ml_savers__fit drop components_in_words")
    (row,) = roll_back(warehouse, "savers", 3)
    assert rows_of(warehouse)[-1]["model_version"] == row["model_version"] == 5


def test_a_backup_restores_the_same_rows_elsewhere(warehouse, tmp_path):
    assert back_up(warehouse, tmp_path / "kept") == {"learned.ml_savers__fit": 5}
    new = tmp_path / "new" / "segmart.duckdb"
    assert restore(new, tmp_path / "kept") == {"learned.ml_savers__fit": 5}
    assert rows_of(new) == rows_of(warehouse)


def test_only_registries_are_backed_up(tmp_path):
    warehouse = warehouse_with(
        tmp_path / "segmart.duckdb",
        HISTORY,
        ml_savers__assigned="select 1 as segment_id",
        ml_savers__fit__dbt_tmp="from learned.ml_savers__fit",
    )
    assert list(back_up(warehouse, tmp_path / "kept")) == ["learned.ml_savers__fit"]


def test_a_restore_never_mixes_two_histories(warehouse, tmp_path):
    back_up(warehouse, tmp_path / "kept")
    with pytest.raises(InputError, match=r"already has rows in learned\.ml_savers__fit"):
        restore(warehouse, tmp_path / "kept")
    assert len(rows_of(warehouse)) == len(HISTORY)


def test_a_restore_is_all_or_none(warehouse, tmp_path):
    back_up(warehouse, tmp_path / "kept")
    duckdb.sql("select 1 as x").write_parquet(str(tmp_path / "kept" / "learned" / "zz.parquet"))
    new = tmp_path / "new" / "segmart.duckdb"
    with pytest.raises(InputError, match="model_name"):
        restore(new, tmp_path / "kept")
    with duckdb.connect(str(new)) as connection:
        assert connection.execute("select count(*) from duckdb_tables()").fetchall() == [(0,)]


def test_what_is_not_there_is_told(tmp_path):
    with pytest.raises(InputError, match="holds no backup"):
        restore(tmp_path / "segmart.duckdb", tmp_path / "nowhere")
    with pytest.raises(BuildError, match="cannot be opened"):
        back_up(tmp_path / "nowhere.duckdb", tmp_path)
    duckdb.connect(str(tmp_path / "empty.duckdb")).close()
    with pytest.raises(InputError, match="no registry to back up"):
        back_up(tmp_path / "empty.duckdb", tmp_path)
