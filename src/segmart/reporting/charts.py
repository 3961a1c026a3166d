"""Draws an answer: a Vega-Lite specification (Vega for the treemap) of its columns, without its rows.

Rows come later, under the name `rows`: the page filters them and hands them over again.
"""

from collections.abc import Mapping
from typing import Any

import altair as alt

from segmart.reporting import declaration as declared
from segmart.reporting.answers import Answer
from segmart.reporting.drawing import COLOURS, Drawing, formatted
from segmart.reporting.treemaps import treemap

Specification = dict[str, Any]

STEP = 26
HEIGHT = 300
# Marks that assistive technology need not read one by one: the data below the chart have them.
SILENT = {"aria": False}
INK, PAPER, ACCENT = ({"expr": name} for name in COLOURS)


def draw(answer: Answer, columns: Mapping[str, declared.Column]) -> Specification | None:
    """Return the specification of an answer's chart, None for what is no chart."""
    chart = answer.section.chart
    if type(chart) not in KINDS:
        return None
    drawing = Drawing(answer, columns)
    drawn = KINDS[type(chart)](drawing, chart)
    specification = drawn if isinstance(drawn, dict) else _finished(drawn)
    specification["description"] = answer.finding or answer.section.heading
    return specification


def minimum_width(answer: Answer) -> int | None:
    """Return how many pixels a chart needs for its cells to be read; on a smaller screen it can be moved."""
    chart = answer.section.chart
    if not isinstance(chart, declared.Heatmap):
        return None
    return 200 + 46 * len({record[chart.x] for record in answer.records()})


def _finished(chart: Any) -> Specification:
    specification = chart.properties(width="container").to_dict()
    # The theme is the page's.
    specification.pop("config", None)
    specification["params"] = [
        *specification.get("params", []),
        *({"name": name, "value": "#888888"} for name in COLOURS),
    ]
    return specification


def bars(drawing: Drawing, chart: declared.Bars) -> alt.Chart:
    parts = [chart.category, *([chart.colour] if chart.colour else [])]
    whole, tooltip = drawing.summed(chart.value, parts)
    y = drawing.category(alt.Y, chart.category)
    is_beside = chart.colour is not None and chart.arranged == "beside"
    stack = {"stacked": "zero", "beside": None}[chart.arranged]
    x = drawing.number(alt.X, chart.value, stack=stack)
    offset = {"yOffset": drawing.category(alt.YOffset, chart.colour)} if is_beside else {}
    bar = whole.mark_bar(cornerRadiusEnd=2)
    return bar.encode(x=x, y=y, tooltip=tooltip, **drawing.colour(chart.colour), **offset).properties(
        height=alt.Step(12) if is_beside else alt.Step(STEP)
    )


def histogram(drawing: Drawing, chart: declared.Histogram) -> alt.Chart:
    stack = "zero" if chart.arranged == "stacked" else None
    return (
        drawing.chart()
        .mark_bar(opacity=0.65 if chart.colour and stack is None else 1.0, binSpacing=1)
        .encode(
            x=drawing.number(alt.X, chart.start, bin="binned"),
            x2=alt.X2(field=chart.end),
            y=drawing.number(alt.Y, chart.value, stack=stack),
            tooltip=drawing.tooltip(),
            **drawing.colour(chart.colour),
        )
        .properties(height=HEIGHT)
    )


