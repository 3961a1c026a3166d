"""`segmart new-segmentation` and `new-risk-model`: what they refuse, and that they then change nothing."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from segmart import cli
from segmart.generating.generate import path_in_project

PROJECT = Path(__file__).parents[2]


@pytest.fixture
def project(tmp_path) -> Path:
    """A project of our settings and macros, and nothing else."""
    folder = tmp_path / "bank"
    (folder / "models" / "marts").mkdir(parents=True)
    (folder / "models" / "marts" / "mart_taken.sql").write_text("select 1")
    (folder / "seeds").mkdir()
    (folder / "seeds" / "bands.csv").write_text("a\n")
    shutil.copy(PROJECT / "dbt_project.yml", folder)
    shutil.copytree(PROJECT / "macros", folder / "macros")
    return folder


@pytest.fixture
def people(project) -> Path:
    """A table of 200 people with an outcome."""
    generator = np.random.default_rng(2)
    path = project / "data" / "people.csv"
    path.parent.mkdir()
    pd.DataFrame(
        {
            "CustomerID": [f"C{number}" for number in range(200)],
            "income": generator.lognormal(8, 1, 200).round(2),
            "visits": generator.poisson(5, 200),
            "town": generator.choice(["Lyon", "Metz"], 200),
            "joined": pd.Timestamp("2024-01-01") + pd.to_timedelta(generator.integers(0, 300, 200), unit="D"),
            "left": generator.choice(["yes", "no"], 200),
        }
    ).to_csv(path, index=False)
    return path


@pytest.fixture
def run(project, capsys):
    """Run a command in the project; return its exit code and what it said."""

    def run_command(*arguments: object) -> tuple[int, str]:
        try:
            code = cli.main([*map(str, arguments), "--project-dir", str(project)])
        except SystemExit as end:
            code = end.code
        told = capsys.readouterr()
        return code, told.out + told.err

    return run_command


@pytest.fixture
def segmentation(run, people):
    """Run new-segmentation on the people, with more options."""

    def run_command(
        *arguments: object, name: str = "savers", table: object = people, key: str = "CustomerID"
    ):
        return run("new-segmentation", name, "--table", table, "--id", key, *arguments)

    return run_command


@pytest.fixture
def risk(run, people):
    """Run new-risk-model on the people, with more options."""

    def run_command(*arguments: object, name: str = "leavers", label: str = "left"):
        return run(
            "new-risk-model", name, "--table", people, "--id", "CustomerID", "--label", label, *arguments
        )

    return run_command


def files_of(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()
    }


def change(path: Path, **columns) -> None:
    pd.read_csv(path, dtype=str).assign(**columns).to_csv(path, index=False)


def test_the_files_are_written_and_everything_is_told(project, segmentation):
    before = files_of(project)
    code, told = segmentation()
    assert code == 0
    new = files_of(project).keys() - before.keys()
    assert new == {
        *(
            "models/savers/_savers__models.yml",
            "models/savers/ftr_savers.sql",
            "models/savers/mart_savers.sql",
        ),
        *(
            f"python_models/savers/{name}"
            for name in ("_savers__models.yml", "ml_savers__fit.py", "ml_savers__assigned.py")
        ),
    }
    assert all(path in told for path in new)
    for column in ("CustomerID", "income", "visits", "town", "joined", "left"):
        assert f"\n  {column} " in told
    assert "segmart build --select +mart_savers" in told
    settings = yaml.safe_load((project / "dbt_project.yml").read_text())
    assert "ml_savers__fit" in settings["vars"]["registries"]
    assert "supplied_from: data/people.csv" in (
        project / "models/savers/_savers__models.yml"
    ).read_text() or (
        'supplied_from: "data/people.csv"' in (project / "models/savers/_savers__models.yml").read_text()
    )


def test_a_risk_model_is_scored_by_its_id_in_the_warehouse(project, risk):
    code, told = risk("--time", "joined")
    assert code == 0, told
    settings = yaml.safe_load((project / "dbt_project.yml").read_text())
    assert settings["vars"]["scored"]["ml_leavers__scored"] == "customer_id"
    assert "label is_left: true where it is 'yes'" in told


def test_a_dry_run_tells_everything_and_writes_nothing(project, segmentation, risk):
    before = files_of(project)
    for command in (segmentation, risk):
        code, told = command("--dry-run")
        assert code == 0
        assert "Would be written (nothing was, --dry-run)" in told
    assert files_of(project) == before


def test_a_second_run_is_refused_and_with_force_writes_the_same(project, segmentation):
    segmentation()
    written = files_of(project)
    code, told = segmentation("--features", "income", "visits")
    assert code == 2
    assert "models/savers/ftr_savers.sql" in told
    assert "--force writes over" in told
    assert files_of(project) == written
    assert segmentation("--force")[0] == 0
    assert files_of(project) == written


def test_force_takes_away_what_the_new_run_does_not_have(project, risk):
    risk("--protected", "town")
    protected = project / "models/leavers/ftr_leavers_protected.sql"
    assert protected.exists()
    assert risk("--force")[0] == 0
    assert not protected.exists()


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Savers", "cannot be the name of a model"),
        ("taken", "clashes with models/marts/mart_taken.sql"),
        ("bands", "clashes with seeds/bands.csv"),
        ("as_of_day", "clashes with the macro as_of_day"),
        ("marts", "models/marts holds something else already"),
    ],
)
def test_a_name_that_is_in_use_is_refused(project, segmentation, name, told):
    before = files_of(project)
    code, said = segmentation("--force", name=name)
    assert code == 2
    assert told in said
    assert files_of(project) == before


def test_a_model_of_the_other_kind_is_never_written_over(project, segmentation, risk):
    segmentation()
    before = files_of(project)
    code, told = risk("--force", name="savers")
    assert code == 2
    assert "ml_savers__assigned.py" in told
    assert files_of(project) == before


def test_an_id_that_is_not_there_is_answered_with_one_that_is(segmentation):
    code, told = segmentation(key="customerid")
    assert code == 2
    assert "--id: the table has no column 'customerid'; did you mean 'CustomerID'?" in told


def test_an_id_that_repeats_is_told_with_examples_and_another_column(segmentation):
    code, told = segmentation(key="town")
    assert code == 2
    assert "'town' is no id of" in told
    assert "198 of 200 rows hold one that is there before, such as" in told
    assert "'Lyon' (" in told
    assert "every row has its own 'CustomerID'" in told


def test_an_id_that_is_missing_is_counted(people, segmentation):
    ids = pd.read_csv(people)["CustomerID"]
    change(people, CustomerID=ids.where(ids.index > 6))
    code, told = segmentation()
    assert code == 2
    assert "'CustomerID' is missing in 7 of 200 rows" in told


def test_too_few_rows_are_told(people, segmentation):
    pd.read_csv(people).head(49).to_csv(people, index=False)
    code, told = segmentation()
    assert code == 2
    assert "has 49 rows; a segmentation needs 50 at least" in told


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--features", "incom"], "--features: the table has no column 'incom'; did you mean 'income'?"),
        (["--leave-out", "x"], "--leave-out: the table has no column 'x'"),
        (["--rank-by", "x"], "--rank-by: the table has no column 'x'"),
        (
            ["--features", "CustomerID", "income"],
            "column 'CustomerID' is --id and cannot be among --features too",
        ),
        (
            ["--leave-out", "income", "visits", "town", "left"],
            "nothing is left to learn from: 'income': asked for",
        ),
        (["--segments", "1"], "--segments takes a number from 2 to 50"),
        (["--segments", "5", "3"], "--segments goes from low to high, not from 5 to 3"),
        (
            ["--segments", "2", "3", "4"],
            "--segments takes a number from 2 to 50, or a lowest and a highest one",
        ),
        (["--as-of-column", "joined"], "the as-of date 'joined' holds more than one day (2024-01-"),
        (
            ["--as-of-column", "town"],
            "the as-of date 'town' is missing, or no date such as 2025-12-31, in 200 rows",
        ),
    ],
)
def test_options_that_cannot_be_followed_say_why(project, segmentation, arguments, told):
    before = files_of(project)
    code, said = segmentation(*arguments)
    assert code == 2
    assert told in said
    assert files_of(project) == before


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"label": "lef"}, "--label: the table has no column 'lef'; did you mean 'left'?"),
        ({"label": "town", "more": ["--event", "Nice"]}, "--event 'Nice' is no value of the label 'town'"),
        ({"label": "visits"}, "values and not two"),
        (
            {"more": ["--time", "town"]},
            "--time 'town' is no column of dates such as 2025-12-31; columns of dates are",
        ),
        ({"more": ["--protected", "left"]}, "column 'left' is both --label and --protected"),
        ({"more": ["--leave-out", "left"]}, "column 'left' is --label and cannot be among --leave-out too"),
    ],
)
def test_risk_models_that_cannot_be_written_say_why(project, risk, arguments, told):
    before = files_of(project)
    code, said = risk(*arguments.pop("more", []), **arguments)
    assert code == 2
    assert told in said
    assert files_of(project) == before


def test_a_column_called_as_of_date_is_the_as_of_date(people, project, segmentation):
    change(people, **{"As of date": "2024-12-31"})
    assert "As of date  as-of date" in segmentation()[1]
    written = (project / "models/savers/_savers__models.yml").read_text()
    assert "supplied_as: As of date" in written


def test_the_command_that_was_typed_stands_in_the_file(project, segmentation):
    segmentation("--leave-out", "left")
    written = (project / "models/savers/_savers__models.yml").read_text()
    assert "# segmart new-segmentation savers --table" in written
    assert "--leave-out left" in written


def test_a_file_in_or_beside_the_project_is_named_from_there(tmp_path):
    project = tmp_path / "work" / "bank"
    assert path_in_project(project, project / "data" / "a.csv") == "data/a.csv"
    assert path_in_project(project, project / "a.csv") == "./a.csv"
    assert path_in_project(project, tmp_path / "work" / "shared" / "a.csv") == "../shared/a.csv"
    assert path_in_project(project, tmp_path / "a.csv") == str(tmp_path / "a.csv")
