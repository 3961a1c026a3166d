"""A learned segmentation of one population, complete, as deterministic JSON: never a pickle."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from segmart.errors import InputError
from segmart.learning.json_text import to_json
from segmart.learning.preparation import Recipe, coordinates_of
from segmart.segmentation.clustering import squared_distances
from segmart.segmentation.components import Components, components_from_content
from segmart.segmentation.naming import Name, NamedBy

FORMAT = 1
# A champion that can place fewer of today's customers neither lends its ids by members nor defends itself.
PLACEABLE_SHARE = 0.5


@dataclass(frozen=True)
class LearnedSegment:
    """One segment: who it is, and its centroid in scaled space, one number per feature."""

    segment_id: int
    rank: int
    name: Name
    centroid: tuple[float, ...]


@dataclass(frozen=True)
class Artefact:
    """All that is needed to assign a customer of one population: recipes in order, segments by id.

    `components` are the plane to draw them in; an artefact written before it was kept has none.
    """

    model_name: str
    model_version: int
    population: str
    entity: str
    recipes: tuple[Recipe, ...]
    segments: tuple[LearnedSegment, ...]
    components: Components | None = None

    @property
    def features(self) -> list[str]:
        """The learned features, in order."""
        return [recipe.name for recipe in self.recipes]

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
        """The centroids (k, features) in scaled space."""
        return np.array([segment.centroid for segment in self.segments], dtype=float)

    def values(self, frame: pd.DataFrame) -> np.ndarray:
        """Return the raw values (rows, features) of a frame; missing ones are not-a-number."""
        return frame[self.features].to_numpy(dtype=float, na_value=np.nan)

    def coordinates(self, values: np.ndarray) -> np.ndarray:
        """Return the scaled coordinates (rows, features) of raw values."""
        return coordinates_of(self.recipes, values)

    def positions(self, values: np.ndarray) -> np.ndarray:
        """Return the position (rows,) of the nearest segment, -1 where a coordinate is not defined."""
        squared = squared_distances(self.coordinates(values), self.centroids)
        return np.where(np.isnan(squared).any(axis=1), -1, squared.argmin(axis=1))

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
        """Return the artefact as text."""
        return to_json({"format": FORMAT, **asdict(self)})


def artefact_from_json(text: str) -> Artefact:
    """Return the artefact of a text; raises InputError when it is not one this version can read."""
    try:
        content = json.loads(text)
        if content["format"] != FORMAT:
            raise ValueError(f"its format is {content['format']}, not {FORMAT}")
        # Not a format of its own: whoever reads an artefact without it, or does not know it, assigns alike.
        components = content.get("components")
        return Artefact(
            model_name=content["model_name"],
            model_version=content["model_version"],
            population=content["population"],
            entity=content["entity"],
            recipes=tuple(Recipe(**recipe) for recipe in content["recipes"]),
            segments=tuple(_segment(segment) for segment in content["segments"]),
            components=components_from_content(components) if components else None,
        )
    except (ValueError, TypeError, KeyError) as error:
        raise InputError(
            f"a registry row holds an artefact that cannot be read: {error}. "
            "Remedy: remove that row from the registry, or read it with the version that wrote it."
        ) from error


def _segment(content: Mapping[str, Any]) -> LearnedSegment:
    name = Name(
        segment_name=content["name"]["segment_name"],
        recommended_action=content["name"]["recommended_action"],
        named_by=NamedBy(**content["name"]["named_by"]),
    )
    return LearnedSegment(content["segment_id"], content["rank"], name, tuple(content["centroid"]))
