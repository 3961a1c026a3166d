"""The command line: what each command does, and errors that are one line and an exit code."""

import json
import os
import re
import signal
import subprocess
import sys
from datetime import date
from types import SimpleNamespace

import duckdb
import pytest
from registry_cases import registry_row
from report_cases import SEGMENTS, declared, published, section

from segmart import building, cli, examples
from segmart.errors import BuildError, DeclarationError, InputError
from segmart.examples import cook, read_example, run_example
from segmart.learning.registry import registry_frame
from segmart.publishing import Publication
from segmart.summary import summarise


@pytest.fixture
def project(tmp_path, monkeypatch):
    """An empty dbt project, and we are in it."""
    folder = tmp_path / "bank"
    (folder / "models" / "staging" / "brokerage").mkdir(parents=True)
    (folder / "dbt_project.yml").write_text("name: bank")
    monkeypatch.chdir(folder)
    monkeypatch.delenv("SEGMART_WAREHOUSE", raising=False)
    return folder


@pytest.fixture
def builds(monkeypatch):
    """Every call of a build, none of which is run."""
    calls = []

    def record(places, variables=None, **options):
        calls.append((places, variables, options))

    monkeypatch.setattr(building, "build", record)
    monkeypatch.setattr(examples, "build", record)
    return calls


def run(capsys, *arguments):
    """Return the exit code of a command line, what it printed, and what it complained of."""
    try:
        exit_code = cli.main(arguments)
    except SystemExit as end:
        exit_code = end.code
    printed = capsys.readouterr()
    return exit_code, printed.out, printed.err


def complaint(capsys, *arguments):
    """Return the exit code and the one line that a failing command leaves."""
    exit_code, out, err = run(capsys, *arguments)
    assert out == ""
    assert err.startswith("segmart: ")
    assert err.count("\n") == 1
    return exit_code, err


# ------------------------------------------------------------------------------------------------ errors


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ([], "required: COMMAND"),
        (["biuld"], "invalid choice: 'biuld'"),
        (["build", "--as-of", "today"], "'today' is not a date such as 2025-12-31"),
        (["build", "--input", "nowhere"], "nowhere is no folder"),
        (["build", "--vars", "[refit]"], "must be a mapping"),
        (["build", "--vars", "{"], "not YAML"),
        (["build", "--select", "a", "--publish-to", "b"], "a part is not published"),
        (["build", "--project-dir", "nowhere"], "has no dbt_project.yml"),
        (["demo", "--customers", "0"], "'0' is not a whole number above zero"),
        (["example"], "which example?"),
        (["example", "unheard_of"], "there is no example 'unheard_of'"),
    ],
)
def test_bad_usage_and_bad_input_are_one_line_and_exit_code_2(project, capsys, builds, arguments, reason):
    exit_code, line = complaint(capsys, *arguments)

    assert exit_code == 2
    assert reason in line
    assert builds == []


def test_a_failed_build_is_one_line_and_exit_code_1(project, capsys, monkeypatch):
    def fail(*_, **__):
        raise BuildError("dbt build failed\n(reasons above)")

    monkeypatch.setattr(building, "build", fail)

    assert complaint(capsys, "build") == (1, "segmart: dbt build failed (reasons above)\n")


@pytest.mark.parametrize("command", ["summary", "publish"])
def test_without_a_build_there_is_nothing_to_show_or_publish(project, capsys, command):
    exit_code, line = complaint(capsys, command)

    assert exit_code == 1
    assert "run `segmart build`" in line


def test_an_interruption_says_what_readers_see(project, capsys, monkeypatch):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(building, "build", interrupt)

    assert complaint(capsys, "build") == (130, "segmart: interrupted; what was published stays as it was\n")


# Signals as a terminal leaves them: tests that run in the background inherit them ignored.
SEGMART_WHOSE_DBT_WAITS = """
import signal, sys
from segmart import building, cli
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGTERM, signal.SIG_DFL)
building.DBT = (sys.executable, "-c", "import os, time; print(os.getpid(), flush=True); time.sleep(60)")
sys.exit(cli.main(["build", "--no-publish"]))
"""


def test_a_scheduler_that_ends_segmart_ends_dbt_too(project):
    command = [sys.executable, "-c", SEGMART_WHOSE_DBT_WAITS]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as segmart:
        dbt = int(segmart.stdout.readline())
        segmart.terminate()
        assert segmart.wait(timeout=20) == 128 + signal.SIGTERM
    with pytest.raises(ProcessLookupError):
        os.kill(dbt, 0)


