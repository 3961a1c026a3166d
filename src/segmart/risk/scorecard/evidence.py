"""What a bin says about good and bad: weight of evidence, and the information value it adds up to.

Both are the field's usual (Good 1950; Siddiqi 2006): the weight of evidence of a bin is
ln(share of all good rows in it / share of all bad rows in it), positive where it speaks for a good customer;
its part of the information value is that times the difference of the two shares.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Totals:
    """The good and bad rows of the whole table, those without a value included; at least one of each."""

    good: int
    bad: int

    @property
    def rows(self) -> int:
        """All rows."""
        return self.good + self.bad


def weights_of_evidence(good: np.ndarray, bad: np.ndarray, totals: Totals, smoothing: float) -> np.ndarray:
    """Return the weight of evidence of bins with so many good and bad rows (any shape).

    To each bin `smoothing` rows of the table's own bad rate are added: a bin without good or bad rows stays
    finite, one of few rows says little, and one without any says nothing, 0.
    """
    good_share = (good + smoothing * totals.good / totals.rows) / totals.good
    bad_share = (bad + smoothing * totals.bad / totals.rows) / totals.bad
    return np.log(good_share / bad_share)


def information_values(good: np.ndarray, bad: np.ndarray, totals: Totals, smoothing: float) -> np.ndarray:
    """Return each bin's part of the information value (any shape), which is never negative."""
    weights = weights_of_evidence(good, bad, totals, smoothing)
    return (good / totals.good - bad / totals.bad) * weights
