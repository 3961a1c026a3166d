"""Writes answers down as one HTML page that asks nothing of any network."""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from segmart.reporting.answers import BEFORE, Answer
from segmart.reporting.charts import draw, minimum_width
from segmart.reporting.declaration import Documents, Figures, Findings, Report, Table
from segmart.reporting.numbers import change_in_words, figure_in_words, in_words


@dataclass(frozen=True)
class Edition:
    """What the page is made from: which publication, as of when, and compared with which other one."""

    version: str
    as_of_date: str
    previous: str | None
    schema: str


def render(report: Report, answers: Sequence[Answer], edition: Edition, bundle: str) -> str:
    """Return the page. Equal answers give an equal page.

    Texts of the marts are shown as texts, whatever is in them: the template escapes them, the data hold no
    character that could end their element, and the page's policy lets no other script run than its own.
    """
    cards = [_card(report, answer, answers) for answer in answers if _is_to_be_shown(answer)]
    tabs = []
    for tab in report.tabs:
        of_tab = [card for card in cards if card["tab"] == tab.name]
        if of_tab:
            full = [card for card in of_tab if not card["is_empty"]]
            empty = [card for card in of_tab if card["is_empty"]]
            tabs.append(
                {"name": tab.name, "label": tab.label, "about": tab.about, "cards": full, "empty": empty}
            )
    script = _asset("report.js")
    figures = {
        answer.identity: _figure(report, answer) for answer in answers if answer.rows and _has_rows(answer)
    }
    return _template().render(
        title=report.title,
        version=edition.version,
        as_of_date=edition.as_of_date,
        previous=edition.previous,
        schema=edition.schema,
        tabs=tabs,
        filters=_filters(report, answers),
        style=Markup(_asset("report.css")),
        data=Markup(json_for_html({"filters": report.filters, "figures": figures})),
        bundle=Markup(bundle),
        script=Markup(script),
        script_hashes=Markup(" ".join(f"'sha256-{_digest(text)}'" for text in (bundle, script))),
    )


def json_for_html(content: Any) -> str:
    """Return JSON that may stand in a script element: no text in it can end the element or open another."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _is_to_be_shown(answer: Answer) -> bool:
    """Whether its subject is there: what is switched off leaves no trace, a first publication says so."""
    return all(mart.startswith(BEFORE) for mart in answer.missing)


def _has_rows(answer: Answer) -> bool:
    return not isinstance(answer.section.chart, Figures | Findings | Documents)


def _card(report: Report, answer: Answer, answers: Sequence[Answer]) -> dict[str, Any]:
    section = answer.section
    kind = section.chart.kind
    findings = _headlines(answers) if kind == "findings" else []
    is_empty = not (answer.rows or findings)
    return {
        "tab": answer.tab.name,
        "identity": answer.identity,
        "heading": section.heading if answer.finding else None,
        "title": answer.finding or section.heading,
        "nothing": section.nothing,
        "note": section.note,
        "kind": kind,
        "is_empty": is_empty,
        "is_whole": section.takes_the_whole_width,
        "is_table": isinstance(section.chart, Table),
        # It may have to be moved on a small screen, by keyboard too.
        "is_broad": kind == "heatmap",
        "has_rows": bool(answer.rows) and _has_rows(answer),
        "has_chart": _has_rows(answer) and not isinstance(section.chart, Table),
        "choose": _label(report, section.choose) if section.choose else None,
        "question": answer.question,
        "figures": [_key_figure(record) for record in answer.records()] if kind == "figures" else [],
        "findings": findings,
        "documents": [_document(*row) for row in answer.rows] if kind == "documents" else [],
    }


def _headlines(answers: Sequence[Answer]) -> list[dict[str, str]]:
    return [
        {"identity": answer.identity, "heading": answer.section.heading, "text": answer.finding}
        for answer in answers
        if answer.section.is_headline and answer.finding
    ]


def _key_figure(record: Mapping[str, Any]) -> dict[str, str]:
    return {
        "label": record["label"],
        "definition": record["definition"],
        "value": figure_in_words(record["value"], record["unit"]),
        "change": change_in_words(record["value"], record["value_before"], record["unit"]),
    }


def _document(title: str, text: str) -> dict[str, Any]:
    from markdown_it import MarkdownIt

    # HTML inside the text stays text. Headings go below the card's own.
    html = MarkdownIt("commonmark", {"html": False}).enable("table").render(text)
    for level, below in (("h2", "h5"), ("h1", "h4")):
        html = html.replace(f"<{level}>", f"<{below}>").replace(f"</{level}>", f"</{below}>")
    html = html.replace("<pre>", '<pre tabindex="0">')
    html = html.replace("<table>", '<div class="scroll" tabindex="0"><table>').replace(
        "</table>", "</table></div>"
    )
    return {"title": title, "html": Markup(html)}


def _figure(report: Report, answer: Answer) -> dict[str, Any]:
    """Return what the page's script needs of one figure."""
    section = answer.section
    return {
        "columns": answer.columns,
        "titles": [report.columns[c].title if c in report.columns else in_words(c) for c in answer.columns],
        "formats": [report.columns[c].format if c in report.columns else None for c in answer.columns],
        "rows": answer.rows,
        "choose": section.choose,
        "panel": getattr(section.chart, "panel", None),
        "spec": draw(answer, report.columns),
        "is_table": isinstance(section.chart, Table),
        "heading": section.heading,
        "findings": answer.findings,
        "minimum_width": minimum_width(answer),
        "longest_name": _longest_name(answer),
    }


def _longest_name(answer: Answer) -> int:
    """Return how many letters the longest name in the legend has."""
    colour = getattr(answer.section.chart, "colour", None)
    return max((len(str(record[colour])) for record in answer.records()), default=0) if colour else 0


def _filters(report: Report, answers: Sequence[Answer]) -> list[dict[str, Any]]:
    """Return each filter with the values that occur in any figure, in the order of their column."""
    found = []
    for column, label in report.filters.items():
        values = {
            value
            for answer in answers
            if _has_rows(answer) and column in answer.columns
            for value in (row[answer.columns.index(column)] for row in answer.rows)
            if value is not None
        }
        declared = report.columns[column].values if column in report.columns else []
        ordered = [value for value in declared if value in values] + sorted(values - set(declared))
        if len(ordered) > 1:
            found.append({"column": column, "label": label, "choices": ordered})
    return found


def _label(report: Report, column: str) -> str:
    return report.columns[column].label if column in report.columns else in_words(column)


def _template():
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(_asset("report.html.j2"))


def _asset(name: str) -> str:
    return (files("segmart.reporting") / "assets" / name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
