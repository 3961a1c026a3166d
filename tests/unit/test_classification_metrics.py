"""Figures about probabilities equal the field's own, and say nothing where nothing is to be said."""

import time

import numpy as np
import pytest
from scipy.stats import ks_2samp
from sklearn import metrics as sklearn_metrics

from segmart.errors import InputError
from segmart.risk.classification.bins import bin_starts
from segmart.risk.classification.inputs import checked
from segmart.risk.classification.metrics import classification_metrics
from segmart.risk.classification.ranking import ranking_of


def judged(rows: int, seed: int = 1, middle: float = -1.5, digits: int = 15) -> tuple[np.ndarray, np.ndarray]:
    """Return labels and the very probabilities they were drawn with."""
    generator = np.random.default_rng(seed)
    probabilities = (1 / (1 + np.exp(-generator.normal(size=rows) - middle))).round(digits)
    return (generator.random(rows) < probabilities).astype(float), probabilities


def measured(labels, predicted, **changes) -> dict[tuple[str, str], object]:
    """Return metrics by candidate and name, from few resamples."""
    arguments = {"split": "holdout", "cut_off": 0.3, "served": "model", "seed": 1, "resamples": 50} | changes
    found = classification_metrics(np.asarray(labels), predicted, **arguments)
    return {(metric.candidate, metric.metric): metric for metric in found}


def of_model(labels, probabilities, **changes) -> dict[str, object]:
    found = measured(labels, {"model": np.asarray(probabilities)}, **changes)
    return {name: metric for (_, name), metric in found.items()}


@pytest.mark.parametrize("digits", [15, 1])
def test_figures_equal_those_of_scikit_learn_with_ties_and_without(digits):
    labels, probabilities = judged(2_000, digits=digits)
    found = {name: metric.value for name, metric in of_model(labels, probabilities).items()}
    decided = probabilities >= 0.3

    expected = {
        "roc_auc": sklearn_metrics.roc_auc_score(labels, probabilities),
        "gini": 2 * sklearn_metrics.roc_auc_score(labels, probabilities) - 1,
        "ks": ks_2samp(
            probabilities[labels == 0], probabilities[labels == 1], alternative="greater", method="asymp"
        ).statistic,
        "pr_auc": sklearn_metrics.average_precision_score(labels, probabilities),
        "brier": sklearn_metrics.brier_score_loss(labels, probabilities),
        "log_loss": sklearn_metrics.log_loss(labels, probabilities),
        "accuracy": sklearn_metrics.accuracy_score(labels, decided),
        "balanced_accuracy": sklearn_metrics.balanced_accuracy_score(labels, decided),
        "precision": sklearn_metrics.precision_score(labels, decided),
        "recall": sklearn_metrics.recall_score(labels, decided),
        "f1": sklearn_metrics.f1_score(labels, decided),
        "predicted_event_rate": decided.mean(),
        "mean_pd": probabilities.mean(),
        "base_rate": labels.mean(),
        "mean_pd_to_base_rate": probabilities.mean() / labels.mean(),
        "cut_off": 0.3,
    }
    assert {name: found[name] for name in expected} == pytest.approx(expected, abs=1e-10)


def test_a_row_counted_twice_is_two_rows():
    labels, probabilities = judged(300, digits=2)
    counts = np.random.default_rng(3).integers(3, size=300)

    counted = ranking_of(labels, probabilities).figures(0.3, counts)

    weighted = {
        "roc_auc": sklearn_metrics.roc_auc_score(labels, probabilities, sample_weight=counts),
        "pr_auc": sklearn_metrics.average_precision_score(labels, probabilities, sample_weight=counts),
        "log_loss": sklearn_metrics.log_loss(labels, probabilities, sample_weight=counts),
    }
    assert {name: counted[name] for name in weighted} == pytest.approx(weighted, abs=1e-12)
    repeated = ranking_of(np.repeat(labels, counts), np.repeat(probabilities, counts)).figures(0.3)
    by_bins = {"expected_calibration_error", "squared_calibration_error"}
    assert {name: counted[name] for name in counted if name not in by_bins} == pytest.approx(
        {name: repeated[name] for name in repeated if name not in by_bins}, abs=1e-12
    )


def test_four_customers_by_hand():
    found = of_model([1, 0, 1, 0], [0.9, 0.8, 0.3, 0.1], cut_off=0.5)

    # Of the four pairs of an event and a non-event three are in the right order.
    assert found["roc_auc"].value == 0.75
    assert found["ks"].value == 0.5
    assert found["pr_auc"].value == pytest.approx((1 + 2 / 3) / 2)
    assert found["brier"].value == pytest.approx((0.01 + 0.64 + 0.49 + 0.01) / 4)
    assert found["accuracy"].value == found["precision"].value == found["recall"].value == 0.5
    # One bin: 0.525 said, 0.5 observed; less than chance alone adds to a square, 0.25 / 3.
    assert found["expected_calibration_error"].value == pytest.approx(0.025)
    assert found["rms_calibration_error"].value == 0


