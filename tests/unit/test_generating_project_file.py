"""Entries are added to dbt_project.yml, and every other character of it stays."""

import difflib
from pathlib import Path

import pytest
import yaml

from segmart.errors import InputError
from segmart.generating.project_file import with_list_entry, with_mapping_entry

REAL = (Path(__file__).parents[2] / "dbt_project.yml").read_text(encoding="utf-8")


def added(before: str, after: str) -> list[str]:
    """Return the lines that are new; fails when one is gone."""
    changes = [line for line in difflib.ndiff(before.splitlines(), after.splitlines()) if line[0] in "+-"]
    assert all(line.startswith("+ ") for line in changes), changes
    return [line[2:] for line in changes]


def test_the_file_of_the_project_gets_one_line_for_each_entry():
    text = with_list_entry(REAL, "registries", "ml_own__fit")
    assert added(REAL, text) == ["    - ml_own__fit"]
    assert added(text, with_mapping_entry(text, "scored", "ml_own__scored", "id")) == [
        "    ml_own__scored: id"
    ]
    assert yaml.safe_load(text)["vars"]["registries"][-1] == "ml_own__fit"


def test_an_id_that_yaml_takes_for_a_word_is_quoted():
    text = with_mapping_entry(REAL, "scored", "ml_own__scored", "no")
    assert yaml.safe_load(text)["vars"]["scored"]["ml_own__scored"] == "no"


def test_an_entry_that_is_there_changes_nothing():
    assert with_list_entry(REAL, "registries", "ml_rfmn_segments__fit") == REAL
    assert with_mapping_entry(REAL, "scored", "ml_credit_default__scored", "application_id") == REAL


def test_the_same_model_scored_by_another_id_keeps_its_line():
    text = "name: a\nvars:\n  scored:\n    ml_x__scored: old  # why\n"
    assert with_mapping_entry(text, "scored", "ml_x__scored", "new") == text.replace("old", "new")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("  registries: [a, b]  # why\n", "  registries: [a, b, n]  # why\n"),
        ("  registries: [ ]\n", "  registries: [n]\n"),
        ("  registries: [\n    a,  # one\n    b,\n  ]\n", "  registries: [\n    a,  # one\n    b, n\n  ]\n"),
        ("  registries:\n  - a  # why\n\n  # end\n", "  registries:\n  - a  # why\n  - n\n\n  # end\n"),
        ("  registries:\n", "  registries:\n    - n\n"),
        ("  other: 1  # why\n", "  other: 1  # why\n  registries:\n    - n\n"),
        ("  other:\n    - a\n\n# end\n", "  other:\n    - a\n  registries:\n    - n\n\n# end\n"),
        ("  a:\n    registries: [q]\n", "  a:\n    registries: [q, n]\n"),
        ("  registries:\r\n    - a\r\n", "  registries:\r\n    - a\r\n    - n\r\n"),
    ],
)
def test_however_a_list_is_written_it_grows_by_one(before, after):
    assert with_list_entry(f"name: a\nvars:\n{before}", "registries", "n") == f"name: a\nvars:\n{after}"


@pytest.mark.parametrize("text", ["name: a\n", "name: a\nvars: [\n", "name: a\nvars:\n  registries: 3\n"])
def test_a_file_that_is_otherwise_is_left_alone_and_the_line_to_add_is_told(text):
    with pytest.raises(InputError, match="add 'n' to its variable registries by hand"):
        with_list_entry(text, "registries", "n")
