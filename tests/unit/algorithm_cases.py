"""Points and artefacts that the tests of the segmentation's algorithms share."""

from dataclasses import replace

import numpy as np
from segmentation_cases import artefact, standardised

from segmart.segmentation.artefact import Artefact
from segmart.segmentation.partition import Mixture, mixture_of

# Three long clouds: two side by side, one across. Their spread along is ten times that across.
ANGLES = np.array([0.6, 0.6, -0.9])
PLACES = np.array([[0.0, 0.0], [0.0, 1.0], [9.0, -0.25]])
ALGORITHMS = ("kmeans", "gaussian_mixture", "agglomerative")


def long_clouds(seed: int, rows: int = 600, apart: float = 4.0) -> tuple[np.ndarray, np.ndarray]:
    """Return standardised points (rows, 2) of three long, tilted clouds, and the cloud (rows,) of each.

    The two side by side lie `apart`, in units of which a cloud is 0.3 wide.
    """
    generator = np.random.default_rng(seed)
    clouds = generator.integers(3, size=rows)
    along, across = generator.normal(size=(2, rows)) * [[3.0], [0.3]]
    cosine, sine = np.cos(ANGLES[clouds]), np.sin(ANGLES[clouds])
    points = np.stack([along * cosine - across * sine, along * sine + across * cosine], axis=1)
    return standardised(points + PLACES[clouds] * [1.0, apart]), clouds


def mixture(weights, means, covariances) -> Mixture:
    """Return the mixture with these weights (k,), means (k, features) and covariances (k, ...)."""
    # Cholesky's lower triangle L of the covariance gives the factor: precision = inv(L)' inv(L).
    factors = [np.linalg.inv(np.linalg.cholesky(np.array(one, dtype=float))).T for one in covariances]
    return mixture_of(np.array(weights, dtype=float), np.array(means, dtype=float), np.array(factors))


def mixture_artefact(shape: Mixture, recipes=None, ids=None) -> Artefact:
    """Return an artefact whose segments are the components of a mixture, centroids at their means."""
    plain = artefact([component.mean for component in shape.components], recipes, ids)
    segments = [
        replace(segment, component=component)
        for segment, component in zip(plain.segments, shape.components, strict=True)
    ]
    return replace(plain, segments=tuple(segments))
