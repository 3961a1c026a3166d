"""Features, segments and labels of one date, and features that give the label away."""

from datetime import date

import duckdb
import numpy as np
import pandas as pd
import pytest
from risk_cases import AS_OF, declaration

from segmart import frames
from segmart.errors import FeatureError
from segmart.learning.provenance import data_fingerprint
from segmart.risk.regression.declaration import parse_declaration
from segmart.risk.regression.leakage import leaks, rank_correlation
from segmart.risk.tables import labelled, with_segments

DECLARED = parse_declaration("risk_appetite", declaration())


def table(**columns) -> pd.DataFrame:
    return pd.DataFrame({"customer_id": ["a", "b", "c"], "as_of_date": AS_OF} | columns)


def test_labels_are_joined_by_customer_and_date_and_counted():
    labels = pd.DataFrame(
        {
            "customer_id": ["a", "b", "z", "c", "c"],
            "as_of_date": [AS_OF, date(2024, 12, 31), AS_OF, AS_OF, None],
            "risk_score": [0.5, 0.6, 0.7, None, 0.8],
        }
    )

    found, counts = labelled("risk_appetite", DECLARED, table(), labels, AS_OF)

    assert frames.fetch(found, "customer_id", ["risk_score"], 9).to_dict("list") == {
        "customer_id": ["a"],
        "risk_score": [0.5],
    }
    assert (counts.label_count, counts.of_another_date, counts.labelled_count) == (5, 2, 1)
    assert counts.in_words() == (
        "1 of 5 labels can be learned from, 2 are of another date, "
        "2 are empty or belong to customers this model is not about"
    )


def test_segments_of_another_date_are_not_taken():
    segments = pd.DataFrame(
        {"customer_id": ["a", "a", "b"], "as_of_date": [AS_OF, date(2024, 12, 31), date(2024, 12, 31)]}
    ).assign(segment_name=["new", "old", "old"])

    dated = with_segments("risk_appetite", DECLARED, table(), segments, "segment_name")
    undated = with_segments(
        "risk_appetite", DECLARED, table(), segments.iloc[1:][["customer_id", "segment_name"]], "segment_name"
    )

    def names(rows):
        return frames.fetch(rows, "customer_id", [], 9, texts=["segment_name"])["segment_name"].tolist()

    assert names(dated)[0] == "new"
    assert pd.isna(names(dated)[1:]).all()
    assert names(undated)[:2] == ["old", "old"]


def test_labels_outside_their_bounds_are_counted_over_all_rows():
    labels = table(risk_score=[0.0, 1.0, 1.0001])

    with pytest.raises(FeatureError, match="risk_score is outside 0 to 1 in 1 of 3 rows"):
        labelled("risk_appetite", DECLARED, table(), labels, AS_OF)
    free = parse_declaration("risk_appetite", declaration(label={"column": "risk_score", "maximum": 2}))
    assert labelled("risk_appetite", free, table(), labels, AS_OF)[1].labelled_count == 3
    infinite = table(risk_score=[0.0, 1.0, -np.inf])
    with pytest.raises(FeatureError, match="risk_score is infinite in 1 of 3 rows"):
        labelled("risk_appetite", free, table(), infinite, AS_OF)


def test_rows_whose_number_is_known_are_selected():
    values = duckdb.connect().sql("from (values (1.5), (null), ('nan'::double), (2)) as t(\"a b\")")

    assert [value for (value,) in frames.only_known(values, "a b").fetchall()] == [1.5, 2.0]
    assert frames.count_outside(values, "a b", 1.5, 1.9) == 1
    assert frames.count_outside(values, "a b", 1.6, None) == 1
    assert frames.count_outside(values, "a b", None, None) == 0


def test_columns_are_selected_from_either_kind_of_table():
    found = frames.only_columns(duckdb.connect().sql('select 1 as "a b", 2 as c'), ["a b"])

    assert (found.columns, found.fetchall()) == (["a b"], [(1,)])
    assert frames.only_columns(table(), ["customer_id"]).columns.tolist() == ["customer_id"]


def test_a_feature_that_orders_customers_as_the_label_does_is_found():
    generator = np.random.default_rng(1)
    label = generator.normal(size=300)

    assert leaks("copy", np.exp(label), label, "y").finding == (
        "gives the label y away: their rank correlation is 1.000"
    )
    assert "-0.99" in leaks("nearly", -label + 0.05 * generator.normal(size=300), label, "y").finding
    assert leaks("good", label + 0.5 * generator.normal(size=300), label, "y") is None
    partly = np.where(np.arange(300) < 200, np.nan, label)
    assert leaks("partly missing", partly, label, "y") is not None


def test_too_few_or_equal_values_order_nobody():
    label = np.arange(300.0)

    assert leaks("rare", np.where(label < 285, np.nan, label), label, "y") is None
    assert np.isnan(rank_correlation(np.zeros(300), label))


def test_another_segment_is_another_fingerprint():
    rows = table(segment_name=["x", None, "y"], value=[1.0, 2.0, np.nan])

    same = data_fingerprint(rows.iloc[::-1], "customer_id")
    moved = data_fingerprint(rows.assign(segment_name=["x", "x", "y"]), "customer_id")

    assert data_fingerprint(rows, "customer_id") == same != moved
