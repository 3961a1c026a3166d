"""The metrics of the marts, read off dbt's manifest: the one definition that report, BI and services share.

They are declared beside the marts, for MetricFlow (`models/marts/**/_*__metrics.yml`). Here each becomes
one SQL aggregate over the rows of its mart, for readers who have a publication and no MetricFlow; a test
holds the two against each other. What cannot be said so is an error: a metric that readers silently miss,
or understand otherwise than MetricFlow does, is worse than none.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from segmart.errors import DeclarationError, InputError

AGGREGATES = {
    "sum": "sum({})",
    "count": "count({})",
    "count_distinct": "count(distinct {})",
    "sum_boolean": "sum(case when {} then 1 else 0 end)",
    "average": "avg({})",
    "min": "min({})",
    "max": "max({})",
}
# Those whose values for groups add up to the value for all.
ADDITIVE = frozenset({"sum", "count", "sum_boolean"})

# What a filter calls a column of its own mart: {{ Dimension('customer__agreement') }}.
DIMENSION = re.compile(r"\{\{\s*Dimension\(\s*['\"](\w+?)__(\w+)['\"]\s*\)\s*\}\}")
TEXT = re.compile(r"'(?:[^']|'')*'")


@dataclass(frozen=True)
class Metric:
    """One figure of a mart: an aggregate over its rows, or over those that meet `filter` where there is one.

    `dimensions` are columns of the mart by which the figure can be asked for; `time` is its column of dates.
    """

    name: str
    label: str
    description: str
    unit: str
    mart: str
    expression: str
    filter: str | None
    dimensions: tuple[str, ...]
    time: str | None

    def query(self, by: Sequence[str] = ()) -> str:
        """Return the SQL that asks the mart for the metric, one row per combination of the columns `by`.

        Raises InputError for a column that is none of its dimensions.
        """
        known = [*self.dimensions, *([self.time] if self.time else [])]
        if unknown := [column for column in by if column not in known]:
            raise InputError(
                f"the metric {self.name} has no dimension {', '.join(unknown)}; it has {', '.join(known)}"
            )
        columns = ",\n    ".join([*by, f"{self.expression} as {self.name}"])
        keys = ", ".join(by)
        parts = [
            f"select\n    {columns}",
            f"from {self.mart}",
            f"where {self.filter}" if self.filter else "",
            f"group by {keys}\norder by {keys}" if by else "",
        ]
        return "\n".join(part for part in parts if part)

    def without(self, columns: Collection[str]) -> "Metric | None":
        """Return the metric for a mart that lacks these columns; None when it is made of one of them."""
        gone = {column.lower() for column in columns}
        words = re.findall(r"\w+", TEXT.sub("", f"{self.expression} {self.filter or ''}").lower())
        if gone.intersection([*words, self.time]):
            return None
        return replace(self, dimensions=tuple(name for name in self.dimensions if name.lower() not in gone))

    def entry(self) -> dict[str, Any]:
        """Return what a publication's manifest says of the metric, under its name."""
        entry = asdict(self) | {"dimensions": list(self.dimensions)}
        del entry["name"]
        return entry


def read_metrics(manifest: Mapping[str, Any], marts: Collection[str]) -> list[Metric]:
    """Return the metrics of these marts in dbt's manifest, sorted by name.

    A metric with `share_of_whole` in its meta brings that share along; one whose meta says `published: false`
    is for MetricFlow alone. Raises DeclarationError for a metric that is neither one aggregate over one mart
    nor a ratio of two, and for one without a unit.
    """
    models = {model["name"]: model for model in manifest["semantic_models"].values()}
    declared = {metric["name"]: metric for metric in manifest["metrics"].values()}
    metrics = []
    for node in declared.values():
        about = {models[model]["node_relation"]["alias"] for model in _models_behind(node, declared, models)}
        if node["config"]["meta"].get("published", True) and about.intersection(marts):
            metrics += _metrics(node, declared, models)
    names = [metric.name for metric in metrics]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise DeclarationError(
            f"two metrics are called {', '.join(twice)}; rename one, or its share_of_whole"
        )
    return sorted(metrics, key=lambda metric: metric.name)


def _metrics(node: dict, declared: dict[str, dict], models: dict[str, dict]) -> list[Metric]:
    """Return the metric that a node declares, and its share of the whole where its meta asks for that."""
    name, meta = node["name"], node["config"]["meta"]
    about = _models_behind(node, declared, models)
    if len(about) > 1:
        raise _unpublishable(name, f"stands on several marts ({', '.join(sorted(about))})")
    model = models[about.pop()]
    if not meta.get("unit"):
        raise DeclarationError(f"the metric {name} has no unit; add one to its meta, for example `unit: USD`")

    if node["type"] == "simple":
        expression = _aggregate(node, model)
        condition = _all_of(_conditions(node, model))
    elif node["type"] == "ratio":
        inputs = [node["type_params"][part] for part in ("numerator", "denominator")]
        if len({(part["name"], part["alias"]) for part in inputs}) == 1:
            raise DeclarationError(
                f"the metric {name} divides {inputs[0]['name']} by itself, and MetricFlow takes both for the "
                "same, whatever their filters; give one of them an alias"
            )
        above, below = (_filtered_aggregate(node, part, declared, model) for part in inputs)
        expression, condition = f"{above} / nullif({below}, 0)", None
    else:
        raise _unpublishable(name, f"is of the type {node['type']}")

    metric = Metric(
        name=name,
        label=node["label"],
        description=node["description"].strip(),
        unit=meta["unit"],
        mart=model["node_relation"]["alias"],
        expression=expression,
        filter=condition,
        dimensions=tuple(
            dimension["name"]
            for dimension in model["dimensions"]
            if dimension["type"] == "categorical" and _column(dimension) == dimension["name"]
        ),
        time=_time(model),
    )
    if "share_of_whole" not in meta:
        return [metric]
    if node["type"] != "simple" or _measure(node, model)["agg"] not in ADDITIVE:
        raise DeclarationError(
            f"the metric {name} has a share_of_whole in its meta, but its groups do not add up to a whole: "
            "only those of sums and counts do; take it out"
        )
    return [metric, _share(metric, meta["share_of_whole"])]


