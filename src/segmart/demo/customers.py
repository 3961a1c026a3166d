"""The people of the demo ledger: who they are, drawn first; everything they do follows from it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segmart.demo.archetypes import (
    ACTIVE,
    ANOMALIES,
    ARCHETYPES,
    MIS_RULED,
    NONACTIVE,
    NONE,
    by_archetype,
    cast_codes,
)
from segmart.demo.arrays import (
    MISSING,
    Frame,
    choose,
    log_normal,
    moments,
    owners,
    positions,
    rounded,
    whole_between,
)
from segmart.demo.contract import CONTRADICTIONS, CUSTOMER_TYPES, PROFILE_GROUPS
from segmart.demo.streams import Streams
from segmart.demo.timeline import Timeline

# Customers whose kinds are drawn without replacement, so that shares hold exactly in every thousand.
BLOCK = 1_000

CORPORATE_RATIO = 0.04
UNKNOWN_INCOME_RATIO = 0.03
UNKNOWN_SCORE_RATIO = 0.02
UNKNOWN_GENDER_RATIO = 0.02
CONTRADICTING_RATIO = 0.04
# The declared appetite of somebody who says one thing and does another is this far off.
CONTRADICTION = 0.45
COMPLIANCE_RISK_RATIOS = (0.75, 0.20, 0.05)
# In the order of the contract's countries.
COUNTRY_RATIOS = (0.34, 0.18, 0.14, 0.12, 0.10, 0.06, 0.04, 0.02)

# Groups of a shopping public: share, income (median, log deviation), spending score (mean, deviation).
PROFILES = {
    "careful_low_income": (0.20, 25_000, 0.18, 20, 6),
    "eager_low_income": (0.20, 25_000, 0.18, 80, 6),
    "middle": (0.30, 54_000, 0.12, 50, 5),
    "careful_high_income": (0.15, 105_000, 0.15, 18, 6),
    "eager_high_income": (0.15, 105_000, 0.15, 82, 6),
}


@dataclass(frozen=True, eq=False)
class Customers:
    """Latent facts of one chunk of customers, one array element per customer; days count from 1970-01-01."""

    number: NDArray
    archetype: NDArray
    mis_ruled: NDArray
    anomaly: NDArray
    is_active: NDArray
    opened_day: NDArray
    last_trade_day: NDArray
    trade_count_365d: NDArray
    ticket_usd: NDArray
    net_asset_value_usd: NDArray
    risk_appetite: NDArray
    contradiction: NDArray
    is_corporate: NDArray
    birth_day: NDArray
    country: NDArray
    gender: NDArray
    profile: NDArray
    annual_income_usd: NDArray
    spending_score: NDArray
    compliance_risk: NDArray

    @property
    def count(self) -> int:
        """Number of customers."""
        return self.number.size

    @property
    def has_traded(self) -> NDArray:
        """True where there ever was a trade."""
        return self.last_trade_day != MISSING

    def behaviour(self, attribute: str) -> NDArray:
        """Return an attribute of each customer's archetype; pairs give an array of two columns."""
        return by_archetype(attribute, self.archetype)


