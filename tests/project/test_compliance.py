"""Compliance: from a sheet that people fill in to tiers with reasons, held against what was planted."""

import duckdb
import pandas as pd
import pytest
from conftest import Project
from ledgers import copy_of, csv_ledger, rewrite, sheet

MARTS = ("--select", "+mart_compliance_risk", "+mart_compliance_agreement", "+mart_data_quality")
# Staging, features and rules as far as compliance needs them, and what is told of lost values.
UP_TO_RULES = ("--select", "+rule_compliance_tiers")
ONLY_OURS = {"registries": ["ml_compliance_risk__fit"]}
TIERS = "select customer_id, tier, rule_tier from marts.mart_compliance_risk order by customer_id"


@pytest.fixture(scope="module")
def rated(tmp_path_factory, demo_ledger) -> Project:
    """Compliance alone, on the demo ledger."""
    folder = tmp_path_factory.mktemp("compliance")
    project = Project(folder / "build", copy_of(demo_ledger, folder / "in", ("compliance",)), ONLY_OURS)
    project.build("--select", "+mart_compliance_risk", "+mart_compliance_agreement", "reg_searches")
    return project


@pytest.fixture(scope="module")
def tiers(rated) -> pd.DataFrame:
    return rated.mart("mart_compliance_risk", "customer_id")


def test_planted_high_risks_are_in_the_high_tier(tiers, truth):
    found = tiers.merge(truth, on="customer_id")
    assert len(found) == len(truth) == len(tiers)
    high = found[found["compliance_risk"] == "high"]
    assert len(high) > 100
    assert (high["tier"] == "High").mean() >= 0.9
    assert (high["rule_tier"] == "High").mean() >= 0.9
    low = found[found["compliance_risk"] == "low"]
    assert (low["tier"] == "Low").mean() >= 0.9


def test_political_exposure_matters_to_the_tier_and_to_its_words(tiers, rated):
    exposed = tiers[tiers["is_pep"]]
    assert (exposed["tier"] == "High").mean() > 0.8
    words = exposed[["driver_1", "driver_2", "driver_3"]].eq("Politically exposed person").any(axis=1)
    assert words.mean() > 0.8
    assert exposed["rule_reasons"].str.contains("Politically exposed person").all()


def test_shuffled_and_renamed_customers_keep_their_tiers(rated, tiers, tmp_path, project_on):
    ledger = copy_of(rated.input_dir, tmp_path / "in", ("compliance",))
    rewrite(
        ledger,
        "risk_factors",
        """
        select * replace (md5(customer_id || 'x') as customer_id)
        from ledger
        order by md5(customer_id || channel)
        """,
        "compliance",
    )
    project = project_on(ledger, **ONLY_OURS)
    project.build("--select", "+mart_compliance_risk")
    names = duckdb.sql("select customer_id as named, md5(customer_id || 'x') as customer_id from tiers").df()
    again = project.query(TIERS).merge(names, on="customer_id").sort_values("named")
    assert again["rule_tier"].tolist() == tiers["rule_tier"].tolist()
    assert again["tier"].tolist() == tiers["tier"].tolist()


def test_every_customer_has_both_tiers_an_action_and_reasons(tiers):
    assert tiers[["tier", "rule_tier", "recommended_action", "margin"]].notna().all(axis=None)
    assert (tiers["tiers_agree"] == (tiers["tier"] == tiers["rule_tier"])).all()
    raised = tiers["rule_tier"] != "Low"
    assert tiers["rule_reasons"].notna().tolist() == raised.tolist()
    assert tiers.loc[tiers["tier"] == "High", "driver_1"].notna().all()
    highest = (tiers["tier"] == "High") | (tiers["rule_tier"] == "High")
    assert tiers["recommended_action"].str.startswith("Enhanced due diligence").tolist() == highest.tolist()
    assert (tiers["acted_on_tier"] == "high").tolist() == highest.tolist()


