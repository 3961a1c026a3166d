"""Who lives in the demo ledger: the latent kinds of customer, as rows to read and to tune.

What is planted here must be found again: the learned segments should be the archetypes, and the comparison of
rules with segments should end at the mis-ruled customers. Kinds are drawn first and behaviour follows from
them; nothing in the generator looks at a rule's or a model's answer.
"""

from dataclasses import astuple, dataclass

import numpy as np
from numpy.typing import NDArray

ACTIVE, INACTIVE, NONACTIVE = "active", "inactive", "nonactive"


@dataclass(frozen=True)
class Spread:
    """A log-normal quantity, cut off at 2.5 standard deviations; a median of 0 is always 0."""

    median: float
    log_deviation: float = 0.0


@dataclass(frozen=True)
class Archetype:
    """Typical behaviour of one kind of customer; day counts are counted back from the as-of date."""

    name: str
    activity_status: str
    account_age_days: tuple[int, int]
    net_asset_value_usd: Spread
    login_day_count_180d: tuple[int, int]
    # Mean and standard deviation of the latent appetite, 0..1.
    risk_appetite: tuple[float, float]
    # Without meaning for those who never traded.
    days_since_last_trade: tuple[int, int] = (0, 0)
    trade_count_365d: tuple[int, int] = (0, 0)
    # How far each trade's date strays from an even rhythm: 0 a standing order, 1 at random.
    irregularity: float = 0.0
    earlier_trade_count: tuple[int, int] = (0, 0)
    ticket_usd: Spread = Spread(0)
    # Share of positions that are closed again.
    round_trip_ratio: float = 0.0
    cash_ratio: float = 1.0
    net_asset_value_log_growth_365d: float = 0.0
    deposit_count_365d: float = 0.0
    withdrawal_count_365d: float = 0.0
    deposit_usd: Spread = Spread(0)
    # Money the account was opened with, which matters most to customers who never trade.
    opening_deposit_usd: Spread = Spread(0)


