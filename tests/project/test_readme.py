"""What the README promises about adding a segmentation and naming inputs, done as it says."""

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
from conftest import PROJECT, Project
from ledgers import copy_of

README = (PROJECT / "README.md").read_text(encoding="utf-8")


def blocks(language: str, heading: str) -> list[str]:
    """Return the blocks of code in one section of the README."""
    section = README.split(f"\n{heading}\n")[1].split("\n## ")[0]
    return re.findall(rf"```{language}\n(.*?)```", section, flags=re.DOTALL)


def test_a_segmentation_of_ones_own_is_one_yaml_block_and_two_short_files(
    copied_project, demo_ledger, tmp_path
):
    (block,) = blocks("yaml", "## A segmentation of your own")
    folder = copied_project / "python_models" / "saver_segments"
    folder.mkdir()
    (folder / "_saver_segments__models.yml").write_text(block)
    for entry in ("fit", "assigned"):
        text = (PROJECT / f"python_models/rfmn_segments/ml_rfmn_segments__{entry}.py").read_text()
        (folder / f"ml_saver_segments__{entry}.py").write_text(
            text.replace("rfmn_segments", "saver_segments")
        )

    project = Project(tmp_path / "build", demo_ledger, project_dir=copied_project)
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


def test_a_labelled_table_of_ones_own_is_one_yaml_block_and_two_short_files(
    copied_project, demo_ledger, tmp_path
):
    folder = copied_project / "python_models" / "own_default"
    folder.mkdir()
    heading = "## A labelled table of your own"
    (declared,) = blocks("yaml", heading)
    # Two light candidates and no search: the sentence under test is not about their strength.
    cheap = "          candidates: {scorecard: {}, logistic: {}}\n          tuning: {trials: 1}\n"
    cheap += "          evaluation: {cross_validation: {folds: 3}}\n          task: classification\n"
    (folder / "_own_default__models.yml").write_text(
        declared.replace("          task: classification\n", cheap)
    )
    for entry, text in zip(("fit", "scored"), blocks("python", heading), strict=True):
        (folder / f"ml_own_default__{entry}.py").write_text(text)
    labelled_table(tmp_path / "loans.csv")

    project = Project(tmp_path / "build", demo_ledger, project_dir=copied_project)
    marts = ("mart_risk_scores", "mart_model_registry", "mart_model_metrics", "mart_fairness")
    project.build(
        *("--select", *(f"+{mart}" for mart in marts)),
        inputs={"own.applications": str(tmp_path / "loans.csv")},
        registries=["ml_own_default__fit"],
        scored={"ml_own_default__scored": "application id"},
    )

    scores = project.mart("mart_risk_scores", "entity_id")
    assert len(scores) == 600
    assert scores["predicted_probability"].between(0, 1).all()
    declined = scores[scores["decision"] == "decline"]
    assert declined["reason_1"].notna().all()
    assert (declined["change_in_words"].notna() | declined["no_change_reason"].notna()).all()
    (model,) = project.mart("mart_model_registry", "model_name").to_dict("records")
    assert model["verdict"] == "skill beyond a constant"
    left_out = {column["feature"]: column["reason"] for column in json.loads(model["features_left_out"])}
    assert set(left_out) == {"collector", "row number", "constant"}
    metrics = project.mart("mart_model_metrics", "split")
    assert set(metrics["split"]) >= {"cross-validation", "out of time"}
    assert set(project.mart("mart_fairness", "group_name")["group_name"]) == {"f", "m"}


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


def test_every_file_and_command_the_readme_names_exists():
    for path in re.findall(r"`((?:models|seeds|examples|macros|python_models)/[\w./]+)`", README):
        assert (PROJECT / path).exists(), path
    targets = set(re.findall(r"^([a-z]+):", (PROJECT / "Makefile").read_text(), flags=re.MULTILINE))
    assert set(re.findall(r"\bmake ([a-z]+)\b", README)) <= targets
