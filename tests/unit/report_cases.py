"""A small publication and a small report on it, as tests need them."""

import json
from pathlib import Path
from typing import Any

import duckdb
import yaml

from segmart.metrics import Metric
from segmart.reporting.answers import Answer, answers, opened
from segmart.reporting.declaration import Report, read_report

SEGMENTS = """
    select * from (values
        ('active', 'Large', 10, 5.5), ('active', 'Small', 30, 1.5), ('inactive', 'Dormant', 20, 0.0)
    ) as rows (activity_status, segment, customer_count, nav)
"""
BARS = {"kind": "bars", "category": "segment", "value": "customer_count"}


def published(
    destination: Path,
    marts: dict[str, str],
    version: str = "2025-12-31-a",
    published_at: str = "2026-01-01T00:00:00+00:00",
    metrics: dict[str, Any] | None = None,
) -> Path:
    """Publish marts, each the answer to a query, and make them the current version; return its folder."""
    folder = destination / "versions" / version
    folder.mkdir(parents=True)
    with duckdb.connect(str(folder / "segmart.duckdb")) as connection:
        connection.execute("create schema marts")
        for name, query in marts.items():
            connection.execute(f"create table marts.{name} as {query}")
    manifest = {
        "version": version,
        "as_of_date": "2025-12-31",
        "published_at": published_at,
        "marts": {name: {"schema": "marts"} for name in marts},
        "metrics": metrics or {},
    }
    (folder / "manifest.json").write_text(json.dumps(manifest))
    current = destination / "current"
    current.unlink(missing_ok=True)
    current.symlink_to(f"versions/{version}")
    return folder


def section(name: str = "sizes", **keys: Any) -> dict[str, Any]:
    """Return a section that draws bars, unless told otherwise."""
    usual = {"heading": "Sizes", "needs": ["mart_a"], "nothing": "There is nothing.", "chart": BARS}
    return {"name": name, **usual, **keys}


def declared(
    folder: Path, sections: list[dict], questions: dict[str, str] | None = None, **report: Any
) -> Path:
    """Write a report of one tab; questions not given ask for everything in mart_a."""
    tab = folder / "main"
    tab.mkdir(parents=True, exist_ok=True)
    written = {"title": "Segments & more", "filters": {}, "columns": {}, **report}
    (folder / "report.yml").write_text(yaml.safe_dump(written))
    content = {"label": "Main", "order": 1, "about": "What is here.", "sections": sections}
    (tab / "_main.yml").write_text(yaml.safe_dump(content))
    for each in sections:
        question = (questions or {}).get(each["name"], "select * from mart_a")
        (tab / f"{each['name']}.sql").write_text(question + "\n")
    return folder


def asked(
    folder: Path,
    sections: list[dict],
    marts: dict[str, str] | None = None,
    metrics: dict | None = None,
    **more: Any,
) -> tuple[Report, list[Answer]]:
    """Return a report of these sections and what answers it: marts, or segments in mart_a."""
    version = published(folder / "published", marts if marts is not None else {"mart_a": SEGMENTS})
    report = read_report(declared(folder / "reports", sections, **more))
    with opened(version, None) as seen:
        return report, list(answers(report, seen, metrics or {}, []))


def metric(name: str, expression: str, **keys: Any) -> Metric:
    """Return a metric of mart_a."""
    usual = {"label": name.title(), "description": "What it is.", "unit": "USD", "mart": "mart_a"}
    rest = {"filter": None, "dimensions": (), "time": None}
    return Metric(name=name, expression=expression, **{**usual, **rest, **keys})
