"""Whole builds on small data. Each has a warehouse, a dbt target and a published folder of its own."""

import json
import os
import shutil
import subprocess
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
SHARED_DATA = Path(os.environ.get("SEGMART_DATA", PROJECT.parent / "shared" / "data"))


@dataclass
class Project:
    """The project with its outputs below one folder; every command is a process, as a user's would be."""

    folder: Path
    input_dir: Path
    variables: dict = field(default_factory=dict)
    project_dir: Path = PROJECT

    @property
    def places(self) -> Places:
        return Places(
            project=self.project_dir,
            warehouse=self.folder / "segmart.duckdb",
            target=self.folder / "target",
            published=self.folder / "published",
        )

    def command(self, *arguments: str, **variables) -> list[str]:
        given = {"input_dir": str(self.input_dir), **self.variables, **variables}
        return [
            *DBT,
            *arguments,
            *("--project-dir", str(self.project_dir)),
            *("--profiles-dir", str(self.project_dir)),
            *("--target-path", str(self.places.target)),
            *("--log-path", str(self.folder / "logs")),
            *("--vars", json.dumps(given)),
        ]

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "SEGMART_WAREHOUSE": str(self.places.warehouse),
            "SEGMART_PROJECT_DIR": str(self.project_dir),
        }

    def dbt(self, *arguments: str, **variables) -> subprocess.CompletedProcess:
        """Run dbt from a folder that is not the project; what comes out is the caller's to look at."""
        self.folder.mkdir(parents=True, exist_ok=True)
        return subprocess.run(
            self.command(*arguments, **variables),
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def build(self, *arguments: str, **variables) -> str:
        """Run a build that must be green and return what it printed."""
        done = self.dbt("build", *arguments, **variables)
        assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
        return done.stdout

    def fail(self, *arguments: str, **variables) -> str:
        """Run a build that must be red and return what it printed, in one line of single blanks."""
        done = self.dbt("build", *arguments, **variables)
        assert done.returncode != 0, done.stdout[-6000:]
        return " ".join(done.stdout.split())

    def publish(self) -> Publication:
        return publish(
            self.places.warehouse,
            self.places.target,
            self.places.published,
            self.variables.get("as_of_date", "2025-12-31"),
        )

    def query(self, sql: str) -> pd.DataFrame:
        with duckdb.connect(str(self.places.warehouse), read_only=True) as warehouse:
            return warehouse.execute(sql).df()

    def mart(self, name: str, order_by: str) -> pd.DataFrame:
        return self.query(f"select * from marts.{name} order by {order_by}")


@pytest.fixture(scope="session")
def demo_ledger(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("demo") / "ledger"
    write_demo(folder, customers=5_000, seed=1)
    return folder


@pytest.fixture(scope="session")
def built(tmp_path_factory, demo_ledger) -> Project:
    """The project built once from nothing on the demo ledger. Tests only read it."""
    project = Project(tmp_path_factory.mktemp("built"), demo_ledger)
    project.build()
    return project


@pytest.fixture
def built_copy(built, tmp_path) -> Project:
    """The built project with outputs of its own: what a test begins with that is about a second build."""
    folder = tmp_path / "build"
    shutil.copytree(built.folder, folder, symlinks=True)
    return Project(folder, built.input_dir)


@pytest.fixture
def project_on(tmp_path):
    """Make a project on an input folder, with outputs of its own."""

    def make(input_dir: Path, **variables) -> Project:
        return Project(tmp_path / "build", input_dir, variables)

    return make


@pytest.fixture
def copied_project(tmp_path) -> Path:
    """A copy of the dbt project that a test may change."""
    copy = tmp_path / "project"
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
