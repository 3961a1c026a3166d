"""What readers of `published/` may rely on, and what a publication refuses."""

import hashlib
import json
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import time
from datetime import date, timedelta

import duckdb
import pytest

from segmart import publishing
from segmart.errors import BuildError, DeclarationError
from segmart.publishing import only_one, publish, publish_again, read_manifest, resolve

AS_OF = "2025-12-31"

# A process of its own, and not a fork: DuckDB's threads do not survive a fork.
PROCESSES = multiprocessing.get_context("spawn")


# --------------------------------------------------------------------- a warehouse and dbt's records of a run


def column(name, description="", personal=False, **more):
    config = {"meta": {"personal": personal}}
    return {"name": name, "description": description, "meta": {}, "config": config, **more}


def model(name, columns=(), parents=(), access="public", package="bank", materialized="table", **more):
    return {
        "name": name,
        "alias": name,
        "schema": "marts",
        "resource_type": "model",
        "package_name": package,
        "access": access,
        "group": None,
        "description": f"It's {name}",
        "primary_key": ["customer_id"],
        "columns": {each["name"]: each for each in columns},
        "config": {"materialized": materialized},
        "depends_on": {"nodes": list(parents)},
        **more,
    }


def data_test(*parents):
    return {
        "resource_type": "test",
        "config": {"materialized": "test"},
        "depends_on": {"nodes": list(parents)},
    }


NODES = {
    "model.bank.features": model("features", access="protected", parents=["source.bank.ledger"]),
    "model.bank.shorthand": model("shorthand", access="protected", materialized="ephemeral"),
    "model.bank.mart_a": model(
        "mart_a",
        parents=["model.bank.features", "model.bank.shorthand"],
        columns=[
            column("customer_id", "Who; it's the key"),
            column("birth_date", personal=True),
            column("email") | {"meta": {"personal": True}},
        ],
        group="risk",
    ),
    "model.bank.mart_b": model("mart_b", parents=["model.bank.features"]),
    "test.bank.unique_a": data_test("model.bank.mart_a"),
    "test.bank.not_null_features": data_test("model.bank.features"),
    "test.bank.not_null_ledger": data_test("source.bank.ledger"),
    "test.bank.related": data_test("model.bank.mart_a", "model.bank.mart_b"),
}


def metrics_on(mart, **expressions):
    """Return dbt's records of metrics that are sums over columns of one mart."""
    measures = [
        {"name": f"{name}_sum", "agg": "sum", "expr": column, "non_additive_dimension": None}
        for name, column in expressions.items()
    ]
    given = {"filter": None, "join_to_timespine": False, "fill_nulls_with": None}
    return {
        "semantic_models": {
            mart: {
                "name": mart,
                "node_relation": {"alias": mart},
                "defaults": None,
                "entities": [],
                "dimensions": [{"name": "email", "type": "categorical", "expr": None}],
                "measures": measures,
            }
        },
        "metrics": {
            name: {
                "name": name,
                "label": name,
                "description": f"It's {name}",
                "type": "simple",
                "type_params": {
                    "measure": {"name": f"{name}_sum", **given},
                    "input_measures": [{"name": f"{name}_sum"}],
                },
                "filter": None,
                "config": {"meta": {"unit": "USD"}},
            }
            for name in expressions
        },
    }


NO_METRICS = {"semantic_models": {}, "metrics": {}}


