"""The YAML declaration of a regression, validated: what is wrong is named by model, key and remedy."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from segmart.learning.declaration import Feature
from segmart.risk.declaration import META_KEY, Card, Segment, Where
from segmart.strict import Strict, parse


class Label(Strict):
    """What is predicted, and the bounds outside which no value of it makes sense."""

    column: str = Field(min_length=1)
    minimum: float | None = None
    maximum: float | None = None

    @model_validator(mode="after")
    def _minimum_is_below_maximum(self) -> "Label":
        if self.minimum is not None and self.maximum is not None and self.minimum >= self.maximum:
            raise ValueError(f"minimum ({self.minimum:g}) must be below maximum ({self.maximum:g})")
        return self


class LinearOptions(Strict):
    """Ridge regression on prepared coordinates; `penalty` weighs the sum of squared coefficients."""

    penalty: float = Field(default=1.0, gt=0)


class BoostingOptions(Strict):
    """Boosted trees under the names XGBoost gives its parameters; no part of it is random."""

    trees: int = Field(default=200, ge=1, le=2_000)
    max_depth: int = Field(default=3, ge=1, le=8)
    learning_rate: float = Field(default=0.05, gt=0, le=1)
    min_child_weight: float = Field(default=20.0, ge=0)


class ForestOptions(Strict):
    """A random forest under the names scikit-learn gives its parameters."""

    trees: int = Field(default=500, ge=1, le=2_000)
    max_depth: int = Field(default=15, ge=1, le=30)
    min_samples_split: int = Field(default=10, ge=2)
    min_samples_leaf: int = Field(default=4, ge=1)
    # How many features a split chooses from; a number is a share of them.
    max_features: Literal["sqrt", "log2"] | Annotated[float, Field(gt=0, le=1)] = "sqrt"


class Candidates(Strict):
    """Which kinds of model compete; one that is not named takes no part, `{}` gives it its defaults."""

    linear: LinearOptions | None = None
    xgboost: BoostingOptions | None = None
    random_forest: ForestOptions | None = None

    @model_validator(mode="after")
    def _somebody_competes(self) -> "Candidates":
        if not self.declared():
            raise ValueError("no candidate is named: add linear: {}, xgboost: {} or random_forest: {}")
        return self

    def declared(self) -> dict[str, Strict]:
        """Return the options of each candidate that takes part, by name."""
        return {name: options for name in type(self).model_fields if (options := getattr(self, name))}


class CrossValidation(Strict):
    """Every customer is judged, and later scored, by a model that was trained without them."""

    method: Literal["cross_validation"] = "cross_validation"
    folds: int = Field(default=5, ge=2, le=20)


class Holdout(Strict):
    """A share of the customers is kept apart for judging; one model, trained on the others, serves."""

    method: Literal["holdout"]
    share: float = Field(default=0.2, ge=0.05, le=0.5)


class Regression(Strict):
    """A whole declared regression."""

    task: Literal["regression"]
    entity: str = Field(min_length=1)
    as_of: str = Field(min_length=1)
    label: Label
    segment: Segment | None = None
    where: Where | None = None
    # With fewer labelled customers nothing is learned.
    minimum_labelled: int = Field(default=50, ge=20)
    refit_after_days: int = Field(default=90, ge=1)
    random_seed: int = Field(default=42, ge=0, lt=2**31)
    # Of more labelled customers a sample of this many is learned from.
    fit_rows: int = Field(default=50_000, ge=100, le=1_000_000)
    features: tuple[Feature, ...] = Field(min_length=1)
    candidates: Candidates = Candidates(
        linear=LinearOptions(), xgboost=BoostingOptions(), random_forest=ForestOptions()
    )
    evaluation: Annotated[CrossValidation | Holdout, Field(discriminator="method")] = CrossValidation()
    # The share of customers whose prediction interval is to hold the truth.
    interval_level: float = Field(default=0.9, ge=0.5, le=0.99)
    card: Card = Card()

    @property
    def date_column(self) -> str:
        """The column of the as-of date."""
        return self.as_of

    @model_validator(mode="after")
    def _columns_have_one_role(self) -> "Regression":
        names = [feature.name for feature in self.features]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"feature {twice[0]} is declared more than once: keep one")
        parts = {"entity": self.entity, "as_of": self.as_of, "label": self.label.column}
        parts |= {"segment": self.segment.column} if self.segment else {}
        parts |= {"where": self.where.column} if self.where else {}
        roles = {column: role for role, column in parts.items()}
        if len(roles) < len(parts):
            raise ValueError(f"{', '.join(parts)} must be different columns, not {', '.join(parts.values())}")
        for name in names:
            if name in roles:
                raise ValueError(
                    f"feature {name} is the {roles[name]} column, which must not be learned from: "
                    "remove it from the features"
                )
        return self


def parse_declaration(model_name: str, declared: Mapping[str, Any] | None) -> Regression:
    """Return the validated declaration; raises DeclarationError that names model, key, finding and remedy."""
    return parse(model_name, META_KEY, Regression, declared)
