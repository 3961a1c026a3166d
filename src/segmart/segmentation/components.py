"""Principal components of the scaled coordinates (Pearson 1901).

The first two are the plane in which segments are drawn; that is for charts only. Where a declaration asks for
it, segments are learned in as many as it says: that is `reduction`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from segmart.learning.preparation import rounded

COMPONENTS = 2
# A direction with less than this share of the variance is rounding, not a direction.
SMALLEST_SHARE = 1e-12


@dataclass(frozen=True)
class Components:
    """A plane, or a space of more dimensions, through the middle of the points.

    `mean` (coordinates,) is its origin, `loadings` (components, coordinates) its directions, each of length
    1, and `explained_shares` (components,) the part of the points' variance along each. Points that lie on a
    line, or have one coordinate only, have no second direction: its loadings and its share are 0.
    """

    mean: tuple[float, ...]
    loadings: tuple[tuple[float, ...], ...]
    explained_shares: tuple[float, ...]

    def places(self, points: np.ndarray) -> np.ndarray:
        """Return where points (rows, coordinates) lie in it (rows, components).

        Added up term by term, as the SQL form does it.
        """
        centred = np.moveaxis(points - np.array(self.mean), -1, 0)
        along = np.zeros((len(self.loadings), *centred.shape[1:]))
        for number, direction in enumerate(self.loadings):
            for column, loading in zip(centred, direction, strict=True):
                along[number] += column * loading
        return np.moveaxis(along, 0, -1)

    def points_at(self, places: np.ndarray) -> np.ndarray:
        """Return the points (rows, coordinates) at the given places (rows, components): the way back."""
        return np.array(self.mean) + places @ np.array(self.loadings)


def principal_components(points: np.ndarray, count: int = COMPONENTS) -> Components:
    """Return the first principal components, two or more, of points (rows, coordinates).

    An eigenvector has no sign of its own: the largest loading of each is made positive, so that a chart is
    not mirrored by a refit, and an axis is read as more of that feature.
    """
    centre = points.mean(axis=0)
    # Not a product of matrices: its last digits would hang on the number of threads.
    scatter = np.einsum("ri,rj->ij", points - centre, points - centre)
    variances, directions = np.linalg.eigh(scatter)
    total = float(variances.sum())
    shares, loadings = np.zeros(count), np.zeros((count, len(centre)))
    for number, position in enumerate(np.argsort(-variances, kind="stable")[:count]):
        if variances[position] > SMALLEST_SHARE * total:
            shares[number] = variances[position] / total
            loadings[number] = _signed(directions[:, position])
    return Components(
        mean=tuple(rounded(centre).tolist()),
        loadings=tuple(tuple(direction) for direction in rounded(loadings).tolist()),
        explained_shares=tuple(rounded(shares).tolist()),
    )


def components_from_content(content: Mapping[str, Any]) -> Components:
    """Return the components of an artefact's content; raises KeyError or TypeError when it holds none."""
    return Components(
        mean=tuple(content["mean"]),
        loadings=tuple(tuple(direction) for direction in content["loadings"]),
        explained_shares=tuple(content["explained_shares"]),
    )


def _signed(direction: np.ndarray) -> np.ndarray:
    # Rounded first: of loadings that are equal but for the last digit the first one decides.
    return direction * np.sign(direction[np.argmax(np.abs(rounded(direction)))])
