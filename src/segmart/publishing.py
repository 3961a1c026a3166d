"""Publishes a green build: the marts leave the warehouse, and readers see all of them change at once.

A DuckDB file has one writer or many readers, so BI, reports and services never open the warehouse. They read:

    published/
      current -> versions/<version>               the only thing that changes, in one atomic rename
      versions/<version>/                         segmart.duckdb, manifest.json, <mart>.parquet,
                                                  model_card_<model>.md; never changed
      segmart.duckdb -> current/segmart.duckdb    stable paths for tools, one for each file of a version
      <mart>.parquet -> current/<mart>.parquet
      report.html                                 for people; written from a version after it is published
      examples/<case>/                            the same layout again; this publication leaves it alone

A reader of one file opens its stable path. A reader of several files asks `resolve` once (without Python:
`realpath published/current`) and opens all of them there: that directory stays as it is for an hour or more
after it was replaced. `segmart.duckdb` holds every mart, so it alone is always consistent.

A publication can be killed at any instant: readers keep the last version, the next publication cleans up.
"""

import fcntl
import hashlib
import importlib.metadata
import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TextIO

import duckdb

from segmart.errors import BuildError
from segmart.metrics import Metric, read_metrics
from segmart.model_cards import write_model_cards
from segmart.progress import report

DATABASE = "segmart.duckdb"
MANIFEST = "manifest.json"
REPORT = "report.html"

KEPT_VERSIONS = 3
KEPT_SECONDS = 3600

# dbt's words for a node that did what it should. A warning is a finding, not a failure.
GREEN = frozenset({"success", "pass", "warn", "no-op"})

# Stated, not left to a default: the bytes of a Parquet file, and so its hash, depend on it.
PARQUET_OPTIONS = "format parquet, compression zstd, row_group_size 122880"

# Every DuckDB from 1.0 on opens this format.
STORAGE_VERSION = "v1.0.0"


@dataclass(frozen=True)
class Mart:
    """One public model as dbt's manifest describes it; column names are in lower case."""

    name: str
    schema: str
    description: str
    group: str | None
    owner: dict[str, str]
    primary_key: list[str]
    column_descriptions: dict[str, str]
    personal_columns: frozenset[str]

    @property
    def relation(self) -> str:
        return f"{identifier(self.schema)}.{identifier(self.name)}"


@dataclass(frozen=True)
class Publication:
    """One published version: its name, its directory, its manifest, and whether its content is new."""

    version: str
    directory: Path
    manifest: dict
    is_new: bool


# ------------------------------------------------------------------------------------------------ for readers


def resolve(destination: Path) -> Path:
    """Return the directory of the version that is current now; files read from it belong together."""
    directory = Path(os.path.realpath(destination / "current"))
    if not directory.is_dir():
        raise BuildError(f"nothing is published in {destination} yet; run `segmart build`")
    return directory


def read_manifest(version_directory: Path) -> dict:
    """Return the manifest of one version, as written by `publish`."""
    return json.loads((version_directory / MANIFEST).read_text(encoding="utf-8"))


# ------------------------------------------------------------------------------------------------- to publish


def publish(
    warehouse: Path,
    dbt_target: Path,
    destination: Path,
    as_of_date: date | str,
    *,
    include_personal: bool = False,
    partial: bool = False,
    memory_limit: str = "2GB",
) -> Publication:
    """Replace what `destination` shows by the marts of the green `dbt build` recorded in `dbt_target`.

    Equal marts give equal Parquet bytes, whatever the order of rows and the number of threads, and the
    version is named after them: publishing the same content again changes nothing. Columns whose meta says
    `personal: true` stay behind unless `include_personal`. Memory is bounded by `memory_limit`; what exceeds
    it spills to disk, inside the destination.

    The manifest also holds the metrics of these marts, as dbt's semantic models define them, except those
    made of a column that stays behind.

    Raises BuildError, and leaves the destination as it was, when the run was not green or is not the last
    one, when it built only part of what is published (see `marts_of_green_run`), when the warehouse is being
    written, or when another publication is at work; DeclarationError for a metric that `read_metrics`
    refuses.
    """
    marts = marts_of_green_run(dbt_target, partial=partial)
    metrics = read_metrics(_read_artefact(dbt_target / "manifest.json"), [mart.name for mart in marts])
    as_of_date = _iso_date(as_of_date)
    try:
        with only_one(destination / ".lock", f"publication to {destination}"):
            return _publish(
                warehouse, marts, metrics, destination, as_of_date, include_personal, memory_limit
            )
    except (duckdb.Error, OSError) as error:
        raise BuildError(
            f"publishing to {destination} failed: {_first_line(error)}; readers still have one whole version"
        ) from error


