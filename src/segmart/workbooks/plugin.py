"""Teaches dbt's DuckDB to land workbooks: the SQL function `land_workbook(path, options)`.

Named under `plugins` in profiles.yml, called by `macros/inputs.sql`; `workbooks.landing` does the work.
"""

import tempfile
from pathlib import Path

from dbt.adapters.duckdb.plugins import BasePlugin
from duckdb import DuckDBPyConnection


class Plugin(BasePlugin):
    """Registers the function on the connection that all threads of a run share."""

    def configure_connection(self, conn: DuckDBPyConnection) -> None:
        """Register `land_workbook`."""
        folder = _folder_beside(self.creds.path if self.creds else ":memory:")

        def land(path: str, options: str) -> str:
            # Only a build with a workbook loads what reads one.
            from segmart.workbooks.landing import land_workbook

            return land_workbook(path, options, folder)

        # It writes a file, so it must not be folded away or called once more.
        conn.create_function("land_workbook", land, ["VARCHAR", "VARCHAR"], "VARCHAR", side_effects=True)


def _folder_beside(warehouse: str) -> Path:
    """Return where workbooks land: beside the warehouse, whose views read them."""
    if warehouse == ":memory:":
        return Path(tempfile.mkdtemp(prefix="segmart-workbooks-"))
    return Path(warehouse).absolute().with_suffix(".workbooks")
