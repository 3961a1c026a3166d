"""Runs the examples: public data, mapped to our inputs by a recipe, built and published like the main build.

An example is a folder `examples/<case>/` with an `example.yml` (see `Example`) and, where the raw files do
not have the shape of our inputs, a recipe in SQL. Each has a warehouse of its own below
`target/examples/<case>/` and publishes to `published/examples/<case>/`: it never touches the main build.
"""

import shutil
from collections.abc import Mapping
from contextlib import closing
from datetime import date
from functools import partial
from pathlib import Path

import duckdb
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from segmart.building import Places, build
from segmart.errors import DeclarationError, InputError
from segmart.publishing import Publication


class Example(BaseModel):
    """What `example.yml` says.

    In the strings of `variables`, `{data}` stands for the folder of the raw files and `{out}` for the folder
    the recipe writes to.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str
    data: str = Field(description="Name of the case's folder of raw files, below the folder given as --data")
    files: list[str] = Field(min_length=1, description="The raw files needed, relative to that folder")
    recipe: str | None = Field(None, description="SQL file beside example.yml; see cook")
    as_of_date: date
    earlier_as_of_dates: list[date] = Field([], description="Days to build before, for what keeps history")
    variables: dict[str, object] = Field({}, alias="vars", description="Variables for dbt")
    select: list[str] = Field([], description="What dbt builds; all of the project when empty")


def list_examples(project: Path) -> dict[str, Example]:
    """Return every example of the project by its name."""
    return {path.parent.name: read_example(path) for path in sorted(project.glob("examples/*/example.yml"))}


def read_example(path: Path) -> Example:
    """Return one `example.yml`; raises DeclarationError that names the file and every faulty key."""
    try:
        return Example.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except yaml.YAMLError as error:
        raise DeclarationError(f"{path} is not YAML: {' '.join(str(error).split())}") from error
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(map(str, fault['loc'])) or 'the file'}: {fault['msg']}" for fault in error.errors()
        )
        raise DeclarationError(f"{path}: {faults}; see `segmart.examples.Example` for the keys") from error


def places_of_example(project: Path, case: str) -> Places:
    """Return where an example lives; the warehouse is called as the main one, and so are its relations."""
    folder = project.absolute() / "target" / "examples" / case
    return Places(
        project=project.absolute(),
        warehouse=folder / "segmart.duckdb",
        target=folder / "dbt",
        published=project.absolute() / "published" / "examples" / case,
    )


def run_example(
    project: Path, case: str, data: Path, variables: Mapping[str, object] | None = None
) -> Publication:
    """Make the case's inputs from the raw files below `data`, build, publish.

    `variables` for dbt go before those of the declaration.

    Raises InputError for an unknown case or missing raw files, BuildError when the build is not green.
    """
    declaration = project / "examples" / case / "example.yml"
    if not declaration.is_file():
        known = ", ".join(list_examples(project)) or "none"
        raise InputError(f"there is no example {case!r} in {project / 'examples'}; there are: {known}")
    example = read_example(declaration)
    raw = _raw_files(example, case, data)

    places = places_of_example(project, case)
    cooked = places.warehouse.parent / "input"
    if example.recipe is not None:
        cook(declaration.parent / example.recipe, raw, cooked, _source_names(project))
    all_variables = {
        "input_dir": str(raw if example.recipe is None else cooked),
        **_with_paths(example.variables, {"{data}": str(raw), "{out}": str(cooked)}),
        **(variables or {}),
    }
    if example.earlier_as_of_dates:
        # History starts anew: a snapshot takes days in their order only.
        places.warehouse.unlink(missing_ok=True)
    # What was kept of earlier days came from the files of the last run, which may have been others.
    run = partial(build, places, select=example.select, full_refresh=True, partial=bool(example.select))
    for day in example.earlier_as_of_dates:
        run({"as_of_date": day.isoformat(), **all_variables}, publishes=False)
    return run({"as_of_date": example.as_of_date.isoformat(), **all_variables})


def cook(recipe: Path, data: Path, out: Path, source_names: list[str]) -> None:
    """Run a recipe: SQL that reads `getvariable('data')` and writes files below `getvariable('out')`.

    `copy (...) to (getvariable('out') || '/brokerage/trades.parquet')` writes one input file. The folder is
    emptied first, and gets a subfolder for every source, because DuckDB does not make folders. Memory is
    bounded by 2 GB; what exceeds it spills to disk.
    """
    shutil.rmtree(out, ignore_errors=True)
    for name in source_names:
        (out / name).mkdir(parents=True)
    settings = {"memory_limit": "2GB", "temp_directory": str(out / ".spill")}
    with closing(duckdb.connect(config=settings)) as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute("set variable data = ?", [str(data)])
        connection.execute("set variable out = ?", [str(out)])
        try:
            connection.execute(recipe.read_text(encoding="utf-8"))
        except duckdb.Error as error:
            reason = " ".join(str(error).split())
            raise InputError(f"the recipe {recipe} failed on the files in {data}: {reason}") from error


def _source_names(project: Path) -> list[str]:
    """Return the names of the project's sources: staging has a folder for each."""
    return sorted(folder.name for folder in (project / "models" / "staging").iterdir() if folder.is_dir())


def _raw_files(example: Example, case: str, data: Path) -> Path:
    folder = (data / example.data).absolute()
    missing = [name for name in example.files if not (folder / name).is_file()]
    if missing:
        raise InputError(
            f"example {case} needs {', '.join(missing)} in {folder}; name the folder above it with "
            f"`segmart example {case} --data DIR` or `make example CASE={case} DATA=DIR`"
        )
    return folder


def _with_paths(value: object, paths: dict[str, str]) -> object:
    """Return the value with every placeholder in its strings replaced, however deep they are."""
    if isinstance(value, dict):
        return {key: _with_paths(item, paths) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_paths(item, paths) for item in value]
    if isinstance(value, str):
        for placeholder, path in paths.items():
            value = value.replace(placeholder, path)
    return value
