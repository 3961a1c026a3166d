"""Files of the demo ledger, streamed to a folder beside the target that takes its place when complete."""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from segmart.demo.arrays import Frame, length, take
from segmart.demo.contract import TABLES, Category, Identifier
from segmart.errors import InputError

MARKER = "demo.json"


class LedgerWriter:
    """Appends frames to the Parquet files of a folder, one row group for each frame, and counts the rows."""

    def __init__(self, folder: Path) -> None:
        """Open one file per table of the contract, so that every file exists even without rows."""
        self.folder = folder
        self.row_counts = dict.fromkeys(TABLES, 0)
        self._files: dict[str, pq.ParquetWriter] = {}
        for path, table in TABLES.items():
            file = folder / f"{path}.parquet"
            file.parent.mkdir(parents=True, exist_ok=True)
            self._files[path] = pq.ParquetWriter(
                file, table.schema, compression="zstd", use_dictionary=_repeating_columns(path)
            )

    def append(self, path: str, frame: Frame) -> None:
        """Write a frame's rows in the order the contract states."""
        table = TABLES[path]
        if table.order is not None:
            frame = take(frame, np.argsort(frame[table.order], kind="stable"))
        count = length(frame)
        self.row_counts[path] += count
        if count:
            self._files[path].write_table(table.encode(frame), row_group_size=count)

    def close(self) -> None:
        """Finish all files."""
        for file in self._files.values():
            file.close()


def _repeating_columns(path: str) -> list[str]:
    """Return the columns a dictionary makes smaller: texts that repeat, not the key of each row."""
    table = TABLES[path]
    unique = table.key[0] if len(table.key) == 1 else None
    return [
        name
        for name, column in table.columns.items()
        if name != unique and isinstance(column, Category | Identifier)
    ]


@contextmanager
def replacing_folder(out: Path) -> Iterator[Path]:
    """Yield an empty folder that takes the place of `out` at the end; on an error `out` stays as it was.

    Raises InputError if `out` is something a demo ledger must not replace.
    """
    out = Path(os.path.abspath(out))
    check_replaceable(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    # Fixed names, so that a run that was killed leaves nothing behind that the next one does not clear away.
    partial, replaced = (out.with_name(f".{out.name}.{state}") for state in ("partial", "replaced"))
    for leftover in (partial, replaced):
        shutil.rmtree(leftover, ignore_errors=True)
    partial.mkdir()
    try:
        yield partial
        if out.exists():
            out.rename(replaced)
        try:
            partial.rename(out)
        except OSError:
            if replaced.exists():
                replaced.rename(out)
            raise
    finally:
        shutil.rmtree(partial, ignore_errors=True)
        shutil.rmtree(replaced, ignore_errors=True)


def check_replaceable(out: Path) -> None:
    """Raise InputError unless `out` is absent, an empty folder, or an earlier demo ledger."""
    if not os.path.lexists(out):
        return
    remedy = "Choose another folder for the demo ledger, or move what is there out of the way."
    if out.is_symlink() or not out.is_dir():
        raise InputError(f"{out} is a file or a link, not a folder. {remedy}")
    if any(out.iterdir()) and not is_demo(out):
        raise InputError(
            f"{out} is not empty and was not made by `segmart demo` (it has no {MARKER}). {remedy}"
        )


def is_demo(folder: Path) -> bool:
    """Return whether a folder was completed by this generator."""
    try:
        marker = json.loads((folder / MARKER).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(marker, dict) and marker.get("made_by") == "segmart demo"


def write_marker(folder: Path, facts: dict) -> None:
    """Write the marker file, the last of all."""
    text = json.dumps({"made_by": "segmart demo", **facts}, indent=2) + "\n"
    (folder / MARKER).write_text(text, encoding="utf-8")
