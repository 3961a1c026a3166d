"""What every file of the demo ledger promises: its columns, their types and how a row is traced.

One table, one entry, so that the whole input contract can be read in one place. Encoding a frame by its entry
is the only step where codes become text and `MISSING` becomes null.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from segmart.demo.archetypes import ANOMALY_NAMES, ARCHETYPE_NAMES, MIS_RULED_NAMES
from segmart.demo.arrays import MISSING, Frame
from segmart.demo.market import ASSET_CLASSES, ASSET_IDS, ASSET_TITLES


@dataclass(frozen=True)
class Identifier:
    """A prefix and a zero-padded number, such as C00000042."""

    prefix: str
    digits: int
    arrow_type = pa.string()

    def encode(self, numbers: NDArray) -> pa.Array:
        """Return text of constant width, written digit by digit into one buffer."""
        missing = numbers == MISSING
        width = len(self.prefix) + self.digits
        text = np.empty((numbers.size, width), np.uint8)
        text[:, : len(self.prefix)] = np.frombuffer(self.prefix.encode(), np.uint8)
        rest = np.where(missing, 0, numbers)
        for place in range(width - 1, len(self.prefix) - 1, -1):
            rest, digit = np.divmod(rest, 10)
            text[:, place] = ord("0") + digit
        offsets = np.arange(numbers.size + 1, dtype=np.int32) * width
        array = pa.StringArray.from_buffers(numbers.size, pa.py_buffer(offsets), pa.py_buffer(text))
        return pc.if_else(pa.array(missing), None, array) if missing.any() else array


@dataclass(frozen=True)
class Category:
    """A code that stands for one of a few texts."""

    values: tuple[str, ...]
    arrow_type = pa.string()

    def encode(self, codes: NDArray) -> pa.Array:
        """Return the texts; a negative code is no value."""
        return pa.array(self.values, pa.string()).take(pa.array(codes, pa.int64(), mask=codes < 0))


@dataclass(frozen=True)
class Text:
    """Free text; None is no value."""

    arrow_type = pa.string()

    def encode(self, values: NDArray) -> pa.Array:
        """Return the texts."""
        return pa.array(values, pa.string())


@dataclass(frozen=True)
class Amount:
    """A real number. Not-a-number means "unknown", unless it is to be kept as the defect it is."""

    keep_nan: bool = False
    arrow_type = pa.float64()

    def encode(self, values: NDArray) -> pa.Array:
        """Return doubles."""
        return pa.array(values, pa.float64(), from_pandas=not self.keep_nan)


@dataclass(frozen=True)
class Whole:
    """A whole number: a count, a day or a moment, by its Arrow type."""

    arrow_type: pa.DataType

    def encode(self, values: NDArray) -> pa.Array:
        """Return 32-bit integers or dates, or 64-bit timestamps, with nulls for `MISSING`."""
        missing = values == MISSING
        width = pa.int32() if self.arrow_type.bit_width == 32 else pa.int64()
        narrow = np.where(missing, 0, values).astype(width.to_pandas_dtype())
        return pa.array(narrow, width, mask=missing).cast(self.arrow_type)


@dataclass(frozen=True)
class Flag:
    """True or false."""

    arrow_type = pa.bool_()

    def encode(self, values: NDArray) -> pa.Array:
        """Return booleans."""
        return pa.array(values, pa.bool_())


Column = Identifier | Category | Text | Amount | Whole | Flag

CUSTOMER = Identifier("C", 8)
COUNT = Whole(pa.int32())
DAY = Whole(pa.date32())
MOMENT = Whole(pa.timestamp("us"))
USD = Amount()
RATIO = Amount()


@dataclass(frozen=True)
class Table:
    """The columns of one file, its key, and what a row without a key can be traced by."""

    columns: dict[str, Column]
    key: tuple[str, ...]
    trace: tuple[str, ...] = ()
    # Rows of a chunk are written in this order, so that planted rows do not stand together at its end.
    order: str | None = None

    @property
    def schema(self) -> pa.Schema:
        """The Arrow schema of the file."""
        return pa.schema([(name, column.arrow_type) for name, column in self.columns.items()])

    def encode(self, frame: Frame) -> pa.Table:
        """Return the frame's rows as the file holds them; columns the contract does not name stay behind."""
        return pa.Table.from_arrays(
            [column.encode(frame[name]) for name, column in self.columns.items()], schema=self.schema
        )


