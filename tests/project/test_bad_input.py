"""Input that is wrong or nearly empty: a clear error that names place and remedy, or a defined result."""

import pytest
from conftest import WITHOUT_TESTS
from ledgers import copy_of, csv_ledger, rewrite, sheet

FEATURES = ("--select", "+ftr_rfmn", "+source_rows_accounted", "+rejected_rows")


def customers(count: int) -> str:
    return "".join(f"c{number:03},2024-01-{1 + number % 28:02}\n" for number in range(count))


def trades(count: int, of: int) -> str:
    days = [f"2025-{month:02}-15 10:00:00" for month in range(1, 13)]
    return "".join(f"t{n},c{n % of:03},buy,{1 + n % 7},{10 + n % 13},{days[n % 12]}\n" for n in range(count))


def test_missing_files_are_all_named_with_the_remedy(project_on, tmp_path):
    told = project_on(tmp_path / "nowhere").fail()
    assert "brokerage.customers: no file at" in told
    assert "brokerage.trades: no file at" in told
    assert "segmart demo" in told


def test_missing_columns_are_named_with_what_is_there(project_on, demo_ledger, tmp_path):
    ledger = copy_of(demo_ledger, tmp_path / "in")
    rewrite(ledger, "trades", "select * exclude (side, quantity), side as direction from ledger")
    told = project_on(ledger).fail()
    assert "brokerage.trades: column side (varchar) is missing" in told
    assert "brokerage.trades: column quantity (double) is missing" in told
    assert "direction" in told


def test_an_empty_file_is_named(project_on, tmp_path):
    ledger = csv_ledger(tmp_path / "in", customers(3), trades(3, of=3))
    (ledger / "brokerage" / "trades.csv").write_text("")
    told = project_on(ledger).fail()
    assert "trades.csv" in told
    assert "is empty (0 bytes)" in told


def test_everything_that_is_wrong_with_workbooks_is_told_at_once(project_on, tmp_path):
    ledger = csv_ledger(tmp_path / "in", customers(3), trades(3, of=3))
    brokerage = ledger / "brokerage"
    (brokerage / "assets.xlsx").write_bytes(b"PK cut off")
    (brokerage / "logins.xls").touch()
    sheet(brokerage / "cash_movements.xlsx", [["Movement id", "MOVEMENT_ID", "Direction"]])
    sheet(brokerage / "account_values.xlsx", [["Customer id", "Value date"], ["c000", "2025-01-01"]])
    done = project_on(ledger).dbt("build")
    assert "leaked" not in done.stderr + done.stdout, "a function of the warehouse has outlived the library"
    told = " ".join(done.stdout.split())
    assert "brokerage.assets: " in told
    assert "cannot be read as a workbook" in told
    assert "logins.xls is empty (0 bytes)" in told
    assert "'Movement id' (A1) and 'MOVEMENT_ID' (B1) are both column movement_id" in told
    assert "brokerage.account_values: column net_asset_value_usd (double) is missing" in told
    assert "sheet 'Sheet', which has Customer id, Value date" in told


def test_two_titles_of_one_column_are_told_in_a_csv_as_well(project_on, tmp_path):
    ledger = csv_ledger(tmp_path / "in", "", trades(3, of=3))
    (ledger / "brokerage" / "customers.csv").write_text("customer_id,Customer-ID,opened_date\n")
    assert "brokerage.customers: customer_id and Customer-ID in" in project_on(ledger).fail()


def test_an_as_of_date_before_all_data_is_an_error_that_says_so(project_on, demo_ledger):
    told = project_on(demo_ledger).fail(*FEATURES, as_of_date="2001-01-01")
    assert "ftr_rfmn has no customer as of 2001-01-01" in told
    assert "as_of_date" in told


def test_an_as_of_date_that_is_no_date_is_an_error_that_says_so(project_on, demo_ledger):
    assert "which is not a date. Give it as YYYY-MM-DD" in project_on(demo_ledger).fail(
        as_of_date="31.12.2025"
    )