def lines(drawing: Drawing, chart: declared.Lines) -> alt.Chart:
    scale = alt.Scale(zero=False)
    whole = all(isinstance(record[chart.x], int) for record in drawing.records)
    axis = {"tickMinStep": 1} if whole else {}
    x = drawing.number(alt.X, chart.x, scale=alt.Scale(zero=False, nice=False), axis=axis)
    y = drawing.number(alt.Y, chart.y, scale=scale)
    colour = drawing.colour(chart.colour)
    layers = []
    if chart.reference:
        layers.append(_reference(drawing, chart.reference, chart.x))
    if chart.low and chart.high:
        band = drawing.chart().mark_area(opacity=0.2, **SILENT)
        layers.append(
            band.encode(
                x=x,
                y=alt.Y(field=chart.low, type="quantitative", scale=scale),
                y2=alt.Y2(field=chart.high),
                **colour,
            )
        )
    order = alt.Order(field=chart.x, type="quantitative")
    line = drawing.chart().mark_line(point=chart.has_points)
    layers.append(line.encode(x=x, y=y, order=order, tooltip=drawing.tooltip(), **colour))
    if chart.chosen:
        point = (
            drawing.chart()
            .transform_filter(f"datum['{chart.chosen}']")
            .mark_point(size=150, filled=True, color=ACCENT)
        )
        layers.append(point.encode(x=x, y=y, tooltip=drawing.tooltip()))
    return alt.layer(*layers).properties(height=220 if chart.panel else HEIGHT)


def heatmap(drawing: Drawing, chart: declared.Heatmap) -> alt.Chart:
    x = drawing.category(alt.X, chart.x, axis=alt.Axis(labelAngle=-35, orient="top", labelLimit=180))
    y = drawing.category(alt.Y, chart.y)
    cells, tooltip = drawing.chart(), drawing.tooltip()
    low, high = drawing.range(chart.value)
    if chart.is_summed:
        cells, tooltip = drawing.summed(chart.value, [chart.x, chart.y])
        low, high = drawing.range_of_sums(chart.value, [chart.x, chart.y])
    low = chart.lowest if chart.lowest is not None else low
    high = chart.highest if chart.highest is not None else high
    if chart.middle is None:
        scale = alt.Scale(domain=[low, high], range="ramp", clamp=True)
        is_strong = f"datum['{chart.value}'] > {(low + high) / 2}"
    else:
        reach = max(high - chart.middle, chart.middle - low)
        ends = [chart.middle - reach, chart.middle, chart.middle + reach]
        scale = alt.Scale(domain=ends, range="diverging", clamp=True)
        is_strong = f"abs(datum['{chart.value}'] - {chart.middle}) > {reach * 0.6}"
    legend = alt.Legend(title=drawing.title(chart.value), **formatted(drawing.scale_format(chart.value)))
    value = alt.Color(field=chart.value, type="quantitative", scale=scale, legend=legend)
    shown = chart.text or chart.value
    is_text = any(isinstance(record[shown], str) for record in drawing.records)
    kind = "nominal" if is_text else "quantitative"
    text = alt.Text(field=shown, type=kind, **formatted(drawing.format(shown)))
    colour = alt.condition(is_strong, alt.value(PAPER), alt.value(INK))
    return alt.layer(
        cells.mark_rect().encode(x=x, y=y, color=value, tooltip=tooltip),
        cells.transform_filter(f"isValid(datum['{shown}'])")
        .mark_text(fontSize=11, **SILENT)
        .encode(x=x, y=y, text=text, color=colour),
        # The last of the slanted names needs room at the right.
    ).properties(height=alt.Step(STEP + 4), padding={"left": 5, "top": 5, "right": 70, "bottom": 5})


def scatter(drawing: Drawing, chart: declared.Scatter) -> alt.Chart:
    x = drawing.number(alt.X, chart.x, scale=alt.Scale(zero=False))
    y = drawing.number(alt.Y, chart.y, scale=alt.Scale(zero=False))
    colour = drawing.colour(chart.colour)
    points = drawing.chart()
    if chart.centre:
        points = points.transform_filter(f"!datum['{chart.centre}']")
    layers = [_reference(drawing, chart.reference, chart.x)] if chart.reference else []
    layers.append(points.mark_circle(size=18, opacity=0.45, **SILENT).encode(x=x, y=y, **colour))
    if chart.centre:
        centres = drawing.chart().transform_filter(f"datum['{chart.centre}']")
        layers.append(
            centres.mark_point(size=160, filled=True, stroke=INK, strokeWidth=2, opacity=1).encode(
                x=x, y=y, tooltip=drawing.tooltip(), **colour
            )
        )
        names = centres.mark_text(
            dy=-14, fontWeight="bold", color=INK, stroke=PAPER, strokeWidth=3, strokeOpacity=0.8
        )
        if chart.colour:
            label = alt.Text(field=chart.colour, type="nominal")
            layers.append(names.encode(x=x, y=y, text=label))
            plain = centres.mark_text(dy=-14, fontWeight="bold", color=INK)
            layers.append(plain.encode(x=x, y=y, text=label))
    return alt.layer(*layers).properties(height=HEIGHT + 80)


