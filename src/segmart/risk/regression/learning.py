"""From labelled customers to a model that serves, or to the reason why there is none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from segmart.learning.declaration import EVERYBODY
from segmart.learning.figures import CurvePoint, Metric
from segmart.learning.fitting import Refusal
from segmart.learning.guards import Finding
from segmart.learning.recipes import recipes_of
from segmart.progress import report
from segmart.risk.choice import BASELINES, Choice, choose, hardest_baseline
from segmart.risk.regression.artefact import RiskArtefact
from segmart.risk.regression.conformal import margins
from segmart.risk.regression.curves import importance_curve, regression_curves
from segmart.risk.regression.customers import customers_of
from segmart.risk.regression.declaration import Regression
from segmart.risk.regression.evaluation import Judged, judge, train_all
from segmart.risk.regression.leakage import leaks
from segmart.risk.regression.metrics import regression_metrics
from segmart.risk.regression.predictors import LIGHTEST_FIRST, predictor_from_content
from segmart.risk.regression.splitting import split_of

# With fewer customers to learn from, or to judge by, no figure means anything.
FEWEST_ROWS_OF_A_PART = 10


@dataclass(frozen=True)
class Learned:
    """A learned model: the artefact, how its makers were judged, and all else the registry records."""

    artefact: RiskArtefact
    choice: Choice
    judged: Judged
    judged_positions: np.ndarray
    features_left_out: list[dict]
    metrics: list[Metric]
    curves: list[CurvePoint]


def learn(
    model_name: str,
    model_version: int,
    declared: Regression,
    frame: pd.DataFrame,
    column_types: Mapping[str, str],
    findings: Sequence[Finding],
) -> Learned | Refusal:
    """Learn one model.

    `frame` holds one row per labelled customer ordered by key: the declared features and the label as
    doubles, the segment as text. `findings` are what guards found on all rows. Raises FeatureError for a
    required feature that cannot be learned from, and for any feature that gives the label away.
    """
    labels = frame[declared.label.column].to_numpy(dtype=float)
    if labels.min() == labels.max():
        return Refusal(f"{declared.label.column} is {labels[0]:g} for all {len(labels):,} labelled customers")
    # Recipes see no label, so they are learned once, from all labelled customers; a feature that varies among
    # them may well be constant in a fold.
    recipes, left_out = recipes_of(
        model_name,
        EVERYBODY,
        declared.features,
        frame,
        column_types,
        findings,
        objection=lambda name, values: leaks(name, values, labels, declared.label.column),
    )
    if not recipes:
        return Refusal("no feature is left to learn from", left_out)
    segment_column = declared.segment.column if declared.segment else None
    customers = customers_of(frame, declared.entity, recipes, segment_column)
    split = split_of(declared.evaluation, customers.keys, declared.random_seed)
    if min(len(split.judged), *map(len, split.training)) < FEWEST_ROWS_OF_A_PART:
        return Refusal(f"{len(labels):,} labelled customers are too few for a {split.name}", left_out)

    trained = train_all(declared, split, customers, labels, model_name)
    judged = judge(declared, split, trained, customers, labels)
    choice = choose(judged.squared_errors(), "mean squared error", LIGHTEST_FIRST, declared.random_seed)
    report(f"{model_name}: {choice.choice_reason}")
    errors = judged.labels - judged.predicted[choice.served]
    artefact = RiskArtefact(
        model_name=model_name,
        model_version=model_version,
        task=declared.task,
        entity=declared.entity,
        label=declared.label,
        where=declared.where,
        segment_column=segment_column,
        recipes=() if choice.served in BASELINES else recipes,
        served=choice.served,
        # Read back from their content, so that what is compared and stored is what will serve.
        predictors=tuple(
            predictor_from_content(choice.served, predictor.as_content())
            for predictor in trained[choice.served]
        ),
        margins=margins(errors, judged.customers.segments, declared.interval_level),
    )
    seed, features = declared.random_seed, [recipe.name for recipe in recipes]
    return Learned(
        artefact=artefact,
        choice=choice,
        judged=judged,
        judged_positions=split.judged,
        features_left_out=left_out,
        metrics=regression_metrics(judged, hardest_baseline(trained), choice.served, seed),
        curves=[
            *regression_curves(judged, [choice.served, choice.best], seed),
            *importance_curve(choice.best, trained[choice.best], judged, features, seed),
        ],
    )
