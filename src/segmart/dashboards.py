"""Completes a dashboard that lies in YAML, so that Superset can import it.

The layout is Superset's own export, one file for each database, dataset, chart and dashboard. Of a dataset it
names only the mart: columns and metrics are the publication's. So what a metric means is said in one place,
and a chart can use nothing that is not published.
"""

import json
import re
import zipfile
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from segmart.errors import InputError

# A file's path inside the export, and what is written in it.
Layout = dict[str, dict[str, Any]]

# The folder that Superset expects all files of an archive to lie in; its name does not matter.
ROOT = "segmart_dashboard"

# How numbers are written by the first word of their unit, in d3's words. A chart may say it otherwise.
NUMBER_FORMATS = {"USD": "$,.3~s", "share": ".1%", "probability": ".1%"}
WHOLE_NUMBERS = ",d"

AGGREGATE = re.compile(r"\b(?:sum|count|avg|min|max)\s*\(", re.IGNORECASE)


def read_layout(folder: Path) -> Layout:
    """Return the YAML files below a folder by their path in it; raise InputError when there is none."""
    paths = sorted(folder.rglob("*.yaml"))
    if not paths:
        raise InputError(f"{folder} holds no dashboard; it is in bi/superset/dashboard of the project")
    return {
        path.relative_to(folder).as_posix(): yaml.safe_load(path.read_text(encoding="utf-8"))
        for path in paths
    }


