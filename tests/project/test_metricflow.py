"""The metrics, as MetricFlow answers them on the published copy and as a publication tells its readers."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
import yaml
from conftest import PROJECT

from segmart.metrics import Metric, read_metrics

METRICFLOW_ANSWERS = Path(__file__).with_name("metricflow_answers.py")
SHARES = {"customer_share": "customers", "net_asset_value_share": "net_asset_value"}


@dataclass
class Published:
    """The marts of the build, published once more, with what dbt and the publication say of the metrics."""

    folder: Path
    target: Path
    metrics: dict[str, Metric]
    entities: dict[str, str]
    copy: duckdb.DuckDBPyConnection

    def ask(self, sql: str) -> list[tuple]:
        return self.copy.execute(sql).fetchall()

    def by(self, metric: str, column: str | None) -> str | None:
        """Return what MetricFlow calls a column of the metric's mart."""
        if column is None or column == self.metrics[metric].time:
            return "metric_time" if column else None
        return f"{self.entities[self.metrics[metric].mart]}__{column}"


@pytest.fixture(scope="module")
def published(built, tmp_path_factory) -> Iterator[Published]:
    folder = tmp_path_factory.mktemp("metrics") / "published"
    publication = built.publish(folder)
    manifest = json.loads((built.places.target / "manifest.json").read_text())
    entities = {
        model["node_relation"]["alias"]: entity["name"]
        for model in manifest["semantic_models"].values()
        for entity in model["entities"]
        if entity["type"] == "primary"
    }
    metrics = {each.name: each for each in read_metrics(manifest, publication.manifest["marts"])}
    with duckdb.connect(str(folder / "segmart.duckdb"), read_only=True) as copy:
        copy.execute("use segmart.marts")
        yield Published(folder, built.places.target, metrics, entities, copy)


@pytest.fixture(scope="module")
def questions(published) -> list[tuple[str, str | None]]:
    """Every metric alone, by its date, and by each of its dimensions."""
    return [
        (name, column)
        for name, metric in published.metrics.items()
        if name not in SHARES
        for column in (None, metric.time, *metric.dimensions)
    ]


@pytest.fixture(scope="module")
def metricflow(published, questions, tmp_path_factory) -> dict:
    """What MetricFlow says: faults, and its answers to the questions and to some that need two marts."""
    project = tmp_path_factory.mktemp("metricflow")
    shutil.copy(PROJECT / "dbt_project.yml", project)
    (project / "target").symlink_to(published.target)
    asked = [(name, published.by(name, column)) for name, column in questions]
    across = [
        ("expected_loss", "customer__rule_segment"),
        ("contradiction_rate", "customer__activity_status"),
    ]
    done = subprocess.run(
        [sys.executable, str(METRICFLOW_ANSWERS), str(project), str(PROJECT / "bi" / "metricflow")],
        cwd=project,
        env={**os.environ, "SEGMART_PUBLISHED": str(published.folder)},
        input=json.dumps([*asked, *across]),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    said = json.loads(done.stdout.splitlines()[-1])
    answers = dict(zip([*questions, *across], map(told, said["answers"]), strict=True))
    return {"faults": said["faults"], "answers": answers}


def told(rows: list) -> dict:
    """Return an answer as group to figure, without groups of which nothing is known; dates as text."""
    return {tuple(str(value) for value in key): float(figure) for *key, figure in rows if figure is not None}


def test_metricflow_finds_no_fault_in_the_definitions_on_the_published_copy(metricflow):
    assert metricflow["faults"] == []


def test_metricflow_and_the_published_expressions_give_equal_answers(published, metricflow, questions):
    for name, column in questions:
        query = published.metrics[name].query([column] if column else [])
        answer = metricflow["answers"][name, column]
        assert told(published.ask(query)) == pytest.approx(answer, rel=1e-9), f"{name} by {column}"
    assert sum(len(metricflow["answers"][question]) > 1 for question in questions) > 50


def test_a_share_is_metricflows_figure_over_its_sum(published, metricflow):
    for name, whole in SHARES.items():
        for column in published.metrics[name].dimensions:
            figures = metricflow["answers"][whole, column]
            expected = {group: figure / sum(figures.values()) for group, figure in figures.items()}
            found = told(published.ask(published.metrics[name].query([column])))
            assert found == pytest.approx(expected, rel=1e-9), f"{name} by {column}"
            assert sum(found.values()) == pytest.approx(1)


def test_metricflow_asks_for_the_risk_of_segments_across_marts(published, metricflow):
    losses = metricflow["answers"]["expected_loss", "customer__rule_segment"]
    assert len(losses) > 10
    assert sum(losses.values()) == pytest.approx(metricflow["answers"]["expected_loss", None][()])
    joined = """
        select
            activity_status,
            count(*) filter (where contradiction <> 'consistent') / count(*)
        from mart_risk_appetite
        inner join mart_customer_segments using (customer_id)
        where contradiction <> 'not compared'
        group by activity_status
    """
    by_status = metricflow["answers"]["contradiction_rate", "customer__activity_status"]
    assert told(published.ask(joined)) == pytest.approx(by_status)


def test_metrics_and_marts_that_say_the_same_say_equal_figures(published):
    def same(metric, by, query):
        assert told(published.ask(published.metrics[metric].query(by))) == pytest.approx(
            told(published.ask(query))
        ), metric

    status = ["activity_status"]
    same(
        "agreement_rate",
        status,
        "select distinct activity_status, agreement_rate from mart_segment_mapping",
    )
    same("trading_anomaly_rate", [], "select avg(is_anomaly::int) from mart_anomalies")
    same("rejected_row_share", ["source_name", "table_name"], REJECTED)
    same("compliance_agreement_rate", [], COMPLIANCE_AGREEMENT)


def test_the_report_names_metrics_that_exist(published):
    named = {
        name
        for path in PROJECT.glob("reports/*/_*.yml")
        for section in yaml.safe_load(path.read_text())["sections"]
        for name in section.get("chart", {}).get("metrics", [])
    }
    assert named
    assert named <= published.metrics.keys()


REJECTED = "select source_name, table_name, rejected_share from mart_data_quality"
COMPLIANCE_AGREEMENT = """
    select sum(customer_count) filter (where rule_tier = learned_tier) / sum(customer_count)
    from mart_compliance_agreement
"""
