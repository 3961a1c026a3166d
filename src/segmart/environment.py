"""Lets plain `dbt build --project-dir P` find this project's profile from any current directory.

dbt looks for profiles.yml in the current directory and in ~/.dbt only, stops when the latter does not exist,
and reads the relative paths of a profile from the current directory. `python -m segmart.environment` (part of
`make setup`) therefore has every start of this interpreter ask whether it is dbt on a project of ours, and if
so say in environment variables where that project is. A variable that is already set keeps its value.

Imported at every start of the interpreter, so it imports nothing that the start itself has not.
"""

import os
import sys

HOOK = "import segmart.environment; segmart.environment.activate()\n"
HOOK_FILE = "segmart-environment.pth"

# Options of the interpreter that take the next word as their value.
_OPTIONS_WITH_VALUE = frozenset({"-X", "-W", "--check-hash-based-pycs"})


def activate() -> None:
    """Point dbt at its project; whatever goes wrong here, the interpreter starts as if it were not there."""
    try:
        point_dbt_at_project(sys.orig_argv, os.getcwd(), os.environ)
    except Exception:
        return
    finally:
        # Python warns when `python -m` runs a module that is imported already, as a second `make setup` does.
        sys.modules.pop(__name__, None)


def point_dbt_at_project(orig_argv: list[str], cwd: str, environ: dict[str, str]) -> None:
    """Set DBT_PROFILES_DIR and SEGMART_PROJECT_DIR in `environ` when `orig_argv` is dbt on our project.

    The project is that of --project-dir, else of DBT_PROJECT_DIR, else the nearest one above `cwd`; it is
    ours when its profiles.yml reads SEGMART_PROJECT_DIR. A --profiles-dir of the user's, or a profiles.yml in
    `cwd`, keeps its precedence.
    """
    arguments = _arguments_of_dbt(orig_argv)
    if arguments is None:
        return
    named = _option(arguments, "--project-dir") or environ.get("DBT_PROJECT_DIR")
    project = os.path.abspath(os.path.join(cwd, named)) if named else _nearest_project(cwd)
    if project is None or not _is_ours(project):
        return
    environ.setdefault("SEGMART_PROJECT_DIR", project)
    has_profiles = _option(arguments, "--profiles-dir") or os.path.exists(os.path.join(cwd, "profiles.yml"))
    if not has_profiles:
        environ.setdefault("DBT_PROFILES_DIR", project)


def _arguments_of_dbt(orig_argv: list[str]) -> list[str] | None:
    """Return what follows `dbt` or `-m dbt.cli.main` on the command line; None when something else runs."""
    words = iter(orig_argv[1:])
    for word in words:
        if word == "-m":
            return list(words) if next(words, None) == "dbt.cli.main" else None
        if word == "-c":
            return None
        if word in _OPTIONS_WITH_VALUE:
            next(words, None)
        elif not word.startswith("-"):
            return list(words) if os.path.basename(word) in ("dbt", "dbt.exe") else None
    return None


def _option(arguments: list[str], name: str) -> str | None:
    """Return the value of `--name value` or `--name=value`, or None."""
    for position, word in enumerate(arguments):
        if word == name:
            return arguments[position + 1] if position + 1 < len(arguments) else None
        if word.startswith(name + "="):
            return word[len(name) + 1 :]
    return None


def _nearest_project(folder: str) -> str | None:
    while not os.path.exists(os.path.join(folder, "dbt_project.yml")):
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent
    return folder


def _is_ours(project: str) -> bool:
    try:
        with open(os.path.join(project, "profiles.yml"), encoding="utf-8") as file:
            return "SEGMART_PROJECT_DIR" in file.read()
    except OSError:
        return False


def install(site_packages: str | None = None) -> str:
    """Write the hook into site-packages, of the running interpreter by default, and return its path."""
    import sysconfig

    path = os.path.join(site_packages or sysconfig.get_path("purelib"), HOOK_FILE)
    with open(path, "w", encoding="utf-8") as file:
        file.write(HOOK)
    return path


if __name__ == "__main__":
    print(f"dbt finds this project's profile from any directory now: {install()}")