@pytest.mark.parametrize(
    "command",
    [
        *("demo", "build", "publish", "report", "summary", "dashboard", "example"),
        *("backup", "restore", "rollback"),
    ],
)
def test_every_command_explains_itself(capsys, command):
    exit_code, out, _ = run(capsys, command, "--help")

    assert exit_code == 0
    assert out.startswith(f"usage: segmart {command}")


# ---------------------------------------------------------------------------------------------- commands


def test_registries_are_backed_up_restored_and_rolled_back(project, capsys):
    rows = [registry_row(1), registry_row(2)]
    with duckdb.connect("w.duckdb") as warehouse:
        warehouse.execute("create schema learned")
        warehouse.register("rows", registry_frame(rows))
        warehouse.execute("create table learned.ml_savers__fit as from rows")

    assert run(capsys, "backup", "kept", "--warehouse", "w.duckdb")[0] == 0
    _, out, _ = run(capsys, "restore", "kept", "--warehouse", "elsewhere/segmart.duckdb")
    assert "2 versions of models restored" in out
    exit_code, out, _ = run(
        capsys, "rollback", "savers", "--to", "1", "--warehouse", "elsewhere/segmart.duckdb"
    )
    assert exit_code == 0
    assert out.startswith("savers all: version 1 serves again, rolled back to by hand, as 3\n")


def test_the_demo_is_asked_for_as_given_and_names_the_next_command(project, capsys, monkeypatch):
    asked = {}

    def write_demo(out, customers, seed, as_of_date, progress):
        asked.update(out=out, customers=customers, seed=seed, as_of_date=as_of_date)
        return SimpleNamespace(
            folder=out, customers=customers, as_of_date=as_of_date, row_counts={"brokerage/trades": 1234}
        )

    monkeypatch.setitem(sys.modules, "segmart.demo", SimpleNamespace(write_demo=write_demo))

    _, out, _ = run(capsys, "demo", "--customers", "70", "--seed", "3", "--as-of", "2024-06-30")
    assert asked == {
        "out": project / "data" / "demo",
        "customers": 70,
        "seed": 3,
        "as_of_date": date(2024, 6, 30),
    }
    assert "1,234" in out
    assert out.endswith("Next: segmart build\n")

    _, out, _ = run(capsys, "demo", "--out", "mine")
    assert out.endswith(f"Next: segmart build --input {project / 'mine'}\n")


def test_the_options_of_a_build_become_variables_of_dbt(project, capsys, builds):
    (project / "mine").mkdir()
    exit_code, out, _ = run(
        capsys,
        *("build", "--input", "mine", "--as-of", "2025-06-30", "--refit", "--full-refresh", "--no-publish"),
        *(
            "--vars",
            "{as_of_date: 2020-01-01, supplied: {ftr_rfmn: mine.parquet}}",
            "--warehouse",
            "w/mine.duckdb",
        ),
    )

    ((places, variables, options),) = builds
    assert exit_code == 0
    assert out == f"Built in {project / 'w' / 'mine.duckdb'}; nothing was published.\n"
    assert places.warehouse == project / "w" / "mine.duckdb"
    assert variables == {
        "as_of_date": "2025-06-30",
        "supplied": {"ftr_rfmn": "mine.parquet"},
        "input_dir": str(project / "mine"),
        "refit": True,
    }
    assert options == {"select": [], "full_refresh": True, "publishes": False}


def test_a_part_is_built_and_not_published(project, capsys, builds):
    run(capsys, "build", "--select", "+mart_a", "mart_b")

    ((_, _, options),) = builds
    assert options == {"select": ["+mart_a", "mart_b"], "full_refresh": False, "publishes": False}


def test_a_publication_is_followed_by_the_summary(project, capsys, monkeypatch):
    publication = publish_by_hand(project / "published", MARTS)
    monkeypatch.setattr(building, "publish_last_build", lambda places, include_personal: publication)

    _, out, _ = run(capsys, "publish")
    assert out == summarise(project / "published") + "\n"


