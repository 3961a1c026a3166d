"""Credit features and labels: what was known on the application day, and what came of it."""

from pathlib import Path

import pandas as pd
import pytest
from conftest import Project
from ledgers import copy_of, csv_ledger, rewrite

CREDIT = ("--select", "+ftr_credit", "+lbl_default")
ACCOUNTS = ("+source_rows_accounted", "+rejected_rows")
FACTS = ["application_date", "requested_amount_usd", "term_months", "annual_income_usd", "housing"]

# Everything a customer of the demo ledger did is told again, later and differently.
TOLD_AGAIN = {
    "brokerage/customers": """
        select * from ledger union all by name
        select * replace (birth_date - 4000 as birth_date, recorded_at + interval 500 day as recorded_at)
        from ledger
    """,
    "brokerage/trades": """
        select * from ledger union all by name
        select * replace (
            quantity * 2 as quantity,
            traded_at - interval 3 day as traded_at,
            recorded_at + interval 40 day as recorded_at
        )
        from ledger where hash(trade_id) % 5 = 0
    """,
    "brokerage/cash_movements": """
        select * from ledger union all by name
        select * replace (amount_usd * 3 as amount_usd, recorded_at + interval 40 day as recorded_at)
        from ledger where hash(movement_id) % 5 = 0
    """,
    "lending/applications": """
        select * from ledger union all by name
        select * replace (
            requested_amount_usd * 3 as requested_amount_usd,
            annual_income_usd * 9 as annual_income_usd,
            'with_family' as housing,
            if(decision = 'approved', 'declined', 'approved') as decision,
            recorded_at + to_days((1 + hash(application_id) % 400)::integer) as recorded_at
        )
        from ledger
    """,
}

# What was there on the day that cuts off a customer's rows. A payment made later is a payment not made yet.
KNOWN_ON_THE_DAY = {
    "brokerage/customers": "recorded_at::date <= cut_date",
    "brokerage/trades": "greatest(traded_at, recorded_at)::date <= cut_date",
    "brokerage/cash_movements": "greatest(moved_at, recorded_at)::date <= cut_date",
    "brokerage/account_values": "value_date <= cut_date",
    "brokerage/logins": "login_date <= cut_date",
    "lending/applications": "greatest(applied_date, recorded_at::date) <= cut_date",
    "lending/repayments": "due_date <= cut_date",
}
NOT_PAID_YET = """
    select * replace (
        if(paid_date <= cut_date, paid_date, null) as paid_date,
        if(paid_date <= cut_date, paid_usd, 0) as paid_usd
    )
"""


def rewritten(ledger: Path, to: Path, selects: dict[str, str]) -> Path:
    """Copy a ledger with some files replaced by a select over them, in an order that means nothing."""
    copy_of(ledger, to, ("brokerage", "lending"))
    for path, select in selects.items():
        source, table = path.split("/")
        rewrite(to, table, f"select * from ({select}) as given order by hash(given)", source)
    return to


def cut_off_on_an_application_day(ledger: Path, to: Path) -> Path:
    """Copy a ledger without what is dated or recorded after one application, whichever, of each customer."""
    applications = f"'{ledger}/lending/applications.parquet'"
    day = (
        "select customer_id, max_by(applied_date, hash(application_id)) as cut_date "
        f"from {applications} group by customer_id"
    )
    loan = (
        f"select distinct application_id, cut_date from {applications} inner join ({day}) using (customer_id)"
    )
    selects = {}
    for path, known in KNOWN_ON_THE_DAY.items():
        of_loan = path == "lending/repayments"
        cut = f"({loan}) using (application_id)" if of_loan else f"({day}) using (customer_id)"
        selects[path] = (
            f"select * exclude (cut_date) from ({NOT_PAID_YET if of_loan else 'select *'} from ledger "
            f"inner join {cut} where {known})"
        )
    return rewritten(ledger, to, selects)


def features(project: Project) -> pd.DataFrame:
    return project.query("select * from features.ftr_credit order by application_id")


@pytest.fixture(scope="module")
def credit(built) -> Project:
    return built


@pytest.fixture(scope="module")
def told_again(tmp_path_factory, demo_ledger) -> Project:
    folder = tmp_path_factory.mktemp("told_again")
    project = Project(folder, rewritten(demo_ledger, folder / "in", TOLD_AGAIN))
    project.build(*CREDIT)
    return project


