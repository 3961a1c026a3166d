"""The page of the input contract says what the sources declare and the checks of staging find."""

import re
from pathlib import Path

import pytest
import yaml

PROJECT = Path(__file__).parents[2]
CONTRACT = (PROJECT / "docs" / "input_contract.md").read_text(encoding="utf-8")
SOURCES = [
    source
    for path in sorted((PROJECT / "models" / "staging").glob("*/_*__sources.yml"))
    for source in yaml.safe_load(path.read_text(encoding="utf-8"))["sources"]
]
TABLES = {f"{source['name']}.{table['name']}": table for source in SOURCES for table in source["tables"]}

SHARED_TEXTS = {
    name: text
    for path in sorted((PROJECT / "models").rglob("*__docs.md"))
    for name, text in re.findall(
        r"\{% docs (\w+) %\}(.*?)\{% enddocs %\}", path.read_text(encoding="utf-8"), flags=re.DOTALL
    )
}


def meta_of(declared: dict) -> dict:
    return declared.get("config", {}).get("meta", {})


def in_words(description: str) -> str:
    """A description in one line, as dbt renders it: shared texts stand in blocks of their own."""
    for name in re.findall(r"\{\{ doc\('(\w+)'\) \}\}", description):
        description = description.replace(f"{{{{ doc('{name}') }}}}", SHARED_TEXTS[name])
    return " ".join(description.split())


def told_of(table: str) -> str:
    """What the page says of a source table: from its heading to the next one."""
    return re.split(r"^##", CONTRACT.split(f"\n### `{table}`\n")[1], flags=re.MULTILINE)[0]


def reasons_in(sql: str) -> set[str]:
    """The texts that a check or a fault gives as its reason."""
    after_a_word = r"(?:'reason': |then |else )'([a-z][a-z0-9 ]+)'"
    on_a_line = r"^ *'([a-z][a-z0-9 ]+)'$"
    return set(re.findall(after_a_word, sql) + re.findall(on_a_line, sql, flags=re.MULTILINE))


def test_the_contract_speaks_of_every_source_table_and_no_other():
    assert sorted(re.findall(r"^### `(.+)`$", CONTRACT, flags=re.MULTILINE)) == sorted(TABLES)


@pytest.mark.parametrize("table", TABLES)
def test_the_contract_says_what_the_sources_declare(table):
    declared, told = TABLES[table], told_of(table)
    assert in_words(declared["description"]) in " ".join(told.split())
    assert ("Must be there." in told) == meta_of(declared).get("required", False)
    columns = [
        (
            column["name"],
            meta_of(column).get("personal", False),
            column["data_type"],
            "no" if meta_of(column).get("optional") else "yes",
            in_words(column["description"]),
        )
        for column in declared["columns"]
    ]
    rows = re.findall(
        r"^\| `(\w+)`( \(personal\))? \| (\w+) \| (yes|no) \| (.+?) \| ", told, flags=re.MULTILINE
    )
    assert [(name, bool(personal), *rest) for name, personal, *rest in rows] == columns


@pytest.mark.parametrize("table", TABLES)
def test_the_contract_names_every_reason_a_value_can_be_bad_for_and_no_other(table):
    source, _, name = table.partition(".")
    sql = (PROJECT / f"models/staging/{source}/base/base_{source}__{name}.sql").read_text(encoding="utf-8")
    by_hand = (PROJECT / "macros" / "by_hand.sql").read_text(encoding="utf-8")
    rows = "".join(re.findall(r"^\|.*\n", told_of(table), flags=re.MULTILINE))
    told = set(re.findall(r"\*([a-z0-9 ]+)\*", rows))
    assert told >= reasons_in(sql)
    assert told <= reasons_in(sql) | (reasons_in(by_hand) if "read_by_hand" in sql else set())
