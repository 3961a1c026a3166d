"""What the report is made of, as declared in `reports/`: tabs of sections: question, finding and chart."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import Field, model_validator

from segmart.errors import DeclarationError
from segmart.metrics import Metric
from segmart.reporting.numbers import MONEY, in_words
from segmart.strict import Strict, parse


class Column(Strict):
    """How a column of an answer is shown: its name for people, its unit, and the style of its numbers.

    The column of a metric has the label and the unit of the metric.
    """

    label: str | None = None
    unit: str | None = None
    metric: str | None = None
    # Whole, as per cent (with one digit or two), as thousands or millions, with four digits, with its sign.
    format: Literal["count", "percent", "fine_percent", "compact", "figure", "signed"] | None = None
    # The order of its values, and so of their colours; others follow.
    values: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _is_named(self) -> "Column":
        if (self.label is None) == (self.metric is None):
            raise ValueError(
                "a column has either a label or the metric that it shows: add one, remove the other"
            )
        return self

    @property
    def title(self) -> str:
        return f"{self.label} ({self.unit})" if self.unit else str(self.label)


class Bars(Strict):
    """One bar for each category, from the top; rows of equal category and colour are added up."""

    kind: Literal["bars"]
    category: str
    value: str
    colour: str | None = None
    # Bars of the same category: one after the other, or side by side.
    arranged: Literal["stacked", "beside"] = "stacked"


class Histogram(Strict):
    """Upright bars over a number: `start` and `end` of each bin."""

    kind: Literal["histogram"]
    start: str
    end: str
    value: str
    colour: str | None = None
    # Shapes to compare lie over each other, counts that add up are stacked.
    arranged: Literal["over", "stacked"] = "over"


class Lines(Strict):
    """One line for each colour; with bounds, a band around it."""

    kind: Literal["lines"]
    x: str
    y: str
    colour: str | None = None
    low: str | None = None
    high: str | None = None
    # A chart of its own, with its own scale, for each value of this column.
    panel: str | None = None
    # A column that is true where a point is the one chosen.
    chosen: str | None = None
    has_points: bool = False
    # A line from (0, 0) to (1, 1), or the line at 0 or 1, that a reader compares with.
    reference: Literal["diagonal", "zero", "one"] | None = None


class Heatmap(Strict):
    """Cells of two categories, coloured by a value and with a text in each."""

    kind: Literal["heatmap"]
    x: str
    y: str
    value: str
    text: str | None = None
    # The value that is neither high nor low; colours then go two ways from it.
    middle: float | None = None
    # Whether a cell has several rows, which are added up.
    is_summed: bool = False
    # Colours that end here at the latest; what is beyond keeps its text.
    lowest: float | None = None
    highest: float | None = None


class Scatter(Strict):
    """Points in a plane; rows in which `centre` is true are drawn large and with their name."""

    kind: Literal["scatter"]
    x: str
    y: str
    colour: str | None = None
    centre: str | None = None
    reference: Literal["diagonal", "zero"] | None = None


class Treemap(Strict):
    """Rectangles by size, together by group."""

    kind: Literal["treemap"]
    group: str
    label: str
    size: str


class Intervals(Strict):
    """A point with its interval for each category, beside what it is to be compared with."""

    kind: Literal["intervals"]
    category: str
    value: str
    low: str
    high: str
    baseline: str | None = None
    colour: str | None = None
    # A value that every point is compared with.
    threshold: float | None = None


class Quartiles(Strict):
    """A bar from the first to the third quartile for each category, and a mark at the median."""

    kind: Literal["quartiles"]
    category: str
    low: str
    middle: str
    high: str
    colour: str | None = None


class Table(Strict):
    """The answer itself, row by row."""

    kind: Literal["table"]


class Figures(Strict):
    """Key figures: the metrics named, each with its value now and in the last publication."""

    kind: Literal["figures"]
    metrics: list[str] = Field(min_length=1)


class Findings(Strict):
    """The findings of all sections that are headlines, each leading to its section."""

    kind: Literal["findings"]


class Documents(Strict):
    """Texts in Markdown to be opened one by one: columns `title` and `text`."""

    kind: Literal["documents"]


Chart = Annotated[
    Bars
    | Histogram
    | Lines
    | Heatmap
    | Scatter
    | Treemap
    | Intervals
    | Quartiles
    | Table
    | Figures
    | Findings
    | Documents,
    Field(discriminator="kind"),
]


class Section(Strict):
    """One question to the marts: the SQL file of the same name, what it finds, and how that is drawn."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    heading: str
    # Published marts without which there is nothing to ask; `previous_<mart>` is that of the one before.
    needs: tuple[str, ...] = ()
    # SQL over `answer`, the rows of the question: one text that states what is found, null if nothing is.
    # Where the reader chooses, one for each choice: two columns, the choice and the text.
    finding: str | None = None
    # Whether the finding belongs on the first page too.
    is_headline: bool = False
    # How to read the chart, what is sampled, what not to conclude.
    note: str | None = None
    # What is said when the question has no rows.
    nothing: str
    # The reader chooses one value of this column at a time.
    choose: str | None = None
    chart: Chart
    # Whether it takes the whole width; as its chart asks for, if nothing is said.
    is_whole: bool | None = None

    @property
    def takes_the_whole_width(self) -> bool:
        broad = Treemap | Heatmap | Table | Figures | Findings | Documents
        return isinstance(self.chart, broad) if self.is_whole is None else self.is_whole

    @property
    def columns_drawn(self) -> set[str]:
        """The columns that the question must give."""
        if isinstance(self.chart, Table | Figures | Findings):
            own: set[str] = set()
        elif isinstance(self.chart, Documents):
            own = {"title", "text"}
        else:
            options = {"kind", "arranged", "reference"}
            told = self.chart.model_dump(exclude=options)
            own = {name for name in told.values() if isinstance(name, str)}
        return own | ({self.choose} if self.choose else set())


