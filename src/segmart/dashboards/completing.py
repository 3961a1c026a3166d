"""Fills in what a publication knows: columns, metrics, the query of each chart, the path of the database."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from segmart.dashboards.checking import columns_used, shown, strangers
from segmart.dashboards.layout import Layout, without_missing_marts
from segmart.errors import InputError

# How numbers are written by the first word of their unit, in d3's words. A chart may say it otherwise.
NUMBER_FORMATS = {"USD": "$,.3~s", "share": ".1%", "probability": ".1%"}
WHOLE_NUMBERS = ",d"

AGGREGATE = re.compile(r"\b(?:sum|count|avg|min|max)\s*\(", re.IGNORECASE)


def complete(layout: Layout, manifest: Mapping[str, Any], database: Path) -> Layout:
    """Return the layout with everything that a publication knows filled in.

    `manifest` is the publication's, `database` its DuckDB file as the machine of Superset sees it. Charts of
    marts that are not published disappear. Raises InputError when charts use metrics or columns that their
    marts do not have; it names them all.
    """
    if "?" in str(database):
        raise InputError(f"the path {database} has a question mark, which an address of a database ends at")
    published = without_missing_marts(layout, manifest["marts"])
    faults = strangers(
        published,
        {name: [column["name"] for column in mart["columns"]] for name, mart in manifest["marts"].items()},
        {name: metrics_of(manifest, name) for name in manifest["marts"]},
    )
    if faults:
        raise InputError(
            f"the dashboard does not fit the published marts: {'; '.join(faults)}. "
            "Publish with this version of the project, or correct the YAML"
        )
    completed = {}
    for path, content in published.items():
        match path.split("/")[0]:
            case "databases":
                added = {"sqlalchemy_uri": f"duckdb:///{database.absolute()}"}
            case "datasets":
                added = _of_mart(manifest, content["table_name"])
            case "charts":
                added = {"query_context": json.dumps(_query_context(content))}
            case _:
                added = {}
        completed[path] = content | added
    return completed


def metrics_of(manifest: Mapping[str, Any], mart: str) -> dict[str, dict[str, Any]]:
    """Return the metrics that a publication defines on one mart, by name."""
    return {name: metric for name, metric in manifest.get("metrics", {}).items() if metric["mart"] == mart}


def filtered(expression: str, predicate: str | None) -> str:
    """Return a metric's expression over the rows that meet a predicate: it filters each aggregate of rows.

    `sum(a) / sum(b)` and `c > 0` give `sum(a) filter (where c > 0) / sum(b) filter (where c > 0)`. In
    `sum(count(a)) over ()` only the count is of rows. Raises InputError when no aggregate is found.
    """
    if not predicate:
        return expression
    pieces, done = [], 0
    for call in AGGREGATE.finditer(expression):
        end = _closing(expression, call.end())
        if not AGGREGATE.search(expression, call.end(), end):
            pieces += [expression[done:end], f" filter (where {predicate})"]
            done = end
    if not pieces:
        raise InputError(f"the metric {expression!r} has no known aggregate that its filter could apply to")
    return "".join([*pieces, expression[done:]])


def _of_mart(manifest: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return what the dataset of a mart takes over from the publication."""
    mart = manifest["marts"][name]
    return {
        "schema": mart["schema"],
        "description": mart["description"],
        "columns": [
            {
                "column_name": column["name"],
                "type": column["type"],
                "description": column["description"],
                "is_dttm": column["type"].startswith(("DATE", "TIMESTAMP")),
                "groupby": True,
                "filterable": True,
            }
            for column in mart["columns"]
        ],
        "metrics": [
            {
                "metric_name": key,
                "verbose_name": metric["label"],
                "description": metric["description"],
                "expression": filtered(metric["expression"], metric["filter"]),
                "d3format": NUMBER_FORMATS.get(re.split(r"\W", metric["unit"])[0], WHOLE_NUMBERS),
            }
            for key, metric in metrics_of(manifest, name).items()
        ],
    }


def _query_context(chart: Mapping[str, Any]) -> dict[str, Any]:
    """Return the query of a chart, for those who ask Superset for its data without a browser.

    In a browser the chart makes such a query of its parameters itself. Superset puts in which dataset it is.
    """
    query = {
        "columns": columns_used(chart),
        "metrics": shown(chart),
        "orderby": [[shown(chart)[0], False]],
        "row_limit": chart["params"].get("row_limit", 1),
        "filters": [],
        "extras": {},
    }
    return {"datasource": {}, "queries": [query], "result_format": "json", "result_type": "full"}


def _closing(expression: str, start: int) -> int:
    """Return where the parenthesis closes that was opened before `start`; text in quotes does not count."""
    depth, quote = 1, None
    for position in range(start, len(expression)):
        character = expression[position]
        if quote:
            quote = None if character == quote else quote
        elif character in "'\"":
            quote = character
        else:
            depth += (character == "(") - (character == ")")
            if depth == 0:
                return position + 1
    raise InputError(f"a parenthesis is not closed in the metric {expression!r}")
