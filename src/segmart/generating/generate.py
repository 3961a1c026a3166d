"""From a request to files in the project: everything is looked at before anything is written."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from segmart.errors import InputError
from segmart.generating import reading, telling
from segmart.generating.checking import (
    PROJECT_FILE,
    as_of_column,
    check_clashes,
    check_key,
    check_parts,
    read_text,
)
from segmart.generating.deciding import SAMPLED_ROWS, require_present
from segmart.generating.names import check_model_name, clean_names
from segmart.generating.opening import Sheet, open_table
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
    table, sheet = open_table(request.table)
    columns = table.columns
    require_present([request.key], columns, "--id")
    require_present(request.features, columns, "--features")
    require_present(request.leave_out, columns, "--leave-out")
    require_present([request.rank_by] if request.rank_by else [], columns, "--rank-by")
    require_present([request.as_of_column] if request.as_of_column else [], columns, "--as-of-column")
    row_count = check_key(table, request.key, request.table)
    if row_count < FEWEST_ROWS:
        raise InputError(f"{request.table} has {row_count} rows; a segmentation needs {FEWEST_ROWS} at least")
    as_of = as_of_column(table, request.as_of_column)
    parts = {"--id": [request.key], "the as-of date": [as_of] if as_of else []}
    check_parts(parts, request.features, "--features")
    check_parts(parts, request.leave_out, "--leave-out")

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
    project_text = with_list_entry(read_text(project / PROJECT_FILE), "registries", f"ml_{request.name}__fit")
    _write(project, request, files, project_text, may_be=set(files))
    lines = telling.segmentation_lines(plan.decisions, plan.features, plan.rank_by)
    return _told(request, row_count, lines, files)


def new_risk_model(project: Path, request: RiskRequest) -> str:
    """Write a risk model of a labelled table into a project and return what was decided, in words.

    Raises InputError, and leaves the project as it was, for whatever keeps the label from being learned.
    """
    check_model_name(request.name)
    table, sheet = open_table(request.table)
    columns = table.columns
    require_present([request.key], columns, "--id")
    require_present([request.label], columns, "--label")
    require_present([request.time] if request.time else [], columns, "--time")
    require_present(request.protected, columns, "--protected")
    require_present(request.leave_out, columns, "--leave-out")
    row_count = check_key(table, request.key, request.table)
    time = [request.time] if request.time else []
    parts = {
        "--id": [request.key],
        "--label": [request.label],
        "--time": time,
        "--protected": request.protected,
    }
    check_parts(parts, request.leave_out, "--leave-out")

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
    as_of = as_of_column(table, None)
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
    text = with_list_entry(read_text(project / PROJECT_FILE), "registries", f"ml_{request.name}__fit")
    text = with_mapping_entry(text, "scored", f"ml_{request.name}__scored", names[request.key])
    _write(project, request, files, text, may_be=set(files) | possible_paths(request.name))
    return _told(request, row_count, telling.risk_lines(plan.decisions, label), files)


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


def _origin(
    project: Path, request: Request, row_count: int, columns: Sequence[str], sheet: Sheet | None
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


def _write(
    project: Path, request: Request, files: Mapping[str, str], project_text: str, may_be: set[str]
) -> None:
    """Place the files and the changed project file, unless something is in the way."""
    check_clashes(project, request.name, may_be)
    there = existing(project, may_be)
    if there and not request.force:
        raise InputError(
            f"{', '.join(there)} {'is' if len(there) == 1 else 'are'} there already; --force writes over "
            "what is there, or choose another name"
        )
    if not request.dry_run:
        place(project, {**files, PROJECT_FILE: project_text}, [path for path in there if path not in files])


def _told(
    request: Request, row_count: int, lines: Sequence[tuple[str, str]], files: Mapping[str, str]
) -> str:
    parts = [
        f"{request.table}, {row_count:,} rows, {len(lines)} columns:",
        telling.decisions_told(lines),
        telling.files_told({**files, PROJECT_FILE: ""}, not request.dry_run),
    ]
    return "\n".join(parts if request.dry_run else [*parts, telling.next_told(request.name)])
