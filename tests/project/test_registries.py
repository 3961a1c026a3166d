"""What was learned outlives a warehouse, and what served before can serve again."""

from dataclasses import replace

import duckdb
import pytest
from conftest import Project

from segmart.registries import back_up, restore, roll_back

REGISTRY = """
    select model_version, population, status_reason
    from learned.ml_trading_profiles__fit
    order by all
"""
SERVED = """
    select customer_id, segment_id, segment_name, distance
    from learned.ml_trading_profiles__assigned
    order by customer_id
"""
VERSIONS = """
    select distinct model_version
    from learned.ml_trading_profiles__assigned
    where segment_id is not null
"""


@pytest.fixture
def in_a_new_warehouse(built, tmp_path) -> Project:
    """A warehouse of nothing but restored registries, beside the features of the built project as a file."""
    project = replace(built, folder=tmp_path)
    assert back_up(built.places.warehouse, tmp_path / "kept")["learned.ml_trading_profiles__fit"] == 1
    restore(project.places.warehouse, tmp_path / "kept")
    features = str(tmp_path / "features.parquet")
    with duckdb.connect(str(built.places.warehouse), read_only=True) as warehouse:
        warehouse.execute("copy features.ftr_trading_behaviour to ? (format parquet)", [features])
    project.variables = {"supplied": {"ftr_trading_behaviour": features}}
    return project


def test_restored_champions_serve_as_before_and_a_rollback_undoes_a_version(built, in_a_new_warehouse):
    project = in_a_new_warehouse
    before = project.query(REGISTRY)

    def build(**variables):
        project.build("--select", "+ml_trading_profiles__assigned", **variables)

    build(language="fr")
    assert project.query(VERSIONS)["model_version"].tolist() == [2]
    assert not project.query(SERVED).equals(built.query(SERVED))

    roll_back(project.places.warehouse, "trading_profiles", 1)
    build()
    assert project.query(VERSIONS)["model_version"].tolist() == [3]
    assert project.query(SERVED).equals(built.query(SERVED))
    after = project.query(REGISTRY)
    assert len(after) == 3 * len(before)
    assert after.head(len(before)).equals(before), "nothing was fitted, and nothing removed"
