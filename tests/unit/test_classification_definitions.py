"""Every name that is written about a classification has its definition."""

import csv
from pathlib import Path

import numpy as np
from classification_cases import AMOUNT, applications, declaration, figures_of, fit

from segmart.risk.classification.curves import (
    calibration_points,
    confusion_points,
    gains_points,
    precision_recall_points,
    roc_points,
)
from segmart.risk.classification.cut_off import Costs, cost_metric, cost_points
from segmart.risk.classification.distributions import (
    correlation_points,
    label_distribution_points,
    score_distribution_points,
)
from segmart.risk.classification.metrics import classification_metrics
from segmart.risk.classification.subgroups import subgroup_metrics

SEEDS = Path(__file__).parents[2] / "seeds"


def judged() -> tuple[np.ndarray, np.ndarray]:
    probabilities = np.random.default_rng(1).random(200)
    return (np.random.default_rng(2).random(200) < probabilities).astype(float), probabilities


def defined(seed: str, column: str) -> set[str]:
    with (SEEDS / seed).open(encoding="utf-8", newline="") as rows:
        return {row[column] for row in csv.DictReader(rows)}


def test_every_figure_is_defined_in_the_seed():
    labels, probabilities = judged()
    costs = cost_metric("model", "holdout", labels, probabilities, Costs(4, 1), seed=1, is_served=True)
    groups = subgroup_metrics(
        "gender", np.full(200, "F"), "model", "holdout", labels, probabilities, probabilities < 0.3, seed=1
    )
    figures = classification_metrics(
        labels, {"model": probabilities}, "holdout", 0.3, "model", 1, resamples=2
    )
    emitted = {*(metric.metric for metric in figures), costs.metric, *(metric.metric for metric in groups)}
    assert emitted <= defined("metric_definitions.csv", "metric")


def test_every_curve_is_defined_in_the_seed():
    labels, probabilities = judged()
    points = [
        *roc_points("model", labels, probabilities),
        *precision_recall_points("model", labels, probabilities),
        *calibration_points("model", labels, probabilities),
        *confusion_points("model", labels, probabilities, 0.3),
        *gains_points("model", labels, probabilities),
        *label_distribution_points(labels),
        *score_distribution_points(labels, probabilities),
        *correlation_points(["x", "y"], np.column_stack([labels, probabilities]), labels),
        *cost_points(labels, probabilities, Costs(4, 1)),
    ]
    assert {point.curve for point in points} <= defined("curve_definitions.csv", "curve")


def test_every_name_a_fit_writes_is_defined():
    declared = declaration(
        features=[{"name": AMOUNT, "direction": "increasing"}, {"name": "gender"}],
        candidates={"scorecard": {}},
        protected=["region's code"],
        time="applied_on",
    )
    row = fit(applications(), declared)

    figures, curves = set(figures_of(row)["metric"]), set(figures_of(row, "curves")["curve"])
    assert {"monotone_violation_count", "roc_auc_loss_of_directions", "approval_ratio"} <= figures
    assert {"scorecard_bins", "scorecard_points", "mean_contribution", "roc"} <= curves
    assert figures <= defined("metric_definitions.csv", "metric")
    assert curves <= defined("curve_definitions.csv", "curve")
