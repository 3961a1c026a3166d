"""What dbt's documentation shows says what it is: read off the manifest, the YAML files and the warehouse."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator

import pytest
import yaml
from conftest import PROJECT

YAML_FILES = [
    *PROJECT.glob("models/**/*.yml"),
    *PROJECT.glob("python_models/**/*.yml"),
    *PROJECT.glob("seeds/*.yml"),
    *PROJECT.glob("macros/*.yml"),
]
DOC_FILES = [*PROJECT.glob("models/**/*.md"), *PROJECT.glob("python_models/**/*.md")]

# What a source table has while it is checked, beside its own columns: macros make these for each of them.
OF_CHECKING = re.compile(
    r"(given|said|has_commas|has_day_first|has_month_first)_\w+|\w+_fault|failed_check|rejected_\w+"
    r"|known_at|notional_usd"
)


@pytest.fixture(scope="module")
def manifest(built) -> dict:
    return json.loads((built.places.target / "manifest.json").read_text())


@pytest.fixture(scope="module")
def ours(manifest) -> list[dict]:
    """Models, seeds, analyses, sources, exposures, metrics, semantic models and macros of the project."""
    kinds = ("nodes", "sources", "exposures", "metrics", "semantic_models", "macros")
    return [
        node
        for kind in kinds
        for node in manifest[kind].values()
        if node["package_name"] == "segmart" and node["resource_type"] not in ("test", "operation")
    ]


def test_everything_says_what_it_is(manifest, ours):
    used = macros_used_elsewhere(manifest)
    silent = [
        node["unique_id"]
        for node in ours
        if not node["description"] and (node["resource_type"] != "macro" or node["unique_id"] in used)
    ]
    assert not silent
    assert len({node["resource_type"] for node in ours}) == 8


def test_every_part_that_is_named_says_what_it_is(ours):
    parts = ("columns", "arguments", "entities", "dimensions", "measures")
    silent = [
        f"{node['name']}.{part['name']}"
        for node in ours
        for kind in parts
        for part in (node.get(kind, {}).values() if kind == "columns" else node.get(kind, []))
        if not part["description"]
    ]
    assert not silent


def test_every_column_in_the_warehouse_says_what_it_is(built, manifest):
    described = {
        node["name"]: {name for name, column in node["columns"].items() if column["description"]}
        for node in manifest["nodes"].values()
        if node["resource_type"] in ("model", "seed")
    }
    found = built.query("select table_name, column_name from information_schema.columns")
    assert set(described) <= set(found["table_name"])
    silent = [
        f"{table}.{column}"
        for table, column in found.itertuples(index=False)
        if table in described and column not in described[table] | said_below(table, column, described)
    ]
    assert not silent


def test_every_metric_says_what_it_counts(manifest):
    assert len(manifest["metrics"]) > 20
    for metric in manifest["metrics"].values():
        assert metric["config"]["meta"]["unit"], metric["name"]
        if metric["type"] == "ratio":
            assert re.match(r"Numerator: .+\. Denominator: .+\.", metric["description"]), metric["name"]


def test_a_long_sentence_stands_in_two_places_at_most():
    places = defaultdict(list)
    for path in YAML_FILES:
        for name, description in descriptions(yaml.safe_load(path.read_text())):
            if len(description) >= 45 and "doc(" not in description:
                places[description.strip()].append(name)
    assert not {text: names for text, names in places.items() if len(names) > 2}


def test_every_doc_block_is_used():
    written = {name for path in DOC_FILES for name in re.findall(r"{% docs (\w+)", path.read_text())}
    used = {name for path in YAML_FILES for name in re.findall(r"doc\('(\w+)'\)", path.read_text())}
    assert written - used == {"__overview__"}


def test_the_front_page_names_every_mart(manifest):
    page = manifest["docs"]["doc.segmart.__overview__"]["block_contents"]
    marts = {node["name"] for node in manifest["nodes"].values() if node.get("access") == "public"}
    assert marts <= set(re.findall(r"`(\w+)`", page))


def macros_used_elsewhere(manifest: dict) -> set[str]:
    """Return the macros that models, tests or other files' macros call; the rest are a file's own affair."""
    files = {name: macro["original_file_path"] for name, macro in manifest["macros"].items()}
    callers = [*manifest["nodes"].values(), *manifest["macros"].values()]
    return {
        name
        for caller in callers
        for name in caller["depends_on"].get("macros", [])
        if files[name] != caller["original_file_path"]
    }


def said_below(table: str, column: str, described: dict[str, set[str]]) -> set[str]:
    """Return what stands for the columns of tables that are described where they are read."""
    if table.startswith("base_"):
        if OF_CHECKING.fullmatch(column):
            return {column}
        return described[re.sub(r"^base_(\w+?)(_versioned)?$", r"stg_\1", table)]
    return described["reg_model_versions"] if table.endswith("__fit") else set()


def descriptions(found: object) -> Iterator[tuple[str, str]]:
    """Yield every description in a YAML file with the name of what it describes."""
    if isinstance(found, list):
        for each in found:
            yield from descriptions(each)
    elif isinstance(found, dict):
        if isinstance(found.get("description"), str):
            yield found.get("name", ""), found["description"]
        for each in found.values():
            yield from descriptions(each)
