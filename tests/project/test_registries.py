"""What was learned outlives a warehouse, and what served before can serve again."""

import duckdb
import pytest
from conftest import WITHOUT_TESTS, Project

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
# A champion under which everybody would be called otherwise.
UNWANTED_VERSION = """
    insert into learned.ml_trading_profiles__fit
    select * replace (
        2 as model_version,
        replace(replace(artefact, '"model_version": 1', '"model_version": 2'), 'Prudent', 'Wild') as artefact
    )
    from learned.ml_trading_profiles__fit
"""
VERSIONS = """
    select distinct model_version
    from learned.ml_trading_profiles__assigned
    where segment_id is not null
"""


@pytest.fixture
def in_a_new_warehouse(built, bench, project_on) -> Project:
    """A warehouse of nothing but restored registries, beside the features of the built project as a file."""
    features = bench / "features.parquet"
    project = project_on(built.input_dir, supplied={"ftr_trading_behaviour": str(features)})
    with duckdb.connect(str(built.places.warehouse), read_only=True) as warehouse:
        warehouse.execute("copy features.ftr_trading_behaviour to ? (format parquet)", [str(features)])
    assert back_up(built.places.warehouse, bench / "kept")["learned.ml_trading_profiles__fit"] == 1
    restore(project.places.warehouse, bench / "kept")
    return project


def test_restored_champions_serve_as_before_and_a_rollback_undoes_a_version(built, in_a_new_warehouse):
    project = in_a_new_warehouse
    with duckdb.connect(str(project.places.warehouse)) as warehouse:
        warehouse.execute(UNWANTED_VERSION)
    before = project.query(REGISTRY)
    roll_back(project.places.warehouse, "trading_profiles", 1)
    project.build("--select", "+ml_trading_profiles__assigned", leaves_out=WITHOUT_TESTS)

    assert project.query(VERSIONS)["model_version"].tolist() == [3]
    assert project.query(SERVED).equals(built.query(SERVED))
    after = project.query(REGISTRY)
    assert len(after) == len(before) + 1, "nothing was fitted"
    assert after.head(len(before)).equals(before), "and nothing removed"
