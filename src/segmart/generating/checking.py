"""What must hold before anything is written: of the table, of what is asked of it, and of the project."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import duckdb
import yaml

from segmart.errors import InputError
from segmart.generating.names import clean_name
from segmart.generating.reading import columns_without_repetition, date_facts, key_facts

PROJECT_FILE = "dbt_project.yml"
AS_OF_DATE = "as_of_date"


def check_parts(parts: Mapping[str, Iterable[str]], named: Iterable[str], option: str) -> None:
    """Raise InputError for a column that has two parts to play."""
    taken: dict[str, str] = {}
    for part, columns in parts.items():
        for column in columns:
            if column in taken:
                raise InputError(
                    f"column {column!r} is both {taken[column]} and {part}; it can be one of them"
                )
            taken[column] = part
    for column in named:
        if column in taken:
            raise InputError(f"column {column!r} is {taken[column]} and cannot be among {option} too")


def check_key(table: duckdb.DuckDBPyRelation, key: str, path: Path) -> int:
    """Return the number of rows; raises InputError unless each has an id of its own."""
    row_count, missing, repeated, surplus = key_facts(table, key)
    if missing:
        raise InputError(
            f"{key!r} is missing in {missing:,} of {row_count:,} rows of {path}. Remedy: give every row its "
            "id, or drop the rows without one"
        )
    if surplus:
        examples = ", ".join(f"{text!r} ({count} rows)" for text, count in repeated)
        others = [column for column in columns_without_repetition(table) if column != key]
        hint = f"; every row has its own {' and its own '.join(map(repr, others[:3]))}" if others else ""
        raise InputError(
            f"{key!r} is no id of {path}: {surplus:,} of {row_count:,} rows hold one that is there before, "
            f"such as {examples}{hint}. Remedy: bring the table to one row per id, or name another column "
            "with --id"
        )
    return row_count


def as_of_column(table: duckdb.DuckDBPyRelation, asked_for: str | None) -> str | None:
    """Return the column that says as of which day the rows hold, if there is one; it must hold one day."""
    column = asked_for or next((name for name in table.columns if clean_name(name) == AS_OF_DATE), None)
    if column is None:
        return None
    missing, days = date_facts(table, column)
    if missing:
        raise InputError(
            f"the as-of date {column!r} is missing, or no date such as 2025-12-31, in {missing:,} rows; "
            "correct it, or remove the column and the build's own as_of_date counts"
        )
    if len(days) > 1:
        raise InputError(
            f"the as-of date {column!r} holds more than one day ({', '.join(map(str, days))}); a model "
            "learns from rows of one: keep those, or name the column otherwise"
        )
    return column


def check_clashes(project: Path, name: str, ours: set[str]) -> None:
    """Raise InputError when another model, seed or macro has a name of ours, or a folder is in use."""
    settings = yaml.safe_load(read_text(project / PROJECT_FILE)) or {}
    new = {Path(path).stem for path in ours if not path.endswith(".yml")}
    for key, default in (("model-paths", ["models"]), ("seed-paths", ["seeds"])):
        for folder in settings.get(key) or default:
            for path in sorted((project / folder).rglob("*")):
                is_one = path.suffix in (".sql", ".py", ".csv")
                if is_one and path.stem in (new | {name}) and _relative(project, path) not in ours:
                    raise InputError(
                        f"{name!r} clashes with {_relative(project, path)}, which has that name already; "
                        "choose another one"
                    )
    for folder in settings.get("macro-paths") or ["macros"]:
        for path in sorted((project / folder).rglob("*.sql")):
            for macro in re.findall(r"{%-?\s*macro\s+(\w+)", read_text(path)):
                if macro in new | {name}:
                    raise InputError(
                        f"{name!r} clashes with the macro {macro} in {_relative(project, path)}; "
                        "choose another name"
                    )
    for folder in {str(Path(path).parent) for path in ours}:
        others = [
            _relative(project, path)
            for path in sorted((project / folder).rglob("*"))
            if path.is_file() and _relative(project, path) not in ours and "__pycache__" not in path.parts
        ]
        if others:
            raise InputError(
                f"{folder} holds something else already ({', '.join(others[:3])}); choose another name"
            )


def _relative(project: Path, path: Path) -> str:
    return path.relative_to(project).as_posix()


def read_text(path: Path) -> str:
    """Return a text with its line ends as they are."""
    try:
        return path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read ({error})") from error
