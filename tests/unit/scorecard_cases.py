"""Applicants to learn a scorecard from: awkward names, missing values, levels that look like SQL."""

from typing import Any

import numpy as np
import pandas as pd

from segmart.risk.scorecard import FittedScorecard, ScorecardOptions, fit_scorecard

INCOME, AGE = "income (USD, yearly)", 'age "in years"'
PURPOSE, TOWN, NOISE = "loan-purpose [stated]", "town", "shoe size"
# Named in the order of their risk.
PURPOSES = ["home", "car'; drop table x; --", 'art "deco"', "naïve \\ idea 🎲"]


def applicants(rows: int = 4_000, seed: int = 1) -> tuple[pd.DataFrame, np.ndarray]:
    """Return applicants and labels (rows,): risk falls with income, rises with age and along the purposes."""
    random = np.random.default_rng(seed)
    income = np.round(random.lognormal(10, 0.5, rows), -2)
    age = np.floor(random.uniform(18, 75, rows))
    purpose = random.integers(0, len(PURPOSES), rows)
    risk = -2 - 1.2 * (np.log(income) - 10) + 0.03 * (age - 40) + 0.5 * purpose
    labels = (random.random(rows) < 1 / (1 + np.exp(-risk))).astype(int)
    income[random.random(rows) < np.where(labels == 1, 0.2, 0.05)] = np.nan
    stated = np.array(PURPOSES, dtype=object)[purpose]
    stated[random.random(rows) < 0.03] = None
    frame = pd.DataFrame(
        {
            INCOME: income,
            AGE: age,
            PURPOSE: pd.Series(stated, dtype=object),
            TOWN: pd.Series([f"town {number}" for number in random.integers(0, 2_000, rows)], dtype=object),
            NOISE: random.normal(size=rows),
        }
    )
    return frame, labels


def fit(frame: pd.DataFrame, labels: np.ndarray, directions: Any = None, **options: Any) -> FittedScorecard:
    """Return a scorecard fitted with some options."""
    return fit_scorecard(frame, labels, directions or {}, ScorecardOptions(**options))
