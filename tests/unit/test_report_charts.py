"""Charts: each kind draws its rows, and nothing moves that a filter must not move."""

import re
from typing import get_args

import pytest
import vl_convert
from report_cases import asked, section

from segmart.reporting.charts import KINDS, draw, minimum_width
from segmart.reporting.declaration import Chart, Column

QUESTION = """
    select * from (values
        ('active', 'Large', 10, 5.5, 4.0, 7.0, 'x', true, 0.25, 0.5),
        ('active', 'Small', 30, 1.5, 1.0, 2.0, 'y', false, 0.5, 0.75),
        ('inactive', 'Dormant', 20, 0.5, 0.0, 1.0, 'x', false, 0.75, 1.0)
    ) as rows (activity_status, segment, customer_count, nav, low, high, side, is_chosen, first, last)
"""
CHARTS = {
    "bars": {"category": "segment", "value": "customer_count", "colour": "activity_status"},
    "bars beside": {"category": "segment", "value": "nav", "colour": "side", "arranged": "beside"},
    "histogram": {"start": "first", "end": "last", "value": "customer_count", "colour": "side"},
    "lines": {"x": "customer_count", "y": "nav", "low": "low", "high": "high", "chosen": "is_chosen"},
    "lines with reference": {"x": "customer_count", "y": "nav", "colour": "side", "reference": "one"},
    "heatmap": {"x": "side", "y": "segment", "value": "nav", "text": "customer_count"},
    "heatmap both ways": {"x": "side", "y": "segment", "value": "nav", "middle": 1, "is_summed": True},
    "scatter": {"x": "nav", "y": "high", "colour": "segment", "centre": "is_chosen", "reference": "diagonal"},
    "treemap": {"group": "activity_status", "label": "segment", "size": "customer_count"},
    "intervals": {
        **{"category": "segment", "value": "nav", "low": "low", "high": "high", "baseline": "first"},
        "threshold": 0.8,
    },
    "quartiles": {"category": "segment", "low": "low", "middle": "nav", "high": "high"},
}


def drawn(tmp_path, chart: dict, question: str = QUESTION, columns: dict | None = None, **keys):
    report, (answer,) = asked(
        tmp_path, [section(chart=chart, **keys)], questions={"sizes": question}, columns=columns or {}
    )
    return draw(answer, report.columns), answer


def as_svg(specification: dict, answer) -> str:
    """Return what a reader sees, from all rows."""
    if "vega-lite" in specification["$schema"]:
        full = {
            **specification,
            "width": 400,
            "datasets": {**specification.get("datasets", {}), "rows": answer.records()},
        }
        return vl_convert.vegalite_to_svg(full)
    width = {"name": "width", "value": 400}
    signals = [width if each["name"] == "width" else each for each in specification["signals"]]
    data = [
        {**each, "values": answer.records()} if each["name"] == "rows" else each
        for each in specification["data"]
    ]
    return vl_convert.vega_to_svg({**specification, "signals": signals, "data": data})


def test_every_kind_that_is_drawn_is_looked_at_here():
    assert {chart.split()[0] for chart in CHARTS} == {
        kind.model_fields["kind"].annotation.__args__[0] for kind in KINDS
    }


def test_every_kind_is_drawn_or_is_no_chart():
    (union, *_) = get_args(Chart)
    not_drawn = {kind.__name__ for kind in get_args(union)} - {kind.__name__ for kind in KINDS}
    assert not_drawn == {"Table", "Figures", "Findings", "Documents"}


@pytest.mark.parametrize("name", CHARTS)
def test_each_kind_draws_all_its_rows(tmp_path, name):
    specification, answer = drawn(tmp_path, {"kind": name.split()[0], **CHARTS[name]})
    svg = as_svg(specification, answer)
    assert svg.count("graphics-symbol") >= 3
    assert specification["description"] == "Sizes"
    names = (
        {"Large", "Small", "Dormant"} if any(value == "segment" for value in CHARTS[name].values()) else set()
    )
    # In a scatter plot only centres have a name, and all colours are in the legend.
    assert all(f">{each}<" in svg for each in names), svg[-3000:]


def test_rows_of_one_bar_are_one_bar(tmp_path):
    question = QUESTION.replace("'Small'", "'Large'")
    specification, answer = drawn(
        tmp_path, {"kind": "bars", "category": "segment", "value": "customer_count"}, question
    )
    svg = as_svg(specification, answer)
    assert "Customer count: 40" in svg.replace("; ", " ") or "40" in svg
    assert svg.count('aria-roledescription="bar"') == 2


