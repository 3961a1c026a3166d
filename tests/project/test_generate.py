"""From a table of one's own to a mart by command, in a copy of the project that has no ledger."""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from conftest import DBT_PROJECT_PARTS, PROJECT, Project

SETTINGS_OF_LINTERS = (".sqlfluff", "pyproject.toml")
ROWS = 50_000
KEY = 'Customer "ID"'


@dataclass
class Workshop:
    """A copy of the project in which commands are run as somebody would type them, with outputs beside it."""

    folder: Path

    @property
    def project(self) -> Path:
        return self.folder / "bank"

    @property
    def warehouse(self) -> Path:
        return self.folder / "segmart.duckdb"

    def run(self, *arguments: object) -> str:
        """Run a command that must succeed and return what it printed."""
        done = self.attempt(*arguments)
        assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
        return done.stdout

    def attempt(self, *arguments: object) -> subprocess.CompletedProcess:
        return subprocess.run(
            [sys.executable, "-m", "segmart.cli", *map(str, arguments)],
            cwd=self.project,
            capture_output=True,
            text=True,
            check=False,
        )

    def build(self, *arguments: object) -> str:
        return self.run("build", "--warehouse", self.warehouse, *arguments)

    def query(self, sql: str) -> pd.DataFrame:
        return Project(self.folder, self.folder).query(sql)


def hostile_table(path: Path, row_count: int) -> None:
    """Write customers of three kinds under names and in spellings that people use."""
    generator = np.random.default_rng(5)
    kind = generator.integers(0, 3, row_count)
    has_left = generator.random(row_count) < 1 / (1 + np.exp(2 - 1.2 * kind))
    height = generator.normal(170, 10, row_count).round(1)
    frame = pd.DataFrame(
        {
            KEY: [f"K-{number:06}" for number in range(row_count)],
            "annual spend [k€]": generator.lognormal(3 + kind, 0.5).round(2),
            "select": generator.poisson(3 + 8 * kind),
            "{{ ref('x') }}": generator.normal(3 * kind, 1).round(3),
            "line\nbreak": generator.normal(size=row_count).round(3),
            "a-b": height,
            "a b": (height / 100).round(3),
            "Région; n°": generator.choice(["Nord", "Sud", "Île"], row_count),
            "null": np.where(generator.random(row_count) < 0.1, "N/A", generator.integers(0, 40, row_count)),
            "возраст": generator.integers(18, 90, row_count),
            "price text": [f"{price:,}" for price in generator.integers(1_000, 10**6, row_count)],
            "since": pd.Timestamp("2020-01-01")
            + pd.to_timedelta(generator.integers(0, 900, row_count), unit="D"),
            "row number": np.arange(row_count),
            "constant": "x",
            "nothing": None,
            "sex": generator.choice(["f", "m"], row_count),
            "Outcome?": np.where(has_left, "left", "stayed"),
            "called back": np.where(has_left, 1, 0),
        }
    )
    frame.sample(frac=1, random_state=1).to_csv(path, index=False)


@pytest.fixture(scope="module")
def workshop(tmp_path_factory) -> Workshop:
    made = Workshop(tmp_path_factory.mktemp("workshop"))
    for part in (*DBT_PROJECT_PARTS, *SETTINGS_OF_LINTERS, "reports"):
        origin = PROJECT / part
        (shutil.copytree if origin.is_dir() else shutil.copy)(origin, made.project / part)
    (made.project / "data").mkdir()
    hostile_table(made.project / "data" / "my customers.csv", ROWS)
    hostile_table(made.project / "data" / "small.csv", 1_000)
    return made


@pytest.fixture(scope="module")
def told(workshop) -> str:
    """What `new-segmentation` says of the 50,000 customers."""
    return workshop.run(
        *("new-segmentation", "savers", "--table", "data/my customers.csv", "--id", KEY),
        *("--leave-out", "Outcome?", "called back"),
    )


@pytest.fixture(scope="module")
def segmented(workshop, told) -> pd.DataFrame:
    """The mart that the second command builds."""
    workshop.build("--select", "+mart_savers")
    return workshop.query("select * from marts.mart_savers order by customer_id")


@pytest.fixture(scope="module")
def scored(workshop) -> pd.DataFrame:
    """The mart of a risk model of a thousand customers, learned with little effort."""
    workshop.run(
        *("new-risk-model", "leavers", "--table", "data/small.csv", "--id", KEY, "--label", "Outcome?"),
        *("--time", "since", "--protected", "sex"),
    )
    path = workshop.project / "python_models" / "leavers" / "_leavers__models.yml"
    light = (
        "candidates: {scorecard: {}, logistic: {}}\n          evaluation: {cross_validation: {folds: 3}}\n"
    )
    path.write_text(
        path.read_text().replace("tuning: {trials: 1}\n", f"tuning: {{trials: 1}}\n          {light}")
    )
    workshop.build("--select", "+mart_leavers")
    return workshop.query("select * from marts.mart_leavers order by customer_id")


def test_every_customer_of_the_file_has_one_segment(segmented):
    assert len(segmented) == ROWS
    assert segmented["customer_id"].is_unique
    assert segmented["segment_name"].notna().all()
    assert segmented["unassigned_reason"].isna().all()
    assert segmented["verdict"].notna().all()
    assert segmented["as_of_date"].astype(str).unique().tolist() == ["2025-12-31"]


