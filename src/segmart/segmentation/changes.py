"""The smallest change to a customer's own figures that would move them to another segment.

First one feature alone: along one coordinate the difference of two squared distances is a straight line (of
a mixture, a parabola), so the coordinates nearest to the target are an interval that can be written down (no
search). Where no single feature can do it, all of them together on the line to the target's centre. What is
proposed can be had: it lies within the range seen when fitting, in steps the column can hold, rounded away
from where the customer is; and it was tried by assigning the changed customer.

Principal components are straight lines too. Categories stay as they are: a customer is not told to take up
another occupation. Of a customer who is filled from neighbours no change is known, because every one would
bring other neighbours.
"""

import json

import numpy as np
import pandas as pd

from segmart.learning.preparation import Recipe
from segmart.segmentation.artefact import Artefact
from segmart.segmentation.assignment_rows import assign_rows
from segmart.segmentation.moves import movable, way_to_centre, ways

# On the line to the centroid: how far beyond the border to go when rounding to what columns hold needs room.
ROOM = (1e-9, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0)
# Below this a coordinate of the line does not move.
STILL = 1e-9
UNREACHABLE = "no change within the range customers were seen in leads there"
FILLED = "what is missing is filled from similar customers, and every change would make others similar"


def smallest_change(artefact: Artefact, frame: pd.DataFrame, target_segment_ids: np.ndarray) -> pd.DataFrame:
    """Return for each customer of `frame` the smallest change that moves them to their target segment.

    Columns: the entity, target_segment_id, changes (JSON: a list of feature, from, to), change_in_words,
    scaled_size (Euclidean length in scaled space), flips (whether the changed customer was assigned to the
    target) and reason (null when it flips). A customer who is there already needs no change and flips.
    """
    values = artefact.values(frame)
    targets = np.asarray(target_segment_ids)
    positions = np.searchsorted(artefact.segment_ids, targets).clip(max=len(artefact.segments) - 1)
    is_live = artefact.segment_ids[positions] == targets
    is_there = artefact.positions(values) == positions
    hindrances = _hindrances(artefact, values, is_there)
    can_be_moved = is_live & np.array([reason is None for reason in hindrances], dtype=bool)

    changed = values.copy()
    rows = np.flatnonzero(can_be_moved & ~is_there)
    changed[rows] = _changed_in_one(artefact, values[rows], positions[rows])
    rows = rows[artefact.positions(changed[rows]) != positions[rows]]
    changed[rows] = _changed_together(artefact, values[rows], positions[rows])

    new_values = dict(zip(artefact.features, changed.T, strict=True))
    kept = [artefact.entity, *artefact.preparation.categories]
    changed_frame = frame[kept].assign(**{name: new_values[name] for name in artefact.preparation.numbers})
    arrived = assign_rows(artefact, changed_frame)["segment_id"]
    flips = can_be_moved & (arrived == targets).fillna(False).to_numpy(dtype=bool)
    changed[~flips] = values[~flips]
    sizes = np.linalg.norm(artefact.coordinates(changed) - artefact.coordinates(values), axis=1)
    changes = [_changes(artefact, before, after) for before, after in zip(values, changed, strict=True)]
    reasons = [
        None if flip else _reason(bool(live), why, target)
        for flip, live, why, target in zip(flips, is_live, hindrances, targets, strict=True)
    ]
    return pd.DataFrame(
        {
            artefact.entity: frame[artefact.entity].to_numpy(),
            "target_segment_id": pd.array(targets, dtype="Int32"),
            "changes": pd.array([json.dumps(change) for change in changes], dtype="string"),
            "change_in_words": pd.array(
                [
                    _in_words(artefact, change) if flip else None
                    for change, flip in zip(changes, flips, strict=True)
                ],
                dtype="string",
            ),
            "scaled_size": pd.array(np.where(flips, sizes, np.nan), dtype="Float64"),
            "flips": pd.array(flips, dtype="boolean"),
            "reason": pd.array(reasons, dtype="string"),
        }
    )


def _hindrances(artefact: Artefact, values: np.ndarray, is_there: np.ndarray) -> list[str | None]:
    """Return why a customer of raw values (rows, features) cannot be moved, none where they can or need not.

    `is_there` (rows,) says who is in the target already.
    """
    preparation = artefact.preparation
    coordinates = preparation.coordinates(values)
    numbers = [position for position, name in enumerate(artefact.features) if name in preparation.filled]
    is_filled = np.isnan(values[:, numbers]).any(axis=1) & ~is_there
    return [
        reason or (FILLED if filled else None)
        for reason, filled in zip(preparation.reasons(values, coordinates), is_filled, strict=True)
    ]


