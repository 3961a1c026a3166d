"""Why a row cannot be placed or scored: one list of reasons, for the numpy and the SQL form of a model."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from segmart.learning.categories import CategoryRecipe
from segmart.learning.recipes import AnyRecipe


@dataclass(frozen=True)
class Reason:
    """Why a value keeps its row from being used.

    `position` is that of the feature, `number` the key to the words. The class constants number the reasons
    that do not hang on a feature.
    """

    KEY: ClassVar[int] = 1
    NO_POPULATION: ClassVar[int] = 2
    UNDECLARED: ClassVar[int] = 3
    NOT_LEARNED: ClassVar[int] = 4
    FIRST_OF_FEATURES: ClassVar[int] = 5

    number: int
    position: int
    kind: str
    in_words: str


def key_reason(entity: str) -> str:
    """Return why a row without a key is not used."""
    return f"{entity} is missing"


def reasons_of(recipes: Sequence[AnyRecipe], filled: Collection[str] = ()) -> list[Reason]:
    """Return what can keep a row from being used, in the order it is looked for.

    A feature that is `filled` from neighbours may be missing. A category may be anything.
    """
    kinds = []
    for position, recipe in enumerate(recipes):
        if isinstance(recipe, CategoryRecipe):
            continue
        if recipe.impute_value is None and recipe.name not in filled:
            kinds.append((position, "missing", f"{recipe.name} is missing"))
        kinds.append((position, "infinite", f"{recipe.name} is infinite"))
        if recipe.transform == "log1p":
            kinds.append(
                (position, "negative", f"{recipe.name} is below 0, which its logarithm does not take")
            )
    return [
        Reason(number, position, kind, in_words)
        for number, (position, kind, in_words) in enumerate(kinds, start=Reason.FIRST_OF_FEATURES)
    ]


def unusable_reasons(
    recipes: Sequence[AnyRecipe], values: np.ndarray, filled: Collection[str] = ()
) -> list[str | None]:
    """Return for each row of raw values (rows, features) why it cannot be used, none where it can.

    The first reason counts, features in order: the same rules as the SQL form's, from the same list.
    """
    reasons = np.full(len(values), None, dtype=object)
    for reason in reversed(reasons_of(recipes, filled)):
        column = values[:, reason.position]
        recipe = recipes[reason.position]
        with np.errstate(invalid="ignore"):
            applies = {
                "missing": np.isnan(column),
                "infinite": np.isinf(column),
                "negative": recipe.capped(column) < 0,
            }[reason.kind]
        reasons[applies] = reason.in_words
    return reasons.tolist()