class Bank:
    """A warehouse with two marts, dbt's records of the run that made them, and where they are published."""

    def __init__(self, folder, customers=50):
        self.warehouse = folder / "segmart.duckdb"
        self.target = folder / "target"
        self.destination = folder / "published"
        self.customers = customers
        folder.mkdir(exist_ok=True)
        self.target.mkdir(exist_ok=True)
        self.fill(stamp=0)
        self.record()

    def sql(self, statement):
        with duckdb.connect(str(self.warehouse)) as connection:
            connection.execute(statement)

    def fill(self, stamp, marts=("mart_a", "mart_b"), order="customer_id"):
        self.sql("create schema if not exists marts")
        for mart in marts:
            self.sql(
                f"""
                create or replace table marts.{mart} as
                select
                    printf('customer %06d', i) as customer_id,
                    {stamp} as build_stamp,
                    (i * 7919) % 1000 / 7 as amount_usd,
                    date '1970-01-01' + i::integer as birth_date,
                    'private' || i as email
                from range({self.customers}) as numbers (i)
                order by {order}
                """
            )

    def record(self, nodes=NODES, statuses=None, manifest_run="run 1", metrics=NO_METRICS, **arguments):
        """Write manifest.json and run_results.json: all but the ephemeral node were run, and are green."""
        green = {
            name: "pass" if node["resource_type"] == "test" else "success"
            for name, node in nodes.items()
            if node["config"]["materialized"] != "ephemeral"
        }
        manifest = {
            "metadata": {"invocation_id": manifest_run, "project_name": "bank"},
            "nodes": nodes,
            "groups": {"group.bank.risk": {"name": "risk", "owner": {"name": "Risk", "email": None}}},
            **metrics,
        }
        results = {
            "metadata": {"invocation_id": "run 1"},
            "args": {"which": "build", "empty": False, "invocation_command": "dbt build", **arguments},
            "results": [
                {"unique_id": name, "status": status}
                for name, status in {**green, **(statuses or {})}.items()
                if status is not None
            ],
        }
        (self.target / "manifest.json").write_text(json.dumps(manifest))
        (self.target / "run_results.json").write_text(json.dumps(results))

    def publish(self, **options):
        return publish(self.warehouse, self.target, self.destination, AS_OF, **options)


@pytest.fixture
def bank(tmp_path):
    return Bank(tmp_path / "bank")


def seen(destination):
    """Return everything a reader could see: each path with where it leads, or what it holds."""
    return {
        str(path.relative_to(destination)): os.readlink(path)
        if path.is_symlink()
        else path.is_file() and (path.read_bytes(), path.stat().st_mtime_ns)
        for path in sorted(destination.rglob("*"))
        if path.name != ".lock"
    }


def read_parquet(path, query="select * from mart"):
    with duckdb.connect() as connection:
        connection.read_parquet(str(path)).create_view("mart")
        return connection.execute(query).fetchall()


