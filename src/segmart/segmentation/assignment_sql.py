"""The SQL of an assignment: nothing but quoted column names and numbers is written into it.

Names of populations and segments, the reasons in words and the levels of categories come as four small
tables (`populations`, `segments`, `reasons`, `levels`) that the select joins. Each population is a chain of
selects, one step of the arithmetic each: values, coordinates, principal components where they are declared,
and what `partition_sql` makes of them.
"""

from dataclasses import dataclass

from segmart.frames import LARGEST_DOUBLE, double_of, number, quoted, text_of
from segmart.learning.categories import CategoryRecipe
from segmart.learning.preparation import COORDINATE_LIMIT, Recipe
from segmart.learning.unusable import Reason, reasons_of
from segmart.segmentation.artefact import Artefact
from segmart.segmentation.components import Components
from segmart.segmentation.declaration import Segmentation
from segmart.segmentation.partition_sql import chain_of


@dataclass(frozen=True)
class Branch:
    """How one population is assigned: by an artefact, or not at all for a reason."""

    number: int
    population: str
    artefact: Artefact | None
    reason: str | None


def select_assignments(declared: Segmentation, branches: list[Branch]) -> str:
    """Return the select: one row per row of `features`, assigned or with a reason."""
    steps = [f"numbered as (\n{_numbered(declared)}\n)"]
    for branch in branches:
        if branch.artefact:
            steps += _steps(declared, branch.number, branch.artefact)
    learned = [branch.number for branch in branches if branch.artefact]
    parts = [f"select * from population_{number}_placed" for number in learned]
    parts.append(_unplaced(declared, learned))
    steps.append("placed as (\n" + "\nunion all\n".join(parts) + "\n)")
    return "with\n\n" + ",\n\n".join(steps) + "\n\n" + _final(declared)


def _numbered(declared: Segmentation) -> str:
    """Give each row the number of its population."""
    if declared.population is None:
        value, condition = "populations.population", "populations.population_number = 1"
    else:
        value = f"cast(features.{quoted(declared.population)} as varchar)"
        condition = f"{value} = populations.population"
    return (
        f"select features.*, {value} as segmart_population, populations.population_number as segmart_number\n"
        f"from features left join populations on {condition}"
    )


def _steps(declared: Segmentation, branch: int, artefact: Artefact) -> list[str]:
    """Return the chain of selects of one population, each reading the one before."""
    numbers = [
        (position, recipe) for position, recipe in enumerate(artefact.recipes) if isinstance(recipe, Recipe)
    ]
    chain = {
        "values": [_keys(declared), *(_value(i, recipe) for i, recipe in enumerate(artefact.recipes))],
        "capped": ["*", *(f"{_capped(r, f'value_{i}')} as capped_{i}" for i, r in numbers)],
        **_coordinates_chain(artefact),
        **{step: ["*", *columns] for step, columns in chain_of(artefact.partition).items()},
        "placed": [
            "entity, as_of_date, population, population_number",
            f"{artefact.model_version} as model_version",
            "reason_number, position, distance, next_position, next_distance, margin",
        ],
    }
    steps = []
    source = f"numbered{_joined_levels(branch, artefact)}\nwhere segmart_number = {branch}"
    for name, columns in chain.items():
        listed = ",\n    ".join(columns)
        steps.append(f"population_{branch}_{name} as (\nselect\n    {listed}\nfrom {source}\n)")
        source = f"population_{branch}_{name}"
    return steps


def _keys(declared: Segmentation) -> str:
    return (
        f"{quoted(declared.entity)} as entity, {quoted(declared.as_of)} as as_of_date, "
        "segmart_population as population, segmart_number as population_number"
    )


def _joined_levels(branch: int, artefact: Artefact) -> str:
    """Return the joins that give each category's text its code; names of the lookup's columns are its own."""
    return "".join(
        f"\nleft join (\n    select level as segmart_level_{i}, code as segmart_code_{i} from levels\n"
        f"    where population_number = {branch} and feature_position = {i}\n"
        f") as levels_{i} on {text_of(recipe.name)} = levels_{i}.segmart_level_{i}"
        for i, recipe in enumerate(artefact.recipes)
        if isinstance(recipe, CategoryRecipe)
    )


def _value(position: int, recipe: Recipe | CategoryRecipe) -> str:
    """Return a feature's raw value: a number as a double, a text as the code of its level."""
    if isinstance(recipe, Recipe):
        return f"{double_of(recipe.name)} as value_{position}"
    unknown = f"case when {text_of(recipe.name)} is null then {recipe.missing} else {recipe.other} end"
    return f"coalesce(segmart_code_{position}, {unknown}) as value_{position}"


