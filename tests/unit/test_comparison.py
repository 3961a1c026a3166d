"""What the rules and the learned segments say of the same customers."""

import pandas as pd
import pytest
from segmentation_cases import customers, declaration

from segmart.comparison import agreement_by_group, reconciling_changes
from segmart.segmentation import fit_segmentation
from segmart.segmentation.artefact import artefact_from_json
from segmart.segmentation.assignment import assign_rows


def cells(*rows: tuple) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["status", "rule", "learned", "customers", "is_expected"])


def measured(table: pd.DataFrame) -> pd.DataFrame:
    return agreement_by_group(table, "status", "rule", "learned", "customers", "is_expected")


def test_agreement_is_exactly_one_when_the_learned_segments_are_the_rules():
    table = cells(
        ("active", "Champions", 1, 300, True), ("active", "Lost", 2, 200, True), ("active", "New", 3, 7, True)
    )
    assert measured(table)["value"].tolist() == [1.0] * 4


def test_each_group_is_measured_on_its_own_customers():
    table = cells(
        ("active", "Champions", 1, 90, True),
        ("active", "Champions", 2, 10, False),
        ("active", "Lost", 2, 100, True),
        ("inactive", "Lapsed", 1, 50, True),
        ("inactive", "Lapsed", 2, 50, True),
        ("inactive", "Long gone", 1, 50, True),
        ("inactive", "Long gone", 2, 50, True),
    )
    values = measured(table).set_index(["status", "measure"])["value"]
    assert values["active", "agreement_rate"] == pytest.approx(190 / 200)
    assert values["active", "adjusted_rand_index"] > 0.7
    assert values["inactive", "agreement_rate"] == 1.0
    assert values["inactive", "adjusted_rand_index"] == pytest.approx(0, abs=0.01)


def test_an_agreement_rate_is_told_beside_what_chance_gives():
    row = measured(
        cells(("active", "A", 1, 95, True), ("active", "A", 2, 5, False), ("active", "B", 2, 100, True))
    )
    rate = row.set_index("measure").loc["agreement_rate"]
    assert rate["interval_low"] < rate["value"] == 0.975 < rate["interval_high"] <= 1
    assert rate["chance_baseline"] == pytest.approx(0.5, abs=0.05)


def test_without_a_customer_there_is_nothing_to_measure_and_the_columns_keep_their_types():
    nothing = measured(cells())
    assert nothing.empty
    assert str(nothing["value"].dtype) == "Float64"


def test_reconciling_changes_lead_each_customer_to_their_target():
    features = customers(seed=3, rows=400)
    registry = fit_segmentation("rfmn_segments", declaration(), features)
    artefact = artefact_from_json(registry["artefact"].iloc[0])
    own = assign_rows(artefact, features)["segment_id"]
    ids = artefact.segment_ids.tolist()
    some = features.assign(target=[ids[(ids.index(segment) + 1) % len(ids)] for segment in own]).head(20)
    changes = reconciling_changes(some, registry, "rfmn_segments", "customer_id", "activity_status", "target")
    assert changes["customer_id"].tolist() == some["customer_id"].tolist()
    assert changes["flips"].mean() > 0.9


def test_nobody_to_reconcile_gives_an_empty_typed_frame():
    features = customers(seed=3, rows=400).assign(target=1).head(0)
    changes = reconciling_changes(features, None, "rfmn_segments", "customer_id", "activity_status", "target")
    assert changes.empty
    assert str(changes["flips"].dtype) == "boolean"
