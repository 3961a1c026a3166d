"""What the declarations of all kinds of models share: features, populations, and when to learn anew."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from segmart.errors import DeclarationError
from segmart.strict import Strict

# A model without a population column has this one population.
EVERYBODY = "all"


class QuantileCap(Strict):
    """Cap values at two quantiles of the fitted rows."""

    method: Literal["quantile"]
    lower: float = Field(default=0.0, ge=0, lt=1)
    upper: float = Field(default=1.0, gt=0, le=1)

    @model_validator(mode="after")
    def _lower_is_below_upper(self) -> "QuantileCap":
        if self.lower >= self.upper:
            raise ValueError(f"lower ({self.lower}) must be below upper ({self.upper})")
        return self


class InterquartileCap(Strict):
    """Cap values at `multiplier` interquartile ranges outside the quartiles of the fitted rows."""

    method: Literal["iqr"]
    multiplier: float = Field(default=1.5, gt=0)


class Feature(Strict):
    """One column to learn from, and how it becomes a coordinate."""

    name: str = Field(min_length=1)
    impute: Literal["refuse", "zero", "median"] = "refuse"
    cap: Annotated[QuantileCap | InterquartileCap, Field(discriminator="method")] | None = None
    transform: Literal["none", "log1p", "signed_log1p"] = "none"
    scaler: Literal["standard", "robust", "minmax", "none"] = "standard"
    # The scaled coordinate is multiplied by the weight: 2 makes a difference count twice.
    weight: float = Field(default=1.0, gt=0)
    # An optional feature that is constant, empty or absent is left out; a required one stops the fit.
    required: bool = True


class CategoryFeature(Strict):
    """One column of texts to learn from: each frequent text is a coordinate, 1 for its customers and 0 else.

    Nobody is refused for a text nobody had when fitting, a rare one or none at all: such customers are 0 in
    every coordinate, together.
    """

    name: str = Field(min_length=1)
    kind: Literal["category"]
    # A text is a level of its own from this share of the fitted rows on; so is the absence of one.
    minimum_share: float = Field(default=0.02, gt=0, lt=1)
    # Of more levels the most frequent are kept.
    most_levels: int = Field(default=12, ge=1, le=100)
    # 1: two customers of different levels are as far apart as two of one standardised number usually are.
    weight: float = Field(default=1.0, gt=0)
    required: bool = True


class PerPopulation(Strict):
    """What a model declares that is learned for each population on its own.

    A kind of model adds `populations`, a dictionary by name; each of them has `features`.
    """

    entity: str = Field(min_length=1)
    as_of: str = Field(min_length=1)
    population: str | None = None
    # Below this many customers a population is not learned.
    minimum_customers: int = Field(default=50, ge=2)
    refit_after_days: int = Field(default=90, ge=1)
    random_seed: int = Field(default=42, ge=0, lt=2**31)
    # A larger population is learned from a sample of this many customers.
    fit_rows: int = Field(default=50_000, ge=100, le=1_000_000)
    # Populations that are left out on purpose, each with the reason its customers are given.
    left_out: dict[str, Annotated[str, Field(min_length=1)]] = Field(default_factory=dict)

    @property
    def keys(self) -> list[str]:
        """The columns that say who, when, and of which population."""
        return [self.entity, self.as_of, *([self.population] if self.population else [])]

    @model_validator(mode="after")
    def _populations_match_their_column(self) -> "PerPopulation":
        if self.population is None and set(self.populations) != {EVERYBODY}:
            found = ", ".join(self.populations)
            raise ValueError(
                f"populations holds {found}, but no population column is named: add population: <column>, "
                f"or declare the single population {EVERYBODY!r}"
            )
        if self.population is None and self.left_out:
            raise ValueError(
                "left_out needs populations to leave out: add population: <column>, or remove it"
            )
        both = [name for name in self.left_out if name in self.populations]
        if both:
            raise ValueError(f"population {both[0]} is both declared and left out: keep one")
        keys = {self.entity: "entity", self.as_of: "as_of", self.population: "population"}
        for name, population in self.populations.items():
            for feature in population.features:
                if feature.name in keys:
                    raise ValueError(
                        f"feature {feature.name} of population {name} is the {keys[feature.name]} column: "
                        "it says who or when, not how a customer behaves; remove it from the features"
                    )
        return self


def parse_refit(model_name: str, refit: bool | str | None) -> bool:
    """Return whether a refit was asked for; a command line hands the word over as text."""
    words = {"true": True, "false": False, "none": False, "": False}
    word = str(refit if refit is not None else "").strip().lower()
    if word not in words:
        raise DeclarationError(
            f"{model_name}: refit is {refit!r}. Remedy: say true or false, as in --vars 'refit: true'."
        )
    return words[word]