ARCHETYPES = (
    Archetype(
        name="day_trader",
        activity_status=ACTIVE,
        days_since_last_trade=(0, 3),
        trade_count_365d=(76, 108),
        irregularity=1.0,
        ticket_usd=Spread(2_000, 0.15),
        net_asset_value_usd=Spread(20_000, 0.20),
        account_age_days=(420, 1_400),
        login_day_count_180d=(40, 58),
        risk_appetite=(0.74, 0.11),
        round_trip_ratio=0.95,
        cash_ratio=0.30,
        net_asset_value_log_growth_365d=0.05,
        deposit_count_365d=5,
        withdrawal_count_365d=4,
        deposit_usd=Spread(1_500, 0.4),
        opening_deposit_usd=Spread(10_000, 0.4),
    ),
    Archetype(
        name="core_investor",
        activity_status=ACTIVE,
        days_since_last_trade=(6, 18),
        trade_count_365d=(24, 35),
        irregularity=0.9,
        ticket_usd=Spread(800, 0.12),
        net_asset_value_usd=Spread(85_000, 0.18),
        account_age_days=(420, 2_400),
        login_day_count_180d=(10, 16),
        risk_appetite=(0.45, 0.12),
        round_trip_ratio=0.45,
        cash_ratio=0.08,
        net_asset_value_log_growth_365d=0.12,
        deposit_count_365d=3,
        withdrawal_count_365d=1,
        deposit_usd=Spread(3_000, 0.4),
        opening_deposit_usd=Spread(30_000, 0.4),
    ),
    Archetype(
        name="saver",
        activity_status=ACTIVE,
        days_since_last_trade=(4, 30),
        trade_count_365d=(11, 13),
        irregularity=0.25,
        ticket_usd=Spread(225, 0.12),
        net_asset_value_usd=Spread(3_000, 0.18),
        account_age_days=(420, 1_600),
        login_day_count_180d=(4, 8),
        risk_appetite=(0.28, 0.11),
        round_trip_ratio=0.05,
        cash_ratio=0.06,
        net_asset_value_log_growth_365d=0.60,
        deposit_count_365d=12,
        withdrawal_count_365d=0.2,
        deposit_usd=Spread(200, 0.15),
        opening_deposit_usd=Spread(500, 0.4),
    ),
    Archetype(
        name="fading",
        activity_status=ACTIVE,
        days_since_last_trade=(150, 330),
        trade_count_365d=(3, 6),
        irregularity=0.9,
        ticket_usd=Spread(850, 0.15),
        net_asset_value_usd=Spread(8_000, 0.20),
        account_age_days=(500, 2_400),
        login_day_count_180d=(2, 5),
        risk_appetite=(0.50, 0.13),
        round_trip_ratio=0.40,
        cash_ratio=0.25,
        net_asset_value_log_growth_365d=-0.40,
        deposit_count_365d=0.5,
        withdrawal_count_365d=1.5,
        deposit_usd=Spread(800, 0.4),
        opening_deposit_usd=Spread(9_000, 0.4),
    ),
    Archetype(
        name="dormant_wealthy",
        activity_status=INACTIVE,
        days_since_last_trade=(385, 470),
        earlier_trade_count=(7, 13),
        irregularity=0.9,
        ticket_usd=Spread(2_500, 0.3),
        net_asset_value_usd=Spread(90_000, 0.22),
        account_age_days=(1_100, 3_000),
        login_day_count_180d=(14, 21),
        risk_appetite=(0.38, 0.12),
        round_trip_ratio=0.25,
        cash_ratio=0.12,
        net_asset_value_log_growth_365d=0.05,
        deposit_count_365d=0.3,
        withdrawal_count_365d=0.5,
        deposit_usd=Spread(3_000, 0.4),
        opening_deposit_usd=Spread(40_000, 0.4),
    ),
    Archetype(
        name="drifting_away",
        activity_status=INACTIVE,
        days_since_last_trade=(500, 620),
        earlier_trade_count=(5, 10),
        irregularity=0.9,
        ticket_usd=Spread(600, 0.3),
        net_asset_value_usd=Spread(4_000, 0.25),
        account_age_days=(1_100, 2_400),
        login_day_count_180d=(3, 5),
        risk_appetite=(0.50, 0.13),
        round_trip_ratio=0.45,
        cash_ratio=0.40,
        net_asset_value_log_growth_365d=-0.30,
        deposit_count_365d=0.2,
        withdrawal_count_365d=1.0,
        deposit_usd=Spread(500, 0.4),
        opening_deposit_usd=Spread(4_000, 0.4),
    ),
    Archetype(
        name="lapsed_small",
        activity_status=INACTIVE,
        days_since_last_trade=(780, 960),
        earlier_trade_count=(3, 8),
        irregularity=0.9,
        ticket_usd=Spread(250, 0.3),
        net_asset_value_usd=Spread(150, 0.25),
        account_age_days=(1_100, 2_400),
        login_day_count_180d=(0, 0),
        risk_appetite=(0.52, 0.14),
        round_trip_ratio=0.80,
        cash_ratio=0.70,
        deposit_count_365d=0.1,
        withdrawal_count_365d=0.3,
        deposit_usd=Spread(200, 0.4),
        opening_deposit_usd=Spread(900, 0.4),
    ),
    Archetype(
        name="funded_waiting",
        activity_status=NONACTIVE,
        net_asset_value_usd=Spread(2_500, 0.25),
        account_age_days=(40, 110),
        login_day_count_180d=(12, 22),
        risk_appetite=(0.40, 0.14),
        opening_deposit_usd=Spread(2_500, 0.25),
    ),
    Archetype(
        name="funded_forgotten",
        activity_status=NONACTIVE,
        net_asset_value_usd=Spread(400, 0.25),
        account_age_days=(700, 1_080),
        login_day_count_180d=(1, 3),
        risk_appetite=(0.35, 0.14),
        opening_deposit_usd=Spread(400, 0.25),
    ),
    Archetype(
        name="registered_only",
        activity_status=NONACTIVE,
        net_asset_value_usd=Spread(0),
        account_age_days=(220, 460),
        login_day_count_180d=(0, 1),
        risk_appetite=(0.45, 0.16),
    ),
)

