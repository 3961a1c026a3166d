"""A build from nothing, a second one, and what they find in a ledger whose truth is known."""

import json

import duckdb
import pandas as pd
import pytest
from conftest import PROJECT, WITHOUT_TESTS
from ledgers import copy_of, rewrite
from sklearn.metrics import adjusted_rand_score

from segmart.segmentation.artefact import artefact_from_json
from segmart.segmentation.assignment import assign_rows

REGISTRY = "select * from learned.ml_rfmn_segments__fit order by model_version, population"
HANDLINGS = {
    "rows_rejected": ["reject_row"],
    "duplicates_dropped": ["drop_duplicate", "keep_latest"],
    "values_emptied": ["clear_value"],
}


@pytest.fixture(scope="module")
def mismatches(built):
    return built.mart("mart_segment_mismatches", "customer_id")


def test_every_customer_has_one_row_and_a_rule_segment(built, truth):
    segments = built.mart("mart_customer_segments", "customer_id")
    assert segments["customer_id"].tolist() == sorted(truth["customer_id"])
    assert segments["rule_segment"].notna().all()


def test_activity_status_is_the_planted_one(built, truth):
    found = built.mart("mart_customer_segments", "customer_id").merge(truth, on="customer_id")
    assert (found["activity_status_x"] == found["activity_status_y"]).all()


def test_planted_archetypes_are_recovered(built, truth):
    found = built.mart("mart_customer_segments", "customer_id").merge(truth, on="customer_id")
    for status, customers in found.groupby("activity_status_x"):
        assert adjusted_rand_score(customers["archetype"], customers["rfmn_segment_id"]) >= 0.8, status


def test_planted_mis_ruled_customers_are_the_mismatches(mismatches, truth):
    planted = set(truth.loc[truth["mis_ruled_kind"].notna(), "customer_id"])
    found = set(mismatches["customer_id"])
    assert planted
    assert len(planted & found) / len(found) >= 0.95
    assert len(planted & found) / len(planted) >= 0.95


def test_every_stated_smallest_change_flips_the_answer_when_it_is_applied(built, mismatches):
    artefacts = {
        row.population: artefact_from_json(row.artefact)
        for row in built.query("select population, artefact from learned.ml_rfmn_segments__fit").itertuples()
    }
    features = built.query("select * from features.ftr_rfmn").set_index("customer_id", drop=False)
    for row in mismatches.itertuples():
        changed = features.loc[[row.customer_id]].copy()
        before = assign_rows(artefacts[row.activity_status], changed)["segment_id"].item()
        for change in json.loads(row.smallest_change_json):
            changed[change["feature"]] = change["to"]
        after = assign_rows(artefacts[row.activity_status], changed)["segment_id"].item()
        assert (before, after) == (row.learned_segment_id, row.expected_segment_id), row.customer_id


def test_every_planted_defect_is_rejected_emptied_or_dropped_and_nothing_else_is(built, demo_ledger):
    keys = ["source_name", "table_name"]
    accounts = built.mart("mart_data_quality", "source_name, table_name").set_index(keys)
    planted = pd.read_parquet(demo_ledger / "truth" / "defects.parquet")
    planted = planted[planted["source_name"].isin(accounts.index.get_level_values("source_name"))]
    # An asset without a usable volatility is still an asset: the value goes, the row stays.
    planted.loc[planted["defect_class"] == "volatility_negative", "expected_handling"] = "clear_value"
    for column, handlings in HANDLINGS.items():
        expected = planted[planted["expected_handling"].isin(handlings)].groupby(keys).size()
        assert accounts[column].to_dict() == expected.reindex(accounts.index, fill_value=0).to_dict(), column


def test_agreement_is_reported_beside_what_chance_gives(built):
    mapping = built.mart("mart_segment_mapping", "activity_status, rule_segment, learned_segment_id")
    for _, cells in mapping.groupby("activity_status"):
        first = cells.iloc[0]
        assert 0 <= first["agreement_rate_by_chance"] <= first["agreement_rate"] <= 1
        assert (
            first["adjusted_rand_index_low"]
            <= first["adjusted_rand_index"]
            <= first["adjusted_rand_index_high"]
        )


def test_two_builds_from_nothing_publish_equal_marts_whatever_the_row_order_and_seed(
    built, demo_ledger, tmp_path, project_on
):
    sources = [folder.name for folder in (PROJECT / "models/staging").iterdir() if folder.is_dir()]
    shuffled = copy_of(demo_ledger, tmp_path / "shuffled", tuple(sources))
    for file in shuffled.glob("*/*.parquet"):
        rewrite(shuffled, file.stem, "select * from ledger order by hash(ledger)", file.parent.name)
    again = project_on(shuffled)
    again.build()
    hashes = [
        {name: mart["sha256"] for name, mart in project.publish(tmp_path / name).manifest["marts"].items()}
        for name, project in (("one", built), ("other", again))
    ]
    assert hashes[0] == hashes[1]

    # Whatever is learned is learned anew, with another seed.
    with duckdb.connect(str(again.places.warehouse)) as warehouse:
        warehouse.execute("drop schema learned cascade")
    marts = ("mart_segment_profiles", "mart_segment_mismatches", "mart_customer_segments")
    again.build(*("--select", *(f"+{mart}" for mart in marts)), leaves_out=WITHOUT_TESTS, random_seed=7)
    for name in marts:
        ours, others = (project.mart(name, "all") for project in (built, again))
        # The trees of the isolation forest are drawn at random: near its bound a flag may differ.
        columns = ours.columns.drop("is_trading_anomaly", errors="ignore")
        assert ours[columns].equals(others[columns]), name


def test_routine_builds_full_refreshes_and_refits_leave_every_customer_on_their_segment(built_copy):
    project = built_copy
    first, registry = project.publish(), project.query(REGISTRY)
    assert registry["status"].tolist() == ["champion"] * 3

    output = project.build()
    assert "k = 2" not in output, "a routine build has searched for segments"
    assert project.query(REGISTRY).equals(registry)
    assert project.publish().version == first.version

    project.build("--full-refresh")
    assert project.query(REGISTRY).equals(registry)
    assert project.publish().version == first.version

    before = project.mart("mart_customer_segments", "customer_id")
    project.build("--select", "+mart_customer_segments", leaves_out=WITHOUT_TESTS, refit=True)
    refitted = project.query(REGISTRY)
    assert refitted["model_version"].tolist() == [1, 1, 1, 2, 2, 2]
    assert set(refitted.loc[refitted["model_version"] == 2, "status"]) == {"challenger"}
    assert project.mart("mart_customer_segments", "customer_id").equals(before)


def test_the_whole_graph_builds_on_no_rows(demo_ledger, project_on):
    project_on(demo_ledger).build("--empty")
