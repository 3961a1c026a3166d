"""How good probabilities of an event are: every figure with its interval, beside what to hold it against."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from segmart.learning.figures import Metric, metric_of
from segmart.learning.intervals import RESAMPLES, Interval
from segmart.learning.preparation import rounded
from segmart.learning.threads import one_thread
from segmart.risk.classification.inputs import checked
from segmart.risk.classification.ranking import FIGURES, FIGURES_OF_RANKS, Ranking, ranking_of
from segmart.risk.resampling import interval_from

BASE_RATE, AS_PREDICTED, CHANCE = "base rate", "as many as predicted", "as many at random"
PERFECT = "a perfectly calibrated model"
# Held against the baseline's own figure on the same rows; every other figure has a reference of its kind.
AGAINST_THE_BASELINE = (*FIGURES_OF_RANKS, "brier", "log_loss")
# Distances: chance adds to them, and to those of a resample more than to those of the rows it is drawn from.
DISTANCES = ("ks", "expected_calibration_error", "squared_calibration_error")


def classification_metrics(
    labels: np.ndarray,
    predicted: Mapping[str, np.ndarray],
    split: str,
    cut_off: float,
    served: str | None,
    seed: int,
    baseline: str | None = None,
    subgroup: str = "all",
    scores: Mapping[str, np.ndarray] | None = None,
    resamples: int = RESAMPLES,
) -> list[Metric]:
    """Return the figures of every candidate's probabilities (rows,) against labels (rows,), 1 for the event.

    Rows at or above the cut-off are predicted to have the event. `baseline` names the candidate the others
    are held against; none is the constant that says the base rate of these very rows. Probabilities (rows,
    repetitions) of a repeated cross-validation give the mean of each figure over the repetitions; a resample
    draws a row with all of them. A figure that is not defined is none.

    `scores` are what calibrated candidates said before calibration: their order is read from those. A
    calibration does not change an order, but those of different parts, side by side, mix the parts.

    Raises InputError when labels and probabilities cannot be judged.
    """
    judged = dict(predicted)
    if baseline is None:
        baseline = BASE_RATE
        judged[BASE_RATE] = np.full(len(labels), np.mean(labels) if len(labels) else 0.0)
    rankings = {name: rankings_of(labels, probabilities) for name, probabilities in judged.items()}
    figures = resampled_figures(rankings, cut_off, seed, resamples)
    if scores:
        uncalibrated = {name: rankings_of(labels, own) for name, own in scores.items()}
        for name, own in resampled_figures(uncalibrated, cut_off, seed, resamples).items():
            figures[name] |= {figure: own[figure] for figure in FIGURES_OF_RANKS}
    metrics: list[Metric] = []
    for name in predicted:
        error_by_chance = float(np.mean([ranking.error_by_chance() for ranking in rankings[name]]))
        references = _references(figures[name], baseline, figures[baseline], error_by_chance)
        finished = _finished(figures[name], figures[baseline])
        intervals = {figure: interval_from(drawn) for figure, drawn in finished.items()}
        # Chosen, not measured: no interval.
        intervals["cut_off"] = Interval(cut_off, np.nan, np.nan)
        metrics += [
            defined_metric(
                candidate=name,
                split=split,
                metric=figure,
                interval=interval,
                row_count=len(labels),
                baseline=references[figure][0],
                baseline_value=references[figure][1],
                is_served=name == served,
                subgroup=subgroup,
            )
            for figure, interval in intervals.items()
        ]
    return metrics


def rankings_of(labels: np.ndarray, probabilities: np.ndarray) -> tuple[Ranking, ...]:
    """Return the rankings of probabilities (rows,) or, one for each repetition, (rows, repetitions)."""
    labels, probabilities = checked(labels, probabilities)
    repetitions = probabilities.T if probabilities.ndim == 2 else [probabilities]
    return tuple(ranking_of(labels, one) for one in repetitions)


def resampled_figures(
    rankings: Mapping[str, Sequence[Ranking]], cut_off: float, seed: int, resamples: int = RESAMPLES
) -> dict[str, dict[str, np.ndarray]]:
    """Return for each candidate and figure its value and, after it, those of the resamples (1 + resamples,).

    The percentile bootstrap of Efron (1979). Each resample of rows is drawn once for all candidates, so
    differences between them are paired. It holds the trained models fixed.
    """
    row_count = len(next(iter(rankings.values()))[0].order)
    drawn = {name: np.full((1 + resamples, len(FIGURES)), np.nan) for name in rankings}
    generator = np.random.default_rng([seed, row_count])
    with one_thread():
        for resample in range(1 + resamples if row_count else 0):
            counts = None
            if resample:
                rows = generator.integers(row_count, size=row_count)
                counts = np.bincount(rows, minlength=row_count)
            for name, ranked in rankings.items():
                each = [ranking.figures(cut_off, counts) for ranking in ranked]
                drawn[name][resample] = [np.mean([one[figure] for one in each]) for figure in FIGURES]
    return {name: dict(zip(FIGURES, table.T, strict=True)) for name, table in drawn.items()}


def defined_metric(**facts) -> Metric:
    """Return `figures.metric_of` these facts, with none in place of what is not a number."""
    metric = metric_of(**facts)
    numbers = ("value", "interval_low", "interval_high", "baseline_value")
    return replace(metric, **{name: _number_or_none(getattr(metric, name)) for name in numbers})


def _references(
    own: Mapping[str, np.ndarray],
    baseline: str,
    of_baseline: Mapping[str, np.ndarray],
    error_by_chance: float,
) -> dict[str, tuple[str, float]]:
    """Return for every figure of a candidate what it is to be held against, in words and as a number."""
    rate, flagged = own["base_rate"][0], own["predicted_event_rate"][0]
    with np.errstate(invalid="ignore"):
        f1_of_chance = 2 * rate * flagged / (rate + flagged)
    return {figure: (baseline, of_baseline[figure][0]) for figure in AGAINST_THE_BASELINE} | {
        "skill": (baseline, 0.0),
        "expected_calibration_error": (PERFECT, error_by_chance),
        "rms_calibration_error": (PERFECT, 0.0),
        "mean_pd": (BASE_RATE, rate),
        "base_rate": ("mean PD", own["mean_pd"][0]),
        "mean_pd_to_base_rate": (AS_PREDICTED, 1.0),
        "predicted_event_rate": (BASE_RATE, rate),
        "accuracy": ("majority class", np.maximum(rate, 1 - rate)),
        "balanced_accuracy": (CHANCE, 0.5),
        "precision": (CHANCE, rate),
        "recall": (CHANCE, flagged),
        "f1": (CHANCE, f1_of_chance),
        "cut_off": ("equal costs", 0.5),
    }


def _finished(own: Mapping[str, np.ndarray], of_baseline: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return a candidate's figures (1 + resamples,) as they are shown."""
    shown = dict(own) | {figure: _centred(own[figure]) for figure in DISTANCES}
    shown["rms_calibration_error"] = np.sqrt(shown.pop("squared_calibration_error"))
    # A resample on which the baseline makes no error has nothing to be better than.
    with np.errstate(divide="ignore", invalid="ignore"):
        return shown | {"skill": 1 - own["brier"] / of_baseline["brier"]}


def _centred(drawn: np.ndarray) -> np.ndarray:
    """Return a distance and those of the resamples (1 + resamples,) less what resampling adds on average.

    Otherwise the interval would lie above the figure, and might not even hold it.
    """
    defined = np.isfinite(drawn[1:])
    added = drawn[1:].mean(where=defined) - drawn[0] if defined.any() else 0.0
    return np.maximum(np.r_[drawn[0], drawn[1:] - added], 0)


def _number_or_none(number: float | None) -> float | None:
    return None if number is None or not np.isfinite(number) else float(rounded(number))
