"""Log-odds as points: a scale on which a fixed number of points doubles the odds of being good."""

import math
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Scale:
    """`base_points` stand for `base_odds` good customers to a bad one; more points are the lower risk."""

    base_points: float = 600.0
    base_odds: float = 50.0
    points_to_double_odds: float = 20.0

    @property
    def points_per_log_odds(self) -> float:
        """How many points the log-odds of being bad cost, per unit."""
        return self.points_to_double_odds / math.log(2)

    def points(self, log_odds: np.ndarray | float) -> np.ndarray | float:
        """Return the points of log-odds of being bad (any shape), unrounded."""
        return self.base_points - self.points_per_log_odds * (log_odds + math.log(self.base_odds))

    def log_odds(self, points: np.ndarray | float) -> np.ndarray | float:
        """Return the log-odds of being bad that have so many points (any shape): the way back."""
        return (self.base_points - points) / self.points_per_log_odds - math.log(self.base_odds)


USUAL_SCALE = Scale()