def read_consistently(destination):
    """Read all that is published as its readers do, fail on any mix, and return the build stamp."""
    with duckdb.connect(str(destination / "segmart.duckdb"), read_only=True) as database:
        tables = database.execute("select table_name from duckdb_tables()").fetchall()
        stamps = {
            stamp
            for (table,) in tables
            for (stamp,) in database.execute(f"select distinct build_stamp from marts.{table}").fetchall()
        }
    assert len(stamps) == 1, f"segmart.duckdb mixes builds {stamps}"

    directory = resolve(destination)
    manifest = read_manifest(directory)
    of_directory = set()
    for name, mart in manifest["marts"].items():
        content = (directory / mart["file"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == mart["sha256"], f"{name} is not the one of the manifest"
        of_directory |= set(read_parquet(directory / mart["file"], "select distinct build_stamp from mart"))
    assert len(of_directory) == 1, f"{directory.name} mixes builds {of_directory}"

    for stable in ("mart_a.parquet", "mart_b.parquet", "manifest.json"):
        assert (destination / stable).read_bytes()
    return of_directory.pop()[0]


# ------------------------------------------------------------------------------------------ what is published


def test_readers_find_each_mart_as_parquet_and_in_one_duckdb_file(bank):
    publication = bank.publish()

    assert sorted(path.name for path in bank.destination.iterdir() if path.name != ".lock") == [
        "current",
        "manifest.json",
        "mart_a.parquet",
        "mart_b.parquet",
        "segmart.duckdb",
        "versions",
    ]
    assert publication.directory.name == publication.version
    assert read_consistently(bank.destination) == 0
    with duckdb.connect(str(bank.destination / "segmart.duckdb"), read_only=True) as database:
        assert database.execute("from segmart.marts.mart_b").fetchall() == read_parquet(
            bank.destination / "mart_b.parquet"
        )
        assert database.execute(
            "select database_name, schema_name, table_name, comment from duckdb_tables() order by table_name"
        ).fetchall() == [
            ("segmart", "marts", "mart_a", "It's mart_a"),
            ("segmart", "marts", "mart_b", "It's mart_b"),
        ]
        assert database.execute(
            "select comment from duckdb_columns() where table_name = 'mart_a' and column_name = 'customer_id'"
        ).fetchall() == [("Who; it's the key",)]


def test_the_duckdb_file_has_the_format_that_every_duckdb_since_1_0_reads(bank):
    bank.publish()

    # After 8 bytes of checksum come the letters DUCK and the number of the format; 64 is that of 1.0.
    header = (bank.destination / "segmart.duckdb").read_bytes()[:20]
    assert header[8:12] == b"DUCK"
    assert int.from_bytes(header[12:20], "little") == 64


def test_the_manifest_says_what_each_mart_holds(bank):
    publication = bank.publish()
    manifest = json.loads((bank.destination / "manifest.json").read_text())

    assert manifest == publication.manifest
    assert manifest["as_of_date"] == AS_OF
    assert manifest["version"].startswith(f"{AS_OF}-")
    mart = manifest["marts"]["mart_a"]
    file = bank.destination / "mart_a.parquet"
    assert mart["rows"] == 50
    assert mart["bytes"] == file.stat().st_size
    assert mart["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert mart["primary_key"] == ["customer_id"]
    assert (mart["group"], mart["owner"]) == ("risk", {"name": "Risk"})
    assert mart["columns"][0] == {
        "name": "customer_id",
        "type": "VARCHAR",
        "description": "Who; it's the key",
    }
    assert [each["type"] for each in mart["columns"]] == ["VARCHAR", "INTEGER", "DOUBLE"]


def test_personal_columns_stay_behind(bank):
    publication = bank.publish()

    assert publication.manifest["marts"]["mart_a"]["personal_columns_left_out"] == ["birth_date", "email"]
    described = read_parquet(bank.destination / "mart_a.parquet", "describe mart")
    assert [name for name, *_ in described] == ["customer_id", "build_stamp", "amount_usd"]
    with duckdb.connect(str(bank.destination / "segmart.duckdb"), read_only=True) as database:
        assert [name for name, *_ in database.execute("describe marts.mart_a").fetchall()] == [
            "customer_id",
            "build_stamp",
            "amount_usd",
        ]


def test_personal_columns_are_published_when_asked_for(bank):
    publication = bank.publish(include_personal=True)

    assert publication.manifest["personal_columns_included"] is True
    assert publication.manifest["marts"]["mart_a"]["personal_columns_left_out"] == []
    assert {"birth_date", "email"} <= {
        each["name"] for each in publication.manifest["marts"]["mart_a"]["columns"]
    }


def test_the_manifest_holds_the_metrics_of_the_published_marts(bank):
    bank.record(metrics=metrics_on("mart_a", turnover="amount_usd", born="birth_date"))
    metrics = bank.publish().manifest["metrics"]

    assert metrics.keys() == {"turnover"}, "a metric of a personal column stays behind with it"
    assert metrics["turnover"]["expression"] == "sum(amount_usd)"
    assert metrics["turnover"]["dimensions"] == [], "so does a dimension"
    with duckdb.connect(str(bank.destination / "segmart.duckdb"), read_only=True) as database:
        database.execute(f"select {metrics['turnover']['expression']} from marts.mart_a").fetchone()

    metrics = bank.publish(include_personal=True).manifest["metrics"]
    assert metrics.keys() == {"turnover", "born"}
    assert metrics["turnover"]["dimensions"] == ["email"]


def test_metrics_of_marts_that_are_not_published_are_left_out(bank):
    bank.record(metrics=metrics_on("features", turnover="amount_usd"))
    assert bank.publish().manifest["metrics"] == {}


def test_a_metric_that_readers_could_not_be_told_leaves_them_what_they_had(bank):
    bank.publish()
    before = seen(bank.destination)
    metrics = metrics_on("mart_a", turnover="amount_usd")
    metrics["metrics"]["turnover"]["type"] = "derived"
    bank.record(metrics=metrics)

    with pytest.raises(DeclarationError, match="the metric turnover is of the type derived"):
        bank.publish()
    assert seen(bank.destination) == before


def test_a_personal_column_under_a_wrong_name_stops_the_publication(bank):
    bank.sql("alter table marts.mart_a rename column email to e_mail")

    with pytest.raises(BuildError, match=r"mart_a declares personal columns .* email"):
        bank.publish()


def test_a_type_that_parquet_would_round_stops_the_publication(bank):
    bank.sql("alter table marts.mart_b alter column build_stamp type hugeint")

    with pytest.raises(BuildError, match=r"mart_b .*hugeint.* build_stamp"):
        bank.publish()


def test_only_public_models_of_this_project_are_published(bank):
    foreign = {"model.other.mart_c": model("mart_c", package="other")}
    bank.record(nodes={**NODES, **foreign})

    assert list(bank.publish().manifest["marts"]) == ["mart_a", "mart_b"]


def test_published_files_are_read_only(bank):
    directory = bank.publish().directory

    assert {oct(path.stat().st_mode & 0o222) for path in directory.iterdir()} == {"0o0"}


# --------------------------------------------------------------------------------- equal content, equal bytes


@pytest.fixture(scope="module")
def large_bank(tmp_path_factory):
    """More rows than one Parquet row group holds, so that threads have something to share."""
    return Bank(tmp_path_factory.mktemp("large") / "bank", customers=300_000)


@pytest.mark.parametrize(("order", "threads"), [("random()", 1), ("hash(i)", 2), ("i desc", 5)])
def test_row_order_and_threads_change_no_byte(large_bank, monkeypatch, order, threads):
    expected = large_bank.publish()
    large_bank.fill(stamp=0, order=order)
    connect = duckdb.connect
    monkeypatch.setattr(duckdb, "connect", lambda config: connect(config={**config, "threads": threads}))

    published = large_bank.publish()

    assert published.version == expected.version
    assert not published.is_new


def test_rows_are_sorted_by_primary_key(bank):
    bank.fill(stamp=0, order="hash(i)")
    bank.publish()

    keys = read_parquet(bank.destination / "mart_a.parquet", "select customer_id from mart")
    assert keys == sorted(keys)


def test_rows_without_a_key_are_sorted_by_all_columns(bank):
    keyless = model("mart_b", primary_key=[])
    bank.record(nodes={**NODES, "model.bank.mart_b": keyless})
    bank.sql(
        "create or replace table marts.mart_b as select 1 as a, hash(i) as b from range(100) as numbers (i)"
    )
    bank.publish()

    rows = read_parquet(bank.destination / "mart_b.parquet")
    assert rows == sorted(rows)


def test_publishing_the_same_content_again_changes_nothing(bank):
    first = bank.publish()
    before = seen(bank.destination / "versions")
    second = bank.publish()

    assert first.is_new
    assert not second.is_new
    assert second.version == first.version
    assert seen(bank.destination / "versions") == before


def test_a_new_description_makes_a_new_version(bank):
    first = bank.publish()
    bank.record(nodes={**NODES, "model.bank.mart_b": {**NODES["model.bank.mart_b"], "description": "Better"}})

    assert bank.publish().version != first.version


def test_a_new_definition_of_a_metric_makes_a_new_version(bank):
    versions = []
    for column in ("amount_usd", "amount_usd", "build_stamp"):
        bank.record(metrics=metrics_on("mart_a", turnover=column))
        versions.append(bank.publish().version)
    assert versions[0] == versions[1] != versions[2]


def test_an_earlier_version_is_shown_again_as_a_whole_and_the_next_publication_goes_on(bank):
    first = bank.publish()
    before = seen(bank.destination)
    bank.fill(stamp=1, marts=["mart_a", "mart_c"])
    bank.record(nodes={**NODES, "model.bank.mart_c": model("mart_c")})
    second = bank.publish()

    assert publish_again(bank.destination, first.version).manifest == first.manifest
    assert {name: seen(bank.destination)[name] for name in before} == before
    assert not (bank.destination / "mart_c.parquet").is_symlink()
    assert bank.publish().version == second.version
    assert resolve(bank.destination) == second.directory


@pytest.mark.parametrize("version", ["2025-01-01-unheard", "..", "", ".work.partial"])
def test_a_version_that_is_not_kept_cannot_be_shown_again(bank, version):
    kept = bank.publish().version

    with pytest.raises(BuildError, match=rf"it keeps {kept}$"):
        publish_again(bank.destination, version)
    assert resolve(bank.destination).name == kept


# -------------------------------------------------------------------------------------------- what is refused


@pytest.mark.parametrize("status", ["error", "fail", "skipped", "runtime error", "partial success"])
def test_a_run_that_is_not_green_leaves_readers_what_they_had(bank, status):
    bank.publish()
    before = seen(bank.destination)
    bank.fill(stamp=1)
    bank.record(statuses={"test.bank.unique_a": status})

    with pytest.raises(BuildError, match=rf"test\.bank\.unique_a \({status}\)"):
        bank.publish()
    assert seen(bank.destination) == before


def test_a_warning_does_not_stop_the_publication(bank):
    bank.record(statuses={"test.bank.unique_a": "warn"})

    assert bank.publish().is_new


def test_the_results_before_a_killed_run_are_not_believed(bank):
    bank.record(manifest_run="run 2, killed")

    with pytest.raises(BuildError, match="not of dbt's last command"):
        bank.publish()


@pytest.mark.parametrize("arguments", [{"which": "run"}, {"empty": True}, {"sample": "3 days"}])
def test_a_run_without_tests_or_without_all_rows_is_refused(bank, arguments):
    bank.record(**arguments)

    with pytest.raises(BuildError, match="not a build of all rows with its tests"):
        bank.publish()


@pytest.mark.parametrize(
    "left_out",
    [
        "model.bank.mart_b",
        "model.bank.features",
        "test.bank.unique_a",
        "test.bank.not_null_features",
        "test.bank.not_null_ledger",
    ],
)
def test_a_run_that_left_out_a_mart_or_what_it_stands_on_is_refused(bank, left_out):
    bank.record(statuses={left_out: None})

    with pytest.raises(BuildError, match=left_out):
        bank.publish()


def test_a_partial_run_publishes_the_marts_it_made_when_told_to(bank):
    bank.record(
        nodes={**NODES, "test.bank.not_null_other": data_test("source.bank.other")},
        statuses={"model.bank.mart_b": None, "test.bank.related": None, "test.bank.not_null_other": None},
    )

    assert list(bank.publish(partial=True).manifest["marts"]) == ["mart_a"]


def test_a_partial_run_owes_all_that_its_marts_stand_on(bank):
    bank.record(statuses={"model.bank.mart_b": None, "test.bank.related": None, "model.bank.features": None})

    with pytest.raises(BuildError, match=r"model\.bank\.features"):
        bank.publish(partial=True)


def test_a_run_without_a_public_model_is_refused(bank):
    bank.record(nodes={"model.bank.features": NODES["model.bank.features"]})

    with pytest.raises(BuildError, match="nothing to publish"):
        bank.publish()


def test_without_dbts_records_there_is_no_build_to_publish(bank):
    (bank.target / "run_results.json").write_text("{")

    with pytest.raises(BuildError, match=r"run_results\.json cannot be read"):
        bank.publish()


def test_a_date_that_is_none_is_refused(bank):
    with pytest.raises(BuildError, match="'yesterday' is not a date"):
        publish(bank.warehouse, bank.target, bank.destination, "yesterday")


def test_a_missing_warehouse_is_named(bank):
    bank.warehouse.unlink()

    with pytest.raises(BuildError, match=r"segmart\.duckdb does not exist"):
        bank.publish()


def test_a_mart_that_is_not_in_the_warehouse_leaves_readers_what_they_had(bank):
    bank.publish()
    before = seen(bank.destination)
    bank.sql("drop table marts.mart_b")

    with pytest.raises(BuildError, match="mart_b does not exist"):
        bank.publish()
    assert seen(bank.destination) == before


def test_a_warehouse_that_cannot_be_read_is_named(tmp_path):
    bank = Bank(tmp_path / "locksmith")
    bank.warehouse.write_bytes(b"no database" * 4096)

    with pytest.raises(BuildError, match=r"segmart\.duckdb cannot be opened"):
        bank.publish()


def test_a_warehouse_that_is_being_written_is_refused(bank):
    writing = (
        "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", writing, str(bank.warehouse)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as writer:
        writer.stdout.readline()
        with pytest.raises(BuildError, match="is being written by another process"):
            bank.publish()
        writer.stdin.close()


def test_a_second_publication_at_the_same_time_is_refused_with_the_name_of_the_first(bank):
    with (
        only_one(bank.destination / ".lock", "publication to published"),
        pytest.raises(BuildError, match=rf"another publication .*process {os.getpid()}"),
    ):
        bank.publish()
    assert bank.publish().is_new


def test_a_file_of_somebody_else_is_not_replaced(bank):
    bank.destination.mkdir()
    theirs = bank.destination / "manifest.json"
    theirs.write_text("mine")

    with pytest.raises(BuildError, match=r"manifest\.json is in the way"):
        bank.publish()
    assert theirs.read_text() == "mine"


# --------------------------------------------------------------------------------- marts and versions that go


def test_the_path_of_a_mart_that_is_no_longer_made_goes_away(bank):
    old = bank.publish().directory
    bank.record(nodes={name: node for name, node in NODES.items() if name != "model.bank.mart_b"})
    bank.publish()

    assert not os.path.lexists(bank.destination / "mart_b.parquet")
    assert (old / "mart_b.parquet").exists()


def test_examples_and_links_of_others_survive_a_publication(bank):
    example = bank.destination / "examples" / "case" / "mart.parquet"
    example.parent.mkdir(parents=True)
    example.write_text("example")
    (bank.destination / "latest_example").symlink_to("examples/case")
    bank.publish()

    assert (bank.destination / "latest_example" / "mart.parquet").read_text() == "example"


def publish_stamps(bank, stamps, age_seconds):
    """Publish one version after the other, each as if it had been current for the last time that long ago."""
    directories = []
    for stamp in stamps:
        bank.fill(stamp=stamp)
        directory = bank.publish().directory
        for path in [*directories, directory]:
            then = time.time() - age_seconds
            if path.exists():
                os.utime(path, (then, then))
        directories.append(directory)
    return directories


def test_three_versions_are_kept_and_older_ones_discarded(bank):
    directories = publish_stamps(bank, range(5), age_seconds=7200)

    # The last, the one it replaced, and the one before.
    assert [path.exists() for path in directories] == [False, False, True, True, True]


def test_a_version_that_was_current_within_the_last_hour_is_kept(bank):
    directories = publish_stamps(bank, range(5), age_seconds=60)

    assert all(path.exists() for path in directories)


def test_the_hour_counts_from_the_moment_a_version_was_replaced(bank):
    first = bank.publish().directory
    os.utime(first, (0, 0))
    publish_stamps(bank, range(1, 5), age_seconds=60)

    assert first.exists()


# ---------------------------------------------------------- readers during publications, and killed ones


def loop_reading(destination, stop, outbox):
    stamps, readings = set(), 0
    try:
        while not stop.is_set():
            stamps.add(read_consistently(destination))
            readings += 1
        outbox.put((readings, stamps, None))
    except BaseException as error:
        outbox.put((readings, stamps, repr(error)))


def test_a_reader_that_loops_sees_neither_an_error_nor_a_mix(bank):
    bank.publish()
    three_marts = {**NODES, "model.bank.mart_c": model("mart_c", parents=["model.bank.features"])}
    stop, outbox = PROCESSES.Event(), PROCESSES.Queue()
    reader = PROCESSES.Process(target=loop_reading, args=(bank.destination, stop, outbox))
    reader.start()
    for stamp in range(1, 21):
        # A mart comes and goes, so that stable paths are made and removed under the reader's eyes as well.
        with_third = stamp % 2 == 1
        bank.record(nodes=three_marts if with_third else NODES)
        bank.fill(stamp, marts=["mart_a", "mart_b", *(["mart_c"] if with_third else [])])
        bank.publish()
    stop.set()
    readings, stamps, error = outbox.get(timeout=30)
    reader.join()

    assert error is None
    assert readings >= 20
    assert len(stamps) >= 5, "the reader should have seen many versions"


def loop_publishing(banks, destination, first_day, ready):
    """Publish two warehouses in turn, each time as of another day, so that each publication is new."""
    for number in range(10_000):
        bank = banks[number % 2]
        publish(bank.warehouse, bank.target, destination, first_day + timedelta(days=number))
        ready.set()


def test_a_kill_at_any_moment_leaves_the_last_version_and_the_next_publication_cleans_up(tmp_path):
    banks = [Bank(tmp_path / "zero"), Bank(tmp_path / "one")]
    banks[1].fill(stamp=1)
    destination = banks[0].destination
    moments = random.Random(1)
    leftovers = 0
    for century in range(6):
        ready = PROCESSES.Event()
        first_day = date(1000 + 100 * century, 1, 1)
        publisher = PROCESSES.Process(target=loop_publishing, args=(banks, destination, first_day, ready))
        publisher.start()
        assert ready.wait(30)
        time.sleep(moments.uniform(0, 0.4))
        os.kill(publisher.pid, signal.SIGKILL)
        publisher.join()
        leftovers += len(list(destination.rglob(".*.partial")))
        assert read_consistently(destination) in (0, 1)

    banks[0].publish()
    assert read_manifest(resolve(destination))["as_of_date"] == AS_OF
    assert list(destination.rglob(".*.partial")) == []
    assert leftovers > 0, "some kill should have hit the middle of a publication"


class Killed(BaseException):
    """Stands for the end of the process: nothing in the code may catch it."""


@pytest.mark.parametrize("step", range(7))
def test_between_any_two_steps_of_the_switch_every_path_leads_to_one_version(bank, monkeypatch, step):
    bank.publish()
    nodes = {**NODES, "model.bank.mart_c": model("mart_c", parents=["model.bank.features"])}
    del nodes["model.bank.mart_b"]
    bank.record(nodes=nodes)
    bank.fill(stamp=1, marts=["mart_a", "mart_c"])
    point, calls = publishing._point, []

    def point_until_killed(link, target):
        if len(calls) == step:
            raise Killed
        calls.append(link)
        point(link, target)

    monkeypatch.setattr(publishing, "_point", point_until_killed)
    with pytest.raises(Killed):
        bank.publish()
    for link in bank.destination.iterdir():
        assert link.exists(), f"{link.name} dangles"
    for path in resolve(bank.destination).iterdir():
        assert (bank.destination / path.name).exists(), f"{path.name} has no stable path"
    stable, resolved = bank.destination / "mart_a.parquet", resolve(bank.destination) / "mart_a.parquet"
    assert stable.read_bytes() == resolved.read_bytes()
    monkeypatch.undo()

    bank.publish()
    assert sorted(path.name for path in bank.destination.glob("*.parquet")) == [
        "mart_a.parquet",
        "mart_c.parquet",
    ]


def test_nothing_is_resolved_before_the_first_publication(tmp_path):
    with pytest.raises(BuildError, match="nothing is published"):
        resolve(tmp_path)