COUNTRIES = ("DE", "FR", "NL", "ES", "IT", "PL", "SE", "PT")
# The last ones are what no source document lists: a staging model has to notice them.
CUSTOMER_TYPES = ("individual", "corporate", "partnership")
SIDES = ("buy", "sell", "exchange")
DIRECTIONS = ("in", "out", "transfer")
GENDERS = ("female", "male")

PURPOSES = ("car", "home_improvement", "education", "debt_consolidation", "household_goods", "business")
HOUSINGS = ("own", "rent", "with_family")
LOAN_CHANNELS = ("branch", "web", "app")
DECISIONS = ("approved", "declined")

CHANNELS = ("branch", "atm", "mobile_app", "web")
OCCUPATIONS = (
    "employee_private",
    "employee_public",
    "self_employed",
    "retired",
    "student",
    "homemaker",
    "trader_wholesale",
    "real_estate_agent",
    "public_official",
)
INCOME_SOURCES = ("salary", "pension", "business_income", "investments", "rent", "family_support")
ACCOUNT_TYPES = ("current", "savings", "staff", "foreign_currency")
RISK_TIERS = ("low", "medium", "high")

ARMS = ("test", "control")
OFFER_EVENTS = ("sent", "clicked", "converted")
OFFER_KINDS = ("fee_rebate", "savings_plan", "advice", "education", "welcome_back", "lending")
OFFER_CHANNELS = ("email", "app", "letter")

PROFILE_GROUPS = (
    "careful_low_income",
    "eager_low_income",
    "middle",
    "careful_high_income",
    "eager_high_income",
)
CONTRADICTIONS = ("declares_less_than_traded", "declares_more_than_traded")


