"""All declared features of a population to recipes, or to the reason why they cannot be learned from."""

from collections.abc import Callable, Iterable, Mapping

import numpy as np
import pandas as pd

from segmart.learning.categories import CategoryRecipe, fit_category
from segmart.learning.declaration import CategoryFeature, Feature
from segmart.learning.guards import Finding, left_out_or_raise
from segmart.learning.preparation import Recipe, UnlearnableError, fit_recipe, step_of

AnyRecipe = Recipe | CategoryRecipe


def recipes_of(
    model_name: str,
    population: str,
    features: Iterable[Feature | CategoryFeature],
    frame: pd.DataFrame,
    column_types: Mapping[str, str],
    findings: Iterable[Finding],
    objection: Callable[[str, np.ndarray], Finding | None] = lambda name, values: None,
) -> tuple[tuple[AnyRecipe, ...], list[dict]]:
    """Return the recipes of the features that can be learned from, and the others with their reasons.

    `frame` holds numbers as doubles, missing ones as not-a-number, and categories as text; `findings` are
    what guards found on all rows; `objection` may find more in a feature's values (rows,). Raises
    FeatureError for a required feature that cannot be learned from, and for any feature with something worse
    than emptiness.
    """
    by_name = {feature.name: feature for feature in features}
    found = {finding.feature: finding for finding in findings}
    recipes = []
    for name, feature in by_name.items():
        if name in found:
            continue
        try:
            recipe = _recipe_of(feature, frame[name], column_types[name])
        except UnlearnableError as error:
            found[name] = Finding(name, error.finding, error.remedy, error.is_emptiness)
            continue
        if objected := objection(name, frame[name].to_numpy()):
            found[name] = objected
        else:
            recipes.append(recipe)
    in_order = [found[name] for name in by_name if name in found]
    return tuple(recipes), left_out_or_raise(model_name, population, by_name, in_order)


def _recipe_of(feature: Feature | CategoryFeature, column: pd.Series, column_type: str) -> AnyRecipe:
    if isinstance(feature, CategoryFeature):
        return fit_category(feature, column)
    return fit_recipe(feature, column.to_numpy(dtype=float), step_of(column_type, feature.name))
