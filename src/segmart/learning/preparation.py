"""Raw feature values to scaled coordinates and back: impute, cap, transform, scale, weigh.

A `Recipe` holds the numbers learned for one feature, so that what is applied later is what was fitted. The
SQL form of `coordinates` is in `assignment_sql`; a test keeps the two equal. Texts have recipes of their own
(`categories`); what mixes columns comes after the recipes: imputation from neighbours (`neighbours`) and
principal components.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from segmart.learning.declaration import Feature, InterquartileCap, QuantileCap

SIGNIFICANT_DIGITS = 12
# A row this many units out is as far away as arithmetic on doubles can still tell segments apart.
COORDINATE_LIMIT = 1e6


class UnlearnableError(Exception):
    """A feature that cannot become a coordinate; the message is a clause that follows the column's name.

    `is_emptiness`: the column just holds nothing to learn (an optional feature is then left out), as opposed
    to something wrong.
    """

    def __init__(self, finding: str, remedy: str, is_emptiness: bool):
        super().__init__(finding)
        self.finding, self.remedy, self.is_emptiness = finding, remedy, is_emptiness


@dataclass(frozen=True)
class Recipe:
    """How one feature becomes a coordinate.

    `impute_value` none: a missing value is refused, or left to neighbours. `lower`, `upper` none: not capped.
    `minimum`, `maximum` are the range seen when fitting and `step` the smallest difference the column can
    hold; they bound what may be proposed to a customer.
    """

    name: str
    impute_value: float | None
    lower: float | None
    upper: float | None
    transform: str
    center: float
    scale: float
    weight: float
    minimum: float
    maximum: float
    step: float

    @property
    def labels(self) -> tuple[str, ...]:
        """Each coordinate's name in charts and words: a number has one."""
        return (self.name,)

    def capped(self, values: np.ndarray) -> np.ndarray:
        """Return values, missing ones imputed and extreme ones capped; refused ones stay missing."""
        if self.impute_value is not None:
            values = np.where(np.isnan(values), self.impute_value, values)
        if self.lower is not None:
            values = np.maximum(values, self.lower)
        if self.upper is not None:
            values = np.minimum(values, self.upper)
        return values

    def coordinates(self, values: np.ndarray) -> np.ndarray:
        """Return the scaled coordinates of raw values, kept within the coordinate limit."""
        transformed = _transformed(self.capped(values), self.transform)
        with np.errstate(over="ignore"):
            scaled = (transformed - self.center) / self.scale * self.weight
        return np.clip(scaled, -COORDINATE_LIMIT, COORDINATE_LIMIT)

    def values(self, coordinates: np.ndarray) -> np.ndarray:
        """Return the raw values at the given coordinates: the way back."""
        return _untransformed(coordinates / self.weight * self.scale + self.center, self.transform)


def coordinates_of(recipes: Sequence[Recipe], values: np.ndarray) -> np.ndarray:
    """Return the scaled coordinates (rows, coordinates) of raw values (rows, features).

    A number has one coordinate; a category, whose values are codes of levels, one per level.
    """
    return np.column_stack(
        [recipe.coordinates(column) for recipe, column in zip(recipes, values.T, strict=True)]
    )


def rounded(numbers: np.ndarray | float, digits: int = SIGNIFICANT_DIGITS) -> np.ndarray:
    """Return numbers with twelve significant digits: what is stored must not hang on the order of a sum."""
    return np.vectorize(lambda number: float(f"{number:.{digits}g}"), otypes=[float])(numbers)


