"""From a request to files in the project: everything is looked at before anything is written."""

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import yaml

from segmart.errors import InputError
from segmart.generating import reading, telling
from segmart.generating.deciding import SAMPLED_ROWS, require_present
from segmart.generating.names import check_model_name, clean_name, clean_names
from segmart.generating.placing import existing, place
from segmart.generating.predicting import decide_label, decide_risk_model
from segmart.generating.project_file import with_list_entry, with_mapping_entry
from segmart.generating.segmenting import FEWEST_ROWS, decide_segmentation
from segmart.generating.text import comment
from segmart.generating.writing import Origin
from segmart.generating.writing_risk import TAKEN_NAMES as RISK_NAMES
from segmart.generating.writing_risk import possible_paths, risk_files
from segmart.generating.writing_segmentation import TAKEN_NAMES as SEGMENTATION_NAMES
from segmart.generating.writing_segmentation import segmentation_files

PROJECT_FILE = "dbt_project.yml"
AS_OF_DATE = "as_of_date"
MOST_SEGMENTS = 50


@dataclass(frozen=True)
class Request:
    """What every generated model is asked with; `command` is what was typed."""

    name: str
    table: Path
    key: str
    leave_out: tuple[str, ...] = ()
    force: bool = False
    dry_run: bool = False
    command: str = ""


@dataclass(frozen=True)
class SegmentationRequest(Request):
    """A segmentation; `segments` is empty, (number,) or (lowest, highest)."""

    features: tuple[str, ...] = ()
    rank_by: str | None = None
    segments: tuple[int, ...] = ()
    as_of_column: str | None = None


@dataclass(frozen=True)
class RiskRequest(Request):
    """A risk model; `event` is the value of the label that is predicted, `time` the day each row is about."""

    label: str = ""
    event: str | None = None
    time: str | None = None
    protected: tuple[str, ...] = ()


def new_segmentation(project: Path, request: SegmentationRequest) -> str:
    """Write a segmentation of a table into a project and return what was decided, in words.

    Raises InputError, and leaves the project as it was, for whatever keeps the table from being segmented.
    """
    check_model_name(request.name)
    segments = _segments(request.segments)
    table, sheet = reading.open_table(request.table)
    columns = table.columns
    require_present([request.key], columns, "--id")
    require_present(request.features, columns, "--features")
    require_present(request.leave_out, columns, "--leave-out")
    require_present([request.rank_by] if request.rank_by else [], columns, "--rank-by")
    require_present([request.as_of_column] if request.as_of_column else [], columns, "--as-of-column")
    row_count = _check_key(table, request.key, request.table)
    if row_count < FEWEST_ROWS:
        raise InputError(f"{request.table} has {row_count} rows; a segmentation needs {FEWEST_ROWS} at least")
    as_of = _as_of(table, request.as_of_column)
    _check_parts(
        {"--id": [request.key], "the as-of date": [as_of] if as_of else []}, request.features, "--features"
    )

    names = clean_names(columns, SEGMENTATION_NAMES)
    plan = decide_segmentation(
        reading.see(table, columns, request.key),
        names,
        request.key,
        as_of,
        request.features,
        request.leave_out,
        request.rank_by,
        lambda numbers: reading.sample(table, request.key, numbers, [], SAMPLED_ROWS),
    )
    origin = _origin(project, request, row_count, columns, sheet)
    files = segmentation_files(origin, plan, segments)
    project_text = with_list_entry(_read(project / PROJECT_FILE), "registries", f"ml_{request.name}__fit")
    _write(project, request, files, project_text, may_be=set(files))
    lines = telling.segmentation_lines(plan.decisions, plan.features, plan.rank_by)
    return _told(request, row_count, lines, files)


def new_risk_model(project: Path, request: RiskRequest) -> str:
    """Write a risk model of a labelled table into a project and return what was decided, in words.

    Raises InputError, and leaves the project as it was, for whatever keeps the label from being learned.
    """
    check_model_name(request.name)
    table, sheet = reading.open_table(request.table)
    columns = table.columns
    require_present([request.key], columns, "--id")
    require_present([request.label], columns, "--label")
    require_present([request.time] if request.time else [], columns, "--time")
    require_present(request.protected, columns, "--protected")
    require_present(request.leave_out, columns, "--leave-out")
    row_count = _check_key(table, request.key, request.table)
    time = [request.time] if request.time else []
    parts = {
        "--id": [request.key],
        "--label": [request.label],
        "--time": time,
        "--protected": request.protected,
    }
    _check_parts(parts, request.leave_out, "--leave-out")

    seen = reading.see(table, columns, request.key)
    if request.time and seen[request.time].kind != "date":
        dates = [column for column, facts in seen.items() if facts.kind == "date"]
        there_are = (
            f"columns of dates are {', '.join(map(repr, dates))}"
            if dates
            else "no column of the table is one"
        )
        raise InputError(f"--time {request.time!r} is no column of dates such as 2025-12-31; {there_are}")
    label = decide_label(request.label, reading.texts(table, request.label), request.event)
    names = clean_names(columns, (*RISK_NAMES, label.name))
    as_of = _as_of(table, None)
    plan = decide_risk_model(
        seen,
        names,
        request.key,
        label,
        request.time,
        request.protected,
        request.leave_out,
        lambda numbers, texts: reading.sample(table, request.key, numbers, texts, SAMPLED_ROWS),
        as_of=as_of,
    )
    origin = _origin(project, request, row_count, columns, sheet)
    files = risk_files(origin, plan)
    text = with_list_entry(_read(project / PROJECT_FILE), "registries", f"ml_{request.name}__fit")
    text = with_mapping_entry(text, "scored", f"ml_{request.name}__scored", names[request.key])
    _write(project, request, files, text, may_be=set(files) | possible_paths(request.name))
    return _told(request, row_count, telling.risk_lines(plan.decisions, label), files)