def complete(layout: Layout, manifest: Mapping[str, Any], database: Path) -> Layout:
    """Return the layout with everything that a publication knows filled in.

    `manifest` is the publication's, `database` its DuckDB file as the machine of Superset sees it. Charts of
    marts that are not published disappear. Raises InputError when charts use metrics or columns that their
    marts do not have; it names them all.
    """
    published = _without_missing_marts(layout, manifest["marts"].keys())
    faults = strangers(
        published,
        {name: {column["name"] for column in mart["columns"]} for name, mart in manifest["marts"].items()},
        {name: metrics_of(manifest, name).keys() for name in manifest["marts"]},
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
                content = content | {"sqlalchemy_uri": f"duckdb:///{database.absolute()}"}
            case "datasets":
                content = content | _of_mart(manifest, content["table_name"])
            case "charts":
                content = content | {"query_context": json.dumps(_query_context(content["params"]))}
        completed[path] = content
    return completed


def strangers(
    layout: Layout, columns: Mapping[str, set[str]], metrics: Mapping[str, Iterable[str]] | None = None
) -> list[str]:
    """Return a sentence for each mart, column or metric that the dashboard names and that does not exist.

    `columns` and `metrics` are those of each mart; without `metrics` these are not looked at.
    """
    found = []
    marts = {dataset["uuid"]: dataset["table_name"] for _, dataset in _files(layout, "datasets")}
    found += [f"there is no mart {name}" for name in marts.values() if name not in columns]
    for path, chart in _files(layout, "charts"):
        mart = marts.get(chart["dataset_uuid"])
        if mart is None:
            found.append(f"{path} has no dataset of this dashboard")
            continue
        metrics_named = [metric for metric in metrics_used(chart["params"]) if isinstance(metric, str)]
        aggregated = [
            metric["column"]["column_name"]
            for metric in metrics_used(chart["params"])
            if isinstance(metric, dict)
        ]
        unknown = {*columns_used(chart["params"]), *aggregated} - columns.get(mart, set())
        found += [f"{path} uses the column {name}, which {mart} has not" for name in sorted(unknown)]
        if metrics is not None:
            unknown = set(metrics_named) - set(metrics.get(mart, ()))
            found += [f"{path} uses the metric {name}, which {mart} has not" for name in sorted(unknown)]
    for path, dashboard in _files(layout, "dashboards"):
        for target in _filter_targets(dashboard):
            mart, name = marts.get(target["datasetUuid"]), target["column"]["name"]
            if name not in columns.get(mart, set()):
                found.append(f"{path} filters on {name}, which {mart} has not")
    return found


def columns_used(params: Mapping[str, Any]) -> list[str]:
    """Return the columns by which a chart groups, in the order of its query."""
    grouped = params.get("groupby", [])
    return [
        *([params["x_axis"]] if "x_axis" in params else []),
        *([grouped] if isinstance(grouped, str) else grouped),
    ]


def metrics_used(params: Mapping[str, Any]) -> list[str | dict[str, Any]]:
    """Return what a chart shows: names of metrics, or an aggregate of a column, spelled out."""
    return params.get("metrics") or [params["metric"]]


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


def write_archive(layout: Layout, path: Path) -> None:
    """Write the files of a layout as the archive that Superset imports; equal layouts give equal bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(layout):
            text = yaml.safe_dump(layout[name], sort_keys=False, allow_unicode=True)
            # A date of its own: that of the writing would make equal archives different.
            archive.writestr(zipfile.ZipInfo(f"{ROOT}/{name}"), text, zipfile.ZIP_DEFLATED)


# ------------------------------------------------------------------------------------------ what is filled in


def _of_mart(manifest: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return what the dataset of a mart takes over from the publication."""
    mart = manifest["marts"][name]
    columns = [
        {
            "column_name": column["name"],
            "type": column["type"],
            "description": column["description"],
            "is_dttm": column["type"].startswith(("DATE", "TIMESTAMP")),
            "groupby": True,
            "filterable": True,
        }
        for column in mart["columns"]
    ]
    metrics = [
        {
            "metric_name": key,
            "verbose_name": metric["label"],
            "description": metric["description"],
            "expression": filtered(metric["expression"], metric.get("filter")),
            "d3format": NUMBER_FORMATS.get(re.split(r"\W", metric["unit"])[0], WHOLE_NUMBERS),
        }
        for key, metric in metrics_of(manifest, name).items()
    ]
    return {
        "schema": mart["schema"],
        "description": mart["description"],
        "columns": columns,
        "metrics": metrics,
    }


def _query_context(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the query of a chart, for those who ask Superset for its data without a browser.

    In a browser the chart makes such a query of its parameters itself. Superset puts in which dataset it is.
    """
    metrics = metrics_used(params)
    query = {
        "columns": columns_used(params),
        "metrics": metrics,
        "orderby": [[metrics[0], False]],
        "row_limit": params.get("row_limit", 1),
        "filters": [],
        "extras": {},
    }
    return {
        "datasource": {},
        "queries": [query],
        "result_format": "json",
        "result_type": "full",
        "force": False,
    }


def _without_missing_marts(layout: Layout, published: Collection[str]) -> Layout:
    """Return the layout without unpublished marts, their charts, and the rows that held nothing else."""
    missing = {
        dataset["uuid"] for _, dataset in _files(layout, "datasets") if dataset["table_name"] not in published
    }
    gone = {chart["uuid"] for _, chart in _files(layout, "charts") if chart["dataset_uuid"] in missing}
    return {
        path: _without_charts(content, gone) if path.startswith("dashboards/") else content
        for path, content in layout.items()
        if content.get("uuid") not in missing | gone
    }


def _without_charts(dashboard: dict[str, Any], gone: set[str]) -> dict[str, Any]:
    """Return a dashboard without some charts, without the rows that held nothing else."""
    position = dashboard["position"]
    while empty := {
        key
        for key, part in position.items()
        if isinstance(part, dict)
        and (part.get("meta", {}).get("uuid") in gone or (part["type"] == "ROW" and not part["children"]))
    }:
        position = {
            key: part | {"children": [child for child in part["children"] if child not in empty]}
            if isinstance(part, dict) and "children" in part
            else part
            for key, part in position.items()
            if key not in empty
        }
    return dashboard | {"position": position}


# ----------------------------------------------------------------------------------------------- small things


def _files(layout: Layout, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the files of one kind: databases, datasets, charts or dashboards."""
    return ((path, content) for path, content in layout.items() if path.startswith(f"{kind}/"))


def _filter_targets(dashboard: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for declared in dashboard["metadata"]["native_filter_configuration"]:
        yield from declared["targets"]


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
