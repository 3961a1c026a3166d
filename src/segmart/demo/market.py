"""The assets of the demo ledger and their prices: one seeded random walk per asset."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segmart.demo.arrays import Frame, rounded
from segmart.demo.streams import Streams
from segmart.demo.timeline import Timeline

ASSET_CLASSES = ("bond", "fund", "etf", "stock", "crypto")
YEARLY_RETURN = 0.04


@dataclass(frozen=True)
class Asset:
    """Something to trade, with invented names: no real issuer is meant."""

    asset_id: str
    name: str
    asset_class: str
    annualised_volatility: float
    first_price_usd: float


# Sorted by volatility, so that an appetite for risk is a place in this list.
ASSETS = (
    Asset("TB01", "Nordia Treasury Bill", "bond", 0.020, 99.0),
    Asset("GB02", "Nordia Government Bond 2029", "bond", 0.035, 97.5),
    Asset("MMF1", "Calm Harbour Money Market Fund", "fund", 0.040, 10.0),
    Asset("GB10", "Lusia Government Bond 2035", "bond", 0.050, 94.0),
    Asset("CB05", "Wessel Rail Corporate Bond 2030", "bond", 0.060, 101.0),
    Asset("FXI2", "Calm Harbour Fixed Income Fund", "fund", 0.065, 48.0),
    Asset("CB08", "Tarn Energy Corporate Bond 2032", "bond", 0.075, 98.0),
    Asset("MIX3", "Old Bridge Defensive Mixed Fund", "fund", 0.085, 62.0),
    Asset("HYB4", "Old Bridge High Yield Fund", "fund", 0.095, 35.0),
    Asset("MIX5", "Old Bridge Balanced Mixed Fund", "fund", 0.105, 71.0),
    Asset("DIVX", "Lantern Dividend ETF", "etf", 0.120, 54.0),
    Asset("WRLD", "Lantern World Equity ETF", "etf", 0.135, 88.0),
    Asset("EURO", "Lantern Europe Equity ETF", "etf", 0.145, 42.0),
    Asset("UTIL", "Lantern Utilities ETF", "etf", 0.155, 37.0),
    Asset("HLTH", "Lantern Health Care ETF", "etf", 0.165, 66.0),
    Asset("GROW", "Old Bridge Growth Fund", "fund", 0.175, 58.0),
    Asset("SMLC", "Lantern Small Companies ETF", "etf", 0.190, 46.0),
    Asset("EMKT", "Lantern Emerging Markets ETF", "etf", 0.200, 31.0),
    Asset("WTRN", "Western Water Works", "stock", 0.210, 73.0),
    Asset("GRCR", "Green Grocer Group", "stock", 0.220, 49.0),
    Asset("TECH", "Lantern Technology ETF", "etf", 0.235, 95.0),
    Asset("INSR", "Aurelia Insurance", "stock", 0.250, 82.0),
    Asset("BANK", "First Delta Bank", "stock", 0.265, 33.0),
    Asset("PHRM", "Helix Pharma", "stock", 0.280, 91.0),
    Asset("AUTO", "Corvo Motors", "stock", 0.300, 44.0),
    Asset("RETL", "Marlow Retail", "stock", 0.320, 27.0),
    Asset("SOFT", "Papertrail Software", "stock", 0.340, 86.0),
    Asset("CHIP", "Quartz Semiconductors", "stock", 0.370, 78.0),
    Asset("SOLR", "Heliodor Solar", "stock", 0.400, 24.0),
    Asset("STRM", "Brightwater Streaming", "stock", 0.430, 52.0),
    Asset("BIOT", "Kestrel Biotech", "stock", 0.470, 39.0),
    Asset("EVEH", "Volta Vehicles", "stock", 0.510, 63.0),
    Asset("SPAC", "Farside Launch Systems", "stock", 0.550, 18.0),
    Asset("HYDR", "Nimbus Hydrogen", "stock", 0.600, 15.0),
    Asset("XBIT", "Bitcrown", "crypto", 0.650, 31_000.0),
    Asset("XETR", "Etherion", "crypto", 0.720, 1_900.0),
    Asset("XLIT", "Litmus Coin", "crypto", 0.790, 75.0),
    Asset("XSOL", "Solace", "crypto", 0.860, 42.0),
    Asset("XDOT", "Polkadrift", "crypto", 0.930, 6.5),
    Asset("XDOG", "Hound Coin", "crypto", 1.050, 2.1),
)
# Carries a defect and is traded by nobody, so that rejecting it harms no trade.
DEFECTIVE_ASSET = Asset("ZZ99", "Unpriced Certificate", "stock", -0.25, 1.0)

ASSET_IDS = tuple(asset.asset_id for asset in (*ASSETS, DEFECTIVE_ASSET))
ASSET_TITLES = tuple(asset.name for asset in (*ASSETS, DEFECTIVE_ASSET))
VOLATILITIES = np.array([asset.annualised_volatility for asset in ASSETS])
IS_CRYPTO = np.array([asset.asset_class == "crypto" for asset in ASSETS])
# Shares and funds are traded in hundredths, coins down to their smallest unit.
QUANTITY_DECIMALS = np.where(IS_CRYPTO, 8, 2)


@dataclass(frozen=True)
class Market:
    """Daily prices in USD, one row per asset and one column per day from `first_day` on."""

    first_day: int
    prices_usd: NDArray

    def price_on(self, asset: NDArray, day: NDArray) -> NDArray:
        """Return the daily price of each asset on each day."""
        return self.prices_usd[asset, day - self.first_day]


def random_walk_market(timeline: Timeline, streams: Streams) -> Market:
    """Return geometric random walks with the assets' volatilities, kept within a factor 20 of the first
    price.

    The limit only matters to coins, whose price could otherwise fall below what a quantity can express.
    """
    # Trades that would fall on a weekend move up to two days.
    days = timeline.last_day + 3 - timeline.first_day
    daily = VOLATILITIES[:, None] / np.sqrt(365)
    steps = streams("market.price_step").standard_normal((len(ASSETS), days))
    drift = YEARLY_RETURN / 365 - daily**2 / 2
    paths = np.clip(np.cumsum(drift + daily * steps, axis=1), -np.log(20), np.log(20))
    first = np.array([asset.first_price_usd for asset in ASSETS])[:, None]
    return Market(timeline.first_day, np.maximum(rounded(first * np.exp(paths)), 0.05))


def asset_frame() -> Frame:
    """Return the table of assets, the defective one last."""
    assets = (*ASSETS, DEFECTIVE_ASSET)
    return {
        "asset_id": np.arange(len(assets)),
        "asset_name": np.arange(len(assets)),
        "asset_class": np.array([ASSET_CLASSES.index(asset.asset_class) for asset in assets]),
        "annualised_volatility": np.array([asset.annualised_volatility for asset in assets]),
    }
