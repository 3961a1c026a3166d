"""Missing values filled from similar customers."""

import json
import subprocess
import sys
from dataclasses import replace

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from preparation_cases import (
    assert_equal_assignments,
    assigned,
    bank_customers,
    bank_declaration,
    fitted,
    learned,
)
from sklearn.impute import KNNImputer

from segmart.errors import FeatureError
from segmart.learning.neighbours import Neighbours, fit_neighbours
from segmart.segmentation import assign_segments
from segmart.segmentation.artefact import artefact_from_json
from segmart.segmentation.assignment_rows import assign_rows
from segmart.segmentation.changes import FILLED, smallest_change
from segmart.segmentation.preparation import NOTHING_IN_COMMON

CUSTOMERS = bank_customers()
DECLARED = bank_declaration()
FITTED = fitted(CUSTOMERS, DECLARED)
LEARNED = artefact_from_json(FITTED.artefact[0])


def neighbours(donors, count: int = 2) -> Neighbours:
    rows = np.asarray(donors, dtype=float).tolist()
    return Neighbours(count, ("a",), tuple(tuple(None if np.isnan(x) else x for x in row) for row in rows))


def with_gaps(generator, rows: int, share: float) -> np.ndarray:
    points = generator.normal(size=(rows, 4))
    points[generator.random((rows, 4)) < share] = np.nan
    return points


@pytest.mark.parametrize("gaps_of_donors", [0.0, 0.3])
def test_customers_are_filled_as_scikit_learn_fills_them_from_the_same_donors(gaps_of_donors):
    generator = np.random.default_rng(1)
    donors, rows = with_gaps(generator, 200, gaps_of_donors), with_gaps(generator, 500, 0.4)
    rows = rows[~np.isnan(rows).all(axis=1)]

    found = neighbours(donors, count=5).filled(rows)

    expected = KNNImputer(n_neighbors=5).fit(donors).transform(rows)
    np.testing.assert_allclose(found, expected, rtol=1e-9)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000), rows=st.integers(1, 60))
def test_a_customer_is_filled_alone_as_among_others_to_the_last_bit(seed, rows):
    generator = np.random.default_rng(seed)
    donors = neighbours(with_gaps(generator, 90, 0.2), count=3)
    customers = with_gaps(generator, rows, 0.5)

    together = donors.filled(customers)

    alone = np.concatenate([donors.filled(customers[[row]]) for row in range(rows)])
    assert together.tobytes() == alone.tobytes()


def test_of_donors_equally_near_the_first_ones_fill():
    donors = neighbours([[0.0, 1.0], [0.0, 2.0], [0.0, 30.0], [9.0, 90.0]])

    assert donors.filled(np.array([[0.0, np.nan]])).tolist() == [[0.0, 1.5]]


def test_a_distance_over_fewer_coordinates_counts_as_one_over_all():
    # The first donor is 2 away in the one coordinate both know, the second 2.2 in two of them.
    donors = neighbours([[2.0, np.nan, 1.0], [1.6, 1.5, 5.0]], count=1)

    assert donors.filled(np.array([[0.0, 0.0, np.nan]]))[0, 2] == 5.0


def test_who_has_nothing_in_common_with_any_donor_stays_as_they_are():
    donors = neighbours([[1.0, np.nan], [np.nan, 2.0]])

    assert np.isnan(donors.filled(np.array([[np.nan, 3.0]]))[0, 0])


def test_donors_are_complete_as_long_as_there_are_enough():
    points = with_gaps(np.random.default_rng(2), 300, 0.2)
    complete = points[~np.isnan(points).any(axis=1)]

    found = fit_neighbours(points, points, ["a"], 5, len(complete))
    more = fit_neighbours(points, points, ["a"], 5, len(complete) + 7)

    kept = np.array(found.donors, dtype=float)
    np.testing.assert_allclose(kept[kept[:, 0].argsort()], complete[complete[:, 0].argsort()], rtol=1e-5)
    assert (np.isnan(np.array(more.donors, dtype=float)).sum(axis=1) > 0).sum() == 7


def test_who_is_a_donor_hangs_neither_on_keys_nor_on_the_order_of_rows():
    points = with_gaps(np.random.default_rng(3), 300, 0.2).round(1)
    points[:100] = 0.0
    order = np.random.default_rng(4).permutation(300)

    first = fit_neighbours(points, points, ["a"], 5, 80)

    assert fit_neighbours(points[order], points[order], ["a"], 5, 80) == first
    # Many equal customers are neither all of the donors nor none of them.
    equal = sum(donor == (0.0, 0.0, 0.0, 0.0) for donor in first.donors)
    assert 10 < equal < 70


