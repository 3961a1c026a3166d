"""The YAML declaration of a segmentation, validated: what is wrong is named by model, key and remedy."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, SerializerFunctionWrapHandler, model_serializer, model_validator

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


class KMeans(Strict):
    """Segments around centroids, of about equal spread in every direction."""

    method: Literal["kmeans"] = "kmeans"
    # The best of so many starts is taken; where nothing is clearly apart, more of them find a better one.
    starts: int = Field(default=10, ge=10, le=200)


class GaussianMixture(Strict):
    """Segments that may be long, tilted and of different sizes, at the cost of more numbers to learn."""

    method: Literal["gaussian_mixture"]
    # diag keeps components along the features: far fewer numbers, for many features or few customers.
    covariance: Literal["full", "diag"] = "full"
    # Added to every variance, in parts of the features' mean variance, so that no component becomes a spike.
    reg_covar: float = Field(default=1e-3, gt=0, le=1)


class Agglomerative(Strict):
    """Customers joined by Ward's rule; everybody then belongs to the nearest centroid of the clusters."""

    method: Literal["agglomerative"]
    # A tree is grown from at most so many customers: its memory is quadratic, 0.3 GB for 5,000.
    rows: int = Field(default=5_000, ge=100, le=20_000)


def _as_block(declared: Any) -> Any:
    """Return an algorithm declared by its name alone as the block it is short for."""
    return {"method": declared} if isinstance(declared, str) else declared


Algorithm = Annotated[
    KMeans | GaussianMixture | Agglomerative, Field(discriminator="method"), BeforeValidator(_as_block)
]


class Population(Strict):
    """One population, segmented independently of the others."""

    # Segment 1 is the one with the lowest value of this feature.
    rank_by: str
    segments: Segments = Segments()
    algorithm: Algorithm = KMeans()
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

    @model_serializer(mode="wrap")
    def _without_the_usual_algorithm(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave k-means unsaid: registries older than the choice hold the hash of a text without it."""
        content = serialize(self)
        if self.algorithm == KMeans():
            del content["algorithm"]
        return content


class Segmentation(PerPopulation):
    """A whole declared segmentation."""

    populations: dict[str, Population] = Field(min_length=1)


def parse_declaration(model_name: str, declared: Mapping[str, Any] | None) -> Segmentation:
    """Return the validated declaration; raises DeclarationError that names model, key, finding and remedy."""
    return parse(model_name, META_KEY, Segmentation, declared)