def publish_again(destination: Path, version: str) -> Publication:
    """Let readers see a version that was published before and is still kept; nothing is written anew.

    Raises BuildError when it is not kept any more, or when a publication is at work.
    """
    versions = destination / "versions"
    kept = sorted(path.name for path in versions.glob("[!.]*"))
    if version not in kept:
        raise BuildError(f"{destination} keeps no version {version!r}; it keeps {', '.join(kept) or 'none'}")
    try:
        with only_one(destination / ".lock", f"publication to {destination}"):
            _switch(destination, versions / version)
    except OSError as error:
        raise BuildError(f"{destination} could not be switched: {_first_line(error)}") from error
    return Publication(version, versions / version, read_manifest(versions / version), is_new=False)


def _publish(
    warehouse: Path,
    marts: list[Mart],
    metrics: list[Metric],
    destination: Path,
    as_of_date: str,
    include_personal: bool,
    memory_limit: str,
) -> Publication:
    _sweep_leftovers(destination)
    versions = destination / "versions"
    work = versions / ".work.partial"
    work.mkdir(parents=True)
    try:
        with closing(_open(warehouse, memory_limit, spill=work / "spill")) as connection:
            content = {
                "as_of_date": as_of_date,
                "segmart_version": importlib.metadata.version("segmart"),
                "duckdb_version": duckdb.__version__,
                "personal_columns_included": include_personal,
                "marts": {
                    mart.name: _write_parquet(connection, mart, work, include_personal) for mart in marts
                },
            }
            content["metrics"] = _metric_entries(metrics, content["marts"])
            content["model_cards"] = {path.name: _sha256(path) for path in write_model_cards(work)}
            version = f"{as_of_date}-{_fingerprint(content)[:12]}"
            directory = versions / version
            is_new = not directory.exists()
            if is_new:
                _write_database(connection, marts, content["marts"], work)
        if is_new:
            published_at = datetime.now(UTC).isoformat(timespec="seconds")
            _write_manifest(work, {"version": version, "published_at": published_at, **content})
            _seal(work)
            work.rename(directory)
            _flush(versions)
        _switch(destination, directory)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    _discard_old_versions(destination)
    return Publication(version, directory, read_manifest(directory), is_new)


# ------------------------------------------------------------------------ may this run be published, and what


def marts_of_green_run(dbt_target: Path, *, partial: bool = False) -> list[Mart]:
    """Return the marts that dbt's last run built: this project's public models, sorted by name.

    The rule is strict, because a mix of two runs looks like data: one finished, green `dbt build` must have
    built every public model, everything these are made from, and every data test on any of that. `partial`
    asks the same of the public models in the run instead of all, and only these are published. Unit tests
    speak about code, not data: a run may leave them out, but one that fails is red like any other.
    """
    manifest = _read_artefact(dbt_target / "manifest.json")
    run = _read_artefact(dbt_target / "run_results.json")
    statuses = {result["unique_id"]: result["status"] for result in run["results"]}

    # dbt writes its manifest when it starts and its results when it ends: they differ after a run that was
    # killed half way, when the warehouse holds a mix that the old, green results know nothing about.
    if run["metadata"]["invocation_id"] != manifest["metadata"]["invocation_id"]:
        raise BuildError(
            f"the results in {dbt_target} are not of dbt's last command, which was killed or was no build; "
            "run `segmart build` again"
        )
    arguments = run["args"]
    if arguments.get("which") != "build" or arguments.get("empty") or arguments.get("sample"):
        raise BuildError(
            f"dbt's last command was {arguments.get('invocation_command')!r}, "
            "not a build of all rows with its tests; run `segmart build`"
        )
    red = sorted(f"{name} ({status})" for name, status in statuses.items() if status not in GREEN)
    if red:
        raise BuildError(f"the build was not green: {_some(red)}; what was published stays as it was")

    nodes = manifest["nodes"]
    public = [
        name
        for name, node in nodes.items()
        if node["resource_type"] == "model"
        and node["package_name"] == manifest["metadata"]["project_name"]
        and node["access"] == "public"
        and (name in statuses or not partial)
    ]
    if not public:
        raise BuildError(
            f"no model with `access: public` in the run recorded in {dbt_target}: nothing to publish"
        )
    missing = sorted(_built_and_tested_for(public, nodes) - statuses.keys())
    if missing:
        raise BuildError(
            f"the last run left out {len(missing)} of the nodes that the published marts stand on: "
            f"{_some(missing)}; run `segmart build` without --select"
        )
    return sorted((_mart(nodes[name], manifest["groups"]) for name in public), key=lambda mart: mart.name)


