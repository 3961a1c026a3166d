"""What every kind of chart needs of an answer: names, formats, orders, and the ends of scales.

All of it is taken from all rows, so that nothing moves when the page filters them: categories keep their
place and colours their meaning.
"""

from collections.abc import Mapping
from typing import Any

import altair as alt

from segmart.reporting.answers import Answer
from segmart.reporting.declaration import Column
from segmart.reporting.numbers import in_words

# How the rows are called, which come later.
ROWS = "rows"
# Colours are the page's, light or dark; these are known to a specification by name.
COLOURS = ("ink", "paper", "accent")
# The declared styles of numbers in the words of d3, which draws them.
FORMATS = {
    "count": ",d",
    "percent": ".1%",
    "fine_percent": ".2%",
    "compact": ",.3~s",
    "figure": ",.4~r",
    "signed": "+.2f",
}
# Of a scale, where a nought more tells nothing.
SCALE_FORMATS = FORMATS | {"percent": ".2~%", "fine_percent": ".3~%", "signed": "+~f"}


class Drawing:
    """One answer with what its columns are called."""

    def __init__(self, answer: Answer, columns: Mapping[str, Column]):
        self.answer = answer
        self.columns = columns
        self.records = answer.records()

    def title(self, column: str) -> str:
        return self.columns[column].title if column in self.columns else in_words(column)

    def format(self, column: str) -> str | None:
        return FORMATS.get(self.columns[column].format) if column in self.columns else None

    def scale_format(self, column: str) -> str | None:
        return SCALE_FORMATS.get(self.columns[column].format) if column in self.columns else None

    def values(self, column: str) -> list[Any]:
        """The distinct values of a column: as declared, then by first appearance; numbers by size."""
        found = list(dict.fromkeys(record[column] for record in self.records))
        if all(isinstance(value, int | float) for value in found):
            return sorted(found)
        declared = self.columns[column].values if column in self.columns else ()
        first = [value for value in declared if value in found]
        return first + [value for value in found if value not in first and value is not None]

    def range(self, *columns: str | None) -> tuple[float, float]:
        numbers = [
            record[column]
            for record in self.records
            for column in columns
            if column and record[column] is not None
        ]
        return (min(numbers), max(numbers)) if numbers else (0.0, 1.0)

    def range_of_sums(self, column: str, parts: list[str]) -> tuple[float, float]:
        """Return the smallest and largest sum of a column over all rows equal in `parts`."""
        sums: dict[tuple, float] = {}
        for record in self.records:
            part = tuple(record[name] for name in parts)
            sums[part] = sums.get(part, 0) + (record[column] or 0)
        return min(sums.values(), default=0), max(sums.values(), default=1)

    def summed(self, column: str, parts: list[str]) -> tuple[alt.Chart, list[alt.Tooltip]]:
        """Return the rows added up for each value of `parts`: what a filter leaves of a bar is one bar."""
        total = alt.AggregatedFieldDef(op="sum", field=column, **{"as": column})
        tips = [tip for tip in self.tooltip() if tip["field"] in (column, *parts)]
        return self.chart().transform_aggregate([total], groupby=parts), tips

    def chart(self) -> alt.Chart:
        return alt.Chart(alt.NamedData(name=ROWS))

    def number(self, channel: Any, column: str, axis: Mapping[str, Any] | None = None, **options: Any) -> Any:
        """Return a channel of numbers."""
        # Between one customer and the next there is no mark.
        whole = {"tickMinStep": 1} if self.format(column) == FORMATS["count"] else {}
        shown = alt.Axis(**{**formatted(self.scale_format(column)), **whole, **(axis or {})})
        options = {"title": self.title(column), **options}
        return channel(field=column, type="quantitative", axis=shown, **options)

    def category(self, channel: Any, column: str, **options: Any) -> Any:
        """Return an axis of categories; numbers among them have a title and rise from left or from below."""
        values = self.values(column)
        are_numbers = all(isinstance(value, int | float) for value in values)
        order = values[::-1] if are_numbers and channel is alt.Y else values
        title = self.title(column) if are_numbers else None
        return channel(field=column, type="nominal", title=title, sort=order, **options)

    def colour(self, column: str | None) -> dict[str, Any]:
        if column is None:
            return {}
        domain = self.values(column)
        legend = alt.Legend(title=None) if len(domain) > 1 else None
        # Of one choice at a time only its own values need a colour.
        scale = alt.Undefined if self.answer.section.choose else alt.Scale(domain=domain)
        return {"color": alt.Color(field=column, type="nominal", scale=scale, legend=legend)}

    def tooltip(self) -> list[alt.Tooltip]:
        """All columns, under the names people know them by."""
        tips = []
        for column in self.answer.columns:
            is_number = any(
                isinstance(r[column], int | float) and not isinstance(r[column], bool) for r in self.records
            )
            given = self.format(column) if is_number else None
            tips.append(
                alt.Tooltip(
                    field=column,
                    type="quantitative" if is_number else "nominal",
                    title=self.title(column),
                    **formatted(given),
                )
            )
        return tips


def formatted(given: str | None) -> dict[str, str]:
    """Return a format as an option, none if none is given."""
    return {"format": given} if given else {}