def _coordinates_chain(artefact: Artefact) -> dict[str, list[str]]:
    """Return the steps to `coordinate_0`, ...: where points lie in the space that is divided."""
    expressions = []
    for position, recipe in enumerate(artefact.recipes):
        if isinstance(recipe, Recipe):
            expressions.append(_coordinate(recipe, f"capped_{position}"))
        else:
            expressions += [
                f"case when value_{position} = {code} then {number(recipe.weight)} else 0e0 end"
                for code in range(len(recipe.level_names))
            ]
    reason, reduction = f"{_reason(artefact)} as reason_number", artefact.reduction
    name = "coordinate" if reduction is None else "scaled"
    scaled = [f"{expression} as {name}_{i}" for i, expression in enumerate(expressions)]
    chain = {"coordinates": ["*", reason, *scaled]}
    if reduction is None:
        return chain
    return chain | {"components": ["*", *_places(reduction)]}


def _places(reduction: Components) -> list[str]:
    """Return the places along the components, added up coordinate by coordinate as in numpy."""
    return [
        " + ".join(
            f"(scaled_{i} - {number(mean)}) * {number(loading)}"
            for i, (mean, loading) in enumerate(zip(reduction.mean, direction, strict=True))
        )
        + f" as coordinate_{component}"
        for component, direction in enumerate(reduction.loadings)
    ]


def _capped(recipe: Recipe, value: str) -> str:
    if recipe.impute_value is not None:
        value = f"coalesce({value}, {number(recipe.impute_value)})"
    if recipe.lower is not None:
        value = f"greatest({value}, {number(recipe.lower)})"
    if recipe.upper is not None:
        value = f"least({value}, {number(recipe.upper)})"
    return value


def _coordinate(recipe: Recipe, capped: str) -> str:
    # A logarithm of a negative would stop the query; such rows have their reason already.
    transformed = {
        "none": capped,
        "log1p": f"ln(1e0 + greatest({capped}, 0e0))",
        "signed_log1p": f"sign({capped}) * ln(1e0 + abs({capped}))",
    }[recipe.transform]
    scaled = f"({transformed} - {number(recipe.center)}) / {number(recipe.scale)} * {number(recipe.weight)}"
    return f"least(greatest({scaled}, {number(-COORDINATE_LIMIT)}), {number(COORDINATE_LIMIT)})"


def _reason(artefact: Artefact) -> str:
    """Return the number of the first reason that applies, or null."""
    conditions = {
        "missing": "value_{0} is null",
        "infinite": f"abs(value_{{0}}) > {LARGEST_DOUBLE}",
        "negative": "capped_{0} < 0",
    }
    cases = " ".join(
        f"when {conditions[reason.kind].format(reason.position)} then {reason.number}"
        for reason in reasons_of(artefact.recipes)
    )
    return f"case when entity is null then {Reason.KEY} {cases} end"


def _unplaced(declared: Segmentation, learned: list[int]) -> str:
    """Return the rows of populations without a champion, and those of no declared population."""
    elsewhere = f"segmart_number is null or segmart_number not in ({', '.join(map(str, learned))})"
    return (
        f"select {_keys(declared)}, cast(null as integer) as model_version, "
        f"case when {quoted(declared.entity)} is null then {Reason.KEY} "
        f"when segmart_number is not null then {Reason.NOT_LEARNED} "
        f"when segmart_population is null then {Reason.NO_POPULATION} "
        f"else {Reason.UNDECLARED} end as reason_number, cast(null as integer) as position, "
        "cast(null as double) as distance, cast(null as integer) as next_position, "
        "cast(null as double) as next_distance, cast(null as double) as margin\n"
        f"from numbered{f' where {elsewhere}' if learned else ''}"
    )


def _final(declared: Segmentation) -> str:
    """Put words to numbers; what was computed for a row that has a reason is dropped."""
    is_assigned = "placed.reason_number is null"
    return f"""select
    placed.entity as {quoted(declared.entity)},
    placed.as_of_date as as_of_date,
    placed.population as population,
    cast(placed.model_version as bigint) as model_version,
    cast(own.segment_id as integer) as segment_id,
    own.segment_name as segment_name,
    case when {is_assigned} then placed.distance end as distance,
    cast(following.segment_id as integer) as next_segment_id,
    following.segment_name as next_segment_name,
    case when {is_assigned} then placed.next_distance end as next_distance,
    case when {is_assigned} then placed.margin end as margin,
    reasons.reason as unassigned_reason

from placed

left join segments as own
    on placed.population_number = own.population_number
    and placed.position = own.position
    and {is_assigned}

left join segments as following
    on placed.population_number = following.population_number
    and placed.next_position = following.position
    and {is_assigned}

-- Reasons that do not depend on the population have number 0.
left join reasons
    on placed.reason_number = reasons.reason_number
    and case when placed.reason_number < {Reason.NOT_LEARNED} then 0 else placed.population_number end
    = reasons.population_number
"""
