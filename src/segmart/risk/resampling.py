"""Bootstrap of many figures at once: each resample of customers is drawn once and every figure read from it.

All figures of an evaluation are functions of means over customers. Figures from the same resample are paired,
so their difference has the interval of a paired comparison.
"""

from collections.abc import Mapping

import numpy as np

from segmart.learning.intervals import RESAMPLES, Interval, bounds_of
from segmart.learning.preparation import rounded
from segmart.learning.threads import one_thread


def resampled_means(
    columns: Mapping[str, np.ndarray], seed: int, resamples: int = RESAMPLES
) -> dict[str, np.ndarray]:
    """Return for each column (rows,) its mean and, after it, those of the resamples (1 + resamples,).

    The percentile bootstrap of Efron (1979). It holds the trained models fixed: it says how far the means
    would move on other customers, not after another training.
    """
    table = np.stack(list(columns.values()), axis=1).astype(float)
    row_count = len(table)
    generator = np.random.default_rng([seed, row_count])
    means = np.empty((1 + resamples, len(columns)))
    means[0] = table.mean(axis=0)
    # An infinite margin of a customer not drawn gives not-a-number, which `interval_from` leaves out.
    with one_thread(), np.errstate(invalid="ignore"):
        for resample in range(1, 1 + resamples):
            drawn = np.bincount(generator.integers(row_count, size=row_count), minlength=row_count)
            means[resample] = drawn @ table / row_count
    return dict(zip(columns, means.T, strict=True))


def interval_from(figures: np.ndarray) -> Interval:
    """Return a figure and its interval from the figure itself and those of the resamples (1 + resamples,).

    Resamples on which the figure is not defined are left out; with none left, so are the bounds.
    """
    return Interval(*(float(rounded(number)) for number in (figures[0], *bounds_of(figures[1:]))))