@pytest.fixture(scope="module")
def planted(credit, demo_ledger) -> pd.DataFrame:
    """Labels beside what was planted, one row per approved application."""
    truth = demo_ledger / "truth" / "applications.parquet"
    return credit.query(
        f"select * from features.lbl_default inner join '{truth}' as truth using (application_id)"
    )


def test_what_comes_after_the_application_day_leaves_its_features_unchanged(told_again, project_on, tmp_path):
    cut = cut_off_on_an_application_day(told_again.input_dir, tmp_path / "in")
    project = project_on(cut)
    project.build(*CREDIT)

    after, before = features(project), features(told_again)
    assert 1_000 < len(after) < len(before)
    assert (after["instalment_due_count"] > 0).sum() > 100
    before = before[before["application_id"].isin(after["application_id"])].reset_index(drop=True)
    pd.testing.assert_frame_equal(after, before)


def test_a_row_recorded_after_the_application_day_does_not_change_the_facts(credit, told_again):
    assert features(told_again)[FACTS].equals(features(credit)[FACTS])


def test_a_mature_label_is_the_planted_outcome(planted):
    mature = planted[planted["is_mature"]]
    assert len(mature) > 1_000
    assert (mature["is_default"].astype(bool) == (mature["default_outcome"] == "default_12m")).all()
    assert 0.06 < mature["is_default"].astype(bool).mean() < 0.15


def test_a_label_is_known_365_days_after_the_application_and_not_before(planted):
    days = (planted["as_of_date"] - planted["application_date"]).dt.days
    assert (planted["is_mature"] == (days >= 365)).all()
    assert (planted["is_default"].notna() == planted["is_mature"]).all()


def test_declined_applications_have_features_and_no_label(credit, planted, demo_ledger):
    truth = pd.read_parquet(demo_ledger / "truth" / "applications.parquet")
    declined = set(truth.loc[truth["default_outcome"].isna(), "application_id"])
    assert declined
    assert declined & set(features(credit)["application_id"])
    assert not declined & set(planted["application_id"])


def test_every_sound_application_up_to_the_as_of_date_has_features(credit, demo_ledger):
    expected = credit.query(
        f"""
        select distinct application_id
        from '{demo_ledger}/lending/applications.parquet' as given
        inner join '{demo_ledger}/truth/applications.parquet' as truth using (application_id)
        where given.applied_date <= '2025-12-31' order by application_id
        """
    )
    assert features(credit)["application_id"].tolist() == expected["application_id"].tolist()


def test_planted_defects_of_lending_are_set_aside_and_nothing_else_is(credit, demo_ledger):
    planted = pd.read_parquet(demo_ledger / "truth" / "defects.parquet").query("source_name == 'lending'")
    told = credit.query("select * from staging.rejected_rows where source_name = 'lending'")
    accounts = credit.query("select * from staging.source_rows_accounted where source_name = 'lending'")
    for handling, action in {"reject_row": "row rejected", "clear_value": "value emptied"}.items():
        expected = planted[planted["expected_handling"] == handling]
        assert sorted(told.loc[told["action"] == action, "row_key"]) == sorted(expected["row_key"])
    duplicates = planted[planted["expected_handling"] == "drop_duplicate"].groupby("table_name").size()
    assert accounts.set_index("table_name")["duplicates_dropped"].to_dict() == duplicates.to_dict()


def test_protected_attributes_are_not_among_the_features(credit):
    assert not {"gender", "country", "birth_date", "customer_type"} & set(features(credit).columns)


def test_without_lending_files_the_credit_tables_are_empty_and_the_build_is_green(project_on, tmp_path):
    trade = "t1,c1,buy,1,10,2025-01-15 10:00:00\n"
    project = project_on(csv_ledger(tmp_path / "in", "c1,2024-01-01\n", trade))
    project.build(*CREDIT, *ACCOUNTS)
    assert features(project).empty
    assert project.query("select * from features.lbl_default").empty
    accounts = project.query("select * from staging.source_rows_accounted where source_name = 'lending'")
    assert accounts["rows_in"].tolist() == [0, 0]


def test_both_credit_tables_can_be_supplied(credit, project_on, tmp_path):
    supplied = {}
    for name in ("ftr_credit", "lbl_default"):
        table = credit.query(f"select * from features.{name} order by application_id")
        supplied[name] = str(tmp_path / f"{name}.parquet")
        table.to_parquet(supplied[name])
    project = project_on(tmp_path / "no_ledger", supplied=supplied)
    project.build("--select", "ftr_credit", "lbl_default")
    pd.testing.assert_frame_equal(features(project), features(credit))
