"""What stands in a customer's account, what moves in and out of it, and when the customer looks at it."""

import numpy as np
from numpy.typing import NDArray

from segmart.demo.archetypes import ARCHETYPE_NAMES, MIS_RULED_NAMES
from segmart.demo.arrays import (
    MICROSECONDS_PER_DAY,
    MICROSECONDS_PER_SECOND,
    Frame,
    log_normal,
    moments,
    owner_day_key,
    owners,
    positions,
    rounded,
    whole_between,
)
from segmart.demo.contract import DIRECTIONS, SIDES
from segmart.demo.customers import Customers
from segmart.demo.streams import Streams
from segmart.demo.timeline import FUTURE_DAYS, LOGIN_HISTORY_DAYS, Timeline

IN, OUT = DIRECTIONS.index("in"), DIRECTIONS.index("out")
MONTH_ENDS = 13
LOGIN_WINDOW_DAYS = 180
# Some of those who only registered never had a statement: their value is unknown, not zero.
NO_STATEMENT_RATIO = 0.02
WITHDRAWAL_RATIO = 1.5


def account_value_frame(
    customers: Customers,
    statement_owner: NDArray,
    statement_day: NDArray,
    timeline: Timeline,
    streams: Streams,
) -> Frame:
    """Return one row per customer and day: month-ends, the as-of date, a later day, and the given statements.

    Values end at the customer's net asset value as of the as-of date and lie on a random path before it. They
    are not the sum of the ledger's trades: people bring securities along that were bought elsewhere.
    """
    days = np.unique(np.append(timeline.month_ends(MONTH_ENDS), (timeline.as_of_day, timeline.as_of_day + 2)))
    log_ratio = _value_paths(customers, days, timeline, streams)
    has_statement = _has_statement(customers, streams)
    exists = has_statement[:, None] & (customers.opened_day[:, None] <= days)
    owner, place = np.nonzero(exists)

    keep = has_statement[statement_owner]
    statement_ratio = _statement_ratios(customers, statement_owner, statement_day, timeline, streams)
    owner = np.concatenate((owner, statement_owner[keep]))
    day = np.concatenate((days[place], statement_day[keep]))
    ratio = np.concatenate((log_ratio[exists], statement_ratio[keep]))

    # A statement for a loan may fall on a month-end: the month-end's row, which comes first, stays.
    _, first = np.unique(owner_day_key(owner, day), return_index=True)
    owner, day, ratio = owner[first], day[first], ratio[first]
    value = customers.net_asset_value_usd[owner] * np.exp(ratio)
    noise = streams("account_values.cash").uniform(0.7, 1.3, owner.size)
    cash_ratio = np.minimum(customers.behaviour("cash_ratio")[owner] * noise, 1)
    # An account nobody ever traded on holds cash only.
    cash = rounded(np.where(customers.has_traded[owner], value * cash_ratio, value))
    holdings = rounded(np.maximum(value - cash, 0))
    return {
        "customer_id": customers.number[owner],
        "value_date": day,
        "cash_usd": cash,
        "holdings_usd": holdings,
        "net_asset_value_usd": rounded(cash + holdings),
    }


def cash_movement_frame(
    customers: Customers, trades: Frame, timeline: Timeline, first_movement: int, streams: Streams
) -> Frame:
    """Return money paid in and out, numbered from `first_movement`: an opening deposit, then habits."""
    parts = [
        _opening_deposits(customers, timeline, streams),
        _habitual(customers, timeline, "deposit", 1.0, IN, streams),
        _habitual(customers, timeline, "withdrawal", WITHDRAWAL_RATIO, OUT, streams),
        _withdrawn_proceeds(customers, trades),
    ]
    owner, day, amount, direction = (np.concatenate(values) for values in zip(*parts, strict=True))
    order = np.lexsort((direction, day, owner))
    owner, day, amount, direction = owner[order], day[order], amount[order], direction[order]
    moved_at = moments(day, 21_600 + 57_600 * streams("cash_movements.second").random(owner.size))
    delay = np.floor(streams("cash_movements.delay").uniform(30, 7_200, owner.size)).astype(np.int64)
    return {
        "movement_id": first_movement + np.arange(owner.size),
        "customer_id": customers.number[owner],
        "direction": direction,
        "amount_usd": np.maximum(rounded(amount), 1.0),
        "moved_at": moved_at,
        "recorded_at": moved_at + delay * MICROSECONDS_PER_SECOND,
    }