def test_other_ids_change_nobodys_segment():
    shuffled = CUSTOMERS.assign(
        customer_id=CUSTOMERS["customer_id"].sample(frac=1, random_state=5).to_numpy()
    )

    again = fitted(shuffled, DECLARED)

    assert artefact_from_json(again.artefact[0]).neighbours == LEARNED.neighbours
    first, second = assigned(CUSTOMERS, DECLARED, FITTED), assigned(shuffled, DECLARED, again)
    of_first = first.set_index("customer_id")["segment_id"][CUSTOMERS["customer_id"]]
    of_second = second.set_index("customer_id")["segment_id"][shuffled["customer_id"]]
    assert of_first.tolist() == of_second.tolist()


def test_nobody_is_left_out_for_a_value_that_neighbours_can_fill():
    found = assigned(CUSTOMERS, DECLARED, FITTED)

    assert CUSTOMERS["volume_usd"].isna().sum() > 20
    assert found["segment_id"].notna().all()
    assert found["unassigned_reason"].isna().all()


def test_batches_have_the_columns_and_the_answers_of_rows_of_no_table():
    found = assigned(CUSTOMERS, DECLARED, FITTED)

    assert_equal_assignments(found, assign_rows(LEARNED, CUSTOMERS))
    alone = pd.concat([assign_rows(LEARNED, CUSTOMERS.iloc[[row]]) for row in range(40)], ignore_index=True)
    pd.testing.assert_frame_equal(alone, assign_rows(LEARNED, CUSTOMERS.iloc[:40]))


def test_keys_and_dates_keep_their_types_in_batches():
    numbered = CUSTOMERS.assign(customer_id=range(len(CUSTOMERS)))

    reader = assign_segments(duckdb.connect(), "bank_tiers", DECLARED, numbered, FITTED)

    assert reader.schema.field("customer_id").type == pa.int64()
    assert reader.schema.field("as_of_date").type == pa.date32()
    assert sorted(reader.read_all()["customer_id"].to_pylist()) == list(range(len(CUSTOMERS)))


def test_a_table_without_rows_is_assigned_without_rows():
    reader = assign_segments(duckdb.connect(), "bank_tiers", DECLARED, CUSTOMERS.iloc[:0], FITTED)

    assert reader.read_all().num_rows == 0


def test_every_row_has_a_segment_or_a_reason_also_in_batches():
    declared = DECLARED | {
        "population": "kind",
        "populations": {"person": DECLARED["populations"]["all"]},
        "left_out": {"firm": "served by hand"},
    }
    kinds = ["person"] * 396 + ["firm", None, "ghost", "person"]
    frame = CUSTOMERS.assign(kind=kinds)
    frame.loc[399, "customer_id"] = None
    registry = fitted(CUSTOMERS.assign(kind="person"), declared)

    found = assign_segments(duckdb.connect(), "bank_tiers", declared, frame, registry).read_all().to_pandas()

    assert len(found) == 400
    reasons = found.set_index(found["population"].fillna("none"))["unassigned_reason"].dropna().to_dict()
    assert reasons == {
        "person": "customer_id is missing",
        "firm": "served by hand",
        "none": "kind is missing",
        "ghost": "kind holds a value the declaration does not name",
    }
    assert found["model_version"].isna().sum() == 3


def test_of_whom_no_number_is_known_nothing_is_guessed():
    numbers = ["is_pep", "volume_usd", "cash_ratio", "alert_count", "account_age_years"]
    features = [{"name": name, "impute": "knn"} for name in numbers]
    features.append({"name": "occupation", "kind": "category"})
    declared = bank_declaration(features=features)
    frame = bank_customers()
    frame.loc[:2, numbers] = np.nan
    registry = fitted(frame, declared)

    found = assigned(frame, declared, registry)

    assert found["unassigned_reason"].dropna().tolist() == [NOTHING_IN_COMMON] * 3
    assert found["segment_id"].isna().sum() == 3
    sizes = [segment["row_count"] for segment in json.loads(registry.segments[0])]
    assert sum(sizes) == 397


