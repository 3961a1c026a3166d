"""The smallest change by an applicant's own hand that would move the decision.

Every step of every lever is tried by scoring, the nearest first, so nothing is assumed of the model: neither
that risk moves one way only nor that it is smooth. Where no single step is enough, pairs of steps on a
coarser grid are. The number found is then brought nearer to what it was by halving the way, made readable,
and scored again: what is stated has been tried (counterfactual explanations: Wachter, Mittelstadt & Russell
2017).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from segmart.risk.classification.explaining.levers import LeverGrids
from segmart.risk.classification.explaining.plain_numbers import exact_text, plain_text, rounded_away
from segmart.risk.classification.explaining.trials import Changes, changed_probabilities

Probability = Callable[[pd.DataFrame], np.ndarray]

MOST_CHANGES = 2
# Of each number in a pair, every fifth step.
COARSE_STEP = 5
# Steps tried before it is asked who still needs more; most need few.
FIRST_TRIED = 16
# Bounds the table of all pairs.
ROWS_AT_ONCE = 4_000
HALVINGS = 16
# A stated number has as few significant digits as let it pass.
READABLE_DIGITS = (3, 4, 5, 6, 9, 12)
NO_LEVER = "no feature that the applicant can change is declared, or none was learned"
NOTHING_MOVES = "nothing that the applicant can change is known, or it cannot go the way that is allowed"


@dataclass(frozen=True)
class _Steps:
    """All steps of all levers (steps,): of which lever, to which value, and whether also tried in pairs."""

    levers: np.ndarray
    values: np.ndarray
    is_coarse: np.ndarray


def counterfactuals(
    features: pd.DataFrame, probability: Probability, cut_off: float, grids: LeverGrids
) -> pd.DataFrame:
    """Return for each declined row the smallest change that brings its probability below the cut-off.

    `probability` gives those (rows,) of a frame like `features`. Smallest: by the share of the learned rows
    passed over, a category counting `levers.CATEGORY_SIZE`, the sum of both in a pair. Columns for n of 1
    and 2: change_n_feature, change_n_from, change_n_to (text); probability_after_change; and
    no_change_reason, null when there is one. Indexed as the features. A row alone gets what it gets among
    others.
    """
    steps = _steps_of(grids)
    parts = [
        _of_part(features.iloc[start : start + ROWS_AT_ONCE], probability, cut_off, grids, steps)
        for start in range(0, max(1, len(features)), ROWS_AT_ONCE)
    ]
    return pd.concat(parts) if len(parts) > 1 else parts[0]


def _of_part(
    features: pd.DataFrame, probability: Probability, cut_off: float, grids: LeverGrids, steps: _Steps
) -> pd.DataFrame:
    sizes = _sizes(features, grids)
    levers = np.full((len(features), MOST_CHANGES), -1)
    values = np.full((len(features), MOST_CHANGES), np.nan)
    after = np.full(len(features), np.nan)

    def scored(changes: Changes) -> np.ndarray:
        return changed_probabilities(features, probability, grids, changes)

    for candidates in _candidates(steps):
        waiting = np.flatnonzero(levers[:, 0] < 0)
        found, chosen = _smallest(scored, cut_off, steps, candidates, sizes, waiting)
        width = candidates.shape[1]
        changes = Changes(found, steps.levers[candidates[chosen]], steps.values[candidates[chosen]])
        for slot in range(width):
            changes = _sharpened(scored, cut_off, features, grids, changes, slot)
        levers[found, :width], values[found, :width] = changes.levers, changes.values
        after[found] = scored(changes)
    return _told(features, grids, levers, values, after, np.isfinite(sizes).any(axis=1))


def _steps_of(grids: LeverGrids) -> _Steps:
    levers, values, is_coarse = [], [], []
    for lever, grid in enumerate(grids.grids):
        count = len(grid.values)
        levers += [lever] * count
        values += list(grid.values) if grid.is_number else list(range(count))
        # Both ends of the grid are among them, whatever the count.
        evenly = np.round(np.linspace(0, count - 1, max(2, -(-count // COARSE_STEP)))) if count else []
        is_coarse += [not grid.is_number or step in evenly for step in range(count)]
    return _Steps(np.array(levers, dtype=int), np.array(values, dtype=float), np.array(is_coarse, dtype=bool))


def _sizes(features: pd.DataFrame, grids: LeverGrids) -> np.ndarray:
    """Return how large each step is from each row (rows, steps); infinite where it is none."""
    columns = [
        grid.sizes(
            features[grid.feature].to_numpy(dtype=float if grid.is_number else object, na_value=np.nan)
        )
        for grid in grids.grids
    ]
    return np.concatenate([np.empty((len(features), 0)), *columns], axis=1)


def _candidates(steps: _Steps) -> Iterator[np.ndarray]:
    """Yield what is tried as positions of steps: single ones (n, 1), then pairs of two levers (n, 2)."""
    yield np.arange(len(steps.levers))[:, None]
    pairs = [
        (one, other)
        for one, other in combinations(np.flatnonzero(steps.is_coarse), 2)
        if steps.levers[one] != steps.levers[other]
    ]
    yield np.array(pairs, dtype=int).reshape(-1, 2)


def _smallest(
    scored: Callable[[Changes], np.ndarray],
    cut_off: float,
    steps: _Steps,
    candidates: np.ndarray,
    sizes: np.ndarray,
    waiting: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows for which a candidate passes, and the position of the smallest one that does.

    The nearest are tried first, and only who has found nothing tries those farther away.
    """
    found, chosen = [], []
    own = sizes[waiting]
    total = sum(own[:, of_slot] for of_slot in candidates.T)
    order = np.argsort(total, axis=1, kind="stable")
    reach = np.isfinite(total).sum(axis=1)
    left = np.arange(len(waiting))
    start, stop = 0, FIRST_TRIED
    while len(left := left[reach[left] > start]):
        place = np.arange(start, min(stop, order.shape[1]))
        is_tried = place < reach[left][:, None]
        tried = candidates[order[left][:, place][is_tried]]
        rows = np.repeat(waiting[left], is_tried.sum(axis=1))
        passes = np.zeros(is_tried.shape, dtype=bool)
        passes[is_tried] = scored(Changes(rows, steps.levers[tried], steps.values[tried])) < cut_off
        has_passed = passes.any(axis=1)
        arrived = left[has_passed]
        found.append(waiting[arrived])
        chosen.append(order[arrived, start + passes[has_passed].argmax(axis=1)])
        left = left[~has_passed]
        start, stop = stop, stop * 3
    return np.concatenate([np.empty(0, int), *found]), np.concatenate([np.empty(0, int), *chosen])


