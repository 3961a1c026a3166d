"""The demo ledger keeps its promises: same seed same bytes, planted signals found, every defect on record."""

import hashlib
import json
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score, roc_auc_score, silhouette_score
from threadpoolctl import threadpool_limits

from segmart.demo import write_demo
from segmart.demo.archetypes import CASTING
from segmart.demo.contract import TABLES
from segmart.demo.customers import BLOCK
from segmart.demo.defects import DEFECTS
from segmart.demo.streams import Streams
from segmart.demo.workbook import HEADER_ROW, SHEET, header_of
from segmart.errors import InputError

AS_OF = date(2025, 12, 31)
AS_OF_DAY = pd.Timestamp(AS_OF)
CUSTOMERS = 5_000

OWNED_TABLES = [
    path for path, table in TABLES.items() if {"customer_id", "application_id"} & set(table.columns)
]

FEATURES = {
    "active": (
        "days_since_last_trade",
        "trade_count_365d",
        "traded_notional_usd_365d",
        "net_asset_value_usd",
    ),
    "inactive": ("days_since_last_trade", "net_asset_value_usd", "login_day_count_180d"),
    "nonactive": (
        "net_asset_value_usd",
        "cash_in_usd_180d",
        "account_age_days",
        "login_day_count_180d",
    ),
}


