"""Applications, declarations and fits that the tests of the classification engine share."""

import json
from datetime import date, timedelta

import duckdb
import numpy as np
import pandas as pd

from segmart.risk import fit_risk, score_risk
from segmart.risk.classification.artefact import ClassificationArtefact, artefact_from_json

AS_OF = date(2025, 12, 31)
# The columns of applications that can be learned from, two of them categories.
AMOUNT, SHARE, YEARS = "amount (usd)", "share in %", "years-employed [1]"
PURPOSE, REGION = 'purpose "stated"', "region's code"
FEATURES = (AMOUNT, SHARE, YEARS, PURPOSE, REGION)
NUMBERS, CATEGORIES = FEATURES[:3], FEATURES[3:]
# One engine for all tables of a fit: to open one for each frame takes longer than to learn.
SESSION = duckdb.connect()


def applications(seed: int = 1, rows: int = 400, effect: float = 1.5) -> pd.DataFrame:
    """Return applications, about a third of them bad, more so with the amount and for holidays.

    `effect` 0 leaves labels that nothing foretells. Some years and regions are missing.
    """
    generator = np.random.default_rng(seed)
    amount = generator.lognormal(8, 1, rows).round(2)
    purpose = generator.choice(["car", "house", "holiday"], rows)
    log_odds = effect * ((np.log(amount) - 8) + 1.5 * (purpose == "holiday") - 0.5) - 0.7
    years = generator.uniform(0, 30, rows).round(1)
    return pd.DataFrame(
        {
            "application_id": [f"A{place:05d}" for place in range(rows)],
            "as_of_date": AS_OF,
            "applied_on": [AS_OF - timedelta(days=int(days)) for days in generator.permutation(rows)],
            AMOUNT: amount,
            SHARE: generator.uniform(0, 100, rows).round(1),
            YEARS: np.where(generator.random(rows) < 0.2, np.nan, years),
            PURPOSE: purpose,
            REGION: pd.Series(generator.choice(["N", "S", "E", "W"], rows)).where(
                generator.random(rows) > 0.1
            ),
            "gender": generator.choice(["f", "m"], rows),
            "is_bad": (generator.random(rows) < 1 / (1 + np.exp(-log_odds))).astype(int),
        }
    )


def declaration(**changes) -> dict:
    """Return a declaration as YAML would give it, with what is quickest to train and judge.

    A change to none removes a key.
    """
    declared = {
        "task": "classification",
        "entity": "application_id",
        "as_of": "as_of_date",
        "label": {"column": "is_bad"},
        "features": [{"name": name} for name in FEATURES],
        "candidates": {"logistic": {}},
        "tuning": {"trials": 1, "folds": 2},
        "evaluation": {"cross_validation": {"folds": 3}},
    }
    return {key: value for key, value in (declared | changes).items() if value is not None}


def fit(table: pd.DataFrame, declared: dict | None = None, **changes) -> pd.DataFrame:
    """Return the registry rows of a fit; labels stand among the features unless told."""
    given = {"features": table} | changes
    relations = {
        name: SESSION.from_df(value) if isinstance(value, pd.DataFrame) else value
        for name, value in given.items()
    }
    return fit_risk("credit", declared or declaration(), **relations)


def score(
    table: pd.DataFrame, registry: pd.DataFrame, declared: dict | None = None, **changes
) -> pd.DataFrame:
    """Return the scored rows of a table, in its order."""
    given = {"features": table} | changes
    # Held until all is read: a relation lets go of its frame.
    relations = {name: SESSION.from_df(value) for name, value in given.items()}
    reader = score_risk(SESSION, "credit", declared or declaration(), registry=registry, **relations)
    scored = reader.read_all().to_pandas()
    return (
        scored.set_index("application_id", drop=False).reindex(table["application_id"]).reset_index(drop=True)
    )


def artefact_of(registry: pd.DataFrame) -> ClassificationArtefact:
    """Return the artefact of the last row."""
    return artefact_from_json(registry.iloc[-1].artefact)


def figures_of(registry: pd.DataFrame, column: str = "metrics") -> pd.DataFrame:
    """Return the figures, or another list, of the last row as a frame."""
    return pd.DataFrame(json.loads(registry.iloc[-1][column]))


def left_out(registry: pd.DataFrame) -> dict[str, str]:
    """Return why each feature is left out of the last row."""
    return {entry["feature"]: entry["reason"] for entry in json.loads(registry.iloc[-1].features_left_out)}


APPLICATIONS = applications()
