"""The clean trades of a chunk of customers; late, corrected and defective rows are planted afterwards."""

import numpy as np
from numpy.typing import NDArray

from segmart.demo.archetypes import ARCHETYPE_NAMES, MIS_RULED, NONE
from segmart.demo.arrays import (
    MICROSECONDS_PER_DAY,
    MICROSECONDS_PER_SECOND,
    Frame,
    moments,
    owners,
    positions,
    rounded,
    take,
    whole_between,
)
from segmart.demo.contract import SIDES
from segmart.demo.customers import Customers
from segmart.demo.market import ASSETS, QUANTITY_DECIMALS, VOLATILITIES, Market
from segmart.demo.streams import Streams
from segmart.demo.timeline import FUTURE_DAYS, Timeline, on_working_days

BUY, SELL = SIDES.index("buy"), SIDES.index("sell")

# Trades of the last year stay this near, so that neither a weekend nor a correction moves one out of the
# year; older trades of active customers stay this far.
RECENT_DAYS = 360
EARLIER_DAYS = 375
# In the years before, a customer traded at this share of today's pace.
EARLIER_PACE = 0.14

SHORT_SALE_RATIO = 0.01
PARTIAL_SALE_RATIO = 0.25
# Standard deviation of the place of a traded asset in the list sorted by volatility (0..1).
TASTE_NOISE = 0.07
DRIFTING_ARCHETYPE = "day_trader"
TICKET_DRIFT = 1.3
TASTE_DRIFT = 0.08


def trade_frame(
    customers: Customers, market: Market, timeline: Timeline, first_trade: int, streams: Streams
) -> Frame:
    """Return the clean trades, customer after customer and in order of time, numbered from `first_trade`.

    Besides the contract's columns there are `owner` (the customer's position in the chunk), `volatility` (the
    asset's) and `is_after_as_of_date`, for whatever is derived from the trades later.
    """
    rows = _trading_times(customers, timeline, streams)
    owner, day = rows["owner"], rows["traded_at"] // MICROSECONDS_PER_DAY
    drifted = (customers.archetype[owner] == ARCHETYPE_NAMES.index(DRIFTING_ARCHETYPE)) & (
        day >= timeline.drift_day
    )

    asset = _tasted_assets(customers, owner, drifted, streams)
    ticket = _tickets(customers, rows, drifted, streams)
    side, opening = _sides_and_openings(customers, rows, streams)
    asset = asset[opening]

    noise = streams("trades.price").standard_normal(owner.size)
    price = np.maximum(rounded(market.price_on(asset, day) * (1 + 0.002 * noise)), 0.01)
    decimals = QUANTITY_DECIMALS[asset]
    quantity = np.maximum(rounded(ticket / price, decimals), 10.0**-decimals)
    closes = opening != np.arange(owner.size)
    partial = closes & (streams("trades.is_partial").random(owner.size) < PARTIAL_SALE_RATIO)
    ratio = np.where(partial, streams("trades.partial_ratio").uniform(0.3, 0.9, owner.size), 1.0)
    quantity = np.maximum(rounded(quantity[opening] * ratio, decimals), 10.0**-decimals)

    delay_seconds = streams("trades.delay").uniform(60, 1_800, owner.size)
    frame = {
        "owner": owner,
        "volatility": VOLATILITIES[asset],
        "is_after_as_of_date": day > timeline.as_of_day,
        "customer_id": customers.number[owner],
        "asset_id": asset,
        "side": side,
        "quantity": quantity,
        "price_usd": price,
        "fee_usd": rounded(0.2 + 0.0008 * quantity * price),
        "traded_at": rows["traded_at"],
        "recorded_at": rows["traded_at"] + np.floor(delay_seconds).astype(np.int64) * MICROSECONDS_PER_SECOND,
    }
    frame = take(frame, np.lexsort((frame["traded_at"], owner)))
    return {"trade_id": first_trade + np.arange(owner.size), **frame}


