"""Segments ranked by several features, each with the direction in which risk moves with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from segmart.learning.preparation import rounded
from segmart.segmentation.clustering import means_of
from segmart.segmentation.preparation import Preparation


@dataclass(frozen=True)
class Ranking:
    """The features that rank segments, the sign each counts with, and their mean coordinates when fitting.

    How risky a customer is, in this order, is the sum of sign x coordinate; weights are in the coordinates.
    """

    features: tuple[str, ...]
    signs: tuple[int, ...]
    usual: tuple[float, ...]

    def contributions(self, preparation: Preparation, coordinates: np.ndarray) -> np.ndarray:
        """Return by how much each feature (rows, features) raises a customer above the average one.

        In scaled units, from coordinates (rows, coordinates); below 0 where it lowers them.
        """
        columns = [preparation.first_columns[name] for name in self.features]
        return (coordinates[:, columns] - np.array(self.usual)) * np.array(self.signs)


def ranking_of(signs: Mapping[str, int], preparation: Preparation, coordinates: np.ndarray) -> Ranking | None:
    """Return the ranking by those of the features that were learned from; none when none was.

    One that is left out is empty or the same for everybody: it would not have changed the order.
    """
    learned = [name for name in signs if name in preparation.features]
    if not learned:
        return None
    columns = [preparation.first_columns[name] for name in learned]
    return Ranking(
        features=tuple(learned),
        signs=tuple(signs[name] for name in learned),
        usual=tuple(rounded(coordinates[:, columns].mean(axis=0)).tolist()),
    )


def order_by_risk(
    ranking: Ranking,
    preparation: Preparation,
    coordinates: np.ndarray,
    labels: np.ndarray,
    centroids: np.ndarray,
) -> np.ndarray:
    """Return the positions (k,) of segments from the lowest mean risk of their members to the highest.

    `labels` (rows,) say who is in which segment. Of an empty one the way back from its centroid, of
    `centroids` (k, dimensions of points), stands in. Equal ones keep their order.
    """
    risk = ranking.contributions(preparation, coordinates).sum(axis=1)
    of_members = means_of(risk[:, None], labels, len(centroids))[:, 0]
    of_centroids = ranking.contributions(preparation, preparation.coordinates_at(centroids)).sum(axis=1)
    return np.argsort(rounded(np.where(np.isnan(of_members), of_centroids, of_members)), kind="stable")


def rank_in_words(features: list[str]) -> str:
    """Return what segments are ranked by, for the name of a segment nobody named."""
    others = len(features) - 1
    if not others:
        return features[0]
    return f"{features[0]} and {others} other{'s' if others > 1 else ''}"


def ranking_from_content(content: Mapping[str, Any]) -> Ranking:
    """Return the ranking of an artefact's content; raises KeyError or TypeError when it holds none."""
    return Ranking(tuple(content["features"]), tuple(content["signs"]), tuple(content["usual"]))
