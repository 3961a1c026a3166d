"""The days a demo ledger covers, counted from the as-of date and never from the clock."""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

HISTORY_DAYS = 1_095
# Rows dated after the as-of date, so that "as of" is really tested.
FUTURE_DAYS = 5
DRIFT_DAYS = 183
LOGIN_HISTORY_DAYS = 400


@dataclass(frozen=True)
class Timeline:
    """Days since 1970-01-01 between which a ledger lives."""

    as_of_day: int

    @classmethod
    def of(cls, as_of_date: date) -> "Timeline":
        """Return the timeline that ends a few days after the as-of date."""
        return cls(int(np.datetime64(as_of_date, "D").astype(np.int64)))

    @property
    def first_day(self) -> int:
        """First day with any trade: about three years before the as-of date."""
        return self.as_of_day - HISTORY_DAYS

    @property
    def last_day(self) -> int:
        """Last day the files know about."""
        return self.as_of_day + FUTURE_DAYS

    @property
    def drift_day(self) -> int:
        """First day of the changed behaviour; 2025-07-01 for a ledger as of 2025-12-31."""
        return self.as_of_day - DRIFT_DAYS

    def month_ends(self, count: int) -> NDArray:
        """Return the last `count` month-ends on or before the as-of date, oldest first."""
        next_day = np.datetime64(self.as_of_day + 1, "D")
        first_of_months = next_day.astype("datetime64[M]") - np.arange(count)[::-1]
        return first_of_months.astype("datetime64[D]").astype(np.int64) - 1


def on_working_days(days: NDArray, as_of_day: int | NDArray) -> NDArray:
    """Return the days with weekends moved to the Friday before, or to Monday if they lie after the as-of
    date.

    So no trade ever crosses the as-of date. 1970-01-01 was a Thursday.
    """
    weekday = (days + 3) % 7
    back = np.maximum(weekday - 4, 0)
    forward = np.where(weekday > 4, 7 - weekday, 0)
    return np.where(days > as_of_day, days + forward, days - back)