def test_a_report_that_fails_is_told_after_the_summary_of_what_is_published(project, capsys, monkeypatch):
    publication = publish_by_hand(project / "published", MARTS)
    monkeypatch.setattr(building, "publish_last_build", lambda places, include_personal: publication)
    (project / "reports").mkdir()

    exit_code, out, err = run(capsys, "publish")
    assert exit_code == 1
    assert out == summarise(project / "published") + "\n"
    assert "the marts of v1 are published, but not their report: " in err
    assert "report.yml is missing" in err


# -------------------------------------------------------------------------------------------- the summary

MARTS = {
    "mart_customer_segments": """
        select
            'c' || i as customer_id,
            case when i < 60 then 'active' else 'inactive' end as activity_status,
            case
                when i < 15 then 'Large'
                when i < 55 then 'Small'
                when i >= 60 then 'All'
            end as rfmn_segment,
            case when i < 60 then 'natural' else 'constructive' end as rfmn_verdict,
            case when i < 80 then 'agrees' else 'disagrees' end as agreement
        from range(100) as numbers (i)
        """,
    "mart_segment_mapping": """
        select
            'active' as activity_status,
            0.5 as adjusted_rand_index,
            0.45 as adjusted_rand_index_low,
            0.55 as adjusted_rand_index_high
        union all
        select 'inactive', 0.0, null, null
        """,
    "mart_data_quality": """
        select
            'brokerage' as source_name,
            table_name,
            2000 as rows_in,
            rows_rejected,
            1 as duplicates_dropped,
            2 as values_emptied,
            'side: neither buy nor sell' as worst_reason,
            12 as worst_reason_count,
            'minor' as severity
        from (values ('trades', 30), ('logins', 3)) as tables (table_name, rows_rejected)
        """,
}


def publish_by_hand(destination, marts):
    """Write one version as a publication would, with the marts of these queries."""
    directory = destination / "versions" / "v1"
    directory.mkdir(parents=True)
    (destination / "current").symlink_to("versions/v1")
    manifest = {
        "version": "v1",
        "as_of_date": "2025-12-31",
        "published_at": "2026-01-01T03:00:00+00:00",
        "marts": {},
    }
    with duckdb.connect() as connection:
        for name, query in marts.items():
            relation = connection.sql(query)
            relation.write_parquet(str(directory / f"{name}.parquet"))
            manifest["marts"][name] = {
                "file": f"{name}.parquet",
                "rows": len(relation.fetchall()),
                "columns": [{"name": column} for column in relation.columns],
            }
    (directory / "manifest.json").write_text(json.dumps(manifest))
    return Publication("v1", directory, manifest, is_new=True)


def test_report_says_where_it_is_and_how_large_and_goes_where_it_is_told(capsys, tmp_path, monkeypatch):
    monkeypatch.setattr("segmart.reporting.writing.bundle", lambda cache: "")
    (tmp_path / "dbt_project.yml").touch()
    version = published(tmp_path / "published", {"mart_a": SEGMENTS})
    declared(tmp_path / "reports", [section()])
    exit_code, out, _ = run(capsys, "report", "--project-dir", str(tmp_path))
    assert exit_code == 0
    assert re.fullmatch(rf"{tmp_path}/published/report.html \(0.0 MB, 1 sections\)\n", out)
    elsewhere = tmp_path / "for the board.html"
    assert run(capsys, "report", "--project-dir", str(tmp_path), "--out", str(elsewhere))[0] == 0
    assert elsewhere.read_text() == (tmp_path / "published" / "report.html").read_text()
    assert version.name in elsewhere.read_text()


def test_a_report_that_asks_for_what_is_not_there_is_bad_input_told_in_one_line(capsys, tmp_path):
    (tmp_path / "dbt_project.yml").touch()
    published(tmp_path / "published", {"mart_a": SEGMENTS})
    declared(tmp_path / "reports", [section()], {"sizes": "select nowhere from mart_a"})
    exit_code, told = complaint(capsys, "report", "--project-dir", str(tmp_path))
    assert exit_code == 2
    assert "main/sizes.sql cannot be asked" in told


def test_the_summary_leads_to_the_report_where_there_is_one(tmp_path):
    publish_by_hand(tmp_path, MARTS)
    assert "report.html" not in summarise(tmp_path)
    (tmp_path / "report.html").touch()
    assert re.search(rf"Look here +{tmp_path}/report.html, in any browser\n", summarise(tmp_path))


