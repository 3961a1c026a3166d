"""Whole builds on small data. Each has a warehouse, a dbt target and a published folder of its own.

Most of the time of a small build goes to what is the same every time. So the demo ledger and the project
built on it are made once for all workers, unit tests are left to that build, and what dbt understood of the
project is kept from one test to the next.
"""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from segmart.building import DBT, Places
from segmart.demo import write_demo
from segmart.publishing import Publication, publish

PROJECT = Path(__file__).parents[2]
DBT_PROJECT_PARTS = (
    *("models", "python_models", "seeds", "macros", "analyses", "tests/data", "tests/generic"),
    *("dbt_project.yml", "profiles.yml"),
)
# They speak about code, whatever the ledger.
WITHOUT_UNIT_TESTS = ("--exclude-resource-type", "unit_test")
WITHOUT_TESTS = (*WITHOUT_UNIT_TESTS, "test")
SHARED_DATA = Path(os.environ.get("SEGMART_DATA", PROJECT.parent / "shared" / "data"))


@dataclass
class Project:
    """The project with its outputs below one folder; every command is a process, as a user's would be.

    `parsed` is where dbt's reading of the project is kept for the next one with equal places and variables:
    to read it again takes longer than a small build. dbt itself sees which files have changed since.
    """

    folder: Path
    input_dir: Path
    variables: dict = field(default_factory=dict)
    project_dir: Path = PROJECT
    parsed: Path | None = None

    @property
    def places(self) -> Places:
        return Places(
            project=self.project_dir,
            warehouse=self.folder / "segmart.duckdb",
            target=self.folder / "target",
            published=self.folder / "published",
        )

    def command(self, *arguments: str, **variables) -> list[str]:
        return [
            *DBT,
            *arguments,
            *("--project-dir", str(self.project_dir)),
            *("--profiles-dir", str(self.project_dir)),
            *("--target-path", str(self.places.target)),
            *("--log-path", str(self.folder / "logs")),
            *("--vars", self._given(variables)),
        ]

    def _given(self, variables: dict) -> str:
        """Return the variables of a command as text; the input folder goes by the same name in every test."""
        self.folder.mkdir(parents=True, exist_ok=True)
        link = self.folder / "input"
        link.unlink(missing_ok=True)
        link.symlink_to(self.input_dir)
        return json.dumps({"input_dir": str(link), **self.variables, **variables})

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "SEGMART_WAREHOUSE": str(self.places.warehouse),
            "SEGMART_PROJECT_DIR": str(self.project_dir),
        }

    def dbt(self, *arguments: str, **variables) -> subprocess.CompletedProcess:
        """Run dbt from a folder that is not the project; what comes out is the caller's to look at."""
        command = self.command(*arguments, **variables)
        own = self.places.target / "partial_parse.msgpack"
        if self.parsed:
            same = f"{self.project_dir} {self.places.warehouse} {command[-1]}"
            kept = self.parsed / f"{hashlib.sha256(same.encode()).hexdigest()}.msgpack"
            if kept.exists():
                own.parent.mkdir(exist_ok=True)
                shutil.copy(kept, own)
        done = subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False
        )
        if self.parsed and own.exists():
            shutil.copy(own, kept)
        return done

    def build(self, *arguments: str, leaves_out: tuple[str, ...] = WITHOUT_UNIT_TESTS, **variables) -> str:
        """Run a build that must be green and return what it printed."""
        done = self.dbt("build", *leaves_out, *arguments, **variables)
        assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
        return done.stdout

    def fail(self, *arguments: str, **variables) -> str:
        """Run a build that must be red and return what it printed, in one line of single blanks."""
        done = self.dbt("build", *WITHOUT_UNIT_TESTS, *arguments, **variables)
        assert done.returncode != 0, done.stdout[-6000:]
        return " ".join(done.stdout.split())

    def publish(self, to: Path | None = None, partial: bool = False) -> Publication:
        return publish(
            self.places.warehouse,
            self.places.target,
            to or self.places.published,
            self.variables.get("as_of_date", "2025-12-31"),
            partial=partial,
        )

    def query(self, sql: str) -> pd.DataFrame:
        with duckdb.connect(str(self.places.warehouse), read_only=True) as warehouse:
            return warehouse.execute(sql).df()

    def mart(self, name: str, order_by: str) -> pd.DataFrame:
        return self.query(f"select * from marts.{name} order by {order_by}")


def made_once(tmp_path_factory, name: str, make: Callable[[Path], None]) -> Path:
    """Return a folder that the first worker to ask for it makes, while all others wait, and all share."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        # A worker has a folder of its own below that of the run.
        shared = shared.parent
    folder, done = shared / name, shared / f"{name}.done"
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            make(folder)
            done.touch()
    return folder


@pytest.fixture(scope="session")
def demo_ledger(tmp_path_factory) -> Path:
    return made_once(
        tmp_path_factory, "demo_ledger", lambda folder: write_demo(folder, customers=5_000, seed=1)
    )


@pytest.fixture(scope="session")
def built(tmp_path_factory, demo_ledger) -> Project:
    """The project built once from nothing on the demo ledger, with all its tests. Tests only read it."""
    folder = made_once(
        tmp_path_factory, "built", lambda folder: Project(folder, demo_ledger).build(leaves_out=())
    )
    return Project(folder, demo_ledger)


@pytest.fixture(scope="session")
def parsed(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("parsed")


@pytest.fixture(scope="session")
def bench(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("bench")


@pytest.fixture
def cleared_bench(bench) -> Path:
    """A folder for the outputs of one test, the same for all: at another place dbt reads the project anew."""
    shutil.rmtree(bench)
    bench.mkdir()
    return bench


@pytest.fixture
def built_copy(built, cleared_bench, parsed) -> Project:
    """The built project with outputs of its own: what a test begins with that is about a second build."""
    folder = cleared_bench / "build_1"
    shutil.copytree(built.folder, folder, symlinks=True)
    return Project(folder, built.input_dir, parsed=parsed)


@pytest.fixture
def project_on(cleared_bench, parsed):
    """Make a project on an input folder, with outputs of its own."""
    made = []

    def make(input_dir: Path, project_dir: Path = PROJECT, **variables) -> Project:
        made.append(cleared_bench / f"build_{len(made) + 1}")
        return Project(made[-1], input_dir, variables, project_dir, parsed)

    return make


@pytest.fixture
def copied_project(cleared_bench) -> Path:
    """A copy of the dbt project that a test may change."""
    copy = cleared_bench / "project"
    for part in DBT_PROJECT_PARTS:
        origin = PROJECT / part
        if origin.is_dir():
            shutil.copytree(origin, copy / part)
        else:
            shutil.copy(origin, copy / part)
    return copy


@pytest.fixture(scope="session")
def truth(demo_ledger) -> pd.DataFrame:
    """What was planted, one row per customer."""
    return pd.read_parquet(demo_ledger / "truth" / "customers.parquet")
