"""Risk factors for compliance: one row per customer and channel, most facts repeated in each of them."""

import numpy as np
from numpy.typing import NDArray

from segmart.demo.archetypes import NONE
from segmart.demo.arrays import MISSING, Frame, rounded
from segmart.demo.contract import ACCOUNT_TYPES, CHANNELS, INCOME_SOURCES, OCCUPATIONS, RISK_TIERS
from segmart.demo.customers import Customers
from segmart.demo.streams import Streams
from segmart.demo.timeline import Timeline

# Whether a customer uses branch, atm, mobile app, web; somebody who uses none gets the mobile app.
CHANNEL_RATIOS = np.array((0.42, 0.38, 0.55, 0.30))
UNKNOWN_RATIO = 0.03
HIGH_NET_WORTH_USD = 75_000

# By true risk: low, medium, high. What drives it: political exposure, volume against expectation, alerts,
# cash.
POLITICALLY_EXPOSED = np.array((0.002, 0.02, 0.86))
LOG_VOLUME_TO_EXPECTED = np.log((0.8, 1.9, 4.2))
ALERTS_365D = np.array((0.04, 1.6, 4.5))
CASH_RATIO = np.array((0.10, 0.32, 0.62))
CASH_REPORTS_365D = np.array((0.0, 0.1, 1.6))
NON_FACE_TO_FACE_30D = np.array((2.0, 5.0, 9.0))


def risk_factor_frame(customers: Customers, timeline: Timeline, streams: Streams) -> Frame:
    """Return one row per customer and channel used, about 1.7 for each customer."""
    count, risk = customers.count, customers.compliance_risk
    uses = streams("compliance.channel").random((count, len(CHANNELS))) < CHANNEL_RATIOS
    uses[~uses.any(axis=1), CHANNELS.index("mobile_app")] = True
    owner, channel = np.nonzero(uses)

    expected_noise = 0.45 * streams("compliance.expected").standard_normal(count)
    expected = rounded(4_000 * np.exp(expected_noise), -2)
    ratio_noise = 0.20 * streams("compliance.actual").standard_normal(count)
    actual = rounded(expected * np.exp(LOG_VOLUME_TO_EXPECTED[risk] + ratio_noise))
    cash_noise = 0.05 * streams("compliance.cash").standard_normal(count)
    cash = rounded(actual * np.clip(CASH_RATIO[risk] + cash_noise, 0, 1))
    facts = {
        "customer_id": customers.number,
        "occupation": _unless_unknown(
            streams("compliance.occupation").integers(0, len(OCCUPATIONS), count), NONE, "occupation", streams
        ),
        "source_of_income": _unless_unknown(
            streams("compliance.income_source").integers(0, len(INCOME_SOURCES), count),
            NONE,
            "income_source",
            streams,
        ),
        "account_type": streams("compliance.account_type").integers(0, len(ACCOUNT_TYPES), count),
        "residence_country": customers.country,
        "birth_date": np.where(customers.is_corporate, MISSING, customers.birth_day),
        "gender": np.where(customers.is_corporate, NONE, customers.gender),
        "is_pep": streams("compliance.pep").random(count) < POLITICALLY_EXPOSED[risk],
        "is_high_net_worth": customers.net_asset_value_usd > HIGH_NET_WORTH_USD,
        "customer_since_date": customers.opened_day,
        "expected_monthly_volume_usd": _unless_unknown(expected, np.nan, "expected", streams),
        "actual_monthly_volume_usd": actual,
        "cash_monthly_volume_usd": _unless_unknown(cash, np.nan, "cash", streams),
        "alert_count_365d": streams("compliance.alerts").poisson(ALERTS_365D[risk]),
        "cash_report_count_365d": streams("compliance.cash_reports").poisson(CASH_REPORTS_365D[risk]),
        "was_reported_before": (risk == RISK_TIERS.index("high"))
        & (streams("compliance.reported").random(count) < 0.25),
        "assessed_date": timeline.as_of_day - streams("compliance.assessed").integers(1, 180, count),
        "industry": np.full(count, NONE),
        "place_of_birth": np.full(count, NONE),
        "average_balance_usd": np.full(count, np.nan),
    }
    usage = NON_FACE_TO_FACE_30D[risk[owner]] / uses.sum(axis=1)[owner]
    return {name: values[owner] for name, values in facts.items()} | {
        "channel": channel,
        # The only facts that differ from channel to channel.
        "online_transfer_count_30d": streams("compliance.transfers").poisson(0.6 * usage),
        "non_face_to_face_count_30d": streams("compliance.non_face_to_face").poisson(usage),
    }


def _unless_unknown(values: NDArray, unknown: float, name: str, streams: Streams) -> NDArray:
    return np.where(
        streams(f"compliance.{name}_unknown").random(values.size) < UNKNOWN_RATIO, unknown, values
    )
