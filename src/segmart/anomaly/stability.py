"""Whether the same customers are flagged when the customers to learn from are drawn anew."""

from dataclasses import dataclass

import numpy as np

from segmart.anomaly.agreement import chance_jaccard, jaccard
from segmart.anomaly.declaration import DENSITY, ISOLATION, Density, Isolation, Population
from segmart.anomaly.density import DensityFit, fit_density
from segmart.anomaly.isolation import IsolationFit, forest_scores, grow, threshold_of

# Many times what one tree of a forest is grown on.
FOREST_ROWS = 20_000


@dataclass(frozen=True)
class Stability:
    """Jaccard similarity of each refit's flags with the original's (refits,), and chance's (refits,)."""

    jaccards: np.ndarray
    chances: np.ndarray


def flag_stability(
    points: np.ndarray,
    block: Population,
    density: DensityFit,
    isolation: IsolationFit,
    seed: int,
    refits: int,
) -> dict[str, Stability]:
    """Refit both detectors on bootstrap resamples of the customers and let each refit flag all of them.

    An eps from the curve and a threshold from the scores are found anew each time: they are part of what is
    learned. Points (rows, features) keep their scale.
    """
    generator = np.random.default_rng([seed, 4])
    original = {DENSITY: density.is_flagged, ISOLATION: isolation.is_flagged}
    again: dict[str, list[np.ndarray]] = {DENSITY: [], ISOLATION: []}
    for refit in range(refits):
        drawn = generator.integers(len(points), size=len(points))
        again[DENSITY].append(_density_flags(points, drawn, block.density))
        again[ISOLATION].append(_isolation_flags(points, drawn, block.isolation, seed + 1 + refit))
    return {
        name: Stability(
            jaccards=np.array([jaccard(original[name], flags) for flags in found]),
            chances=np.array(
                [chance_jaccard(original[name].sum(), flags.sum(), len(points)) for flags in found]
            ),
        )
        for name, found in again.items()
    }


def _density_flags(points: np.ndarray, drawn: np.ndarray, settings: Density) -> np.ndarray:
    """Return the flags (rows,) of all points by a detector fitted on the drawn ones."""
    fit = fit_density(points[drawn], settings)
    is_flagged = np.empty(len(points), dtype=bool)
    is_flagged[drawn] = fit.is_flagged
    others = np.setdiff1d(np.arange(len(points)), drawn)
    is_flagged[others] = fit.detector.scores_and_flags(points[others])[1]
    return is_flagged


def _isolation_flags(points: np.ndarray, drawn: np.ndarray, settings: Isolation, seed: int) -> np.ndarray:
    """Return the flags (rows,) of all points by a detector fitted on the drawn ones.

    The drawn rows are in random order, so a forest on the first of them is one on the resample, in less time.
    Their scores are among those of all points, and are not computed twice.
    """
    scores = forest_scores(*grow(points[drawn[:FOREST_ROWS]], settings, seed), points)
    return scores > threshold_of(settings.flag, scores[drawn])
