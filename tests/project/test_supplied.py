"""A feature table that is supplied instead of built."""

import duckdb
import pandas as pd
import pytest
from ledgers import sheet


@pytest.fixture(scope="module")
def features(built) -> pd.DataFrame:
    return built.query("select * from features.ftr_rfmn order by customer_id")


def test_a_supplied_feature_table_gives_the_segments_of_the_built_one(built, features, tmp_path, project_on):
    table = tmp_path / "features.parquet"
    features.to_parquet(table)
    project = project_on(tmp_path / "no_ledger", supplied={"ftr_rfmn": str(table)})
    project.build()
    columns = ["customer_id", "rule_segment", "rfmn_segment_id", "agreement"]
    assert project.mart("mart_customer_segments", "customer_id")[columns].equals(
        built.mart("mart_customer_segments", "customer_id")[columns]
    )


def test_only_the_columns_that_say_who_and_what_are_needed(features, tmp_path, project_on):
    needed = [
        "customer_id",
        "as_of_date",
        "activity_status",
        "days_since_last_trade",
        "trade_count_365d",
        "traded_notional_usd_365d",
        "net_asset_value_usd",
    ]
    table = tmp_path / "features.csv"
    features[needed].to_csv(table, index=False)
    project = project_on(tmp_path / "no_ledger", supplied={"ftr_rfmn": str(table)})
    project.build("--select", "+mart_customer_segments")
    assert project.mart("mart_customer_segments", "customer_id")["rfmn_segment_id"].notna().sum() > 0


def test_a_sheet_of_a_workbook_can_be_supplied(features, tmp_path, project_on):
    columns = [*features.columns[:7], "turnover_ratio_180d"]
    rows = features[columns].astype(object).where(features[columns].notna(), None).values.tolist()
    table = sheet(tmp_path / "features.xlsx", [["As of the end of the year"], columns, *rows])
    project = project_on(
        tmp_path / "no_ledger", supplied={"ftr_rfmn": {"path": str(table), "sheet": "Sheet", "header_row": 2}}
    )
    project.build("--select", "ftr_rfmn")
    # A spreadsheet keeps fifteen digits.
    pd.testing.assert_frame_equal(
        project.query("select * from features.ftr_rfmn order by customer_id")[columns],
        features[columns],
        rtol=1e-14,
    )


def test_a_table_without_its_as_of_date_is_of_the_date_of_the_build(features, tmp_path, project_on):
    table = tmp_path / "features.csv"
    features.drop(columns="as_of_date").to_csv(table, index=False)
    project = project_on(tmp_path / "no_ledger", supplied={"ftr_rfmn": str(table)})
    project.build("--select", "ftr_rfmn", as_of_date="2025-06-30")
    (day,) = project.query("select distinct as_of_date from features.ftr_rfmn")["as_of_date"]
    assert str(day)[:10] == "2025-06-30"


def test_a_relation_of_the_warehouse_can_be_supplied(features, tmp_path, project_on):
    project = project_on(tmp_path / "no_ledger", supplied={"ftr_rfmn": "mine.rfmn"})
    project.folder.mkdir()
    with duckdb.connect(str(project.places.warehouse)) as warehouse:
        warehouse.execute("create schema mine")
        warehouse.register("features", features)
        warehouse.execute("create table mine.rfmn as select * from features")
    project.build("--select", "ftr_rfmn")
    assert len(project.query("select * from features.ftr_rfmn")) == len(features)


def test_a_missing_column_and_an_unreadable_value_are_named(features, tmp_path, project_on):
    table = tmp_path / "features.csv"
    features.drop(columns="activity_status").to_csv(table, index=False)
    project = project_on(tmp_path / "no_ledger", supplied={"ftr_rfmn": str(table)})
    assert "column activity_status (varchar) is missing" in project.fail("--select", "ftr_rfmn")

    features.astype({"trade_count_365d": str}).replace({"trade_count_365d": {"0": "none"}}).to_csv(
        table, index=False
    )
    told = project.fail("--select", "ftr_rfmn")
    assert "column trade_count_365d:" in told
    assert "hold something that is not integer" in told


def test_a_path_without_a_file_is_named(tmp_path, project_on):
    project = project_on(tmp_path / "no_ledger", supplied={"ftr_rfmn": str(tmp_path / "gone.parquet")})
    assert "there is no file at" in project.fail("--select", "ftr_rfmn")


def test_supplied_behaviour_needs_no_ledger_and_no_register_for_its_questionnaires(
    built, features, demo_ledger, tmp_path, project_on
):
    behaviour = built.query("select * from features.ftr_trading_behaviour order by customer_id")
    supplied = {}
    for name, table in {"ftr_rfmn": features, "ftr_trading_behaviour": behaviour}.items():
        supplied[name] = str(tmp_path / f"{name}.parquet")
        table.to_parquet(supplied[name])
    questionnaires = demo_ledger / "suitability" / "questionnaires.parquet"
    project = project_on(
        tmp_path / "no_ledger", supplied=supplied, inputs={"suitability.questionnaires": str(questionnaires)}
    )
    project.build(
        *("--select", "+mart_risk_appetite", "+mart_anomalies"),
        registries=["ml_trading_profiles__fit", "ml_trading_anomalies__fit", "ml_risk_appetite__fit"],
    )
    for mart in ("mart_risk_appetite", "mart_anomalies"):
        assert project.mart(mart, "customer_id").equals(built.mart(mart, "customer_id")), mart
