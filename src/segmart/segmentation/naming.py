"""Names and profiles of segments: names come from a table and stay with the id, profiles from the data."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from segmart.errors import InputError
from segmart.learning.categories import CategoryRecipe
from segmart.learning.recipes import AnyRecipe
from segmart.segmentation.preparation import Preparation

NAMES_COLUMNS = (
    "language",
    "segmentation",
    "population",
    "segment_count",
    "segment_rank",
    "segment_name",
    "recommended_action",
)
# The language every segment is named in, if it is named at all.
FALLBACK_LANGUAGE = "en"
PROFILE_FEATURES = 3
# Within this factor of the population's median, or a tenth of all customers, a feature is not worth a
# mention.
UNREMARKABLE = 1.1
# What the texts without a coordinate are called together.
OTHER_LEVELS = "other"


@dataclass(frozen=True)
class NamedBy:
    """The row of the names table a segment is named by; it keeps the row when its rank changes later."""

    segment_count: int
    segment_rank: int


@dataclass(frozen=True)
class Name:
    """A segment's name and the action recommended for it."""

    segment_name: str
    recommended_action: str | None
    named_by: NamedBy


Names = Mapping[tuple[int, int], tuple[str, str | None]]


def names_of(rows: Iterable[Mapping], model_name: str, population: str, language: str) -> Names:
    """Return the rows of the names table that concern a population: (count, rank) -> (name, action).

    Where a segment is not named in the language, its English row stands in. Raises InputError when two rows
    of one language name the same segment.
    """
    by_language: dict[str, dict[tuple[int, int], tuple[str, str | None]]] = {}
    for row in rows:
        if (row["segmentation"], row["population"]) != (model_name, population) or not row["segment_name"]:
            continue
        names = by_language.setdefault(row["language"], {})
        count, rank = int(row["segment_count"]), int(row["segment_rank"])
        if (count, rank) in names:
            raise InputError(
                f"{model_name}: the names table holds more than one name for segment {rank} of {count} in "
                f"population {population}, language {row['language']}: {names[count, rank][0]}, "
                f"{row['segment_name']}. Remedy: keep one."
            )
        names[count, rank] = (row["segment_name"], row["recommended_action"])
    return by_language.get(FALLBACK_LANGUAGE, {}) | by_language.get(language, {})


def require_language(rows: Iterable[Mapping], model_name: str, language: str) -> None:
    """Raise InputError when there are names, but of no segmentation whatever in the language."""
    found = sorted({str(row["language"]) for row in rows})
    if found and language not in (*found, FALLBACK_LANGUAGE):
        raise InputError(
            f"{model_name}: the names table holds no name in language {language!r}; found are "
            f"{', '.join(found)}. Remedy: choose one of these, or add rows in that language."
        )


def names_that_fit(names: Names, rank_by: Collection[str], features: Iterable[str]) -> Names:
    """Return the names, or none when no feature of `rank_by` is among those learned from.

    The names table speaks of the order by them ("small assets", "high risk"). Without any the segments are in
    another order, and the names would say what is not so. Of several, one that was left out is empty or the
    same for everybody: it would not have changed the order, and the names hold.
    """
    return names if set(rank_by) & set(features) else {}


def give_names(ids: list[int], kept: Mapping[int, Name], names: Names, rank_by: str) -> list[Name]:
    """Return the name of each segment; `ids` come in rank order, the first has rank 1.

    A segment known before (`kept`, by id) keeps the row it was named by, and takes that row's present words.
    A new one is named by its rank; without a row it gets a name that says so. No two live segments share a
    name: the elder keeps it, the younger adds its id.
    """
    chosen: dict[int, Name] = {}
    taken: set[str] = set()
    for segment_id in sorted(ids):
        rank = ids.index(segment_id) + 1
        before = kept.get(segment_id)
        named_by = before.named_by if before else NamedBy(len(ids), rank)
        fallback = (
            (before.segment_name, before.recommended_action)
            if before
            else (f"Segment {rank} of {len(ids)} by {rank_by}", None)
        )
        name, action = names.get((named_by.segment_count, named_by.segment_rank), fallback)
        if name in taken:
            name = f"{name} (segment {segment_id})"
        taken.add(name)
        chosen[segment_id] = Name(name, action, named_by)
    return [chosen[segment_id] for segment_id in ids]


def profiles(
    preparation: Preparation,
    values: np.ndarray,
    coordinates: np.ndarray,
    labels: np.ndarray,
    segment_count: int,
) -> list[str]:
    """Return for each segment what sets it apart, in words, most telling feature first.

    `values` (rows, features) are raw with missing ones as not-a-number, `coordinates` (rows, coordinates) the
    same scaled: the distance of a segment's mean from the population's, over the coordinates of a feature,
    orders the features.
    """
    centre = coordinates.mean(axis=0)
    starts = list(preparation.first_columns.values())
    sentences = []
    for segment in range(segment_count):
        members = labels == segment
        if not members.any():
            sentences.append("holds no customer of the fitted rows")
            continue
        away = coordinates[members].mean(axis=0) - centre
        telling = np.argsort(-np.sqrt(np.add.reduceat(away**2, starts)), kind="stable")
        clauses = [
            _clause(preparation.recipes[i], values[members, i], values[:, i])
            for i in telling[:PROFILE_FEATURES]
        ]
        clauses = [clause for clause in clauses if clause]
        sentences.append(
            "; ".join(clauses) if clauses else "close to the population's median in every feature"
        )
    return sentences


def _clause(recipe: AnyRecipe, own: np.ndarray, overall: np.ndarray) -> str | None:
    """Return one feature in words, from raw values of members and of all, or none when it is unremarkable."""
    if isinstance(recipe, CategoryRecipe):
        return _category_clause(recipe, own, overall)
    return _number_clause(recipe.name, _median(own), _median(overall))


def _category_clause(recipe: CategoryRecipe, own: np.ndarray, overall: np.ndarray) -> str | None:
    """Return the level that members have most more often than all in words, or none when none stands out."""
    names = [*recipe.level_names, OTHER_LEVELS]
    of_own, of_all = (
        np.bincount(codes.astype(int), minlength=len(names)) / len(codes) for codes in (own, overall)
    )
    level = int((of_own - of_all).argmax())
    if of_own[level] - of_all[level] < UNREMARKABLE - 1:
        return None
    return f"{recipe.name} {names[level]} for {of_own[level]:.0%}, of all {of_all[level]:.0%}"


def _median(values: np.ndarray) -> float:
    present = values[~np.isnan(values)]
    return float(np.median(present)) if len(present) else np.nan


def _number_clause(feature: str, own: float, overall: float) -> str | None:
    """Return one number's medians in words, or none when it is unremarkable."""
    if np.isnan(own) or np.isnan(overall):
        return f"{feature} mostly missing" if np.isnan(own) else None
    if overall > 0 and own >= 0:
        ratio = own / overall
        if 1 / UNREMARKABLE < ratio < UNREMARKABLE:
            return None
        return (
            f"{feature} {ratio:.2g} x the population's median"
            if ratio < 100
            else (f"{feature} {ratio:,.0f} x the population's median")
        )
    if own == overall:
        return None
    return f"{feature} {own:,.4g} against a median of {overall:,.4g}"
