"""What the guide tells readers of `published/` about connections that stay open: see docs/bi.md."""

import os

import duckdb
import pytest


@pytest.fixture
def published(tmp_path):
    """Two versions as a publication lays them out, the older one current."""
    for version in ("old", "new"):
        (tmp_path / "versions" / version).mkdir(parents=True)
        with duckdb.connect(str(tmp_path / "versions" / version / "segmart.duckdb")) as connection:
            connection.execute(f"create table said as select '{version}' as version")
    (tmp_path / "current").symlink_to("versions/old")
    (tmp_path / "segmart.duckdb").symlink_to("current/segmart.duckdb")
    return tmp_path


def connect(published):
    return duckdb.connect(str(published / "segmart.duckdb"), read_only=True)


def version_seen_by(connection):
    return connection.execute("select version from said").fetchone()[0]


def test_a_new_connection_sees_the_new_version_while_an_old_one_keeps_its_own(published):
    # DuckDB opens a file once in a process. It goes by the file, not by the links that lead to it.
    with connect(published) as before:
        assert version_seen_by(before) == "old"
        (published / "beside").symlink_to("versions/new")
        os.replace(published / "beside", published / "current")
        with connect(published) as after:
            assert version_seen_by(after) == "new"
            assert version_seen_by(before) == "old"
