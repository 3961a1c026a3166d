"""Every customer is scored once, or told why not; a flagged one is told what is unusual."""

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from anomaly_cases import AS_OF, CUSTOMERS, IS_PLANTED, PLANTED, declaration, declared_with, fit

from segmart import frames
from segmart.anomaly import score_anomalies, score_rows
from segmart.anomaly.artefact import Artefact, artefact_from_json
from segmart.anomaly.dbscan import dbscan
from segmart.anomaly.reasons import NO_SINGLE_FEATURE, readable, reasons_in_words
from segmart.errors import FeatureError
from segmart.learning.registry import registry_frame


@pytest.fixture(scope="module")
def registry() -> pd.DataFrame:
    return fit(CUSTOMERS)


@pytest.fixture(scope="module")
def artefact(registry) -> Artefact:
    return artefact_from_json(registry.artefact[0])


def scored(features: pd.DataFrame, registry: pd.DataFrame, declared: dict | None = None) -> pd.DataFrame:
    """Return the scores of a feature table in a warehouse, as a dbt model would write them."""
    session = duckdb.connect()
    session.register("frame", features)
    session.execute("create table features as select * from frame")
    reader = score_anomalies(
        session, "trading_anomalies", declared or declaration(), session.table("features"), registry
    )
    session.register("reader", reader)
    session.execute("create table scored as select * from reader")
    return session.sql("select * from scored order by customer_id").df()


def test_every_row_comes_out_once_with_its_types(registry):
    session = duckdb.connect()
    reader = score_anomalies(session, "trading_anomalies", declaration(), CUSTOMERS, registry)

    assert reader.schema == pa.schema(
        [
            ("customer_id", pa.string()),
            ("as_of_date", pa.date32()),
            ("population", pa.string()),
            ("model_version", pa.int64()),
            ("anomaly_score", pa.float64()),
            ("is_anomaly", pa.bool_()),
            ("density_score", pa.float64()),
            ("is_density_anomaly", pa.bool_()),
            ("isolation_score", pa.float64()),
            ("is_isolation_anomaly", pa.bool_()),
            ("anomaly_reason", pa.string()),
            ("unscored_reason", pa.string()),
        ]
    )
    found = reader.read_all().to_pandas()
    assert found["customer_id"].tolist() == CUSTOMERS["customer_id"].tolist()
    assert set(found["as_of_date"]) == {AS_OF}


def test_a_table_in_batches_and_rows_alone_get_the_same_scores(registry, artefact, monkeypatch):
    whole = score_rows(artefact, CUSTOMERS)
    monkeypatch.setattr(frames, "BATCH_ROWS", 100)
    batches = scored(CUSTOMERS, registry)
    alone = pd.concat([score_rows(artefact, CUSTOMERS.iloc[[row]]) for row in range(0, 600, 37)])

    for name in ("anomaly_score", "density_score", "isolation_score"):
        assert np.array_equal(batches[name], whole[name].to_numpy(dtype=float))
    assert batches["is_anomaly"].tolist() == whole["is_anomaly"].tolist()
    assert alone.equals(whole.iloc[::37])


def test_fitted_customers_get_the_flags_of_the_fit(artefact):
    points = artefact.coordinates(artefact.values(CUSTOMERS))
    noise = dbscan(points, artefact.density.eps, artefact.density.minimum_neighbours).is_noise
    assert score_rows(artefact, CUSTOMERS)["is_density_anomaly"].tolist() == noise.tolist()


def test_flagged_customers_and_only_they_are_told_why(artefact):
    found = score_rows(artefact, CUSTOMERS)

    assert found["anomaly_reason"].notna().equals(found["is_anomaly"].astype(bool))
    richest = found["anomaly_reason"].iloc[-2]
    assert richest.startswith("trades_per_week ") or richest.startswith("portfolio_value_usd ")
    assert "portfolio_value_usd 9,000,000 against a median of " in richest
    assert "trades_per_week 82.9 against a median of 1." in richest
    poor = found["anomaly_reason"].iloc[-1]
    assert poor.startswith("trades_per_week 90 against a median of 1.")
    assert "portfolio" not in poor


def test_a_reason_is_the_feature_whose_usual_value_lowers_the_score_most():
    weights = np.array([1.0, 5.0, 0.1, 2.0])
    values = np.array([[3.0, 3.0, 3.0, 3.0], [0.0, np.nan, 150.0, 0.0], [1e-12, 0.0, 0.0, 0.0]])

    def score(rows):
        return 1 + np.nan_to_num(rows, nan=2.0) @ weights

    said = reasons_in_words(score, ["a", "b", "c", "d"], np.zeros(4), values, score(values))

    assert said[0] == "b 3 against a median of 0; d 3 against a median of 0; a 3 against a median of 0"
    assert said[1] == "c 150 against a median of 0; b missing against a median of 0"
    assert said[2] == NO_SINGLE_FEATURE


