"""Finds the table in a workbook: which sheet, and in which row its header stands."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from segmart.errors import InputError
from segmart.workbooks.grids import Grid, listed, text_of

# A header further down than this is not looked for.
HEADER_AMONG_ROWS = 50


@dataclass(frozen=True)
class Wanted:
    """A column that the table is to have, and the other titles under which people keep it."""

    name: str
    also_called: tuple[str, ...] = ()
    required: bool = True

    @property
    def titles(self) -> frozenset[str]:
        """The titles that mean this column, as `plain_title` writes them."""
        return frozenset(map(plain_title, (self.name, *self.also_called)))


@dataclass(frozen=True)
class _Header:
    grid: Grid
    row: int
    columns: frozenset[str]


def plain_title(title: str) -> str:
    """Return a title without what people vary in it: "Customer id " and "customer-ID" are customer_id."""
    return re.sub(r"[\W_]+", "_", title.lower()).strip("_")


def find_by_columns(
    wanted: Sequence[Wanted], book: Any, path: Path, names: list[str], header_row: int | None
) -> tuple[Grid, int]:
    """Return the only sheet that has the required columns, and the row that has most of the wanted ones.

    Where a required column is missing everywhere, the sheet is the only one that has most of the others. The
    header is looked for among the first 50 rows unless `header_row` says it. Raises InputError that names the
    sheets where none or several could be it.
    """
    grids = [Grid(book, name) for name in names]
    headers = [_best_header(grid, wanted, header_row) for grid in grids if not grid.is_empty]
    required = [column.name for column in wanted if column.required]
    if not headers:
        raise InputError(
            f"{path}: nothing is in {listed(names)}. Write at least a header row "
            f"({', '.join(column.name for column in wanted)})."
        )
    candidates = [header for header in headers if header.columns and header.columns.issuperset(required)]
    if not candidates:
        most = max(len(header.columns) for header in headers)
        candidates = [header for header in headers if len(header.columns) == most]
        # A header that was named is it, whatever it says: the caller tells what is missing.
        if most == 0 and not (header_row and len(candidates) == 1):
            raise InputError(
                f"{path}: no row among the first {HEADER_AMONG_ROWS} of {listed(names)} has a title such as "
                f"{listed(required)}. Correct the titles, or say where they are: "
                "workbook: {sheet: ..., header_row: ...}."
            )
    if len(candidates) > 1:
        raise InputError(
            f"{path}: columns such as {listed(required)} are found in several sheets: "
            f"{listed([header.grid.name for header in candidates])}. Say which one is meant: "
            "workbook: {sheet: ...}."
        )
    return candidates[0].grid, candidates[0].row


def find_by_cells(book: Any, path: Path, names: list[str], header_row: int | None) -> tuple[Grid, int]:
    """Return the only sheet with anything in it, and its first row that is text in every column in use."""
    filled = [grid for grid in (Grid(book, name) for name in names) if not grid.is_empty]
    if not filled:
        raise InputError(f"{path}: nothing is in {listed(names)}. Write at least a header row.")
    if len(filled) > 1:
        raise InputError(
            f"{path} has several sheets: {listed([grid.name for grid in filled])}. Say which one is meant: "
            "workbook: {sheet: ...}."
        )
    return filled[0], header_row or _first_row_of_titles(filled[0], path)


def _best_header(grid: Grid, wanted: Sequence[Wanted], header_row: int | None) -> _Header:
    first = header_row or 1
    rows = islice(grid.rows(first), 1 if header_row else HEADER_AMONG_ROWS)
    headers = [_Header(grid, number, _matched(row, wanted)) for number, row in enumerate(rows, start=first)]
    # Of equals the first row: what repeats the header further down is data.
    return max(headers, key=lambda header: len(header.columns), default=_Header(grid, first, frozenset()))


def _matched(row: list[str | None], wanted: Sequence[Wanted]) -> frozenset[str]:
    titles = {plain_title(cell) for cell in row if cell is not None}
    return frozenset(column.name for column in wanted if titles & column.titles)


def _first_row_of_titles(grid: Grid, path: Path) -> int:
    rows = list(islice(grid.cells(), HEADER_AMONG_ROWS))
    used = {position for row in rows for position, cell in enumerate(row) if text_of(cell) is not None}
    for number, row in enumerate(rows, start=1):
        if all(isinstance(row[position], str) and text_of(row[position]) is not None for position in used):
            return number
    merged = [name for first, _, name in grid.merged_ranges() if first <= HEADER_AMONG_ROWS]
    told = f" (merged cells: {', '.join(merged[:5])})" if merged else ""
    raise InputError(
        f"{path}, sheet '{grid.name}': none of the first {HEADER_AMONG_ROWS} rows has a title for every "
        f"column{told}. Give every column a title of its own, or name the row of the titles: "
        "workbook: {header_row: ...}."
    )
