"""What a mart in the warehouse holds, in a screenful: read once, after a build and before the next one."""

import json
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb

from segmart.errors import BuildError, InputError
from segmart.frames import quoted

FIRST_ROWS = 10


def show(warehouse: Path, mart: str) -> str:
    """Return a mart in words: its segments or its decisions with the verdict on them, else its first rows.

    Raises InputError for a mart that is not there, BuildError while the warehouse is being written.
    """
    if not warehouse.is_file():
        raise InputError(f"there is no warehouse {warehouse}; run `segmart build`")
    try:
        with closing(duckdb.connect(str(warehouse), read_only=True)) as connection:
            return _show(connection, warehouse, mart)
    except duckdb.IOException as error:
        reason = str(error).splitlines()[0]
        raise BuildError(f"{warehouse} cannot be opened, a build may be at work: {reason}") from error


def _show(connection: duckdb.DuckDBPyConnection, warehouse: Path, mart: str) -> str:
    found = connection.execute(
        "select table_schema from information_schema.tables where table_name = ? order by table_schema",
        [mart],
    ).fetchall()
    if not found:
        marts = connection.execute(
            "select table_name from information_schema.tables where starts_with(table_name, 'mart_') "
            "order by table_name"
        ).fetchall()
        there_are = f"there are {', '.join(name for (name,) in marts)}" if marts else "nothing is built yet"
        raise InputError(
            f"{warehouse} has no {mart}; {there_are}. Build it with `segmart build --select +{mart}`"
        )
    relation = f"{quoted(found[0][0])}.{quoted(mart)}"
    columns = connection.table(relation).columns
    ((row_count, as_of),) = connection.execute(
        f"select count(*), {'max(as_of_date)' if 'as_of_date' in columns else 'null'} from {relation}"
    ).fetchall()
    lines = [f"{mart}: {row_count:,} rows" + (f" as of {as_of}" if as_of else "")]
    if {"segment_name", "segment_profile", "unassigned_reason"} <= set(columns):
        lines += _segments(connection, relation, row_count)
    elif {"decision", "predicted_probability"} <= set(columns):
        lines += _decisions(connection, relation, row_count)
    else:
        lines += str(connection.sql(f"select * from {relation} limit {FIRST_ROWS}")).rstrip().splitlines()
    lines += _verdict(connection, mart.removeprefix("mart_"))
    return "\n".join([*lines, f"It is the table {found[0][0]}.{mart} of {warehouse}."])


def _segments(connection: duckdb.DuckDBPyConnection, relation: str, row_count: int) -> list[str]:
    found = connection.execute(
        "select coalesce(segment_name, 'no segment'), count(*), "
        "any_value(coalesce(segment_profile, unassigned_reason)) "
        f"from {relation} group by segment_id, segment_name order by segment_id nulls last"
    ).fetchall()
    rows = [(name, f"{size:,}", _percent(size, row_count), words or "") for name, size, words in found]
    return _aligned([("segment", "rows", "share", "what sets it apart"), *rows])


def _decisions(connection: duckdb.DuckDBPyConnection, relation: str, row_count: int) -> list[str]:
    found = connection.execute(
        f"select decision, count(*), avg(predicted_probability) from {relation} group by decision "
        "order by decision"
    ).fetchall()
    rows = [
        (decision, f"{size:,}", _percent(size, row_count), "" if mean is None else f"{mean:.3f}")
        for decision, size, mean in found
    ]
    return _aligned([("decision", "rows", "share", "mean probability"), *rows])


def _verdict(connection: duckdb.DuckDBPyConnection, model: str) -> list[str]:
    """Return how far the model behind a mart can be trusted: the verdict on its champion, and why."""
    registry = f"ml_{model}__fit"
    found = connection.execute(
        "select table_schema from information_schema.tables where table_name = ?", [registry]
    ).fetchall()
    if not found:
        return []
    rows = connection.execute(
        "select verdict, verdict_reason, choice_reason, metrics "
        f"from {quoted(found[0][0])}.{quoted(registry)} "
        "where status = 'champion' order by model_version desc limit 1"
    ).fetchall()
    if not rows:
        return ["Nothing serves yet: see the refusals in mart_model_registry."]
    verdict, why, choice, metrics = rows[0]
    return [
        f"Verdict: {verdict}. {why or ''}".rstrip(),
        *([f"Chosen: {choice}"] if choice else []),
        *_area(metrics),
    ]


def _area(metrics: str | None) -> list[str]:
    """Return the area under the ROC curve of what serves, where it was measured over all rows."""
    told = []
    for metric in json.loads(metrics or "[]"):
        if metric["metric"] == "roc_auc" and metric["is_served"] and metric["subgroup"] == "all":
            low, high = metric.get("interval_low"), metric.get("interval_high")
            interval = f" ({low:.3f} to {high:.3f})" if low is not None and high is not None else ""
            told.append(f"Area under the ROC curve, {metric['split']}: {metric['value']:.3f}{interval}")
    return told


def _aligned(rows: Sequence[tuple[Any, ...]]) -> list[str]:
    widths = [max(len(row[position]) for row in rows) for position in range(len(rows[0]) - 1)]
    return [
        f"  {row[0]:{widths[0]}}  {row[1]:>{widths[1]}}  {row[2]:>{widths[2]}}  {row[3]}".rstrip()
        for row in rows
    ]


def _percent(count: int, row_count: int) -> str:
    return f"{100 * count / row_count:.0f} %"
