"""A file of one's own as a table, opened as the build will open it."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

import duckdb

from segmart.errors import InputError

# The same readers as in macros/inputs.sql, so that what is decided here is what is built there.
READERS = {
    ".parquet": "read_parquet([{}])",
    ".csv": "read_csv([{}], all_varchar = true, header = true)",
    ".csv.gz": "read_csv([{}], all_varchar = true, header = true)",
}
WORKBOOKS = (".xlsx", ".xlsb", ".xls", ".ods")
# The signs by which a path names several files.
PATTERN_SIGNS = "*?["


@dataclass(frozen=True)
class Sheet:
    """Where a table stands in a workbook: the sheet, and the row of its titles as the sheet counts."""

    name: str
    header_row: int


def open_table(path: Path) -> tuple[duckdb.DuckDBPyRelation, Sheet | None]:
    """Return the table in a file as a relation, and its sheet in a workbook; a CSV or a sheet is all text.

    Raises InputError for a file that is absent, empty or cannot be read.
    """
    endings = ", ".join((*READERS, *WORKBOOKS))
    if not path.is_file():
        raise InputError(f"there is no file {path}; give --table the path of a file ({endings})")
    if any(sign in str(path) for sign in PATTERN_SIGNS):
        raise InputError(
            f"the path {path} holds one of {' '.join(PATTERN_SIGNS)}, which stands for many files; rename it"
        )
    if path.stat().st_size == 0:
        raise InputError(f"{path} is empty (0 bytes); it needs a header line and rows")
    sheet = None
    name = path.name.lower()
    # Spilled to where the system keeps such files, and not into the directory of whoever asks.
    connection = duckdb.connect(config={"memory_limit": "2GB", "temp_directory": tempfile.gettempdir()})
    try:
        if name.endswith(WORKBOOKS):
            sheet = _read_sheet(connection, path)
        elif name.endswith(".parquet"):
            connection.execute(f"create view given as select * from {_reader('.parquet', path)}")
        elif name.endswith(tuple(READERS)):
            # Read once: every question to a CSV would parse all of it again.
            connection.execute(f"create table given as select * from {_reader('.csv', path)}")
        else:
            raise InputError(f"{path} is none of {endings}; save the table as one of these")
        table = connection.table("given")
        if not table.aggregate("count(*)").fetchall()[0][0]:
            raise InputError(f"{path} has no rows, only the columns {', '.join(table.columns)}")
    except duckdb.Error as error:
        reason = " ".join(" ".join(str(error).splitlines()[:3]).split())
        remedy = "Remedy: correct the file; a CSV is read as UTF-8"
        raise InputError(f"{path} cannot be read: {reason}. {remedy}") from error
    return table, sheet


def _reader(ending: str, path: Path) -> str:
    return READERS[ending].format("'" + str(path).replace("'", "''") + "'")


def _read_sheet(connection: duckdb.DuckDBPyConnection, path: Path) -> Sheet:
    """Read the only sheet of a workbook into the table `given`."""
    import pyarrow as pa

    from segmart.workbooks import read_table

    found = read_table(path)
    schema = pa.schema([(title, pa.string()) for title in found.titles.values()])
    batches = (
        pa.record_batch([pa.array(column, pa.string()) for column in columns], schema=schema)
        for columns in found.batches()
    )
    connection.register("sheet", pa.RecordBatchReader.from_batches(schema, batches))
    connection.execute("create table given as select * from sheet")
    connection.unregister("sheet")
    return Sheet(found.sheet, found.header_row)
