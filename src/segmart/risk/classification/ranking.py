"""Judged rows in the order of their probabilities: every figure of a classification is a few sums over them.

A row may count any number of times, so one definition serves the figure itself and every bootstrap resample,
and a resample is never sorted again.
"""

from dataclasses import dataclass

import numpy as np

from segmart.risk.classification.bins import bin_starts, tie_starts
from segmart.risk.classification.inputs import brier_losses, log_losses


@dataclass(frozen=True)
class Ranking:
    """Judged rows, the highest probability first.

    `order` (rows,) are their places among the rows as given. `tie_ends` are the positions after which a lower
    probability follows, `starts` those at which the bins of the calibration error begin. All other arrays
    (rows,) are in the order of the ranking.
    """

    order: np.ndarray
    labels: np.ndarray
    probabilities: np.ndarray
    log_losses: np.ndarray
    brier_losses: np.ndarray
    tie_ends: np.ndarray
    starts: np.ndarray

    def figures(self, cut_off: float, counts: np.ndarray | None = None) -> dict[str, float]:
        """Return every figure by name, each row (as given) counted `counts` (rows,) times, or once.

        Rows at or above the cut-off are predicted to have the event. A figure that is not defined, such as
        a precision where nobody is predicted to have it, is not a number.
        """
        if not len(self.order):
            return dict.fromkeys(FIGURES, np.nan)
        weights = np.ones(len(self.order)) if counts is None else counts[self.order].astype(float)
        rows, events = np.cumsum(weights), np.cumsum(weights * self.labels)
        with np.errstate(divide="ignore", invalid="ignore"):
            return {
                **self._of_ranks(rows[self.tie_ends], events[self.tie_ends]),
                **self._of_probabilities(weights, events[-1]),
                **_of_decisions(rows, events, int((self.probabilities >= cut_off).sum())),
            }

    def error_by_chance(self) -> float:
        """Return the calibration error to be expected of these probabilities if every one of them were right.

        Each bin's sum of errors is then about normal with the variance of its rows' events, and the mean of
        its distance from 0 is known; no model of so few rows can be told from a perfect one by less.
        """
        if not len(self.order):
            return np.nan
        variances = np.add.reduceat(self.probabilities * (1 - self.probabilities), self.starts)
        return float(np.sqrt(2 / np.pi * variances).sum() / len(self.order))

    def _of_ranks(self, rows: np.ndarray, events: np.ndarray) -> dict[str, float]:
        """Return what depends on the order alone, from running totals (ties,) of rows and events.

        Equal probabilities are one step: the curve crosses it on a straight line. Decisions, 0 or 1, have no
        such figure: the area under their two lines is balanced accuracy by another name.
        """
        if np.isin(self.probabilities[self.tie_ends[:3]], (0, 1)).all():
            return dict.fromkeys(FIGURES_OF_RANKS, np.nan)
        recall = events / events[-1]
        false_alarms = (rows - events) / (rows[-1] - events[-1])
        # The trapezoidal rule from (0, 0) on; half a tied pair counts, as in the statistic of Mann & Whitney.
        roc_auc = (np.diff(false_alarms, prepend=0) * (recall + np.r_[0, recall[:-1]])).sum() / 2
        precision = np.divide(events, rows, out=np.zeros_like(events), where=rows > 0)
        return {
            "roc_auc": roc_auc,
            "gini": 2 * roc_auc - 1,
            "ks": np.maximum(recall - false_alarms, 0).max(),
            # The step-wise sum, not the trapezoid, which is too kind (Davis & Goadrich 2006).
            "pr_auc": (np.diff(recall, prepend=0) * precision).sum(),
        }

    def _of_probabilities(self, weights: np.ndarray, event_total: np.float64) -> dict[str, float]:
        """Return the figures that ask whether a probability is right, not only whether it ranks."""
        total = weights.sum()
        sizes = np.add.reduceat(weights, self.starts)
        rates = np.add.reduceat(weights * self.labels, self.starts) / sizes
        errors = rates - np.add.reduceat(weights * self.probabilities, self.starts) / sizes
        # Less what chance alone adds to a square; a bin of one row, or in a resample none, cannot tell.
        squares = np.where(sizes > 1, errors**2 - rates * (1 - rates) / (sizes - 1), 0)
        mean = weights @ self.probabilities / total
        return {
            "brier": weights @ self.brier_losses / total,
            "log_loss": weights @ self.log_losses / total,
            "expected_calibration_error": (sizes * np.abs(errors)).sum(where=sizes > 0) / total,
            "squared_calibration_error": sizes @ squares / total,
            "mean_pd": mean,
            "base_rate": event_total / total,
            "mean_pd_to_base_rate": mean / (event_total / total),
        }


# What `Ranking.figures` returns, by what it is read from.
FIGURES_OF_RANKS = ("roc_auc", "gini", "ks", "pr_auc")
FIGURES_OF_PROBABILITIES = (
    "brier",
    "log_loss",
    "expected_calibration_error",
    "squared_calibration_error",
    "mean_pd",
    "base_rate",
    "mean_pd_to_base_rate",
)
FIGURES_OF_DECISIONS = ("predicted_event_rate", "accuracy", "balanced_accuracy", "precision", "recall", "f1")
FIGURES = (*FIGURES_OF_RANKS, *FIGURES_OF_PROBABILITIES, *FIGURES_OF_DECISIONS)


def ranking_of(labels: np.ndarray, probabilities: np.ndarray) -> Ranking:
    """Return the ranking of checked labels (rows,) and probabilities (rows,)."""
    order = np.argsort(-probabilities, kind="stable")
    labels, probabilities = labels[order], probabilities[order]
    return Ranking(
        order=order,
        labels=labels,
        probabilities=probabilities,
        log_losses=log_losses(labels, probabilities),
        brier_losses=brier_losses(labels, probabilities),
        tie_ends=np.r_[tie_starts(probabilities)[1:], len(order)] - 1,
        starts=bin_starts(probabilities),
    )


def _of_decisions(rows: np.ndarray, events: np.ndarray, flagged_count: int) -> dict[str, float]:
    """Return what depends on the cut-off: from running totals (rows,) and how many rows are at or above."""
    # A zero of numpy's own: divided by, it gives no number instead of an exception.
    flagged, caught = (rows[flagged_count - 1], events[flagged_count - 1]) if flagged_count else np.zeros(2)
    total, event_total = rows[-1], events[-1]
    non_event_total, false_alarms = total - event_total, flagged - caught
    recall, specificity = caught / event_total, 1 - false_alarms / non_event_total
    return {
        "predicted_event_rate": flagged / total,
        "accuracy": (caught + non_event_total - false_alarms) / total,
        "balanced_accuracy": (recall + specificity) / 2,
        "precision": caught / flagged,
        "recall": recall,
        "f1": 2 * caught / (flagged + event_total),
    }
