"""The page about adding a model declares models that are valid, and names every key there is and no other."""

import re
from pathlib import Path

import pytest
import yaml

from segmart.anomaly import declaration as anomaly
from segmart.learning.declaration import CategoryFeature, PerPopulation
from segmart.risk.classification.declaration import Classification, parse_classification
from segmart.segmentation.declaration import NumberFeature, Population, Segmentation, parse_declaration

PAGE = (Path(__file__).parents[2] / "docs" / "adding_a_model.md").read_text(encoding="utf-8")
PARSERS = {"segmentation": parse_declaration, "risk": parse_classification}
# What the keys of a heading are the fields of.
KEYS = {
    "Keys of a segmentation": (Segmentation,),
    "Keys of a population": (Population,),
    "Keys of a feature": (NumberFeature, CategoryFeature),
    "Keys of a classification": (Classification,),
    "Keys of an anomaly model": (anomaly.Population,),
}
DECLARED = [
    (model["name"], key, model["config"]["meta"][key])
    for block in re.findall(r"^```yaml\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)
    for model in yaml.safe_load(block)["models"]
    for key in PARSERS
    if key in model["config"]["meta"]
]


def test_both_kinds_are_shown():
    assert {key for _, key, _ in DECLARED} == set(PARSERS)


@pytest.mark.parametrize(("name", "key", "declared"), DECLARED, ids=lambda value: str(value)[:30])
def test_every_declaration_of_the_page_is_valid(name, key, declared):
    PARSERS[key](name, declared)


@pytest.mark.parametrize("heading", KEYS)
def test_every_key_of_a_declaration_is_told_and_no_other(heading):
    section = re.split(r"^##", PAGE.split(f"### {heading}\n")[1], flags=re.MULTILINE)[0]
    first_cells = re.findall(r"^\| (`[^|]*) \|", section, flags=re.MULTILINE)
    told = [key for cell in first_cells for key in re.findall(r"`(\w+)`", cell)]
    assert sorted(told) == sorted({field for kind in KEYS[heading] for field in kind.model_fields})


def test_an_anomaly_model_has_no_further_keys_than_a_segmentation():
    assert set(anomaly.Anomaly.model_fields) == set(PerPopulation.model_fields) | {"populations"}
