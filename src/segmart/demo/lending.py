"""Loans whose default depends on behaviour: debt, earlier loans, net asset value and what was traded before.

Gender and age have no part in it, neither directly nor through another column: a fairness table on this
ledger must come out even.
"""

import numpy as np
from numpy.typing import NDArray

from segmart.demo.archetypes import NONE
from segmart.demo.arrays import (
    MICROSECONDS_PER_DAY,
    MISSING,
    Frame,
    choose,
    moments,
    owner_day_key,
    owners,
    positions,
    rounded,
    stack,
    take,
)
from segmart.demo.contract import DECISIONS, HOUSINGS, LOAN_CHANNELS, PURPOSES
from segmart.demo.customers import Customers
from segmart.demo.streams import Streams
from segmart.demo.timeline import Timeline

BORROWER_RATIO = 0.34
# Of all borrowers, how many apply once, twice, three times.
APPLICATION_COUNT_RATIOS = (0.60, 0.28, 0.12)
APPLICATION_DAYS = 1_000
DAYS_BETWEEN_APPLICATIONS = 120
DAYS_PER_MONTH = 30.4375
TERMS_MONTHS = np.array((12, 24, 36, 48, 60))
TERM_RATIOS = (0.20, 0.27, 0.28, 0.15, 0.10)
APPROVED, DECLINED = DECISIONS.index("approved"), DECISIONS.index("declined")

# The true model in log-odds; each quantity is what was known before the application day.
INTERCEPT = -5.0
PER_DEBT_TO_INCOME = 5.0
PER_TRADED_VOLATILITY = 4.0
PER_LOG_NET_ASSET_VALUE = -0.38
PER_EXISTING_LOAN = 0.35
PER_LATE_INSTALMENT = 0.75
MOST_LATE_INSTALMENTS = 4
NEW_IN_EMPLOYMENT = 0.80
NEW_EMPLOYMENT_MONTHS = 12
PER_TERM_YEAR = 0.12

# An application with more debt than this against income is declined, as is one by a known defaulter, and a
# few more.
HIGHEST_DEBT_TO_INCOME = 0.85
OTHERWISE_DECLINED_RATIO = 0.05

LATE_DAYS = 15
DEFAULT_DAYS = 90
# "90 days past due within 12 months" needs the first missed instalment to be one of the first eight.
LAST_DEFAULTING_INSTALMENT = 8
LATER_DEFAULT_RATIO = 0.35
# A defaulted loan keeps falling due for a while, then it is written off.
INSTALMENTS_AFTER_DEFAULT = 6
NEVER = np.iinfo(np.int32).max


