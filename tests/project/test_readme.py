"""What the README promises about adding a segmentation and naming inputs, done as it says."""

import re

from conftest import PROJECT, Project
from ledgers import copy_of

README = (PROJECT / "README.md").read_text(encoding="utf-8")


def test_a_segmentation_of_ones_own_is_one_yaml_block_and_two_short_files(
    copied_project, demo_ledger, tmp_path
):
    (block,) = re.findall(r"```yaml\n(.*?)```", README, flags=re.DOTALL)
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
