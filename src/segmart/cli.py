"""The command line: `segmart demo | build | publish | report | show | example | new-... | backup | ...`."""

import argparse
import os
import shlex
import signal
import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import yaml

from segmart import building, examples, registries
from segmart.errors import BuildError, InputError, SegmartError
from segmart.publishing import Publication, publish_again
from segmart.summary import summarise

if TYPE_CHECKING:
    from segmart.reporting.writing import Written

EXIT_BUILD_FAILED = 1
EXIT_BAD_INPUT = 2
EXIT_INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0, 1 (not built, published or reported), 2 (bad usage)."""
    # A scheduler's polite end is ours too: whatever runs gets to clean up, and dbt ends with us.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    options = _parser().parse_args(arguments)
    options.typed = sys.argv[1:] if arguments is None else arguments
    try:
        options.run(options)
        sys.stdout.flush()
    except BuildError as error:
        return _complain(error, EXIT_BUILD_FAILED)
    except SegmartError as error:
        return _complain(error, EXIT_BAD_INPUT)
    except KeyboardInterrupt:
        return _complain("interrupted; what was published stays as it was", EXIT_INTERRUPTED)
    except BrokenPipeError:
        # The reader of our output, `head` for one, has read enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


# ----------------------------------------------------------------------------------------------- the commands


def _demo(options: argparse.Namespace) -> None:
    from segmart.demo import write_demo  # numpy takes longer to import than the other commands to run

    project = _project(options)
    usual = project / "data" / "demo"
    out = (options.out or usual).absolute()
    written = write_demo(out, options.customers, options.seed, options.as_of, progress=True)
    print(f"{written.customers:,} customers as of {written.as_of_date} in {written.folder}, in rows:")
    for name, rows in written.row_counts.items():
        print(f"  {name:32} {rows:>13,}")
    print(f"Next: segmart build{'' if out == usual else f' --input {out}'}")


def _build(options: argparse.Namespace) -> None:
    if options.select and options.publish_to:
        raise InputError("--select builds a part, and a part is not published; leave out --publish-to")
    places = building.places_of(_project(options), options.warehouse, options.publish_to)
    publishes = not (options.no_publish or options.select)
    publication = building.build(
        places,
        _variables(options),
        select=options.select,
        full_refresh=options.full_refresh,
        publishes=publishes,
    )
    if publication is None:
        print(f"Built in {places.warehouse}; nothing was published.")
    else:
        _show(publication, places)


def _publish(options: argparse.Namespace) -> None:
    places = building.places_of(_project(options), options.warehouse, options.publish_to)
    if options.again:
        if options.include_personal:
            raise InputError("--again shows a version as it is; leave out --include-personal")
        _show(publish_again(places.published, options.again), places)
        return
    _show(building.publish_last_build(places, include_personal=options.include_personal), places)


def _summary(options: argparse.Namespace) -> None:
    places = building.places_of(_project(options), published=options.published)
    print(summarise(places.published))


def _dashboard(options: argparse.Namespace) -> None:
    from segmart.dashboards import complete, read_layout, write_archive
    from segmart.publishing import read_manifest, resolve

    places = building.places_of(_project(options), published=options.published)
    layout = read_layout(places.project / "bi" / "superset" / "dashboard")
    database = options.database or places.published / "segmart.duckdb"
    write_archive(complete(layout, read_manifest(resolve(places.published)), database), options.out)
    print(f"{options.out} is ready for Superset; its database is {database}")


def _show_mart(options: argparse.Namespace) -> None:
    from segmart.showing import show

    places = building.places_of(_project(options), options.warehouse)
    print(show(places.warehouse, options.mart))


def _new_segmentation(options: argparse.Namespace) -> None:
    from segmart.generating import SegmentationRequest, new_segmentation

    request = SegmentationRequest(
        **_what_is_asked(options),
        features=tuple(options.features),
        rank_by=options.rank_by,
        segments=tuple(options.segments),
        as_of_column=options.as_of_column,
    )
    print(new_segmentation(_project(options), request))


def _new_risk_model(options: argparse.Namespace) -> None:
    from segmart.generating import RiskRequest, new_risk_model

    request = RiskRequest(
        **_what_is_asked(options),
        label=options.label,
        event=options.event,
        time=options.time,
        protected=tuple(options.protected),
    )
    print(new_risk_model(_project(options), request))


def _what_is_asked(options: argparse.Namespace) -> dict[str, object]:
    """Return what both kinds of new models are asked with."""
    typed = [word for word in options.typed if word not in ("--force", "--dry-run")]
    return {
        "name": options.name,
        "table": options.table,
        "key": options.id,
        "leave_out": tuple(options.leave_out),
        "force": options.force,
        "dry_run": options.dry_run,
        "command": shlex.join(["segmart", *typed]),
    }


def _back_up(options: argparse.Namespace) -> None:
    places = building.places_of(_project(options), options.warehouse)
    with building.only_one_in(places.warehouse):
        _tell_rows(registries.back_up(places.warehouse, options.folder), f"backed up in {options.folder}")


def _restore(options: argparse.Namespace) -> None:
    places = building.places_of(_project(options), options.warehouse)
    with building.only_one_in(places.warehouse):
        _tell_rows(registries.restore(places.warehouse, options.folder), f"restored in {places.warehouse}")
    print("Next: segmart build")


def _tell_rows(row_counts: dict[str, int], what_became: str) -> None:
    for name, row_count in row_counts.items():
        print(f"  {name:44} {row_count:>7,}")
    print(f"{sum(row_counts.values()):,} versions of models {what_became}")


def _roll_back(options: argparse.Namespace) -> None:
    places = building.places_of(_project(options), options.warehouse)
    with building.only_one_in(places.warehouse):
        for row in registries.roll_back(places.warehouse, options.model, options.to):
            print(
                f"{row['model_name']} {row['population']}: {row['status_reason']}, as {row['model_version']}"
            )
    print("Next: segmart build. If the declaration changed since, take it back first, or a new fit is due.")


def _example(options: argparse.Namespace) -> None:
    project = _project(options)
    if options.list:
        for name, example in examples.list_examples(project).items():
            print(f"{name:24} {example.title}")
        return
    if options.case is None:
        raise InputError("which example? `segmart example --list` names them")
    publication = examples.run_example(
        project, options.case, options.data or project.parent / "shared" / "data"
    )
    _show(publication, examples.places_of_example(project, options.case))


def _report(options: argparse.Namespace) -> None:
    places = building.places_of(_project(options), published=options.published)
    written = _write_report(places, options.out)
    print(f"{written.path} ({written.byte_count / 1e6:.1f} MB, {written.shown_count} sections)")


def _show(publication: Publication, places: building.Places) -> None:
    """Write the report and say what is published, after a publication."""
    if not publication.is_new:
        print(f"The marts are those of version {publication.version}, published before.")
    try:
        # A project may do without a report; its marts are published all the same.
        if (places.project / "reports").is_dir():
            _write_report(places, None)
    except SegmartError as error:
        raise BuildError(
            f"the marts of {publication.version} are published, but not their report: {error}"
        ) from error
    finally:
        print(summarise(places.published))


def _write_report(places: building.Places, out: Path | None) -> "Written":
    from segmart.reporting.writing import (
        write_report,  # what draws takes longer to import than other commands
    )

    return write_report(
        places.project / "reports", places.published, out, cache=places.project / "target" / "report"
    )


# ---------------------------------------------------------------------------------------------- their options


class _Parser(argparse.ArgumentParser):
    """Says what is wrong with a command in one line, like every other error."""

    def error(self, message: str) -> NoReturn:
        self.exit(EXIT_BAD_INPUT, f"segmart: {message}; see `{self.prog} --help`\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="segmart",
        description="Turns a customer ledger into segments and marts, and publishes them for readers.",
        epilog="Exit codes: 0 done, 1 not built, published or reported (it says which), 2 bad input.",
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    in_project = _Parser(add_help=False)
    in_project.add_argument(
        "--project-dir",
        type=Path,
        metavar="DIR",
        help="the dbt project; by default the nearest one at or above the current directory",
    )
    of_warehouse = _Parser(add_help=False)
    of_warehouse.add_argument(
        "--warehouse",
        type=Path,
        metavar="FILE",
        help="the DuckDB file to build in, called segmart.duckdb so that names of relations stay the same "
        "(default: $SEGMART_WAREHOUSE, else warehouse/segmart.duckdb in the project)",
    )
    of_warehouse.add_argument(
        "--publish-to",
        type=Path,
        metavar="DIR",
        help="where readers look (default: published/ in the project)",
    )

    def command(name: str, run: object, summary: str, parents: Sequence[argparse.ArgumentParser]):
        added = commands.add_parser(name, help=summary, description=f"{summary}.", parents=list(parents))
        added.set_defaults(run=run)
        return added

    demo = command("demo", _demo, "Make a demo ledger with known truths planted in it", [in_project])
    demo.add_argument(
        "--customers", type=_positive, default=5000, metavar="N", help="how many (default: 5000)"
    )
    demo.add_argument("--out", type=Path, metavar="DIR", help="default: data/demo in the project")
    demo.add_argument(
        "--seed", type=int, default=1, metavar="N", help="equal seeds, equal files (default: 1)"
    )
    demo.add_argument(
        "--as-of",
        type=_date,
        default=date(2025, 12, 31),
        metavar="DATE",
        help="the last day of the ledger (default: 2025-12-31)",
    )

    build = command(
        "build",
        _build,
        "Run dbt build and, when all of it is green, publish the marts",
        [in_project, of_warehouse],
    )
    build.add_argument("--input", type=Path, metavar="DIR", help="folder of the input files (dbt: input_dir)")
    build.add_argument("--as-of", type=_date, metavar="DATE", help="the day the build speaks about")
    build.add_argument(
        "--vars", default="{}", metavar="YAML", help="more variables for dbt, as a YAML mapping"
    )
    build.add_argument(
        "--refit", action="store_true", help="fit every learned model now, whatever the refit rule"
    )
    build.add_argument(
        "--full-refresh", action="store_true", help="rebuild what is kept up to date day by day"
    )
    build.add_argument("--no-publish", action="store_true", help="build only")
    build.add_argument(
        "--select",
        nargs="+",
        default=[],
        metavar="NODE",
        help="build a part only, in dbt's words; not published",
    )

    publish = command("publish", _publish, "Publish the last green build", [in_project, of_warehouse])
    publish.add_argument(
        "--include-personal",
        action="store_true",
        help="publish personal columns too; think of --publish-to a place with restricted access",
    )

    publish.add_argument(
        "--again",
        metavar="VERSION",
        help="show readers a version that is still kept in published/versions, until the next publication",
    )

    report = command("report", _report, "Write the report on what is published", [in_project])
    report.add_argument("--published", type=Path, metavar="DIR", help="default: published/ in the project")
    report.add_argument(
        "--out", type=Path, metavar="FILE", help="default: report.html where the marts are published"
    )

    summary = command("summary", _summary, "Say in ten lines what is published", [in_project])
    summary.add_argument("--published", type=Path, metavar="DIR", help="default: published/ in the project")

    dashboard = command(
        "dashboard",
        _dashboard,
        "Write the Superset dashboard for what is published, as an archive to import",
        [in_project],
    )
    dashboard.add_argument("--out", type=Path, required=True, metavar="FILE", help="the archive, .zip")
    dashboard.add_argument("--published", type=Path, metavar="DIR", help="default: published/ in the project")
    dashboard.add_argument(
        "--database",
        type=Path,
        metavar="FILE",
        help="where Superset finds the published DuckDB file, if not where it is on this machine",
    )

    shown = command(
        "show",
        _show_mart,
        "Say what a mart of the last build holds: its segments or decisions, and how far to trust them",
        [in_project],
    )
    shown.add_argument("mart", metavar="MART", help="its name, such as mart_savers")
    shown.add_argument(
        "--warehouse", type=Path, metavar="FILE", help="the DuckDB file to look into (default: as in build)"
    )

    _add_generators(command, in_project)
    _add_registries(command, in_project)

    example = command("example", _example, "Build and publish a worked example on public data", [in_project])
    example.add_argument("case", nargs="?", metavar="CASE", help="its name")
    example.add_argument(
        "--data", type=Path, metavar="DIR", help="folder of the public data (default: ../shared/data)"
    )
    example.add_argument("--list", action="store_true", help="name the examples")
    return parser


def _add_generators(
    command: Callable[..., argparse.ArgumentParser], in_project: argparse.ArgumentParser
) -> None:
    """Add the commands that write the models for a table of one's own."""
    of_table = _Parser(add_help=False)
    of_table.add_argument(
        "name", metavar="NAME", help="what to call it, in snake_case: mart_NAME will be the result"
    )
    of_table.add_argument(
        "--table",
        type=Path,
        required=True,
        metavar="FILE",
        help="your table, .csv, .csv.gz, .parquet or .xlsx; it stays where it is",
    )
    of_table.add_argument("--id", required=True, metavar="COLUMN", help="the column that tells rows apart")
    of_table.add_argument(
        "--leave-out", nargs="+", default=[], metavar="COLUMN", help="columns that must not be learned from"
    )
    of_table.add_argument("--force", action="store_true", help="write over the files of an earlier run")
    of_table.add_argument(
        "--dry-run", action="store_true", help="say what would be decided and write nothing"
    )

    segmentation = command(
        "new-segmentation",
        _new_segmentation,
        "Write the models that segment a table of your own, to be built and edited",
        [in_project, of_table],
    )
    segmentation.add_argument(
        "--features",
        nargs="+",
        default=[],
        metavar="COLUMN",
        help="columns to learn from (default: all that nothing speaks against; each reason is told)",
    )
    segmentation.add_argument(
        "--rank-by",
        metavar="COLUMN",
        help="the feature that orders the segments (default: the first that sounds like money)",
    )
    segmentation.add_argument(
        "--segments",
        nargs="+",
        type=_positive,
        default=[],
        metavar="K",
        help="how many, or the lowest and the highest number to try (default: 2 8)",
    )
    segmentation.add_argument(
        "--as-of-column",
        metavar="COLUMN",
        help="the day as of which the rows hold, the same in all (default: the build's as_of_date)",
    )

    risk = command(
        "new-risk-model",
        _new_risk_model,
        "Write the models that predict a yes or no of a labelled table of your own, to be built and edited",
        [in_project, of_table],
    )
    risk.add_argument(
        "--label",
        required=True,
        metavar="COLUMN",
        help="what became of a row: a column of two values, empty while unknown",
    )
    risk.add_argument(
        "--event",
        metavar="VALUE",
        help="the value to predict (default: 1, yes, bad and the like, else the rarer one)",
    )
    risk.add_argument(
        "--time",
        metavar="COLUMN",
        help="the day each row is about: the model is then judged on the latest rows as well",
    )
    risk.add_argument(
        "--protected",
        nargs="+",
        default=[],
        metavar="COLUMN",
        help="attributes of people, such as sex: watched in mart_fairness and never learned from",
    )


