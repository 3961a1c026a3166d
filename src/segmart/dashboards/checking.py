"""What a dashboard uses, and whether it exists."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from segmart.dashboards.layout import Layout, files, filters

Names = Mapping[str, Collection[str]]


def strangers(layout: Layout, columns: Names, metrics: Names | None = None) -> list[str]:
    """Return a sentence for each mart, column or metric that the dashboard uses and that does not exist.

    `columns` and `metrics` are those of each mart; without `metrics` these are not looked at.
    """
    marts = {dataset["uuid"]: dataset["table_name"] for _, dataset in files(layout, "datasets")}
    found = [f"there is no mart {mart}" for mart in marts.values() if mart not in columns]
    for path, chart in files(layout, "charts"):
        mart = marts[chart["dataset_uuid"]]
        found += _missing(path, "uses the column", {*columns_used(chart), *aggregated(chart)}, mart, columns)
        if metrics is not None:
            found += _missing(path, "uses the metric", set(metrics_used(chart)), mart, metrics)
    for path, dashboard in files(layout, "dashboards"):
        for target in (target for each in filters(dashboard) for target in each["targets"]):
            mart = marts[target["datasetUuid"]]
            found += _missing(path, "filters on", {target["column"]["name"]}, mart, columns)
    return found


def columns_used(chart: Mapping[str, Any]) -> list[str]:
    """Return the columns by which a chart groups, in the order of its query."""
    params = chart["params"]
    grouped = params.get("groupby", [])
    axis = [params["x_axis"]] if "x_axis" in params else []
    return [*axis, *([grouped] if isinstance(grouped, str) else grouped)]


def shown(chart: Mapping[str, Any]) -> list[str | dict[str, Any]]:
    """Return what a chart shows: names of metrics, or aggregates of a column that are spelled out."""
    return chart["params"].get("metrics") or [chart["params"]["metric"]]


def metrics_used(chart: Mapping[str, Any]) -> list[str]:
    """Return the names of the metrics that a chart shows."""
    return [metric for metric in shown(chart) if isinstance(metric, str)]


def aggregated(chart: Mapping[str, Any]) -> list[str]:
    """Return the columns of which a chart shows an aggregate of its own."""
    return [metric["column"]["column_name"] for metric in shown(chart) if isinstance(metric, dict)]


def _missing(path: str, does: str, names: set[str], mart: str, known: Names) -> Iterator[str]:
    for name in sorted(names - set(known.get(mart, ()))):
        yield f"{path} {does} {name}, which {mart} has not"
