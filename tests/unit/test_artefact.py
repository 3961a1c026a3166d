"""The artefact as text."""

import json

import numpy as np
import pandas as pd
import pytest
from segmentation_cases import artefact, recipe

from segmart.errors import InputError
from segmart.learning.json_text import to_json
from segmart.segmentation.artefact import artefact_from_json
from segmart.segmentation.naming import Name, NamedBy

LEARNED = artefact(
    [[0.1, 1 / 3], [2.0, -3e-12]],
    recipes=[
        recipe("trades", impute_value=0.0, transform="log1p", upper=1e9),
        recipe("Ertrag (€)", center=0.1, scale=1 / 7, weight=2.0),
    ],
    ids=[3, 8],
)


def test_what_is_written_is_read_back_to_the_last_bit():
    assert artefact_from_json(LEARNED.to_json()) == LEARNED


def test_equal_artefacts_are_equal_text():
    text = LEARNED.to_json()

    assert artefact_from_json(text).to_json() == text
    assert list(json.loads(text)) == sorted(json.loads(text))


def test_steps_that_are_not_used_leave_no_trace_in_the_text():
    content = json.loads(LEARNED.to_json())

    assert content["format"] == 1
    assert sorted(content) == [
        "components",
        "entity",
        "format",
        "model_name",
        "model_version",
        "population",
        "recipes",
        "segments",
    ]


def test_what_is_not_a_finite_number_becomes_null():
    content = {"b": [np.float64("nan"), float("inf"), np.int64(3)], "a": (1.5, None, True)}

    assert to_json(content) == '{"a": [1.5, null, true], "b": [null, null, 3]}'


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[1]",
        LEARNED.to_json().replace('"format": 1', '"format": 2'),
        LEARNED.to_json().replace("recipes", "r"),
    ],
)
def test_a_text_that_is_no_artefact_is_an_error_with_a_remedy(text):
    with pytest.raises(InputError, match=r"artefact that cannot be read.*Remedy"):
        artefact_from_json(text)


def test_other_names_leave_everything_else_as_it_was():
    names = {3: Name("Prudent", None, NamedBy(2, 1)), 8: Name("Adventurous", None, NamedBy(2, 2))}

    renamed = LEARNED.renamed(5, names)

    assert renamed.segment_names.tolist() == ["Prudent", "Adventurous"]
    assert renamed.model_version == 5
    assert renamed.renamed(1, {segment.segment_id: segment.name for segment in LEARNED.segments}) == LEARNED


def test_a_row_without_a_coordinate_has_no_position():
    values = pd.DataFrame({"trades": [0, 1e9, None], "Ertrag (€)": [0.1, None, 0.1]})

    assert LEARNED.positions(LEARNED.values(values)).tolist() == [0, -1, 0]