def _add_registries(
    command: Callable[..., argparse.ArgumentParser], in_project: argparse.ArgumentParser
) -> None:
    """Add the commands that keep what was learned."""
    of_warehouse = _Parser(add_help=False)
    of_warehouse.add_argument(
        "--warehouse", type=Path, metavar="FILE", help="the DuckDB file (default: as in build)"
    )
    parents = [in_project, of_warehouse]
    backup = command("backup", _back_up, "Write the registries of learned models to a folder", parents)
    backup.add_argument("folder", type=Path, metavar="DIR", help="files of an earlier backup are replaced")
    restored = command("restore", _restore, "Give a new warehouse the registries of a backup", parents)
    restored.add_argument("folder", type=Path, metavar="DIR", help="where `segmart backup` wrote them")
    back = command("rollback", _roll_back, "Let earlier champions of a learned model serve again", parents)
    back.add_argument("model", metavar="MODEL", help="its name, such as rfmn_segments")
    back.add_argument(
        "--to",
        type=_positive,
        required=True,
        metavar="VERSION",
        help="the champions right after this version serve again; see mart_model_registry",
    )


def _project(options: argparse.Namespace) -> Path:
    return building.find_project(options.project_dir, Path.cwd())


def _variables(options: argparse.Namespace) -> dict[str, object]:
    """Return the variables for dbt; an option of ours goes before the same variable in --vars."""
    try:
        variables = yaml.safe_load(options.vars) or {}
    except yaml.YAMLError as error:
        raise InputError(f"--vars is not YAML: {' '.join(str(error).split())}") from error
    if not isinstance(variables, dict):
        raise InputError(f"--vars must be a mapping such as '{{refit: true}}', not {options.vars!r}")
    if options.input is not None:
        if not options.input.is_dir():
            raise InputError(f"--input {options.input} is no folder; make a demo ledger with `segmart demo`")
        variables["input_dir"] = str(options.input.absolute())
    if options.as_of is not None:
        variables["as_of_date"] = options.as_of.isoformat()
    if options.refit:
        variables["refit"] = True
    return variables


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date such as 2025-12-31") from None


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above zero")
    return int(text)


def _complain(reason: object, exit_code: int) -> int:
    print("segmart:", " ".join(str(reason).split()), file=sys.stderr)
    return exit_code


if __name__ == "__main__":
    sys.exit(main())
