"""Running it: from any directory, killed half way, and read while it builds."""

import os
import random
import signal
import subprocess
import sys
import sysconfig
import textwrap
import time
from pathlib import Path

import pytest
from conftest import PROJECT
from ledgers import copy_of, rewrite

from segmart.building import DBT, build
from segmart.environment import HOOK_FILE
from segmart.errors import BuildError
from segmart.publishing import read_manifest, resolve

# What the looping reader compares.
ONLY_CUSTOMERS = ("--select", "+mart_customer_segments", "+dim_customers")
READER = """
import sys, time, hashlib, duckdb
from pathlib import Path
from segmart.publishing import read_manifest, resolve

published, stop = Path(sys.argv[1]), Path(sys.argv[2])
reads = 0
while not stop.exists():
    with duckdb.connect(str(published / "segmart.duckdb"), read_only=True) as marts:
        (one,) = marts.execute("select count(*) from marts.mart_customer_segments").fetchone()
        (other,) = marts.execute("select count(*) from marts.dim_customers").fetchone()
        assert one == other > 0, (one, other)
    version = resolve(published)
    for name, mart in read_manifest(version)["marts"].items():
        assert hashlib.sha256((version / mart["file"]).read_bytes()).hexdigest() == mart["sha256"], name
    reads += 1
print(reads)
"""


def test_plain_dbt_works_from_any_directory(tmp_path):
    if not (Path(sysconfig.get_path("purelib")) / HOOK_FILE).is_file():
        pytest.skip("this environment was not made by `make setup`, which points dbt at the project")
    done = subprocess.run(
        [*DBT, "ls", "--project-dir", str(PROJECT), "--target-path", str(tmp_path / "target"), "--quiet",
         "--log-path", str(tmp_path / "logs"), "--select", "mart_customer_segments"],
        cwd=tmp_path,
        env={name: value for name, value in os.environ.items() if not name.startswith(("DBT_", "SEGMART_"))},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert "segmart.marts.segments.mart_customer_segments" in done.stdout


def test_a_build_killed_at_any_moment_leaves_the_marts_readable_and_the_next_one_succeeds(built_copy):
    project = built_copy
    published = project.publish()
    moments = random.Random(1)
    for _ in range(3):
        child = subprocess.Popen(
            project.command("build", "--full-refresh", refit=True),
            cwd=project.folder,
            env=project.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        time.sleep(moments.uniform(4, 15))
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        assert read_manifest(resolve(project.places.published))["version"] == published.version
    project.build()
    assert {mart["sha256"] for mart in project.publish().manifest["marts"].values()} >= {
        published.manifest["marts"][name]["sha256"] for name in ("dim_customers", "mart_customer_segments")
    }


def test_a_reader_that_loops_during_builds_sees_no_error_and_no_mix(built_copy, tmp_path):
    project = built_copy
    project.publish(partial=True)
    stop = tmp_path / "stop"
    reader = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(READER), str(project.places.published), str(stop)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    versions = set()
    for as_of_date in ("2025-11-30", "2025-12-31"):
        project.variables["as_of_date"] = as_of_date
        project.build(*ONLY_CUSTOMERS)
        versions.add(project.publish(partial=True).version)
    stop.touch()
    output, errors = reader.communicate(timeout=60)
    assert reader.returncode == 0, errors
    assert int(output) > 10
    assert len(versions) == 2


def test_a_red_build_leaves_what_is_published_untouched(built_copy, demo_ledger, tmp_path):
    ledger = copy_of(demo_ledger, tmp_path / "in")
    project = built_copy
    before = project.publish().manifest
    rewrite(ledger, "customers", "select * exclude (customer_id) from ledger")
    with pytest.raises(BuildError, match="left untouched"):
        build(project.places, {"input_dir": str(ledger)})
    assert read_manifest(resolve(project.places.published)) == before
