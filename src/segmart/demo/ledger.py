"""The demo ledger as a whole: chunk after chunk of customers, each with everything that belongs to them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import numpy as np

from segmart.demo.accounts import account_value_frame, cash_movement_frame, login_frame
from segmart.demo.archetypes import ARCHETYPE_NAMES
from segmart.demo.arrays import MICROSECONDS_PER_DAY, Frame, stack, take
from segmart.demo.compliance import risk_factor_frame
from segmart.demo.contract import TABLES
from segmart.demo.customers import customer_frame, customer_truth, draw_customers
from segmart.demo.defects import FIRST_UNKNOWN_CUSTOMER, REJECT_ROW, empty_log, log_entries, plant_defects
from segmart.demo.lending import draw_schedule, lending_frames
from segmart.demo.market import Market, asset_frame, random_walk_market
from segmart.demo.marketing import offer_effect_truth, offer_event_frame, offer_frame
from segmart.demo.streams import Streams
from segmart.demo.suitability import questionnaire_frame
from segmart.demo.timeline import Timeline
from segmart.demo.trades import DRIFTING_ARCHETYPE, TASTE_DRIFT, TICKET_DRIFT, trade_frame
from segmart.demo.workbook import MOST_CUSTOMERS, write_risk_factor_workbook
from segmart.demo.writing import LedgerWriter, replacing_folder, write_marker
from segmart.errors import InputError

CHUNK = 10_000
MOST_LEDGER_CUSTOMERS = FIRST_UNKNOWN_CUSTOMER - 1
DEFAULT_AS_OF_DATE = date(2025, 12, 31)
FIRST_AS_OF_DATE, LAST_AS_OF_DATE = date(1980, 1, 1), date(2199, 12, 31)

# Room for numbers per customer: the first half of a chunk's range for clean rows, the second for planted
# ones.
NUMBERS_PER_CUSTOMER = {
    "brokerage/trades": 1_000,
    "brokerage/cash_movements": 1_000,
    "lending/applications": 10,
    "suitability/questionnaires": 10,
    "marketing/offer_events": 100,
}

Report = Callable[[int, int], None]


@dataclass(frozen=True)
class DemoSummary:
    """What was written where; `row_counts` goes by file: `brokerage/trades` for brokerage/trades.parquet."""

    folder: Path
    customers: int
    seed: int
    as_of_date: date
    row_counts: dict[str, int]


def write_demo(
    out: Path | str,
    customers: int = 5_000,
    seed: int = 1,
    as_of_date: date = DEFAULT_AS_OF_DATE,
    progress: bool | Report = False,
) -> DemoSummary:
    """Write a demo ledger of any size to the folder `out` and return what it holds.

    The same seed gives the same bytes, and a customer is the same whatever the number of customers. Memory
    stays at a few hundred megabytes: customers come in chunks of 10,000, each written as one row group. The
    folder appears when it is complete; an earlier demo ledger in its place is replaced.

    `progress` draws a bar, or is called with the customers done and wanted after each chunk. Raises
    InputError if an argument makes no sense or `out` holds something else than a demo ledger.
    """
    _check_arguments(customers, seed, as_of_date)
    timeline = Timeline.of(as_of_date)
    once = Streams(seed, chunk=None)
    market = random_walk_market(timeline, once)

    with replacing_folder(Path(out)) as folder, _progress(progress) as report:
        writer = LedgerWriter(folder)
        report(0, customers)
        try:
            for path, frame in _frames_of_the_ledger(timeline).items():
                writer.append(path, frame)
            for start in range(0, customers, CHUNK):
                count = min(CHUNK, customers - start)
                frames = _frames_of_a_chunk(start, count, market, timeline, Streams(seed, start // CHUNK))
                for path, frame in frames.items():
                    writer.append(path, frame)
                if start == 0:
                    _write_workbook(frames["compliance/risk_factors"], folder, as_of_date, once)
                report(start + count, customers)
        finally:
            writer.close()
        write_marker(
            folder,
            {
                "customers": customers,
                "seed": seed,
                "as_of_date": as_of_date.isoformat(),
                "row_counts": writer.row_counts,
            },
        )
    return DemoSummary(Path(out), customers, seed, as_of_date, writer.row_counts)


def _check_arguments(customers: int, seed: int, as_of_date: date) -> None:
    if isinstance(customers, bool) or not isinstance(customers, int) or customers < 1:
        raise InputError(
            f"A demo ledger cannot have {customers!r} customers. "
            "Ask for a whole number from 1 on: --customers 5000."
        )
    if customers > MOST_LEDGER_CUSTOMERS:
        raise InputError(
            f"{customers:,} customers are more than the demo ledger has numbers for. "
            f"Ask for at most {MOST_LEDGER_CUSTOMERS:,}."
        )
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise InputError(
            f"The seed {seed!r} is not a whole number from 0 on. Leave it out, or give --seed 1."
        )
    if isinstance(as_of_date, datetime) or not isinstance(as_of_date, date):
        raise InputError(f"The as-of date {as_of_date!r} is not a date. Give a day such as 2025-12-31.")
    if not FIRST_AS_OF_DATE <= as_of_date <= LAST_AS_OF_DATE:
        raise InputError(
            f"The as-of date {as_of_date} is out of range: the years planted as impossible would not be so. "
            f"Give a day between {FIRST_AS_OF_DATE} and {LAST_AS_OF_DATE}."
        )


def _frames_of_a_chunk(
    start: int, count: int, market: Market, timeline: Timeline, streams: Streams
) -> dict[str, Frame]:
    """Return every table of `count` customers after the first `start` ones, defects included."""
    people = draw_customers(start + 1, count, timeline, streams)
    first = {path: start * numbers for path, numbers in NUMBERS_PER_CUSTOMER.items()}

    trades = trade_frame(people, market, timeline, first["brokerage/trades"], streams)
    schedule = draw_schedule(people, timeline, streams)
    # Whoever asks for a loan shows a statement of the day before.
    account_values = account_value_frame(people, schedule["owner"], schedule["day"] - 1, timeline, streams)
    applications, repayments, application_truth = lending_frames(
        people, schedule, trades, account_values, timeline, first["lending/applications"], streams
    )
    clean = {
        "brokerage/customers": customer_frame(people, streams),
        "brokerage/trades": trades,
        "brokerage/account_values": account_values,
        "brokerage/cash_movements": cash_movement_frame(
            people, trades, timeline, first["brokerage/cash_movements"], streams
        ),
        "brokerage/logins": login_frame(people, timeline, streams),
        "lending/applications": applications,
        "lending/repayments": repayments,
        "compliance/risk_factors": risk_factor_frame(people, timeline, streams),
        "suitability/questionnaires": questionnaire_frame(
            people, timeline, first["suitability/questionnaires"], streams
        ),
        "marketing/offer_events": offer_event_frame(
            people, timeline, first["marketing/offer_events"], streams
        ),
    }
    files_end_at = (timeline.last_day + 3) * MICROSECONDS_PER_DAY
    frames, logs = {}, []
    for path, frame in clean.items():
        fresh_key_offset = NUMBERS_PER_CUSTOMER.get(path, 0) * CHUNK // 2
        frames[path], log = plant_defects(path, frame, streams, files_end_at, fresh_key_offset)
        logs.append(log)
    return frames | {
        "truth/customers": customer_truth(people),
        "truth/applications": application_truth,
        "truth/defects": stack([empty_log(), *logs]),
    }


def _frames_of_the_ledger(timeline: Timeline) -> dict[str, Frame]:
    """Return the tables that do not depend on the number of customers."""
    assets = asset_frame()
    defective = take(assets, assets["annualised_volatility"] < 0)
    return {
        "brokerage/assets": assets,
        "marketing/offers": offer_frame(timeline),
        "truth/offer_effects": offer_effect_truth(),
        "truth/drift": _drift_truth(timeline),
        "truth/defects": log_entries(
            "brokerage/assets", defective, "annualised_volatility", "volatility_negative", REJECT_ROW
        ),
    }


def _drift_truth(timeline: Timeline) -> Frame:
    effects = {
        "ticket_usd": f"multiplied by {TICKET_DRIFT}",
        "volatility_of_traded_assets": f"moved up by {TASTE_DRIFT} of the list sorted by volatility",
    }
    return {
        "archetype": np.full(len(effects), ARCHETYPE_NAMES.index(DRIFTING_ARCHETYPE)),
        "quantity": np.array(list(effects), dtype=object),
        "starts_date": np.full(len(effects), timeline.drift_day),
        "effect": np.array(list(effects.values()), dtype=object),
    }


def _write_workbook(risk_factors: Frame, folder: Path, as_of_date: date, streams: Streams) -> None:
    rows = take(risk_factors, risk_factors["customer_id"] <= MOST_CUSTOMERS)
    table = TABLES["compliance/risk_factors"].encode(rows)
    write_risk_factor_workbook(table, folder / "compliance" / "risk_factors.xlsx", as_of_date, streams)


@contextmanager
def _progress(progress: bool | Report) -> Iterator[Report]:
    """Yield a function to call with the customers done and wanted."""
    if callable(progress):
        yield progress
    elif not progress:
        yield lambda done, wanted: None
    else:
        # Imported only where somebody looks: rich takes longer to import than a small ledger to write.
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (TextColumn("Demo ledger"), BarColumn(), MofNCompleteColumn(), TextColumn("customers"))
        with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True)) as bar:
            task = bar.add_task("customers", total=None)
            yield lambda done, wanted: bar.update(task, completed=done, total=wanted)