def test_a_feature_that_hardly_anybody_has_is_left_out_or_stops_the_fit():
    frame = bank_customers(missing=0.0)
    frame.loc[2:, "cash_ratio"] = np.nan
    message = "cash_ratio is known of 2 of the 100 customers that others are filled from"

    with pytest.raises(FeatureError, match=message):
        fitted(frame, DECLARED)

    features = [
        feature | ({"required": False} if feature["name"] == "cash_ratio" else {})
        for feature in DECLARED["populations"]["all"]["features"]
    ]
    row = fitted(frame, bank_declaration(features=features)).iloc[0]
    assert json.loads(row.features_left_out)[0]["reason"].startswith("is known of 2 of the 100")
    assert "cash_ratio" not in artefact_from_json(row.artefact).features


def test_too_few_customers_that_can_be_filled_are_refused():
    frame = bank_customers(rows=80)
    declared = bank_declaration(
        rank_by="volume_usd",
        features=[{"name": "volume_usd", "impute": "knn"}, {"name": "cash_ratio", "impute": "knn"}],
    )
    frame.loc[30:, ["volume_usd", "cash_ratio"]] = np.nan

    row = fitted(frame, declared).iloc[0]

    assert row.status == "refused"
    assert "of 80 customers only" in row.status_reason


def test_no_change_is_promised_to_a_customer_who_is_filled_from_others():
    frame = CUSTOMERS[CUSTOMERS["volume_usd"].isna()].head(10)
    own = assign_rows(LEARNED, frame)["segment_id"].to_numpy(dtype=int)
    other = np.where(own == 1, 2, 1)

    assert set(smallest_change(LEARNED, frame, other)["reason"]) == {FILLED}
    assert smallest_change(LEARNED, frame, own)["flips"].all()


def test_changes_of_complete_customers_lead_where_they_say():
    frame = CUSTOMERS[CUSTOMERS.notna().all(axis=1)].head(60).reset_index(drop=True)
    found = smallest_change(LEARNED, frame, np.full(60, LEARNED.segment_ids[1]))
    flips = np.flatnonzero(found["flips"])
    assert len(flips) > 30

    changed = frame.astype({name: float for name in LEARNED.preparation.numbers})
    for row in flips:
        for change in json.loads(found["changes"][row]):
            changed.loc[row, change["feature"]] = change["to"]

    assert (assign_rows(LEARNED, changed)["segment_id"][flips] == LEARNED.segment_ids[1]).all()


def test_donors_are_kept_with_the_model_to_the_last_digit():
    text = LEARNED.to_json()

    assert json.loads(text)["format"] == 3
    assert artefact_from_json(text) == LEARNED
    assert artefact_from_json(text).to_json() == text
    assert len(LEARNED.neighbours.donors) == 100
    values = LEARNED.values(CUSTOMERS)
    assert not np.isnan(LEARNED.coordinates(values)).any()
    without = replace(LEARNED, neighbours=None)
    assert np.isnan(without.coordinates(values)).any()


def test_a_champion_with_neighbours_is_refitted_and_keeps_its_ids():
    registry = fitted(CUSTOMERS, DECLARED)
    again = fitted(bank_customers(seed=2), DECLARED, registry=registry, refit=True)

    assert [event["event"] for event in json.loads(again.lineage[0])] == ["kept"] * 3
    assert learned(CUSTOMERS, DECLARED) == LEARNED


def test_who_is_filled_and_explained_needs_no_learning_library(tmp_path):
    FITTED.to_parquet(tmp_path / "registry.parquet")
    CUSTOMERS.to_parquet(tmp_path / "features.parquet")
    (tmp_path / "declaration.json").write_text(json.dumps(DECLARED))
    script = (
        "import duckdb, json, pathlib, sys\n"
        "from segmart.segmentation import assign_segments, explain_segments, fit_segmentation\n"
        "folder = pathlib.Path(sys.argv[1])\n"
        "session = duckdb.connect()\n"
        "features, registry = (session.read_parquet(str(folder / f'{name}.parquet'))\n"
        "                      for name in ('features', 'registry'))\n"
        "declared = json.loads((folder / 'declaration.json').read_text())\n"
        "assert len(fit_segmentation('bank_tiers', declared, features, registry=registry)) == 0\n"
        "for function in (assign_segments, explain_segments):\n"
        "    found = function(session, 'bank_tiers', declared, features, registry)\n"
        "    session.execute(f'create table {function.__name__} as select * from found')\n"
        "assert session.sql('select count(*) from assign_segments').fetchall() == [(400,)]\n"
        "assert 'sklearn' not in sys.modules, 'scikit-learn was imported'\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
