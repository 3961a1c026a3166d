"""Lands a workbook as a Parquet file of text columns, which an engine reads like any other input.

The file is named after what was read from where and after the bytes it was read from, so that an unchanged
workbook is read once, builds at the same time write the same file, and a new version of the workbook replaces
what the last one left behind.
"""

import hashlib
import json
import os
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from segmart.errors import InputError
from segmart.workbooks import SheetTable, Wanted, read_table

# Another number: what was landed by an earlier reader is read again.
READER_VERSION = 1


def land_workbook(path: str, options: str, folder: Path) -> str:
    """Land one workbook below `folder` and return JSON: {"place", "sheet", "faults"}.

    `options` is JSON: "columns" (each with "name", "also_called", "optional"; none of them: every column is
    taken), "sheet" and "header_row" or null. `place` is the Parquet file, null where there are faults, each a
    sentence that names the workbook and the remedy.
    """
    try:
        place, sheet = _landed(Path(path), json.loads(options), folder)
    except InputError as error:
        return json.dumps({"place": None, "sheet": None, "faults": [str(error)]})
    return json.dumps({"place": str(place), "sheet": sheet, "faults": []})


def _landed(path: Path, options: Mapping[str, Any], folder: Path) -> tuple[Path, str]:
    import pyarrow.parquet as pq

    header_row = options.get("header_row")
    if header_row is not None and (not isinstance(header_row, int) or header_row < 1):
        raise InputError(
            f"{path}: header_row is {header_row!r}. Give the number of the row as the sheet counts, from 1."
        )
    request = _hash(json.dumps([READER_VERSION, str(path), dict(options)], sort_keys=True).encode())
    try:
        with path.open("rb") as file:
            content = hashlib.file_digest(file, "sha256").hexdigest()[:16]
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}). Check its permissions.") from error
    place = folder / f"{path.stem}-{request}-{content}.parquet"
    if not place.is_file():
        table = read_table(path, _wanted(options), options.get("sheet"), header_row)
        folder.mkdir(parents=True, exist_ok=True)
        _write(table, place)
        for earlier in folder.glob(f"*-{request}-*.parquet"):
            if earlier != place:
                earlier.unlink(missing_ok=True)
    sheet = pq.read_schema(place).metadata[b"sheet"].decode()
    return place, sheet


def _wanted(options: Mapping[str, Any]) -> tuple[Wanted, ...]:
    return tuple(
        Wanted(column["name"], tuple(column.get("also_called") or ()), required=not column.get("optional"))
        for column in options.get("columns") or ()
    )


def _write(table: SheetTable, place: Path) -> None:
    """Write the rows as they are read; the file appears when it is complete."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema(
        [(title, pa.string()) for title in table.titles.values()], metadata={"sheet": table.sheet}
    )
    beside = place.with_suffix(f".{os.getpid()}-{threading.get_ident()}.part")
    try:
        with pq.ParquetWriter(beside, schema) as writer:
            for columns in table.batches():
                arrays = [pa.array(column, pa.string()) for column in columns]
                writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
        os.replace(beside, place)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]
