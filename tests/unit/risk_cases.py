"""Customers, declarations and fits that the tests of the risk engine share."""

from datetime import date

import duckdb
import numpy as np
import pandas as pd

from segmart.learning.preparation import Recipe
from segmart.risk import fit_risk
from segmart.risk.regression.customers import Customers

AS_OF = date(2025, 12, 31)
SEGMENTS = ("Prudent", "Balanced", "Adventurous")
# One engine for all tables of a fit: to open one for each frame takes longer than to learn.
SESSION = duckdb.connect()


def customers(seed: int, rows: int, within: float = 0.0, noise: float = 0.08) -> pd.DataFrame:
    """Return invested customers of three segments with a risk score that depends on the segment.

    `within` is how much it also depends, inside a segment, on the exposure to volatility. Features differ
    between segments, so that a model can learn the segment's mean from them in any case.
    """
    generator = np.random.default_rng(seed)
    segment = generator.integers(3, size=rows)
    exposure = generator.uniform(-1, 1, rows)
    score = 0.2 + 0.3 * segment + within * exposure + noise * generator.normal(size=rows)
    return pd.DataFrame(
        {
            "customer_id": [f"C{number:06d}" for number in range(rows)],
            "as_of_date": AS_OF,
            "investment_status": "invested",
            "trades_per_week": np.exp(segment + 0.1 * generator.normal(size=rows)),
            "volatility_exposure": 0.2 + 0.3 * segment + 0.1 * exposure,
            "avg_holding_days": np.exp(5 - segment + 0.3 * generator.normal(size=rows)),
            "segment_name": np.array(SEGMENTS)[segment],
            "risk_score": np.clip(score, 0, 1),
        }
    )


def declaration(**changes) -> dict:
    """Return a declaration as YAML would give it, with the candidate that is quickest to train."""
    declared = {
        "task": "regression",
        "entity": "customer_id",
        "as_of": "as_of_date",
        "label": {"column": "risk_score", "minimum": 0, "maximum": 1},
        "segment": {"column": "segment_name"},
        "features": [
            {"name": "trades_per_week", "transform": "log1p"},
            {"name": "volatility_exposure", "impute": "median"},
            {"name": "avg_holding_days", "impute": "median", "transform": "log1p", "required": False},
        ],
        "candidates": {"linear": {}},
    }
    return declared | changes


def fit(table: pd.DataFrame, declared: dict | None = None, **changes) -> pd.DataFrame:
    """Return the registry rows of a fit; one table holds features, labels and segments unless told."""
    given = {"features": table, "labels": table, "segments": table} | changes
    relations = {
        name: SESSION.from_df(value) if isinstance(value, pd.DataFrame) else value
        for name, value in given.items()
    }
    return fit_risk("risk_appetite", declared or declaration(), **relations)


def recipe(name: str, **changes) -> Recipe:
    """Return a recipe that leaves values as they are and imputes 0, but for the changes."""
    plain = {
        "impute_value": 0.0,
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


def people(values: np.ndarray, segments: list | None = None, first: int = 0, **changes) -> Customers:
    """Return customers with the given feature values (rows, features)."""
    names = [f"feature_{number}" for number in range(values.shape[1])]
    return Customers(
        keys=np.array([f"C{number:06d}" for number in range(first, first + len(values))], dtype=object),
        values=values,
        segments=np.array(segments or [None] * len(values), dtype=object),
        recipes=tuple(recipe(name, **changes) for name in names),
    )


BOTH = {"linear": {}, "xgboost": {"trees": 40, "learning_rate": 0.2}}
FLAT = customers(seed=1, rows=600)
PLANTED = customers(seed=1, rows=600, within=0.15)