def intervals(drawing: Drawing, chart: declared.Intervals) -> alt.Chart:
    y = drawing.category(alt.Y, chart.category)
    x = drawing.number(alt.X, chart.value, scale=alt.Scale(zero=False))
    colour = drawing.colour(chart.colour)
    offset = {"yOffset": drawing.category(alt.YOffset, chart.colour)} if chart.colour else {}
    title = drawing.title(chart.value)
    ends = {"x": drawing.number(alt.X, chart.low, title=title), "x2": alt.X2(field=chart.high)}
    layers = []
    if chart.threshold is not None:
        at = alt.Chart(alt.InlineData(values=[{"threshold": chart.threshold}]))
        line = at.mark_rule(strokeDash=[4, 4], color=INK)
        layers.append(line.encode(x=alt.X(field="threshold", type="quantitative")))
    layers.append(drawing.chart().mark_rule(strokeWidth=3, **SILENT).encode(y=y, **ends, **colour, **offset))
    points = drawing.chart().mark_point(size=90, filled=True, opacity=1)
    layers.append(points.encode(y=y, x=x, tooltip=drawing.tooltip(), **colour, **offset))
    if chart.baseline:
        at = alt.X(field=chart.baseline, type="quantitative")
        tick = drawing.chart().mark_tick(thickness=3, size=16, color=ACCENT, **SILENT)
        layers.append(tick.encode(y=y, x=at, **offset))
    return alt.layer(*layers).properties(height=alt.Step(STEP + 4))


def quartiles(drawing: Drawing, chart: declared.Quartiles) -> alt.Chart:
    y = drawing.category(alt.Y, chart.category)
    colour = drawing.colour(chart.colour)
    spread = drawing.chart().mark_bar(height={"band": 0.6}, opacity=0.75)
    title = drawing.title(chart.middle)
    ends = {"x": drawing.number(alt.X, chart.low, title=title), "x2": alt.X2(field=chart.high)}
    middle = drawing.chart().mark_tick(thickness=3, color=INK, **SILENT)
    at = drawing.number(alt.X, chart.middle)
    return alt.layer(
        spread.encode(y=y, tooltip=drawing.tooltip(), **ends, **colour), middle.encode(y=y, x=at)
    ).properties(height=alt.Step(STEP))


def _reference(drawing: Drawing, kind: str, x: str) -> alt.Chart:
    """Return a dashed line to compare with, as long as the data are wide."""
    dashed = {"strokeDash": [4, 4], "color": INK, "opacity": 0.6, **SILENT}
    if kind == "diagonal":
        line = drawing.chart().mark_line(**dashed)
        same = {"field": x, "type": "quantitative"}
        return line.encode(x=alt.X(**same), y=alt.Y(**same), order=alt.Order(**same))
    at = alt.Chart(alt.InlineData(values=[{"reference": {"zero": 0, "one": 1}[kind]}]))
    return at.mark_rule(**dashed).encode(y=alt.Y(field="reference", type="quantitative"))


KINDS = {
    declared.Bars: bars,
    declared.Histogram: histogram,
    declared.Lines: lines,
    declared.Heatmap: heatmap,
    declared.Scatter: scatter,
    declared.Intervals: intervals,
    declared.Quartiles: quartiles,
    declared.Treemap: treemap,
}
