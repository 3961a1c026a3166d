"""Puts files into a project: all of them or none, and never over one that is there without being told to."""

import os
from collections.abc import Collection, Mapping
from pathlib import Path

from segmart.errors import InputError


def existing(project: Path, paths: Collection[str]) -> list[str]:
    """Return the paths, relative to the project, at which something is already."""
    return sorted(path for path in paths if os.path.lexists(project / path))


def place(project: Path, files: Mapping[str, str], obsolete: Collection[str] = ()) -> None:
    """Write texts to paths relative to the project, over what is there, and remove the obsolete ones.

    Every text is written beside its place before the first one is moved there; when something fails, what
    was moved is moved back.
    Raises InputError when a file cannot be written; the project is then as it was.
    """
    made: list[Path] = []
    before = {path: _bytes_of(project / path) for path in (*files, *obsolete)}
    try:
        for path, text in files.items():
            made += _make_folders((project / path).parent)
            _beside(project / path).write_text(text, encoding="utf-8", newline="")
        for path in files:
            os.replace(_beside(project / path), project / path)
        for path in obsolete:
            (project / path).unlink(missing_ok=True)
    except OSError as error:
        _undo(project, before, made)
        raise InputError(
            f"{error.filename} cannot be written ({error.strerror}); nothing was changed"
        ) from error


def _undo(project: Path, before: Mapping[str, bytes | None], made: list[Path]) -> None:
    for path, content in before.items():
        _beside(project / path).unlink(missing_ok=True)
        if _bytes_of(project / path) != content:
            if content is None:
                (project / path).unlink()
            else:
                (project / path).write_bytes(content)
    for folder in reversed(made):
        folder.rmdir()


def _make_folders(folder: Path) -> list[Path]:
    """Make a folder and those above it; return the new ones, outermost first."""
    missing = [one for one in (folder, *folder.parents) if not one.exists()][::-1]
    folder.mkdir(parents=True, exist_ok=True)
    return missing


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name}.partial")


def _bytes_of(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
