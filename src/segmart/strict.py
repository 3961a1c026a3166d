"""Declarations in YAML: strict validation, with errors that name place, key and remedy."""

import difflib
from collections.abc import Mapping
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError

from segmart.errors import DeclarationError


class Strict(BaseModel):
    """Base of all parts: a key nobody knows is an error, and nothing changes after validation."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


Declared = TypeVar("Declared", bound=Strict)


def parse(
    model_name: str, meta_key: str, kind: type[Declared], declared: Mapping[str, Any] | None
) -> Declared:
    """Return the validated declaration found under a meta key.

    Raises DeclarationError that names model, key, finding and remedy.
    """
    if not isinstance(declared, Mapping) or not declared:
        raise DeclarationError(
            f"{model_name}: the meta key '{meta_key}' is {'empty' if not declared else 'not a mapping'}. "
            f"Remedy: declare it under config: meta: {meta_key}: in the model's YAML."
        )
    try:
        return kind.model_validate(declared)
    except ValidationError as error:
        problems = [_in_words(model_name, meta_key, kind, declared, problem) for problem in error.errors()]
        raise DeclarationError("\n".join(problems)) from None


def _in_words(
    model_name: str,
    meta_key: str,
    kind: type[Strict],
    declared: Mapping[str, Any],
    problem: Mapping[str, Any],
) -> str:
    """Put one validation problem into words: model, key, what was found, remedy."""
    fault = problem["type"]
    key = ".".join([meta_key, *_path_in_words(declared, problem["loc"], is_absent=fault == "missing")])
    place = f"{model_name}: key '{key}'"
    if fault == "missing":
        return f"{place} is missing. Remedy: add it."
    if fault == "extra_forbidden":
        return f"{place} is not known. Remedy: {_spelling(kind, problem['loc'])}"
    if fault == "value_error":
        return f"{place}: {problem['ctx']['error']}."
    found = repr(problem["input"])
    return f"{place} is {found if len(found) < 80 else found[:77] + '...'}. Remedy: {problem['msg']}."


def _path_in_words(declared: Any, location: tuple[str | int, ...], is_absent: bool) -> list[str]:
    """Return the keys of a location, a list position replaced by the name of what stands there.

    `is_absent`: the last step is a key that is missing.
    """
    path = []
    for position, step in enumerate(location, start=1):
        if isinstance(declared, Mapping):
            is_missing_key = is_absent and position == len(location)
            # Any other step that is no key of the input is the variant pydantic tried: nobody wrote it.
            if step not in declared and not is_missing_key:
                continue
            declared = declared.get(step)
            path.append(str(step))
        elif isinstance(declared, list | tuple) and isinstance(step, int) and step < len(declared):
            declared = declared[step]
            name = declared.get("name") if isinstance(declared, Mapping) else None
            path.append(str(name or f"[{step}]"))
        else:
            path.append(str(step))
    return path


def _spelling(kind: type[Strict], location: tuple[str | int, ...]) -> str:
    """Return the remedy for an unknown key: the nearest known one, or removal."""
    known = sorted({name for part in _parts(kind) for name in part.model_fields})
    if location[-1] in known:
        return "it belongs elsewhere; remove it here."
    near = difflib.get_close_matches(str(location[-1]), known, n=1)
    return f"did you mean '{near[0]}'?" if near else "remove it, or correct its spelling."


def _parts(kind: Any) -> set[type[Strict]]:
    """Return a declaration's class and those of all its parts."""
    if isinstance(kind, type) and issubclass(kind, Strict):
        return {kind}.union(*(_parts(field.annotation) for field in kind.model_fields.values()))
    return set().union(*(_parts(argument) for argument in get_args(kind)))
