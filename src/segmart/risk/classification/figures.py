"""All figures and curves of a learned classification, from how its makers were judged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from segmart.learning.figures import CLOUD_POINTS, CurvePoint, Metric
from segmart.learning.hashing import in_hash_order
from segmart.learning.intervals import Interval
from segmart.risk.choice import BASELINES, CONSTANT, Choice, hardest_baseline
from segmart.risk.classification.artefact import ClassificationArtefact
from segmart.risk.classification.curves import (
    calibration_points,
    confusion_points,
    gains_points,
    precision_recall_points,
    roc_points,
    short,
)
from segmart.risk.classification.cut_off import Costs, cost_metric, cost_points
from segmart.risk.classification.development import Candidate, scores_of_unseen
from segmart.risk.classification.distributions import (
    correlation_points,
    label_distribution_points,
    score_distribution_points,
)
from segmart.risk.classification.explaining import monotone_violations
from segmart.risk.classification.judging import Judged
from segmart.risk.classification.labelled import Labelled
from segmart.risk.classification.metrics import (
    classification_metrics,
    defined_metric,
    rankings_of,
    resampled_figures,
)
from segmart.risk.classification.models import SCORECARD, XGBOOST, bin_points, card_points, train
from segmart.risk.classification.printed_card import printed_card
from segmart.risk.classification.subgroups import subgroup_metrics
from segmart.risk.resampling import interval_from

LEARNED_ROWS = "learned rows"
WITH, WITHOUT = "with directions", "without directions"


@dataclass(frozen=True)
class Evidence:
    """What figures are made of: who serves, how everybody was judged, the deciding split first, on whom."""

    artefact: ClassificationArtefact
    all_judged: Sequence[Judged]
    choice: Choice
    costs: Costs
    labelled: Labelled
    candidates: Mapping[str, Candidate]
    seed: int

    @property
    def deciding(self) -> Judged:
        """How everybody was judged on the split that decided."""
        return self.all_judged[0]

    @property
    def shown(self) -> list[str]:
        """The learned candidates whose curves are drawn: the one that serves and the best."""
        return [
            name for name in dict.fromkeys([self.choice.served, self.choice.best]) if name not in BASELINES
        ]

    @property
    def classes(self) -> tuple[str, str]:
        """What the absence of the event and the event are called."""
        event = self.artefact.label.event
        return f"no {event}", event


def metrics_of(evidence: Evidence) -> list[Metric]:
    """Return every figure of every candidate on every split, those of groups of people, and of directions."""
    served, seed, costs = evidence.choice.served, evidence.seed, evidence.costs
    metrics: list[Metric] = []
    for judged in evidence.all_judged:
        # Constants of different folds, side by side, would seem to order rows.
        scores = {**judged.scores, CONSTANT: np.full_like(judged.probabilities[CONSTANT], 0.5)}
        metrics += classification_metrics(
            judged.labels,
            judged.probabilities,
            judged.split.name,
            costs.cut_off,
            served,
            seed,
            baseline=hardest_baseline(judged.probabilities),
            scores=scores,
        )
        metrics.append(
            cost_metric(
                served, judged.split.name, judged.labels, judged.first(served), costs, seed, is_served=True
            )
        )
    return [*metrics, *_of_groups(evidence), *_of_directions(evidence)]


def curves_of(evidence: Evidence) -> list[CurvePoint]:
    """Return the curves of the data, and of who serves and the best candidate on the deciding split."""
    judged, costs, labelled = evidence.deciding, evidence.costs, evidence.labelled
    labels, classes = judged.labels, evidence.classes
    points: list[CurvePoint] = []
    for name in evidence.shown:
        said = judged.first(name)
        points += roc_points(name, labels, judged.scores[name][:, 0])
        points += precision_recall_points(name, labels, judged.scores[name][:, 0])
        points += calibration_points(name, labels, said)
        points += confusion_points(name, labels, said, costs.cut_off, classes)
        points += gains_points(name, labels, judged.scores[name][:, 0])
    numbers = [column.name for column in labelled.columns if column.is_number]
    said = judged.first(evidence.shown[0])
    return [
        *points,
        *score_distribution_points(labels, said, classes),
        *cost_points(labels, judged.first(evidence.choice.served), costs),
        *label_distribution_points(labelled.labels, classes),
        *correlation_points(numbers, labelled.features[numbers].to_numpy(dtype=float), labelled.labels),
        *_of_features(evidence),
    ]


def _of_groups(evidence: Evidence) -> list[Metric]:
    """Return what decisions of who serves do to groups of people, on the split that decided."""
    judged, served = evidence.deciding, evidence.choice.served
    said = judged.first(served)
    return [
        metric
        for attribute, groups in evidence.labelled.groups.items()
        for metric in subgroup_metrics(
            attribute,
            groups[judged.positions],
            served,
            judged.split.name,
            judged.labels,
            said,
            said < evidence.costs.cut_off,
            evidence.seed,
        )
    ]


def _of_directions(evidence: Evidence) -> list[Metric]:
    """Return whether the declared directions hold, and what they cost in area under the ROC curve."""
    artefact, labelled = evidence.artefact, evidence.labelled
    directed = [column for column in labelled.columns if column.direction]
    if not directed:
        return []
    metrics = []
    if not artefact.is_baseline:
        swept = monotone_violations(artefact.serving.probabilities, artefact.columns, labelled.features)
        # Counted over rows that are chosen by nothing but their place, so that there is nothing to estimate.
        count = Interval(float(sum(row["violation_count"] for row in swept)), np.nan, np.nan)
        metrics.append(
            defined_metric(
                candidate=artefact.served,
                split=LEARNED_ROWS,
                metric="monotone_violation_count",
                interval=count,
                row_count=swept[0]["row_count"],
                baseline="as declared",
                baseline_value=0.0,
                is_served=True,
            )
        )
    names = dict.fromkeys([*evidence.shown, *([XGBOOST] if XGBOOST in evidence.candidates else [])])
    return [*metrics, *(_loss_of_directions(evidence, name) for name in names)]


def _loss_of_directions(evidence: Evidence, name: str) -> Metric:
    """Return by how much the area under the curve is larger without directions, all else as declared."""
    candidate, split = evidence.candidates[name], evidence.deciding.split
    columns = tuple(replace(column, direction=None) for column in candidate.columns)
    rankings = {
        WITH: rankings_of(evidence.deciding.labels, _scores(evidence, candidate)),
        WITHOUT: rankings_of(
            evidence.deciding.labels, _scores(evidence, replace(candidate, columns=columns))
        ),
    }
    figures = resampled_figures(rankings, evidence.costs.cut_off, evidence.seed)
    return defined_metric(
        candidate=name,
        split=split.name,
        metric="roc_auc_loss_of_directions",
        interval=interval_from(figures[WITHOUT]["roc_auc"] - figures[WITH]["roc_auc"]),
        row_count=len(evidence.deciding),
        baseline="no loss",
        baseline_value=0.0,
        is_served=name == evidence.choice.served,
    )


def _scores(evidence: Evidence, candidate: Candidate) -> np.ndarray:
    """Return what a candidate says (rows,) of the rows the deciding split judges first."""
    judged, rows = evidence.deciding, evidence.labelled.rows
    scores = np.empty(len(judged))
    for part in judged.split.parts:
        if part.repetition == 0:
            at = np.searchsorted(judged.positions, part.judged)
            scores[at] = scores_of_unseen(candidate, rows.take(part.learned), rows.take(part.judged))
    return scores


def _of_features(evidence: Evidence) -> list[CurvePoint]:
    """Return the scorecard's bins, and what each feature adds to the log-odds of learned rows on average."""
    artefact, labelled, points = evidence.artefact, evidence.labelled, []
    model = None if artefact.is_baseline else artefact.serving.model
    if SCORECARD in evidence.candidates:
        is_served = artefact.served == SCORECARD
        options = evidence.candidates[SCORECARD].options
        points += bin_points(
            model if is_served else train(SCORECARD, options, labelled.rows, labelled.columns, evidence.seed)
        )
        points += card_points(printed_card(artefact.serving, artefact.scale)) if is_served else []
    if model is not None:
        sample = labelled.features.iloc[in_hash_order(labelled.keys, CLOUD_POINTS)]
        means = np.abs(model.contributions(sample).values).mean(axis=0)
        points += [
            CurvePoint(
                curve="mean_contribution",
                series=artefact.served,
                position=position,
                y=short(means[column]),
                label=artefact.columns[column].name,
                row_count=len(sample),
            )
            for position, column in enumerate(np.argsort(-means, kind="stable"), start=1)
        ]
    return points
