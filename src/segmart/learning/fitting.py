"""The way every kind of model becomes a registry row: is a fit due, what was it about, how did it end."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from segmart.learning.declaration import Strict
from segmart.learning.figures import CurvePoint, Metric
from segmart.learning.json_text import to_json
from segmart.learning.provenance import library_versions
from segmart.learning.registry import (
    REFUSED,
    REGISTRY_TYPES,
    Row,
    champion_of,
    last_fit_date,
    refit_reason,
    repeats_last_refusal,
)
from segmart.progress import report

# Columns of the registry that hold a JSON list; of a model that has nothing to say there, an empty one.
LISTS = ("features_left_out", "search_results", "segments", "lineage", "metrics", "curves")
# Decides when a model is fitted, or whom it is not fitted for; not what it learns.
NOT_LEARNED_FROM = ("refit_after_days", "left_out")


@dataclass(frozen=True)
class Refusal:
    """A population that cannot be learned, and why."""

    reason: str
    features_left_out: Iterable[dict] = ()


@dataclass(frozen=True)
class Occasion:
    """One possible fit: of which model and population, as of which date, and what was written before.

    `history` are the registry's rows of this model and population, oldest first. `declaration` is the part of
    the declaration that concerns the population, as deterministic JSON.
    """

    model_name: str
    model_version: int
    model_kind: str
    population: str
    as_of_date: date
    declaration: str
    feature_contract_hash: str
    refit_after_days: int
    is_requested: bool
    history: list[Row]

    @property
    def champion(self) -> Row | None:
        """The registry row in force."""
        return champion_of(self.history)

    @property
    def label(self) -> str:
        """What a progress line begins with."""
        return f"{self.model_name} {self.population}"

    def fit_reason(self) -> str | None:
        """Return why a fit is due, or none."""
        hashes = (hash_of_declaration(self.declaration), self.feature_contract_hash)
        return refit_reason(
            self.champion,
            *hashes,
            as_of_date=self.as_of_date,
            refit_after_days=self.refit_after_days,
            is_requested=self.is_requested,
            last_fit=last_fit_date(self.history, *hashes),
        )

    def started_row(self, fit_reason: str, row_count: int, fit_row_count: int, data_fingerprint: str) -> dict:
        """Return the registry row of a fit that begins: all that is known before anything is learned."""
        nothing = dict.fromkeys(REGISTRY_TYPES) | dict.fromkeys(LISTS, "[]")
        return nothing | {
            "model_name": self.model_name,
            "model_version": self.model_version,
            "model_kind": self.model_kind,
            "population": self.population,
            "fit_reason": fit_reason,
            "as_of_date": self.as_of_date,
            "declaration_hash": hash_of_declaration(self.declaration),
            "feature_contract_hash": self.feature_contract_hash,
            "data_fingerprint": data_fingerprint,
            "row_count": row_count,
            "fit_row_count": fit_row_count,
            "library_versions": to_json(library_versions()),
            "declaration": self.declaration,
        }

    def refused_row(self, row: dict, refusal: Refusal) -> Row | None:
        """Return the row of a population that was not learned, unless the last row already says so."""
        row = row | {
            "status": REFUSED,
            "status_reason": refusal.reason,
            "features_left_out": to_json(list(refusal.features_left_out)),
        }
        if repeats_last_refusal(self.history, row):
            return None
        report(f"{self.label}: not learned: {refusal.reason}")
        return row


def declaration_text(declared: Strict, population: str) -> str:
    """Return the part of a declaration that concerns one population, as deterministic JSON."""
    whole = declared.model_dump(mode="json")
    if "populations" in whole:
        whole["populations"] = {population: whole["populations"][population]}
    return json.dumps(whole, sort_keys=True)


def hash_of_declaration(text: str) -> str:
    """Return the hash of all in a declaration's text that decides what a fit learns.

    The refit age decides only when, and the other populations are learned on their own or left out: none of
    that is part of it.
    """
    content = {key: value for key, value in json.loads(text).items() if key not in NOT_LEARNED_FROM}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def as_lists(metrics: Iterable[Metric], curves: Iterable[CurvePoint]) -> dict[str, str]:
    """Return the registry's two columns of figures."""
    return {
        "metrics": to_json([metric.as_row() for metric in metrics]),
        "curves": to_json([point.as_row() for point in curves]),
    }