def test_the_agreement_of_both_tiers_is_that_of_the_customers(tiers, rated):
    from sklearn.metrics import cohen_kappa_score

    cells = rated.mart("mart_compliance_agreement", "rule_tier, learned_tier")
    assert len(cells) == 9
    assert cells["customer_count"].sum() == len(tiers) == cells["compared_count"].iloc[0]
    ranks = {"Low": 1, "Medium": 2, "High": 3}
    kappa = cohen_kappa_score(tiers["rule_tier"].map(ranks), tiers["tier"].map(ranks), weights="quadratic")
    told = cells.iloc[0]
    assert told["quadratic_weighted_kappa"] == pytest.approx(kappa)
    assert told["quadratic_weighted_kappa_low"] < kappa < told["quadratic_weighted_kappa_high"]
    assert abs(told["quadratic_weighted_kappa_by_chance"]) < 0.05
    assert told["same_tier_share"] == pytest.approx(tiers["tiers_agree"].mean())
    assert "Cohen" in told["kappa_definition"]


def test_the_registry_says_in_words_what_the_tiers_are_made_of(rated):
    model = rated.query(
        "select * from registry.reg_model_versions where model_name = 'compliance_risk'"
    ).iloc[0]
    assert model["is_serving"]
    assert "component 1 explains" in model["components_in_words"]
    chosen = rated.query("select * from registry.reg_searches where is_chosen").iloc[0]
    assert chosen["k"] == 3
    assert chosen[["silhouette", "davies_bouldin"]].notna().all()


def test_contradictions_are_the_planted_ones_and_make_the_fact_unknown(rated, tiers, demo_ledger):
    planted = pd.read_parquet(demo_ledger / "truth" / "defects.parquet")
    planted = planted[planted["defect_class"] == "contradicting_channels"]
    assert len(planted) > 5
    contradicting = tiers[tiers["has_contradictions"]]
    assert contradicting["contradictions"].str.fullmatch(r"occupation: \w+ / \w+").all()
    assert len(contradicting) == len(planted)
    told = rated.query("select * from staging.stg_compliance__contradictions order by customer_id, fact")
    assert told["customer_id"].tolist() == contradicting["customer_id"].tolist()
    features = rated.query("select * from features.ftr_compliance").set_index("customer_id")
    assert features.loc[contradicting["customer_id"], "occupation"].isna().all()


def test_the_sheet_says_what_the_ledger_says(rated, demo_ledger, tmp_path, project_on):
    book = demo_ledger / "compliance" / "risk_factors.xlsx"
    project = project_on(tmp_path / "nothing", inputs={"compliance.risk_factors": str(book)})
    project.build("--select", "+stg_compliance__risk_factors")
    in_sheet = project.query("select * exclude (statement_number) from staging.stg_compliance__risk_factors")
    in_ledger = rated.query("select * exclude (statement_number) from staging.stg_compliance__risk_factors")
    in_ledger = in_ledger[in_ledger["customer_id"].isin(in_sheet["customer_id"])]
    order = ["customer_id", "channel", "occupation", "non_face_to_face_count_30d"]
    assert in_sheet["customer_id"].nunique() == 2_000
    pd.testing.assert_frame_equal(
        *(frame.sort_values(order).reset_index(drop=True) for frame in (in_sheet, in_ledger)),
        check_exact=False,
        # Amounts that were typed have two decimals.
        atol=0.005,
    )


def test_later_assessments_change_nothing_at_an_earlier_date(rated, tmp_path, project_on):
    early = "2025-10-01"
    ledger = copy_of(rated.input_dir, tmp_path / "in", ("compliance",))
    project = project_on(ledger, as_of_date=early)
    features = "select * from features.ftr_compliance order by customer_id"
    project.build(*UP_TO_RULES)
    first = project.query(features)
    assert 500 < len(first) < 4_000
    rewrite(ledger, "risk_factors", f"select * from ledger where assessed_date <= '{early}'", "compliance")
    project.build(*UP_TO_RULES)
    pd.testing.assert_frame_equal(project.query(features), first)