# By the path of the file inside the ledger, without suffix.
TABLES: dict[str, Table] = {
    "brokerage/customers": Table(
        columns={
            "customer_id": CUSTOMER,
            "opened_date": DAY,
            "birth_date": DAY,
            "country": Category(COUNTRIES),
            "customer_type": Category(CUSTOMER_TYPES),
            "gender": Category(GENDERS),
            "annual_income_usd": USD,
            "spending_score": Amount(),
            "recorded_at": MOMENT,
        },
        key=("customer_id",),
        trace=("opened_date", "recorded_at"),
        order="recorded_at",
    ),
    "brokerage/assets": Table(
        columns={
            "asset_id": Category(ASSET_IDS),
            "asset_name": Category(ASSET_TITLES),
            "asset_class": Category(ASSET_CLASSES),
            "annualised_volatility": RATIO,
        },
        key=("asset_id",),
    ),
    "brokerage/trades": Table(
        columns={
            "trade_id": Identifier("T", 12),
            "customer_id": CUSTOMER,
            "asset_id": Category(ASSET_IDS),
            "side": Category(SIDES),
            "quantity": Amount(keep_nan=True),
            "price_usd": Amount(keep_nan=True),
            "fee_usd": USD,
            "traded_at": MOMENT,
            "recorded_at": MOMENT,
        },
        key=("trade_id",),
        trace=("customer_id", "traded_at"),
        order="recorded_at",
    ),
    "brokerage/account_values": Table(
        columns={
            "customer_id": CUSTOMER,
            "value_date": DAY,
            "cash_usd": USD,
            "holdings_usd": USD,
            "net_asset_value_usd": USD,
        },
        key=("customer_id", "value_date"),
        order="value_date",
    ),
    "brokerage/cash_movements": Table(
        columns={
            "movement_id": Identifier("M", 12),
            "customer_id": CUSTOMER,
            "direction": Category(DIRECTIONS),
            "amount_usd": USD,
            "moved_at": MOMENT,
            "recorded_at": MOMENT,
        },
        key=("movement_id",),
        order="recorded_at",
    ),
    "brokerage/logins": Table(
        columns={"customer_id": CUSTOMER, "login_date": DAY, "login_count": COUNT},
        key=("customer_id", "login_date"),
        order="login_date",
    ),
    "lending/applications": Table(
        columns={
            "application_id": Identifier("L", 10),
            "customer_id": CUSTOMER,
            "applied_date": DAY,
            "requested_amount_usd": USD,
            "term_months": COUNT,
            "purpose": Category(PURPOSES),
            "interest_rate_ratio": RATIO,
            "instalment_usd": USD,
            "annual_income_usd": USD,
            "employment_months": COUNT,
            "housing": Category(HOUSINGS),
            "dependant_count": COUNT,
            "existing_loan_count": COUNT,
            "existing_monthly_debt_usd": USD,
            "channel": Category(LOAN_CHANNELS),
            "decision": Category(DECISIONS),
            "recorded_at": MOMENT,
        },
        key=("application_id",),
        order="recorded_at",
    ),
    "lending/repayments": Table(
        columns={
            "application_id": Identifier("L", 10),
            "instalment_number": COUNT,
            "due_date": DAY,
            "due_usd": USD,
            "paid_date": DAY,
            "paid_usd": USD,
        },
        key=("application_id", "instalment_number"),
        order="due_date",
    ),
    "compliance/risk_factors": Table(
        columns={
            "customer_id": CUSTOMER,
            "channel": Category(CHANNELS),
            "occupation": Category(OCCUPATIONS),
            "source_of_income": Category(INCOME_SOURCES),
            "account_type": Category(ACCOUNT_TYPES),
            "residence_country": Category(COUNTRIES),
            "birth_date": DAY,
            "gender": Category(GENDERS),
            "is_pep": Flag(),
            "is_high_net_worth": Flag(),
            "customer_since_date": DAY,
            "expected_monthly_volume_usd": USD,
            "actual_monthly_volume_usd": USD,
            "cash_monthly_volume_usd": USD,
            "online_transfer_count_30d": COUNT,
            "non_face_to_face_count_30d": COUNT,
            "alert_count_365d": COUNT,
            "cash_report_count_365d": COUNT,
            "was_reported_before": Flag(),
            "assessed_date": DAY,
            # Always empty, as in the sheets compliance departments really send.
            "industry": Category(()),
            "place_of_birth": Category(()),
            "average_balance_usd": USD,
        },
        key=("customer_id", "channel"),
    ),
    "suitability/questionnaires": Table(
        columns={
            "questionnaire_id": Identifier("Q", 10),
            "customer_id": CUSTOMER,
            "answered_date": DAY,
            "declared_risk_score": Amount(),
            "recorded_at": MOMENT,
        },
        key=("questionnaire_id",),
        order="recorded_at",
    ),
    "marketing/offers": Table(
        columns={
            "offer_id": Identifier("O", 2),
            "offer_name": Text(),
            "offer_kind": Category(OFFER_KINDS),
            "channel": Category(OFFER_CHANNELS),
            "reward_usd": USD,
            "starts_date": DAY,
            "ends_date": DAY,
        },
        key=("offer_id",),
    ),
    "marketing/offer_events": Table(
        columns={
            "event_id": Identifier("E", 12),
            "customer_id": CUSTOMER,
            "offer_id": Identifier("O", 2),
            "arm": Category(ARMS),
            "event_type": Category(OFFER_EVENTS),
            "occurred_at": MOMENT,
        },
        key=("event_id",),
        order="occurred_at",
    ),
    "truth/customers": Table(
        columns={
            "customer_id": CUSTOMER,
            "activity_status": Text(),
            "archetype": Category(ARCHETYPE_NAMES),
            "mis_ruled_kind": Category(MIS_RULED_NAMES),
            "is_trading_anomaly": Flag(),
            "anomaly_kind": Category(ANOMALY_NAMES),
            "risk_appetite": RATIO,
            "contradiction": Category(CONTRADICTIONS),
            "profile_group": Category(PROFILE_GROUPS),
            "compliance_risk": Category(RISK_TIERS),
        },
        key=("customer_id",),
    ),
    "truth/applications": Table(
        columns={
            "application_id": Identifier("L", 10),
            "customer_id": CUSTOMER,
            "default_probability": RATIO,
            "default_logit": Amount(),
            # What will have happened after 12 months, matured or not; null for a declined application.
            "default_outcome": Category(("repaid", "default_12m")),
        },
        key=("application_id",),
    ),
    "truth/offer_effects": Table(
        columns={
            "offer_id": Identifier("O", 2),
            "archetype": Category(ARCHETYPE_NAMES),
            "base_conversion_ratio": RATIO,
            "uplift_ratio": RATIO,
        },
        key=("offer_id", "archetype"),
    ),
    "truth/drift": Table(
        columns={
            "archetype": Category(ARCHETYPE_NAMES),
            "quantity": Text(),
            "starts_date": DAY,
            "effect": Text(),
        },
        key=("archetype", "quantity"),
    ),
    "truth/defects": Table(
        columns={
            "source_name": Text(),
            "table_name": Text(),
            "row_key": Text(),
            "column_name": Text(),
            "defect_class": Text(),
            "planted_value": Text(),
            "expected_handling": Text(),
        },
        key=("source_name", "table_name", "row_key", "defect_class"),
    ),
}