def _built_and_tested_for(models: list[str], nodes: dict[str, dict]) -> set[str]:
    """Return the models, all that they are made from, and the data tests about nothing but that."""
    lineage: set[str] = set()
    waiting = list(models)
    while waiting:
        name = waiting.pop()
        if name not in lineage:
            lineage.add(name)
            # A seed depends on nothing, and its entry does not even say so.
            waiting += nodes[name]["depends_on"].get("nodes", []) if name in nodes else []
    tests = {
        name
        for name, node in nodes.items()
        # A test about a model that is switched off names no node at all.
        if node["resource_type"] == "test"
        and node["depends_on"]["nodes"]
        and lineage.issuperset(node["depends_on"]["nodes"])
    }
    # No run reports a source, which is given, or an ephemeral model, which dbt inlines where it is used.
    built = {
        name for name in lineage if name in nodes and nodes[name]["config"]["materialized"] != "ephemeral"
    }
    return built | tests


def _mart(node: dict, groups: dict[str, dict]) -> Mart:
    group = node.get("group")
    owners = {found["name"]: found["owner"] for found in groups.values()}
    columns = node["columns"]
    return Mart(
        name=node["alias"],
        schema=node["schema"],
        description=node["description"],
        group=group,
        owner={key: value for key, value in owners.get(group, {}).items() if value},
        primary_key=[name.lower() for name in node.get("primary_key") or []],
        column_descriptions={name.lower(): column["description"] for name, column in columns.items()},
        personal_columns=frozenset(name.lower() for name, column in columns.items() if _is_personal(column)),
    )


def _is_personal(column: dict) -> bool:
    return bool((column.get("meta") or {}).get("personal") or column["config"]["meta"].get("personal"))


def _read_artefact(path: Path) -> dict:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BuildError(
            f"{path} cannot be read ({_first_line(error)}): no build to publish; run `segmart build`"
        ) from error


# ------------------------------------------------------------------------------------------ writing a version


def _open(warehouse: Path, memory_limit: str, spill: Path) -> duckdb.DuckDBPyConnection:
    """Return a connection that sees the warehouse, read-only, under the name dbt knows it by."""
    settings = {"memory_limit": memory_limit, "temp_directory": str(spill), "preserve_insertion_order": True}
    connection = duckdb.connect(config=settings)
    alias = identifier(warehouse.stem)
    try:
        connection.execute(f"attach {_literal(str(warehouse))} as {alias} (read_only)")
    except duckdb.Error as error:
        connection.close()
        if not warehouse.exists():
            fault = "does not exist; run `segmart build`"
        elif "set lock" in str(error):
            fault = "is being written by another process; publish when that has ended"
        else:
            fault = "cannot be opened"
        raise BuildError(f"the warehouse {warehouse} {fault} ({_first_line(error)})") from error
    connection.execute(f"use {alias}")
    return connection