def _trading_times(customers: Customers, timeline: Timeline, streams: Streams) -> Frame:
    """Return `owner`, `odd` (code of the mis-ruled kind the trade is due to, or none) and `traded_at`.

    Sorted by owner, then regular trades before odd ones, then by time.
    """
    parts = [
        _recent_days(customers, timeline, streams),
        _earlier_days(customers, timeline, streams),
        _future_days(customers, timeline, streams),
        *(_odd_days(customers, timeline, code, streams) for code in range(len(MIS_RULED))),
    ]
    owner, day, odd = (np.concatenate(values) for values in zip(*parts, strict=True))
    order = np.lexsort((day, odd, owner))
    owner, day, odd = owner[order], on_working_days(day[order], timeline.as_of_day), odd[order]

    # Drawn after sorting, so that a customer's times do not depend on who else is in the chunk.
    seconds = 28_800 + 43_200 * streams("trades.second").random(owner.size)
    traded_at = moments(day, seconds)
    order = np.lexsort((traded_at, odd, owner))
    rows = {"owner": owner[order], "odd": odd[order], "traded_at": traded_at[order]}
    rows["traded_at"] = _within_hours(customers, rows, streams)
    return rows


def _recent_days(customers: Customers, timeline: Timeline, streams: Streams) -> tuple[NDArray, ...]:
    """Return trades of the last year: the newest on its day, the others spread back over the year."""
    counts = np.where(customers.is_active, customers.trade_count_365d, 0)
    oldest = np.full(customers.count, timeline.as_of_day - RECENT_DAYS)
    return _spread_days(customers, counts, oldest, streams("trades.recent_day"))


def _earlier_days(customers: Customers, timeline: Timeline, streams: Streams) -> tuple[NDArray, ...]:
    """Return trades of the years before: a slower pace of today's, or all trades of those who stopped."""
    first = np.maximum(timeline.first_day, customers.opened_day + 2)
    last = timeline.as_of_day - EARLIER_DAYS
    years = np.maximum(last - first, 0) / 365
    pace = customers.trade_count_365d * EARLIER_PACE * years
    active_counts = streams("trades.earlier_count").poisson(pace)
    owner = owners(np.where(customers.is_active, active_counts, 0))
    back = np.floor(streams("trades.earlier_day").random(owner.size) * (last - first[owner]))
    active_day = last - back.astype(np.int64)

    stopped = ~customers.is_active & customers.has_traded
    chance = streams("trades.stopped_count").random(customers.count)
    counts = np.where(stopped, whole_between(customers.behaviour("earlier_trade_count"), chance), 0)
    stopped_owner, stopped_day, _ = _spread_days(customers, counts, first, streams("trades.stopped_day"))
    owner, day = np.concatenate((owner, stopped_owner)), np.concatenate((active_day, stopped_day))
    return owner, day, np.full(owner.size, NONE)


def _future_days(customers: Customers, timeline: Timeline, streams: Streams) -> tuple[NDArray, ...]:
    """Return trades of active customers in the few days after the as-of date."""
    pace = np.where(customers.is_active, customers.trade_count_365d, 0) * FUTURE_DAYS / 365
    owner = owners(streams("trades.future_count").poisson(pace))
    day = timeline.as_of_day + streams("trades.future_day").integers(1, FUTURE_DAYS + 1, owner.size)
    return owner, day, np.full(owner.size, NONE)


def _odd_days(customers: Customers, timeline: Timeline, code: int, streams: Streams) -> tuple[NDArray, ...]:
    """Return the odd trades of one mis-ruled kind, at random days of the ten months before the last one."""
    kind = MIS_RULED[code]
    low, high = kind.odd_trade_count
    counts = streams(f"trades.{kind.name}_count").integers(low, high + 1, customers.count)
    owner = owners(np.where(customers.mis_ruled == code, counts, 0))
    newest = customers.last_trade_day[owner] - 1
    span = newest - (timeline.as_of_day - 300)
    day = newest - np.floor(streams(f"trades.{kind.name}_day").random(owner.size) * span).astype(np.int64)
    return owner, day, np.full(owner.size, code)


def _spread_days(
    customers: Customers, counts: NDArray, oldest: NDArray, generator: np.random.Generator
) -> tuple[NDArray, ...]:
    """Return days in an even rhythm, disturbed by the archetype's irregularity, from the last trade back."""
    owner, place = owners(counts), positions(counts)
    disturbance = (generator.random(owner.size) - 0.5) * customers.behaviour("irregularity")[owner]
    steps = np.maximum(counts - 1, 1)[owner]
    # The newest trade (place 0) keeps its day: it is the recency that was drawn.
    fraction = np.clip((place + np.where(place > 0, disturbance, 0)) / steps, 0, 1)
    newest = customers.last_trade_day[owner]
    day = newest - np.floor(fraction * (newest - oldest[owner])).astype(np.int64)
    return owner, day, np.full(owner.size, NONE)


