"""A build runs dbt as a child, publishes when all is green, and keeps to itself."""

import os
import signal
import subprocess
import sys

import duckdb
import pytest

from segmart import building
from segmart.building import as_of_date_of_last_run, build, find_project, places_of, publish_last_build
from segmart.errors import BuildError, InputError
from segmart.publishing import resolve

PROJECT = {
    "dbt_project.yml": """
        name: bank
        version: "1.0"
        config-version: 2
        profile: bank
        vars: {as_of_date: "2025-12-31", build_stamp: 1, smallest: 1}
        models: {bank: {+materialized: table}}
        """,
    "profiles.yml": """
        bank:
          target: embedded
          outputs: {embedded: {type: duckdb, path: "{{ env_var('SEGMART_WAREHOUSE') }}"}}
        """,
    "models/marts.yml": """
        groups: [{name: risk, owner: {name: Risk}}]
        models:
          - name: mart_a
            description: It's the first.
            config: {access: public, group: risk, contract: {enforced: true}}
            columns:
              - {name: customer_id, data_type: varchar, constraints: [{type: not_null}, {type: primary_key}]}
              - {name: birth_date, data_type: date, config: {meta: {personal: true}}}
              - {name: build_stamp, data_type: integer}
          - name: mart_b
            config: {access: public}
            columns:
              - name: build_stamp
                data_tests: [{at_least: {arguments: {smallest: "{{ var('smallest') }}"}}}]
        """,
    "models/customers.sql": "select 'ada' as customer_id, date '1815-12-10' as birth_date",
    "models/mart_a.sql": "select *, {{ var('build_stamp') }} as build_stamp from {{ ref('customers') }}",
    "models/mart_b.sql": "select {{ var('build_stamp') }} as build_stamp from {{ ref('mart_a') }}",
    "macros/at_least.sql": """
        {% test at_least(model, column_name, smallest) %}
        select * from {{ model }} where {{ column_name }} < {{ smallest }}
        {% endtest %}
        """,
}


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A dbt project of two marts, built and published once; the tests that follow build on it, in order."""
    project = tmp_path_factory.mktemp("bank")
    for name, text in PROJECT.items():
        (project / name).parent.mkdir(exist_ok=True)
        (project / name).write_text(
            "\n".join(line[8:] if line[:8].isspace() else line for line in text.split("\n"))
        )
    places = places_of(project)
    return places, build(places)


def published_stamp(places):
    with duckdb.connect(str(places.published / "segmart.duckdb"), read_only=True) as database:
        return database.execute("select distinct build_stamp from main.mart_a").fetchall()


def test_a_green_build_is_published_as_dbt_describes_it(built):
    places, publication = built

    mart = publication.manifest["marts"]["mart_a"]
    assert publication.directory == resolve(places.published)
    assert publication.manifest["as_of_date"] == "2025-12-31"
    assert mart["primary_key"] == ["customer_id"]
    assert mart["personal_columns_left_out"] == ["birth_date"]
    assert (mart["group"], mart["owner"]) == ("risk", {"name": "Risk"})
    assert [each["name"] for each in mart["columns"]] == ["customer_id", "build_stamp"]
    assert published_stamp(places) == [(1,)]


def test_publishing_the_last_build_again_changes_nothing(built):
    places, publication = built

    again = publish_last_build(places)
    assert (again.version, again.is_new) == (publication.version, False)


def test_a_red_build_leaves_the_published_marts_untouched(built):
    places, publication = built

    with pytest.raises(BuildError, match=r"dbt build failed \(exit code 1.*left untouched"):
        build(places, {"build_stamp": 2, "smallest": 3})
    assert resolve(places.published) == publication.directory
    assert published_stamp(places) == [(1,)]
    with pytest.raises(BuildError, match=r"not green: test\.bank\.at_least.* \(fail\)"):
        publish_last_build(places)


def test_a_selection_after_a_red_build_is_not_published_as_the_whole(built):
    places, publication = built

    assert build(places, {"build_stamp": 2}, select=["mart_b"], publishes=False) is None
    with pytest.raises(
        BuildError, match=r"left out 2 of the nodes .*model\.bank\.customers, model\.bank\.mart_a"
    ):
        publish_last_build(places)
    assert resolve(places.published) == publication.directory


# --------------------------------------------------------------------------------------------- dbt as a child


@pytest.fixture
def places(tmp_path):
    return places_of(tmp_path)


def stand_in(monkeypatch, code):
    """Let a few lines of Python stand in for dbt."""
    monkeypatch.setattr(building, "DBT", (sys.executable, "-c", code))


def test_dbt_is_told_where_everything_is(places, monkeypatch, capfd):
    stand_in(
        monkeypatch,
        "import os, sys; see = os.environ;"
        "print(os.getcwd(), see['SEGMART_WAREHOUSE'], see['SEGMART_PROJECT_DIR']);"
        "print(*sys.argv[1:], sep='|')",
    )
    build(places, {"as_of_date": "2025-06-30"}, select=["a", "b"], full_refresh=True, publishes=False)

    project = places.project
    where, arguments = capfd.readouterr().out.splitlines()
    assert where == f"{project} {project}/warehouse/segmart.duckdb {project}"
    assert arguments == (
        f"build|--project-dir|{project}|--profiles-dir|{project}|--target-path|{project}/target"
        '|--vars|{"as_of_date": "2025-06-30"}|--select|a|b|--full-refresh'
    )


def test_a_second_build_in_the_same_warehouse_is_refused_with_the_name_of_the_first(places, monkeypatch):
    stand_in(monkeypatch, "pass")
    with (
        building.only_one(building._lock_of(places.warehouse), "build"),
        pytest.raises(BuildError, match=rf"another build .*segmart\.duckdb .*process {os.getpid()}"),
    ):
        build(places, publishes=False)
    build(places, publishes=False)


# Signals as a terminal leaves them: tests that run in the background inherit them ignored.
BUILD_THAT_WAITS = """
import signal, sys
from pathlib import Path
from segmart import building
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGTERM, signal.SIG_DFL)
building.DBT = (sys.executable, "-c", "import os, time; print(os.getpid(), flush=True); time.sleep(60)")
building.build(building.places_of(Path(sys.argv[1])), publishes=False)
"""


@pytest.fixture
def waiting_build(places):
    """A build in another process whose dbt only waits, and the process id of that dbt."""
    command = [sys.executable, "-c", BUILD_THAT_WAITS, str(places.project)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as waiting:
        yield waiting, int(waiting.stdout.readline())
        waiting.kill()


def test_a_dbt_that_outlives_its_killed_parent_keeps_the_next_build_out(places, waiting_build, monkeypatch):
    waiting, dbt = waiting_build
    waiting.kill()
    waiting.wait()
    stand_in(monkeypatch, "pass")

    with pytest.raises(BuildError, match=rf"another build .*process {dbt}"):
        build(places, publishes=False)
    os.kill(dbt, signal.SIGKILL)
    waiting.stdout.read()  # Until the last process that could write there has ended.
    build(places, publishes=False)


def test_an_interrupted_build_takes_its_dbt_along(waiting_build):
    waiting, dbt = waiting_build
    waiting.send_signal(signal.SIGINT)
    waiting.wait(timeout=20)

    with pytest.raises(ProcessLookupError):
        os.kill(dbt, 0)


# ------------------------------------------------------------------------------------------- where things are


def test_the_warehouse_is_that_of_the_environment_unless_given(tmp_path, monkeypatch):
    assert places_of(tmp_path).warehouse == tmp_path / "warehouse" / "segmart.duckdb"
    monkeypatch.setenv("SEGMART_WAREHOUSE", "/lake/segmart.duckdb")
    assert str(places_of(tmp_path).warehouse) == "/lake/segmart.duckdb"
    assert places_of(tmp_path, warehouse=tmp_path / "mine.duckdb").warehouse == tmp_path / "mine.duckdb"


def test_the_project_is_the_nearest_one_above(tmp_path):
    (tmp_path / "dbt_project.yml").touch()
    (tmp_path / "models" / "marts").mkdir(parents=True)

    assert find_project(None, tmp_path / "models" / "marts") == tmp_path


def test_outside_of_a_project_it_is_that_of_the_package(tmp_path):
    assert (find_project(None, tmp_path) / "src" / "segmart" / "building.py").is_file()


def test_a_given_project_must_be_one(tmp_path):
    with pytest.raises(InputError, match=r"has no dbt_project\.yml"):
        find_project(tmp_path, tmp_path)


@pytest.mark.parametrize(
    ("given", "declared", "expected"),
    [
        ('{"as_of_date": "2025-06-30"}', "{as_of_date: 2025-12-31}", "2025-06-30"),
        ("{}", "{as_of_date: 2025-12-31}", "2025-12-31"),
        ("null", "{bank: {as_of_date: '2025-11-30'}, as_of_date: 2025-12-31}", "2025-11-30"),
    ],
)
def test_the_as_of_date_is_that_of_the_run_else_of_the_project(places, given, declared, expected):
    places.target.mkdir()
    (places.target / "run_results.json").write_text(f'{{"args": {{"vars": {given}}}}}')
    (places.project / "dbt_project.yml").write_text(f"name: bank\nvars: {declared}")

    assert as_of_date_of_last_run(places) == expected


def test_a_project_without_an_as_of_date_is_told_so(places):
    places.target.mkdir()
    (places.target / "run_results.json").write_text('{"args": {}}')
    (places.project / "dbt_project.yml").write_text("name: bank")

    with pytest.raises(BuildError, match="no variable as_of_date"):
        as_of_date_of_last_run(places)