def test_columns_of_another_type_are_read_value_by_value(project_on, demo_ledger, tmp_path):
    ledger = copy_of(demo_ledger, tmp_path / "in")
    rewrite(
        ledger,
        "trades",
        """
        select * replace (
            case when trade_id = (select min(trade_id) from ledger where side = 'buy') then 'a few'
            else quantity::varchar end as quantity
        )
        from ledger
        """,
    )
    project = project_on(ledger)
    project.build(*FEATURES)
    rejected = project.query("select * from staging.rejected_rows where given_value = 'a few'")
    assert set(rejected["reason"]) == {"not a finite number"}
    accounts = project.query("select * from staging.source_rows_accounted where table_name = 'trades'")
    assert accounts["rows_kept"].item() > 0.9 * accounts["rows_in"].item()


def test_infinite_values_and_duplicated_keys_end_in_the_quarantine(project_on, tmp_path):
    ledger = csv_ledger(
        tmp_path / "in",
        customers(60) + "c000,2024-01-01\n",
        trades(200, of=50)
        + "t0,c000,buy,1,10,2025-01-15 10:00:00\n"
        + "x,c001,buy,inf,10,2025-01-15 10:00:00\n",
    )
    project = project_on(ledger)
    project.build("--select", "+mart_data_quality")
    accounts = project.mart("mart_data_quality", "table_name").set_index("table_name")
    assert accounts.loc["customers", "duplicates_dropped"] == 1
    assert accounts.loc["trades", "duplicates_dropped"] == 1
    assert accounts.loc["trades", "rows_rejected"] == 1
    assert accounts.loc["trades", "worst_reason"] == "quantity: not a finite number"
    assert accounts.loc["logins", "severity"] == "absent"


def test_one_customer_has_a_rule_segment_and_a_reason_for_no_learned_one(project_on, tmp_path):
    project = project_on(csv_ledger(tmp_path / "in", customers(1), trades(5, of=1)))
    project.build()
    row = project.mart("mart_customer_segments", "customer_id").iloc[0]
    assert row["rule_segment"] == "Lost"
    assert "1 customer" in row["rfmn_unassigned_reason"]
    assert row["agreement"] == "not compared"


def test_customers_who_never_traded_are_all_nonactive(project_on, tmp_path):
    project = project_on(csv_ledger(tmp_path / "in", customers(80), ""))
    project.build()
    segments = project.mart("mart_customer_segments", "customer_id")
    assert len(segments) == 80
    assert set(segments["activity_status"]) == {"nonactive"}
    assert segments["rule_segment"].notna().all()


def test_fewer_customers_than_segments_are_not_learned_and_keep_their_rule_segment(project_on, tmp_path):
    project = project_on(csv_ledger(tmp_path / "in", customers(6), trades(30, of=6)))
    project.build()
    segments = project.mart("mart_customer_segments", "customer_id")
    assert segments["rfmn_segment_id"].isna().all()
    assert segments["rule_segment"].notna().all()
    registry = project.mart("mart_model_registry", "population")
    assert set(registry["status"]) == {"refused"}
    project.build("--select", "+mart_model_registry", leaves_out=WITHOUT_TESTS)
    assert len(project.mart("mart_model_registry", "population")) == len(registry)


@pytest.mark.parametrize(
    ("declared", "told"),
    [
        ("customer_id", "says who or when"),
        ("as_of_date", "says who or when"),
    ],
)
def test_an_id_is_refused_as_a_feature(declared, told):
    from segmart.errors import DeclarationError
    from segmart.segmentation.declaration import parse_declaration

    with pytest.raises(DeclarationError, match=told):
        parse_declaration(
            "any",
            {
                "entity": "customer_id",
                "as_of": "as_of_date",
                "populations": {"all": {"rank_by": declared, "features": [{"name": declared}]}},
            },
        )
