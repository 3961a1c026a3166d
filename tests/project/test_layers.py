"""The four sentences about layers, read off dbt's own manifest, and what every public model owes."""

import json
import re

import pytest
from conftest import PROJECT

# Intermediate models whose names say that they hold nothing after the as-of date.
CUT_OFF_AT_THE_DATE = ("_windowed_", "_closed_", "_held_")


@pytest.fixture(scope="module")
def manifest(built) -> dict:
    return json.loads((built.places.target / "manifest.json").read_text())


@pytest.fixture(scope="module")
def models(manifest) -> dict[str, dict]:
    return {name: node for name, node in manifest["nodes"].items() if node["resource_type"] == "model"}


def parents(node: dict) -> list[str]:
    return [name.split(".")[-1] for name in node["depends_on"]["nodes"]]


def test_nothing_learns_from_anything_but_features_and_labels(models):
    learned = {name: node for name, node in models.items() if node["name"].startswith("ml_")}
    assert learned
    for node in learned.values():
        strangers = [
            name
            for name in node["depends_on"]["nodes"]
            if not name.startswith("seed.") and not name.split(".")[-1].startswith(("ftr_", "lbl_", "ml_"))
        ]
        assert not strangers, f"{node['name']} learns from {strangers}"


def test_only_labels_may_look_past_the_as_of_date(models):
    windows = [
        node
        for node in models.values()
        if "_windowed_to_customers" in node["name"]
        or "matched_to_lots" in node["name"]
        or node["name"] in ("int_lots_valued", "int_assets_last_priced")
    ]
    assert windows
    for node in windows:
        assert "as_of_date()" in node["raw_code"] or "in_last_days(" in node["raw_code"], node["name"]
    for node in models.values():
        if node["name"].startswith(("ftr_", "rule_", "mart_")):
            ledgers = [
                name
                for name in parents(node)
                if name.startswith("int_") and not any(cut in name for cut in CUT_OFF_AT_THE_DATE)
            ]
            assert not ledgers, f"{node['name']} reads {ledgers}, which are not cut off at the as-of date"


def test_only_staging_calls_source(models):
    callers = [
        node
        for node in models.values()
        if any(name.startswith("source.") for name in node["depends_on"]["nodes"])
    ]
    assert callers
    assert {node["path"].split("/")[0] for node in callers} == {"staging"}


def test_only_marts_are_public(models):
    public = {node["name"] for node in models.values() if node["access"] == "public"}
    assert public == {node["name"] for node in models.values() if node["name"].startswith(("dim_", "mart_"))}
    # Marts of one's own live in folders of their own.
    assert sum(node["path"].startswith("marts/") for node in models.values()) == 19


def test_every_public_model_has_contract_key_owner_and_words(manifest, models):
    for node in models.values():
        if node["access"] != "public":
            continue
        assert node["contract"]["enforced"], node["name"]
        assert node["primary_key"], node["name"]
        assert manifest["groups"][f"group.segmart.{node['group']}"]["owner"]["email"], node["name"]
        assert node["description"], node["name"]
        silent = [name for name, column in node["columns"].items() if not column["description"]]
        assert not silent, f"{node['name']}: {silent}"


def test_every_mart_is_in_an_exposure(manifest, models):
    exposed = {
        name for exposure in manifest["exposures"].values() for name in exposure["depends_on"]["nodes"]
    }
    assert {name for name, node in models.items() if node["access"] == "public"} <= exposed


@pytest.mark.parametrize(
    ("exposure", "files"),
    [("report", "reports/**/*.sql"), ("dashboard", "bi/superset/dashboard/datasets/**/*.yaml")],
)
def test_report_and_dashboard_are_exposed_with_the_marts_they_read(manifest, exposure, files):
    texts = "\n".join(path.read_text() for path in PROJECT.glob(files))
    assert set(parents(manifest["exposures"][f"exposure.segmart.{exposure}"])) == set(
        re.findall(r"\b(?:mart|dim)_[a-z_]+", texts)
    )


def test_no_sql_model_is_longer_than_two_screens(models):
    long = {
        node["name"]: node["raw_code"].count("\n")
        for node in models.values()
        if node["raw_code"].count("\n") > 120
    }
    assert not long
