"""Customers with gaps and texts, and declarations with every step of a preparation, for several tests."""

import json
from datetime import date

import duckdb
import numpy as np
import pandas as pd
from segmentation_cases import QUICK

from segmart.segmentation import assign_segments, fit_segmentation
from segmart.segmentation.artefact import Artefact, artefact_from_json

AS_OF = date(2025, 12, 31)
OCCUPATIONS = ("clerk", "dentist", "farmer's son", 'the "boss"')
# By tier: expected volume on a logarithmic scale, the share of it that is cash, alerts, years as a customer.
TIERS = np.array([[8.0, 0.1, 0.0, 20.0], [9.0, 0.4, 2.0, 10.0], [10.0, 0.7, 5.0, 2.0]])
SHARES = (0.6, 0.3, 0.1)


def bank_customers(seed: int = 1, rows: int = 400, missing: float = 0.1) -> pd.DataFrame:
    """Return customers of three tiers of risk; in three columns a share of the values is missing."""
    generator = np.random.default_rng(seed)
    tiers = generator.choice(3, size=rows, p=SHARES)
    volume, cash, alerts, years = TIERS[tiers].T
    frame = pd.DataFrame(
        {
            "customer_id": [f"C{number:05d}" for number in range(rows)],
            "as_of_date": AS_OF,
            "is_pep": (generator.random(rows) < np.array([0.0, 0.02, 0.9])[tiers]).astype(int),
            "volume_usd": np.round(np.exp(volume + 0.2 * generator.normal(size=rows)), 2),
            "cash_ratio": np.round(np.clip(cash + 0.05 * generator.normal(size=rows), 0, 1), 4),
            "alert_count": generator.poisson(alerts).astype(float),
            "account_age_years": np.round(years + generator.normal(size=rows), 1),
            "occupation": np.array(OCCUPATIONS, dtype=object)[generator.integers(4, size=rows)],
            "tier": tiers,
        }
    )
    for name in ("volume_usd", "cash_ratio", "occupation"):
        frame.loc[generator.random(rows) < missing, name] = None
    return frame


def bank_declaration(**changes) -> dict:
    """Return a declaration of three segments, ranked by five features; changes are the population's."""
    population = {
        "rank_by": {
            "is_pep": "increasing",
            "volume_usd": "increasing",
            "cash_ratio": "increasing",
            "alert_count": "increasing",
            "account_age_years": "decreasing",
        },
        "neighbours": {"count": 3, "donors": 100},
        "segments": {"fixed": 3, "because": "the bank has three tiers", "search": [3, 3]},
        "features": [
            {"name": "is_pep"},
            {"name": "volume_usd", "impute": "knn", "transform": "log1p"},
            {"name": "cash_ratio", "impute": "knn"},
            {"name": "alert_count", "transform": "log1p"},
            {"name": "account_age_years"},
            {"name": "occupation", "kind": "category", "weight": 0.3, "required": False},
        ],
    }
    return {"entity": "customer_id", "as_of": "as_of_date", "populations": {"all": population | changes}}


def without_neighbours(**changes) -> dict:
    """Return the declaration with medians in place of neighbours, so that it is assigned in SQL."""
    declared = bank_declaration(**changes)
    (population,) = declared["populations"].values()
    del population["neighbours"]
    for feature in population["features"]:
        if feature.get("impute") == "knn":
            feature["impute"] = "median"
    return declared


def fitted(frame: pd.DataFrame, declared: dict, **more) -> pd.DataFrame:
    """Return the registry rows of a quick fit."""
    return fit_segmentation("bank_tiers", declared, frame, effort=QUICK, **more)


def learned(frame: pd.DataFrame, declared: dict) -> Artefact:
    """Return the artefact of a quick fit."""
    return artefact_from_json(fitted(frame, declared).artefact[0])


def assigned(frame: pd.DataFrame, declared: dict, registry: pd.DataFrame) -> pd.DataFrame:
    """Return the assignment of a table, by customer, whichever form computes it."""
    found = assign_segments(duckdb.connect(), "bank_tiers", declared, frame, registry)
    table = found.df() if hasattr(found, "df") else found.read_all().to_pandas()
    return table.sort_values("customer_id", ignore_index=True)


def ranks(registry: pd.DataFrame) -> dict[int, int]:
    """Return the rank of each segment id of the last row."""
    return {one["segment_id"]: one["segment_rank"] for one in json.loads(registry.segments.iloc[-1])}


def assert_equal_assignments(first: pd.DataFrame, second: pd.DataFrame) -> None:
    """Two forms of an assignment are equal: numbers but for the last digits of a square root."""
    for column in ("distance", "next_distance", "margin"):
        one, other = (frame[column].to_numpy(float, na_value=np.nan) for frame in (first, second))
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-9)
    for column in ("customer_id", "segment_id", "segment_name", "next_segment_id", "unassigned_reason"):
        one, other = (
            frame[column].astype(object).where(frame[column].notna(), None) for frame in (first, second)
        )
        assert one.tolist() == other.tolist(), column