def test_what_a_sheet_contradicts_or_mixes_is_told_row_by_row(tmp_path, project_on):
    ledger = csv_ledger(tmp_path / "in", "ada,2024-01-01\n", "")
    sheet(
        ledger / "compliance" / "risk_factors.xlsx",
        [
            ["Risk factors, first quarter"],
            [
                "CustomerID",
                "SubscribedChannels",
                "isPep",
                "ExpVolume",
                "Gender",
                "Date of birth",
                "NumAlerts",
            ],
            ["a", "ATM", "Y", "1,000", "f", "03/04/1980", 1],
            ["a", "Mobile app", "N", 2000, "m", "03/04/1980", "1 "],
            ["b", "Web", "maybe", "a lot", "f", "13/04/1980", -2],
            ["c", "Web", "N", "n/a", None, "04/13/1980", "2"],
            [None, "Web", "N", 5, None, None, None],
            ["c", "Web", "N", None, None, "04/13/1980", 2],
        ],
    )
    project = project_on(ledger)
    project.build("--select", "+mart_data_quality", "+ftr_compliance")
    told = project.query(
        """
        select row_key, column_name, given_value, reason, action
        from staging.rejected_rows
        where source_name = 'compliance'
        order by action, row_key, column_name, given_value
        """
    )
    assert [tuple(row) for row in told.fillna("").to_numpy()] == [
        ("a", "expected_monthly_volume_usd", "1000.0 / 2000.0", *counts()),
        ("a", "gender", "f / m", *unknown()),
        ("a", "is_pep", "false / true", *counts()),
        ("", "customer_id", "", "missing key", "row rejected"),
        ("a", "birth_date", "03/04/1980", "mixed date formats", "value emptied"),
        ("a", "birth_date", "03/04/1980", "mixed date formats", "value emptied"),
        ("b", "alert_count_365d", "-2", "negative", "value emptied"),
        ("b", "birth_date", "13/04/1980", "mixed date formats", "value emptied"),
        ("b", "expected_monthly_volume_usd", "a lot", "not a number", "value emptied"),
        ("b", "is_pep", "maybe", "neither yes nor no", "value emptied"),
        ("c", "birth_date", "04/13/1980", "mixed date formats", "value emptied"),
        ("c", "birth_date", "04/13/1980", "mixed date formats", "value emptied"),
    ]
    accounts = project.mart("mart_data_quality", "table_name").set_index("table_name").loc["risk_factors"]
    assert accounts[["rows_in", "rows_kept", "rows_rejected", "duplicates_dropped"]].tolist() == [6, 4, 1, 1]
    assert accounts[["values_emptied", "contradictions_resolved"]].tolist() == [8, 3]
    features = project.query("select * from features.ftr_compliance").set_index("customer_id")
    assert features.loc["a", ["is_pep", "expected_monthly_volume_usd", "channel_count"]].tolist() == [
        True,
        1000,
        2,
    ]


def counts() -> tuple[str, str]:
    return "contradicts another row of the customer, the riskier value counts", "contradiction resolved"


def unknown() -> tuple[str, str]:
    return "contradicts another row of the customer, unknown", "contradiction resolved"


def test_ready_features_can_be_supplied_from_a_sheet(rated, tiers, tmp_path, project_on):
    features = rated.query("select * from features.ftr_compliance order by customer_id limit 300")
    columns = [
        "customer_id",
        "as_of_date",
        "is_pep",
        "volume_to_expected_ratio",
        "alert_count_365d",
        "cash_ratio",
    ]
    rows = features[columns].astype(object).where(features[columns].notna(), None).values.tolist()
    book = sheet(tmp_path / "features.xlsx", [columns, *rows])
    project = project_on(tmp_path / "nothing", supplied={"ftr_compliance": str(book)}, **ONLY_OURS)
    project.build("--select", "+mart_compliance_risk")
    told = project.query(TIERS)
    assert told["customer_id"].tolist() == features["customer_id"].tolist()
    assert told["tier"].isin(["Low", "Medium", "High"]).all()


def test_personal_columns_are_tagged_so_that_publishing_leaves_them_out(rated, tmp_path):
    import json

    manifest = json.loads((rated.places.target / "manifest.json").read_text())
    columns = manifest["nodes"]["model.segmart.mart_compliance_risk"]["columns"]
    personal = {name for name, column in columns.items() if column["config"]["meta"].get("personal")}
    assert personal == {"birth_date", "gender", "residence_country", "contradictions"}
