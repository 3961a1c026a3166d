"""Segments learned in a few principal components: how many, and what they are, in words and as curves."""

from collections.abc import Iterable, Sequence

import numpy as np

from segmart.learning.figures import CurvePoint
from segmart.segmentation.components import Components, principal_components
from segmart.segmentation.declaration import ComponentCount

# A component that one feature makes up by more than this is that feature under another name.
ONE_FEATURE_SHARE = 0.9
# So many features of a component are told, and none with a smaller share.
FEATURES_TOLD, SMALLEST_SHARE_TOLD = 4, 0.05
# Less than this is 0 % when it is rounded.
SMALLEST_SHARE_ROUNDED = 0.005
# Shares are rounded; a wanted share that is met but for the last digits is met.
CLOSE_ENOUGH = 1e-9
KEPT = "kept"


def reduce(coordinates: np.ndarray, declared: ComponentCount) -> tuple[Components, Components]:
    """Return the components that are kept of coordinates (rows, coordinates), and all there are.

    A number of components that is asked for and not there is as many as there are. They are not brought to
    equal spread: a component that explains little is to count little.
    """
    width = coordinates.shape[1]
    padded = principal_components(coordinates, max(width, 2))
    whole = _first(padded, max(1, np.count_nonzero(padded.explained_shares)))
    if declared.count is not None:
        return _first(whole, declared.count), whole
    reached = np.cumsum(whole.explained_shares) >= declared.explained_variance - CLOSE_ENOUGH
    return _first(whole, int(reached.argmax()) + 1 if reached.any() else len(reached)), whole


def components_in_words(kept: Components, features: Sequence[str]) -> str:
    """Return what each component is made of, and a warning where it is one feature under another name.

    `features` (coordinates,) names the feature each coordinate comes from; a feature's share in a component
    is the sum of its squared loadings.
    """
    sentences = []
    for number, (direction, explained) in enumerate(
        zip(kept.loadings, kept.explained_shares, strict=True), start=1
    ):
        shares = _shares(direction, features)
        told = [(name, share) for name, share in shares[:FEATURES_TOLD] if share >= SMALLEST_SHARE_TOLD]
        parts = [f"{share:.0%} {name}" for name, share in told]
        if (others := 1.0 - sum(share for _, share in told)) >= SMALLEST_SHARE_ROUNDED:
            parts.append(f"{others:.0%} others")
        sentence = f"component {number} explains {explained:.0%} of the variation: {', '.join(parts)}"
        name, share = shares[0]
        if share > ONE_FEATURE_SHARE and len(shares) > 1:
            sentence += f"; it is hardly more than {name}: segments along it are cuts of this one feature"
        sentences.append(sentence)
    together = f"{sum(kept.explained_shares):.0%} of the variation kept"
    return ". ".join([*sentences, together])


def curves_of_components(kept: Components, whole: Components, labels: Iterable[str]) -> list[CurvePoint]:
    """Return the loadings of the components that are kept, and what each component explains.

    `labels` (coordinates,) are the coordinates' names.
    """
    loadings = [
        CurvePoint(
            "component_loadings", f"component {number}", position, x=float(number), y=loading, label=label
        )
        for number, direction in enumerate(kept.loadings, start=1)
        for position, (label, loading) in enumerate(zip(labels, direction, strict=True), start=1)
    ]
    kept_count = len(kept.loadings)
    shares = [
        CurvePoint(
            "component_explained_variance",
            "components",
            number,
            x=float(number),
            y=share,
            label=KEPT if number <= kept_count else None,
        )
        for number, share in enumerate(whole.explained_shares, start=1)
    ]
    return [*loadings, *shares]


def _first(components: Components, count: int) -> Components:
    return Components(components.mean, components.loadings[:count], components.explained_shares[:count])


def _shares(direction: Sequence[float], features: Sequence[str]) -> list[tuple[str, float]]:
    """Return each feature's share in a component, largest first."""
    shares = dict.fromkeys(features, 0.0)
    for loading, feature in zip(direction, features, strict=True):
        shares[feature] += loading**2
    return sorted(shares.items(), key=lambda item: -item[1])