def draw_schedule(customers: Customers, timeline: Timeline, streams: Streams) -> Frame:
    """Return `owner`, `turn` (0 for an owner's first loan) and `day` of each application, sorted by owner and
    day.

    Applications of one customer are at least four months apart; firms do not apply.
    """
    borrows = (streams("lending.borrows").random(customers.count) < BORROWER_RATIO) & ~customers.is_corporate
    first = np.maximum(timeline.as_of_day - APPLICATION_DAYS, customers.opened_day + 30)
    span = timeline.last_day - first
    wanted = 1 + choose(APPLICATION_COUNT_RATIOS, streams("lending.count").random(customers.count))
    possible = np.maximum(span // DAYS_BETWEEN_APPLICATIONS, 1)
    counts = np.where(borrows & (span > 0), np.minimum(wanted, possible), 0)
    owner, turn = owners(counts), positions(counts)
    # Equal slots with one application in each, the last part of a slot left free if another one follows.
    slot = span[owner] / np.maximum(counts[owner], 1)
    usable = np.where(counts[owner] > 1, np.maximum(slot - DAYS_BETWEEN_APPLICATIONS, 0), slot)
    offset = np.floor(turn * slot + streams("lending.day").random(owner.size) * usable)
    return {"owner": owner, "turn": turn, "day": first[owner] + offset.astype(np.int64)}


def lending_frames(
    customers: Customers,
    schedule: Frame,
    trades: Frame,
    account_values: Frame,
    timeline: Timeline,
    first_application: int,
    streams: Streams,
) -> tuple[Frame, Frame, Frame]:
    """Return applications, repayments and the truth about each application.

    `trades` and `account_values` are the clean frames, sorted by customer and time.
    """
    book = _applications(customers, schedule, first_application, streams)
    logit = _logit_before_history(book, schedule, trades, account_values)
    chance = {
        name: streams(f"lending.{name}_chance").random(logit.size)
        for name in ("default", "missed", "later", "later_missed", "declined")
    }
    decision = np.full(logit.size, DECLINED)
    outcome = np.full(logit.size, NONE)
    probability = np.zeros(logit.size)
    instalments: list[Frame] = []
    # A later loan depends on how the same customer's earlier ones were paid: one round per turn, all owners
    # at once.
    for turn in range(len(APPLICATION_COUNT_RATIOS)):
        rows = np.flatnonzero(schedule["turn"] == turn)
        late, has_defaulted = _history_known(instalments, schedule, rows, customers.count)
        logit[rows] += PER_LATE_INSTALMENT * np.minimum(late, MOST_LATE_INSTALMENTS)
        probability[rows] = 1 / (1 + np.exp(-logit[rows]))
        declined = (
            has_defaulted
            | (book["debt_to_income"][rows] > HIGHEST_DEBT_TO_INCOME)
            | (chance["declined"][rows] < OTHERWISE_DECLINED_RATIO)
        )
        approved = rows[~declined]
        decision[approved] = APPROVED
        outcome[approved] = chance["default"][approved] < probability[approved]
        loans = {
            "application": approved,
            "day": schedule["day"][approved],
            "probability": probability[approved],
            "term_months": book["term_months"][approved],
            "first_missed": _first_missed(book, outcome, probability, chance)[approved],
        }
        instalments.append(_instalments(loans, timeline, streams(f"lending.lateness_{turn}")))

    truth = {
        "application_id": book["application_id"],
        "customer_id": book["customer_id"],
        "default_probability": probability,
        "default_logit": logit,
        "default_outcome": outcome,
    }
    return book | {"decision": decision}, _repayments(stack(instalments), book, timeline), truth


def volatility_traded_before(trades: Frame, owner: NDArray, day: NDArray) -> NDArray:
    """Return the notional-weighted volatility of what each owner traded before a day; 0 without a trade.

    `trades` is sorted by owner and time, so what lies between two rows is a difference of two running sums.
    """
    key = owner_day_key(trades["owner"], trades["traded_at"] // MICROSECONDS_PER_DAY)
    start = np.searchsorted(key, owner_day_key(owner, 0))
    end = np.searchsorted(key, owner_day_key(owner, day))
    notional = trades["quantity"] * trades["price_usd"]
    weighted = np.append(0, np.cumsum(notional * trades["volatility"]))
    total = np.append(0, np.cumsum(notional))
    return np.where(
        end > start, (weighted[end] - weighted[start]) / np.maximum(total[end] - total[start], 1e-9), 0
    )


def value_known_before(account_values: Frame, customer: NDArray, day: NDArray) -> NDArray:
    """Return each customer's last net asset value in USD dated before a day; 0 where there is none."""
    key = owner_day_key(account_values["customer_id"], account_values["value_date"])
    # Where nothing comes before, "last" is -1: the row of nobody, appended for that purpose.
    last = np.searchsorted(key, owner_day_key(customer, day)) - 1
    known_customer = np.append(account_values["customer_id"], MISSING)[last]
    known_value = np.append(account_values["net_asset_value_usd"], 0.0)[last]
    return np.where(known_customer == customer, known_value, 0.0)


def _applications(customers: Customers, schedule: Frame, first_application: int, streams: Streams) -> Frame:
    """Return the applications without the decision; two further columns are for the true model only."""
    owner, day = schedule["owner"], schedule["day"]
    count = owner.size
    income_noise = 0.08 * streams("lending.income").standard_normal(count)
    income = rounded(customers.annual_income_usd[owner] * np.exp(income_noise), -2)
    amount_noise = 0.65 * streams("lending.amount").standard_normal(count)
    amount = np.clip(rounded(income * 0.26 * np.exp(amount_noise), -2), 500, 80_000)
    term = TERMS_MONTHS[choose(TERM_RATIOS, streams("lending.term").random(count))]
    rate = rounded(0.045 + 0.09 * streams("lending.rate").beta(2, 3, count), 4)
    instalment = rounded(amount * rate / 12 / (1 - (1 + rate / 12) ** -term))
    loans = streams("lending.existing_loans").poisson(0.7, count)
    debt_noise = 0.4 * streams("lending.debt").standard_normal(count)
    debt = rounded(loans * income / 12 * 0.09 * np.exp(debt_noise))
    # Time with the present employer says nothing about age here: at most seven years, and nobody is under 25.
    employment = np.minimum(streams("lending.employment").exponential(34, count), 84).astype(np.int64)
    has_unknown_employment = streams("lending.employment_unknown").random(count) < 0.03
    has_unknown_housing = streams("lending.housing_unknown").random(count) < 0.02
    housing = streams("lending.housing").integers(0, len(HOUSINGS), count)
    return {
        "application_id": first_application + np.arange(count),
        "customer_id": customers.number[owner],
        "applied_date": day,
        "requested_amount_usd": amount,
        "term_months": term,
        "purpose": streams("lending.purpose").integers(0, len(PURPOSES), count),
        "interest_rate_ratio": rate,
        "instalment_usd": instalment,
        "annual_income_usd": income,
        "employment_months": np.where(has_unknown_employment, MISSING, employment),
        "housing": np.where(has_unknown_housing, NONE, housing),
        "dependant_count": np.minimum(streams("lending.dependants").poisson(0.8, count), 6),
        "existing_loan_count": loans,
        "existing_monthly_debt_usd": debt,
        "channel": streams("lending.channel").integers(0, len(LOAN_CHANNELS), count),
        "recorded_at": moments(day, 28_800 + 43_200 * streams("lending.recorded_at").random(count)),
        "is_new_in_employment": employment < NEW_EMPLOYMENT_MONTHS,
        "debt_to_income": (debt + instalment) / (income / 12),
    }


def _logit_before_history(book: Frame, schedule: Frame, trades: Frame, account_values: Frame) -> NDArray:
    """Return the log-odds of default from everything but earlier loans."""
    volatility = volatility_traded_before(trades, schedule["owner"], schedule["day"])
    value = value_known_before(account_values, book["customer_id"], schedule["day"])
    return (
        INTERCEPT
        + PER_DEBT_TO_INCOME * np.minimum(book["debt_to_income"], 1.2)
        + PER_TRADED_VOLATILITY * volatility
        + PER_LOG_NET_ASSET_VALUE * (np.log1p(value) - 8)
        + PER_EXISTING_LOAN * book["existing_loan_count"]
        + NEW_IN_EMPLOYMENT * book["is_new_in_employment"]
        + PER_TERM_YEAR * (book["term_months"] / 12 - 2)
    )


def _history_known(
    instalments: list[Frame], schedule: Frame, rows: NDArray, customer_count: int
) -> tuple[NDArray, NDArray]:
    """Return for each application the instalments its owner had been seen to pay late, and whether one is in
    default.

    "Seen" means before the application day: an unpaid instalment is as late as it is on that day.
    """
    late = np.zeros(customer_count, np.int64)
    has_defaulted = np.zeros(customer_count, bool)
    seen_until = np.zeros(customer_count, np.int64)
    seen_until[schedule["owner"][rows]] = schedule["day"][rows]
    for frame in instalments:
        payer = schedule["owner"][frame["application"]]
        days_late = np.minimum(frame["paid_date"], seen_until[payer]) - frame["due_date"]
        np.add.at(late, payer, days_late > LATE_DAYS)
        np.logical_or.at(has_defaulted, payer, days_late >= DEFAULT_DAYS)
    owner = schedule["owner"][rows]
    return late[owner], has_defaulted[owner]


def _first_missed(book: Frame, outcome: NDArray, probability: NDArray, chance: dict[str, NDArray]) -> NDArray:
    """Return the number of the first instalment never paid; one beyond the term where all are paid."""
    term = book["term_months"]
    early = 1 + np.floor(chance["missed"] * LAST_DEFAULTING_INSTALMENT)
    later = 13 + np.floor(chance["later_missed"] * np.maximum(term - 12, 1))
    defaults_later = chance["later"] < LATER_DEFAULT_RATIO * probability
    return np.where(outcome == 1, early, np.where(defaults_later, later, term + 1)).astype(np.int64)


def _instalments(loans: Frame, timeline: Timeline, generator: np.random.Generator) -> Frame:
    """Return the instalments due before the files end and their day of payment, which may lie beyond."""
    fallen_due = np.floor((timeline.last_day - loans["day"]) / DAYS_PER_MONTH).astype(np.int64)
    most = np.minimum(loans["term_months"], loans["first_missed"] + INSTALMENTS_AFTER_DEFAULT)
    counts = np.clip(fallen_due, 0, most)
    loan, number = owners(counts), positions(counts) + 1
    due = loans["day"][loan] + np.floor(number * DAYS_PER_MONTH).astype(np.int64)

    late_chance, delay_chance = generator.random((loan.size, 2)).T
    is_late = late_chance < 0.03 + 0.5 * loans["probability"][loan]
    # Exponential and never near 90 days (whoever pays late here does pay), or up to three days early.
    days_late = np.where(is_late, np.minimum(1 - 14 * np.log1p(-delay_chance), 55), -3 * delay_chance)
    paid = np.where(number < loans["first_missed"][loan], due + np.floor(days_late), NEVER)
    return {
        "application": loans["application"][loan],
        "instalment_number": number,
        "due_date": due,
        "paid_date": paid.astype(np.int64),
    }


def _repayments(instalments: Frame, book: Frame, timeline: Timeline) -> Frame:
    """Return the instalments as the lender's table has them: paid after the files end is not paid yet."""
    instalments = take(
        instalments, np.lexsort((instalments["instalment_number"], instalments["application"]))
    )
    application = instalments["application"]
    is_paid = instalments["paid_date"] <= timeline.last_day
    due_usd = book["instalment_usd"][application]
    return {
        "application_id": book["application_id"][application],
        "instalment_number": instalments["instalment_number"],
        "due_date": instalments["due_date"],
        "due_usd": due_usd,
        "paid_date": np.where(is_paid, instalments["paid_date"], MISSING),
        "paid_usd": np.where(is_paid, due_usd, 0.0),
    }