ARCHETYPE_NAMES = tuple(archetype.name for archetype in ARCHETYPES)


@dataclass(frozen=True)
class MisRuled:
    """A saver whose counts or sums mislead a rule that scores frequency and money one at a time.

    One odd trade, or many meaningless ones, lift a single score to the top; everything else says saver.
    """

    name: str
    days_since_last_trade: tuple[int, int]
    regular_trade_count_365d: int
    regular_ticket_ratio: float
    odd_trade_count: tuple[int, int]
    odd_ticket_usd: tuple[float, float]
    odd_side: str


MIS_RULED = (
    # Securities moved in from another house, sold at once, the proceeds withdrawn.
    MisRuled("one_off_spike", (4, 11), 13, 1.0, (1, 1), (20_000, 24_000), "sell"),
    # Somebody tries the app's "invest your change" button.
    MisRuled("micro_trades", (4, 11), 12, 1.5, (40, 50), (2, 7), "buy"),
)
MIS_RULED_NAMES = tuple(kind.name for kind in MIS_RULED)


@dataclass(frozen=True)
class Anomaly:
    """An extreme combination: everything in the most volatile assets, bought and sold within hours.

    Factors multiply what the archetype would do, so that the customer stays recognisable by recency,
    frequency, money and net asset value and stands out by behaviour.
    """

    name: str
    trade_count_factor: float
    ticket_factor: float
    net_asset_value_factor: float


ANOMALIES = (
    Anomaly("whale_gambler", trade_count_factor=1.0, ticket_factor=1.5, net_asset_value_factor=6.0),
    Anomaly("trading_robot", trade_count_factor=4.0, ticket_factor=0.25, net_asset_value_factor=1.0),
)
ANOMALY_NAMES = tuple(anomaly.name for anomaly in ANOMALIES)


@dataclass(frozen=True)
class Cast:
    """How many of 1,000 customers are of an archetype, and of a planted kind within it."""

    archetype: str
    per_thousand: int
    mis_ruled: str | None = None
    anomaly: str | None = None


# 600 active, 220 inactive, 180 never active of every 1,000.
CASTING = (
    Cast("day_trader", 72),
    Cast("day_trader", 2, anomaly="trading_robot"),
    Cast("core_investor", 210),
    Cast("core_investor", 2, anomaly="whale_gambler"),
    Cast("saver", 171),
    Cast("saver", 4, mis_ruled="one_off_spike"),
    Cast("saver", 4, mis_ruled="micro_trades"),
    Cast("fading", 135),
    Cast("dormant_wealthy", 66),
    Cast("drifting_away", 66),
    Cast("lapsed_small", 88),
    Cast("funded_waiting", 60),
    Cast("funded_forgotten", 50),
    Cast("registered_only", 70),
)

NONE = -1


def code_of(name: str | None, names: tuple[str, ...]) -> int:
    """Return the position of a name, or -1 for none."""
    return NONE if name is None else names.index(name)


def cast_codes() -> dict[str, NDArray]:
    """Return archetype, mis_ruled and anomaly code of each of the casts, and their customers per thousand."""
    return {
        "archetype": np.array([code_of(cast.archetype, ARCHETYPE_NAMES) for cast in CASTING]),
        "mis_ruled": np.array([code_of(cast.mis_ruled, MIS_RULED_NAMES) for cast in CASTING]),
        "anomaly": np.array([code_of(cast.anomaly, ANOMALY_NAMES) for cast in CASTING]),
        "per_thousand": np.array([cast.per_thousand for cast in CASTING]),
    }


def by_archetype(attribute: str, archetype: NDArray) -> NDArray:
    """Return an attribute for each customer: one number, or two columns for a range, a spread, a pair."""
    values = [getattr(kind, attribute) for kind in ARCHETYPES]
    return np.array([astuple(value) if isinstance(value, Spread) else value for value in values], float)[
        archetype
    ]
