"""Learned anomaly detectors of one population, complete, as deterministic JSON: never a pickle."""

import base64
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from segmart.anomaly.crowd import Crowd
from segmart.anomaly.declaration import DENSITY
from segmart.anomaly.density import DensityDetector
from segmart.anomaly.isolation import IsolationDetector
from segmart.learning.json_text import to_json
from segmart.learning.preparation import Recipe, coordinates_of
from segmart.learning.stored import artefact_from
from segmart.learning.trees import trees_from_content

FORMAT = 1


@dataclass(frozen=True)
class Artefact:
    """All that is needed to score a customer of one population.

    Recipes in order, `medians` the usual raw value of each feature, both detectors, and the name of the one
    that is `served`.
    """

    model_name: str
    model_version: int
    population: str
    entity: str
    recipes: tuple[Recipe, ...]
    medians: tuple[float, ...]
    served: str
    density: DensityDetector
    isolation: IsolationDetector

    @property
    def features(self) -> list[str]:
        """The learned features, in order."""
        return [recipe.name for recipe in self.recipes]

    @property
    def needed_columns(self) -> list[str]:
        """The columns a customer is scored by."""
        return self.features

    def values(self, frame: pd.DataFrame) -> np.ndarray:
        """Return the raw values (rows, features) of a frame; missing ones are not-a-number."""
        return frame[self.features].to_numpy(dtype=float, na_value=np.nan)

    def coordinates(self, values: np.ndarray) -> np.ndarray:
        """Return the scaled coordinates (rows, features) of raw values."""
        return coordinates_of(self.recipes, values)

    def served_scores(self, values: np.ndarray) -> np.ndarray:
        """Return the score (rows,) of the served detector from raw values (rows, features)."""
        detector = self.density if self.served == DENSITY else self.isolation
        return detector.scores(self.coordinates(values))

    def to_json(self) -> str:
        """Return the artefact as text."""
        return to_json(
            {
                "format": FORMAT,
                "model_name": self.model_name,
                "model_version": self.model_version,
                "population": self.population,
                "entity": self.entity,
                "recipes": [asdict(recipe) for recipe in self.recipes],
                "medians": self.medians,
                "served": self.served,
                "density": _density_content(self.density),
                "isolation": {
                    "trees": self.isolation.trees.as_content(),
                    "sample_rows": self.isolation.sample_rows,
                    "threshold": self.isolation.threshold,
                },
            }
        )


def artefact_from_json(text: str) -> Artefact:
    """Return the artefact of a text; raises InputError when it is not one this version can read."""
    return artefact_from(text, (FORMAT,), _from_content)


def _from_content(content: Mapping[str, Any]) -> Artefact:
    recipes = tuple(Recipe(**recipe) for recipe in content["recipes"])
    isolation = content["isolation"]
    return Artefact(
        model_name=content["model_name"],
        model_version=content["model_version"],
        population=content["population"],
        entity=content["entity"],
        recipes=recipes,
        medians=tuple(content["medians"]),
        served=content["served"],
        density=_density(content["density"], len(recipes)),
        isolation=IsolationDetector(
            trees=trees_from_content(isolation["trees"]),
            sample_rows=isolation["sample_rows"],
            threshold=isolation["threshold"],
        ),
    )


def _density_content(detector: DensityDetector) -> dict[str, Any]:
    """Return a density detector ready for JSON.

    Points are stored in double precision: in single precision some fitted customers would change sides of
    eps. Feature by feature, as the first ones are sorted and compress well.
    """
    return {
        "minimum_neighbours": detector.minimum_neighbours,
        "eps": detector.eps,
        "is_degenerate": detector.is_degenerate,
        "points": _packed(detector.crowd.points.T, "<f8"),
        "counts": _packed(detector.crowd.counts, "<i8"),
        "is_core": _packed(detector.is_core, "|u1"),
    }


def _density(content: Mapping[str, Any], feature_count: int) -> DensityDetector:
    counts = _unpacked(content["counts"], "<i8").astype(int)
    points = _unpacked(content["points"], "<f8").astype(float).reshape(feature_count, len(counts))
    return DensityDetector(
        minimum_neighbours=content["minimum_neighbours"],
        eps=content["eps"],
        crowd=Crowd(np.ascontiguousarray(points.T), counts),
        is_core=_unpacked(content["is_core"], "|u1").astype(bool),
        is_degenerate=content["is_degenerate"],
    )


def _packed(array: np.ndarray, kind: str) -> str:
    return base64.b64encode(zlib.compress(array.astype(kind).tobytes(), 9)).decode()


def _unpacked(text: str, kind: str) -> np.ndarray:
    return np.frombuffer(zlib.decompress(base64.b64decode(text, validate=True)), kind)
