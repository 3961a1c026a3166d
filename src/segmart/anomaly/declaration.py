"""The YAML declaration of an anomaly model, validated: what is wrong is named by model, key and remedy."""

import math
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from segmart.learning.declaration import Feature, PerPopulation
from segmart.strict import Strict, parse

META_KEY = "anomaly"
DENSITY, ISOLATION, AUTO = "density", "isolation", "auto"


class Density(Strict):
    """DBSCAN: a customer is usual with enough neighbours within `eps`, or near one who has them."""

    # How many neighbours, the customer included, are enough ...
    minimum_neighbours: int = Field(default=15, ge=2, le=5_000)
    # ... or this share of the population, where that is more: a group that is smaller is unusual as a whole.
    minimum_share: float = Field(default=0.0, ge=0, le=0.1)
    # A distance in scaled space; none: at the knee of the k-distance curve.
    eps: float | None = Field(default=None, gt=0)

    def neighbours(self, row_count: int) -> int:
        """Return how many neighbours are enough among so many customers."""
        # A product such as 0.07 * 100 must not gain a neighbour by its last digit.
        return max(self.minimum_neighbours, math.ceil(round(self.minimum_share * row_count, 6)))


class Fence(Strict):
    """Flag scores beyond the upper quartile by `multiplier` interquartile ranges: possibly nobody's."""

    rule: Literal["fence"] = "fence"
    multiplier: float = Field(default=3.0, gt=0)


class Share(Strict):
    """Flag this share of the fitted customers, the highest scores first: always somebody."""

    rule: Literal["share"]
    share: float = Field(gt=0, lt=0.5)


class Score(Strict):
    """Flag scores above a given one."""

    rule: Literal["score"]
    score: float = Field(gt=0, lt=1)


class Isolation(Strict):
    """An isolation forest, and how its score becomes a flag."""

    trees: int = Field(default=200, ge=10, le=2_000)
    # Customers each tree is grown on: few keep unusual customers from hiding one another.
    sample_rows: int = Field(default=256, ge=16, le=10_000)
    flag: Annotated[Fence | Share | Score, Field(discriminator="rule")] = Fence()


class Population(Strict):
    """One population, looked at independently of the others."""

    features: tuple[Feature, ...] = Field(min_length=1)
    density: Density = Density()
    isolation: Isolation = Isolation()
    # The detector whose score and flag are served; auto: density, unless its outcome is degenerate.
    serve: Literal["auto", "density", "isolation"] = AUTO

    @model_validator(mode="after")
    def _features_are_named_once(self) -> "Population":
        names = [feature.name for feature in self.features]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"feature {twice[0]} is declared more than once: keep one")
        return self


class Anomaly(PerPopulation):
    """A whole declared anomaly model."""

    populations: dict[str, Population] = Field(min_length=1)


def parse_declaration(model_name: str, declared: Mapping[str, Any] | None) -> Anomaly:
    """Return the validated declaration; raises DeclarationError that names model, key, finding and remedy."""
    return parse(model_name, META_KEY, Anomaly, declared)
