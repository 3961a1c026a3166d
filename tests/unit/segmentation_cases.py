"""Customers and declarations that the tests of the segmentation engine share."""

import copy
from collections.abc import Callable
from datetime import date

import numpy as np
import pandas as pd

from segmart.learning.preparation import Recipe
from segmart.segmentation import fit_segmentation
from segmart.segmentation.artefact import Artefact, LearnedSegment
from segmart.segmentation.naming import Name, NamedBy
from segmart.segmentation.search import Effort

AS_OF = date(2025, 12, 31)
# Enough to find planted groups, a tenth of the work of a real fit.
QUICK = Effort(
    starts=3,
    reference_draws=8,
    resamples=8,
    inner_starts=2,
    inner_rows=500,
    exact_silhouette_rows=500,
    silhouette_rows=500,
)
# Five places, no two nearer than four in at least one coordinate.
CENTRES = np.array(
    [[0, 0, 0, 0], [8, 0, 4, 0], [0, 8, 0, 4], [4, 4, 8, 8], [8, 8, 4, -4]],
    dtype=float,
)


def blobs(seed: int, rows: int, spread: float = 0.8, features: int = 4) -> tuple[np.ndarray, np.ndarray]:
    """Return standardised points (rows, features) around five places, and the place (rows,) of each."""
    generator = np.random.default_rng(seed)
    places = generator.integers(len(CENTRES), size=rows)
    points = CENTRES[places][:, :features] + spread * generator.normal(size=(rows, features))
    return standardised(points), places


def standardised(points: np.ndarray) -> np.ndarray:
    return (points - points.mean(axis=0)) / points.std(axis=0)


def customers(seed: int, rows: int, population: str = "active", first: int = 0) -> pd.DataFrame:
    """Return customers of five kinds: counts and amounts that separate on a logarithmic scale."""
    generator = np.random.default_rng(seed)
    kinds = generator.integers(len(CENTRES), size=rows)
    logarithms = 3 + CENTRES[kinds] / 2 + 0.2 * generator.normal(size=(rows, 4))
    amounts = np.exp(logarithms)
    return pd.DataFrame(
        {
            "customer_id": [f"C{number:06d}" for number in range(first, first + rows)],
            "as_of_date": AS_OF,
            "activity_status": population,
            "days_since_last_trade": np.round(amounts[:, 0]).astype(int),
            "trade_count_365d": np.round(amounts[:, 1]).astype(int),
            "traded_notional_usd_365d": np.round(amounts[:, 2], 2),
            "net_asset_value_usd": np.round(amounts[:, 3], 2),
            "kind": kinds,
        }
    )


def declaration(**changes) -> dict:
    """Return a declaration of one population, `active`, as YAML would give it."""
    features = [
        {"name": "days_since_last_trade", "transform": "log1p"},
        {"name": "trade_count_365d", "impute": "zero", "transform": "log1p"},
        {"name": "traded_notional_usd_365d", "impute": "zero", "transform": "log1p"},
        {
            "name": "net_asset_value_usd",
            "impute": "median",
            "cap": {"method": "quantile", "lower": 0, "upper": 0.995},
            "transform": "signed_log1p",
            "required": False,
        },
    ]
    declared = {
        "entity": "customer_id",
        "as_of": "as_of_date",
        "population": "activity_status",
        "populations": {
            "active": {
                "rank_by": "traded_notional_usd_365d",
                "segments": {"search": [4, 6]},
                "features": features,
            }
        },
    }
    return declared | changes


def declared_with(change: Callable[[dict], object]) -> dict:
    """Return the declaration with a change made to a copy of it."""
    declared = copy.deepcopy(declaration())
    change(declared)
    return declared


def fit(features: pd.DataFrame, declared: dict | None = None, **changes) -> pd.DataFrame:
    """Return the registry rows of a quick fit."""
    arguments = {"effort": QUICK, "declaration": declared or declaration()} | changes
    return fit_segmentation("rfmn_segments", features=features, **arguments)


def recipe(name: str, **changes) -> Recipe:
    """Return a recipe that leaves values as they are, but for the changes."""
    plain = {
        "impute_value": None,
        "lower": None,
        "upper": None,
        "transform": "none",
        "center": 0.0,
        "scale": 1.0,
        "weight": 1.0,
        "minimum": -100.0,
        "maximum": 100.0,
        "step": 0.01,
    }
    return Recipe(name=name, **(plain | changes))


def artefact(centroids, recipes=None, ids=None, version: int = 1, population: str = "active") -> Artefact:
    """Return an artefact with the given centroids (k, features) in scaled space, named `segment 1`, ..."""
    centroids = np.asarray(centroids, dtype=float)
    recipes = recipes or [recipe(name) for name in "xyzuvw"[: centroids.shape[1]]]
    ids = ids or list(range(1, len(centroids) + 1))
    return Artefact(
        model_name="test_segments",
        model_version=version,
        population=population,
        entity="customer_id",
        recipes=tuple(recipes),
        segments=tuple(
            LearnedSegment(
                segment_id,
                rank,
                Name(f"segment {segment_id}", "call them", NamedBy(len(ids), rank)),
                tuple(centroid),
            )
            for rank, (segment_id, centroid) in enumerate(zip(ids, centroids.tolist(), strict=True), start=1)
        ),
    )


CUSTOMERS = customers(seed=1, rows=400)
NAMES = pd.DataFrame(
    {
        "language": "en",
        "segmentation": "rfmn_segments",
        "population": "active",
        "segment_count": 5,
        "segment_rank": [1, 2, 3, 4, 5],
        "segment_name": ["Small", "Modest", "Middling", "Large", "Great"],
        "recommended_action": "call them",
    }
)
