"""The plane in which segments are drawn: the first two principal components of the scaled coordinates.

For charts only. Customers are assigned in all dimensions, never in these two.
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
    """A plane through the middle of the points.

    `mean` (features,) is its origin, `loadings` (2, features) its two directions, each of length 1, and
    `explained_shares` (2,) the part of the points' variance along each. Points that lie on a line, or have
    one feature only, have no second direction: its loadings and its share are 0.
    """

    mean: tuple[float, ...]
    loadings: tuple[tuple[float, ...], ...]
    explained_shares: tuple[float, ...]

    def places(self, points: np.ndarray) -> np.ndarray:
        """Return where points (rows, features) lie in the plane (rows, 2)."""
        return (points - np.array(self.mean)) @ np.array(self.loadings).T


def principal_components(points: np.ndarray) -> Components:
    """Return the first two principal components (Pearson 1901) of points (rows, features).

    An eigenvector has no sign of its own: the largest loading of each is made positive, so that a chart is
    not mirrored by a refit, and an axis is read as more of that feature.
    """
    centre = points.mean(axis=0)
    # Not a product of matrices: its last digits would hang on the number of threads.
    scatter = np.einsum("ri,rj->ij", points - centre, points - centre)
    variances, directions = np.linalg.eigh(scatter)
    total = float(variances.sum())
    shares, loadings = np.zeros(COMPONENTS), np.zeros((COMPONENTS, len(centre)))
    for number, position in enumerate(np.argsort(-variances, kind="stable")[:COMPONENTS]):
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
