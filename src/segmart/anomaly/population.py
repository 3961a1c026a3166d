"""One population, from a frame of customers to an artefact, or to the reason why there is none."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from segmart.anomaly.artefact import Artefact
from segmart.anomaly.dbscan import clustered
from segmart.anomaly.declaration import Anomaly
from segmart.anomaly.density import DensityFit, fit_density
from segmart.anomaly.epsilon import Tried, eps_at_knee, search, tried
from segmart.anomaly.figures import curves_of, metrics_of
from segmart.anomaly.isolation import fit_isolation
from segmart.anomaly.stability import flag_stability
from segmart.anomaly.verdict import choose_detector, verdict
from segmart.learning.figures import CurvePoint, Metric
from segmart.learning.fitting import Place, Refusal
from segmart.learning.guards import Finding
from segmart.learning.preparation import coordinates_of, rounded
from segmart.learning.recipes import recipes_of


@dataclass(frozen=True)
class Effort:
    """How much work a fit may take: values of eps tried, and refits the stability is measured with."""

    eps_tried: int = 12
    refits: int = 10


@dataclass(frozen=True)
class Learned:
    """A learned population: the artefact, and all else that the registry records about it."""

    artefact: Artefact
    verdict: str
    verdict_reason: str
    choice_reason: str
    features_left_out: list[dict]
    search_results: list[dict]
    metrics: list[Metric]
    curves: list[CurvePoint]


def learn(
    place: Place,
    declared: Anomaly,
    frame: pd.DataFrame,
    column_types: Mapping[str, str],
    findings: list[Finding],
    effort: Effort,
) -> Learned | Refusal:
    """Learn one population.

    `frame` holds one row per customer ordered by key, features as doubles with missing ones as not-a-number.
    `findings` are what `guards` found on all rows. Raises FeatureError for a required feature that cannot be
    learned from.
    """
    block = declared.populations[place.population]
    recipes, left_out = recipes_of(
        place.model_name, place.population, block.features, frame, column_types, findings
    )
    if not recipes:
        return Refusal("no feature is left to learn from", left_out)
    needed = block.density.neighbours(len(frame))
    if needed > len(frame):
        customers = f"{len(frame):,} customers, fewer than the {needed:,} neighbours"
        return Refusal(f"{customers} (density.minimum_neighbours) that make one usual", left_out)

    values = frame[[recipe.name for recipe in recipes]].to_numpy(dtype=float)
    points = coordinates_of(recipes, values)
    seed = declared.random_seed
    density = fit_density(points, block.density)
    isolation = fit_isolation(points, block.isolation, seed)
    results, chosen, at_knee = _tried(density, effort.eps_tried)
    served, choice_reason = choose_detector(block, density, isolation)
    verdict_word, verdict_reason = verdict(chosen, at_knee, results)
    stability = flag_stability(points, block, density, isolation, seed, effort.refits)
    return Learned(
        artefact=Artefact(
            *place,
            entity=declared.entity,
            recipes=recipes,
            medians=tuple(rounded(np.nanmedian(values, axis=0)).tolist()),
            served=served,
            density=density.detector,
            isolation=isolation.detector,
        ),
        verdict=verdict_word,
        verdict_reason=verdict_reason,
        choice_reason=choice_reason,
        features_left_out=left_out,
        search_results=[result.as_row(is_chosen=result is chosen) for result in results],
        metrics=metrics_of(points, block, density, isolation, stability, served, seed),
        curves=curves_of(density, isolation),
    )


def _tried(density: DensityFit, count: int) -> tuple[list[Tried], Tried, Tried]:
    """Return the outcome at every eps tried, by rising eps, and among them the served and the knee's."""
    crowd, eps, knee = density.around.crowd, density.detector.eps, eps_at_knee(density.curve)
    outcomes = {result.eps: result for result in search(density.around, count)}
    outcomes.setdefault(knee, tried(crowd, clustered(density.around, knee), knee))
    outcomes[eps] = tried(crowd, density.clustering, eps)
    return [outcomes[key] for key in sorted(outcomes)], outcomes[eps], outcomes[knee]
