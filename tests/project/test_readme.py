"""What the README and the guide promise about adding a model and naming inputs, done as they say."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import PROJECT, Project
from ledgers import copy_of

README = (PROJECT / "README.md").read_text(encoding="utf-8")
ADDING_A_MODEL = (PROJECT / "docs" / "adding_a_model.md").read_text(encoding="utf-8")
OWN_TABLE = "## Bring your own customer table"


def blocks(language: str, heading: str, page: str = README) -> list[str]:
    """Return the blocks of code in one section of a page."""
    section = page.split(f"\n{heading}\n")[1].split("\n## ")[0]
    return re.findall(rf"```{language}\n(.*?)```", section, flags=re.DOTALL)


def test_a_segmentation_of_ones_own_is_one_yaml_block_and_two_short_files(
    copied_project, demo_ledger, project_on
):
    (block,) = blocks("yaml", "## A segmentation by hand", ADDING_A_MODEL)
    folder = copied_project / "python_models" / "saver_segments"
    folder.mkdir()
    (folder / "_saver_segments__models.yml").write_text(block)
    for entry in ("fit", "assigned"):
        text = (PROJECT / f"python_models/rfmn_segments/ml_rfmn_segments__{entry}.py").read_text()
        (folder / f"ml_saver_segments__{entry}.py").write_text(
            text.replace("rfmn_segments", "saver_segments")
        )

    project = project_on(demo_ledger, project_dir=copied_project)
    project.build(
        *("--select", "+ml_saver_segments__assigned", "+mart_segment_quality"),
        registries=["ml_saver_segments__fit"],
    )
    quality = project.mart("mart_segment_quality", "segment_count")
    assert quality["segmentation"].unique().tolist() == ["saver_segments"]
    assert quality["segment_count"].tolist() == [2, 3, 4, 5, 6, 7, 8]
    assert quality.loc[quality["is_chosen"], "verdict"].notna().all()
    (schema,) = project.query(
        "select table_schema from information_schema.tables where table_name = 'ml_saver_segments__assigned'"
    )["table_schema"]
    assigned = project.query(f"select * from {schema}.ml_saver_segments__assigned")
    assert assigned["segment_name"].str.startswith("Segment ").all()


def labelled_table(path: Path, row_count: int = 600) -> None:
    """Write a table like those people have: odd names, gaps written as NA, ids, dates."""
    generator = np.random.default_rng(3)
    income, amount = generator.lognormal(8, 0.5, row_count), generator.lognormal(9, 0.6, row_count)
    log_odds = -1.5 + 1.5 * np.log(amount / income / 3) + generator.normal(size=row_count) / 2
    is_bad = generator.random(row_count) < 1 / (1 + np.exp(-log_odds))
    days = pd.Timestamp("2023-01-01") + pd.to_timedelta(generator.integers(0, 700, row_count), unit="D")
    pd.DataFrame(
        {
            "application id": [f"A-{number:04}" for number in range(row_count)],
            "applied [date]": days.strftime("%Y-%m-%d"),
            "bad (0-1)": is_bad.astype(int),
            "income [USD/month]": np.where(generator.random(row_count) < 0.1, np.nan, income.round()),
            "amount [USD]": amount.round(-2),
            "region-code": generator.integers(1, 5, row_count),
            'what "for"': generator.choice(["car", "home", "50% other"], row_count),
            "sex": generator.choice(["f", "m"], row_count),
            "collector": np.where(is_bad, "yes", "no"),
            "row number": np.arange(row_count),
            "constant": 1,
        }
    ).to_csv(path, index=False, na_rep="NA")


@pytest.fixture
def typed(copied_project, tmp_path):
    """Type the lines of a block of the README in a copy of the project; return what they printed."""

    def type_lines(block: str, before_each: Callable[[str], None] = lambda line: None) -> str:
        printed = ""
        for line in block.strip().split("\n"):
            command, *arguments = shlex.split(line)
            assert command == ".venv/bin/segmart"
            before_each(line)
            done = subprocess.run(
                [sys.executable, "-m", "segmart.cli", *arguments],
                cwd=copied_project,
                env={**os.environ, "SEGMART_WAREHOUSE": str(tmp_path / "segmart.duckdb")},
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, line + done.stdout[-4000:] + done.stderr[-2000:]
            printed += done.stdout
        return printed

    return type_lines


def test_a_customer_table_of_ones_own_becomes_segments_in_three_commands(copied_project, typed, tmp_path):
    segmentation, _ = blocks("console", OWN_TABLE)
    assert len(segmentation.strip().split("\n")) == 3
    (copied_project / "data").mkdir()
    generator = np.random.default_rng(4)
    kind = generator.integers(0, 3, 900)
    pd.DataFrame(
        {
            "Customer ID": [f"C{number:03}" for number in range(900)],
            "Yearly income": generator.lognormal(8 + kind, 0.2).round(),
            "orders per month": generator.poisson(2 + 9 * (kind == 1)),
            "town": generator.choice(["Lyon", "Metz"], 900),
        }
    ).to_csv(copied_project / "data" / "customers.csv", index=False)
    printed = typed(segmentation)
    assert "mart_savers: 900 rows as of 2025-12-31" in printed
    assert "Verdict: " in printed
    segments = Project(tmp_path, tmp_path).mart("mart_savers", "customer_id")
    assert segments["segment_name"].notna().all()


def test_a_labelled_table_of_ones_own_becomes_a_risk_model_in_three_commands(copied_project, typed, tmp_path):
    _, risk = blocks("console", OWN_TABLE)
    (copied_project / "data").mkdir()
    labelled_table(copied_project / "data" / "loans.csv")
    declaration = copied_project / "python_models" / "loans" / "_loans__models.yml"

    def with_little_effort(line: str) -> None:
        # Two light candidates and few folds: the sentence under test is not about their strength.
        if " build " in line:
            light = "candidates: {scorecard: {}, logistic: {}}\n"
            light += "          evaluation: {cross_validation: {folds: 3}}\n          tuning:"
            declaration.write_text(declaration.read_text().replace("tuning:", light, 1))

    printed = typed(risk, with_little_effort)
    assert "mart_loans: 600 rows as of 2025-12-31" in printed
    assert "Area under the ROC curve, cross-validation: " in printed
    assert "Area under the ROC curve, out of time: " in printed
    project = Project(tmp_path, tmp_path)
    scores = project.mart("mart_loans", "application_id")
    assert len(scores) == 600
    assert scores["predicted_probability"].between(0, 1).all()
    assert (scores["model_verdict"] == "skill beyond a constant").all()
    declined = scores[scores["decision"] == "decline"]
    assert declined["reason_1"].notna().all()
    told = (copied_project / "models" / "loans" / "_loans__models.yml").read_text()
    left_out = re.findall(r"^      # `(.+?)`: ", told, flags=re.MULTILINE)
    assert left_out == ["collector", "row number", "constant"]


def test_a_table_that_lives_elsewhere_is_named_in_inputs(demo_ledger, tmp_path, project_on):
    ledger = copy_of(demo_ledger, tmp_path / "in")
    elsewhere = tmp_path / "lake" / "all_trades.parquet"
    elsewhere.parent.mkdir()
    (ledger / "brokerage" / "trades.parquet").rename(elsewhere)
    project = project_on(ledger)
    project.build(
        *("--select", "+stg_brokerage__trades"),
        inputs={"brokerage.trades": str(elsewhere)},
    )
    assert project.query("select count(*) as trades from staging.stg_brokerage__trades")["trades"].item() > 0
