"""From labelled rows to a model that serves, or to the reason why there is none."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from segmart.errors import FeatureError
from segmart.learning.figures import CurvePoint, Metric
from segmart.learning.fitting import Refusal
from segmart.learning.hashing import in_hash_order
from segmart.learning.preparation import rounded
from segmart.progress import report
from segmart.risk.choice import BASELINES, SEGMENT_MEAN, Choice, choose
from segmart.risk.classification.artefact import ClassificationArtefact, Rates
from segmart.risk.classification.calibrated import CalibratedModel
from segmart.risk.classification.columns import Column
from segmart.risk.classification.cut_off import Costs
from segmart.risk.classification.declaration import Classification
from segmart.risk.classification.development import (
    Candidate,
    Developed,
    calibrated_out_of_fold,
    develop,
)
from segmart.risk.classification.explaining import LeverGrids, fit_grids
from segmart.risk.classification.figures import Evidence, curves_of, metrics_of
from segmart.risk.classification.imbalance import NONE, Rows, choose_treatment
from segmart.risk.classification.judging import Judged, event_rates, judge
from segmart.risk.classification.labelled import Labelled
from segmart.risk.classification.leakage import leaking_columns
from segmart.risk.classification.models import LIGHTEST_FIRST
from segmart.risk.classification.splitting import splits_of
from segmart.risk.scorecard import Scale
from segmart.strict import Strict

# Treatments of rare events are compared by this many folds of all labelled rows.
FOLDS_OF_TREATMENTS = 5
# What approved rows are like on average does not change with more rows than this.
ROWS_OF_A_MEAN = 20_000
LIGHTEST_FIRST_OF_ALL = (*BASELINES, *LIGHTEST_FIRST)


@dataclass(frozen=True)
class Learned:
    """A learned model: the artefact, how its makers were judged, and all else the registry records."""

    artefact: ClassificationArtefact
    choice: Choice
    choice_reason: str
    comparisons: list[dict]
    judged: Judged
    metrics: list[Metric]
    curves: list[CurvePoint]


@dataclass(frozen=True)
class Served:
    """What was developed on all labelled rows to serve, under which treatment of rare events and why."""

    developed: Developed
    treatment: str
    treatment_reason: str
    treatment_comparisons: list[dict]


def learn(
    model_name: str, model_version: int, declared: Classification, labelled: Labelled
) -> Learned | Refusal:
    """Learn one model.

    Raises FeatureError for features that give the label away. Too few rows or events, labels that are all
    equal, or no feature to learn from, are refused.
    """
    refusal = _too_little(declared, labelled)
    if refusal:
        return refusal
    leaks = leaking_columns(
        labelled.columns, labelled.features, labelled.keys, labelled.labels, declared.label.column
    )
    if leaks:
        raise FeatureError(
            "\n".join(
                f"{model_name}: column {leak.feature} {leak.finding}. Remedy: {leak.remedy}."
                for leak in leaks
            )
        )
    rows, seed = labelled.rows, declared.random_seed
    candidates = {
        name: Candidate(name, options, labelled.columns, declared.tuning, seed)
        for name, options in declared.candidates.declared().items()
    }
    splits = splits_of(declared.evaluation, labelled.keys, labelled.labels, labelled.times)
    if not splits:
        return Refusal(f"{int(labelled.labels.sum()):,} events are too few to judge a model by")
    all_judged = [
        judge(model_name, [*candidates.values()], rows, split, labelled.segments) for split in splits
    ]
    choice = choose(all_judged[0].log_losses(), "log loss", LIGHTEST_FIRST_OF_ALL, seed)
    report(f"{model_name}: {choice.choice_reason}")

    served = None
    if choice.served not in BASELINES:
        served = _developed_to_serve(model_name, declared, candidates[choice.served], rows)
        if served.treatment != NONE:
            all_judged = [
                judged.with_candidate(
                    judge(
                        model_name,
                        [candidates[choice.served]],
                        rows,
                        judged.split,
                        treatment=served.treatment,
                    ),
                    choice.served,
                )
                for judged in all_judged
            ]
    costs = Costs(declared.costs.bad_accepted, declared.costs.good_declined)
    artefact = _artefact(model_name, model_version, declared, labelled, choice, served, costs)
    evidence = Evidence(artefact, all_judged, choice, costs, labelled, candidates, declared.random_seed)
    return Learned(
        artefact=artefact,
        choice=choice,
        choice_reason=_choice_in_words(choice, served),
        comparisons=[*choice.comparisons, *(served.treatment_comparisons if served else [])],
        judged=all_judged[0],
        metrics=metrics_of(evidence),
        curves=curves_of(evidence),
    )


def _too_little(declared: Classification, labelled: Labelled) -> Refusal | None:
    """Return why these rows are not learned from, or none."""
    row_count, event_count = len(labelled.labels), int(labelled.labels.sum())
    rarer = min(event_count, row_count - event_count)
    if not rarer:
        label, event_value = f"{labelled.labels[0]:g}" if row_count else "unknown", declared.label.event_value
        if event_value is not None and row_count and not event_count:
            label = f"something else than {event_value!r}"
        return Refusal(f"{declared.label.column} is {label} in all {row_count:,} labelled rows")
    if rarer < declared.minimum_events:
        what = "have the event" if event_count == rarer else "do not have the event"
        return Refusal(
            f"{rarer:,} of {row_count:,} labelled rows {what}, fewer than the {declared.minimum_events:,} "
            "the model needs"
        )
    if not labelled.columns:
        return Refusal("no feature is left to learn from")
    return None


def _developed_to_serve(
    model_name: str, declared: Classification, candidate: Candidate, rows: Rows
) -> Served:
    """Develop the chosen candidate on all labelled rows, under the treatment of rare events that helps."""
    developed = develop(candidate, rows)
    tried = [treatment for treatment in declared.imbalance if treatment != NONE]
    if not tried:
        return Served(developed, NONE, "no treatment of rare events is declared", [])
    report(f"{model_name}: {candidate.name} with {', '.join(tried)} against rare events")
    choice = choose_treatment(
        rows.labels,
        {
            treatment: calibrated_out_of_fold(
                candidate, developed.options, rows, FOLDS_OF_TREATMENTS, treatment
            )
            for treatment in (NONE, *tried)
        },
        declared.random_seed,
    )
    if choice.treatment != NONE:
        developed = develop(candidate, rows, choice.treatment)
    return Served(developed, choice.treatment, choice.reason, choice.comparisons)


def _artefact(
    model_name: str,
    model_version: int,
    declared: Classification,
    labelled: Labelled,
    choice: Choice,
    served: Served | None,
    costs: Costs,
) -> ClassificationArtefact:
    columns = labelled.columns if served else ()
    days = [None, None]
    if labelled.times is not None:
        days = [end.astype("datetime64[D]").item() for end in (labelled.times.min(), labelled.times.max())]
    return ClassificationArtefact(
        model_name=model_name,
        model_version=model_version,
        task=declared.task,
        entity=declared.entity,
        label=declared.label,
        where=declared.where,
        segment_column=declared.segment.column if choice.served == SEGMENT_MEAN else None,
        columns=columns,
        typical=_medians(columns, labelled.features),
        approved_mean=_approved_mean(served, labelled, costs.cut_off) if served else (),
        served=choice.served,
        serving=_serving(choice.served, labelled, served),
        cut_off=costs.cut_off,
        scale=Scale(**declared.points.model_dump()),
        levers=fit_grids(declared.levers, columns, labelled.features) if served else LeverGrids(()),
        first_learned_date=days[0],
        last_learned_date=days[1],
    )


def _serving(name: str, labelled: Labelled, served: Served | None) -> CalibratedModel | Rates:
    if served:
        return served.developed.calibrated
    segments = labelled.segments if name == SEGMENT_MEAN else np.full(len(labelled.labels), None)
    rates = event_rates(segments, labelled.labels)
    return Rates(rates.pop(None), rates)


def _medians(columns: Sequence[Column], features: pd.DataFrame) -> dict[str, float]:
    """Return the median of each number, which its high and low values are told by."""
    medians = {column.name: features[column.name].median() for column in columns if column.is_number}
    return {name: float(rounded(median)) for name, median in medians.items() if not np.isnan(median)}


def _approved_mean(served: Served, labelled: Labelled, cut_off: float) -> tuple[float, ...]:
    """Return what each feature adds to the log-odds of approved rows on average (columns,).

    Where nobody is approved it is that of the tenth of the rows with the least risk.
    """
    sample = labelled.features.iloc[in_hash_order(labelled.keys, ROWS_OF_A_MEAN)]
    calibrated = served.developed.calibrated
    probabilities = calibrated.probabilities(sample)
    is_approved = probabilities < cut_off
    if not is_approved.any():
        is_approved = probabilities <= np.quantile(probabilities, 0.1)
    contributions = calibrated.model.contributions(sample[is_approved]).values
    return tuple(rounded(contributions.mean(axis=0)).tolist())


def _choice_in_words(choice: Choice, served: Served | None) -> str:
    if not served:
        return choice.choice_reason
    developed = served.developed
    return (
        f"{choice.choice_reason}. Options: {_options_in_words(developed.options)}. "
        f"Calibration: {developed.calibration_choice.reason}. Rare events: {served.treatment_reason}"
    )


def _options_in_words(options: Strict) -> str:
    return ", ".join(f"{name} {value}" for name, value in options.model_dump().items())
