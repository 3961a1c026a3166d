"""The append-only model registry: its typed rows, the champion among them, and when a refit is due."""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import pandas as pd
import pyarrow as pa

from segmart.frames import read_rows

CHAMPION, CHALLENGER, REFUSED = "champion", "challenger", "refused"

REGISTRY_TYPES: Mapping[str, pa.DataType] = {
    "model_name": pa.string(),
    "model_version": pa.int64(),
    "model_kind": pa.string(),
    "population": pa.string(),
    "status": pa.string(),
    "status_reason": pa.string(),
    "fit_reason": pa.string(),
    "as_of_date": pa.date32(),
    "declaration_hash": pa.string(),
    "feature_contract_hash": pa.string(),
    "data_fingerprint": pa.string(),
    "row_count": pa.int64(),
    "fit_row_count": pa.int64(),
    "segment_count": pa.int64(),
    "verdict": pa.string(),
    "verdict_reason": pa.string(),
    "choice_reason": pa.string(),
    "components_in_words": pa.string(),
    "features_left_out": pa.string(),
    "first_learned_date": pa.date32(),
    "last_learned_date": pa.date32(),
    "library_versions": pa.string(),
    "declaration": pa.string(),
    "search_results": pa.string(),
    "segments": pa.string(),
    "lineage": pa.string(),
    "metrics": pa.string(),
    "curves": pa.string(),
    "artefact": pa.string(),
}
# What a registry written before these columns existed may lack; they read as unknown.
ADDED_LATER = (
    "model_kind",
    "metrics",
    "curves",
    "first_learned_date",
    "last_learned_date",
    "components_in_words",
)

Row = Mapping[str, Any]


def registry_frame(rows: Iterable[Row]) -> pd.DataFrame:
    """Return registry rows as a frame whose columns keep their types in the warehouse, also without a row."""
    rows = list(rows)
    return pd.DataFrame(
        {
            name: pd.Series([row[name] for row in rows], dtype=pd.ArrowDtype(kind))
            for name, kind in REGISTRY_TYPES.items()
        }
    )


def read_registry(table: Any) -> list[Row]:
    """Return all rows of a registry, a relation or a frame; none at all when there is no registry yet."""
    if table is None:
        return []
    needed = [name for name in REGISTRY_TYPES if name not in ADDED_LATER]
    return [dict.fromkeys(ADDED_LATER) | row for row in read_rows(table, needed, "the model registry")]


def history_of(rows: Iterable[Row], model_name: str, population: str) -> list[Row]:
    """Return the rows of one model and population, oldest first."""
    own = [row for row in rows if row["model_name"] == model_name and row["population"] == population]
    return sorted(own, key=lambda row: row["model_version"])


def champion_of(history: list[Row]) -> Row | None:
    """Return the row in force: the last one that became champion."""
    return next((row for row in reversed(history) if row["status"] == CHAMPION), None)


def next_model_version(rows: Iterable[Row], model_name: str) -> int:
    """Return one more than the last version of a model."""
    return max((row["model_version"] for row in rows if row["model_name"] == model_name), default=0) + 1


def next_segment_id(history: list[Row]) -> int:
    """Return one more than any segment id ever given in a population, by challengers too."""
    given = [segment["segment_id"] for row in history for segment in json.loads(row["segments"])]
    return max(given, default=0) + 1


def last_fit_date(history: list[Row], declaration_hash: str, feature_contract_hash: str) -> date | None:
    """Return the latest as-of date of a champion or challenger learned under this declaration and contract.

    A refit that lost against the champion still answers whether the champion has aged; counting from it keeps
    every later build from asking again.
    """
    dates = [
        row["as_of_date"]
        for row in history
        if row["status"] in (CHAMPION, CHALLENGER)
        and row["declaration_hash"] == declaration_hash
        and row["feature_contract_hash"] == feature_contract_hash
    ]
    return max(dates, default=None)


def refit_reason(
    champion: Row | None,
    declaration_hash: str,
    feature_contract_hash: str,
    as_of_date: date,
    refit_after_days: int,
    is_requested: bool,
    last_fit: date | None = None,
) -> str | None:
    """Return why a fit is due, or none: a routine build fits nothing.

    `last_fit` is the last time a challenger stood against the champion, if it was later than the champion's
    own as-of date.
    """
    if champion is None:
        return "no champion yet"
    if champion["declaration_hash"] != declaration_hash:
        return "the declaration changed"
    if champion["feature_contract_hash"] != feature_contract_hash:
        return "the feature contract changed"
    if is_requested:
        return "asked for"
    since = max(champion["as_of_date"], last_fit or champion["as_of_date"])
    age = (as_of_date - since).days
    if age <= refit_after_days:
        return None
    is_own_age = since == champion["as_of_date"]
    old = f"is {age} days old" if is_own_age else f"was last challenged {age} days ago"
    return f"the champion {old} at {as_of_date}, older than its refit age of {refit_after_days} days"


def replaces_champion(reason: str) -> bool:
    """Say whether a refit for this reason needs no contest, because it learns something else."""
    return reason in ("no champion yet", "the declaration changed", "the feature contract changed")


def repeats_last_refusal(history: list[Row], row: Row) -> bool:
    """Say whether a refused row says again what the last row of its population said about the same data."""
    same = ("status", "status_reason", "declaration_hash", "feature_contract_hash", "data_fingerprint")
    return bool(history) and row["status"] == REFUSED and all(history[-1][name] == row[name] for name in same)
