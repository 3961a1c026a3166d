"""Questionnaires: the appetite for risk that customers declare, which some of them contradict by trading."""

import numpy as np

from segmart.demo.arrays import Frame, moments, owners, positions, rounded
from segmart.demo.contract import CONTRADICTIONS
from segmart.demo.customers import CONTRADICTION, Customers
from segmart.demo.streams import Streams
from segmart.demo.timeline import Timeline

ANSWERING_RATIO = 0.75
AGAIN_RATIO = 0.25
ANSWER_NOISE = 0.06


def questionnaire_frame(
    customers: Customers, timeline: Timeline, first_questionnaire: int, streams: Streams
) -> Frame:
    """Return questionnaires with a declared risk score from 0 (none) to 1, most people's one, some people's
    two.

    The score is the latent appetite that also chooses assets and holding times, plus noise.
    """
    answers = streams("suitability.answers").random(customers.count) < ANSWERING_RATIO
    again = streams("suitability.again").random(customers.count) < AGAIN_RATIO
    counts = answers.astype(np.int64) * (1 + again)
    owner, turn = owners(counts), positions(counts)

    less, more = (
        CONTRADICTIONS.index(name) for name in ("declares_less_than_traded", "declares_more_than_traded")
    )
    kind = customers.contradiction[owner]
    appetite = customers.risk_appetite[owner]
    declared = appetite + CONTRADICTION * ((kind == more).astype(int) - (kind == less).astype(int))
    declared = declared + ANSWER_NOISE * streams("suitability.noise").standard_normal(owner.size)

    # The first one near the opening of the account, the second at some later time, a few after the as-of
    # date.
    first = np.maximum(timeline.first_day, customers.opened_day[owner])
    span = timeline.last_day - first
    wait = streams("suitability.wait").random(owner.size)
    day = first + np.floor(np.where(turn == 0, np.minimum(30, span) * wait, 31 + (span - 31) * wait))
    return {
        "questionnaire_id": first_questionnaire + np.arange(owner.size),
        "customer_id": customers.number[owner],
        "answered_date": day.astype(np.int64),
        "declared_risk_score": np.clip(rounded(declared, 3), 0, 1),
        "recorded_at": moments(
            day.astype(np.int64), 28_800 + 50_000 * streams("suitability.recorded_at").random(owner.size)
        ),
    }
