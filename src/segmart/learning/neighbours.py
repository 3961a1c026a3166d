"""Missing coordinates from similar customers: the mean over the nearest of some donors.

The nearest by the coordinates that both have (Troyanskaya et al. 2001), as scikit-learn's KNNImputer has it
on the same donors. Our own because donors are kept as text with a model, a build that fits nothing need not
import scikit-learn, and a customer must be filled alone as among others, to the last bit: sums are added up
coordinate by coordinate, never as a product of matrices.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from segmart.learning.hashing import hash_order
from segmart.learning.preparation import rounded

# A donor stands for others like them; more digits would be kept for nothing.
DONOR_DIGITS = 6
# Distances that are in memory at a time, 8 megabytes of them.
BLOCK_DISTANCES = 2**20


@dataclass(frozen=True)
class Neighbours:
    """Donors in the order of their hashes, scaled coordinates each, and how many of them make a mean.

    `features` are the names of those that are filled. A donor may have gaps too: such a one fills what they
    know, and their distance is taken over what both know.
    """

    count: int
    features: tuple[str, ...]
    donors: tuple[tuple[float | None, ...], ...]

    @cached_property
    def _points(self) -> np.ndarray:
        """The donors' coordinates (donors, coordinates), not-a-number where one is missing."""
        return np.array(self.donors, dtype=float)

    def filled(self, coordinates: np.ndarray) -> np.ndarray:
        """Return coordinates (rows, coordinates) with the missing ones filled as far as anybody knows them.

        A row stays as it is where no donor has a coordinate in common with it.
        """
        filled = coordinates.copy()
        rows = np.flatnonzero(np.isnan(coordinates).any(axis=1))
        size = max(1, BLOCK_DISTANCES // len(self.donors))
        for start in range(0, len(rows), size):
            block = rows[start : start + size]
            filled[block] = self._filled(coordinates[block])
        return filled

    def _filled(self, rows: np.ndarray) -> np.ndarray:
        """Return some rows filled; ties go to the donor who comes first."""
        filled = rows.copy()
        distances = self._distances(rows)
        nearest = np.argsort(distances, axis=1, kind="stable")[:, : self.count]
        for column, known in enumerate((~np.isnan(self._points)).T):
            needy = np.flatnonzero(np.isnan(rows[:, column]))
            of_donors, chosen = distances[needy], nearest[needy]
            if not known.all():
                of_donors = np.where(known, of_donors, np.inf)
                chosen = np.argsort(of_donors, axis=1, kind="stable")[:, : self.count]
            is_usable = np.isfinite(np.take_along_axis(of_donors, chosen, axis=1))
            given = np.where(is_usable, self._points[chosen, column], 0.0)
            total = np.zeros(len(needy))
            for one in given.T:
                total += one
            with np.errstate(invalid="ignore"):
                filled[needy, column] = total / is_usable.sum(axis=1)
        return filled

    def _distances(self, rows: np.ndarray) -> np.ndarray:
        """Return squared distances (rows, donors) over the coordinates both have, brought to those of all.

        Infinite where there is none in common.
        """
        squared = np.zeros((len(rows), len(self.donors)))
        in_common = np.zeros(squared.shape)
        for own, theirs in zip(rows.T, self._points.T, strict=True):
            difference = own[:, None] - theirs
            is_known = ~np.isnan(difference)
            squared += np.where(is_known, difference * difference, 0.0)
            in_common += is_known
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(in_common > 0, squared * (rows.shape[1] / in_common), np.inf)


def fit_neighbours(
    coordinates: np.ndarray, values: np.ndarray, features: Iterable[str], count: int, donors: int
) -> Neighbours:
    """Return the neighbours of customers whose coordinates (rows, coordinates) have gaps.

    Donors are those with the fewest gaps, of equals those whose raw `values` (rows, features) hash lowest:
    complete customers, and others only where there are too few of them. What is hashed is what customers are
    and not who: under other keys, or in another order, the same ones are donors.
    """
    place = np.argsort(hash_order(_identities(values)), kind="stable")
    chosen = np.lexsort([place, np.isnan(coordinates).sum(axis=1)])[:donors]
    chosen = chosen[np.argsort(place[chosen])]
    return Neighbours(
        count=count,
        features=tuple(features),
        donors=tuple(
            tuple(None if np.isnan(number) else number for number in row)
            for row in rounded(coordinates[chosen], DONOR_DIGITS).tolist()
        ),
    )


def _identities(values: np.ndarray) -> list[str]:
    """Return a text (rows,) for each row of values; rows that are equal are numbered, not taken as one.

    Otherwise the many customers with nothing would be donors all together, or none of them.
    """
    # One bit pattern for every missing value and for both zeros.
    bytes_of = [row.tobytes() for row in np.where(np.isnan(values), np.nan, values + 0.0).astype("<f8")]
    seen: Counter[bytes] = Counter()
    identities = []
    for content in bytes_of:
        identities.append(f"{content.hex()}#{seen[content]}")
        seen[content] += 1
    return identities


def neighbours_from_content(content: Mapping[str, Any]) -> Neighbours:
    """Return the neighbours of an artefact's content; raises KeyError or TypeError when it holds none."""
    return Neighbours(
        count=content["count"],
        features=tuple(content["features"]),
        donors=tuple(tuple(donor) for donor in content["donors"]),
    )
