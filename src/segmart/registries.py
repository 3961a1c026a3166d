"""The registries of a warehouse as tables: backed up, restored, and taken back to an earlier version.

A registry is known by its columns, not by its name or schema: also those of models of one's own are found.
"""

import json
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import duckdb

from segmart.errors import BuildError, InputError
from segmart.frames import quoted
from segmart.learning.json_text import to_json
from segmart.learning.registry import (
    ADDED_LATER,
    CHAMPION,
    REGISTRY_TYPES,
    Row,
    champion_of,
    history_of,
    next_model_version,
    read_registry,
    registry_frame,
)

ALWAYS_THERE = [name for name in REGISTRY_TYPES if name not in ADDED_LATER]

# What dbt leaves behind when it is killed in the middle of a table has the columns, too.
REGISTRIES = """
    select tables.schema_name, tables.table_name
    from duckdb_tables() as tables
    join duckdb_columns() as columns using (database_oid, table_oid)
    where not contains(tables.table_name, '__dbt_')
    group by tables.schema_name, tables.table_name
    having count(*) filter (where list_contains(?, columns.column_name)) = len(?)
    order by tables.schema_name, tables.table_name
"""


def back_up(warehouse: Path, folder: Path) -> dict[str, int]:
    """Write every registry to `<folder>/<schema>/<table>.parquet`; return how many rows each has.

    Raises BuildError when the warehouse cannot be opened, InputError when it holds no registry.
    """
    with _opened(warehouse, read_only=True) as connection:
        registries = _registries(connection)
        if not registries:
            raise InputError(f"{warehouse} holds no registry to back up; run `segmart build`")
        row_counts = {}
        for schema, table in registries:
            path = folder / schema / f"{table}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            partial = path.with_suffix(".partial")
            relation = f"{quoted(schema)}.{quoted(table)}"
            ordered = f"from {relation} order by model_name, model_version, population"
            ((row_count,),) = connection.execute(
                f"copy ({ordered}) to ? (format parquet)", [str(partial)]
            ).fetchall()
            os.replace(partial, path)
            row_counts[f"{schema}.{table}"] = row_count
    return row_counts


def restore(warehouse: Path, folder: Path) -> dict[str, int]:
    """Give a warehouse, which may be new, the registries of a backup; return how many rows each has.

    All or none. Raises InputError when there is no backup in the folder, or when the warehouse already holds
    rows of one of these registries, because appending would give version numbers twice.
    """
    files = sorted(folder.glob("*/*.parquet"))
    if not files:
        raise InputError(f"{folder} holds no backup; write one with `segmart backup {folder}`")
    warehouse.parent.mkdir(parents=True, exist_ok=True)
    with _opened(warehouse) as connection:
        there = set(_registries(connection))
        connection.begin()
        row_counts = {}
        for path in files:
            schema, table = path.parent.name, path.stem
            relation = f"{quoted(schema)}.{quoted(table)}"
            if (schema, table) in there and connection.table(relation).limit(1).fetchall():
                raise InputError(
                    f"{warehouse} already has rows in {schema}.{table}; restore into a new warehouse "
                    "(--warehouse), or drop that table first"
                )
            connection.execute(f"create schema if not exists {quoted(schema)}")
            connection.execute(f"create or replace table {relation} as from read_parquet(?)", [str(path)])
            read_registry(connection.table(relation).limit(0))
            ((row_count,),) = connection.execute(f"select count(*) from {relation}").fetchall()
            row_counts[f"{schema}.{table}"] = row_count
        connection.commit()
    return row_counts


def roll_back(warehouse: Path, model_name: str, model_version: int) -> list[Row]:
    """Let the champions that a model had after one of its versions serve again; return the rows appended.

    Nothing is removed: a registry is append-only, and what was rolled back stays in it with its figures.
    Raises InputError for a model or a version that is not there, or when these champions serve already.
    """
    with _opened(warehouse) as connection:
        models = {}
        for schema, table in _registries(connection):
            relation = f"{quoted(schema)}.{quoted(table)}"
            rows = read_registry(connection.table(relation))
            models |= {row["model_name"]: (relation, rows) for row in rows}
        if model_name not in models:
            there_are = ", ".join(sorted(models)) or "none"
            raise InputError(f"{warehouse} has no learned model {model_name!r}; there are {there_are}")
        relation, rows = models[model_name]
        appended = rows_rolled_back(rows, model_name, model_version)
        # A registry of an older version of segmart may lack a column that our rows have.
        columns = ", ".join(quoted(name) for name in connection.table(relation).columns)
        connection.register("appended_rows", registry_frame(appended))
        connection.execute(f"insert into {relation} ({columns}) select {columns} from appended_rows")
    return appended


def rows_rolled_back(rows: list[Row], model_name: str, model_version: int) -> list[Row]:
    """Return the rows that make the champions right after a version champions again, as a new version.

    Populations that had no champion then, or whose champion of then serves now, get none.
    """
    own = [row for row in rows if row["model_name"] == model_name]
    versions = sorted({row["model_version"] for row in own})
    if model_version not in versions:
        there_are = ", ".join(str(version) for version in versions)
        raise InputError(f"{model_name} has no version {model_version}; there are {there_are}")
    new_version = next_model_version(rows, model_name)
    rolled_back = []
    for population in sorted({row["population"] for row in own}):
        history = history_of(own, model_name, population)
        then = champion_of([row for row in history if row["model_version"] <= model_version])
        if then is not None and then is not champion_of(history):
            rolled_back.append(_serving_again(then, new_version))
    if not rolled_back:
        raise InputError(f"the champions of {model_name} after version {model_version} serve already")
    return rolled_back


def _serving_again(row: Row, model_version: int) -> Row:
    """Return a champion of earlier as a new version; its as-of date stays, it is as old as before."""
    artefact = json.loads(row["artefact"]) | {"model_version": model_version}
    return dict(row) | {
        "model_version": model_version,
        "status": CHAMPION,
        "status_reason": f"version {row['model_version']} serves again, rolled back to by hand",
        "fit_reason": "rolled back; nothing was fitted",
        "lineage": "[]",
        "artefact": to_json(artefact),
    }


def _registries(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """Return schema and table of every registry."""
    return connection.execute(REGISTRIES, [ALWAYS_THERE, ALWAYS_THERE]).fetchall()


@contextmanager
def _opened(warehouse: Path, read_only: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a warehouse for the length of a block."""
    try:
        connection = duckdb.connect(str(warehouse), read_only=read_only)
    except duckdb.IOException as error:
        reason = str(error).splitlines()[0]
        raise BuildError(f"{warehouse} cannot be opened, a build may be at work: {reason}") from error
    with closing(connection):
        yield connection
