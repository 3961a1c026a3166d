"""Everything that is wrong in real ledgers, planted on purpose and written down.

A defect is an additional row or a change that does no harm to the customer's own figures, so that a careful
staging model gets back exactly the clean ledger. Each planted row is logged with its key and with what should
become of it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from segmart.demo.arrays import (
    MICROSECONDS_PER_DAY,
    MICROSECONDS_PER_SECOND,
    MISSING,
    Frame,
    length,
    rounded,
    stack,
    take,
)
from segmart.demo.contract import COUNTRIES, CUSTOMER_TYPES, DIRECTIONS, OCCUPATIONS, SIDES, TABLES
from segmart.demo.streams import Streams
from segmart.demo.timeline import LOGIN_HISTORY_DAYS, on_working_days

# What should become of a planted row.
REJECT_ROW = "reject_row"
CLEAR_VALUE = "clear_value"
DROP_DUPLICATE = "drop_duplicate"
KEEP_LATEST = "keep_latest"
KEEP_ROW = "keep_row"

# Nobody gets a number this high: rows with one belong to no customer.
FIRST_UNKNOWN_CUSTOMER = 90_000_000

# The impossible years of a public trade ledger. Python's dates end in 9999, so day columns get 2221 instead.
IMPOSSIBLE_MOMENT_YEARS = (9, 21, 20_221)
IMPOSSIBLE_DATE_YEARS = (9, 21, 2_221)

# Changes rows in place, given a few chances in 0..1 for each (columns), so that a row's change is its own.
Change = Callable[[Frame, NDArray], None]
CHANCES = 4


@dataclass(frozen=True)
class Defect:
    """One class of defect: how often, in which column, how it is made, and what should become of it."""

    name: str
    column: str
    rate: float
    change: Change
    handling: str = REJECT_ROW
    # In place: the customer's own row is changed. Otherwise a changed copy is added.
    in_place: bool = False
    # A copy that keeps its key is a second version of the same thing.
    keeps_key: bool = False
    # Rows in which the defect would be none are left alone.
    where: Callable[[Frame], NDArray] | None = None


def plant_defects(
    path: str, frame: Frame, streams: Streams, files_end_at: int, fresh_key_offset: int = 0
) -> tuple[Frame, Frame]:
    """Return the frame with its table's defects, and the log of them.

    A row gets one defect at most. Copies with a key of their own get the copied row's number plus
    `fresh_key_offset`, which no clean row reaches. Nothing is recorded after `files_end_at` (microseconds).
    """
    defects = DEFECTS.get(path, ())
    table = TABLES[path]
    edges = np.cumsum([defect.rate for defect in defects])
    lot = np.searchsorted(edges, streams(f"{path}.defect").random(length(frame)), side="right")
    planted, log = dict(frame), []
    copies = []
    for position, defect in enumerate(defects):
        hit = lot == position
        rows = np.flatnonzero(hit if defect.where is None else hit & defect.where(frame))
        changed = take(frame, rows)
        if fresh_key_offset and not (defect.in_place or defect.keeps_key):
            changed[table.key[0]] = changed[table.key[0]] + fresh_key_offset
        defect.change(changed, streams(f"{path}.defect.{defect.name}").random((rows.size, CHANCES)))
        if "recorded_at" in changed:
            changed["recorded_at"] = np.minimum(changed["recorded_at"], files_end_at)
        if defect.in_place:
            planted[defect.column] = planted[defect.column].copy()
            planted[defect.column][rows] = changed[defect.column]
        else:
            copies.append(changed)
        log.append(log_entries(path, changed, defect.column, defect.name, defect.handling))
    return stack([planted, *copies]), stack([empty_log(), *log])


def log_entries(path: str, rows: Frame, column: str, name: str, handling: str) -> Frame:
    """Return the truth about planted rows: where they are, what is wrong, what it reads like."""
    source, table_name = path.split("/")
    count = length(rows)
    value = TABLES[path].columns[column].encode(rows[column]).cast(pa.string()).to_pylist()
    constant = {
        "source_name": source,
        "table_name": table_name,
        "column_name": column,
        "defect_class": name,
        "expected_handling": handling,
    }
    return {column: np.full(count, text, dtype=object) for column, text in constant.items()} | {
        "row_key": np.array(_row_keys(path, rows), dtype=object),
        "planted_value": np.array(value, dtype=object),
    }


def empty_log() -> Frame:
    """Return a log without entries."""
    return {column: np.empty(0, dtype=object) for column in TABLES["truth/defects"].columns}


def _row_keys(path: str, rows: Frame) -> list[str]:
    """Return the values of the key, joined by a bar; where the key is missing, what else tells the row."""
    table = TABLES[path]
    keys = _texts(table, rows, table.key)
    traces = _texts(table, rows, table.trace)
    return [
        "|".join(key)
        if None not in key
        else "|".join(f"{column}={text}" for column, text in zip(table.trace, trace, strict=True))
        for key, trace in zip(keys, traces, strict=True)
    ]


def _texts(table, rows: Frame, columns: tuple[str, ...]) -> list[tuple]:
    texts = [table.columns[column].encode(rows[column]).cast(pa.string()).to_pylist() for column in columns]
    return list(zip(*texts, strict=True)) if texts else [()] * length(rows)


def _between(low: float, high: float, chance: NDArray) -> NDArray:
    return low + (high - low) * chance


def _one_of(values: tuple, chance: NDArray) -> NDArray:
    return np.array(values)[np.floor(chance * len(values)).astype(np.int64)]


def _whole(low: int, high: int, chance: NDArray) -> NDArray:
    """Return whole numbers from low to high, both included."""
    return low + np.floor(chance * (high - low + 1)).astype(np.int64)


def _nothing(rows: Frame, chance: NDArray) -> None:
    """Leave the copy as it is: an exact duplicate."""


def _set(rows: Frame, chance: NDArray, column: str, value: float) -> None:
    rows[column] = np.full_like(rows[column], value)


def _set_any(rows: Frame, chance: NDArray, column: str, values: tuple) -> None:
    rows[column] = _one_of(values, chance[:, 0]).astype(rows[column].dtype)


def _negate(rows: Frame, chance: NDArray, column: str) -> None:
    # Never minus zero.
    rows[column] = -np.maximum(np.abs(rows[column]), 1)


def _orphan(rows: Frame, chance: NDArray) -> None:
    rows["customer_id"] = FIRST_UNKNOWN_CUSTOMER + _whole(0, 999_999, chance[:, 0])


def _born_later(rows: Frame, chance: NDArray) -> None:
    years = _whole(5, 60, chance[:, 0])
    rows["birth_date"] = rows["recorded_at"] // MICROSECONDS_PER_DAY + 1_100 + 365 * years


def _born_long_ago(rows: Frame, chance: NDArray) -> None:
    years = _whole(1_010, 1_100, chance[:, 0])
    rows["birth_date"] = rows["recorded_at"] // MICROSECONDS_PER_DAY - 366 * years


def _recorded_later(rows: Frame, chance: NDArray, low_days: float, high_days: float) -> None:
    seconds = np.floor(_between(low_days, high_days, chance[:, 0]) * 86_400).astype(np.int64)
    rows["recorded_at"] = rows["recorded_at"] + seconds * MICROSECONDS_PER_SECOND


def _changed_customer(rows: Frame, chance: NDArray) -> None:
    """Record the customer again: moved, and with a new income."""
    _recorded_later(rows, chance, 30, 300)
    rows["country"] = _whole(0, len(COUNTRIES) - 1, chance[:, 1])
    rows["annual_income_usd"] = rounded(rows["annual_income_usd"] * _between(0.9, 1.2, chance[:, 2]), -2)


def _corrected_trade(rows: Frame, chance: NDArray) -> None:
    """Record the trade again: another quantity or another price, for some another day, too."""
    _recorded_later(rows, chance, 0.05, 10)
    # Up or down by 5 to 15 %.
    shift = _between(-0.10, 0.10, chance[:, 1])
    factor = 1 + shift + np.copysign(0.05, shift)
    # A quantity below one might come out of the rounding unchanged.
    is_quantity = (chance[:, 2] < 0.6) & (rows["quantity"] >= 1)
    rows["quantity"] = np.where(is_quantity, rounded(rows["quantity"] * factor), rows["quantity"])
    rows["price_usd"] = np.where(is_quantity, rows["price_usd"], rounded(rows["price_usd"] * factor))
    # Back to a weekday, and never across the as-of date: a correction must not change who was active on it.
    moves = (chance[:, 3] < 0.3) & ~rows["is_after_as_of_date"]
    day = rows["traded_at"] // MICROSECONDS_PER_DAY
    earlier = on_working_days(day - 1, day)
    days_back = np.where(moves, day - earlier, 0)
    rows["traded_at"] = rows["traded_at"] - days_back * MICROSECONDS_PER_DAY


def _impossible_moment(rows: Frame, chance: NDArray, column: str) -> None:
    day = _in_years(rows[column] // MICROSECONDS_PER_DAY, IMPOSSIBLE_MOMENT_YEARS, chance)
    rows[column] = day * MICROSECONDS_PER_DAY + rows[column] % MICROSECONDS_PER_DAY


def _impossible_date(rows: Frame, chance: NDArray, column: str) -> None:
    rows[column] = _in_years(rows[column], IMPOSSIBLE_DATE_YEARS, chance)


def _in_years(days: NDArray, years: tuple[int, ...], chance: NDArray) -> NDArray:
    """Return the same days of the year in years that cannot be."""
    day_of_year = days - days.astype("datetime64[D]").astype("datetime64[Y]").astype("datetime64[D]").astype(
        np.int64
    )
    chosen = _one_of(years, chance[:, 0])
    first = (chosen - 1970).astype("datetime64[Y]").astype("datetime64[D]").astype(np.int64)
    return first + np.minimum(day_of_year, 364)


def _recorded_before_traded(rows: Frame, chance: NDArray) -> None:
    days = _whole(1, 90, chance[:, 0])
    rows["recorded_at"] = rows["traded_at"] - days * MICROSECONDS_PER_DAY


def _off_month_end(rows: Frame, chance: NDArray) -> None:
    """Move the copy to a day on which no account has a value, so that it contradicts nothing."""
    rows["value_date"] = rows["value_date"] - 13


def _infinite_value(rows: Frame, chance: NDArray) -> None:
    _off_month_end(rows, chance)
    _set(rows, chance, "net_asset_value_usd", np.inf)


def _value_not_the_sum(rows: Frame, chance: NDArray) -> None:
    _off_month_end(rows, chance)
    rows["net_asset_value_usd"] = rounded(rows["net_asset_value_usd"] * _between(1.1, 1.4, chance[:, 0]) + 50)


def _conflicting_value(rows: Frame, chance: NDArray) -> None:
    rows["cash_usd"] = rounded(rows["cash_usd"] * 1.01 + 1)
    rows["net_asset_value_usd"] = rounded(rows["cash_usd"] + rows["holdings_usd"])


def _negative_count(rows: Frame, chance: NDArray) -> None:
    """Move the copy to before the log begins, so that it contradicts no real day."""
    rows["login_date"] = rows["login_date"] - LOGIN_HISTORY_DAYS - 10
    _negate(rows, chance, "login_count")


def _counted_again(rows: Frame, chance: NDArray) -> None:
    rows["login_count"] = rows["login_count"] + _whole(0, 2, chance[:, 0])


def _other_occupation(rows: Frame, chance: NDArray) -> None:
    shift = _whole(1, len(OCCUPATIONS) - 1, chance[:, 0])
    rows["occupation"] = (np.maximum(rows["occupation"], 0) + shift) % len(OCCUPATIONS)


def _has_birth_date(frame: Frame) -> NDArray:
    return frame["birth_date"] != MISSING


def _has_income(frame: Frame) -> NDArray:
    return ~np.isnan(frame["annual_income_usd"])


def _has_value(frame: Frame) -> NDArray:
    return frame["net_asset_value_usd"] > 0


def _is_second_channel(frame: Frame) -> NDArray:
    customer = frame["customer_id"]
    return np.append(False, customer[1:] == customer[:-1])[: customer.size]


def _late(rate: float) -> Defect:
    return Defect(
        "recorded_late",
        "recorded_at",
        rate,
        partial(_recorded_later, low_days=1, high_days=20),
        KEEP_ROW,
        in_place=True,
    )


def _duplicate(column: str, rate: float) -> Defect:
    return Defect("exact_duplicate", column, rate, _nothing, DROP_DUPLICATE, keeps_key=True)


def _orphaned(rate: float) -> Defect:
    return Defect("unknown_customer", "customer_id", rate, _orphan)


def _numbers(column: str, rate: float) -> tuple[Defect, ...]:
    """Return the four ways in which a number that must be positive and finite is not."""
    name = column.removesuffix("_usd")
    return (
        Defect(f"{name}_negative", column, rate, partial(_negate, column=column)),
        Defect(f"{name}_zero", column, rate, partial(_set, column=column, value=0)),
        Defect(f"{name}_infinite", column, rate, partial(_set_any, column=column, values=(np.inf, -np.inf))),
        Defect(f"{name}_not_a_number", column, rate, partial(_set, column=column, value=np.nan)),
    )


DEFECTS: dict[str, tuple[Defect, ...]] = {
    "brokerage/customers": (
        _duplicate("customer_id", 0.002),
        Defect("changed_record", "recorded_at", 0.002, _changed_customer, KEEP_LATEST, keeps_key=True),
        Defect(
            "birth_date_in_the_future",
            "birth_date",
            0.002,
            _born_later,
            CLEAR_VALUE,
            in_place=True,
            where=_has_birth_date,
        ),
        Defect(
            "age_above_1000",
            "birth_date",
            0.002,
            _born_long_ago,
            CLEAR_VALUE,
            in_place=True,
            where=_has_birth_date,
        ),
        Defect(
            "income_infinite",
            "annual_income_usd",
            0.002,
            partial(_set_any, column="annual_income_usd", values=(np.inf, -np.inf)),
            CLEAR_VALUE,
            in_place=True,
        ),
        Defect(
            "income_negative",
            "annual_income_usd",
            0.002,
            partial(_negate, column="annual_income_usd"),
            CLEAR_VALUE,
            in_place=True,
            where=_has_income,
        ),
        Defect(
            "unseen_customer_type",
            "customer_type",
            0.002,
            partial(_set, column="customer_type", value=CUSTOMER_TYPES.index("partnership")),
            CLEAR_VALUE,
            in_place=True,
        ),
        Defect(
            "missing_customer_id", "customer_id", 0.002, partial(_set, column="customer_id", value=MISSING)
        ),
    ),
    "brokerage/trades": (
        _late(0.005),
        _duplicate("trade_id", 0.003),
        Defect("corrected_later", "recorded_at", 0.003, _corrected_trade, KEEP_LATEST, keeps_key=True),
        Defect("impossible_year", "traded_at", 0.001, partial(_impossible_moment, column="traded_at")),
        *_numbers("quantity", 0.001),
        *_numbers("price_usd", 0.001),
        Defect("unknown_side", "side", 0.001, partial(_set, column="side", value=SIDES.index("exchange"))),
        _orphaned(0.001),
        Defect("missing_trade_id", "trade_id", 0.001, partial(_set, column="trade_id", value=MISSING)),
        Defect("recorded_before_traded", "recorded_at", 0.001, _recorded_before_traded),
    ),
    "brokerage/account_values": (
        Defect("net_asset_value_infinite", "net_asset_value_usd", 0.001, _infinite_value),
        Defect("net_asset_value_not_the_sum", "net_asset_value_usd", 0.001, _value_not_the_sum),
        _duplicate("value_date", 0.001),
        Defect(
            "conflicting_duplicate",
            "net_asset_value_usd",
            0.001,
            _conflicting_value,
            DROP_DUPLICATE,
            keeps_key=True,
            where=_has_value,
        ),
    ),
    "brokerage/cash_movements": (
        _late(0.005),
        Defect("amount_negative", "amount_usd", 0.001, partial(_negate, column="amount_usd")),
        Defect(
            "unknown_direction",
            "direction",
            0.001,
            partial(_set, column="direction", value=DIRECTIONS.index("transfer")),
        ),
        _orphaned(0.001),
        _duplicate("movement_id", 0.001),
    ),
    "brokerage/logins": (
        Defect("login_count_negative", "login_count", 0.001, _negative_count),
        Defect("duplicate_day", "login_date", 0.001, _counted_again, DROP_DUPLICATE, keeps_key=True),
        _orphaned(0.001),
        Defect("impossible_year", "login_date", 0.001, partial(_impossible_date, column="login_date")),
    ),
    "lending/applications": (
        _duplicate("application_id", 0.003),
        _orphaned(0.003),
        Defect(
            "income_infinite",
            "annual_income_usd",
            0.003,
            partial(_set, column="annual_income_usd", value=np.inf),
            CLEAR_VALUE,
            in_place=True,
        ),
    ),
    "lending/repayments": (_duplicate("instalment_number", 0.001),),
    "compliance/risk_factors": (
        _duplicate("channel", 0.002),
        Defect(
            "contradicting_channels",
            "occupation",
            0.003,
            _other_occupation,
            KEEP_ROW,
            in_place=True,
            where=_is_second_channel,
        ),
    ),
    "suitability/questionnaires": (
        Defect(
            "score_out_of_range",
            "declared_risk_score",
            0.002,
            partial(_set_any, column="declared_risk_score", values=(-0.2, 1.7, 55.0)),
        ),
        _orphaned(0.002),
    ),
    "marketing/offer_events": (_duplicate("event_id", 0.002), _orphaned(0.002)),
}
