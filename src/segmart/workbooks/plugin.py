"""Teaches dbt's DuckDB to land workbooks: the SQL function `land_workbook(path, options)`.

Named under `plugins` in profiles.yml, called by `macros/inputs.sql`; `workbooks.landing` does the work.
"""

import atexit
import tempfile
from contextlib import suppress
from pathlib import Path

import duckdb
from dbt.adapters.duckdb.plugins import BasePlugin

FUNCTION = "land_workbook"


class Plugin(BasePlugin):
    """Registers the function on the connection that all threads of a run share."""

    def configure_connection(self, conn: duckdb.DuckDBPyConnection) -> None:
        """Register `land_workbook`."""
        folder = _folder_beside(self.creds.path if self.creds else ":memory:")

        def land(path: str, options: str) -> str:
            # Only a build with a workbook loads what reads one.
            from segmart.workbooks.landing import land_workbook

            return land_workbook(path, options, folder)

        # It writes a file, so it must not be folded away or called once more.
        conn.create_function(FUNCTION, land, ["VARCHAR", "VARCHAR"], "VARCHAR", side_effects=True)
        # Whoever ends with the connection open, as sqlfluff does, would be told that the function has leaked.
        atexit.register(_forget, conn)


def _folder_beside(warehouse: str) -> Path:
    """Return where workbooks land: beside the warehouse, whose views read them."""
    if warehouse == ":memory:":
        return Path(tempfile.mkdtemp(prefix="segmart-workbooks-"))
    return Path(warehouse).absolute().with_suffix(".workbooks")


def _forget(conn: duckdb.DuckDBPyConnection) -> None:
    with suppress(duckdb.Error):
        conn.remove_function(FUNCTION)
    conn.close()
