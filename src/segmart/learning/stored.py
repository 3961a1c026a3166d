"""A stored artefact read back: content this version knows, or an error that says what to do."""

import json
import zlib
from collections.abc import Callable, Collection, Mapping
from typing import Any, TypeVar

from segmart.errors import InputError

Artefact = TypeVar("Artefact")


def artefact_from(
    text: str, formats: Collection[int], build: Callable[[Mapping[str, Any]], Artefact]
) -> Artefact:
    """Return what is built from the content of an artefact's text.

    Raises InputError when the text is damaged, of another format than `formats`, or lacks what `build` asks
    for (which may raise ValueError, TypeError, KeyError or zlib.error).
    """
    try:
        content = json.loads(text)
        if content["format"] not in formats:
            known = " or ".join(str(number) for number in formats)
            raise ValueError(f"its format is {content['format']}, not {known}")
        return build(content)
    except (ValueError, TypeError, KeyError, zlib.error) as error:
        raise InputError(
            f"a registry row holds an artefact that cannot be read: {error}. "
            "Remedy: remove that row from the registry, or read it with the version that wrote it."
        ) from error
