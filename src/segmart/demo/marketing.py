"""Offers, and what customers made of them, with a control group drawn at random and effects that differ."""

from dataclasses import dataclass

import numpy as np

from segmart.demo.archetypes import ARCHETYPES
from segmart.demo.arrays import Frame, moments
from segmart.demo.contract import ARMS, OFFER_CHANNELS, OFFER_KINDS
from segmart.demo.customers import Customers
from segmart.demo.streams import Streams
from segmart.demo.timeline import Timeline

TARGETED_RATIO = 0.09
RUN_DAYS = 45
SENDING_DAYS = 30
CLICK_RATIO = 0.22
TEST = ARMS.index("test")

# Uplift of the conversion ratio by archetype, in the order of `OFFER_KINDS`; elsewhere an offer does nothing.
UPLIFTS = {
    "day_trader": (0.14, 0.0, 0.0, 0.01, 0.0, 0.03),
    "core_investor": (0.03, 0.02, 0.12, 0.01, 0.0, 0.02),
    "saver": (0.0, 0.15, 0.02, 0.05, 0.0, 0.02),
    "fading": (0.02, 0.02, 0.05, 0.02, 0.10, 0.0),
    "dormant_wealthy": (0.0, 0.0, 0.13, 0.0, 0.06, 0.0),
    "drifting_away": (0.0, 0.02, 0.01, 0.02, 0.07, 0.03),
    # Reminded of an account they had forgotten, some close it.
    "lapsed_small": (0.0, 0.0, 0.0, 0.0, -0.015, 0.02),
    "funded_waiting": (0.04, 0.05, 0.02, 0.12, 0.0, 0.0),
    "funded_forgotten": (0.0, 0.03, 0.0, 0.02, 0.03, 0.0),
    "registered_only": (0.0, 0.01, 0.0, 0.02, 0.0, 0.01),
}
UPLIFT_RATIOS = np.array([UPLIFTS[kind.name] for kind in ARCHETYPES])
BASE_RATIOS = np.array((0.04, 0.05, 0.03, 0.06, 0.02, 0.03))


@dataclass(frozen=True)
class Offer:
    """One campaign; the start is counted back from the as-of date."""

    name: str
    kind: str
    channel: str
    reward_usd: float
    started_days_ago: int


OFFERS = (
    Offer("Half fees for a month", "fee_rebate", "app", 25, 330),
    Offer("Savings plan without fees", "savings_plan", "email", 10, 310),
    Offer("An hour with an adviser", "advice", "letter", 80, 280),
    Offer("First steps in investing", "education", "email", 0, 250),
    Offer("We miss you", "welcome_back", "email", 15, 220),
    Offer("Loan against securities", "lending", "app", 0, 190),
    Offer("Ten free trades", "fee_rebate", "app", 20, 160),
    Offer("Round up and invest", "savings_plan", "app", 5, 130),
    Offer("Portfolio health check", "advice", "app", 40, 100),
    Offer("Webinar: what is an ETF?", "education", "email", 0, 70),
    Offer("Come back bonus", "welcome_back", "letter", 30, 40),
    # Still running when the files end.
    Offer("Personal loan pre-approval", "lending", "email", 0, 20),
)
OFFER_KIND_CODES = np.array([OFFER_KINDS.index(offer.kind) for offer in OFFERS])


def offer_frame(timeline: Timeline) -> Frame:
    """Return the table of offers."""
    starts = timeline.as_of_day - np.array([offer.started_days_ago for offer in OFFERS])
    return {
        "offer_id": np.arange(1, len(OFFERS) + 1),
        "offer_name": np.array([offer.name for offer in OFFERS], dtype=object),
        "offer_kind": OFFER_KIND_CODES,
        "channel": np.array([OFFER_CHANNELS.index(offer.channel) for offer in OFFERS]),
        "reward_usd": np.array([offer.reward_usd for offer in OFFERS], float),
        "starts_date": starts,
        "ends_date": starts + RUN_DAYS,
    }


def offer_event_frame(customers: Customers, timeline: Timeline, first_event: int, streams: Streams) -> Frame:
    """Return the events: everybody targeted has a `sent` row, also in the control arm, whose members were
    sent a neutral letter without the offer; so both arms have their denominators in the same place.
    """
    targeted = streams("marketing.targeted").random((customers.count, len(OFFERS))) < TARGETED_RATIO
    owner, offer = np.nonzero(targeted)
    count = owner.size
    kind = OFFER_KIND_CODES[offer]
    arm = streams("marketing.arm").integers(0, len(ARMS), count)
    uplift = UPLIFT_RATIOS[customers.archetype[owner], kind]
    converts = streams("marketing.converts").random(count) < BASE_RATIOS[kind] + np.where(
        arm == TEST, uplift, 0
    )
    # Nobody converts on an offer in the test arm without having opened it; control members find their own
    # way.
    clicks = (arm == TEST) & (converts | (streams("marketing.clicks").random(count) < CLICK_RATIO))

    started = timeline.as_of_day - np.array([item.started_days_ago for item in OFFERS])[offer]
    sent_day = started + streams("marketing.sent_day").integers(0, SENDING_DAYS, count)
    waits = [
        streams(f"marketing.{event}_wait").exponential(days, count)
        for event, days in (("click", 2), ("convert", 4))
    ]
    seconds = np.floor(streams("marketing.second").uniform(28_800, 64_800, count))
    sent_at = moments(sent_day, seconds)
    clicked_at = moments(sent_day, seconds + 60 + 86_400 * np.minimum(waits[0], 8))
    converted_at = clicked_at + moments(np.zeros(count, np.int64), 300 + 86_400 * np.minimum(waits[1], 12))

    happened = np.column_stack((np.ones(count, bool), clicks, converts))
    row, event = np.nonzero(happened)
    occurred_at = np.column_stack((sent_at, clicked_at, converted_at))[row, event]
    # The files end a few days after the as-of date.
    seen = occurred_at < moments(np.array(timeline.last_day + 1), np.array(0))
    row, event, occurred_at = row[seen], event[seen], occurred_at[seen]
    return {
        "event_id": first_event + np.arange(row.size),
        "customer_id": customers.number[owner[row]],
        "offer_id": offer[row] + 1,
        "arm": arm[row],
        "event_type": event,
        "occurred_at": occurred_at,
    }


def offer_effect_truth() -> Frame:
    """Return base conversion and uplift of each offer for each archetype."""
    kinds = np.repeat(OFFER_KIND_CODES, len(ARCHETYPES))
    archetypes = np.tile(np.arange(len(ARCHETYPES)), len(OFFERS))
    return {
        "offer_id": np.repeat(np.arange(1, len(OFFERS) + 1), len(ARCHETYPES)),
        "archetype": archetypes,
        "base_conversion_ratio": BASE_RATIOS[kinds],
        "uplift_ratio": UPLIFT_RATIOS[archetypes, kinds],
    }