def login_frame(customers: Customers, timeline: Timeline, streams: Streams) -> Frame:
    """Return customer-days with logins in the last 400 days (the log keeps no more) and a few days later."""
    chance = streams("logins.count").random(customers.count)
    count = whole_between(customers.behaviour("login_day_count_180d"), chance)
    age = timeline.as_of_day - customers.opened_day
    recent_span = np.minimum(age, LOGIN_WINDOW_DAYS)
    earlier_span = np.clip(age, LOGIN_WINDOW_DAYS, LOGIN_HISTORY_DAYS) - LOGIN_WINDOW_DAYS
    earlier_count = np.floor(count * earlier_span / LOGIN_WINDOW_DAYS).astype(np.int64)
    looks_later = streams("logins.future").random(customers.count) < count * 3 / LOGIN_WINDOW_DAYS

    parts = [
        _distinct_days(count, timeline.as_of_day - recent_span, recent_span, streams("logins.recent_day")),
        _distinct_days(
            earlier_count,
            timeline.as_of_day - LOGIN_WINDOW_DAYS - earlier_span,
            earlier_span,
            streams("logins.earlier_day"),
        ),
        _distinct_days(
            looks_later.astype(np.int64),
            np.full(customers.count, timeline.as_of_day),
            np.full(customers.count, FUTURE_DAYS),
            streams("logins.future_day"),
        ),
    ]
    owner, day = (np.concatenate(values) for values in zip(*parts, strict=True))
    order = np.lexsort((day, owner))
    owner, day = owner[order], day[order]
    return {
        "customer_id": customers.number[owner],
        "login_date": day,
        "login_count": 1 + streams("logins.login_count").poisson(0.8, owner.size),
    }


def _value_paths(customers: Customers, days: NDArray, timeline: Timeline, streams: Streams) -> NDArray:
    """Return log(value / value as of the as-of date), one row per customer and one column per day."""
    years = (days - timeline.as_of_day) / 365
    # A random walk pinned to 0 on the as-of date: sums of the steps between a day and that date.
    gaps = np.abs(np.diff(days, append=days[-1])) / 365
    yearly = 0.03 + 0.20 * customers.risk_appetite
    steps = streams("account_values.step").standard_normal((customers.count, days.size)) * np.sqrt(gaps)
    walk = np.cumsum(steps[:, ::-1], axis=1)[:, ::-1]
    walk = walk - walk[:, [np.searchsorted(days, timeline.as_of_day)]]
    growth = customers.behaviour("net_asset_value_log_growth_365d")
    return growth[:, None] * years + yearly[:, None] * walk


def _statement_ratios(
    customers: Customers, owner: NDArray, day: NDArray, timeline: Timeline, streams: Streams
) -> NDArray:
    years = (day - timeline.as_of_day) / 365
    noise = streams("account_values.statement").standard_normal(owner.size) * np.sqrt(np.abs(years))
    yearly = 0.03 + 0.20 * customers.risk_appetite[owner]
    return customers.behaviour("net_asset_value_log_growth_365d")[owner] * years + yearly * noise


def _has_statement(customers: Customers, streams: Streams) -> NDArray:
    registered = customers.archetype == ARCHETYPE_NAMES.index("registered_only")
    lost = streams("account_values.no_statement").random(customers.count) < NO_STATEMENT_RATIO
    return ~(registered & lost)


def _opening_deposits(customers: Customers, timeline: Timeline, streams: Streams) -> tuple[NDArray, ...]:
    noise = streams("cash_movements.opening").standard_normal(customers.count)
    amount = log_normal(customers.behaviour("opening_deposit_usd"), noise)
    owner = np.flatnonzero((amount > 0) & (customers.opened_day >= timeline.first_day))
    return owner, customers.opened_day[owner] + 1, amount[owner], np.full(owner.size, IN)


def _habitual(
    customers: Customers, timeline: Timeline, habit: str, ratio: float, direction: int, streams: Streams
) -> tuple[NDArray, ...]:
    """Return movements at random days of the account's life inside the ledger's span."""
    first = np.maximum(timeline.first_day, customers.opened_day + 2)
    span = timeline.last_day - first
    counts = streams(f"cash_movements.{habit}_count").poisson(
        customers.behaviour(f"{habit}_count_365d") * span / 365
    )
    owner = owners(counts)
    day = first[owner] + np.floor(streams(f"cash_movements.{habit}_day").random(owner.size) * span[owner])
    noise = streams(f"cash_movements.{habit}_amount").standard_normal(owner.size)
    amount = ratio * log_normal(customers.behaviour("deposit_usd")[owner], noise)
    return owner, day.astype(np.int64), amount, np.full(owner.size, direction)


def _withdrawn_proceeds(customers: Customers, trades: Frame) -> tuple[NDArray, ...]:
    """Return the payment two days after the one large sale of each customer of the kind `one_off_spike`."""
    owner = trades["owner"]
    notional = trades["quantity"] * trades["price_usd"]
    spike = customers.mis_ruled[owner] == MIS_RULED_NAMES.index("one_off_spike")
    row = np.flatnonzero(spike & (trades["side"] == SIDES.index("sell")) & (notional > 10_000))
    day = trades["traded_at"][row] // MICROSECONDS_PER_DAY + 2
    return owner[row], day, notional[row], np.full(row.size, OUT)


def _distinct_days(
    counts: NDArray, after_day: NDArray, span: NDArray, generator: np.random.Generator
) -> tuple[NDArray, NDArray]:
    """Return owner and day of `counts` different days in (after_day, after_day + span].

    The span, at least as long as the count, is cut into equal slots with one day in each.
    """
    owner, place = owners(counts), positions(counts)
    slot = span[owner] / np.maximum(counts[owner], 1)
    offset = np.floor(place * slot) + np.floor(generator.random(owner.size) * np.floor(slot))
    return owner, after_day[owner] + 1 + offset.astype(np.int64)