def _write_parquet(
    connection: duckdb.DuckDBPyConnection, mart: Mart, work: Path, include_personal: bool
) -> dict:
    """Write one mart's file, ordered by key, then by all else, and return its entry in the manifest."""
    columns = _published_columns(connection, mart, include_personal)
    key = [name for name in columns if name.lower() in mart.primary_key]
    order = key + [name for name in columns if name not in key]
    path = work / f"{mart.name}.parquet"
    if path.exists():
        raise BuildError(f"two public models are called {mart.name}; give one of them another alias")

    query = f"select {_list(columns)} from {mart.relation} order by {_list(order)}"
    rows = connection.execute(f"copy ({query}) to ? ({PARQUET_OPTIONS})", [str(path)]).fetchone()[0]

    types = connection.execute("describe select * from read_parquet(?)", [str(path)]).fetchall()
    return {
        "description": mart.description,
        "group": mart.group,
        "owner": mart.owner,
        "schema": mart.schema,
        "file": path.name,
        "rows": rows,
        "bytes": path.stat().st_size,
        "sha256": _sha256(path),
        "primary_key": key if len(key) == len(mart.primary_key) else [],
        "columns": [
            {"name": name, "type": type_, "description": mart.column_descriptions.get(name.lower(), "")}
            for name, type_, *_ in types
        ],
        "personal_columns_left_out": [] if include_personal else sorted(mart.personal_columns),
    }


def _metric_entries(metrics: list[Metric], marts: dict[str, dict]) -> dict[str, dict]:
    """Return the manifest's entries of the metrics that the published columns allow, by name."""
    possible = [metric.without(marts[metric.mart]["personal_columns_left_out"]) for metric in metrics]
    return {metric.name: metric.entry() for metric in possible if metric is not None}


def _published_columns(
    connection: duckdb.DuckDBPyConnection, mart: Mart, include_personal: bool
) -> list[str]:
    described = connection.execute(f"describe select * from {mart.relation}").fetchall()
    types = {name: type_ for name, type_, *_ in described}
    lowered = {name.lower() for name in types}
    if unknown := sorted(mart.personal_columns - lowered):
        raise BuildError(
            f"{mart.name} declares personal columns that the table does not have: {', '.join(unknown)}; "
            "correct the names, or a personal column may be published under another one"
        )
    if rounded := [name for name, type_ in types.items() if "HUGEINT" in type_]:
        raise BuildError(
            f"{mart.name} has columns of type hugeint, which Parquet would round: {', '.join(rounded)}; "
            "declare them bigint or decimal in the contract"
        )
    columns = [name for name in types if include_personal or name.lower() not in mart.personal_columns]
    if not columns:
        raise BuildError(f"every column of {mart.name} is personal: nothing of it can be published")
    return columns


def _write_database(
    connection: duckdb.DuckDBPyConnection, marts: list[Mart], entries: dict[str, dict], work: Path
) -> None:
    """Write the DuckDB file from the Parquet files just written: one content, one order, one set of types.

    It has no primary key index: dbt has checked the keys, rows sorted by them are found in milliseconds
    anyway, and the index of a million customers would double the file and could not spill while it is made.
    """
    path = _literal(str(work / DATABASE))
    connection.execute(f"attach {path} as publication (storage_version {_literal(STORAGE_VERSION)})")
    for mart in marts:
        entry = entries[mart.name]
        table = f"publication.{mart.relation}"
        connection.execute(f"create schema if not exists publication.{identifier(mart.schema)}")
        connection.execute(
            f"create table {table} as select * from read_parquet(?)", [str(work / entry["file"])]
        )
        connection.execute(f"comment on table {table} is {_literal(entry['description'])}")
        for column in entry["columns"]:
            name, description = identifier(column["name"]), _literal(column["description"])
            connection.execute(f"comment on column {table}.{name} is {description}")
    connection.execute("checkpoint publication")
    connection.execute("detach publication")


def _write_manifest(work: Path, manifest: dict) -> None:
    text = json.dumps(manifest, indent=2, ensure_ascii=False)
    (work / MANIFEST).write_text(text + "\n", encoding="utf-8")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _fingerprint(content: dict) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _seal(work: Path) -> None:
    """Make the files of a version read-only and safe against a power cut."""
    shutil.rmtree(work / "spill", ignore_errors=True)
    for path in work.iterdir():
        path.chmod(path.stat().st_mode & ~0o222)
        _flush(path)
    _flush(work)