class Tab(Strict):
    """One page of the report."""

    name: str
    label: str
    order: int
    about: str
    sections: list[Section]


class Report(Strict):
    """The whole report as declared; `folder` holds the questions."""

    title: str
    filters: dict[str, str]
    # Marts that are joined for their filters only, with the columns joined: where one is not published, an
    # empty one stands in its place, and sections that do not need it are shown all the same.
    joined: dict[str, dict[str, str]] = Field(default_factory=dict)
    columns: dict[str, Column]
    tabs: list[Tab]
    folder: Path

    def named_after(self, metrics: Mapping[str, Metric]) -> "Report":
        """Return the report with columns of metrics named as these are; unpublished ones go by their name."""
        columns = {}
        for name, column in self.columns.items():
            if column.metric is not None:
                metric = metrics.get(column.metric)
                label = metric.label if metric else in_words(column.metric)
                unit = metric.unit if metric and metric.unit.startswith(MONEY) else None
                column = column.model_copy(update={"label": label, "unit": unit})
            columns[name] = column
        return self.model_copy(update={"columns": columns})

    def question_of(self, tab: Tab, section: Section) -> str:
        """Return the SQL of a section; raises DeclarationError where there is none."""
        path = self.folder / tab.name / f"{section.name}.sql"
        try:
            return path.read_text(encoding="utf-8").strip()
        except FileNotFoundError as error:
            raise DeclarationError(
                f"the report's section {tab.name}.{section.name} has no question: write {path}"
            ) from error


def read_report(folder: Path) -> Report:
    """Return what `reports/` declares, tabs in their order.

    Raises DeclarationError that names file and key when a file is missing or says what nobody understands.
    """
    main = folder / "report.yml"
    tabs = [
        parse(str(path), "tab", Tab, {"name": path.parent.name, **_yaml(path)})
        for path in sorted(folder.glob("*/_*.yml"))
    ]
    tabs.sort(key=lambda tab: (tab.order, tab.name))
    for tab in tabs:
        names = [section.name for section in tab.sections]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise DeclarationError(
                f"{folder / tab.name}: two sections are called {', '.join(twice)}; rename one"
            )
    return parse(str(main), "report", Report, {**_yaml(main), "tabs": tabs, "folder": folder})


def _yaml(path: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise DeclarationError(f"{path} is missing: it declares the report") from error
    except yaml.YAMLError as error:
        raise DeclarationError(f"{path} is no YAML: {error}") from error
    if not isinstance(content, dict):
        raise DeclarationError(f"{path} must be a mapping of keys, not {type(content).__name__}")
    return content
