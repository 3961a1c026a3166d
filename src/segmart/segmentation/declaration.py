"""The YAML declaration of a segmentation, validated: what is wrong is named by model, key and remedy."""

import difflib
import hashlib
import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from segmart.errors import DeclarationError

META_KEY = "segmentation"
# A segmentation without a population column has this one population.
EVERYBODY = "all"


class Strict(BaseModel):
    """Base of all parts: a key nobody knows is an error, and nothing changes after validation."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


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


class Segments(Strict):
    """How many segments: searched over a range, or fixed by the business with its reason."""

    search: tuple[Annotated[int, Field(ge=2, le=50)], Annotated[int, Field(ge=2, le=50)]] = (2, 8)
    fixed: int | None = Field(default=None, ge=1, le=50)
    because: str | None = Field(default=None, min_length=1)

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


class Segmentation(Strict):
    """A whole declared segmentation."""

    entity: str = Field(min_length=1)
    as_of: str = Field(min_length=1)
    population: str | None = None
    # Below this many customers a population is not learned.
    minimum_customers: int = Field(default=50, ge=2)
    refit_after_days: int = Field(default=90, ge=1)
    random_seed: int = Field(default=42, ge=0, lt=2**31)
    # A larger population is learned from a sample of this many customers.
    fit_rows: int = Field(default=50_000, ge=100, le=1_000_000)
    populations: dict[str, Population] = Field(min_length=1)

    @model_validator(mode="after")
    def _populations_match_their_column(self) -> "Segmentation":
        if self.population is None and set(self.populations) != {EVERYBODY}:
            found = ", ".join(self.populations)
            raise ValueError(
                f"populations holds {found}, but no population column is named: add population: <column>, "
                f"or declare the single population {EVERYBODY!r}"
            )
        keys = {self.entity: "entity", self.as_of: "as_of", self.population: "population"}
        for name, population in self.populations.items():
            for feature in population.features:
                if feature.name in keys:
                    raise ValueError(
                        f"feature {feature.name} of population {name} is the {keys[feature.name]} column: "
                        "it says who or when, not how a customer behaves; remove it from the features"
                    )
        return self


def parse_declaration(model_name: str, declared: Mapping[str, Any] | None) -> Segmentation:
    """Return the validated declaration; raises DeclarationError that names model, key, finding and remedy."""
    if not isinstance(declared, Mapping) or not declared:
        raise DeclarationError(
            f"{model_name}: the meta key '{META_KEY}' is {'empty' if not declared else 'not a mapping'}. "
            f"Remedy: declare the segmentation under config: meta: {META_KEY}: in the model's YAML."
        )
    try:
        return Segmentation.model_validate(declared)
    except ValidationError as error:
        problems = [_in_words(model_name, declared, problem) for problem in error.errors()]
        raise DeclarationError("\n".join(problems)) from None


def parse_refit(model_name: str, refit: bool | str | None) -> bool:
    """Return whether a refit was asked for; a command line hands the word over as text."""
    words = {"true": True, "false": False, "none": False, "": False}
    word = str(refit if refit is not None else "").strip().lower()
    if word not in words:
        raise DeclarationError(
            f"{model_name}: refit is {refit!r}. Remedy: say true or false, as in --vars 'refit: true'."
        )
    return words[word]


def declaration_text(declared: Segmentation, population: str) -> str:
    """Return the part of the declaration that concerns one population, as deterministic JSON."""
    whole = declared.model_dump(mode="json")
    whole["populations"] = {population: whole["populations"][population]}
    return json.dumps(whole, sort_keys=True)


def declaration_hash(declared: Segmentation, population: str) -> str:
    """Return the hash of all that decides what a fit of this population learns.

    The refit age decides only when, and the other populations are learned on their own: neither is part of
    it.
    """
    content = json.loads(declaration_text(declared, population))
    del content["refit_after_days"]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _in_words(model_name: str, declared: Mapping[str, Any], problem: Mapping[str, Any]) -> str:
    """Put one validation problem into words: model, key, what was found, remedy."""
    key = ".".join([META_KEY, *_path_in_words(declared, problem["loc"])])
    place = f"{model_name}: key '{key}'"
    kind = problem["type"]
    if kind == "missing":
        return f"{place} is missing. Remedy: add it."
    if kind == "extra_forbidden":
        return f"{place} is not known. Remedy: {_spelling(problem['loc'])}"
    if kind == "value_error":
        return f"{place}: {problem['ctx']['error']}."
    found = repr(problem["input"])
    return f"{place} is {found if len(found) < 80 else found[:77] + '...'}. Remedy: {problem['msg']}."


def _path_in_words(declared: Any, location: tuple[str | int, ...]) -> list[str]:
    """Return the keys of a location, a list position replaced by the name of what stands there."""
    path = []
    for step in location:
        if isinstance(declared, Mapping):
            # A step that is no key of the input is the variant pydantic tried, such as the method of a cap.
            declared = declared.get(step)
            path.append(str(step))
        elif isinstance(declared, list | tuple) and isinstance(step, int) and step < len(declared):
            declared = declared[step]
            name = declared.get("name") if isinstance(declared, Mapping) else None
            path.append(str(name or f"[{step}]"))
        else:
            path.append(str(step))
    return path


def _spelling(location: tuple[str | int, ...]) -> str:
    """Return the remedy for an unknown key: the nearest known one, or removal."""
    parts = (QuantileCap, InterquartileCap, Feature, Segments, Population, Segmentation)
    known = sorted({name for part in parts for name in part.model_fields})
    near = difflib.get_close_matches(str(location[-1]), known, n=1)
    return f"did you mean '{near[0]}'?" if near else "remove it, or correct its spelling."
