"""One population, from a frame of customers to an artefact, or to the reason why there is none."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from segmart.learning.figures import CurvePoint, Metric
from segmart.learning.fitting import Place, Refusal
from segmart.learning.guards import Finding
from segmart.learning.hashing import fold_of, in_hash_order
from segmart.learning.preparation import rounded
from segmart.segmentation.algorithms import Algorithm, algorithm_of
from segmart.segmentation.artefact import Artefact, LearnedSegment
from segmart.segmentation.components import principal_components
from segmart.segmentation.declaration import Population, Segmentation
from segmart.segmentation.figures import cross_validation_of, curves_of, metrics_of, picture_of
from segmart.segmentation.identity import History, Segment, identify, lineage
from segmart.segmentation.mixture import GaussianMixture
from segmart.segmentation.naming import Names, give_names, names_that_fit, profiles
from segmart.segmentation.partition import Mixture, Partition
from segmart.segmentation.preparation import Preparation
from segmart.segmentation.prepared import Prepared, prepare
from segmart.segmentation.ranking import Ranking, order_by_risk, rank_in_words, ranking_of
from segmart.segmentation.search import Effort, Search, choose, results_as_rows, search
from segmart.segmentation.stability import cross_validated_rand
from segmart.segmentation.verdict import verdict

# Parts of the customers that are kept out, one after another, to see whether the others find the same.
FOLDS = 5


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
    components_in_words: str | None


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
    they exist, numbers as doubles with missing ones as not-a-number, categories as text. `findings` are what
    `guards` found on all rows. Raises FeatureError for a required feature that cannot be learned from.
    """
    block = declared.populations[place.population]
    prepared = prepare(place, declared, frame, column_types, findings)
    if isinstance(prepared, Refusal):
        return prepared
    preparation, points = prepared.preparation, prepared.points
    algorithm = algorithm_of(block.algorithm, prepared.keys)
    segment_counts, why_none = _segment_counts(block, algorithm, points)
    if not segment_counts:
        return Refusal(why_none, prepared.left_out)
    if block.segments.silhouette == "exact":
        effort = replace(effort, exact_silhouette_rows=len(points))
    ranking = ranking_of(block.signs, preparation, prepared.coordinates)
    priority = _priority(preparation, block.signs)
    label = f"{place.model_name} {place.population}"
    found = search(points, segment_counts, declared.random_seed, priority, effort, label, algorithm)
    chosen, choice_reason = _chosen(block, found)
    if ranking and (preparation.reduction or not isinstance(block.rank_by, str)):
        found = _ranked(found, chosen, ranking, prepared)

    division = found.candidates[chosen].clustering
    centroids, partition = rounded(division.centroids), division.partition.rounded()
    labels = partition.positions(points)
    ids, overlap = identify(history, prepared.frame, preparation, centroids, labels)
    ranked_by = list(ranking.features) if ranking else preparation.features[:1]
    names = names_that_fit(names, block.signs, preparation.features)
    given = give_names(ids, history.known_names, names, rank_in_words(ranked_by))
    shapes = partition.components if isinstance(partition, Mixture) else [None] * chosen
    segments = [
        LearnedSegment(segment_id, rank, name, tuple(centroid), shape)
        for rank, (segment_id, name, centroid, shape) in enumerate(
            zip(ids, given, centroids.tolist(), shapes, strict=True), start=1
        )
    ]
    plane = principal_components(prepared.coordinates)
    verdict_word, verdict_reason = verdict(found, chosen)
    return Learned(
        artefact=Artefact(
            *place,
            entity=declared.entity,
            recipes=preparation.recipes,
            segments=tuple(sorted(segments, key=lambda segment: segment.segment_id)),
            components=plane,
            neighbours=preparation.neighbours,
            reduction=preparation.reduction,
            ranking=None if isinstance(block.rank_by, str) else ranking,
        ),
        verdict=verdict_word,
        verdict_reason=verdict_reason,
        choice_reason=choice_reason,
        features_left_out=prepared.left_out,
        search_results=results_as_rows(found, chosen),
        segments=[
            row | {"row_count": int(size), "jaccard": jaccard, "profile_in_words": words}
            for row, size, jaccard, words in zip(
                [_segment_row(segment, preparation) for segment in segments],
                np.bincount(labels, minlength=chosen),
                found.candidates[chosen].jaccard_per_segment,
                profiles(preparation, prepared.values, prepared.coordinates, labels, chosen),
                strict=True,
            )
        ],
        lineage=lineage(
            overlap,
            history.known_segments,
            [Segment(segment.segment_id, segment.name.segment_name) for segment in segments],
        ),
        metrics=[
            *metrics_of(found, chosen, points, plane, declared.random_seed, prepared.coordinates),
            *_cross_validation(prepared, partition, declared.random_seed, effort, algorithm),
        ],
        curves=[
            *curves_of(found, chosen),
            *picture_of(
                prepared.coordinates,
                labels,
                [name.segment_name for name in given],
                prepared.keys,
                plane,
                preparation.labels,
            ),
            *prepared.component_curves,
        ],
        algorithm=algorithm,
        components_in_words=prepared.components_in_words,
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


def _priority(preparation: Preparation, rank_by: Collection[str]) -> list[int]:
    """Return positions of what points are made of, those of a ranking feature first, if it was learned from.

    Principal components are in their own order.
    """
    if preparation.reduction:
        return list(range(len(preparation.reduction.loadings)))
    return sorted(
        range(len(preparation.parents)),
        key=lambda column: preparation.features[preparation.parents[column]] not in rank_by,
    )


def _ranked(found: Search, chosen: int, ranking: Ranking, prepared: Prepared) -> Search:
    """Return the search with the chosen segments in the order of their members' risk."""
    division = found.candidates[chosen].clustering
    order = order_by_risk(
        ranking, prepared.preparation, prepared.coordinates, division.labels, division.centroids
    )
    return found.with_segments_in_order(chosen, order)


def _cross_validation(
    prepared: Prepared, partition: Partition, seed: int, effort: Effort, algorithm: Algorithm
) -> list[Metric]:
    """Return how the division comes back on customers kept out, on as many as stability is measured with.

    Five fits are few enough for all starts: with fewer, one that ends in a worse division of the same
    customers would be taken for customers who divide otherwise.
    """
    if partition.segment_count < 2:
        return []
    rows = in_hash_order(prepared.keys, effort.inner_rows)
    folds = fold_of((prepared.keys[row] for row in rows), FOLDS)
    indices = cross_validated_rand(prepared.points[rows], folds, partition, seed, effort.starts, algorithm)
    return [] if indices is None else [cross_validation_of(indices, partition.segment_count, len(rows))]


def _segment_row(segment: LearnedSegment, preparation: Preparation) -> dict:
    """Return a segment as the registry shows it: with its centroid in original units."""
    coordinates = preparation.coordinates_at(np.array(segment.centroid))
    return {
        "segment_id": segment.segment_id,
        "segment_name": segment.name.segment_name,
        "recommended_action": segment.name.recommended_action,
        "segment_rank": segment.rank,
        "centroid": preparation.in_original_units(coordinates),
    }