# ------------------------------------------------------------------------------------- switching and cleaning


def _switch(destination: Path, directory: Path) -> None:
    """Make one version the current one, such that no path a reader may hold fails or dangles for an instant.

    A file that only one of the two versions has is the delicate one: its stable path goes straight to that
    version while `current` moves, so it is neither missing beforehand nor dangling afterwards.
    """
    previous = Path(os.path.realpath(destination / "current"))
    before = {path.name for path in previous.iterdir()} if previous.is_dir() else set()
    after = {path.name for path in directory.iterdir()}

    for name in after - before:
        _point(destination / name, f"versions/{directory.name}/{name}")
    for name in before - after:
        _point(destination / name, f"versions/{previous.name}/{name}")
    if previous.is_dir():
        os.utime(previous)  # From here on its age counts: see _discard_old_versions.

    _point(destination / "current", f"versions/{directory.name}")

    for name in after:
        _point(destination / name, f"current/{name}")
    for link in destination.iterdir():
        is_ours = link.is_symlink() and os.readlink(link).startswith(("current/", "versions/"))
        if is_ours and link.name not in after | {"current"}:
            link.unlink()
    _flush(destination)


def _point(link: Path, target: str) -> None:
    """Let a link lead to a target, in one step; refuse to replace anything that is not a link."""
    if link.is_symlink() and os.readlink(link) == target:
        return
    if link.exists() and not link.is_symlink():
        raise BuildError(f"{link} is in the way and not of our making; publish elsewhere, or move it")
    beside = link.with_name(f".{link.name}.partial")
    beside.symlink_to(target)
    os.replace(beside, link)


def _sweep_leftovers(destination: Path) -> None:
    """Remove what a killed publication left: nothing that ends in .partial is ever read."""
    for leftover in [*destination.glob(".*.partial"), *destination.glob("versions/.*.partial")]:
        if leftover.is_symlink():
            leftover.unlink()
        else:
            shutil.rmtree(leftover)


def _discard_old_versions(destination: Path) -> None:
    """Remove old versions, except the last few and those that were current within the last hour.

    The time stamp of a version's directory is the last moment it was current, or that of its making.
    """
    current = resolve(destination)
    others = [path for path in current.parent.iterdir() if path != current]
    others.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    for old in others[KEPT_VERSIONS - 1 :]:
        if time.time() - old.stat().st_mtime < KEPT_SECONDS:
            continue
        # Renamed first: a version that is half removed must not be found by its name.
        doomed = old.with_name(f".{old.name}.partial")
        try:
            old.rename(doomed)
            shutil.rmtree(doomed)
        except OSError as error:
            report(f"the old version {old} could not be removed: {_first_line(error)}")


@contextmanager
def only_one(lock: Path, activity: str) -> Iterator[TextIO]:
    """Hold a lock file while the block runs; a second holder is refused at once, with the name of the first.

    The lock ends with the last process that holds the file open, so a kill -9 leaves nothing to clean up; the
    file itself stays, because removing it would let two processes hold two files of one name.
    """
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("a+", encoding="utf-8") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.seek(0)
            raise BuildError(
                f"another {activity} is at work (process {handle.read().strip() or 'unknown'}); "
                "run this again when it has ended"
            ) from None
        write_holder(handle, os.getpid())
        yield handle


def write_holder(lock: TextIO, process_id: int) -> None:
    """Write into a held lock file which process to look at."""
    lock.truncate(0)
    lock.write(str(process_id))
    lock.flush()


# ----------------------------------------------------------------------------------------------- small things


def _flush(path: Path) -> None:
    """Have the disk keep a file, or a directory's names, before anything else happens."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _iso_date(value: date | str) -> str:
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError as error:
        raise BuildError(f"the as-of date {value!r} is not a date; write it as 2025-12-31") from error


def identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _list(names: list[str]) -> str:
    return ", ".join(map(identifier, names))


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _some(names: list[str], limit: int = 5) -> str:
    return ", ".join(names[:limit]) + (f" and {len(names) - limit} more" if len(names) > limit else "")


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