@pytest.fixture(scope="module")
def ledger(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("demo") / "ledger"
    write_demo(folder, CUSTOMERS)
    return folder


@pytest.fixture(scope="module")
def truth(ledger) -> pd.DataFrame:
    return read(ledger, "truth/customers").set_index("customer_id")


@pytest.fixture(scope="module")
def defects(ledger) -> pd.DataFrame:
    return read(ledger, "truth/defects")


@pytest.fixture(scope="module")
def trades(ledger, defects) -> pd.DataFrame:
    """Trades as a careful staging model would keep them, up to the as-of date."""
    frame = without_rejects(read(ledger, "brokerage/trades"), "trades", "trade_id", defects)
    frame = frame.sort_values(["trade_id", "recorded_at"]).drop_duplicates("trade_id", keep="last")
    frame = frame.assign(
        trade_date=frame["traded_at"].dt.normalize(), notional=frame["quantity"] * frame["price_usd"]
    )
    return frame[frame["trade_date"] <= AS_OF_DAY]


@pytest.fixture(scope="module")
def features(ledger, truth, defects, trades) -> pd.DataFrame:
    last_year = trades[trades["trade_date"] > AS_OF_DAY - pd.Timedelta(days=365)].groupby("customer_id")
    frame = truth.assign(
        days_since_last_trade=(AS_OF_DAY - trades.groupby("customer_id")["trade_date"].max()).dt.days,
        trade_count_365d=last_year.size(),
        traded_notional_usd_365d=last_year["notional"].sum(),
        net_asset_value_usd=latest_values(ledger),
        login_day_count_180d=login_days(ledger),
        cash_in_usd_180d=cash_in(ledger, defects),
        account_age_days=account_ages(ledger),
    )
    zero_if_none = [
        "trade_count_365d",
        "traded_notional_usd_365d",
        "login_day_count_180d",
        "cash_in_usd_180d",
    ]
    frame[zero_if_none] = frame[zero_if_none].fillna(0)
    return frame


def read(folder: Path, path: str) -> pd.DataFrame:
    frame = pq.read_table(folder / f"{path}.parquet").to_pandas(date_as_object=False)
    return frame


def without_rejects(frame: pd.DataFrame, table: str, key: str, defects: pd.DataFrame) -> pd.DataFrame:
    rejected = defects[(defects["table_name"] == table) & (defects["expected_handling"] == "reject_row")]
    return frame[frame[key].notna() & ~frame[key].isin(rejected["row_key"])]


def latest_values(ledger: Path) -> pd.Series:
    frame = read(ledger, "brokerage/account_values")
    error = (frame["cash_usd"] + frame["holdings_usd"] - frame["net_asset_value_usd"]).abs()
    frame = frame[(error < 0.01) & (frame["value_date"] <= AS_OF_DAY)]
    return frame.sort_values("value_date").groupby("customer_id")["net_asset_value_usd"].last()


def login_days(ledger: Path) -> pd.Series:
    frame = read(ledger, "brokerage/logins")
    frame = frame[(frame["login_count"] > 0) & within_180_days(frame["login_date"])]
    return frame.groupby("customer_id")["login_date"].nunique()


def cash_in(ledger: Path, defects: pd.DataFrame) -> pd.Series:
    frame = read(ledger, "brokerage/cash_movements")
    frame = without_rejects(frame, "cash_movements", "movement_id", defects).drop_duplicates("movement_id")
    frame = frame[(frame["direction"] == "in") & within_180_days(frame["moved_at"].dt.normalize())]
    return frame.groupby("customer_id")["amount_usd"].sum()


def account_ages(ledger: Path) -> pd.Series:
    frame = read(ledger, "brokerage/customers").dropna(subset="customer_id").drop_duplicates("customer_id")
    return (AS_OF_DAY - frame.set_index("customer_id")["opened_date"]).dt.days


def within_180_days(days: pd.Series) -> pd.Series:
    return (days <= AS_OF_DAY) & (days > AS_OF_DAY - pd.Timedelta(days=180))


def scaled(features: pd.DataFrame, status: str) -> np.ndarray:
    values = np.log1p(features[list(FEATURES[status])].astype(float))
    values = values.fillna(values.median())
    return ((values - values.mean()) / values.std(ddof=0)).to_numpy()


def clusters(points: np.ndarray, count: int) -> KMeans:
    with threadpool_limits(1):
        return KMeans(count, n_init=5, random_state=0).fit(points)


def digests(folder: Path) -> dict[str, str]:
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def test_the_same_seed_gives_the_same_bytes(tmp_path):
    write_demo(tmp_path / "a", 137, seed=7)
    write_demo(tmp_path / "b", 137, seed=7)

    assert digests(tmp_path / "a") == digests(tmp_path / "b")


def test_another_seed_gives_another_ledger(tmp_path):
    write_demo(tmp_path / "a", 137, seed=7)
    write_demo(tmp_path / "b", 137, seed=8)

    same = [
        name for name, digest in digests(tmp_path / "a").items() if digest == digests(tmp_path / "b")[name]
    ]
    assert sorted(same) == [
        "brokerage/assets.parquet",
        "marketing/offers.parquet",
        "truth/drift.parquet",
        "truth/offer_effects.parquet",
    ]


@pytest.mark.parametrize("path", OWNED_TABLES)
def test_a_customer_is_the_same_whatever_the_number_of_customers(tmp_path_factory, path):
    small, large = (write_once(tmp_path_factory, count) for count in (60, 90))
    few, many = read(small, path), read(large, path)
    owners = read(small, "truth/applications")
    known = {
        "customer_id": read(small, "truth/customers")["customer_id"],
        "application_id": owners["application_id"],
    }
    owner = "customer_id" if "customer_id" in few.columns else "application_id"

    of_few, of_many = (
        frame[frame[owner].isin(known[owner])].sort_values(list(frame.columns)).reset_index(drop=True)
        for frame in (few, many)
    )
    assert len(of_few) > 0
    pd.testing.assert_frame_equal(of_few, of_many)


def write_once(factory, customers: int) -> Path:
    folder = factory.getbasetemp() / f"prefix_{customers}"
    if not folder.exists():
        write_demo(folder, customers, seed=3)
    return folder


@pytest.mark.parametrize("customers", [1, 10, 137])
def test_any_size_gives_every_file_with_its_contract(tmp_path, customers):
    summary = write_demo(tmp_path / "demo", customers)

    assert summary.row_counts["truth/customers"] == customers
    for path, table in TABLES.items():
        file = pq.ParquetFile(tmp_path / "demo" / f"{path}.parquet")
        assert file.schema_arrow.equals(table.schema), path
        assert file.metadata.num_rows == summary.row_counts[path], path


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"customers": 0}, "--customers 5000"),
        ({"customers": -3}, "--customers 5000"),
        ({"customers": 2.5}, "--customers 5000"),
        ({"customers": True}, "--customers 5000"),
        ({"customers": 100_000_000}, "at most 89,999,999"),
        ({"seed": -1}, "--seed 1"),
        ({"as_of_date": "2025-12-31"}, "Give a day such as 2025-12-31"),
        ({"as_of_date": datetime(2025, 12, 31)}, "Give a day such as 2025-12-31"),
        ({"as_of_date": date(2300, 1, 1)}, "Give a day between 1980-01-01 and 2199-12-31"),
    ],
)
def test_a_senseless_argument_is_refused_with_a_remedy_and_writes_nothing(tmp_path, arguments, message):
    with pytest.raises(InputError, match=message):
        write_demo(tmp_path / "demo", **arguments)

    assert list(tmp_path.iterdir()) == []


