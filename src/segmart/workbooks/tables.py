"""Reads one table out of a workbook (.xlsx, .xlsb, .xls, .ods) as text, or says why it cannot.

A workbook is made for people: titles stand above the header, sheets beside the table, words among the
numbers. What a value means is not judged here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from segmart.errors import InputError
from segmart.workbooks.finding import Wanted, find_by_cells, find_by_columns, plain_title
from segmart.workbooks.grids import Grid, open_workbook, sheets_to_look_at

ROWS_PER_BATCH = 10_000
MOST_RANGES_TOLD = 5


@dataclass(frozen=True)
class SheetTable:
    """A table in a sheet: its titles by their position in the row, and the rows below the header, as text."""

    sheet: str
    header_row: int
    titles: dict[int, str]
    rows: Iterator[list[str | None]]

    def batches(self, size: int = ROWS_PER_BATCH) -> Iterator[list[tuple[str | None, ...]]]:
        """Yield the titled columns of `size` rows at a time, in the order of `titles`; once only."""
        while batch := list(islice(self.rows, size)):
            columns = list(zip(*batch, strict=True))
            yield [columns[position] for position in self.titles]


def read_table(
    path: Path, wanted: Sequence[Wanted] = (), sheet: str | None = None, header_row: int | None = None
) -> SheetTable:
    """Return the table of a workbook; its rows are read while they are asked for.

    With `wanted` columns, the sheet is the only visible one that has them (optional ones aside) and the
    header the row among the first 50 that has most of them; which are missing, the titles say. Without, every
    column is wanted: one sheet may have anything in it, and its header is the first row of nothing but text.
    `sheet` and `header_row` (as the sheet counts, from 1) say it instead. Rows without any value are no rows.

    Raises InputError for a workbook that cannot be opened, a sheet or header that cannot be told, merged
    cells, and titles that occur twice; without `wanted` also, while rows are read, for values without title.
    """
    book = open_workbook(path)
    names = sheets_to_look_at(book, path, sheet)
    if wanted:
        grid, row = find_by_columns(wanted, book, path, names, header_row)
    else:
        grid, row = find_by_cells(book, path, names, header_row)
    where = f"{path}, sheet '{grid.name}'"
    header = next(grid.rows(row), [])
    titles = {position: " ".join(title.split()) for position, title in enumerate(header) if title is not None}
    if not titles:
        raise InputError(f"{where}: row {row}, which is to be the header, is empty. Correct header_row.")
    _refuse_merged_cells(grid, row, where)
    rows = (cells for cells in grid.rows(row + 1) if any(cell is not None for cell in cells))
    if wanted:
        for column in wanted:
            means = [position for position, title in titles.items() if plain_title(title) in column.titles]
            _refuse_several(means, column.name, titles, grid, row, where)
        return SheetTable(grid.name, row, _told_apart(titles), rows)
    for title in titles.values():
        # An engine does not tell columns apart by upper and lower case.
        alike = [position for position, other in titles.items() if other.lower() == title.lower()]
        _refuse_several(alike, title, titles, grid, row, where)
    return SheetTable(grid.name, row, titles, _without_untitled_values(rows, grid, titles, where))


def _refuse_merged_cells(grid: Grid, header_row: int, where: str) -> None:
    """Refuse merged titles, and cells merged over rows of data: only the first would have the value."""
    ranges = [
        name
        for first, last, name in grid.merged_ranges()
        if first <= header_row <= last or header_row < first < last
    ]
    if ranges:
        more = len(ranges) - MOST_RANGES_TOLD
        told = ", ".join(ranges[:MOST_RANGES_TOLD]) + (f" and {more} more" if more > 0 else "")
        raise InputError(
            f"{where}: cells are merged ({told}; the header is row {header_row}), so it cannot be told what "
            "belongs to which column and row. Unmerge them, and write into every cell what it is to hold."
        )


def _refuse_several(
    positions: list[int], column: str, titles: dict[int, str], grid: Grid, row: int, where: str
) -> None:
    if len(positions) > 1:
        cells = " and ".join(
            f"'{titles[position]}' ({grid.name_of(position, row)})" for position in positions
        )
        raise InputError(f"{where}: {cells} are both column {column}. Rename or remove all but one.")


def _told_apart(titles: dict[int, str]) -> dict[int, str]:
    """Return titles that differ: one that nobody wants may occur twice, a table's columns may not."""
    told: dict[int, str] = {}
    taken: set[str] = set()
    for position, title in titles.items():
        name, number = title, 1
        while name.lower() in taken:
            name, number = f"{title}_{number}", number + 1
        taken.add(name.lower())
        told[position] = name
    return told


def _without_untitled_values(
    rows: Iterator[list[str | None]], grid: Grid, titles: dict[int, str], where: str
) -> Iterator[list[str | None]]:
    for row in rows:
        for position, cell in enumerate(row):
            if cell is not None and position not in titles:
                raise InputError(
                    f"{where}: column {grid.column_of(position)} has no title and holds values, such as "
                    f"'{cell[:40]}'. Give it one, or empty it."
                )
        yield row
