"""One population, from a frame of customers to an artefact, or to the reason why there is none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from segmart.learning.figures import CurvePoint, Metric
from segmart.learning.fitting import Place, Refusal
from segmart.learning.guards import Finding
from segmart.learning.preparation import Recipe, coordinates_of, rounded
from segmart.learning.recipes import recipes_of
from segmart.segmentation.algorithms import Algorithm, algorithm_of
from segmart.segmentation.artefact import Artefact, LearnedSegment
from segmart.segmentation.components import principal_components
from segmart.segmentation.declaration import Population, Segmentation
from segmart.segmentation.figures import curves_of, metrics_of, picture_of
from segmart.segmentation.identity import History, Segment, identify, lineage
from segmart.segmentation.mixture import GaussianMixture
from segmart.segmentation.naming import Names, give_names, names_that_fit, profiles
from segmart.segmentation.partition import Mixture
from segmart.segmentation.search import Effort, Search, choose, results_as_rows, search
from segmart.segmentation.verdict import verdict


@dataclass(frozen=True)
class Learned:
    """A learned population: the artefact, and all else that the registry records about it."""

    artefact: Artefact
    verdict: str
    verdict_reason: str
    choice_reason: str
    features_left_out: list[dict]
    search_results: list[dict]
    segments: list[dict]
    lineage: list[dict]
    metrics: list[Metric]
    curves: list[CurvePoint]
    algorithm: Algorithm


def learn(
    place: Place,
    declared: Segmentation,
    frame: pd.DataFrame,
    column_types: Mapping[str, str],
    findings: list[Finding],
    history: History,
    names: Names,
    effort: Effort,
) -> Learned | Refusal:
    """Learn one population.

    `frame` holds one row per customer ordered by key: the declared features, and those of the champion where
    they exist, as doubles with missing ones as not-a-number. `findings` are what `guards` found on all rows.
    Raises FeatureError for a required feature that cannot be learned from.
    """
    block = declared.populations[place.population]
    recipes, left_out = recipes_of(
        place.model_name, place.population, block.features, frame, column_types, findings
    )
    if not recipes:
        return Refusal("no feature is left to learn from", left_out)
    features = [recipe.name for recipe in recipes]
    values = frame[features].to_numpy(dtype=float)
    points = coordinates_of(recipes, values)

    keys = frame[declared.entity].tolist()
    algorithm = algorithm_of(block.algorithm, keys)
    segment_counts, why_none = _segment_counts(block, algorithm, points)
    if not segment_counts:
        return Refusal(why_none, left_out)
    priority = _priority(features, block.rank_by)
    if block.segments.silhouette == "exact":
        effort = replace(effort, exact_silhouette_rows=len(points))
    label = f"{place.model_name} {place.population}"
    found = search(points, segment_counts, declared.random_seed, priority, effort, label, algorithm)
    chosen, choice_reason = _chosen(block, found)

    division = found.candidates[chosen].clustering
    centroids, partition = rounded(division.centroids), division.partition.rounded()
    labels = partition.positions(points)
    shapes = partition.components if isinstance(partition, Mixture) else [None] * chosen
    ids, overlap = identify(history, frame, recipes, centroids, labels)
    names = names_that_fit(names, block.rank_by, features)
    given = give_names(ids, history.known_names, names, features[priority[0]])
    segments = [
        LearnedSegment(segment_id, rank, name, tuple(centroid), shape)
        for rank, (segment_id, name, centroid, shape) in enumerate(
            zip(ids, given, centroids.tolist(), shapes, strict=True), start=1
        )
    ]
    components = principal_components(points)
    picture = picture_of(points, labels, [name.segment_name for name in given], keys, components, features)
    verdict_word, verdict_reason = verdict(found, chosen)
    return Learned(
        artefact=Artefact(
            *place,
            entity=declared.entity,
            recipes=recipes,
            segments=tuple(sorted(segments, key=lambda segment: segment.segment_id)),
            components=components,
        ),
        verdict=verdict_word,
        verdict_reason=verdict_reason,
        choice_reason=choice_reason,
        features_left_out=left_out,
        search_results=results_as_rows(found, chosen),
        segments=[
            row | {"row_count": int(size), "jaccard": jaccard, "profile_in_words": words}
            for row, size, jaccard, words in zip(
                [_segment_row(segment, recipes) for segment in segments],
                np.bincount(labels, minlength=chosen),
                found.candidates[chosen].jaccard_per_segment,
                profiles(features, values, points, labels, chosen),
                strict=True,
            )
        ],
        lineage=lineage(
            overlap,
            history.known_segments,
            [Segment(segment.segment_id, segment.name.segment_name) for segment in segments],
        ),
        metrics=metrics_of(found, chosen, points, components, declared.random_seed),
        curves=[*curves_of(found, chosen), *picture],
        algorithm=algorithm,
    )


def _segment_counts(
    block: Population, algorithm: Algorithm, points: np.ndarray
) -> tuple[list[int], str | None]:
    """Return the numbers of segments to try, or none and the reason."""
    low, high = block.segments.search
    fixed = block.segments.fixed
    distinct_count, feature_count = len(np.unique(points, axis=0)), points.shape[1]
    most = algorithm.most_segments(distinct_count, feature_count)
    differ = f"only {distinct_count} customers differ in their features"
    if isinstance(algorithm, GaussianMixture):
        needed = algorithm.free_numbers(fixed or low, feature_count)
        differ = (
            f"a mixture of {fixed or low} learns {needed:,} numbers, and {differ}; "
            "another algorithm, covariance: diag or fewer features need fewer"
        )
    if fixed is not None and fixed > most:
        return [], f"{fixed} segments are fixed, but {differ}"
    counts = {count for count in range(low, high + 1) if count <= most}
    if fixed is not None:
        counts.add(fixed)
    return sorted(counts), None if counts else f"{low} segments or more are asked for, but {differ}"


def _chosen(block: Population, found: Search) -> tuple[int, str]:
    """Return the number of segments and why; a fixed one is kept, with what the search would have chosen."""
    fixed = block.segments.fixed
    if fixed is None:
        return choose(found)
    reason = f"fixed by the business: {block.segments.because}"
    if not found.divisions:
        return fixed, reason
    searched, why = choose(found)
    opinion = "the search agrees" if searched == fixed else f"the search would have chosen k = {searched}"
    return fixed, f"{reason}; {opinion}: {why}"


def _priority(features: list[str], rank_by: str) -> list[int]:
    """Return feature positions with the ranking one first, if it is among those learned from."""
    return sorted(range(len(features)), key=lambda position: features[position] != rank_by)


def _segment_row(segment: LearnedSegment, recipes: Sequence[Recipe]) -> dict:
    """Return a segment as the registry shows it: with its centroid in original units."""
    return {
        "segment_id": segment.segment_id,
        "segment_name": segment.name.segment_name,
        "recommended_action": segment.name.recommended_action,
        "segment_rank": segment.rank,
        "centroid": {
            recipe.name: float(rounded(recipe.values(np.array(coordinate))))
            for recipe, coordinate in zip(recipes, segment.centroid, strict=True)
        },
    }
