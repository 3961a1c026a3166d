"""The YAML declaration of a segmentation, validated: what is wrong is named by model, key and remedy."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    Discriminator,
    Field,
    SerializerFunctionWrapHandler,
    Tag,
    field_validator,
    model_serializer,
    model_validator,
)

from segmart.learning.declaration import CategoryFeature, Feature, PerPopulation
from segmart.strict import Strict, parse

META_KEY = "segmentation"
# How risk, or whatever else ranks segments, moves with a feature: the sign its coordinate counts with.
SIGNS = {"increasing": 1, "decreasing": -1}


class NumberFeature(Feature):
    """One numeric column to learn from; what is missing may also be filled from similar customers."""

    kind: Literal["number"] = "number"
    # knn: the mean over the nearest customers, as `Neighbours` says.
    impute: Literal["refuse", "zero", "median", "knn"] = "refuse"

    @field_validator("kind", mode="before")
    @classmethod
    def _is_a_kind(cls, kind: Any) -> Any:
        if kind != "number":
            raise ValueError(f"it is {kind!r}; a feature is a number or a category")
        return kind

    @model_serializer(mode="wrap")
    def _without_its_kind(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave it unsaid that a feature is a number: registries older than categories hold no such word."""
        content = serialize(self)
        del content["kind"]
        return content


def _kind_of(declared: Any) -> str:
    if isinstance(declared, NumberFeature | CategoryFeature):
        return declared.kind
    return "category" if isinstance(declared, Mapping) and declared.get("kind") == "category" else "number"


AnyFeature = Annotated[
    Annotated[NumberFeature, Tag("number")] | Annotated[CategoryFeature, Tag("category")],
    Discriminator(_kind_of),
]


class Neighbours(Strict):
    """From whom a missing value is filled: the nearest customers by the coordinates that are known."""

    # The mean is taken over so many.
    count: int = Field(default=5, ge=1, le=50)
    # They are looked for among so many customers, who are kept with the model.
    donors: int = Field(default=1_000, ge=20, le=5_000)

    @model_validator(mode="after")
    def _donors_are_enough(self) -> "Neighbours":
        if self.donors < self.count:
            raise ValueError(f"{self.count} neighbours cannot be found among {self.donors} donors")
        return self


class ComponentCount(Strict):
    """How many principal components segments are learned in: a number, or a part of the variance."""

    count: int | None = Field(default=None, ge=1, le=100)
    explained_variance: float | None = Field(default=None, gt=0, le=1)

    @model_validator(mode="after")
    def _is_one_or_the_other(self) -> "ComponentCount":
        if (self.count is None) == (self.explained_variance is None):
            raise ValueError("say either count: or explained_variance:, as in {explained_variance: 0.9}")
        return self


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


Directions = Annotated[dict[str, Literal["increasing", "decreasing"]], Field(min_length=1)]
RankBy = Annotated[
    Annotated[str, Tag("feature")] | Annotated[Directions, Tag("directions")],
    Discriminator(lambda declared: "directions" if isinstance(declared, Mapping) else "feature"),
]


class Population(Strict):
    """One population, segmented independently of the others."""

    # Segment 1 is the one with the lowest value of this feature, or, of several with a direction each, the
    # one with the lowest sum of mean scaled coordinates, those of decreasing features with a minus.
    rank_by: RankBy
    segments: Segments = Segments()
    algorithm: Algorithm = KMeans()
    neighbours: Neighbours = Neighbours()
    components: ComponentCount | None = None
    features: tuple[AnyFeature, ...] = Field(min_length=1)

    @property
    def signs(self) -> dict[str, int]:
        """The features that rank segments, each with the sign its coordinate counts with."""
        if isinstance(self.rank_by, str):
            return {self.rank_by: SIGNS["increasing"]}
        return {name: SIGNS[direction] for name, direction in self.rank_by.items()}

    @model_validator(mode="after")
    def _features_are_named_once(self) -> "Population":
        names = [feature.name for feature in self.features]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"feature {twice[0]} is declared more than once: keep one")
        numbers = [feature.name for feature in self.features if feature.kind == "number"]
        for name in self.signs:
            if name not in names:
                raise ValueError(
                    f"rank_by is {name!r}; it must be one of the features: {', '.join(names)}"
                    if isinstance(self.rank_by, str)
                    else f"rank_by names {name!r}, which is none of the features: {', '.join(names)}"
                )
            if name not in numbers:
                raise ValueError(f"rank_by names {name}, a category, which has no order: name a number")
        return self

    @model_validator(mode="after")
    def _neighbours_can_be_found(self) -> "Population":
        numbers = [feature for feature in self.features if feature.kind == "number"]
        is_filled = any(feature.impute == "knn" for feature in numbers)
        if is_filled and len(numbers) < 2:
            raise ValueError(
                f"feature {numbers[0].name} is declared impute: knn, but there is no other number to find "
                "neighbours by: declare impute: median, or add one"
            )
        if not is_filled and "neighbours" in self.model_fields_set:
            raise ValueError("neighbours belongs to features with impute: knn: declare one, or remove it")
        return self

    @model_serializer(mode="wrap")
    def _without_what_is_usual(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave k-means and what came later unsaid where it is not used.

        Registries older than these choices hold the hash of a text without them.
        """
        content = serialize(self)
        usual = {"algorithm": KMeans(), "neighbours": Neighbours(), "components": None}
        for key, value in usual.items():
            if getattr(self, key) == value:
                del content[key]
        return content


class Segmentation(PerPopulation):
    """A whole declared segmentation."""

    populations: dict[str, Population] = Field(min_length=1)


def parse_declaration(model_name: str, declared: Mapping[str, Any] | None) -> Segmentation:
    """Return the validated declaration; raises DeclarationError that names model, key, finding and remedy."""
    return parse(model_name, META_KEY, Segmentation, declared)
