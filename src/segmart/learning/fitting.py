"""The way every kind of model becomes a registry row: is a fit due, what was it about, how did it end."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from segmart import frames
from segmart.learning.declaration import CategoryFeature, Feature, PerPopulation, parse_refit
from segmart.learning.figures import CurvePoint, Metric
from segmart.learning.guards import (
    Finding,
    check_column_type,
    check_grain,
    is_numeric,
    is_text,
    left_out_or_raise,
)
from segmart.learning.json_text import to_json
from segmart.learning.provenance import feature_contract_hash, library_versions
from segmart.learning.registry import (
    REFUSED,
    REGISTRY_TYPES,
    Row,
    champion_of,
    history_of,
    last_fit_date,
    next_model_version,
    read_registry,
    refit_reason,
    repeats_last_refusal,
)
from segmart.progress import report
from segmart.strict import Strict

# Columns of the registry that hold a JSON list; of a model that has nothing to say there, an empty one.
LISTS = ("features_left_out", "search_results", "segments", "lineage", "metrics", "curves")
# Decides when a model is fitted, or whom it is not fitted for; not what it learns.
NOT_LEARNED_FROM = ("refit_after_days", "left_out", "as_of_date", "card")


class Place(NamedTuple):
    """What is being fitted."""

    model_name: str
    model_version: int
    population: str


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
    def place(self) -> Place:
        """What is being fitted."""
        return Place(self.model_name, self.model_version, self.population)

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


@dataclass(frozen=True)
class Run:
    """What all populations of one fit share.

    `absent` holds for each population the optional features the table lacks, `counts` how many customers it
    has, `written` the registry so far.
    """

    model_name: str
    model_version: int
    model_kind: str
    declared: PerPopulation
    features: Any
    column_types: Mapping[str, str]
    as_of_date: date
    is_requested: bool
    absent: Mapping[str, list[Finding]]
    counts: Mapping[str | None, int]
    written: list[Row]

    def row_count(self, population: str) -> int:
        """Return how many customers a population has."""
        return self.counts.get(population if self.declared.population else None, 0)

    def has_number(self, column: str) -> bool:
        """Say whether the feature table holds a numeric column of this name."""
        return is_numeric(self.column_types.get(column, ""))

    def has_text(self, column: str) -> bool:
        """Say whether the feature table holds a column of texts of this name."""
        return is_text(self.column_types.get(column, ""))

    def occasion(self, population: str) -> Occasion:
        """Return the possible fit of one population."""
        names = [feature.name for feature in self.declared.populations[population].features]
        return Occasion(
            model_name=self.model_name,
            model_version=self.model_version,
            model_kind=self.model_kind,
            population=population,
            as_of_date=self.as_of_date,
            declaration=declaration_text(self.declared, population),
            feature_contract_hash=feature_contract_hash(names, self.column_types),
            refit_after_days=self.declared.refit_after_days,
            is_requested=self.is_requested,
            history=history_of(self.written, self.model_name, population),
        )


def run_of(
    model_name: str,
    model_kind: str,
    declared: PerPopulation,
    features: Any,
    registry: Any,
    refit: bool | str | None,
) -> Run | None:
    """Return what a fit of a feature table begins with; none when the table has no row.

    Raises FeatureError for a table whose grain is wrong, or that lacks a column it must have.
    """
    column_types = frames.column_types(features)
    frames.require_columns(column_types, declared.keys, f"{model_name}: the feature table")
    absent = {
        name: absent_features(model_name, name, population.features, column_types)
        for name, population in declared.populations.items()
    }
    counts = frames.count_by(features, declared.population)
    if not counts:
        return None
    facts = frames.grain_facts(features, declared.entity, declared.as_of)
    written = read_registry(registry)
    run = Run(
        model_name=model_name,
        model_version=next_model_version(written, model_name),
        model_kind=model_kind,
        declared=declared,
        features=features,
        column_types=column_types,
        as_of_date=check_grain(model_name, declared.entity, declared.as_of, facts),
        is_requested=parse_refit(model_name, refit),
        absent=absent,
        counts=counts,
        written=written,
    )
    _report_undeclared(run)
    return run


def absent_features(
    model_name: str,
    population: str,
    features: Iterable[Feature | CategoryFeature],
    column_types: Mapping[str, str],
) -> list[Finding]:
    """Return the optional features the table lacks.

    Raises FeatureError for any other, and for one that is not the number or the text it is declared to be.
    """
    by_name = {feature.name: feature for feature in features}
    checked = [check_column_type(feature, column_types.get(name)) for name, feature in by_name.items()]
    findings = [finding for finding in checked if finding]
    left_out_or_raise(model_name, population, by_name, findings)
    return findings


def too_few(row_count: int, declared: PerPopulation, what: str) -> Refusal | None:
    """Return why a population of so many customers is not learned, or none."""
    if row_count >= declared.minimum_customers:
        return None
    how_many = f"{row_count:,} customer{'' if row_count == 1 else 's'}"
    return Refusal(f"{how_many}, fewer than the {declared.minimum_customers:,} {what} needs")


def _report_undeclared(run: Run) -> None:
    """Say which customers nothing is learned for because nobody declared their population."""
    spoken_of = {*run.declared.populations, *run.declared.left_out}
    for population, count in run.counts.items():
        if run.declared.population and population not in spoken_of:
            what = (
                "no population" if population is None else f"population {population}, which is not declared"
            )
            report(f"{run.model_name}: {count:,} customers have {what}; they are left out")


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
