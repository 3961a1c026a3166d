"""Draws a treemap as a Vega specification, because Vega-Lite has none."""

from typing import Any

from segmart.reporting.declaration import Treemap
from segmart.reporting.drawing import COLOURS, ROWS, Drawing

HEIGHT = 340
# Where the two lines of text stand in a rectangle, in pixels from its top; a lower rectangle goes without.
NAME, SIZE = 16, 34
NARROWEST_WITH_TEXT = 60


def treemap(drawing: Drawing, chart: Treemap) -> dict[str, Any]:
    """Return rectangles whose area is the size, together by group and in the group's colour."""
    size = drawing.format(chart.size) or ""
    label, figure = f"datum['{chart.label}']", f"format(datum['{chart.size}'], '{size}')"
    told = f"{label} + ': ' + {figure}"
    return {
        "$schema": "https://vega.github.io/schema/vega/v6.json",
        "autosize": {"type": "fit-x", "contains": "padding"},
        "height": HEIGHT,
        "signals": [_width(), *({"name": name, "value": "#888888"} for name in COLOURS)],
        "data": [{"name": ROWS}, *_rectangles(chart)],
        "scales": [
            {"name": "colour", "type": "ordinal", "domain": drawing.values(chart.group), "range": "category"}
        ],
        "legends": [{"fill": "colour", "orient": "top", "direction": "horizontal"}],
        "marks": [
            {
                "type": "rect",
                "from": {"data": "leaves"},
                "encode": {
                    "update": {
                        **{name: {"field": corner} for name, corner in _CORNERS.items()},
                        "fill": {"scale": "colour", "field": chart.group},
                        "stroke": {"signal": "paper"},
                        "tooltip": {"signal": told},
                        "description": {"signal": told},
                    }
                },
            },
            _text(chart, label, NAME, weight=600),
            _text(chart, figure, SIZE, weight=400),
        ],
    }


_CORNERS = {"x": "x0", "x2": "x1", "y": "y0", "y2": "y1"}


def _width() -> dict[str, Any]:
    room = "containerSize()[0]"
    return {"name": "width", "init": room, "on": [{"events": "window:resize", "update": room}]}


def _rectangles(chart: Treemap) -> list[dict[str, Any]]:
    """Return the data of the tree and of its leaves, which are the rows with their corners."""
    nested = {"type": "nest", "keys": [chart.group], "generate": True}
    laid_out = {
        "type": "treemap",
        "field": chart.size,
        "sort": {"field": "value", "order": "descending"},
        "method": "squarify",
        "paddingInner": 2,
        "size": [{"signal": "width"}, {"signal": "height"}],
    }
    leaves = {"type": "filter", "expr": "!datum.children"}
    return [
        {"name": "tree", "source": ROWS, "transform": [nested, laid_out]},
        {"name": "leaves", "source": "tree", "transform": [leaves]},
    ]


def _text(chart: Treemap, text: str, top: int, weight: int) -> dict[str, Any]:
    """Return a line of text in each rectangle with room for it, dark on light colours and light on dark."""
    has_room = f"datum.y1 - datum.y0 > {top + 8} && datum.x1 - datum.x0 > {NARROWEST_WITH_TEXT}"
    is_light = f"luminance(scale('colour', datum['{chart.group}'])) > 0.2"
    return {
        "type": "text",
        "from": {"data": "leaves"},
        "interactive": False,
        # The rectangle says it already.
        "aria": False,
        "encode": {
            "update": {
                "x": {"field": "x0", "offset": 8},
                "y": {"field": "y0", "offset": top},
                "text": {"signal": text},
                "limit": {"signal": "max(0, datum.x1 - datum.x0 - 12)"},
                "opacity": {"signal": f"{has_room} ? 1 : 0"},
                "baseline": {"value": "middle"},
                "fontSize": {"value": 13},
                "fontWeight": {"value": weight},
                "fill": {"signal": f"{is_light} ? '#11161f' : '#ffffff'"},
            }
        },
    }
