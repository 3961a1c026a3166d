"""How far along a line a customer must move for another component of a mixture to be the most probable.

Along a line every cost is a parabola, so where one falls below another is a root that can be written down,
and the stretch where the target is the least begins and ends at such roots.
"""

import numpy as np

from segmart.segmentation.partition import Mixture

# How far beyond a root it is asked who is least there: relative, and from the root 0.
BEYOND, AT_LEAST = 1e-9, 1e-12


def first_stretch(
    mixture: Mixture, points: np.ndarray, directions: np.ndarray, targets: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return where the target begins to be the most probable component, and where it ends to be.

    Two numbers per row of points (rows, features), in lengths of its direction (rows, features), both above
    0: the first stretch of the line. Infinity and minus infinity where there is none. `targets` (rows,) are
    positions of components, none of them the point's own.
    """
    squares, slopes, constants = _less_target(_parabolas(mixture, points, directions), targets)
    roots = np.sort(_positive_roots(squares, slopes, constants), axis=1)
    beyond = roots * (1.0 + BEYOND) + AT_LEAST
    with np.errstate(invalid="ignore", over="ignore"):
        ahead = squares[:, None] * beyond[:, :, None] ** 2 + slopes[:, None] * beyond[:, :, None]
        ahead += constants[:, None]
    ahead[np.arange(len(points)), :, targets] = np.inf
    is_least = (ahead > 0).all(axis=2) & np.isfinite(roots)

    rows = np.arange(len(points))
    begins = is_least.argmax(axis=1)
    is_behind = np.arange(roots.shape[1]) > begins[:, None]
    ends = np.where(is_behind & ~is_least, roots, np.inf).min(axis=1)
    is_reached = is_least.any(axis=1)
    return np.where(is_reached, roots[rows, begins], np.inf), np.where(is_reached, ends, -np.inf)


def _parabolas(
    mixture: Mixture, points: np.ndarray, directions: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return each cost as a m² + b m + c of the way m along the line: three arrays (rows, k)."""
    squares, slopes, constants = [], [], []
    for component in mixture.components:
        factor = np.array(component.precision_factor)
        start, way = (points - np.array(component.mean)) @ factor, directions @ factor
        squares.append((way**2).sum(axis=1))
        slopes.append(2.0 * (start * way).sum(axis=1))
        constants.append((start**2).sum(axis=1) + component.offset)
    return np.stack(squares, axis=1), np.stack(slopes, axis=1), np.stack(constants, axis=1)


def _less_target(parabolas: tuple[np.ndarray, ...], targets: np.ndarray) -> list[np.ndarray]:
    """Return the parabolas with the target's own taken off: above 0 where the target costs less."""
    rows = np.arange(len(targets))
    return [numbers - numbers[rows, targets][:, None] for numbers in parabolas]


def _positive_roots(squares: np.ndarray, slopes: np.ndarray, constants: np.ndarray) -> np.ndarray:
    """Return the roots (rows, 2 k) above 0 of parabolas, infinite where there are fewer.

    Written so that no two nearly equal numbers are subtracted, and a straight line has one root.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        reach = np.sqrt(slopes**2 - 4.0 * squares * constants)
        half = -(slopes + np.where(slopes < 0, -reach, reach)) / 2.0
        roots = np.concatenate([half / squares, constants / half], axis=1)
    return np.where(np.isfinite(roots) & (roots > 0), roots, np.inf)
