"""The SQL of a partition: from coordinates to the own segment and the next, their distances, and the margin.

Nothing but numbers is written into it. It adds up term by term as `partition` does, so that both forms choose
the same segment to the last bit; square roots and exponentials may differ in the last digit.
"""

from segmart.frames import number
from segmart.segmentation.partition import Centroids, Component, Mixture, Partition

Chain = dict[str, list[str]]


def chain_of(partition: Partition) -> Chain:
    """Return the steps of a chain of selects, each the columns added to those of the one before.

    From `coordinate_0`, ... they lead to `position` and `next_position` (from 1), `distance`,
    `next_distance` and `margin`; what is about the next segment is null where there is one only.
    """
    ways = _mixture_chain(partition) if isinstance(partition, Mixture) else _centroids_chain(partition)
    measured, costs, last = ways
    return measured | {
        "nearest": [f"{_least(costs)} as own_cost"],
        "own": [f"{_position_of('own_cost', costs)} as position"],
        "next": [f"{_least_other(costs)} as next_cost"],
        "following": [f"{_next_position(costs)} as next_position"],
        "measured": last,
    }


def _centroids_chain(partition: Centroids) -> tuple[Chain, list[str], list[str]]:
    """Return the steps before the least cost is looked for, the columns of costs, and the last columns."""
    costs = _numbered("cost", partition.segment_count)
    squared = [_squared(centroid) for centroid in partition.centroids.tolist()]
    distance, next_distance = "sqrt(own_cost)", "sqrt(next_cost)"
    return (
        {"costs": _as(squared, costs)},
        costs,
        [
            f"{distance} as distance",
            f"{next_distance} as next_distance",
            f"case when {next_distance} + {distance} = 0 then 0e0 "
            f"else ({next_distance} - {distance}) / ({next_distance} + {distance}) end as margin",
        ],
    )


def _mixture_chain(partition: Mixture) -> tuple[Chain, list[str], list[str]]:
    """Return the steps before the least cost is looked for, the columns of costs, and the last columns."""
    count = partition.segment_count
    squared, costs = _numbered("squared", count), _numbered("cost", count)
    along, squares = [], []
    for position, component in enumerate(partition.components, start=1):
        terms = _along(component)
        names = [f"along_{position}_{axis}" for axis in range(len(terms))]
        along += _as(terms, names)
        squares.append(" + ".join(f"{name} * {name}" for name in names))
    offsets = [number(component.offset) for component in partition.components]
    total = " + ".join(f"exp((own_cost - {cost}) / 2e0)" for cost in costs)
    return (
        {
            "along_axes": along,
            "distances": _as(squares, squared),
            "costs": [
                f"{name} + {offset} as {cost}"
                for name, offset, cost in zip(squared, offsets, costs, strict=True)
            ],
        },
        costs,
        [
            f"sqrt({_chosen('position', squared)}) as distance",
            f"sqrt({_chosen('next_position', squared)}) as next_distance",
            f"(1e0 - exp((own_cost - next_cost) / 2e0)) / ({total}) as margin",
        ],
    )


def _squared(centroid: list[float]) -> str:
    """Return the squared distance to a centroid, added up feature by feature as in numpy."""
    return " + ".join(
        f"(coordinate_{i} - {number(c)}) * (coordinate_{i} - {number(c)})" for i, c in enumerate(centroid)
    )


def _along(component: Component) -> list[str]:
    """Return the distances to a component's mean along its axes; a factor of 0 adds nothing."""
    return [
        " + ".join(
            f"(coordinate_{row} - {number(component.mean[row])}) * {number(factors[axis])}"
            for row, factors in enumerate(component.precision_factor)
            if factors[axis] != 0.0
        )
        for axis in range(len(component.mean))
    ]


def _numbered(name: str, count: int) -> list[str]:
    return [f"{name}_{position}" for position in range(1, count + 1)]


def _as(expressions: list[str], names: list[str]) -> list[str]:
    return [f"{expression} as {name}" for expression, name in zip(expressions, names, strict=True)]


def _least(columns: list[str]) -> str:
    return columns[0] if len(columns) == 1 else f"least({', '.join(columns)})"


def _position_of(value: str, costs: list[str], but_not: str | None = None) -> str:
    """Return the position of the first cost equal to a value, but for the position named by a column."""
    cases = " ".join(
        f"when {cost} = {value}{f' and {but_not} <> {position}' if but_not else ''} then {position}"
        for position, cost in enumerate(costs, start=1)
    )
    return f"case {cases} end"


def _least_other(costs: list[str]) -> str:
    if len(costs) == 1:
        return "cast(null as double)"
    # Greater than any cost: coordinates are limited.
    others = [
        f"case when position = {position} then 1e300 else {cost} end"
        for position, cost in enumerate(costs, start=1)
    ]
    return f"least({', '.join(others)})"


def _next_position(costs: list[str]) -> str:
    if len(costs) == 1:
        return "cast(null as integer)"
    return _position_of("next_cost", costs, but_not="position")


def _chosen(position: str, columns: list[str]) -> str:
    """Return the column that a position names."""
    cases = " ".join(f"when {number} then {column}" for number, column in enumerate(columns, start=1))
    return f"case {position} {cases} end"
