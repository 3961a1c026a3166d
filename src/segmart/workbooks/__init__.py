"""Workbooks as inputs: the table in a sheet is found, read as text, and landed where an engine can read it.

`grids` opens a workbook and names its cells, `finding` finds the header, `tables` reads what is below it,
`landing` keeps that as Parquet, and `plugin` makes it a function of dbt's DuckDB.
"""

from segmart.workbooks.finding import Wanted
from segmart.workbooks.tables import SheetTable, read_table

__all__ = ["SheetTable", "Wanted", "read_table"]