def _sharpened(
    scored: Callable[[Changes], np.ndarray],
    cut_off: float,
    features: pd.DataFrame,
    grids: LeverGrids,
    changes: Changes,
    slot: int,
) -> Changes:
    """Return changes that pass with the number in one slot brought as near to what it was as still passes.

    Halving keeps a passing end, whatever the model does between. Of the readable numbers from there to the
    step on the grid, which passes and was seen, the one with the fewest digits that passes too.
    """
    has_more = np.array([not grid.is_complete for grid in grids.grids], dtype=bool)
    positions = np.flatnonzero(has_more[changes.levers[:, slot]])
    own = changes.take(positions)
    told = _numbers(features, grids, own.rows, own.levers[:, slot])
    is_whole = np.array([grid.is_whole for grid in grids.grids], dtype=bool)[own.levers[:, slot]]
    on_grid = own.values[:, slot].copy()
    goes_up = on_grid > told

    def passes(at: np.ndarray | slice, numbers: np.ndarray) -> np.ndarray:
        values = own.values[at].copy()
        values[:, slot] = numbers
        return scored(Changes(own.rows[at], own.levers[at], values)) < cut_off

    failing, passing = told.copy(), on_grid.copy()
    for _ in range(HALVINGS):
        middle = failing + (passing - failing) / 2
        middle = np.where(is_whole, np.where(goes_up, np.ceil(middle), np.floor(middle)), middle)
        arrives = passes(slice(None), middle)
        passing = np.where(arrives, middle, passing)
        failing = np.where(arrives, failing, middle)

    stated = on_grid.copy()
    waiting = np.arange(len(own.rows))
    for digits in READABLE_DIGITS:
        tried = rounded_away(passing[waiting], goes_up[waiting], digits, is_whole[waiting])
        is_between = np.where(goes_up[waiting], tried <= on_grid[waiting], tried >= on_grid[waiting])
        arrives = is_between & passes(waiting, tried)
        stated[waiting[arrives]] = tried[arrives]
        waiting = waiting[~arrives]
    values = changes.values.copy()
    values[positions, slot] = stated
    return Changes(changes.rows, changes.levers, values)


def _numbers(features: pd.DataFrame, grids: LeverGrids, rows: np.ndarray, levers: np.ndarray) -> np.ndarray:
    """Return what the feature of a number's lever is now (n,), each of its own row and lever."""
    told = np.empty(len(rows))
    for lever in np.unique(levers):
        column = features[grids.grids[lever].feature].to_numpy(dtype=float, na_value=np.nan)
        told[levers == lever] = column[rows[levers == lever]]
    return told


def _told(
    features: pd.DataFrame,
    grids: LeverGrids,
    levers: np.ndarray,
    values: np.ndarray,
    after: np.ndarray,
    can_move: np.ndarray,
) -> pd.DataFrame:
    columns = {}
    for slot in range(MOST_CHANGES):
        told = np.full((len(features), 3), None, dtype=object)
        for lever, grid in enumerate(grids.grids):
            rows = np.flatnonzero(levers[:, slot] == lever)
            before = features[grid.feature].to_numpy()[rows]
            to = values[rows, slot]
            told[rows, 0] = grid.feature
            if grid.is_number:
                told[rows, 1] = [plain_text(value) for value in before]
                told[rows, 2] = [exact_text(value) for value in to]
            else:
                told[rows, 1] = before
                told[rows, 2] = [grid.values[int(position)] for position in to]
        for part, name in enumerate(("feature", "from", "to")):
            columns[f"change_{slot + 1}_{name}"] = pd.array(told[:, part], dtype="string")
    columns["probability_after_change"] = pd.array(after, dtype="Float64")
    reasons = np.where(levers[:, 0] < 0, _why_there_is_none(grids, can_move), None)
    columns["no_change_reason"] = pd.array(reasons, dtype="string")
    return pd.DataFrame(columns, index=features.index)


def _why_there_is_none(grids: LeverGrids, can_move: np.ndarray) -> np.ndarray:
    names = [grid.feature for grid in grids.grids]
    if not names:
        return np.full(len(can_move), NO_LEVER, dtype=object)
    which = names[0] if len(names) == 1 else f"one or two of {', '.join(names)}"
    return np.where(can_move, f"no change of {which} within what was seen before is enough", NOTHING_MOVES)
