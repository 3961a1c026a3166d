"""Asks the published marts what the sections of the report want to know."""

import datetime
import decimal
import math
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb

from segmart.errors import DeclarationError
from segmart.metrics import Metric
from segmart.publishing import DATABASE, identifier
from segmart.reporting.declaration import Documents, Figures, Findings, Report, Section, Tab

# A chart is not for more: larger answers are to be aggregated or sampled by their question, in words.
MOST_ROWS = 6_000
BEFORE = "previous_"
# How a question asks for a metric, in the place of its definition.
METRIC = re.compile(r"\bmetric\((\w+)\)")


@dataclass(frozen=True)
class Answer:
    """What the marts say to one section: rows under their columns, the finding, and the question asked.

    `missing` names the marts without which it could not be asked. `finding` is the sentence above the chart;
    where the reader chooses, `findings` holds one for each choice, and `finding` is the first of them.
    """

    tab: Tab
    section: Section
    question: str = ""
    columns: list[str] = field(default_factory=list)
    rows: list[tuple] = field(default_factory=list)
    finding: str | None = None
    findings: dict[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()

    @property
    def identity(self) -> str:
        return f"{self.tab.name}-{self.section.name}"

    def records(self) -> list[dict[str, Any]]:
        """The rows as one dictionary each."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


class Marts:
    """A connection that sees each published mart under its bare name, and those of the publication before."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, names: set[str]):
        self.connection = connection
        self.names = names

    def ask(self, question: str, place: str) -> tuple[list[str], list[tuple]]:
        """Return columns and rows of a question; raises DeclarationError with the place of a bad one."""
        try:
            found = self.connection.execute(question)
        except duckdb.Error as error:
            reason = " ".join(str(error).split())
            raise DeclarationError(f"the report's question {place} cannot be asked: {reason}") from error
        columns = [column[0] for column in found.description]
        rows = found.fetchmany(MOST_ROWS + 1)
        if len(rows) > MOST_ROWS:
            raise DeclarationError(
                f"the report's question {place} has more than {MOST_ROWS:,} rows: aggregate them, or take a "
                "sample by hash and say so in the section's note"
            )
        return columns, [tuple(map(plain, row)) for row in rows]


@contextmanager
def opened(
    version: Path,
    previous: Path | None,
    joined: Mapping[str, Mapping[str, str]] | None = None,
    memory_limit: str = "1GB",
) -> Iterator[Marts]:
    """See the marts of a published version, and of the one before if there was one, while the block runs.

    Of `joined`, types of columns by mart, those not published are there too, empty and not among the names.
    """
    # One thread: sums and ties then come out alike every time, and so does the report.
    with duckdb.connect(config={"memory_limit": memory_limit, "threads": 1}) as connection:
        names = _shown(connection, version, "published", "")
        if previous is not None:
            names |= _shown(connection, previous, "before", BEFORE)
        for mart, columns in (joined or {}).items():
            if mart not in names:
                typed = ", ".join(f"{identifier(name)} {type_}" for name, type_ in columns.items())
                connection.execute(f"create temp table {identifier(mart)} ({typed})")
        yield Marts(connection, names)


def _shown(connection: duckdb.DuckDBPyConnection, version: Path, alias: str, prefix: str) -> set[str]:
    path = str(version / DATABASE).replace("'", "''")
    connection.execute(f"attach '{path}' as {alias} (read_only)")
    tables = connection.execute(
        "select schema_name, table_name from duckdb_tables() where database_name = ?", [alias]
    ).fetchall()
    for schema, table in tables:
        connection.execute(
            f"create temp view {identifier(prefix + table)} "
            f"as select * from {alias}.{identifier(schema)}.{identifier(table)}"
        )
    return {prefix + table for _, table in tables}


def answers(
    report: Report, marts: Marts, metrics: Mapping[str, Metric], documents: list[tuple[str, str]]
) -> Iterator[Answer]:
    """Ask every section of every tab, in order.

    `metrics` are those of the publication by name; `documents` are (title, Markdown) pairs.
    A section whose marts are not published is answered by what is missing.
    """
    for tab in report.tabs:
        for section in tab.sections:
            missing = tuple(sorted(set(section.needs) - marts.names))
            if missing:
                yield Answer(tab, section, missing=missing)
            elif isinstance(section.chart, Findings):
                yield Answer(tab, section)
            elif isinstance(section.chart, Documents):
                yield Answer(tab, section, columns=["title", "text"], rows=list(documents))
            elif isinstance(section.chart, Figures):
                yield _key_figures(tab, section, section.chart, marts, metrics)
            else:
                yield _asked(report, tab, section, marts, metrics)


def _asked(report: Report, tab: Tab, section: Section, marts: Marts, metrics: Mapping[str, Metric]) -> Answer:
    place = f"{tab.name}/{section.name}.sql"
    question = with_metrics(report.question_of(tab, section), metrics, place)
    columns, rows = marts.ask(question, place)
    if absent := sorted(section.columns_drawn - set(columns)):
        raise DeclarationError(
            f"the report's question {place} does not give {', '.join(absent)}, which its chart draws; "
            f"it gives {', '.join(columns)}"
        )
    found: list[tuple] = []
    if rows and section.finding:
        # Each in brackets of its own: the names of their clauses stay out of each other's way.
        told = f"with answer as (\n{question}\n)\nfrom (\n{section.finding}\n)"
        _, found = marts.ask(told, f"{tab.name}/_{tab.name}.yml: finding of {section.name}")
    if section.choose is None:
        return Answer(tab, section, question, columns, rows, found[0][0] if found else None)
    findings = {choice: text for choice, text in sorted(found) if text is not None}
    first = rows[0][columns.index(section.choose)] if rows else None
    return Answer(tab, section, question, columns, rows, findings.get(first), findings)


def _key_figures(
    tab: Tab, section: Section, chart: Figures, marts: Marts, metrics: Mapping[str, Metric]
) -> Answer:
    """Return one row for each metric that is published and known: its value now and before."""
    asked, rows = [], []
    for name in chart.metrics:
        metric = metrics.get(name)
        if metric is None or metric.mart not in marts.names:
            continue
        question = metric.query()
        value, before = marts.ask(question, f"metric {name}")[1][0][0], _value_before(metric, marts)
        # Without loans there is no mean probability of default: the section about loans says so.
        if value is None and before is None:
            continue
        asked.append(question)
        rows.append((name, metric.label, value, before, metric.unit, metric.description))
    columns = ["metric", "label", "value", "value_before", "unit", "definition"]
    return Answer(tab, section, ";\n\n".join(asked), columns, rows)


def _value_before(metric: Metric, marts: Marts) -> Any:
    """Return a metric of the publication before; None where there is none, or it lacked a column of today."""
    before = replace(metric, mart=BEFORE + metric.mart)
    if before.mart not in marts.names:
        return None
    try:
        return marts.ask(before.query(), f"metric {metric.name}")[1][0][0]
    except DeclarationError:
        return None


def with_metrics(question: str, metrics: Mapping[str, Metric], place: str) -> str:
    """Return a question with `metric(name)` replaced by what the metric is defined as.

    Raises DeclarationError for a metric that is not published, or one that is about some rows only.
    """

    def defined(found: re.Match[str]) -> str:
        metric = metrics.get(found[1])
        if metric is None:
            known = ", ".join(sorted(metrics)) or "none"
            raise DeclarationError(
                f"the report's question {place} asks for the metric {found[1]}; published are: {known}"
            )
        if metric.filter is not None:
            raise DeclarationError(
                f"the report's question {place} asks for the metric {metric.name}, which is about the rows "
                f"where {metric.filter}: show it among the key figures"
            )
        return metric.expression

    return METRIC.sub(defined, question)


def plain(value: Any) -> Any:
    """Return a value as JSON can hold it; numbers keep seven digits, more than any chart can show."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, decimal.Decimal):
        value = float(value)
    if isinstance(value, float):
        return float(f"{value:.7g}") if math.isfinite(value) else None
    if isinstance(value, datetime.date | datetime.datetime):
        return value.isoformat()
    return value if isinstance(value, int) else str(value)
