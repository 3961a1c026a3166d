"""What a fit rested on."""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from segmart.learning.provenance import data_fingerprint, feature_contract_hash, library_versions

TYPES = {"trades": "INTEGER", "value": "DOUBLE", "unused": "VARCHAR"}


def frame(**changes) -> pd.DataFrame:
    columns = {"customer_id": ["a", "b", "c"], "trades": [1.0, 2.0, np.nan], "value": [0.0, 5.5, -1.0]}
    return pd.DataFrame(columns | changes)


def test_the_contract_is_names_and_types_of_the_declared_features():
    original = feature_contract_hash(["trades", "value"], TYPES)

    assert feature_contract_hash(["value", "trades"], TYPES) == original
    assert feature_contract_hash(["trades", "value"], TYPES | {"unused": "DATE"}) == original
    assert feature_contract_hash(["trades", "value"], TYPES | {"value": "INTEGER"}) != original
    assert feature_contract_hash(["trades", "value"], {"trades": "INTEGER"}) != original
    assert feature_contract_hash(["trades"], TYPES) != original


@given(order=st.permutations(range(3)))
def test_the_fingerprint_does_not_depend_on_the_order_of_rows_or_columns(order):
    shuffled = frame().iloc[list(order)][["value", "customer_id", "trades"]]

    assert data_fingerprint(shuffled, "customer_id") == data_fingerprint(frame(), "customer_id")


def test_the_fingerprint_follows_every_value():
    original = data_fingerprint(frame(), "customer_id")

    assert data_fingerprint(frame(value=[0.0, 5.5, -1.0000001]), "customer_id") != original
    assert data_fingerprint(frame(customer_id=["a", "b", "d"]), "customer_id") != original
    assert data_fingerprint(frame(trades=[1.0, 2.0, 0.0]), "customer_id") != original
    assert data_fingerprint(frame(value=[-0.0, 5.5, -1.0]), "customer_id") == original


def test_the_versions_of_the_libraries_that_learn_are_recorded():
    assert set(library_versions()) == {"numpy", "scikit-learn", "scipy", "segmart"}
    assert library_versions()["numpy"] == np.__version__
