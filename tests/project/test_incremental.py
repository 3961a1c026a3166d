"""Late rows, corrections and replaced files: an incremental build ends where a build from nothing ends."""

from pathlib import Path

import duckdb
import pytest
from conftest import Project
from ledgers import copy_of, rewrite

PARTIALS = {
    "int_trades_summed_to_customer_days": "customer_id, traded_date",
    "int_cash_movements_summed_to_customer_days": "customer_id, moved_date",
    "int_trades_matched_to_lots": "all",
}
FEATURES = ("ftr_rfmn", "ftr_trading_behaviour")
UP_TO_FEATURES = ("--select", "+ftr_rfmn", "+ftr_trading_behaviour", "+source_rows_accounted")


@pytest.fixture
def built_on_a_copy(built_copy, demo_ledger, tmp_path) -> tuple[Project, Path]:
    """The built project, and a copy of its ledger that may change and is its input from now on."""
    built_copy.input_dir = copy_of(demo_ledger, tmp_path / "ledger")
    return built_copy, built_copy.input_dir


def contents(project) -> dict:
    tables = {
        name: project.query(f"select * from intermediate.{name} order by {order}")
        for name, order in PARTIALS.items()
    }
    tables["stg_brokerage__trades"] = project.query(
        "select * from staging.stg_brokerage__trades order by trade_id"
    )
    for name in FEATURES:
        tables[name] = project.query(f"select * from features.{name} order by customer_id")
    return tables


def assert_equal(kept: dict, anew: dict):
    for name, table in kept.items():
        assert table.equals(anew[name]), name


def assert_equal_to_a_build_from_nothing(project):
    project.build(*UP_TO_FEATURES)
    kept = contents(project)
    project.places.warehouse.unlink()
    project.build(*UP_TO_FEATURES)
    assert_equal(kept, contents(project))


def test_rows_that_arrive_day_by_day_and_late_end_where_a_build_from_nothing_ends(
    built, demo_ledger, tmp_path, project_on
):
    growing = copy_of(demo_ledger, tmp_path / "growing")
    project = project_on(growing)
    for until in ("2025-06-30", "2025-12-01"):
        for table in ("trades", "cash_movements"):
            whole = demo_ledger / "brokerage" / f"{table}.parquet"
            rewrite(
                growing,
                table,
                f"select * from read_parquet('{whole}') where recorded_at < timestamp '{until}'",
            )
        project.build(*UP_TO_FEATURES)
    for table in ("trades", "cash_movements"):
        rewrite(growing, table, f"select * from read_parquet('{demo_ledger}/brokerage/{table}.parquet')")
    project.build(*UP_TO_FEATURES)
    assert_equal(contents(project), contents(built))


def test_a_correction_that_moves_a_trade_to_another_day_leaves_nothing_on_the_old_one(built_on_a_copy):
    project, ledger = built_on_a_copy
    rewrite(
        ledger,
        "trades",
        """
        select * from ledger
        union all by name
        (
            select * replace (
                traded_at - interval 40 day as traded_at,
                quantity * 2 as quantity,
                timestamp '2026-02-01' as recorded_at
            )
            from ledger where side in ('buy', 'sell') and quantity > 0 order by trade_id limit 25
        )
        """,
    )
    assert_equal_to_a_build_from_nothing(project)


def test_another_ledger_in_the_same_place_replaces_the_first(built_on_a_copy):
    project, ledger = built_on_a_copy
    rewrite(ledger, "trades", "select * from ledger where hash(customer_id) % 3 <> 0")
    rewrite(ledger, "cash_movements", "select * from ledger where hash(customer_id) % 3 <> 0")
    assert_equal_to_a_build_from_nothing(project)


def test_a_new_day_sums_only_the_days_it_touches(built_on_a_copy):
    project, ledger = built_on_a_copy
    with duckdb.connect(str(project.places.warehouse)) as warehouse:
        # A mark on every day that is kept: a day that is summed again loses it.
        warehouse.execute(
            "update intermediate.int_trades_summed_to_customer_days set customer_id = '~' || customer_id"
        )
    rewrite(
        ledger,
        "trades",
        """
        select * from ledger
        union all by name
        select 'T_new' as trade_id, min(customer_id) as customer_id, min(asset_id) as asset_id, 'buy' as side,
            1.0 as quantity, 1.0 as price_usd, 0.0 as fee_usd,
            timestamp '2025-03-03 10:00' as traded_at, timestamp '2026-02-01' as recorded_at
        from ledger
        """,
    )
    project.build("--select", "+int_trades_summed_to_customer_days", "--exclude", "resource_type:test")
    unmarked = project.query(
        "select distinct traded_date from intermediate.int_trades_summed_to_customer_days "
        "where customer_id not like '~%'"
    )
    assert unmarked["traded_date"].astype(str).tolist() == ["2025-03-03"]


def test_deleting_everything_after_a_day_changes_nothing_as_of_that_day(demo_ledger, tmp_path, project_on):
    as_of_date = "2025-08-31"
    project = project_on(demo_ledger, as_of_date=as_of_date)
    project.build(*UP_TO_FEATURES)
    whole = contents(project)

    cut = copy_of(demo_ledger, tmp_path / "cut")
    for table, day in {
        "trades": "traded_at",
        "cash_movements": "moved_at",
        "account_values": "value_date",
        "logins": "login_date",
    }.items():
        rewrite(cut, table, f"select * from ledger where cast({day} as date) <= date '{as_of_date}'")
    rewrite(cut, "customers", f"select * from ledger where opened_date <= date '{as_of_date}'")
    project.input_dir = cut
    project.places.warehouse.unlink()
    project.build(*UP_TO_FEATURES)
    of_the_cut = contents(project)
    for name in FEATURES:
        assert len(whole[name]) > 500
        assert whole[name].equals(of_the_cut[name]), name
