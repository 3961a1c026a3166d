"""Groups are compared with the best-treated one and with what happened, unless they are too small."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from segmart.risk.classification.subgroups import subgroup_metrics


def by_group(groups, labels, probabilities, is_approved, **changes) -> dict[tuple[str, str], object]:
    arguments = {"attribute": "gender", "candidate": "model", "split": "holdout", "seed": 1, "resamples": 200}
    found = subgroup_metrics(
        groups=np.asarray(groups, dtype=object),
        labels=np.asarray(labels, dtype=float),
        probabilities=np.asarray(probabilities, dtype=float),
        is_approved=np.asarray(is_approved),
        **(arguments | changes),
    )
    return {(metric.subgroup, metric.metric): metric for metric in found}


@pytest.fixture
def judged() -> dict:
    """Women are twice as likely to default as the model says, and men half as likely."""
    generator = np.random.default_rng(1)
    probabilities = generator.uniform(0.05, 0.25, size=4_000)
    groups = np.where(np.arange(4_000) < 1_000, "F", "M")
    truth = np.where(groups == "F", 2.0, 0.5) * probabilities
    labels = (generator.random(4_000) < truth).astype(float)
    return {
        "groups": groups,
        "labels": labels,
        "probabilities": probabilities,
        "is_approved": probabilities < np.where(groups == "F", 0.12, 0.2),
    }


def test_the_approval_ratio_is_that_to_the_best_treated_group(judged):
    found = by_group(**judged)
    women = judged["groups"] == "F"
    rates = judged["is_approved"][women].mean(), judged["is_approved"][~women].mean()

    ratio = found["gender=F", "approval_ratio"]
    assert ratio.value == pytest.approx(rates[0] / rates[1])
    assert ratio.interval_low < ratio.value < ratio.interval_high < 0.8
    assert (ratio.baseline, ratio.baseline_value) == ("four-fifths rule", 0.8)
    best = found["gender=M", "approval_ratio"]
    assert (best.value, best.interval_low, best.interval_high) == (1, 1, 1)
    rate = found["gender=F", "approval_rate"]
    assert (rate.value, rate.baseline_value) == pytest.approx((rates[0], judged["is_approved"].mean()))


def test_a_pd_that_is_wrong_for_one_group_is_seen(judged):
    found = by_group(**judged)
    women, men = found["gender=F", "mean_pd_to_base_rate"], found["gender=M", "mean_pd_to_base_rate"]
    assert women.value == pytest.approx(0.5, abs=0.1)
    assert women.interval_high < 1 < men.interval_low
    assert (women.baseline, women.baseline_value) == ("as many as predicted", 1)
    own = judged["groups"] == "F"
    area = roc_auc_score(judged["labels"][own], judged["probabilities"][own])
    assert found["gender=F", "roc_auc"].value == pytest.approx(area)
    everybody = roc_auc_score(judged["labels"], judged["probabilities"])
    assert found["gender=F", "roc_auc"].baseline_value == pytest.approx(everybody)
    assert found["gender=F", "mean_pd"].baseline_value == found["gender=F", "base_rate"].value


def test_a_group_of_few_rows_is_counted_and_nothing_else(judged):
    judged["groups"] = np.where(np.arange(4_000) < 29, "X", judged["groups"])
    judged["is_approved"][:29] = True
    found = by_group(**judged)
    few = [metric for (subgroup, _), metric in found.items() if subgroup == "gender=X"]
    assert len(few) == 6
    assert all(metric.value is None and metric.row_count == 29 for metric in few)
    # Nor is it the one to be compared with, although all of them were approved.
    assert found["gender=M", "approval_ratio"].value == 1


def test_a_group_of_few_events_has_no_figures_of_its_pd(judged):
    judged["labels"][:1_000] = np.arange(1_000) < 4
    found = by_group(**judged)
    assert found["gender=F", "approval_ratio"].value is not None
    for name in ("mean_pd", "base_rate", "mean_pd_to_base_rate", "roc_auc"):
        assert found["gender=F", name].value is None
        assert found["gender=M", name].value is not None


@pytest.mark.parametrize("missing", [None, np.nan])
def test_those_without_a_group_are_one(judged, missing):
    groups = judged["groups"].astype(object)
    groups[:100] = missing
    found = by_group(**(judged | {"groups": groups}))
    assert found["gender=missing", "approval_rate"].row_count == 100


def test_where_nobody_is_approved_there_is_no_ratio(judged):
    found = by_group(**(judged | {"is_approved": np.zeros(4_000, dtype=bool)}))
    assert found["gender=F", "approval_rate"].value == 0
    assert found["gender=F", "approval_ratio"].value is None


def test_no_rows_have_no_groups():
    assert by_group([], [], [], []) == {}
