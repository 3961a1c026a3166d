"""Model cards: what a learned model is for, what it was learned from, how good it is and where it ends.

After Mitchell et al. (2019, Model Cards for Model Reporting). A card is made of nothing but queries on the
published marts, and prints each query below its answer: every figure on it can be asked for again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

NEEDED = ("mart_model_registry", "mart_model_metrics", "mart_model_curves")


@dataclass(frozen=True)
class Section:
    """One question about a model: a heading, a sentence before the answer, and the query that gives it.

    A query that finds one row is shown as a list of its columns, any other as a table; without rows the
    section says so in the words of `nothing`, or is left out where there are none.
    """

    title: str
    lead: str
    query: str
    nothing: str | None = None


def write_model_cards(folder: Path) -> list[Path]:
    """Write a card for every model in force beside the Parquet files of the marts; return the files, sorted.

    Without the marts about models, as after a build of some marts only, there are none.
    """
    if not all((folder / f"{mart}.parquet").exists() for mart in NEEDED):
        return []
    with duckdb.connect() as connection:
        connection.execute("set file_search_path = ?", [str(folder)])
        serving = connection.execute(
            "select model_name, population, model_kind from 'mart_model_registry.parquet' "
            "where is_serving order by all"
        ).fetchall()
        paths = []
        for model_name, population, model_kind in serving:
            path = folder / _file_name(model_name, population)
            text = _card(connection, model_name, population, model_kind)
            path.write_text(text, encoding="utf-8")
            paths.append(path)
    return sorted(paths)


def _file_name(model_name: str, population: str) -> str:
    parts = [model_name] + ([] if population == "all" else [population])
    safe = ("".join(c if c.isalnum() or c in "_-" else "_" for c in part) for part in parts)
    return f"model_card_{'_'.join(safe)}.md"


def _card(connection: duckdb.DuckDBPyConnection, model_name: str, population: str, model_kind: str) -> str:
    """Return the card of one model in force as Markdown."""
    whom = "" if population == "all" else f", population {population}"
    lines = [
        f"# Model card: {model_name}{whom}",
        "",
        "Every figure is the answer to the query below it, which DuckDB runs in this folder.",
        "",
    ]
    for section in _sections(model_name, population, model_kind):
        found = connection.execute(section.query)
        names = [column[0] for column in found.description]
        rows = found.fetchall()
        if not rows and section.nothing is None:
            continue
        lines += (
            [f"## {section.title}", "", section.lead, ""] if section.lead else [f"## {section.title}", ""]
        )
        lines += _answer(names, rows) if rows else [section.nothing]
        lines += ["", "```sql", section.query, "```", ""]
    return "\n".join(lines)


def _sections(model_name: str, population: str, model_kind: str) -> Iterator[Section]:
    name, whom = _literal(model_name), _literal(population)
    where = f"where model_name = {name} and population = {whom} and is_serving"
    registry = f"from 'mart_model_registry.parquet'\n{where}"
    metrics = f"from 'mart_model_metrics.parquet'\n{where}"
    said = "declaration ->> '$.card"
    if model_kind == "risk":
        yield Section(
            "Purpose",
            "",
            f"select\n    {said}.purpose' as purpose,\n    declaration ->> '$.task' as task,\n"
            "    coalesce(declaration ->> '$.label.event', declaration ->> '$.label.column') as predicts,\n"
            f"    {said}.owner' as owner,\n"
            f"    as_of_date + cast({said}.review_after_days' as integer) as next_review\n{registry}",
        )
    yield Section(
        "Version in force",
        "",
        "select\n    model_version, status_reason, as_of_date, first_learned_date, last_learned_date,\n"
        f"    row_count, fit_row_count, library_versions\n{registry}",
    )
    yield Section(
        "Verdict",
        "Held against baselines on rows it had not learned from, or against chance.",
        f"select verdict, verdict_reason, choice_reason\n{registry}",
    )
    yield Section(
        "Figures",
        "Of what serves. Intervals hold 95 %, and each figure stands beside what it is to be compared with; "
        "what a metric means is in the column `definition` of mart_model_metrics.",
        "select metric, split, value, interval_low, interval_high, baseline, baseline_value, row_count\n"
        f"{metrics} and is_served and subgroup = 'all'\norder by split, metric",
        nothing="None are recorded.",
    )
    if model_kind == "risk":
        yield Section(
            "Candidates",
            "All of them on the same rows; baselines have no features.",
            "select candidate, split, metric, value, interval_low, interval_high, is_served\n"
            f"{metrics} and subgroup = 'all' and metric in ('roc_auc', 'log_loss', 'brier', 'r2', 'skill')\n"
            "order by split, metric, candidate",
        )
        yield Section(
            "Calibration",
            "What was predicted against what happened, in groups of rows from the lowest prediction on; the "
            "bounds are those of what happened.",
            "select series as candidate, position, x as predicted, y as happened, y_low, y_high, row_count\n"
            f"from 'mart_model_curves.parquet'\nwhere model_name = {name} and curve = 'calibration'\n"
            "order by series, position",
        )
        yield Section(
            "Subgroups",
            "Of what serves, on parts of the same rows; a part too small for a figure has none. Groups of "
            "people are watched and not learned from: this is monitoring, no finding about legal compliance.",
            "select\n    subgroup, metric, value, interval_low, interval_high, baseline, baseline_value, "
            "row_count\n"
            f"{metrics} and is_served and subgroup <> 'all'\norder by subgroup, split, metric",
            nothing="None are watched: declare `protected` attributes.",
        )
        yield Section(
            "Whom it is not about",
            "",
            f"select unnest(cast({said}.exclusions' as varchar[])) as excluded\n{registry}",
        )
        yield Section(
            "Limits",
            "",
            f"select unnest(cast({said}.limits' as varchar[])) as limitation\n{registry}",
            nothing="None are stated.",
        )
    yield Section(
        "Features left out",
        "",
        'select unnest(from_json(features_left_out, \'[{"feature": "VARCHAR", "reason": "VARCHAR"}]\'), '
        f"recursive := true)\n{registry}",
    )
    yield Section(
        "Provenance",
        "What changes when anything behind the model does.",
        f"select declaration_hash, feature_contract_hash, data_fingerprint\n{registry}",
    )


def _answer(names: list[str], rows: list[tuple]) -> list[str]:
    """Return a query's answer as Markdown: one row as a list, more as a table."""
    if len(rows) == 1 and len(names) > 1:
        return [
            f"* **{_in_words(name)}**: {_shown(value)}" for name, value in zip(names, rows[0], strict=True)
        ]
    if len(names) == 1:
        return [f"* {_shown(value)}" for (value,) in rows]
    head = f"| {' | '.join(map(_in_words, names))} |"
    return [head, "|---" * len(names) + "|", *(f"| {' | '.join(map(_shown, row))} |" for row in rows)]


def _in_words(name: str) -> str:
    return name.replace("_", " ")


def _shown(value: Any) -> str:
    """Return a value as it stands on a card: a double with four significant digits, none as nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, float | Decimal):
        return f"{float(value):.4g}"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, date):
        return value.isoformat()
    return " ".join(str(value).split()).replace("|", "\\|")


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