def _changed_in_one(artefact: Artefact, values: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Return values (rows, features) with the one feature changed that has the shortest way, if any has."""
    coordinates = artefact.coordinates(values)
    best = np.full(len(values), np.inf)
    changed = values.copy()
    for position, low, high in ways(artefact, coordinates, targets):
        recipe = artefact.recipes[position]
        own = coordinates[:, artefact.preparation.first_columns[recipe.name]]
        proposed = _rounded_into(recipe, own, low, high)
        moved = recipe.coordinates(proposed) - own
        size = np.where((moved > low) & (moved < high), np.abs(moved), np.inf)
        is_better = size < best
        best[is_better] = size[is_better]
        changed[is_better] = values[is_better]
        changed[is_better, position] = proposed[is_better]
    return changed


def _rounded_into(recipe: Recipe, coordinates: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Return the nearest raw value inside the interval of moves, as far as the column can hold one.

    The way goes up when the interval lies above, else down; a value on the border is one step short.
    """
    goes_up = low >= 0
    border = coordinates + np.where(goes_up, low, high)
    reach = recipe.coordinates(np.array([recipe.minimum, recipe.maximum]))
    inside = np.clip(np.nan_to_num(border), *reach)
    value = _outward(recipe, recipe.values(inside), goes_up)
    moved = recipe.coordinates(value) - coordinates
    is_short = np.where(goes_up, moved <= low, moved >= high)
    value = np.where(is_short, value + np.where(goes_up, recipe.step, -recipe.step), value)
    return np.clip(_on_step(recipe, value), recipe.minimum, recipe.maximum)


def _changed_together(artefact: Artefact, values: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Return values (rows, features) moved towards the target's centre until it is the segment there."""
    coordinates = artefact.coordinates(values)
    way, border = way_to_centre(artefact, coordinates, targets)

    changed = values.copy()
    waiting = np.arange(len(values))
    for room in ROOM:
        part = border[waiting] + (1.0 - border[waiting]) * room
        moved = coordinates[waiting] - part[:, None] * way[waiting]
        tried = values[waiting].copy()
        for position, column, recipe in movable(artefact):
            moves = np.abs(way[waiting, column]) > STILL
            value = _outward(recipe, recipe.values(moved[:, column]), way[waiting, column] < 0)
            value = np.clip(value, recipe.minimum, recipe.maximum)
            tried[moves, position] = value[moves]
        arrived = artefact.positions(tried) == targets[waiting]
        changed[waiting[arrived]] = tried[arrived]
        waiting = waiting[~arrived]
    return changed


def _outward(recipe: Recipe, values: np.ndarray, goes_up: np.ndarray) -> np.ndarray:
    """Return values rounded up or down to what the column can hold."""
    steps = values / recipe.step
    # A value that is a step already, but for the last digits of arithmetic, stays one.
    nearest = np.round(steps)
    steps = np.where(
        np.abs(steps - nearest) < 1e-6, nearest, np.where(goes_up, np.ceil(steps), np.floor(steps))
    )
    return _on_step(recipe, steps * recipe.step)


def _on_step(recipe: Recipe, values: np.ndarray) -> np.ndarray:
    return np.round(values, _decimals(recipe))


def _decimals(recipe: Recipe) -> int:
    return max(0, round(-np.log10(recipe.step)))


def _changes(artefact: Artefact, before: np.ndarray, after: np.ndarray) -> list[dict]:
    return [
        {"feature": recipe.name, "from": _plain(recipe, old), "to": _plain(recipe, new)}
        for recipe, old, new in zip(artefact.recipes, before, after, strict=True)
        if old != new and not (np.isnan(old) and np.isnan(new))
    ]


def _plain(recipe: Recipe, value: float) -> int | float | None:
    if np.isnan(value) or np.isinf(value):
        return None
    return int(value) if recipe.step == 1 and value == int(value) else float(value)


def _in_words(artefact: Artefact, changes: list[dict]) -> str:
    if not changes:
        return "no change: already in this segment"
    decimals = {recipe.name: _decimals(recipe) for _, _, recipe in movable(artefact)}
    return "; ".join(
        f"{change['feature']} from "
        + ("missing" if change["from"] is None else f"{change['from']:,.{decimals[change['feature']]}f}")
        + f" to {change['to']:,.{decimals[change['feature']]}f}"
        for change in changes
    )


def _reason(is_live: bool, unassigned: str | None, target: int) -> str:
    if not is_live:
        return f"there is no segment {target}"
    return unassigned or UNREACHABLE