def test_values_are_those_of_the_file(workshop, segmented):
    given = pd.read_csv(workshop.project / "data" / "my customers.csv", keep_default_na=False).sort_values(
        KEY
    )
    assert np.allclose(segmented["annual_spend_k_euros"], given["annual spend [k€]"])
    assert segmented["region_n"].tolist() == given["Région; n°"].tolist()
    assert segmented["line_break"].tolist() == given["line\nbreak"].tolist()
    assert (segmented["null_value"].isna() == (given["null"] == "N/A").to_numpy()).all()


def test_the_kinds_that_were_planted_come_out(segmented):
    assert segmented["segment_id"].nunique() in (2, 3)
    means = segmented.groupby("segment_id")["select_value"].mean()
    assert means.max() > 2 * means.min()


def test_each_column_that_is_left_out_is_told_with_its_reason(workshop, told):
    reasons = (workshop.project / "models" / "savers" / "_savers__models.yml").read_text()
    for column, reason in {
        "a b": "moves with 'a-b' as its copy",
        "price text": "texts, not numbers",
        "since": "a date",
        "row number": "looks like an id or a row number",
        "constant": "constant: x",
        "nothing": "empty",
        "sex": "sounds like an attribute by which people are protected",
        "called back": "asked for with --leave-out",
    }.items():
        assert f"left out: {reason}" in told
        assert f"# `{column}`: {reason}" in reasons


def test_the_third_command_shows_segments_and_how_far_to_trust_them(workshop, segmented):
    shown = workshop.run("show", "mart_savers", "--warehouse", workshop.warehouse)
    assert "mart_savers: 50,000 rows as of 2025-12-31" in shown
    assert f"Segment 1 of {segmented['segment_id'].nunique()} by annual_spend_k_euros" in shown
    assert "Verdict: " in shown


def test_a_second_run_is_refused_and_names_what_is_there(workshop, told):
    done = workshop.attempt("new-segmentation", "savers", "--table", "data/small.csv", "--id", KEY)
    assert done.returncode == 2
    assert "models/savers/ftr_savers.sql" in done.stderr
    assert "--force" in done.stderr


def test_every_row_of_a_risk_model_is_scored_without_what_gives_the_label_away(workshop, scored):
    assert len(scored) == 1_000
    assert scored["predicted_probability"].between(0, 1).all()
    assert scored["is_left"].sum() > 100
    assert (scored["model_verdict"] == "skill beyond a constant").all()
    features = workshop.query("select * from features.ftr_leavers limit 1").columns
    assert not {"called_back", "sex", "is_left"} & set(features)
    protected = workshop.query("select * from features.ftr_leavers_protected limit 1").columns
    assert list(protected) == ["customer_id", "as_of_date", "sex"]


def test_what_is_written_is_in_house_style(workshop, segmented, scored):
    style = [Path(sys.executable).with_name(tool) for tool in ("ruff", "sqlfluff")]
    folders = ["savers", "leavers"]
    for command in (
        [style[0], "check", *(f"python_models/{name}" for name in folders)],
        [style[0], "format", "--check", *(f"python_models/{name}" for name in folders)],
        [style[1], "lint", *(f"models/{name}" for name in folders)],
    ):
        environment = Project(workshop.folder, workshop.folder, project_dir=workshop.project).environment
        done = subprocess.run(
            command, cwd=workshop.project, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]


def test_a_whole_build_stays_green_and_publishes_the_new_marts_with_all_others(
    workshop, segmented, scored, demo_ledger
):
    workshop.build("--input", demo_ledger, "--publish-to", workshop.folder / "published")
    published = workshop.folder / "published"
    assert len(pd.read_parquet(published / "mart_savers.parquet")) == ROWS
    assert len(pd.read_parquet(published / "mart_customer_segments.parquet")) == 5_000
    # Personal by the sound of their names, so they stay behind.
    assert "sex" not in pd.read_parquet(published / "mart_leavers.parquet").columns
    registry = pd.read_parquet(published / "mart_model_registry.parquet")
    assert {"savers", "leavers"} <= set(registry["model_name"])
    # A new model needs no section of its own to be in the report.
    page = (published / "report.html").read_text()
    assert all(page.count(f'"{model}"') > 10 for model in ("savers", "leavers"))
    risk = pd.read_parquet(published / "mart_risk_scores.parquet")
    assert (risk["model_name"] == "leavers").sum() == 1_000
    assert set(
        pd.read_parquet(published / "mart_fairness.parquet").query("model_name == 'leavers'")["group_name"]
    ) == {*("f", "m")}
    settings = yaml.safe_load((workshop.project / "dbt_project.yml").read_text())
    assert settings["vars"]["scored"]["ml_leavers__scored"] == "customer_id"


def test_a_sheet_of_a_workbook_is_built_as_it_was_read(workshop):
    frame = pd.DataFrame(
        {"Id": [f"A{n}" for n in range(60)], "Amount": np.arange(60) ** 1.5, "Visits": [1, 2, 4] * 20}
    )
    with pd.ExcelWriter(workshop.project / "data" / "book.xlsx") as book:
        frame.to_excel(book, sheet_name="All of 'em", index=False, startrow=1)
    workshop.run("new-segmentation", "book", "--table", "data/book.xlsx", "--id", "Id", "--segments", "2")
    workshop.build("--select", "+mart_book")
    rows = workshop.query("select id, amount, visits from marts.mart_book order by length(id), id")
    assert np.allclose(rows["amount"], frame["Amount"])
    assert rows["visits"].tolist() == frame["Visits"].tolist()
