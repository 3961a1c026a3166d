"""Plain `dbt` finds a project of ours from anywhere, and nothing else notices that we are there."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from segmart.environment import HOOK_FILE, install, point_dbt_at_project

PYTHON = "/venv/bin/python"


@pytest.fixture
def project(tmp_path):
    folder = tmp_path / "bank"
    (folder / "models").mkdir(parents=True)
    (folder / "dbt_project.yml").write_text("name: bank")
    (folder / "profiles.yml").write_text(
        "path: {{ env_var('SEGMART_PROJECT_DIR') }}/warehouse/segmart.duckdb"
    )
    return folder


@pytest.fixture
def elsewhere(tmp_path):
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    return folder


def pointed(command, cwd, environ=()):
    """Return the environment that a command line would get, given its words after the interpreter."""
    environ = dict(environ)
    point_dbt_at_project([PYTHON, *command], str(cwd), environ)
    return environ


def both(project):
    return {"SEGMART_PROJECT_DIR": str(project), "DBT_PROFILES_DIR": str(project)}


@pytest.mark.parametrize(
    "command",
    [
        ["/venv/bin/dbt", "build", "--project-dir", "{project}"],
        ["/venv/bin/dbt", "build", "--project-dir={project}"],
        ["/venv/bin/dbt", "--project-dir", "{project}", "build"],
        ["/venv/bin/dbt", "build", "--project-dir", "../bank"],
        ["-m", "dbt.cli.main", "build", "--project-dir", "{project}"],
        ["-P", "-W", "ignore", "-X", "dev", "-m", "dbt.cli.main", "build", "--project-dir", "{project}"],
    ],
)
def test_dbt_is_pointed_at_the_project_it_is_given(project, elsewhere, command):
    command = [word.format(project=project) for word in command]

    assert pointed(command, cwd=elsewhere) == both(project)


def test_dbt_is_pointed_at_the_project_of_its_own_variable(project, elsewhere):
    given = {"DBT_PROJECT_DIR": str(project)}

    assert pointed(["dbt", "build"], elsewhere, given) == {**given, **both(project)}


def test_the_option_goes_before_the_variable(project, elsewhere):
    environ = pointed(
        ["dbt", "build", "--project-dir", str(project)], elsewhere, {"DBT_PROJECT_DIR": str(elsewhere)}
    )

    assert environ["SEGMART_PROJECT_DIR"] == str(project)


def test_dbt_is_pointed_at_the_nearest_project_above(project):
    assert pointed(["dbt", "build"], cwd=project / "models") == both(project)


def test_profiles_in_the_current_directory_keep_their_precedence(project):
    assert pointed(["dbt", "build"], cwd=project) == {"SEGMART_PROJECT_DIR": str(project)}


def test_the_option_for_profiles_keeps_its_precedence(project):
    environ = pointed(["dbt", "build", "--profiles-dir", "/etc/dbt"], cwd=project / "models")

    assert environ == {"SEGMART_PROJECT_DIR": str(project)}


def test_variables_that_are_set_keep_their_values(project):
    given = {"SEGMART_PROJECT_DIR": "/one", "DBT_PROFILES_DIR": "/two"}

    assert pointed(["dbt", "build"], project / "models", given) == given


@pytest.mark.parametrize(
    "command",
    [
        [],
        ["script.py", "dbt"],
        ["-c", "dbt"],
        ["-m", "pytest", "dbt"],
        ["-m"],
        ["-W", "dbt"],
        ["/venv/bin/dbt-other"],
    ],
)
def test_other_programs_are_left_alone(project, command):
    assert pointed(command, cwd=project / "models") == {}


def test_other_projects_are_left_alone(project, elsewhere):
    (project / "profiles.yml").write_text("path: other.duckdb")

    assert pointed(["dbt", "build"], cwd=project / "models") == {}
    assert pointed(["dbt", "build"], cwd=elsewhere) == {}
    assert pointed(["dbt", "build", "--project-dir"], cwd=elsewhere) == {}


def run_dbt_with_hook(tmp_path, cwd, arguments):
    """Start a program called dbt that reads the hook as an interpreter does at its start."""
    site = tmp_path / "site"
    site.mkdir()
    assert Path(install(str(site))) == site / HOOK_FILE
    program = tmp_path / "dbt"
    program.write_text(
        "import os, site, sys\n"
        f"site.addsitedir({str(site)!r})\n"
        "print(os.environ.get('SEGMART_PROJECT_DIR'), 'segmart.environment' in sys.modules)\n"
    )
    command = [sys.executable, str(program), *arguments]
    unset = {name: value for name, value in os.environ.items() if not name.startswith(("DBT_", "SEGMART_"))}
    return subprocess.run(command, cwd=cwd, env=unset, capture_output=True, text=True, check=True)


def test_the_hook_in_site_packages_points_dbt_at_its_project(project, elsewhere, tmp_path):
    finished = run_dbt_with_hook(tmp_path, elsewhere, ["build", "--project-dir", str(project)])

    assert finished.stdout.split() == [str(project), "False"]
    assert finished.stderr == ""


def test_the_hook_never_keeps_an_interpreter_from_starting(project, elsewhere, tmp_path):
    (project / "profiles.yml").write_bytes(b"\xff is not UTF-8")
    finished = run_dbt_with_hook(tmp_path, elsewhere, ["build", "--project-dir", str(project)])

    assert finished.stdout.split() == ["None", "False"]
    assert finished.stderr == ""


def test_importing_the_hook_imports_nothing_else():
    imported = (
        "import sys; old = set(sys.modules); import segmart.environment; print(*set(sys.modules) - old)"
    )
    finished = subprocess.run([sys.executable, "-c", imported], capture_output=True, text=True, check=True)

    assert set(finished.stdout.split()) <= {"segmart", "segmart.environment"}