def test_the_summary_says_who_the_customers_are_how_sure_we_are_and_where_to_look(tmp_path):
    publish_by_hand(tmp_path, MARTS)

    assert summarise(tmp_path).splitlines() == [
        "Published        v1 at 2026-01-01T03:00:00+00:00",
        "As of            2025-12-31",
        "Customers        100: active 60 (60 %), inactive 40 (40 %)",
        "  rfmn active    natural: Small 40 (67 %), Large 15 (25 %), no segment 5 (8 %)",
        "  rfmn inactive  constructive: All 40 (100 %)",
        "Rules, learned   agrees 80 (80 %), disagrees 20 (20 %); "
        "adjusted Rand index (95 %): active 0.50 (0.45 to 0.55), inactive 0.00",
        "Data quality     worst is brokerage.trades (minor): 30 of 2,000 rows rejected, 1 duplicate dropped, "
        "2 values emptied; most often side: neither buy nor sell (12)",
        f"Look here        {tmp_path}/segmart.duckdb (3 marts, 104 rows)",
        f"                 {tmp_path}/<mart>.parquet, manifest.json; start with mart_customer_segments",
    ]


def test_the_summary_tells_what_the_risk_models_found_where_it_is_published(tmp_path):
    publish_by_hand(
        tmp_path,
        {
            **MARTS,
            "mart_anomalies": """
                select
                    i < 3 as is_anomaly,
                    case when i < 50 then 0.5 end as anomaly_score,
                    'usable' as anomaly_verdict
                from range(60) as numbers (i)
                """,
            "mart_risk_appetite": """
                select
                    case
                        when i < 4 then 'trades with more risk than declared'
                        when i < 40 then 'consistent'
                        else 'not compared'
                    end as contradiction,
                    'skill beyond the segment mean' as skill_verdict
                from range(60) as numbers (i)
                """,
            "mart_credit_risk": """
                select
                    case when i < 50 then 0.1 end as probability_of_default,
                    case when i < 45 then 'approve' when i < 50 then 'decline' else 'refer' end as decision,
                    case when i < 50 then 100.4e0 end as expected_loss_usd,
                    'skill beyond a constant' as model_verdict
                from range(60) as numbers (i)
                """,
            "mart_compliance_risk": """
                select
                    case when i < 40 then 'Low' when i < 58 then 'High' end as tier,
                    'Low' as rule_tier,
                    case when i < 58 then i < 45 and i < 40 end as tiers_agree,
                    'natural' as tier_verdict
                from range(60) as numbers (i)
                """,
        },
    )
    lines = summarise(tmp_path).splitlines()
    tiers = "Low 40 (67 %), High 18 (30 %), Low by the rules 2 (3 %)"
    assert f"Compliance       {tiers}; the rules agree on 40 (67 %) (natural)" in lines
    credit = "45 of 50 applications would be approved, expected loss 4,518 USD (skill beyond a constant)"
    assert f"Credit risk      {credit}" in lines
    assert "Anomalies        3 of 50 flagged (usable)" in lines
    expected = "4 of 40 clearly trade otherwise than they declare (skill beyond the segment mean)"
    assert f"Risk appetite    {expected}" in lines


def test_a_segmentation_that_does_not_follow_the_activity_status_has_one_line(tmp_path):
    everybody = (
        "select 'c' || i as customer_id, case when i < 5 then 'active' else 'inactive' end as activity_status"
    )
    segments = "['Prudent', 'Adventurous', null][1 + i % 3] as trading_segment"
    verdict = "case when i % 3 < 2 then 'constructive' end as trading_verdict"
    publish_by_hand(
        tmp_path, {"mart_customer_segments": f"{everybody}, {segments}, {verdict} from range(10) as n (i)"}
    )
    told = [line for line in summarise(tmp_path).splitlines() if "trading" in line]
    assert told == [
        "  trading       constructive: Prudent 4 (40 %), Adventurous 3 (30 %), no segment 3 (30 %)"
    ]


def test_the_summary_says_which_mart_is_missing(tmp_path):
    login = "select 'c' as customer_id, 'Daily' as login_segment, 'natural' as login_verdict"
    curves = "select i as position from range(9) as n (i)"
    publish_by_hand(tmp_path, {"mart_login_segments": login, "mart_model_curves": curves})

    lines = summarise(tmp_path).splitlines()
    assert lines[2] == "Customers       mart_customer_segments is not published here"
    assert lines[3] == "  login         natural: Daily 1 (100 %)"
    assert "mart_data_quality is not published here" in lines[5]
    assert lines[7].endswith("start with mart_login_segments")


