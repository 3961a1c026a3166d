"""Small ledgers for tests: a copy of the demo ledger with a change, or a handful of rows as CSV."""

import shutil
from pathlib import Path

import duckdb
from openpyxl import Workbook

CUSTOMERS_HEADER = "customer_id,opened_date\n"
TRADES_HEADER = "trade_id,customer_id,side,quantity,price_usd,traded_at\n"


def copy_of(ledger: Path, to: Path, sources: tuple[str, ...] = ("brokerage",)) -> Path:
    """Copy the files of some sources of a ledger and return the new input folder."""
    for source in sources:
        shutil.copytree(ledger / source, to / source)
    return to


def rewrite(folder: Path, table: str, select: str, source: str = "brokerage") -> None:
    """Replace a file by a select over it, which calls it `ledger`."""
    path = folder / source / f"{table}.parquet"
    beside = path.with_suffix(".new")
    with duckdb.connect() as connection:
        connection.execute("create view ledger as select * from read_parquet($1)".replace("$1", f"'{path}'"))
        connection.execute(f"copy ({select}) to '{beside}' (format parquet)")
    beside.replace(path)


def csv_ledger(folder: Path, customers: str, trades: str) -> Path:
    """Write a ledger of the two required tables, header included in neither text, and return its folder."""
    brokerage = folder / "brokerage"
    brokerage.mkdir(parents=True)
    (brokerage / "customers.csv").write_text(CUSTOMERS_HEADER + customers)
    (brokerage / "trades.csv").write_text(TRADES_HEADER + trades)
    return folder


def sheet(path: Path, rows: list[list]) -> Path:
    """Write a workbook of one sheet and return its path."""
    book = Workbook()
    for row in rows:
        book.active.append(row)
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)
    return path
