"""Customers and declarations that the tests of the anomaly engine share."""

import copy
from collections.abc import Callable
from datetime import date

import numpy as np
import pandas as pd

from segmart.anomaly import fit_anomalies
from segmart.anomaly.population import Effort

AS_OF = date(2025, 12, 31)
# Enough to see whether flags come back, a fraction of the work of a real fit.
QUICK = Effort(eps_tried=6, refits=3)
PLANTED = 8


def customers(seed: int = 1, rows: int = 600, population: str = "invested") -> pd.DataFrame:
    """Return customers of two usual kinds, the last eight of them planted far from both.

    Savers trade little and hold long, traders the other way round; the planted ones trade sixty times a week,
    own millions, or do both.
    """
    generator = np.random.default_rng(seed)
    trades_often = generator.random(rows) < 0.4
    frame = pd.DataFrame(
        {
            "customer_id": [f"C{number:06d}" for number in range(rows)],
            "as_of_date": AS_OF,
            "investment_status": population,
            "trades_per_week": np.where(trades_often, 6.0, 1.0) * np.exp(0.2 * generator.normal(size=rows)),
            "portfolio_value_usd": np.round(np.exp(9 + 0.5 * generator.normal(size=rows)), 2),
            "avg_holding_days": np.where(trades_often, 20, 300) * np.exp(0.2 * generator.normal(size=rows)),
        }
    )
    last = frame.index[-PLANTED:]
    frame.loc[last, "trades_per_week"] = np.linspace(40, 90, PLANTED)
    frame.loc[last[::2], "portfolio_value_usd"] = np.linspace(2e6, 9e6, PLANTED // 2)
    return frame


def declaration(**changes) -> dict:
    """Return a declaration of one population, `invested`, as YAML would give it."""
    features = [
        {"name": "trades_per_week", "transform": "log1p"},
        {"name": "portfolio_value_usd", "transform": "log1p"},
        {"name": "avg_holding_days", "impute": "median", "transform": "log1p", "required": False},
    ]
    declared = {
        "entity": "customer_id",
        "as_of": "as_of_date",
        "population": "investment_status",
        "left_out": {"not invested": "nothing is held"},
        "populations": {
            "invested": {"features": features, "isolation": {"trees": 30, "sample_rows": 128}},
        },
    }
    return declared | changes


def declared_with(change: Callable[[dict], object]) -> dict:
    """Return the declaration with a change made to a copy of its one population."""
    declared = copy.deepcopy(declaration())
    change(declared["populations"]["invested"])
    return declared


def fit(features: pd.DataFrame, declared: dict | None = None, **changes) -> pd.DataFrame:
    """Return the registry rows of a quick fit."""
    arguments = {"effort": QUICK, "declaration": declared or declaration()} | changes
    return fit_anomalies("trading_anomalies", features=features, **arguments)


CUSTOMERS = customers()
IS_PLANTED = np.arange(len(CUSTOMERS)) >= len(CUSTOMERS) - PLANTED
