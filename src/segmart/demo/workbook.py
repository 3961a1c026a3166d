"""The compliance sheet as a department would send it: titles above the header, text among the numbers."""

import io
import re
import zipfile
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
from openpyxl import Workbook

from segmart.demo.streams import Streams

SHEET = "Risk factors"
HEADER_ROW = 5
# A sheet people open by hand; the Parquet file holds everybody.
MOST_CUSTOMERS = 2_000
AS_TEXT_RATIO = 0.08

# Zip cannot express an earlier moment; all that matters is that it is always the same.
ZIP_MOMENT = (1980, 1, 1, 0, 0, 0)


def header_of(column: str) -> str:
    """Return a column's title in the sheet: "Customer id" for customer_id."""
    return column.replace("_", " ").capitalize()


def write_risk_factor_workbook(rows: pa.Table, path: Path, as_of_date: date, streams: Streams) -> None:
    """Write risk factors as a workbook whose bytes depend on its content only.

    The header stands in row 5 below a title; flags are Y and N; some numbers and dates are text, the dates in
    two notations; unknown values are empty or "n/a".
    """
    book = Workbook(write_only=True)
    cover = book.create_sheet("Read me")
    cover.append(["Risk factors for compliance review"])
    cover.append(["One row per customer and channel. Amounts in USD per month."])
    sheet = book.create_sheet(SHEET)
    sheet.append(["Risk factors for compliance review"])
    sheet.append([f"As of {as_of_date.isoformat()}"])
    sheet.append(["Internal", None, "Draft"])
    sheet.append([])
    sheet.append([header_of(column) for column in rows.column_names])
    columns = [_typed_by_hand(name, rows[name], streams) for name in rows.column_names]
    for row in zip(*columns, strict=True):
        sheet.append(row)

    buffer = io.BytesIO()
    book.save(buffer)
    _write_without_clock(buffer, path, as_of_date)


def _typed_by_hand(name: str, values: pa.ChunkedArray, streams: Streams) -> list:
    """Return a column's cells, a few of them as the text a person would have typed."""
    chance = streams(f"workbook.{name}").random(len(values))
    kind = values.type
    cells = values.to_pylist()
    if pa.types.is_boolean(kind):
        return [None if cell is None else "Y" if cell else "N" for cell in cells]
    if pa.types.is_floating(kind):
        text = "{:,.2f}".format
    elif pa.types.is_date(kind):
        text = _date_text
    elif pa.types.is_integer(kind):
        text = "{} ".format
    else:
        return cells
    is_text = chance < AS_TEXT_RATIO
    if np.all(np.array([cell is None for cell in cells])):
        return cells
    return [
        cell if not typed else "n/a" if cell is None else text(cell)
        for cell, typed in zip(cells, is_text, strict=True)
    ]


def _date_text(day: date) -> str:
    # By the day of the month, so that both notations occur: 2025-03-08 and 21.03.2025.
    return day.isoformat() if day.day % 2 else day.strftime("%d.%m.%Y")


def _write_without_clock(buffer: io.BytesIO, path: Path, as_of_date: date) -> None:
    """Copy the zip with fixed times, also in its properties, which openpyxl takes from the clock."""
    moment = datetime.combine(as_of_date, datetime.min.time()).strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    with zipfile.ZipFile(buffer) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", moment, content)
            target.writestr(
                zipfile.ZipInfo(name, ZIP_MOMENT),
                content,
                compress_type=zipfile.ZIP_DEFLATED,
                compresslevel=6,
            )
