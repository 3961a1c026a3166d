"""What a fit leaves to be looked at, in long form: metrics with interval and baseline, and points of curves.

What a metric or a curve means stands in the seeds `metric_definitions` and `curve_definitions`, once; a data
test holds every name written here against them.
"""

from dataclasses import asdict, dataclass

from segmart.learning.intervals import Interval

# A cloud of more points than this says no more and is sampled; several clouds stand in one registry row.
CLOUD_POINTS = 2_000


@dataclass(frozen=True)
class Metric:
    """One figure about one candidate.

    `candidate` is what was measured (`random_forest`, `k = 3`), `split` the rows it was measured on
    (`cross-validation`, `holdout`, `fitted rows`), `subgroup` the part of them. `baseline` names what the
    figure is to be compared with and `baseline_value` is that on the same rows.
    """

    candidate: str
    split: str
    metric: str
    value: float | None
    interval_low: float | None
    interval_high: float | None
    row_count: int
    baseline: str | None
    baseline_value: float | None
    is_served: bool
    subgroup: str = "all"

    def as_row(self) -> dict:
        """Return the metric as a plain dictionary."""
        return asdict(self)


@dataclass(frozen=True)
class CurvePoint:
    """One point of a chart: `series` is the line or group it belongs to, `position` its place in the series.

    `label` names a category (a feature, a segment), `x` and `y` are numbers, `y_low` and `y_high` bound y,
    `row_count` is how many customers stand behind the point.
    """

    curve: str
    series: str
    position: int
    x: float | None = None
    y: float | None = None
    label: str | None = None
    y_low: float | None = None
    y_high: float | None = None
    row_count: int | None = None

    def as_row(self) -> dict:
        """Return the point as a plain dictionary of what it holds: thousands of them are stored."""
        return {name: value for name, value in vars(self).items() if value is not None}


def metric_of(
    candidate: str,
    split: str,
    metric: str,
    interval: Interval,
    row_count: int,
    baseline: str | None = None,
    baseline_value: float | None = None,
    is_served: bool = True,
    subgroup: str = "all",
) -> Metric:
    """Return a metric made of a figure with its interval."""
    return Metric(
        candidate=candidate,
        split=split,
        metric=metric,
        value=interval.value,
        interval_low=interval.low,
        interval_high=interval.high,
        row_count=row_count,
        baseline=baseline,
        baseline_value=baseline_value,
        is_served=is_served,
        subgroup=subgroup,
    )
