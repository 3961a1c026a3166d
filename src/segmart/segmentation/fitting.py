"""A whole declared segmentation: what is due is fitted, and each fit becomes a registry row."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from segmart import frames
from segmart.learning.declaration import CategoryFeature
from segmart.learning.fitting import Occasion, Refusal, Run, as_lists, run_of, too_few
from segmart.learning.guards import Finding, check_category_content, check_column_content
from segmart.learning.json_text import to_json
from segmart.learning.provenance import data_fingerprint
from segmart.learning.registry import Row, next_segment_id, registry_frame
from segmart.progress import report
from segmart.segmentation.artefact import artefact_from_json
from segmart.segmentation.declaration import META_KEY, NumberFeature, parse_declaration
from segmart.segmentation.identity import History
from segmart.segmentation.naming import (
    FALLBACK_LANGUAGE,
    NAMES_COLUMNS,
    Names,
    names_of,
    require_language,
)
from segmart.segmentation.population import learn
from segmart.segmentation.promotion import decide
from segmart.segmentation.renaming import renamed_row
from segmart.segmentation.search import Effort


def fit_segmentation(
    model_name: str,
    declaration: Mapping[str, Any] | None,
    features: Any,
    names: Any = None,
    registry: Any = None,
    refit: bool | str | None = False,
    language: str | None = None,
    effort: Effort | None = None,
) -> pd.DataFrame:
    """Return the new registry rows of a segmentation: none when no fit is due, or there are no customers.

    `features` is the feature table (one row per entity, on one as-of date), `names` the table of segment
    names, `registry` the rows written so far; each a relation or a pandas frame, the last two may be none.
    `language` is that of the names, English unless told; a champion named in another one is renamed, not
    learned anew.
    Raises DeclarationError for a wrong declaration, FeatureError for a table that must not be learned from,
    InputError for a names table that cannot be used.
    """
    declared = parse_declaration(model_name, declaration)
    run = run_of(model_name, META_KEY, declared, features, registry, refit)
    if run is None:
        return registry_frame([])
    name_rows = (
        [] if names is None else frames.read_rows(names, NAMES_COLUMNS, f"{model_name}: the names table")
    )
    language = language or FALLBACK_LANGUAGE
    require_language(name_rows, model_name, language)
    rows = [
        _due_row(run, population, names_of(name_rows, model_name, population, language), effort or Effort())
        for population in declared.populations
    ]
    return registry_frame(row for row in rows if row is not None)


def _due_row(run: Run, population: str, names: Names, effort: Effort) -> Row | None:
    """Return the row that is due for one population, if any."""
    occasion = run.occasion(population)
    reason = occasion.fit_reason()
    if reason is None:
        signs = run.declared.populations[population].signs
        return renamed_row(occasion.champion, names, signs, run.model_version)
    return _fitted_row(run, occasion, reason, names, effort)


def _fitted_row(run: Run, occasion: Occasion, fit_reason: str, names: Names, effort: Effort) -> Row | None:
    """Fit one population and return its row completed; none when it would only repeat the last refusal."""
    declared, population = run.declared, occasion.population
    row_count, absent = run.row_count(population), run.absent[population]
    features = {feature.name: feature for feature in declared.populations[population].features}
    champion = artefact_from_json(occasion.champion["artefact"]) if occasion.champion else None
    table = frames.only_where(run.features, declared.population, population)
    learnable = [name for name in features if name not in {finding.feature for finding in absent}]
    categories = [name for name in learnable if isinstance(features[name], CategoryFeature)]
    numbers = [name for name in learnable if name not in categories]
    if champion:
        numbers += [name for name in champion.preparation.numbers if run.has_number(name)]
        categories += [name for name in champion.preparation.categories if run.has_text(name)]
    frame = frames.fetch(
        table,
        declared.entity,
        dict.fromkeys(numbers),
        declared.fit_rows,
        texts=dict.fromkeys(categories),
    )
    fingerprint = data_fingerprint(frame[[declared.entity, *learnable]], declared.entity)
    row = occasion.started_row(fit_reason, row_count, len(frame), fingerprint)
    if refusal := too_few(row_count, declared, "a segmentation"):
        return occasion.refused_row(row, refusal)

    report(f"{occasion.label}: {row_count:,} customers, {fit_reason}")
    content = _content_findings(table, declared.entity, [features[name] for name in learnable])
    learned = learn(
        place=occasion.place,
        declared=declared,
        frame=frame,
        column_types=run.column_types,
        findings=[*absent, *content],
        history=History(champion, next_segment_id(occasion.history)),
        names=names,
        effort=effort,
    )
    if isinstance(learned, Refusal):
        return occasion.refused_row(row, learned)
    status, status_reason = decide(
        champion, learned.artefact, frame, fit_reason, declared.random_seed, learned.algorithm
    )
    report(f"{occasion.label}: {len(learned.segments)} segments, {learned.verdict}; {status}")
    return row | {
        "status": status,
        "status_reason": status_reason,
        "segment_count": len(learned.segments),
        "verdict": learned.verdict,
        "verdict_reason": learned.verdict_reason,
        "choice_reason": learned.choice_reason,
        "components_in_words": learned.components_in_words,
        "features_left_out": to_json(learned.features_left_out),
        "search_results": to_json(learned.search_results),
        "segments": to_json(learned.segments),
        "lineage": to_json(learned.lineage),
        **as_lists(learned.metrics, learned.curves),
        "artefact": learned.artefact.to_json(),
    }


def _content_findings(
    table: Any, entity: str, features: list[NumberFeature | CategoryFeature]
) -> list[Finding]:
    """Return what all rows of a table say against learning from some features, in their order."""
    texts = [feature.name for feature in features if isinstance(feature, CategoryFeature)]
    of_texts = frames.text_facts(table, texts)
    of_numbers = frames.column_facts(
        table, entity, [feature.name for feature in features if feature.name not in texts]
    )
    found = [
        check_category_content(feature, of_texts[feature.name])
        if isinstance(feature, CategoryFeature)
        else check_column_content(feature, of_numbers[feature.name])
        for feature in features
    ]
    return [finding for finding in found if finding]
