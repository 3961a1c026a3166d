"""What scoring by any kind of model has in common: rows of nothing, dates, artefacts that are damaged."""

from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from segmart.errors import InputError
from segmart.learning.json_text import to_json
from segmart.learning.scoring import dates_of, unscored
from segmart.learning.stored import artefact_from
from segmart.learning.trees import STORED, trees_from_content


def test_a_date_does_not_hang_on_the_rows_around_it():
    written = ["31/12/2025", "2025-12-31", "2025-12-31 08:00:00", None]

    found = dates_of(pd.Series(written, dtype="string"))

    assert [None if pd.isna(day) else day for day in found] == [None, *2 * [date(2025, 12, 31)], None]


def test_rows_of_nothing_hold_their_key_their_reason_and_the_types_of_the_scored():
    frame = pd.DataFrame({"customer_id": ["a", "b"]}, index=[7, 3])
    types = {"score": pa.float64(), "is_odd": pa.bool_(), "unscored_reason": pa.string()}

    for_one = unscored(frame, "customer_id", types, "not yet")
    each = unscored(frame, "customer_id", types, np.array([None, "infinite"], dtype=object))

    assert for_one.index.tolist() == [0, 1]
    assert for_one.dtypes[1:].astype(str).tolist() == ["Float64", "boolean", "string"]
    assert for_one["unscored_reason"].tolist() == ["not yet"] * 2
    assert each["unscored_reason"].isna().tolist() == [True, False]
    assert unscored(frame.iloc[:0], "customer_id", types, "not yet").empty


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("{", "Expecting property name"),
        ("[]", "indices must be integers"),
        ('{"format": 3}', "its format is 3, not 1 or 2"),
        ('{"format": 1}', "'trees'"),
        (
            to_json({"format": 1, "trees": dict.fromkeys(STORED, "AAAA")}),
            "Error -3 .*Remedy: remove that row",
        ),
    ],
)
def test_a_damaged_artefact_is_an_error_with_a_remedy(text, what):
    with pytest.raises(InputError, match=what):
        artefact_from(text, (1, 2), lambda content: trees_from_content(content["trees"]))
