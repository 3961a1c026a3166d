"""Texts to coordinates: one for each frequent level, which is set for its customers and for nobody else.

Coordinates are not standardised: that would divide by the spread of a level, which is small for a rare one,
and a handful of customers would be farther from everybody than any amount could bring them. As they are, two
customers of different levels differ by a squared distance of 2, which is what two customers drawn at random
differ by in a standardised number.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from segmart.learning.declaration import CategoryFeature
from segmart.learning.preparation import UnlearnableError

# How the absence of a text is called where levels are listed.
MISSING = "missing"


@dataclass(frozen=True)
class CategoryRecipe:
    """How one column of texts becomes coordinates: one per level, and one for its absence if it `knows` that.

    Every other text is together with all others in no level: 0 everywhere. Within arithmetic a text is the
    `code` of its level, the position of its coordinate.
    """

    name: str
    levels: tuple[str, ...]
    knows_missing: bool
    weight: float

    @property
    def level_names(self) -> tuple[str, ...]:
        """What each coordinate stands for."""
        return (*self.levels, MISSING) if self.knows_missing else self.levels

    @property
    def labels(self) -> tuple[str, ...]:
        """Each coordinate's name in charts and words."""
        return tuple(f"{self.name}: {level}" for level in self.level_names)

    @property
    def other(self) -> int:
        """The code of a text that has no coordinate: rare, or never seen."""
        return len(self.level_names)

    @property
    def missing(self) -> int:
        """The code of the absence of a text."""
        return len(self.levels) if self.knows_missing else self.other

    def codes(self, texts: pd.Series) -> np.ndarray:
        """Return the code (rows,) of each text, as doubles; spaces around a text do not count."""
        position_of = {level: position for position, level in enumerate(self.levels)}
        found, seen = pd.factorize(_stripped(texts))
        # A missing text has the number -1, which finds the last entry.
        codes = [*(position_of.get(level, self.other) for level in seen), self.missing]
        return np.array(codes, dtype=float)[found]

    def coordinates(self, codes: np.ndarray) -> np.ndarray:
        """Return the coordinates (rows, levels) of codes."""
        return np.eye(self.other + 1, self.other)[codes.astype(int)] * self.weight

    def shares(self, coordinates: np.ndarray) -> np.ndarray:
        """Return the share of each level at coordinates that are means of customers': the way back."""
        return coordinates / self.weight


def fit_category(feature: CategoryFeature, texts: pd.Series) -> CategoryRecipe:
    """Learn the levels of one column of texts: the frequent ones, at most so many, in alphabetical order.

    Raises UnlearnableError when no level would tell customers apart.
    """
    stripped = _stripped(texts)
    counts = stripped.value_counts()
    fewest = feature.minimum_share * len(stripped)
    missing_count = int(stripped.isna().sum())
    if missing_count == len(stripped):
        raise UnlearnableError(
            "holds no value", "fill it, or leave it out of the features", is_emptiness=True
        )
    if len(counts) == 1 and not missing_count:
        raise UnlearnableError(
            f"is the same text in every one of {len(stripped):,} rows: it tells no two customers apart",
            "leave it out of the features, or declare required: false",
            is_emptiness=True,
        )
    frequent = sorted(counts.index[counts >= fewest], key=lambda level: (-counts[level], level))
    recipe = CategoryRecipe(
        name=feature.name,
        levels=tuple(sorted(frequent[: feature.most_levels])),
        knows_missing=missing_count >= fewest,
        weight=feature.weight,
    )
    if not recipe.level_names:
        raise UnlearnableError(
            f"has no text that at least {feature.minimum_share:.1%} of {len(stripped):,} rows share",
            "group its texts, or declare a lower minimum_share",
            is_emptiness=True,
        )
    return recipe


def _stripped(texts: pd.Series) -> pd.Series:
    """Return texts without spaces around them, empty ones as missing: as the engine reads them."""
    stripped = texts.astype("string").str.strip(" ")
    return stripped.mask(stripped == "")