def draw_customers(first_number: int, count: int, timeline: Timeline, streams: Streams) -> Customers:
    """Return `count` customers numbered from `first_number`.

    Kinds are dealt like cards from a shuffled pack of 1,000, so that 5,000 customers hold the declared shares
    exactly and a planted kind never vanishes by bad luck; a customer's number says nothing about the kind.
    """
    cast, rank = _deal_casts(-(-count // BLOCK), streams)
    cast, rank = cast[:count], rank[:count]
    codes = cast_codes()
    archetype, mis_ruled, anomaly = (codes[name][cast] for name in ("archetype", "mis_ruled", "anomaly"))

    is_active = np.array([kind.activity_status == ACTIVE for kind in ARCHETYPES])[archetype]
    last_trade_age = _last_trade_age(archetype, mis_ruled, rank)
    account_age = whole_between(
        by_archetype("account_age_days", archetype), streams("customer.account_age").random(count)
    )
    trade_count = whole_between(
        by_archetype("trade_count_365d", archetype), streams("customer.trade_count").random(count)
    )
    ticket = log_normal(
        by_archetype("ticket_usd", archetype), streams("customer.ticket").standard_normal(count)
    )
    value = log_normal(
        by_archetype("net_asset_value_usd", archetype),
        streams("customer.net_asset_value").standard_normal(count),
    )
    for code, kind in enumerate(MIS_RULED):
        chosen = mis_ruled == code
        trade_count[chosen] = kind.regular_trade_count_365d
        ticket[chosen] *= kind.regular_ticket_ratio
    for code, kind in enumerate(ANOMALIES):
        chosen = anomaly == code
        trade_count[chosen] = trade_count[chosen] * kind.trade_count_factor
        ticket[chosen] *= kind.ticket_factor
        value[chosen] *= kind.net_asset_value_factor

    mean, deviation = by_archetype("risk_appetite", archetype).T
    appetite = np.clip(mean + deviation * streams("customer.appetite").standard_normal(count), 0.02, 0.98)
    appetite[anomaly != NONE] = 0.99

    is_corporate = streams("customer.type").random(count) < CORPORATE_RATIO
    profile, income, score = _profiles(count, streams)
    return Customers(
        number=first_number + np.arange(count),
        archetype=archetype,
        mis_ruled=mis_ruled,
        anomaly=anomaly,
        is_active=is_active,
        opened_day=timeline.as_of_day - account_age,
        last_trade_day=np.where(last_trade_age == MISSING, MISSING, timeline.as_of_day - last_trade_age),
        trade_count_365d=trade_count,
        ticket_usd=ticket,
        net_asset_value_usd=rounded(value),
        risk_appetite=appetite,
        contradiction=_contradictions(appetite, last_trade_age != MISSING, streams),
        is_corporate=is_corporate,
        birth_day=_birth_days(count, timeline, streams),
        country=choose(COUNTRY_RATIOS, streams("customer.country").random(count)),
        gender=streams("customer.gender").integers(0, 2, count),
        profile=profile,
        annual_income_usd=income,
        spending_score=score,
        compliance_risk=choose(COMPLIANCE_RISK_RATIOS, streams("customer.compliance_risk").random(count)),
    )


def customer_frame(customers: Customers, streams: Streams) -> Frame:
    """Return what the broker knows of its customers. Firms have no birth date, gender or score."""
    count = customers.count
    unknown_income = streams("customers.income_unknown").random(count) < UNKNOWN_INCOME_RATIO
    unknown_score = streams("customers.score_unknown").random(count) < UNKNOWN_SCORE_RATIO
    unknown_gender = streams("customers.gender_unknown").random(count) < UNKNOWN_GENDER_RATIO
    individual, corporate = CUSTOMER_TYPES.index("individual"), CUSTOMER_TYPES.index("corporate")
    firm = customers.is_corporate
    return {
        "customer_id": customers.number,
        "opened_date": customers.opened_day,
        "birth_date": np.where(firm, MISSING, customers.birth_day),
        "country": customers.country,
        "customer_type": np.where(firm, corporate, individual),
        "gender": np.where(firm | unknown_gender, NONE, customers.gender),
        "annual_income_usd": np.where(unknown_income, np.nan, customers.annual_income_usd),
        "spending_score": np.where(firm | unknown_score, np.nan, customers.spending_score),
        "recorded_at": moments(
            customers.opened_day, 28_800 + 36_000 * streams("customers.recorded_at").random(count)
        ),
    }


def customer_truth(customers: Customers) -> Frame:
    """Return what was planted in each customer; no model may read it."""
    statuses = np.array([kind.activity_status for kind in ARCHETYPES], dtype=object)
    return {
        "customer_id": customers.number,
        "activity_status": statuses[customers.archetype],
        "archetype": customers.archetype,
        "mis_ruled_kind": customers.mis_ruled,
        "is_trading_anomaly": customers.anomaly != NONE,
        "anomaly_kind": customers.anomaly,
        "risk_appetite": customers.risk_appetite,
        "contradiction": customers.contradiction,
        "profile_group": customers.profile,
        "compliance_risk": customers.compliance_risk,
    }


def _deal_casts(blocks: int, streams: Streams) -> tuple[NDArray, NDArray]:
    """Return each customer's cast, and a number in 0..1 that is spread evenly within each cast of a block."""
    per_thousand = cast_codes()["per_thousand"]
    pack = owners(per_thousand)
    place = positions(per_thousand)
    deal = np.argsort(streams("customer.cast").random((blocks, BLOCK)), axis=1).ravel()
    within = streams("customer.rank").random(deal.size)
    return pack[deal], (place[deal] + within) / per_thousand[pack[deal]]


def _last_trade_age(archetype: NDArray, mis_ruled: NDArray, rank: NDArray) -> NDArray:
    """Return days between the last trade and the as-of date; `MISSING` for those who never traded."""
    ranges = by_archetype("days_since_last_trade", archetype)
    for code, kind in enumerate(MIS_RULED):
        ranges[mis_ruled == code] = kind.days_since_last_trade
    never = np.array([kind.activity_status == NONACTIVE for kind in ARCHETYPES])[archetype]
    return np.where(never, MISSING, whole_between(ranges, rank))


def _contradictions(appetite: NDArray, has_traded: NDArray, streams: Streams) -> NDArray:
    """Return for a few traders in which direction the questionnaire will contradict the trading."""
    contradicting = has_traded & (
        streams("customer.contradiction").random(appetite.size) < CONTRADICTING_RATIO
    )
    less, more = (
        CONTRADICTIONS.index(name) for name in ("declares_less_than_traded", "declares_more_than_traded")
    )
    return np.where(contradicting, np.where(appetite > 0.5, less, more), NONE)


def _profiles(count: int, streams: Streams) -> tuple[NDArray, NDArray, NDArray]:
    """Return profile group, yearly income in USD and spending score (1..100) of each customer."""
    share, income, income_deviation, score, score_deviation = np.array(
        [PROFILES[name] for name in PROFILE_GROUPS], float
    ).T
    profile = choose(share, streams("customer.profile").random(count))
    spreads = np.column_stack((income, income_deviation))[profile]
    incomes = log_normal(spreads, streams("customer.income").standard_normal(count))
    scores = score[profile] + score_deviation[profile] * streams("customer.score").standard_normal(count)
    return profile, rounded(incomes, -2), np.clip(np.round(scores), 1, 100)


def _birth_days(count: int, timeline: Timeline, streams: Streams) -> NDArray:
    """Return birthdays of people aged 25 to 80, mostly 30 to 55; nothing else depends on age."""
    age_years = 25 + 55 * streams("customer.age").beta(1.8, 3.2, count)
    return timeline.as_of_day - np.floor(age_years * 365.25).astype(np.int64)