def _share(metric: Metric, said: Mapping[str, str]) -> Metric:
    """Return a metric's share of its sum over all groups of a query, which MetricFlow has no way to say."""
    if missing := [key for key in ("name", "label", "description") if not said.get(key)]:
        raise DeclarationError(
            f"share_of_whole of the metric {metric.name} has no {', '.join(missing)}; add it in its meta"
        )
    return replace(
        metric,
        name=said["name"],
        label=said["label"],
        description=said["description"].strip(),
        unit="share, 0 to 1",
        expression=f"{metric.expression} / nullif(sum({metric.expression}) over (), 0)",
    )


def _models_behind(node: dict, declared: dict[str, dict], models: dict[str, dict]) -> set[str]:
    """Return the names of the semantic models whose measures a metric is made of."""
    measures = {measure["name"] for measure in node["type_params"]["input_measures"]}
    return {
        name
        for name, model in models.items()
        if measures.intersection(measure["name"] for measure in model["measures"])
    }


def _filtered_aggregate(ratio: dict, part: dict, declared: dict[str, dict], model: dict) -> str:
    """Return numerator or denominator of a ratio, with the conditions of all who have a say in it."""
    node = declared[part["name"]]
    if node["type"] != "simple" or part["offset_window"] or part["offset_to_grain"]:
        raise _unpublishable(ratio["name"], f"divides by or with {part['name']}, which is no plain aggregate")
    conditions = [*_conditions(node, model), *_said(part, model, ratio), *_said(ratio, model, ratio)]
    aggregate = _aggregate(node, model)
    return f"{aggregate} filter (where {_all_of(conditions)})" if conditions else aggregate


def _aggregate(node: dict, model: dict) -> str:
    """Return the aggregate of a simple metric, without its conditions."""
    given, measure = node["type_params"]["measure"], _measure(node, model)
    if measure["agg"] not in AGGREGATES or measure["non_additive_dimension"]:
        raise _unpublishable(node["name"], f"aggregates by {measure['agg']}")
    if given["join_to_timespine"] or given["fill_nulls_with"]:
        raise _unpublishable(node["name"], "fills days or values that are not in the mart")
    return AGGREGATES[measure["agg"]].format(_column(measure))


def _measure(node: dict, model: dict) -> dict:
    name = node["type_params"]["measure"]["name"]
    return next(measure for measure in model["measures"] if measure["name"] == name)


def _conditions(node: dict, model: dict) -> list[str]:
    return [*_said(node["type_params"]["measure"], model, node), *_said(node, model, node)]


def _said(filtered: dict, model: dict, node: dict) -> list[str]:
    """Return the filters of a metric, or of what goes into it, as predicates on columns of its mart."""
    columns = {dimension["name"]: _column(dimension) for dimension in model["dimensions"]}
    own = {entity["name"] for entity in model["entities"] if entity["type"] == "primary"}
    own.add(model.get("primary_entity"))

    def column(found: re.Match) -> str:
        entity, dimension = found.groups()
        if entity not in own or dimension not in columns:
            raise _unpublishable(node["name"], f"filters by {entity}__{dimension}, which its mart has not")
        return columns[dimension]

    filters = (filtered.get("filter") or {}).get("where_filters", [])
    said = [DIMENSION.sub(column, each["where_sql_template"]).strip() for each in filters]
    if any("{" in condition for condition in said):
        raise _unpublishable(node["name"], f"has a filter that speaks of more than dimensions ({said})")
    return said


def _time(model: dict) -> str | None:
    name = (model["defaults"] or {}).get("agg_time_dimension")
    return next((_column(each) for each in model["dimensions"] if each["name"] == name), None)


def _column(element: dict) -> str:
    return element["expr"] or element["name"]


def _all_of(conditions: list[str]) -> str | None:
    if len(conditions) < 2:
        return conditions[0] if conditions else None
    return " and ".join(
        f"({each})" if re.search(r"\bor\b", each, re.IGNORECASE) else each for each in conditions
    )


def _unpublishable(name: str, fault: str) -> DeclarationError:
    return DeclarationError(
        f"the metric {name} {fault}: a published metric is one aggregate over the rows of one mart, or a "
        "ratio of two; write it so, or say `published: false` in its meta and leave it to MetricFlow"
    )
