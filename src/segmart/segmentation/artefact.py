"""A learned segmentation of one population, complete, as deterministic JSON: never a pickle."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from segmart.learning.categories import CategoryRecipe
from segmart.learning.json_text import to_json
from segmart.learning.neighbours import Neighbours, neighbours_from_content
from segmart.learning.preparation import Recipe
from segmart.learning.recipes import AnyRecipe
from segmart.learning.stored import artefact_from
from segmart.segmentation.components import Components, components_from_content
from segmart.segmentation.naming import Name, NamedBy
from segmart.segmentation.partition import Centroids, Component, Mixture, Partition, component_from_content
from segmart.segmentation.preparation import Preparation
from segmart.segmentation.ranking import Ranking, ranking_from_content

# Segments around centroids; segments that are components of a mixture; and either with categories, neighbours
# or a reduction before them. Who knows only an earlier one would assign customers of a later one wrongly.
FORMAT, MIXTURE_FORMAT, PREPARED_FORMAT = 1, 2, 3
# A champion that can place fewer of today's customers neither lends its ids by members nor defends itself.
PLACEABLE_SHARE = 0.5


@dataclass(frozen=True)
class LearnedSegment:
    """One segment: who it is, and its centroid in the space that is divided.

    A segment of a mixture has its `component` too, which decides who belongs to it; the centroid is the mean
    of those who do.
    """

    segment_id: int
    rank: int
    name: Name
    centroid: tuple[float, ...]
    component: Component | None = None


@dataclass(frozen=True)
class Artefact:
    """All that is needed to assign a customer of one population: recipes in order, segments by id.

    `components` are the plane to draw them in; an artefact written before it was kept has none. `neighbours`
    and `reduction` are steps of the preparation, `ranking` says by what segments are ranked if not by one
    feature; most have none of these.
    """

    model_name: str
    model_version: int
    population: str
    entity: str
    recipes: tuple[AnyRecipe, ...]
    segments: tuple[LearnedSegment, ...]
    components: Components | None = None
    neighbours: Neighbours | None = None
    reduction: Components | None = None
    ranking: Ranking | None = None

    @cached_property
    def preparation(self) -> Preparation:
        """The way from raw values to the points that are divided."""
        return Preparation(tuple(self.recipes), self.neighbours, self.reduction)

    @property
    def features(self) -> list[str]:
        """The learned features, in order."""
        return self.preparation.features

    @property
    def needed_columns(self) -> list[str]:
        """The columns a customer is assigned by."""
        return self.features

    @property
    def segment_ids(self) -> np.ndarray:
        """The segment ids (k,), ascending: the order of every array about segments."""
        return np.array([segment.segment_id for segment in self.segments], dtype=int)

    @property
    def segment_names(self) -> np.ndarray:
        """The segment names (k,), in the order of the ids."""
        return np.array([segment.name.segment_name for segment in self.segments], dtype=object)

    @property
    def centroids(self) -> np.ndarray:
        """The centroids (k, dimensions) in the space that is divided."""
        return np.array([segment.centroid for segment in self.segments], dtype=float)

    @property
    def partition(self) -> Partition:
        """Which segment any point belongs to, as a position in the order of the ids."""
        if self.is_mixture:
            return Mixture(tuple(segment.component for segment in self.segments))
        return Centroids(self.centroids)

    @property
    def is_mixture(self) -> bool:
        """Whether segments are components of a mixture."""
        return self.segments[0].component is not None

    def values(self, frame: pd.DataFrame) -> np.ndarray:
        """Return the raw values (rows, features) of a frame; missing ones are not-a-number."""
        return self.preparation.values(frame)

    def coordinates(self, values: np.ndarray) -> np.ndarray:
        """Return the scaled coordinates (rows, coordinates) of raw values."""
        return self.preparation.coordinates(values)

    def points(self, values: np.ndarray) -> np.ndarray:
        """Return the points (rows, dimensions) of raw values in the space that is divided."""
        return self.preparation.points(values)

    def positions(self, values: np.ndarray) -> np.ndarray:
        """Return the position (rows,) of the segment of each row, -1 where a coordinate is not defined."""
        points = self.points(values)
        return np.where(np.isnan(points).any(axis=1), -1, self.partition.positions(points))

    def positions_of_most(self, frame: pd.DataFrame) -> np.ndarray | None:
        """Return the positions (rows,), or none when these customers are no longer the artefact's to judge.

        That is when the frame lacks a feature, or fewer than half of its rows can be placed.
        """
        if not set(self.features) <= set(frame.columns):
            return None
        positions = self.positions(self.values(frame))
        return positions if (positions >= 0).mean() >= PLACEABLE_SHARE else None

    def renamed(self, model_version: int, names: Mapping[int, Name]) -> "Artefact":
        """Return the same segments under other names, as another version."""
        segments = tuple(replace(segment, name=names[segment.segment_id]) for segment in self.segments)
        return replace(self, model_version=model_version, segments=segments)

    def to_json(self) -> str:
        """Return the artefact as text; what it does not have is not in it."""
        content = asdict(self)
        for key in ("neighbours", "reduction", "ranking"):
            if content[key] is None:
                del content[key]
        if not self.is_mixture:
            for segment in content["segments"]:
                del segment["component"]
        return to_json({"format": self._format, **content})

    @property
    def _format(self) -> int:
        """The oldest format that whoever reads it must know."""
        if self.neighbours or self.reduction or self.preparation.categories:
            return PREPARED_FORMAT
        return MIXTURE_FORMAT if self.is_mixture else FORMAT


def artefact_from_json(text: str) -> Artefact:
    """Return the artefact of a text; raises InputError when it is not one this version can read."""
    return artefact_from(text, (FORMAT, MIXTURE_FORMAT, PREPARED_FORMAT), _from_content)


def _from_content(content: Mapping[str, Any]) -> Artefact:
    is_mixture = content["format"] == MIXTURE_FORMAT or any(
        "component" in segment for segment in content["segments"]
    )
    # No formats of their own: whoever reads an artefact without them, or does not know them, assigns alike.
    components, ranking = content.get("components"), content.get("ranking")
    neighbours, reduction = content.get("neighbours"), content.get("reduction")
    return Artefact(
        model_name=content["model_name"],
        model_version=content["model_version"],
        population=content["population"],
        entity=content["entity"],
        recipes=tuple(_recipe(recipe) for recipe in content["recipes"]),
        segments=tuple(_segment(segment, is_mixture) for segment in content["segments"]),
        components=components_from_content(components) if components else None,
        neighbours=neighbours_from_content(neighbours) if neighbours else None,
        reduction=components_from_content(reduction) if reduction else None,
        ranking=ranking_from_content(ranking) if ranking else None,
    )


def _recipe(content: Mapping[str, Any]) -> AnyRecipe:
    if "levels" not in content:
        return Recipe(**content)
    return CategoryRecipe(**{**content, "levels": tuple(content["levels"])})


def _segment(content: Mapping[str, Any], is_mixture: bool) -> LearnedSegment:
    name = Name(
        segment_name=content["name"]["segment_name"],
        recommended_action=content["name"]["recommended_action"],
        named_by=NamedBy(**content["name"]["named_by"]),
    )
    return LearnedSegment(
        segment_id=content["segment_id"],
        rank=content["rank"],
        name=name,
        centroid=tuple(content["centroid"]),
        component=component_from_content(content["component"]) if is_mixture else None,
    )