def test_the_summary_says_which_mart_has_another_shape(tmp_path):
    publish_by_hand(tmp_path, {**MARTS, "mart_data_quality": "select 1 as rows_in"})

    assert "mart_data_quality has another shape" in summarise(tmp_path)


def test_the_summary_of_empty_marts_is_a_summary(tmp_path):
    publish_by_hand(tmp_path, {name: f"select * from ({query}) where false" for name, query in MARTS.items()})

    text = summarise(tmp_path)
    assert "Customers       none" in text
    assert "no row rejected" in text


# --------------------------------------------------------------------------------------------- examples

RECIPE = """
create temporary view lines as from read_csv(getvariable('data') || '/raw.csv');
copy (select name as customer_id from lines)
to (getvariable('out') || '/brokerage/customers.parquet') (format parquet);
"""


@pytest.fixture
def case(project):
    """An example called letters, with its raw file in `public/letters`."""
    folder = project / "examples" / "letters"
    folder.mkdir(parents=True)
    (folder / "example.yml").write_text(
        "title: Letters\ndata: letters\nfiles: [raw.csv]\nrecipe: recipe.sql\nas_of_date: 2022-03-31\n"
        "vars: {supplied: {ftr: '{out}/ftr.parquet'}, list: ['{data}'], k: 3}\nselect: [+mart_a]\n"
    )
    (folder / "recipe.sql").write_text(RECIPE)
    raw = project / "it's public" / "letters"
    raw.mkdir(parents=True)
    (raw / "raw.csv").write_text("name\nada\n")
    return folder


def test_an_example_is_cooked_built_and_published_apart_from_the_main_build(project, case, builds):
    run_example(project, "letters", project / "it's public")

    ((places, variables, options),) = builds
    here = project / "target" / "examples" / "letters"
    assert places.warehouse == here / "segmart.duckdb"
    assert places.published == project / "published" / "examples" / "letters"
    assert variables == {
        "as_of_date": "2022-03-31",
        "input_dir": str(here / "input"),
        "supplied": {"ftr": str(here / "input" / "ftr.parquet")},
        "list": [str(project / "it's public" / "letters")],
        "k": 3,
    }
    assert options == {"select": ["+mart_a"], "full_refresh": True, "partial": True}
    customers = here / "input" / "brokerage" / "customers.parquet"
    assert duckdb.read_parquet(str(customers)).fetchall() == [("ada",)]


def test_the_examples_of_a_project_are_listed(case, capsys):
    _, out, _ = run(capsys, "example", "--list")

    assert out.split() == ["letters", "Letters"]


def test_missing_raw_files_name_the_folder_and_the_option(project, case, capsys):
    exit_code, line = complaint(capsys, "example", "letters", "--data", "nowhere")

    assert exit_code == 2
    assert f"needs raw.csv in {project / 'nowhere' / 'letters'}" in line
    assert "--data DIR" in line
    assert "DATA=DIR" in line


def test_a_recipe_that_fails_is_an_error_of_the_input(project, case):
    (project / "it's public" / "letters" / "raw.csv").write_text("title\nada\n")

    with pytest.raises(InputError, match=r"recipe\.sql failed .* column \"name\""):
        run_example(project, "letters", project / "it's public")


def test_a_recipe_starts_with_empty_folders(project, case, tmp_path):
    out = tmp_path / "out"
    (out / "brokerage").mkdir(parents=True)
    (out / "brokerage" / "trades.parquet").touch()
    cook(case / "recipe.sql", project / "it's public" / "letters", out, ["brokerage", "lending"])

    assert sorted(str(path.relative_to(out)) for path in out.rglob("*")) == [
        "brokerage",
        "brokerage/customers.parquet",
        "lending",
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("title: [", "is not YAML"),
        ("just words", "the file: "),
        ("title: T\ndata: d\nfiles: [f]\nas_of_date: soon", "as_of_date: "),
        ("title: T\ndata: d\nfiles: []\nas_of_date: 2022-03-31", "files: "),
        ("title: T\ndata: d\nfiles: [f]\nas_of_date: 2022-03-31\nselects: [a]", "selects: "),
    ],
)
def test_a_faulty_example_names_the_file_and_the_key(tmp_path, text, reason):
    path = tmp_path / "example.yml"
    path.write_text(text)

    with pytest.raises(DeclarationError, match=rf"example\.yml.*{reason}"):
        read_example(path)