def test_every_figure_has_its_baseline():
    labels, probabilities = judged(2_000)
    rate, flagged = labels.mean(), (probabilities >= 0.3).mean()
    found = of_model(labels, probabilities)

    baselines = {name: (metric.baseline, metric.baseline_value) for name, metric in found.items()}
    assert baselines["roc_auc"] == ("base rate", 0.5)
    assert baselines["gini"] == baselines["ks"] == baselines["skill"] == ("base rate", 0)
    assert baselines["pr_auc"] == ("base rate", pytest.approx(rate))
    assert baselines["brier"] == ("base rate", pytest.approx(rate * (1 - rate)))
    entropy = -rate * np.log(rate) - (1 - rate) * np.log(1 - rate)
    assert baselines["log_loss"] == ("base rate", pytest.approx(entropy))
    assert baselines["accuracy"] == ("majority class", pytest.approx(1 - rate))
    assert baselines["balanced_accuracy"] == ("as many at random", 0.5)
    assert baselines["precision"] == ("as many at random", pytest.approx(rate))
    assert baselines["recall"] == ("as many at random", pytest.approx(flagged))
    assert baselines["mean_pd"] == ("base rate", pytest.approx(rate))
    assert baselines["base_rate"] == ("mean PD", pytest.approx(probabilities.mean()))


def test_a_rule_score_can_be_the_baseline():
    labels, probabilities = judged(1_000)
    rule = np.where(probabilities > 0.2, 0.35, 0.1)
    found = measured(labels, {"model": probabilities, "rule": rule}, baseline="rule")

    for name in ("roc_auc", "ks", "pr_auc", "brier", "log_loss"):
        assert found["model", name].baseline == "rule"
        assert found["model", name].baseline_value == found["rule", name].value
    skill = 1 - found["model", "brier"].value / found["rule", "brier"].value
    assert found["model", "skill"].value == pytest.approx(skill)
    assert found["rule", "skill"].value == 0
    assert found["model", "roc_auc"].is_served
    assert not found["rule", "roc_auc"].is_served


def test_the_area_published_from_hard_labels_is_balanced_accuracy_and_not_the_area():
    """The public case shows 0.728 / 0.742 / 0.728 as "ROC-AUC", where the real areas are about 0.78."""
    labels, probabilities = judged(1_000, middle=-0.8)
    decided = (probabilities >= 0.5).astype(float)

    published = sklearn_metrics.roc_auc_score(labels, decided)
    found = of_model(labels, probabilities, cut_off=0.5)

    assert found["balanced_accuracy"].value == pytest.approx(published, abs=1e-12)
    assert found["roc_auc"].value > published + 0.02
    assert of_model(labels, decided, cut_off=0.5)["balanced_accuracy"].value == pytest.approx(published)
    # Decisions rank nothing, so no area is read from them.
    assert of_model(labels, decided)["roc_auc"].value is None


def test_a_perfect_model_has_a_calibration_error_and_the_baseline_says_how_large():
    labels, probabilities = judged(3_000)
    ranking = ranking_of(labels, probabilities)
    generator = np.random.default_rng(5)
    simulated = [
        ranking_of((generator.random(3_000) < probabilities).astype(float), probabilities).figures(0.5)
        for _ in range(300)
    ]
    by_chance = np.mean([figures["expected_calibration_error"] for figures in simulated])

    found = of_model(labels, probabilities)
    assert by_chance > 0.01
    assert ranking.error_by_chance() == pytest.approx(by_chance, rel=0.03)
    assert found["expected_calibration_error"].baseline_value == pytest.approx(ranking.error_by_chance())
    # What chance adds is taken out of the other one.
    squares = [figures["squared_calibration_error"] for figures in simulated]
    assert np.mean(squares) == pytest.approx(0, abs=3 * np.std(squares) / np.sqrt(300))


def test_a_wrong_model_has_the_calibration_error_it_deserves():
    labels, probabilities = judged(20_000)
    found = of_model(labels, np.minimum(probabilities + 0.05, 1))
    assert found["expected_calibration_error"].value == pytest.approx(0.05, abs=0.01)
    assert found["rms_calibration_error"].value == pytest.approx(0.05, abs=0.01)
    assert found["rms_calibration_error"].interval_low > 0.03


def test_intervals_hold_the_figure_and_are_as_wide_as_theory_says():
    labels, probabilities = judged(2_000)
    found = of_model(labels, probabilities, resamples=500)

    for name, metric in found.items():
        if name != "cut_off":
            assert metric.interval_low <= metric.value <= metric.interval_high, name
    rate = labels.mean()
    width = found["base_rate"].interval_high - found["base_rate"].interval_low
    assert width == pytest.approx(2 * 1.96 * np.sqrt(rate * (1 - rate) / 2_000), rel=0.15)


