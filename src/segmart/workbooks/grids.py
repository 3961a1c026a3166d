"""A workbook opened, and its sheets as rows of text whose cells can be named as people name them."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from segmart.errors import InputError

# calamine gives an error cell as an empty one; these are errors that were pasted as text.
ERROR_TEXTS = frozenset(
    ("#N/A", "#DIV/0!", "#REF!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#GETTING_DATA")
)

# Up to here every whole number is a double of its own.
MOST_EXACT = 2**53


class Grid:
    """A sheet; rows count from 1, positions in a row from the first column that is used."""

    def __init__(self, book: Any, name: str):
        from python_calamine import CalamineError

        self.name = name
        try:
            self._sheet = book.get_sheet_by_name(name)
        except CalamineError as error:
            raise _unreadable(f"{book.path}, sheet '{name}'", error) from error
        self.is_empty = self._sheet.start is None
        # calamine's rows begin with the first row of the sheet, but with its first column that is used.
        self._first_column = 0 if self.is_empty else self._sheet.start[1]

    def rows(self, first: int = 1) -> Iterator[list[str | None]]:
        """Yield rows as text from the given one on."""
        for row in self.cells(first):
            yield [text_of(cell) for cell in row]

    def cells(self, first: int = 1) -> Iterator[list[Any]]:
        """Yield rows as they are stored: text, numbers, dates; an empty cell is empty text."""
        return iter(()) if self.is_empty else islice(self._sheet.iter_rows(), first - 1, None)

    def name_of(self, position: int, row: int) -> str:
        """Return the name of a cell, such as B5."""
        return _cell_name(self._first_column + position, row)

    def column_of(self, position: int) -> str:
        """Return the letters of a column, such as B."""
        return _letters(self._first_column + position)

    def merged_ranges(self) -> list[tuple[int, int, str]]:
        """Return first row, last row and name (B5:C5) of each merged range; .xls and .xlsx tell them."""
        return [
            (
                first[0] + 1,
                last[0] + 1,
                f"{_cell_name(first[1], first[0] + 1)}:{_cell_name(last[1], last[0] + 1)}",
            )
            for first, last in sorted(self._sheet.merged_cell_ranges or [])
        ]


def open_workbook(path: Path) -> Any:
    """Return calamine's workbook; raises InputError where there is none to be had."""
    # Not at the top: a build without workbooks need not load the library.
    from python_calamine import CalamineError, PasswordError, load_workbook

    try:
        if path.stat().st_size == 0:
            raise InputError(f"{path} is empty (0 bytes). Save the workbook anew, or remove the file.")
        return load_workbook(path)
    except PasswordError as error:
        raise InputError(
            f"{path} is protected by a password, so nothing in it can be read. Open it with its password and "
            "save it without one."
        ) from error
    except (CalamineError, OSError) as error:
        raise _unreadable(str(path), error) from error


def sheets_to_look_at(book: Any, path: Path, sheet: str | None) -> list[str]:
    """Return the one sheet that is named, or else the visible ones."""
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    sheets = [entry for entry in book.sheets_metadata if entry.typ == SheetTypeEnum.WorkSheet]
    if sheet is None:
        return [entry.name for entry in sheets if entry.visible in (None, SheetVisibleEnum.Visible)]
    names = [entry.name for entry in sheets]
    alike = [name for name in names if name.strip().lower() == sheet.strip().lower()]
    if not alike:
        raise InputError(f"{path} has no sheet '{sheet}'; it has {listed(names)}. Correct the name.")
    return [sheet] if sheet in alike else alike[:1]


def text_of(cell: Any) -> str | None:
    """Return a cell as text: dates as ISO, whole numbers without a point, nothing and errors as None."""
    if isinstance(cell, str):
        return None if not cell.strip() or cell in ERROR_TEXTS else cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < MOST_EXACT else repr(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, (date, time)):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        minutes, seconds = divmod(round(cell.total_seconds()), 60)
        return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}"
    return None if cell is None else str(cell)


def listed(names: list[str]) -> str:
    """Return names in quotes, for a message."""
    return ", ".join(f"'{name}'" for name in names)


def _unreadable(where: str, error: Exception) -> InputError:
    reason = " ".join(str(error).split())
    return InputError(
        f"{where} cannot be read as a workbook ({reason}). Open it in a spreadsheet program and save it anew "
        "as .xlsx or .csv."
    )


def _cell_name(column: int, row: int) -> str:
    return f"{_letters(column)}{row}"


def _letters(column: int) -> str:
    letters, number = "", column + 1
    while number:
        number, letter = divmod(number - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters
