"""The guide and the README are run: SQL on published marts, cheap commands in a copy of the project.

A block of SQL or of commands that is not run says so behind its language, and why or what runs it instead:
```console not-run: takes minutes; tests/project/test_build.py builds
"""

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd
import pytest
import yaml
from conftest import DBT_PROJECT_PARTS, PROJECT, Project, made_once
from test_readme import OWN_TABLE

PAGES = [PROJECT / "README.md", *sorted((PROJECT / "docs").glob("*.md"))]
# These sections are run, block by block, by test_readme.
RUN_ELSEWHERE = (OWN_TABLE,)
LANGUAGES_THAT_RUN = ("sql", "console", "python")
BLOCK = re.compile(r"^```(?P<info>[^\n`]*)\n(?P<text>.*?)^```$", flags=re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """One fenced block: where it stands, its language, what is said behind the language, its text."""

    page: str
    line: int
    section: str
    language: str
    note: str
    text: str

    @property
    def is_run(self) -> bool:
        return self.language in LANGUAGES_THAT_RUN and not self.note and self.section not in RUN_ELSEWHERE

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def blocks_of(page: Path) -> list[Block]:
    text = page.read_text(encoding="utf-8")
    found = []
    for match in BLOCK.finditer(text):
        before = BLOCK.sub("", text[: match.start()])
        headings = re.findall(r"^## .*$", before, flags=re.MULTILINE)
        language, _, note = match["info"].strip().partition(" ")
        line = text[: match.start()].count("\n") + 1
        found.append(
            Block(page.name, line, headings[-1] if headings else "", language, note.strip(), match["text"])
        )
    return found


BLOCKS = [block for page in PAGES for block in blocks_of(page)]


def to_run(language: str) -> pytest.MarkDecorator:
    """One test for each block of a language that is to be run."""
    blocks = [block for block in BLOCKS if block.language == language and block.is_run]
    return pytest.mark.parametrize("block", blocks, ids=str)


@pytest.fixture(scope="session")
def project_of_a_reader(built, tmp_path_factory) -> tuple[Path, dict[str, str]]:
    """A copy of the project with published marts, as a reader of the guide has it, and its environment."""
    folder = made_once(tmp_path_factory, "docs", lambda folder: make_project_of_a_reader(folder, built))
    return folder, {
        **os.environ,
        "SEGMART_WAREHOUSE": str(built.places.warehouse),
        "SEGMART_PROJECT_DIR": str(folder),
        "DBT_PROFILES_DIR": str(folder),
    }


def make_project_of_a_reader(folder: Path, built: Project) -> None:
    for part in (*DBT_PROJECT_PARTS, "examples", "reports", "bi/superset/dashboard", "Makefile"):
        if (PROJECT / part).is_dir():
            shutil.copytree(PROJECT / part, folder / part)
        else:
            shutil.copy(PROJECT / part, folder / part)
    built.publish(to=folder / "published")
    (folder / "data").mkdir()
    pd.DataFrame(
        {"Customer ID": range(100), "income": range(0, 5_000, 50), "town": ["Lyon", "Metz"] * 50}
    ).to_csv(folder / "data" / "customers.csv", index=False)
    programs = folder / ".venv" / "bin"
    programs.mkdir(parents=True)
    for name, module in {"python": "", "segmart": "-m segmart.cli", "dbt": "-P -m dbt.cli.main"}.items():
        (programs / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" {module} "$@"\n')
        (programs / name).chmod(0o755)


@to_run("sql")
def test_every_query_of_the_guide_answers(block, project_of_a_reader):
    folder, _ = project_of_a_reader
    with duckdb.connect(str(folder / "published" / "segmart.duckdb"), read_only=True) as marts:
        # The report asks for its marts by name alone.
        marts.execute("use marts")
        assert marts.execute(block.text).fetchall(), f"{block} returns no row"


@to_run("console")
def test_every_cheap_command_of_the_guide_works(block, project_of_a_reader):
    folder, environment = project_of_a_reader
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", block.text],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{block}\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
    assert done.stdout, f"{block} says nothing"


@to_run("python")
def test_every_piece_of_python_of_the_guide_works(block, project_of_a_reader):
    folder, environment = project_of_a_reader
    done = subprocess.run(
        [sys.executable, "-c", block.text],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{block}\n{done.stderr[-3000:]}"


@pytest.mark.parametrize("block", [block for block in BLOCKS if block.note], ids=str)
def test_a_block_that_is_not_run_says_why_and_names_tests_that_exist(block):
    assert re.fullmatch(r"not-run: \S+( \S+){2,}", block.note), f"{block}: {block.note}"
    for path in re.findall(r"tests/[\w/]+\.py", block.note):
        assert (PROJECT / path).exists(), f"{block}: {path}"


@pytest.mark.parametrize("block", [block for block in BLOCKS if block.language == "yaml"], ids=str)
def test_every_piece_of_yaml_is_yaml(block):
    assert yaml.safe_load(block.text)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_and_file_a_page_names_exists(page):
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
        assert (page.parent / target).exists(), f"{page.name} links to {target}"
    folders = "models|seeds|examples|macros|python_models|analyses|benchmarks|src|tests|docs|bi"
    for path in re.findall(rf"`((?:{folders})/[\w./]+)`", text):
        assert (PROJECT / path).exists(), f"{page.name} names {path}"
    targets = set(re.findall(r"^([a-z]+):", (PROJECT / "Makefile").read_text(), flags=re.MULTILINE))
    assert set(re.findall(r"(?:^|`)make ([a-z]+)", text, flags=re.MULTILINE)) <= targets


def anchors_of(page: Path) -> set[str]:
    """The places in a page that a link can lead to, as GitHub names them after the headings."""
    headings = re.findall(r"^#+ (.+)$", BLOCK.sub("", page.read_text(encoding="utf-8")), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_into_a_page_leads_to_one_of_its_headings(page):
    for target, anchor in re.findall(r"\]\(([^)#:]*)#([^)]+)\)", page.read_text(encoding="utf-8")):
        assert anchor in anchors_of(page.parent / target if target else page), f"{target}#{anchor}"


def test_the_guide_names_every_published_mart_with_its_key(project_of_a_reader):
    folder, _ = project_of_a_reader
    marts = json.loads((folder / "published" / "manifest.json").read_text(encoding="utf-8"))["marts"]
    page = (PROJECT / "docs" / "reading_the_marts.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| .+ \| (.+) \|$", page, flags=re.MULTILINE)
    told = {mart: re.findall(r"`(\w+)`", key) or marts[mart]["primary_key"] for mart, key in rows}
    assert told == {name: mart["primary_key"] for name, mart in marts.items()}


def test_the_index_leads_to_every_page_of_the_guide():
    index = (PROJECT / "docs" / "README.md").read_text(encoding="utf-8")
    others = {page.name for page in (PROJECT / "docs").glob("*.md")} - {"README.md"}
    assert others <= set(re.findall(r"\]\(([\w.]+)\)", index))
