"""The report on the built project: complete, honest about what is not there, and about no single customer."""

import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from conftest import PROJECT

from segmart.publishing import publish, read_manifest
from segmart.reporting.answers import METRIC
from segmart.reporting.declaration import Figures, read_report
from segmart.reporting.writing import write_report

LARGEST_MEGABYTES = 6
# What only a second publication can show.
COMPARED = {"overview-changes", "overview-versions"}
# They hold texts and not rows.
WITHOUT_DATA = {"overview-key_figures", "overview-findings", "models-cards"}


@dataclass
class Reported:
    """The report on one publication, and the figures that its script draws."""

    published: Path
    html: str

    @property
    def figures(self) -> dict:
        return data_of(self.html)["figures"]


def data_of(html: str) -> dict:
    return json.loads(re.search(r'id="report-data">(.*?)</script>', html, re.S)[1])


def reported(published: Path, cache: Path) -> Reported:
    written = write_report(PROJECT / "reports", published, cache=cache)
    return Reported(published, written.path.read_text())


@pytest.fixture(scope="module")
def cache(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("libraries")


@pytest.fixture(scope="module")
def report(built, tmp_path_factory, cache) -> Reported:
    published = tmp_path_factory.mktemp("report") / "published"
    publish(built.places.warehouse, built.places.target, published, "2025-12-31")
    return reported(published, cache)


def republished(report: Reported, folder: Path, change: str) -> Path:
    """Publish the same marts once more, with a change of each table made by SQL on `{table}`."""
    published = folder / "published"
    shutil.copytree(report.published, published, symlinks=True)
    database = (published / "current").resolve() / "segmart.duckdb"
    database.chmod(0o644)
    with duckdb.connect(str(database)) as connection:
        tables = connection.execute("select table_name from duckdb_tables() where schema_name = 'marts'")
        for (table,) in tables.fetchall():
            if statement := change.format(table=table):
                connection.execute(statement)
    return published


def test_every_section_shows_something_of_the_demo(report):
    sections = {
        f"{tab.name}-{section.name}"
        for tab in read_report(PROJECT / "reports").tabs
        for section in tab.sections
    }
    assert report.figures.keys() == sections - COMPARED - WITHOUT_DATA
    assert all(figure["rows"] for figure in report.figures.values())
    assert report.html.count('<dd class="nothing">') == len(COMPARED)


def test_every_chart_has_a_title_that_states_what_is_found(report):
    declared = read_report(PROJECT / "reports")
    headings = {section.heading for tab in declared.tabs for section in tab.sections}
    titles = re.findall(r"<h3 [^>]*>(.*?)</h3>", report.html, re.S)
    without = {title for title in titles if title in headings}
    assert without == {"Key figures", "What stands out", "Model cards"}


def test_every_query_shown_runs_in_the_published_database(report):
    shown = re.findall(r'<pre tabindex="0"><code>(.*?)</code></pre>', report.html, re.S)
    queries = [html_text(query) for query in shown if "select" in query]
    assert len(queries) > 40
    with duckdb.connect(str(report.published / "segmart.duckdb"), read_only=True) as connection:
        connection.execute("use marts")
        for query in queries:
            connection.execute(query)


def html_text(text: str) -> str:
    for sign, entity in (("<", "&lt;"), (">", "&gt;"), ("'", "&#39;"), ('"', "&#34;"), ("&", "&amp;")):
        text = text.replace(entity, sign)
    return text


def test_metrics_that_the_report_names_are_published(report):
    published = read_manifest((report.published / "current").resolve())["metrics"]
    declared = read_report(PROJECT / "reports")
    named = {column.metric for column in declared.columns.values() if column.metric}
    for tab in declared.tabs:
        for section in tab.sections:
            if isinstance(section.chart, Figures):
                named |= set(section.chart.metrics)
            elif (path := declared.folder / tab.name / f"{section.name}.sql").exists():
                named |= set(METRIC.findall(path.read_text()))
    assert len(named) > 10
    assert named <= published.keys()


def test_no_customer_and_nothing_personal_is_in_the_report(report, built):
    everything = report.html
    for (key,) in built.query("select customer_id from marts.dim_customers").itertuples(index=False):
        assert key not in everything
    manifest = read_manifest((report.published / "current").resolve())
    personal = {
        name
        for mart in manifest["marts"].values()
        for name in mart["personal_columns_left_out"]
        if mart["file"] != "mart_compliance_risk.parquet" or name != "contradictions"
    }
    shown = {column for figure in report.figures.values() for column in figure["columns"]}
    assert personal
    assert not personal & shown


def test_figures_of_fewer_than_five_customers_are_not_shown(report, tmp_path, cache):
    published = republished(report, tmp_path, "")
    with duckdb.connect(str((published / "current").resolve() / "segmart.duckdb")) as connection:
        connection.execute(
            "update marts.mart_segment_profiles set customer_count = 4, known_count = 4 "
            "where segment = 'Large volume'"
        )
        connection.execute(
            "update marts.mart_customer_segments set rule_segment = 'Few' where customer_id in ("
            "select customer_id from marts.mart_customer_segments "
            "where rfmn_segment = 'Large volume' order by customer_id limit 4)"
        )
    shown = reported(published, cache).figures
    for name in ("segments-index", "segments-distribution"):
        assert not any("Large volume" in row for row in shown[name]["rows"])
    (row,) = [row for row in shown["segments-profiles"]["rows"] if "Few" in row]
    assert row[3:8] == [4, None, None, None, None]


def test_the_report_is_small_and_written_alike_twice(report, tmp_path, cache):
    again = write_report(PROJECT / "reports", report.published, tmp_path / "again.html", cache=cache)
    assert again.path.read_text() == report.html
    assert again.byte_count < LARGEST_MEGABYTES * 1e6


def test_empty_marts_are_told_in_words(report, tmp_path, cache):
    empty = reported(republished(report, tmp_path, "delete from marts.{table}"), cache)
    assert not empty.figures
    for told in (
        "The publication has no customers.",
        "There are no loan applications.",
        "Nobody is flagged.",
    ):
        assert told in empty.html


def test_no_inactive_and_no_nonactive_customers_leave_every_section_whole(report, tmp_path, cache):
    published = republished(report, tmp_path, "")
    database = (published / "current").resolve() / "segmart.duckdb"
    with duckdb.connect(str(database)) as connection:
        for table in ("customer_segments", "segment_mapping", "segment_profiles", "segment_mismatches"):
            connection.execute(f"delete from marts.mart_{table} where activity_status <> 'active'")
    active = reported(published, cache)
    assert active.figures.keys() == report.figures.keys()
    statuses = {row[0] for row in active.figures["segments-sizes"]["rows"]}
    assert statuses == {"active"}


@pytest.mark.parametrize(
    ("marts", "gone"),
    [
        (("mart_credit_risk", "mart_fairness"), ("decisions", "applications", "decline_reasons", "fairness")),
        (("mart_anomalies",), ("anomalies", "anomaly_reasons")),
        (
            ("mart_compliance_risk", "mart_compliance_agreement"),
            ("compliance", "compliance_drivers", "tiers"),
        ),
    ],
)
def test_a_subject_that_is_switched_off_disappears(report, tmp_path, cache, marts, gone):
    published = republished(report, tmp_path, "")
    with duckdb.connect(str((published / "current").resolve() / "segmart.duckdb")) as connection:
        for mart in marts:
            connection.execute(f"drop table marts.{mart}")
    without = reported(published, cache)
    assert {name.split("-")[1] for name in report.figures.keys() - without.figures.keys()} == set(gone)
    assert not any(f"-{name}" in without.html for name in gone)


def test_a_ledger_without_net_asset_values_has_no_chart_of_them_and_no_unknown_figure(
    report, tmp_path, cache
):
    published = republished(report, tmp_path, "")
    with duckdb.connect(str((published / "current").resolve() / "segmart.duckdb")) as connection:
        connection.execute("update marts.mart_customer_segments set net_asset_value_usd = null")
        connection.execute(
            "update marts.mart_segment_profiles set index_to_population = null "
            "where feature = 'net_asset_value_usd'"
        )
    without = reported(published, cache)
    assert "No net asset value is known." in without.html
    assert "<dd>unknown</dd>" not in without.html
    assert {row[2] for row in without.figures["segments-people_and_money"]["rows"]} == {"customers"}
    assert re.search(
        r"Upper middle volume is the largest segment, with \d+ % of the customers\.<", without.html
    )
    features = {row[3] for row in without.figures["segments-index"]["rows"]}
    assert "net asset value usd" not in features
    assert len(features) > 10


def test_without_segments_of_customers_every_other_subject_is_shown(report, tmp_path, cache):
    published = republished(report, tmp_path, "")
    with duckdb.connect(str((published / "current").resolve() / "segmart.duckdb")) as connection:
        connection.execute("drop table marts.mart_customer_segments")
    without = reported(published, cache).figures
    assert {"risk-decisions", "risk-anomalies", "risk-compliance", "risk-appetite"} <= without.keys()
    assert "segments-sizes" not in without
    assert {row[1] for row in without["risk-compliance"]["rows"]} == {"unknown"}


def test_a_second_publication_is_compared_with_the_first(report, tmp_path, cache):
    published = republished(report, tmp_path, "")
    first = (published / "current").resolve()
    second = first.with_name("2026-01-31-later")
    shutil.copytree(first, second)
    manifest = read_manifest(second) | {"version": second.name, "published_at": "2999-01-01T00:00:00+00:00"}
    (second / "manifest.json").chmod(0o644)
    (second / "manifest.json").write_text(json.dumps(manifest))
    with duckdb.connect(str(second / "segmart.duckdb")) as connection:
        moved = connection.execute(
            "update marts.mart_customer_segments set rfmn_segment = 'Small volume', rfmn_segment_id = null "
            "where rfmn_segment = 'Large volume'"
        ).fetchone()[0]
    (published / "current").unlink()
    (published / "current").symlink_to(f"versions/{second.name}")
    compared = reported(published, cache)
    assert f"compared with {first.name}" in compared.html
    assert f"{moved} of 5,000 customers known in both are in another learned segment" in compared.html
    assert "9 models serve in the version they served in" in compared.html
    assert "as before" in compared.html