def _within_hours(customers: Customers, rows: Frame, streams: Streams) -> NDArray:
    """Return the times, with each opening trade of an anomaly moved to just before its closing one."""
    owner, traded_at = rows["owner"], rows["traded_at"]
    minutes = streams("trades.anomaly_minutes").uniform(2, 90, owner.size)
    opening = _place(owner, rows["odd"]) % 2 == 0
    has_closing = np.append(owner[1:] == owner[:-1], False)[: owner.size]
    moved = opening & has_closing & (customers.anomaly[owner] != NONE)
    closing_at = np.append(traded_at[1:], 0)[: owner.size]
    return np.where(moved, closing_at - (minutes * 60).astype(np.int64) * MICROSECONDS_PER_SECOND, traded_at)


def _place(owner: NDArray, odd: NDArray) -> NDArray:
    """Return the place of each row among its owner's rows of the same kind; rows are sorted by both."""
    starts = np.flatnonzero(np.append(True, (owner[1:] != owner[:-1]) | (odd[1:] != odd[:-1]))[: owner.size])
    return np.arange(owner.size) - np.repeat(starts, np.diff(np.append(starts, owner.size)))


def _tasted_assets(customers: Customers, owner: NDArray, drifted: NDArray, streams: Streams) -> NDArray:
    """Return an asset per trade: the greater the appetite, the further down the list by volatility."""
    taste = 0.04 + 0.90 * customers.risk_appetite[owner] + TASTE_DRIFT * drifted
    taste = taste + TASTE_NOISE * streams("trades.taste").standard_normal(owner.size)
    return np.clip(np.floor(taste * len(ASSETS)), 0, len(ASSETS) - 1).astype(np.int64)


def _tickets(customers: Customers, rows: Frame, drifted: NDArray, streams: Streams) -> NDArray:
    """Return the intended amount of each trade in USD, with a mean of the customer's own ticket."""
    owner = rows["owner"]
    spread = 0.25
    noise = spread * streams("trades.ticket").standard_normal(owner.size)
    ticket = customers.ticket_usd[owner] * np.exp(noise - spread**2 / 2)
    ticket = ticket * np.where(drifted, TICKET_DRIFT, 1.0)
    chance = streams("trades.odd_ticket").random(owner.size)
    for code, kind in enumerate(MIS_RULED):
        low, high = kind.odd_ticket_usd
        ticket = np.where(rows["odd"] == code, low + (high - low) * chance, ticket)
    return ticket


def _sides_and_openings(customers: Customers, rows: Frame, streams: Streams) -> tuple[NDArray, NDArray]:
    """Return each trade's side, and the row of the trade it closes (itself, if it opens a position).

    Regular trades come in blocks: L trades that open positions, then, for the archetype's share of blocks, L
    trades that close them in the same order. The smaller L, the shorter the holding time, and L falls with
    the appetite for risk. A few blocks are sold first and bought back.
    """
    owner, odd = rows["owner"], rows["odd"]
    row = np.arange(owner.size)
    noise = streams("trades.patience").uniform(-0.5, 0.5, customers.count)
    patience = np.clip(np.round(0.6 + 7 * (1 - customers.risk_appetite) + noise), 1, 8).astype(np.int64)
    is_anomaly = customers.anomaly != NONE
    patience[is_anomaly] = 1
    round_trips = np.where(is_anomaly, 1.0, customers.behaviour("round_trip_ratio"))

    half = patience[owner]
    place = _place(owner, odd) % (2 * half)
    # Every row has a number of its own; the block goes by that of its first row.
    block = row - place
    regular = odd == NONE
    closes = regular & (place >= half)
    closes &= streams("trades.is_round_trip").random(owner.size)[block] < round_trips[owner]
    short = regular & (streams("trades.is_short").random(owner.size)[block] < SHORT_SALE_RATIO)

    side = np.where(closes ^ short, SELL, BUY)
    for code, kind in enumerate(MIS_RULED):
        side = np.where(odd == code, SIDES.index(kind.odd_side), side)
    return side, np.where(closes, row - half, row)