def test_an_earlier_demo_is_replaced_and_its_marker_tells_what_is_there(tmp_path):
    write_demo(tmp_path / "demo", 20, seed=1)
    (tmp_path / "demo" / "brokerage" / "stale.parquet").touch()
    summary = write_demo(tmp_path / "demo", 10, seed=2, as_of_date=date(2024, 2, 29))

    marker = json.loads((tmp_path / "demo" / "demo.json").read_text())
    assert marker == {
        "made_by": "segmart demo",
        "customers": 10,
        "seed": 2,
        "as_of_date": "2024-02-29",
        "row_counts": summary.row_counts,
    }
    assert not (tmp_path / "demo" / "brokerage" / "stale.parquet").exists()
    assert [file.name for file in tmp_path.iterdir()] == ["demo"]


def test_an_empty_folder_is_used(tmp_path):
    (tmp_path / "demo").mkdir()
    write_demo(tmp_path / "demo", 1)

    assert (tmp_path / "demo" / "demo.json").exists()


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(InputError, match=r"has no demo\.json.*Choose another folder"):
        write_demo(tmp_path, 1)

    assert [file.name for file in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_file_in_place_of_the_folder_is_left_alone(tmp_path):
    (tmp_path / "demo").write_text("not a folder")
    with pytest.raises(InputError, match="not a folder"):
        write_demo(tmp_path / "demo", 1)

    assert (tmp_path / "demo").read_text() == "not a folder"


def test_an_interrupted_demo_leaves_the_last_one_untouched(tmp_path):
    def interrupt(done: int, wanted: int) -> None:
        if done:
            raise KeyboardInterrupt

    write_demo(tmp_path / "demo", 10, seed=1)
    before = digests(tmp_path / "demo")
    with pytest.raises(KeyboardInterrupt):
        write_demo(tmp_path / "demo", 10, seed=2, progress=interrupt)

    assert digests(tmp_path / "demo") == before
    assert [file.name for file in tmp_path.iterdir()] == ["demo"]


def test_what_a_killed_run_left_behind_is_cleared_away(tmp_path):
    leftover = tmp_path / ".demo.partial"
    leftover.mkdir()
    (leftover / "half.parquet").touch()
    write_demo(tmp_path / "demo", 1)

    assert [file.name for file in tmp_path.iterdir()] == ["demo"]


def test_progress_is_told_from_none_to_all(tmp_path):
    told = []
    write_demo(tmp_path / "demo", 137, progress=lambda done, wanted: told.append((done, wanted)))

    assert told == [(0, 137), (137, 137)]


def test_the_progress_bar_goes_to_stderr(tmp_path, capsys):
    write_demo(tmp_path / "demo", 1, progress=True)

    printed = capsys.readouterr()
    assert "customers" in printed.err
    assert printed.out == ""


def test_a_random_stream_cannot_be_drawn_twice():
    streams = Streams(1, 0)
    streams("ticket")
    with pytest.raises(ValueError, match="already in use"):
        streams("ticket")


def test_every_thousand_customers_hold_the_declared_shares(truth):
    assert sum(cast.per_thousand for cast in CASTING) == BLOCK
    for _, block in truth.groupby(np.arange(len(truth)) // BLOCK):
        assert block["activity_status"].value_counts().to_dict() == {
            "active": 600,
            "inactive": 220,
            "nonactive": 180,
        }
        assert block["mis_ruled_kind"].count() == 8
        assert block["is_trading_anomaly"].sum() == 4


def test_activity_status_follows_from_the_clean_trades(features):
    status = np.where(
        features["days_since_last_trade"].isna(),
        "nonactive",
        np.where(features["trade_count_365d"] > 0, "active", "inactive"),
    )

    assert (status == features["activity_status"]).all()


@pytest.mark.parametrize(("status", "count"), [("active", 4), ("inactive", 3), ("nonactive", 3)])
def test_the_archetypes_are_what_a_clustering_finds(features, status, count):
    members = features[features["activity_status"] == status]
    points = scaled(members, status)
    assert adjusted_rand_score(members["archetype"], clusters(points, count).labels_) >= 0.9

    sample = np.random.default_rng(0).permutation(len(points))[:1_200]
    silhouettes = {
        k: silhouette_score(points[sample], clusters(points, k).labels_[sample]) for k in range(2, 9)
    }
    assert max(silhouettes, key=silhouettes.get) == count


def test_the_mis_ruled_are_the_mismatches_between_rules_and_segments(features):
    """Exactly as the comparison does it: quintile scores, the usual grid, shares and margins."""
    active = features[features["activity_status"] == "active"].copy()
    points = scaled(active, "active")
    model = clusters(points, 4)
    nearest, next_nearest = np.sort(model.transform(points), axis=1)[:, :2].T
    margin = (next_nearest - nearest) / (next_nearest + nearest)

    recency = quintile(-active["days_since_last_trade"])
    frequency, money = quintile(active["trade_count_365d"]), quintile(active["traded_notional_usd_365d"])
    value = np.ceil((frequency + money) / 2)
    active["rule"] = [rule_segment(*scores) for scores in zip(recency, value, strict=True)]
    active["segment"] = model.labels_
    sizes = active.groupby("rule").size()
    share = active.groupby(["rule", "segment"])["archetype"].transform("size") / active["rule"].map(sizes)
    mismatch = (share < 0.05) & (margin >= 0.15)
    planted = active["mis_ruled_kind"].notna()

    assert set(active.loc[planted, "rule"]) == {"Champions", "Loyal"}
    assert (mismatch & planted).sum() / mismatch.sum() >= 0.97
    assert (mismatch & planted).sum() / planted.sum() >= 0.97


def quintile(values: pd.Series) -> np.ndarray:
    percent_rank = (values.rank(method="min") - 1) / (len(values) - 1)
    return np.minimum(1 + np.floor(5 * percent_rank), 5).to_numpy()


def rule_segment(recency: float, value: float) -> str:
    if recency >= 3 and value >= 4:
        return "Champions" if recency == 5 else "Loyal"
    if recency >= 4:
        return "Potential loyalist" if value >= 2 else "Promising or new"
    if recency == 3:
        return "Needs attention" if value == 3 else "About to sleep"
    if value >= 3:
        return "Cannot lose" if value == 5 else "At risk"
    return "Lost" if recency == 1 and value == 1 else "Hibernating"


def test_there_are_about_twenty_trades_and_few_rows_of_other_kinds_per_customer(ledger):
    rows = json.loads((ledger / "demo.json").read_text())["row_counts"]

    assert rows["brokerage/trades"] / CUSTOMERS == pytest.approx(21, abs=2)
    assert rows["brokerage/account_values"] / CUSTOMERS <= 14.5
    assert rows["brokerage/logins"] / CUSTOMERS <= 25
    assert rows["compliance/risk_factors"] / CUSTOMERS == pytest.approx(1.7, abs=0.1)


def test_every_source_reaches_a_little_beyond_the_as_of_date(ledger):
    columns = {
        "brokerage/trades": "recorded_at",
        "brokerage/cash_movements": "recorded_at",
        "brokerage/account_values": "value_date",
        "brokerage/logins": "login_date",
        "lending/applications": "applied_date",
        "lending/repayments": "due_date",
        "suitability/questionnaires": "answered_date",
        "marketing/offer_events": "occurred_at",
    }
    for path, column in columns.items():
        moments = read(ledger, path)[column]
        moments = moments[moments < pd.Timestamp("2100-01-01")]
        later = (moments.dt.normalize() - AS_OF_DAY).dt.days
        assert 0 < later.max() <= 8, path


def test_clean_trades_fall_on_weekdays_of_three_years(trades):
    assert trades["trade_date"].dt.day_of_week.max() == 4
    assert (AS_OF_DAY - trades["trade_date"]).dt.days.between(0, 1_098).all()


def test_clean_trades_are_recorded_after_they_are_made_and_half_a_percent_late(trades):
    delay = trades["recorded_at"] - trades["traded_at"]

    assert delay.min() >= pd.Timedelta(minutes=1)
    late = delay[delay > pd.Timedelta(days=1)]
    # The recorded corrections are late, too, but for a few hours at least.
    assert 0.004 <= len(late) / len(delay) <= 0.01


def test_nearly_every_sale_has_a_purchase_before_it(trades):
    ordered = trades.sort_values("traded_at")
    signed = np.where(ordered["side"] == "buy", ordered["quantity"], -ordered["quantity"])
    position = (
        pd.Series(signed, ordered.index).groupby([ordered["customer_id"], ordered["asset_id"]]).cumsum()
    )
    sales = ordered["side"] == "sell"
    assert 0.2 <= sales.mean() <= 0.4
    assert 0 < (position[sales] < -1e-6).mean() <= 0.05


def test_net_asset_value_is_cash_plus_holdings_except_where_planted(ledger, defects):
    frame = read(ledger, "brokerage/account_values")
    error = (frame["cash_usd"] + frame["holdings_usd"] - frame["net_asset_value_usd"]).abs()
    planted = defects["defect_class"].isin(["net_asset_value_infinite", "net_asset_value_not_the_sum"])

    assert (error > 0.01).sum() == planted.sum()
    assert (frame[["cash_usd", "holdings_usd"]] >= 0).all(axis=None)


def test_day_traders_change_after_the_drift_date(ledger, trades, truth):
    drift = read(ledger, "truth/drift")
    starts = drift["starts_date"].iloc[0]
    assert starts.date() == date(2025, 7, 1)

    kind = trades["customer_id"].map(truth["archetype"])
    typical = trades[(kind == "day_trader") & ~trades["customer_id"].map(truth["is_trading_anomaly"])]
    ticket = typical.groupby(typical["trade_date"] >= starts)["notional"].median()
    assert ticket[True] / ticket[False] == pytest.approx(1.3, abs=0.1)


def test_declared_appetite_follows_trading_within_archetypes_except_for_contradictions(ledger, truth):
    answers = read(ledger, "suitability/questionnaires")
    answers = answers[answers["declared_risk_score"].between(0, 1)].drop_duplicates(
        "customer_id", keep="last"
    )
    frame = truth.join(answers.set_index("customer_id")["declared_risk_score"], how="inner")
    error = (frame["declared_risk_score"] - frame["risk_appetite"]).abs()
    contradicting = frame["contradiction"].notna()

    assert error[~contradicting].max() < 0.3 < error[contradicting].median()
    within = frame[~contradicting].groupby("archetype")[["risk_appetite", "declared_risk_score"]]
    assert within.corr().iloc[0::2, 1].min() > 0.7


def test_appetite_shows_in_volatility_and_holding_within_archetypes(ledger, trades, truth):
    volatility = read(ledger, "brokerage/assets").set_index("asset_id")["annualised_volatility"]
    weighted = (trades["asset_id"].map(volatility) * trades["notional"]).groupby(trades["customer_id"]).sum()
    exposure = weighted / trades.groupby("customer_id")["notional"].sum()
    savers = truth[truth["archetype"] == "saver"]

    assert savers["risk_appetite"].corr(exposure, method="spearman") > 0.8


def test_anomalies_trade_the_most_volatile_assets_within_hours(trades, truth):
    kinds = truth["anomaly_kind"].dropna()
    rows = trades[trades["customer_id"].isin(kinds.index)]

    assert set(kinds) == {"whale_gambler", "trading_robot"}
    assert rows["asset_id"].str.startswith("X").mean() > 0.9
    same_day = rows.groupby(["customer_id", "asset_id", "trade_date"])["side"].nunique() == 2
    assert same_day.mean() > 0.85


def test_the_label_is_what_the_repayments_say(ledger):
    """Ninety days past due within twelve months, for matured loans, is exactly the planted outcome."""
    planted = read(ledger, "truth/applications").set_index("application_id")["default_outcome"]
    applications = read(ledger, "lending/applications").drop_duplicates("application_id")
    repayments = read(ledger, "lending/repayments").drop_duplicates(["application_id", "instalment_number"])
    repayments = repayments.merge(applications[["application_id", "applied_date"]], on="application_id")
    overdue_on = repayments["due_date"] + pd.Timedelta(days=90)
    unpaid = ~(repayments["paid_date"] < overdue_on)
    soon = overdue_on <= repayments["applied_date"] + pd.Timedelta(days=365)
    defaulted = set(repayments.loc[unpaid & soon & (overdue_on <= AS_OF_DAY), "application_id"])

    matured = applications[applications["applied_date"] <= AS_OF_DAY - pd.Timedelta(days=365)]
    matured = matured.loc[matured["decision"] == "approved", "application_id"]
    outcome = planted.loc[planted.index.isin(matured)]
    assert len(outcome) > 1_000
    assert defaulted & set(outcome.index) == set(outcome.index[outcome == "default_12m"])


def test_default_follows_its_probability_and_not_gender_or_age(ledger):
    loans = read(ledger, "truth/applications").dropna(subset="default_outcome")
    is_default = loans["default_outcome"] == "default_12m"
    assert is_default.mean() == pytest.approx(loans["default_probability"].mean(), abs=0.02)
    assert 0.05 <= is_default.mean() <= 0.2
    assert roc_auc_score(is_default, loans["default_probability"]) > 0.78

    people = read(ledger, "brokerage/customers").dropna(subset="customer_id").drop_duplicates("customer_id")
    loans = loans.merge(people[["customer_id", "gender", "birth_date"]], on="customer_id")
    means = loans.groupby("gender")["default_probability"].agg(["mean", "sem"])
    assert abs(means["mean"].diff().iloc[-1]) < 3 * np.hypot(*means["sem"])
    real = loans[loans["birth_date"].between(pd.Timestamp("1900-01-01"), AS_OF_DAY)]
    age_effect = real["default_probability"].corr(-real["birth_date"].astype("int64"), method="spearman")
    assert abs(age_effect) < 3 / np.sqrt(len(real))


def test_loans_shown_to_the_lender_come_with_a_statement_of_the_day_before(ledger):
    applications = read(ledger, "lending/applications").drop_duplicates("application_id")
    values = read(ledger, "brokerage/account_values")
    known = set(zip(values["customer_id"], values["value_date"], strict=True))
    day_before = applications["applied_date"] - pd.Timedelta(days=1)
    shown = [pair in known for pair in zip(applications["customer_id"], day_before, strict=True)]

    # Orphans, and those who never had a statement, have none.
    assert np.mean(shown) > 0.98


def test_high_compliance_risk_shows_in_exposure_volume_alerts_and_cash(ledger, truth):
    rows = read(ledger, "compliance/risk_factors").drop_duplicates("customer_id").set_index("customer_id")
    rows["ratio"] = rows["actual_monthly_volume_usd"] / rows["expected_monthly_volume_usd"]
    rows["cash"] = rows["cash_monthly_volume_usd"] / rows["actual_monthly_volume_usd"]
    drivers = rows[["is_pep", "ratio", "alert_count_365d", "cash"]].astype(float)
    means = drivers.groupby(truth["compliance_risk"]).mean()

    assert (means.loc["high"] > means.loc["medium"]).all()
    assert (means.loc["medium"] > means.loc["low"]).all()


def test_offers_work_by_their_planted_uplift(ledger, truth):
    events = read(ledger, "marketing/offer_events").drop_duplicates("event_id")
    events = events[events["customer_id"].isin(truth.index)]
    counts = events.groupby(["arm", "event_type"]).size()

    assert counts["test", "sent"] / counts["control", "sent"] == pytest.approx(1, abs=0.1)
    assert counts["test", "converted"] / counts["test", "sent"] > (
        1.2 * counts["control", "converted"] / counts["control", "sent"]
    )
    assert ("control", "clicked") not in counts.index


def test_the_workbook_holds_the_rows_of_the_parquet_file_as_people_type_them(ledger):
    book = openpyxl.load_workbook(ledger / "compliance" / "risk_factors.xlsx")
    rows = list(book[SHEET].iter_rows(values_only=True))
    columns = list(TABLES["compliance/risk_factors"].columns)
    sheet = pd.DataFrame(rows[HEADER_ROW:], columns=columns)
    parquet = read(ledger, "compliance/risk_factors")
    parquet = parquet[parquet["customer_id"].isin(sheet["customer_id"])].reset_index(drop=True)

    assert rows[HEADER_ROW - 1] == tuple(header_of(column) for column in columns)
    assert 3_000 < len(sheet) == len(parquet)
    assert sheet["customer_id"].nunique() == 2_000
    assert sheet[["industry", "place_of_birth", "average_balance_usd"]].isna().all(axis=None)

    typed = sheet["actual_monthly_volume_usd"].map(lambda cell: isinstance(cell, str))
    assert 0.05 < typed.mean() < 0.11
    amounts = sheet["actual_monthly_volume_usd"].astype(str).str.replace(",", "").astype(float)
    np.testing.assert_allclose(amounts, parquet["actual_monthly_volume_usd"])
    texts = sheet.loc[sheet["assessed_date"].map(lambda cell: isinstance(cell, str)), "assessed_date"]
    assert texts.str.fullmatch(r"\d{4}-\d\d-\d\d").any()
    assert texts.str.fullmatch(r"\d\d\.\d\d\.\d{4}").any()
    assert set(sheet["is_pep"]) == {"Y", "N"}


def test_every_declared_defect_class_is_planted_and_logged(defects):
    planted = {
        (f"{source}/{table}", name)
        for source, table, name in defects[["source_name", "table_name", "defect_class"]].itertuples(
            index=False
        )
    }
    declared = {(path, defect.name) for path, classes in DEFECTS.items() for defect in classes}

    assert planted == declared | {("brokerage/assets", "volatility_negative")}


def test_defects_are_rare(ledger, defects):
    rows = json.loads((ledger / "demo.json").read_text())["row_counts"]
    wrong = defects[defects["expected_handling"] != "keep_row"]
    counts = (wrong["source_name"] + "/" + wrong["table_name"]).value_counts()

    for path, count in counts.items():
        # Of the 41 assets, one is defective.
        assert count / rows[path] <= (0.025 if path == "brokerage/assets" else 0.02), path


def test_rows_in_are_clean_rows_plus_rejects_plus_duplicates(ledger, defects, truth):
    """With the log, every table's rows are accounted for: what is left has one row per key."""
    for path, table in TABLES.items():
        source, name = path.split("/")
        if source == "truth":
            continue
        frame = read(ledger, path)
        own = defects[(defects["source_name"] == source) & (defects["table_name"] == name)]
        extra = own["expected_handling"].isin(["reject_row", "drop_duplicate", "keep_latest"])
        keys = frame[list(table.key)].drop_duplicates().dropna()
        rejected = own[own["expected_handling"] == "reject_row"]
        keyless = rejected["row_key"].str.contains("=")
        assert len(frame) - extra.sum() == len(keys) - (~keyless).sum(), path


def test_a_logged_key_finds_its_row_and_value(ledger, defects):
    for (source, name), own in defects.groupby(["source_name", "table_name"]):
        path = f"{source}/{name}"
        table = TABLES[path]
        rows = pq.read_table(ledger / f"{path}.parquet")
        text = pd.DataFrame(
            {
                column: rows[column].cast(pa.string()).to_numpy(zero_copy_only=False)
                for column in rows.column_names
            }
        )
        key = joined(text[column] for column in table.key)
        if table.trace:
            key = key.fillna(joined(column + "=" + text[column] for column in table.trace))
        found = pd.concat(
            [pd.Series(list(zip(key, text[column], strict=True))) for column in own["column_name"].unique()]
        )
        wanted = pd.Series(list(zip(own["row_key"], own["planted_value"], strict=True)))
        assert wanted.isin(set(found)).all(), path


def joined(columns: Iterable[pd.Series]) -> pd.Series:
    first, *others = columns
    return first.str.cat(others, sep="|")


def test_planted_values_are_what_their_class_says(ledger, defects):
    value = defects.set_index("defect_class")["planted_value"]

    assert set(value["impossible_year"].str.split("-").str[0]) >= {"0009", "0021", "20221"}
    assert set(value["quantity_infinite"]) == {"inf", "-inf"}
    assert set(value["quantity_not_a_number"]) == {"nan"}
    assert (value["price_negative"].astype(float) < 0).all()
    assert set(value["unknown_side"]) == {"exchange"}
    assert set(value["unseen_customer_type"]) == {"partnership"}
    assert (AS_OF.year - value["age_above_1000"].str[:4].astype(int)).min() > 1_000
    assert (pd.to_datetime(value["birth_date_in_the_future"]) > AS_OF_DAY).all()
    assert value["missing_trade_id"].isna().all()


def test_corrections_come_later_and_change_the_trade(ledger, defects):
    corrected = defects.loc[defects["defect_class"] == "corrected_later", "row_key"]
    versions = read(ledger, "brokerage/trades")
    versions = versions[versions["trade_id"].isin(corrected)].sort_values(["trade_id", "recorded_at"])
    first, second = (versions.groupby("trade_id").nth(position).set_index("trade_id") for position in (0, 1))

    assert len(first) == len(second) == len(corrected)
    assert (second["recorded_at"] > first["recorded_at"]).all()
    changed = (second["quantity"] != first["quantity"]) | (second["price_usd"] != first["price_usd"])
    assert changed.mean() > 0.98
    moved = (first["traded_at"] - second["traded_at"]).dt.days
    assert moved.between(0, 3).all()
    assert 0.1 < (moved > 0).mean() < 0.5
