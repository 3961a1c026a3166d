"""Runs `dbt build` as a child process and publishes what it made, when all of it is green.

A child, because dbt inside this process would keep the warehouse locked after it returned (dbt-core #11980).
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import yaml

from segmart.errors import BuildError, InputError
from segmart.publishing import Publication, only_one, publish, write_holder

# -P: nothing in the current directory may pass for a module. -W: dbt imports its own entry before it is run.
DBT = (sys.executable, "-P", "-W", "ignore::RuntimeWarning:runpy", "-m", "dbt.cli.main")

# How long an interrupted dbt may take to cancel its queries and close the warehouse.
PATIENCE_SECONDS = 30


@dataclass(frozen=True)
class Places:
    """Where one build lives: the dbt project, its warehouse, dbt's records, and what readers see."""

    project: Path
    warehouse: Path
    target: Path
    published: Path


def places_of(project: Path, warehouse: Path | None = None, published: Path | None = None) -> Places:
    """Return the places of the main build, all absolute; the warehouse defaults to $SEGMART_WAREHOUSE."""
    project = project.absolute()
    named = os.environ.get("SEGMART_WAREHOUSE")
    default = Path(named) if named else project / "warehouse" / "segmart.duckdb"
    return Places(
        project=project,
        warehouse=(warehouse or default).absolute(),
        target=project / "target",
        published=(published or project / "published").absolute(),
    )


def build(
    places: Places,
    variables: Mapping[str, object] | None = None,
    *,
    select: Sequence[str] = (),
    full_refresh: bool = False,
    publishes: bool = True,
    partial: bool = False,
) -> Publication | None:
    """Run `dbt build`, its output streaming by, and publish; None when `publishes` is false.

    Raises BuildError when the run is not green or another build is at work in the same warehouse; what was
    published stays as it was. `partial` publishes the marts of a selection (see `marts_of_green_run`).
    """
    with only_one_in(places.warehouse) as lock:
        exit_code = _run_dbt(places, variables or {}, select, full_refresh, lock)
        if exit_code != 0:
            raise BuildError(
                f"dbt build failed (exit code {exit_code}, reasons above); "
                f"the published marts in {places.published} were left untouched"
            )
        return _publish(places, partial=partial) if publishes else None


def publish_last_build(places: Places, *, include_personal: bool = False) -> Publication:
    """Publish the last `dbt build`, by whatever command it was run."""
    with only_one_in(places.warehouse):
        return _publish(places, include_personal=include_personal)


def only_one_in(warehouse: Path) -> AbstractContextManager[TextIO]:
    """Keep builds, and all else that must not meet one, out of a warehouse while a block runs."""
    return only_one(_lock_of(warehouse), f"build in {warehouse}")


def as_of_date_of_last_run(places: Places) -> str:
    """Return the as-of date of dbt's last run: the one of its --vars, else of dbt_project.yml."""
    results = places.target / "run_results.json"
    declared = places.project / "dbt_project.yml"
    try:
        given = json.loads(results.read_text(encoding="utf-8"))["args"].get("vars") or {}
        project = yaml.safe_load(declared.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise BuildError(f"there is no finished build to publish ({error}); run `segmart build`") from error
    defaults = project.get("vars") or {}
    for variables in (given, defaults.get(project["name"]) or {}, defaults):
        if "as_of_date" in variables:
            return str(variables["as_of_date"])
    raise BuildError(f"{declared} has no variable as_of_date, and the last run was given none; add it")


def find_project(given: Path | None, start: Path) -> Path:
    """Return the dbt project: the given folder, else the nearest above `start`, else that of this package."""
    if given is not None:
        if not (given / "dbt_project.yml").is_file():
            raise InputError(f"{given} has no dbt_project.yml; give --project-dir the folder that has")
        return given.absolute()
    package_root = Path(__file__).resolve().parents[2]
    for folder in (start.absolute(), *start.absolute().parents, package_root):
        if (folder / "dbt_project.yml").is_file():
            return folder
    raise InputError(f"no dbt_project.yml in {start} or above; change into the project or give --project-dir")


def _publish(places: Places, *, include_personal: bool = False, partial: bool = False) -> Publication:
    return publish(
        places.warehouse,
        places.target,
        places.published,
        as_of_date_of_last_run(places),
        include_personal=include_personal,
        partial=partial,
        memory_limit=os.environ.get("SEGMART_MEMORY_LIMIT", "2GB"),
    )


def _run_dbt(
    places: Places, variables: Mapping[str, object], select: Sequence[str], full_refresh: bool, lock: TextIO
) -> int:
    command = [
        *DBT,
        "build",
        *("--project-dir", str(places.project)),
        *("--profiles-dir", str(places.project)),
        *("--target-path", str(places.target)),
        *("--vars", json.dumps(variables, default=str)),
        *(["--select", *select] if select else []),
        *(["--full-refresh"] if full_refresh else []),
    ]
    environment = {
        **os.environ,
        "SEGMART_WAREHOUSE": str(places.warehouse),
        "SEGMART_PROJECT_DIR": str(places.project),
    }
    sys.stdout.flush()
    # The child inherits the lock: it holds as long as either lives, so a dbt whose parent was killed keeps a
    # second build out of the warehouse it is still writing.
    child = subprocess.Popen(
        command, cwd=places.project, env=environment, stdin=subprocess.DEVNULL, pass_fds=[lock.fileno()]
    )
    write_holder(lock, child.pid)
    try:
        return child.wait()
    except BaseException:
        _interrupt(child)
        raise


def _interrupt(child: subprocess.Popen) -> None:
    """End dbt as Ctrl-C would, so that it closes the warehouse; by force when that takes too long."""
    child.send_signal(signal.SIGINT)
    try:
        child.wait(timeout=PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _lock_of(warehouse: Path) -> Path:
    return warehouse.with_name(f"{warehouse.name}.lock")