# ------------------------------------------------------------------------------------------ what is asked for


def _segments(numbers: Sequence[int]) -> str:
    """Return what the declaration says of the number of segments, as lines of YAML."""
    indent = " " * 14
    if not numbers:
        why = comment("So many are tried; which one serves, and why, is told by mart_segment_quality.", 14)
        return f"{why}\n{indent}segments: {{search: [2, 8]}}"
    if len(numbers) > 2 or not all(2 <= number <= MOST_SEGMENTS for number in numbers):
        raise InputError(
            f"--segments takes a number from 2 to {MOST_SEGMENTS}, or a lowest and a highest one"
        )
    if len(numbers) == 2:
        if numbers[0] > numbers[1]:
            raise InputError(f"--segments goes from low to high, not from {numbers[0]} to {numbers[1]}")
        return f"{indent}segments: {{search: [{numbers[0]}, {numbers[1]}]}}"
    why = comment(
        "Write here why the business wants so many; the search says what the data would have chosen.", 14
    )
    return f"{why}\n{indent}segments: {{fixed: {numbers[0]}, because: asked for when the model was made}}"


def _check_parts(parts: Mapping[str, Iterable[str]], named: Iterable[str], option: str) -> None:
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


def _check_key(table: duckdb.DuckDBPyRelation, key: str, path: Path) -> int:
    """Return the number of rows; raises InputError unless each has an id of its own."""
    row_count, missing, repeated, surplus = reading.key_facts(table, key)
    if missing:
        raise InputError(
            f"{key!r} is missing in {missing:,} of {row_count:,} rows of {path}. Remedy: give every row its "
            "id, or drop the rows without one"
        )
    if surplus:
        examples = ", ".join(f"{text!r} ({count} rows)" for text, count in repeated)
        others = [column for column in reading.columns_without_repetition(table) if column != key]
        hint = f"; every row has its own {' and its own '.join(map(repr, others[:3]))}" if others else ""
        raise InputError(
            f"{key!r} is no id of {path}: {surplus:,} of {row_count:,} rows hold one that is there before, "
            f"such as {examples}{hint}. Remedy: bring the table to one row per id, or name another column "
            "with --id"
        )
    return row_count


def _as_of(table: duckdb.DuckDBPyRelation, asked_for: str | None) -> str | None:
    """Return the column that says as of which day the rows hold, if there is one; it must hold one day."""
    column = asked_for or next((name for name in table.columns if clean_name(name) == AS_OF_DATE), None)
    if column is None:
        return None
    missing, days = reading.date_facts(table, column)
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


def _origin(
    project: Path, request: Request, row_count: int, columns: Sequence[str], sheet: reading.Sheet | None
) -> Origin:
    path = path_in_project(project, request.table)
    return Origin(request.name, path, request.command, row_count, tuple(columns), sheet)


def path_in_project(project: Path, table: Path) -> str:
    """Return how the project names a file: relative while the file lies in it or beside it, else absolute."""
    project, table = project.resolve(), table.resolve()
    if table.is_relative_to(project.parent) and project.parent != Path(project.anchor):
        relative = os.path.relpath(table, project).replace(os.sep, "/")
        # A bare name would be taken for a relation of the warehouse.
        return relative if "/" in relative else f"./{relative}"
    return str(table)


# -------------------------------------------------------------------------------------- what is there already


def _write(
    project: Path, request: Request, files: Mapping[str, str], project_text: str, may_be: set[str]
) -> None:
    """Place the files and the changed project file, unless something is in the way."""
    _check_clashes(project, request.name, may_be)
    there = existing(project, may_be)
    if there and not request.force:
        raise InputError(
            f"{', '.join(there)} {'is' if len(there) == 1 else 'are'} there already; --force writes over "
            "what is there, or choose another name"
        )
    if not request.dry_run:
        place(project, {**files, PROJECT_FILE: project_text}, [path for path in there if path not in files])


def _check_clashes(project: Path, name: str, ours: set[str]) -> None:
    """Raise InputError when another model, seed or macro has a name of ours, or a folder is in use."""
    settings = yaml.safe_load(_read(project / PROJECT_FILE)) or {}
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
            for macro in re.findall(r"{%-?\s*macro\s+(\w+)", _read(path)):
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


def _read(path: Path) -> str:
    """Return a text with its line ends as they are."""
    try:
        return path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read ({error})") from error


def _told(
    request: Request, row_count: int, lines: Sequence[tuple[str, str]], files: Mapping[str, str]
) -> str:
    parts = [
        f"{request.table}, {row_count:,} rows, {len(lines)} columns:",
        telling.decisions_told(lines),
        telling.files_told({**files, PROJECT_FILE: ""}, not request.dry_run),
    ]
    return "\n".join(parts if request.dry_run else [*parts, telling.next_told(request.name)])
