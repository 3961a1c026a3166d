"""Segment ids that survive a refit: a challenger's segments matched to the champion's, with their lineage.

Ids are matched by common members: both models divide the same customers of today, and the optimal one-to-one
assignment (Kuhn 1955) of segments is the one that leaves most customers on their id. That holds whatever
changed between the two, features included. Where the champion cannot place today's customers (it needs a
column that is gone), centroids are compared in its scaled space over the features both have.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from segmart.learning.categories import CategoryRecipe
from segmart.learning.recipes import AnyRecipe
from segmart.segmentation.artefact import Artefact
from segmart.segmentation.naming import Name
from segmart.segmentation.preparation import Preparation
from segmart.segmentation.stability import contingency

# At least this part of a segment's customers must have had the id it inherits.
INHERITING_SHARE = 0.5
# More than this part of a segment going one way is most of it.
MAJORITY = 0.5


class Segment(NamedTuple):
    """A segment as its history knows it."""

    segment_id: int
    segment_name: str


@dataclass(frozen=True)
class History:
    """What a fit must know of earlier ones: the champion, if any, and the next segment id never used."""

    champion: Artefact | None = None
    next_id: int = 1

    @property
    def known_names(self) -> dict[int, Name]:
        """The champion's names by segment id."""
        return (
            {segment.segment_id: segment.name for segment in self.champion.segments} if self.champion else {}
        )

    @property
    def known_segments(self) -> list[Segment]:
        """The champion's segments, by id."""
        return [Segment(segment_id, name.segment_name) for segment_id, name in self.known_names.items()]


def identify(
    history: History,
    frame: pd.DataFrame,
    preparation: Preparation,
    centroids: np.ndarray,
    labels: np.ndarray,
) -> tuple[list[int], np.ndarray | None]:
    """Return the id of each new segment, and the members common with each old one (old, new) where known.

    `centroids` (k, dimensions) and `labels` (rows,) describe the new segments in rank order, `preparation`
    how their points came about, `frame` holds the same rows with the champion's features as far as they
    exist.
    """
    champion = history.champion
    if champion is None:
        return give_ids(len(centroids), {}, [], history.next_id), None
    overlap = None
    before = champion.positions_of_most(frame)
    if before is not None:
        placed = before >= 0
        overlap = contingency(before[placed], labels[placed], len(champion.segments), len(centroids))
    known = overlap is not None
    matched = match_by_members(overlap) if known else _match_in_common(champion, preparation, centroids)
    return give_ids(len(centroids), matched, champion.segment_ids.tolist(), history.next_id), overlap


def match_by_members(overlap: np.ndarray) -> dict[int, int]:
    """Return new position -> old position from common members (old, new), maximising customers that stay.

    A new segment inherits an id only if at least half of its customers had it: a handful that went to a large
    new segment must not give it their name.
    """
    from scipy.optimize import linear_sum_assignment

    eligible = np.where(overlap >= INHERITING_SHARE * overlap.sum(axis=0), overlap, 0)
    pairs = zip(*linear_sum_assignment(eligible, maximize=True), strict=True)
    return {int(new): int(old) for old, new in pairs if eligible[old, new] > 0}


def match_by_centroids(old: np.ndarray, new: np.ndarray) -> dict[int, int]:
    """Return new position -> old position, minimising squared distances of centroids in one space.

    A pair farther apart than half the way between the two nearest old centroids is no match.
    """
    from scipy.optimize import linear_sum_assignment

    between = np.linalg.norm(old[:, None] - old, axis=2)
    between[np.diag_indices(len(old))] = np.inf
    distances = np.linalg.norm(old[:, None] - new, axis=2)
    pairs = zip(*linear_sum_assignment(distances**2), strict=True)
    return {
        int(new_one): int(old_one)
        for old_one, new_one in pairs
        if distances[old_one, new_one] <= between.min() / 2
    }


def _match_in_common(champion: Artefact, preparation: Preparation, centroids: np.ndarray) -> dict[int, int]:
    """Match segments by their centroids, in the champion's scaled space over the coordinates both have.

    That is the numbers both were learned from and the levels both know.
    """
    theirs = champion.preparation
    before, now = theirs.coordinates_at(champion.centroids), preparation.coordinates_at(centroids)
    ours = {label: column for column, label in enumerate(preparation.labels)}
    old, new = [], []
    for column, label in enumerate(theirs.labels):
        if label not in ours:
            continue
        recipe = theirs.recipes[theirs.parents[column]]
        own = preparation.recipes[preparation.parents[ours[label]]]
        if type(recipe) is type(own):
            old.append(before[:, column])
            new.append(_rescaled(now[:, ours[label]], own, recipe))
    return match_by_centroids(np.stack(old, axis=1), np.stack(new, axis=1)) if old else {}


def _rescaled(coordinates: np.ndarray, own: AnyRecipe, recipe: AnyRecipe) -> np.ndarray:
    """Return coordinates (k,) that one recipe has scaled as another one scales them."""
    if isinstance(own, CategoryRecipe):
        return own.shares(coordinates) * recipe.weight
    return recipe.coordinates(own.values(coordinates))


def give_ids(segment_count: int, matched: dict[int, int], old_ids: list[int], next_id: int) -> list[int]:
    """Return the id of each new segment: inherited where matched, else the next never used, in rank order."""
    ids = []
    for position in range(segment_count):
        if position in matched:
            ids.append(old_ids[matched[position]])
        else:
            ids.append(next_id)
            next_id += 1
    return ids


def lineage(overlap: np.ndarray | None, old: list[Segment], new: list[Segment]) -> list[dict]:
    """Return what became of each segment, as rows: kept, birth, death, split, merge.

    `overlap` (old, new) counts common members; none when they are unknown. `customer_count` and
    `customer_share` are those of the common members, the share of the old segment. A split is an old segment
    that most members of two or more new ones come from; a merge a new one that most members of two or more
    old ones went to.
    """
    old_ids, new_ids = {segment.segment_id for segment in old}, {segment.segment_id for segment in new}
    rows = []
    for position, segment in enumerate(new):
        if segment.segment_id in old_ids:
            before = [one.segment_id for one in old].index(segment.segment_id)
            count = None if overlap is None else int(overlap[before, position])
            share = None if not count else count / int(overlap[before].sum())
            rows.append(_row("kept", segment, [segment.segment_id], [segment.segment_id], count, share))
        else:
            rows.append(_row("birth", segment, [], [segment.segment_id]))
    rows += [
        _row("death", segment, [segment.segment_id], [])
        for segment in old
        if segment.segment_id not in new_ids
    ]
    if overlap is None or not old:
        return rows

    came_from = overlap > MAJORITY * np.maximum(overlap.sum(axis=0), 1)
    went_to = overlap > MAJORITY * np.maximum(overlap.sum(axis=1), 1)[:, None]
    for position in np.flatnonzero(came_from.sum(axis=1) > 1):
        into = [new[i].segment_id for i in np.flatnonzero(came_from[position])]
        rows.append(_row("split", old[position], [old[position].segment_id], into))
    for position in np.flatnonzero(went_to.sum(axis=0) > 1):
        merged = [old[i].segment_id for i in np.flatnonzero(went_to[:, position])]
        rows.append(_row("merge", new[position], merged, [new[position].segment_id]))
    return rows


def _row(event: str, segment: Segment, before: list[int], after: list[int], count=None, share=None) -> dict:
    return {
        "event": event,
        "segment_id": segment.segment_id,
        "segment_name": segment.segment_name,
        "from_segment_ids": before,
        "into_segment_ids": after,
        "customer_count": count,
        "customer_share": share,
    }
