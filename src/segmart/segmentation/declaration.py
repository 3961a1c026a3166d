"""The YAML declaration of a segmentation, validated: what is wrong is named by model, key and remedy."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from segmart.learning.declaration import Feature, PerPopulation, Strict, parse

META_KEY = "segmentation"


class Segments(Strict):
    """How many segments: searched over a range, or fixed by the business with its reason."""

    search: tuple[Annotated[int, Field(ge=2, le=50)], Annotated[int, Field(ge=2, le=50)]] = (2, 8)
    fixed: int | None = Field(default=None, ge=1, le=50)
    because: str | None = Field(default=None, min_length=1)
    # Of many rows the silhouette is estimated, unless the exact figure is worth quadratic time.
    silhouette: Literal["estimated", "exact"] = "estimated"

    @model_validator(mode="after")
    def _is_one_or_the_other(self) -> "Segments":
        if self.search[0] > self.search[1]:
            raise ValueError(f"search must go from low to high, not {list(self.search)}")
        if self.fixed is not None and self.because is None:
            raise ValueError("a fixed number of segments needs its reason: add because: '...'")
        if self.fixed is None and self.because is not None:
            raise ValueError("because belongs to a fixed number of segments: add fixed: or remove because:")
        return self


class Population(Strict):
    """One population, segmented independently of the others."""

    # Segment 1 is the one with the lowest value of this feature.
    rank_by: str
    segments: Segments = Segments()
    features: tuple[Feature, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _features_are_named_once(self) -> "Population":
        names = [feature.name for feature in self.features]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"feature {twice[0]} is declared more than once: keep one")
        if self.rank_by not in names:
            raise ValueError(
                f"rank_by is {self.rank_by!r}; it must be one of the features: {', '.join(names)}"
            )
        return self


class Segmentation(PerPopulation):
    """A whole declared segmentation."""

    populations: dict[str, Population] = Field(min_length=1)


def parse_declaration(model_name: str, declared: Mapping[str, Any] | None) -> Segmentation:
    """Return the validated declaration; raises DeclarationError that names model, key, finding and remedy."""
    return parse(model_name, META_KEY, Segmentation, declared)