def test_colours_keep_their_meaning_whatever_is_filtered(tmp_path):
    columns = {"activity_status": {"label": "Activity", "values": ["nonactive", "inactive", "active"]}}
    specification, _ = drawn(tmp_path, {"kind": "bars", **CHARTS["bars"]}, columns=columns)
    assert specification["encoding"]["color"]["scale"]["domain"] == ["inactive", "active"]


def test_the_ends_of_a_colour_scale_come_from_all_rows_or_from_the_declaration(tmp_path):
    heatmap = {"kind": "heatmap", "x": "side", "y": "segment", "value": "nav"}
    scale = drawn(tmp_path / "a", heatmap)[0]["layer"][0]["encoding"]["color"]["scale"]
    assert scale["domain"] == [0.5, 5.5]
    given = drawn(tmp_path / "b", {**heatmap, "lowest": 0, "highest": 1})[0]
    assert given["layer"][0]["encoding"]["color"]["scale"]["domain"] == [0, 1]
    both_ways = drawn(tmp_path / "c", {**heatmap, "middle": 1})[0]
    assert both_ways["layer"][0]["encoding"]["color"]["scale"]["domain"] == [-3.5, 1, 5.5]


def test_a_specification_holds_no_rows_and_no_colours_of_its_own(tmp_path):
    specification, _ = drawn(tmp_path, {"kind": "bars", **CHARTS["bars"]})
    assert "datasets" not in specification
    assert "config" not in specification
    assert specification["data"] == {"name": "rows"}
    assert {parameter["name"] for parameter in specification["params"]} == {"ink", "paper", "accent"}


def test_numbers_have_the_style_of_their_column(tmp_path):
    columns = {"customer_count": {"label": "People", "unit": "heads", "format": "percent"}}
    encoding = drawn(tmp_path, {"kind": "bars", **CHARTS["bars"]}, columns=columns)[0]["encoding"]
    assert encoding["x"]["title"] == "People (heads)"
    assert encoding["x"]["axis"]["format"] == ".2~%"
    (tip,) = [tip for tip in encoding["tooltip"] if tip["field"] == "customer_count"]
    assert tip["format"] == ".1%"


def test_counts_have_no_marks_between_whole_numbers(tmp_path):
    columns = {"customer_count": {"label": "People", "format": "count"}}
    encoding = drawn(tmp_path, {"kind": "bars", **CHARTS["bars"]}, columns=columns)[0]["encoding"]
    assert encoding["x"]["axis"]["tickMinStep"] == 1


def test_numbers_as_categories_rise_from_left_and_from_below(tmp_path):
    question = "select * from (values (0.2, 0.1, 1), (0.1, 0.3, 2), (0.3, 0.2, 3)) as rows (a, b, n)"
    specification, _ = drawn(tmp_path, {"kind": "heatmap", "x": "a", "y": "b", "value": "n"}, question)
    encoding = specification["layer"][0]["encoding"]
    assert encoding["x"]["sort"] == [0.1, 0.2, 0.3]
    assert encoding["y"]["sort"] == [0.3, 0.2, 0.1]


def test_a_heatmap_asks_for_room_by_its_columns(tmp_path):
    _, answer = drawn(tmp_path / "a", {"kind": "heatmap", "x": "side", "y": "segment", "value": "nav"})
    assert minimum_width(answer) == 200 + 2 * 46
    assert minimum_width(drawn(tmp_path / "b", {"kind": "bars", **CHARTS["bars"]})[1]) is None


def test_a_column_without_words_is_called_by_its_name():
    assert Column(label="A", unit="USD").title == "A (USD)"
    assert Column(label="A").title == "A"


def test_a_threshold_is_a_line_of_its_own(tmp_path):
    intervals = {"kind": "intervals", **CHARTS["intervals"]}
    without = {key: value for key, value in intervals.items() if key != "threshold"}
    drawings = [as_svg(*drawn(tmp_path / str(len(chart)), chart)) for chart in (intervals, without)]
    assert [svg.count('stroke-dasharray="4,4"') for svg in drawings] == [1, 0]


def test_a_rectangle_too_small_for_its_name_goes_without(tmp_path):
    tiny = QUESTION.replace("'Small', 30", "'Small', 30000")
    for question, hidden in ((QUESTION, 0), (tiny, 4)):
        svg = as_svg(*drawn(tmp_path / str(hidden), {"kind": "treemap", **CHARTS["treemap"]}, question))
        assert len(re.findall(r'<text [^>]*opacity="0"', svg)) == hidden