@pytest.mark.parametrize(
    ("value", "words"),
    [(63.0, "63"), (2.0789, "2.08"), (0.0123456, "0.0123"), (513_000.4, "513,000"), (0.0, "0")],
)
def test_numbers_are_readable(value, words):
    assert readable(value) == words


def test_customers_without_a_score_are_told_why(registry):
    rows = CUSTOMERS.iloc[:8].copy().astype({"investment_status": object})
    rows["trades_per_week"] = rows["trades_per_week"].astype(object)
    rows.loc[0, "investment_status"] = None
    rows.loc[1, "investment_status"] = "vip"
    rows.loc[2, "investment_status"] = "not invested"
    rows["trades_per_week"] = [1.0, 1.0, 1.0, np.nan, np.inf, -2.0, 1.0, 1.0]
    rows.loc[6, "avg_holding_days"] = np.nan

    found = scored(rows, registry)

    assert found["unscored_reason"].iloc[:6].tolist() == [
        "investment_status is missing",
        "investment_status holds a value the declaration does not name",
        "nothing is held",
        "trades_per_week is missing",
        "trades_per_week is infinite",
        "trades_per_week is below 0, which its logarithm does not take",
    ]
    assert found["unscored_reason"].iloc[6:].isna().all()
    assert found["anomaly_score"].notna().tolist() == [False] * 6 + [True] * 2
    assert found["is_anomaly"].notna().tolist() == [False] * 6 + [True] * 2


def test_a_customer_without_a_key_is_not_scored(artefact):
    found = score_rows(artefact, CUSTOMERS.iloc[:2].assign(customer_id=[None, "C1"]))

    assert found["unscored_reason"].tolist() == ["customer_id is missing", pd.NA]


def test_a_population_without_a_champion_is_told_so(registry):
    nobody = registry_frame([])
    refused = fit(CUSTOMERS.iloc[:9])

    assert set(scored(CUSTOMERS, nobody)["unscored_reason"]) == {"population invested is not learned yet"}
    assert set(scored(CUSTOMERS, refused)["unscored_reason"]) == {
        "population invested is not learned: 9 customers, fewer than the 50 an anomaly model needs"
    }
    assert set(scored(CUSTOMERS.drop(columns="avg_holding_days"), registry)["unscored_reason"]) == {
        "the feature table lacks avg_holding_days, which the model was learned from"
    }


def test_without_a_population_column_everybody_is_scored():
    declared = declared_with(lambda d: d)
    declared["populations"] = {"all": declared["populations"]["invested"]}
    declared["population"], declared["left_out"] = None, {}
    features = CUSTOMERS.drop(columns="investment_status")

    found = scored(features, fit(features, declared), declared)

    assert found["unscored_reason"].isna().all()
    assert found["is_anomaly"][IS_PLANTED].sum() == PLANTED


def test_rows_keep_their_order_among_populations(registry):
    status = np.where(np.arange(600) % 3 == 0, "not invested", "invested")
    reader = score_anomalies(
        duckdb.connect(),
        "trading_anomalies",
        declaration(),
        CUSTOMERS.assign(investment_status=status),
        registry,
    )

    found = reader.read_all().to_pandas()

    assert found["customer_id"].tolist() == CUSTOMERS["customer_id"].tolist()
    assert found["population"].tolist() == status.tolist()
    assert found["anomaly_score"].isna().tolist() == (status == "not invested").tolist()


def test_no_customers_are_scored_without_failing(registry, artefact):
    assert len(scored(CUSTOMERS.iloc[:0], registry)) == 0
    assert len(score_rows(artefact, CUSTOMERS.iloc[:0])) == 0


def test_a_day_that_is_no_date_is_null_and_a_time_of_day_is_dropped(registry):
    found = scored(CUSTOMERS.iloc[:2].assign(as_of_date=["soon", "2025-12-31 00:00:00"]), registry)

    assert found["as_of_date"].isna().tolist() == [True, False]
    assert found["as_of_date"][1].date() == AS_OF


def test_a_key_column_that_is_absent_is_named(registry):
    with pytest.raises(FeatureError, match="column investment_status is absent"):
        score_anomalies(
            duckdb.connect(), "m", declaration(), CUSTOMERS.drop(columns="investment_status"), registry
        )