def fit_recipe(feature: Feature, values: np.ndarray, step: float) -> Recipe:
    """Learn the recipe of one feature from raw values (rows,), missing ones as not-a-number.

    Raises UnlearnableError when nothing would be left to tell customers apart, or a logarithm of negatives is
    asked for.
    """
    present = values[~np.isnan(values)]
    if not len(present):
        raise UnlearnableError(
            "holds no value", "fill it, or leave it out of the features", is_emptiness=True
        )
    # What neighbours are asked for stays missing here: they are found by coordinates.
    impute_value = {"zero": 0.0, "median": float(np.median(present))}.get(feature.impute)
    filled = present if impute_value is None else np.where(np.isnan(values), impute_value, values)
    lower, upper = (None, None) if feature.cap is None else rounded(_caps(feature.cap, filled)).tolist()
    capped = filled if lower is None else np.clip(filled, lower, upper)
    if _is_constant(filled):
        raise UnlearnableError(
            f"is {filled[0]:g} in every one of {len(filled):,} rows: it tells no two customers apart",
            "leave it out of the features, or declare required: false",
            is_emptiness=True,
        )
    if _is_constant(capped):
        raise UnlearnableError(
            f"varies, but its cap leaves {capped[0]:g} in every one of {len(capped):,} rows",
            "widen the cap or remove it; counts that are mostly zero need a high quantile instead of iqr",
            is_emptiness=True,
        )

    below = int((capped < 0).sum())
    if feature.transform == "log1p" and below:
        raise UnlearnableError(
            f"is below 0 in {below:,} of {len(capped):,} rows, which log1p does not take",
            "declare transform: signed_log1p, or cap it from below at 0",
            is_emptiness=False,
        )
    transformed = _transformed(capped, feature.transform)
    if _is_constant(transformed):
        raise UnlearnableError(
            f"differs too little for transform {feature.transform} to tell customers apart",
            "declare transform: none",
            is_emptiness=True,
        )
    with np.errstate(over="ignore", invalid="ignore"):
        center, scale = _center_and_scale(transformed, feature.scaler)
    if not np.isfinite([center, scale]).all():
        raise UnlearnableError(
            f"holds values up to {np.abs(present).max():.1e}, too large to be scaled",
            "declare a cap or a logarithm",
            is_emptiness=False,
        )
    return Recipe(
        name=feature.name,
        impute_value=None if impute_value is None else float(rounded(impute_value)),
        lower=lower,
        upper=upper,
        transform=feature.transform,
        center=float(rounded(center)),
        scale=float(rounded(scale)),
        weight=feature.weight,
        minimum=float(present.min()),
        maximum=float(present.max()),
        step=step,
    )


def step_of(column_type: str, name: str) -> float:
    """Return the smallest difference a column holds.

    1 for integers, the last digit of decimals, cents for money (`_usd_` in the name), else a ten-thousandth.
    """
    kind = column_type.lower()
    if "int" in kind or kind in ("bool", "boolean", "long", "short", "byte"):
        return 1.0
    if decimal := re.fullmatch(r"decimal\(\d+, ?(\d+)\)", kind):
        return 10.0 ** -int(decimal[1])
    return 0.01 if "usd" in name.lower().split("_") else 0.0001


def _caps(cap: QuantileCap | InterquartileCap, values: np.ndarray) -> np.ndarray:
    if isinstance(cap, QuantileCap):
        return np.quantile(values, [cap.lower, cap.upper])
    first, third = np.quantile(values, [0.25, 0.75])
    return np.array([first - cap.multiplier * (third - first), third + cap.multiplier * (third - first)])


def _is_constant(values: np.ndarray) -> bool:
    """Say whether values differ by no more than the last digits of a sum can."""
    low, high = float(values.min()), float(values.max())
    return high - low <= 10.0**-SIGNIFICANT_DIGITS * max(abs(low), abs(high))


def _center_and_scale(values: np.ndarray, scaler: str) -> tuple[float, float]:
    if scaler == "none":
        return 0.0, 1.0
    if scaler == "standard":
        return float(values.mean()), float(values.std())
    if scaler == "minmax":
        return float(values.min()), float(values.max() - values.min())
    first, middle, third = np.quantile(values, [0.25, 0.5, 0.75])
    if first == third:
        raise UnlearnableError(
            "has no spread between its quartiles, which the robust scaler divides by",
            "declare scaler: standard",
            is_emptiness=True,
        )
    return float(middle), float(third - first)


def _transformed(values: np.ndarray, transform: str) -> np.ndarray:
    # ln(1 + x) and not log1p: SQL has no other, and both forms must agree.
    if transform == "log1p":
        return np.log(1.0 + np.maximum(values, 0.0))
    if transform == "signed_log1p":
        return np.sign(values) * np.log(1.0 + np.abs(values))
    return values


def _untransformed(values: np.ndarray, transform: str) -> np.ndarray:
    if transform == "log1p":
        return np.expm1(values)
    if transform == "signed_log1p":
        return np.sign(values) * np.expm1(np.abs(values))
    return values
