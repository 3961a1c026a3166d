"""What probabilities and decisions do to groups of people: monitoring, not a finding of legal compliance.

The approval ratio is read beside the four-fifths rule (US Uniform Guidelines on Employee Selection
Procedures, 29 CFR 1607.4 D, 1978), a threshold for looking closer and no more than that.
"""

from collections.abc import Mapping
from functools import partial

import numpy as np
import pandas as pd

from segmart.learning.figures import Metric
from segmart.learning.intervals import RESAMPLES, Interval, wilson_interval
from segmart.risk.classification.inputs import checked
from segmart.risk.classification.metrics import (
    AS_PREDICTED,
    BASE_RATE,
    defined_metric,
    rankings_of,
    resampled_figures,
)
from segmart.risk.resampling import interval_from

FOUR_FIFTHS = 0.8
EVERYBODY = "everybody"
# A group of fewer rows has no figures; one with fewer events, or fewer rows without one, none of its PD.
FEWEST_ROWS, FEWEST_OF_A_CLASS = 30, 5
MISSING = "missing"
UNKNOWN = Interval(np.nan, np.nan, np.nan)


def subgroup_metrics(
    attribute: str,
    groups: np.ndarray,
    candidate: str,
    split: str,
    labels: np.ndarray,
    probabilities: np.ndarray,
    is_approved: np.ndarray,
    seed: int,
    is_served: bool = True,
    resamples: int = RESAMPLES,
) -> list[Metric]:
    """Return for each group (rows,) of an attribute how its members are approved and how right their PD is.

    `subgroup` is "attribute=group"; rows without a group are one of their own. The approval ratio is the rate
    of approval, by decisions `is_approved` (rows,), against that of the best-treated group with rows enough.
    A figure for which a group is too small is none.

    Raises InputError when labels and probabilities cannot be judged.
    """
    labels, probabilities = checked(labels, probabilities)
    is_approved = np.asarray(is_approved, dtype=bool)
    names = np.array([MISSING if pd.isna(group) else str(group) for group in groups], dtype=object)
    members = {name: np.flatnonzero(names == name) for name in sorted(set(names))}
    approval = _approval(
        {name: is_approved[rows] for name, rows in members.items() if len(rows) >= FEWEST_ROWS},
        np.random.default_rng([seed, len(labels)]),
        resamples,
    )
    overall = {"approval_rate": np.mean(is_approved) if len(labels) else np.nan}
    overall |= rankings_of(labels, probabilities)[0].figures(cut_off=1.0)
    metrics: list[Metric] = []
    for name, rows in members.items():
        figures = approval.get(name, {}) | _of_pd(labels[rows], probabilities[rows], seed, resamples)
        of_group = partial(
            defined_metric,
            candidate=candidate,
            split=split,
            row_count=len(rows),
            is_served=is_served,
            subgroup=f"{attribute}={name}",
        )
        metrics += [
            of_group(
                metric=metric,
                interval=figures.get(metric, UNKNOWN),
                baseline=baseline,
                baseline_value=value,
            )
            for metric, (baseline, value) in {
                "approval_rate": (EVERYBODY, overall["approval_rate"]),
                "approval_ratio": ("four-fifths rule", FOUR_FIFTHS),
                "mean_pd": (BASE_RATE, figures.get("base_rate", UNKNOWN).value),
                "base_rate": (EVERYBODY, overall["base_rate"]),
                "mean_pd_to_base_rate": (AS_PREDICTED, 1.0),
                "roc_auc": (EVERYBODY, overall["roc_auc"]),
            }.items()
        ]
    return metrics


def _approval(
    approved: Mapping[str, np.ndarray], generator: np.random.Generator, resamples: int
) -> dict[str, dict[str, Interval]]:
    """Return rate and ratio of approval of each group of decisions (rows,), resampled within the groups."""
    rates = {}
    for name, decisions in approved.items():
        rate, size = decisions.mean(), len(decisions)
        rates[name] = np.r_[rate, generator.binomial(size, rate, size=resamples) / size]
    best = max(rates, key=lambda name: rates[name][0], default=None)
    # Where nobody is approved, nobody is treated best.
    with np.errstate(divide="ignore", invalid="ignore"):
        return {
            name: {
                "approval_rate": wilson_interval(decisions.sum(), len(decisions)),
                "approval_ratio": interval_from(rates[name] / rates[best]),
            }
            for name, decisions in approved.items()
        }


def _of_pd(labels: np.ndarray, probabilities: np.ndarray, seed: int, resamples: int) -> dict[str, Interval]:
    """Return what is to be said of the PD of one group, or nothing where it is too small."""
    event_count = labels.sum()
    if len(labels) < FEWEST_ROWS or min(event_count, len(labels) - event_count) < FEWEST_OF_A_CLASS:
        return {}
    rankings = {"own": rankings_of(labels, probabilities)}
    drawn = resampled_figures(rankings, cut_off=1.0, seed=seed, resamples=resamples)["own"]
    return {metric: interval_from(values) for metric, values in drawn.items()}