def test_what_is_not_defined_is_none():
    nobody_flagged = of_model([1, 0, 0], [0.2, 0.1, 0.1], cut_off=0.5)
    assert nobody_flagged["precision"].value is None
    assert nobody_flagged["precision"].interval_low is None
    assert nobody_flagged["recall"].value == nobody_flagged["f1"].value == 0
    assert nobody_flagged["cut_off"].interval_low is None

    no_event = of_model([0, 0, 0], [0.2, 0.1, 0.1])
    for name in ("roc_auc", "gini", "ks", "pr_auc", "recall", "balanced_accuracy", "mean_pd_to_base_rate"):
        assert no_event[name].value is None, name
    assert no_event["brier"].value == pytest.approx(0.02)
    assert no_event["accuracy"].value == 1

    only_events = of_model([1, 1], [0.2, 0.1])
    assert only_events["roc_auc"].value is None
    assert only_events["balanced_accuracy"].value is None


def test_resamples_of_one_class_are_left_out():
    found = of_model([1, 0, 0, 0], [0.9, 0.1, 0.2, 0.3], resamples=200)
    assert (found["roc_auc"].value, found["roc_auc"].interval_low) == (1, 1)


def test_no_rows_have_no_figures():
    for metric in of_model(np.empty(0), np.empty(0)).values():
        assert metric.row_count == 0
        assert metric.value is None or metric.metric == "cut_off"


def test_certainty_that_is_wrong_costs_much_but_not_infinitely_much():
    assert of_model([1, 0], [0.0, 0.5])["log_loss"].value == pytest.approx(
        (34.54 - np.log(0.5)) / 2, abs=0.01
    )


@pytest.mark.parametrize(
    ("labels", "probabilities", "message"),
    [
        ([0, 1, 2], [0.1, 0.2, 0.3], "1 of 3 labels are neither 0 nor 1"),
        ([0, np.nan], [0.1, 0.2], "1 of 2 labels are neither"),
        ([0, 1], [0.1, 1.2], "1 of 2 probabilities are missing or outside"),
        ([0, 1], [0.1, np.nan], "1 of 2 probabilities are missing or outside"),
        ([0, 1], [0.1], "do not belong to the same rows"),
    ],
)
def test_what_cannot_be_judged_is_refused_with_a_remedy(labels, probabilities, message):
    with pytest.raises(InputError, match=message) as raised:
        checked(np.array(labels), np.array(probabilities))
    assert "Remedy" in str(raised.value)


def test_figures_do_not_hang_on_the_order_of_rows():
    labels, probabilities = judged(500, digits=2)
    order = np.random.default_rng(2).permutation(500)
    one, other = of_model(labels, probabilities), of_model(labels[order], probabilities[order])
    assert {name: metric.value for name, metric in one.items()} == {
        name: metric.value for name, metric in other.items()
    }


def test_repetitions_are_averaged_and_do_not_pass_for_more_customers():
    labels, probabilities = judged(400)
    noise = np.random.default_rng(1).normal(scale=0.02, size=(400, 3))
    repeated = np.clip(probabilities[:, None] + noise, 0, 1)

    found = of_model(labels, repeated, resamples=300)["roc_auc"]
    alone = [of_model(labels, repeated[:, column], resamples=300)["roc_auc"] for column in range(3)]

    assert found.row_count == 400
    assert found.value == pytest.approx(np.mean([one.value for one in alone]))
    width = np.mean([one.interval_high - one.interval_low for one in alone])
    assert found.interval_high - found.interval_low > 0.9 * width


def test_the_order_is_read_from_scores_where_they_are_given():
    labels, probabilities = judged(500)
    calibrated = np.where(np.arange(500) % 2, probabilities, 0.8 * probabilities)
    found = measured(labels, {"model": calibrated}, scores={"model": probabilities})
    one, other = of_model(labels, probabilities), of_model(labels, calibrated)
    assert one["roc_auc"].value != other["roc_auc"].value
    for name in ("roc_auc", "gini", "ks", "pr_auc"):
        assert found["model", name] == one[name]
    for name in ("brier", "log_loss", "mean_pd", "recall"):
        assert found["model", name] == other[name]


def test_equal_probabilities_share_a_bin():
    ordered = np.repeat([0.9, 0.5, 0.1], [30, 40, 30])
    assert bin_starts(ordered, 10).tolist() == [0, 30, 70]
    assert bin_starts(np.full(1_000, 0.2)).tolist() == [0]
    assert len(bin_starts(np.arange(1_000.0))) == 10
    assert len(bin_starts(np.arange(120.0))) == 2
    assert len(bin_starts(np.empty(0))) == 0


def test_twenty_thousand_rows_take_seconds():
    labels, probabilities = judged(20_000)
    started = time.process_time()
    of_model(labels, probabilities, resamples=500)
    assert time.process_time() - started < 6
