"""Every customer to a segment: the SQL form and the numpy form."""

import copy

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from segmentation_cases import AS_OF, artefact, declaration, recipe

from segmart.errors import FeatureError
from segmart.learning.registry import REGISTRY_TYPES, registry_frame
from segmart.segmentation.artefact import Artefact
from segmart.segmentation.assignment import assign_rows, assign_segments

FEATURES = ["days_since_last_trade", "trade_count_365d", "traded_notional_usd_365d", "net_asset_value_usd"]
RECIPES = [
    recipe(FEATURES[0]),
    recipe(FEATURES[1], impute_value=0.0, transform="log1p", center=1.3, scale=0.7),
    recipe(FEATURES[2], impute_value=3.5, lower=-2.0, upper=1e9, weight=1.7, scale=1e3),
    recipe(FEATURES[3], impute_value=0.0, transform="signed_log1p", center=0.1, scale=1 / 3),
]
LEARNED = artefact(
    [[0, 0, 0, 0], [40, 2, 1, 3], [10, -1, 2, -9]], RECIPES, ids=[2, 5, 9], population="active", version=4
)
TYPES = ["VARCHAR", "DATE", "VARCHAR", "BIGINT", "INTEGER", "VARCHAR", "DOUBLE", "INTEGER", "VARCHAR"]
TYPES += ["DOUBLE", "DOUBLE", "VARCHAR"]


def registered(*artefacts: Artefact, **changes) -> pd.DataFrame:
    rows = [
        dict.fromkeys(REGISTRY_TYPES)
        | {
            "model_name": "rfmn_segments",
            "model_version": one.model_version,
            "population": one.population,
            "status": "champion",
            "segments": "[]",
            "artefact": one.to_json(),
        }
        | changes
        for one in artefacts
    ]
    return registry_frame(rows)


def features(rows: list[list], populations=None) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=FEATURES, dtype=float)
    return frame.assign(
        customer_id=[f"C{number}" for number in range(len(rows))],
        as_of_date=AS_OF,
        activity_status=populations or ["active"] * len(rows),
    )


def assigned(frame, registry=None, declared=None, session=None):
    registry = registered(LEARNED) if registry is None else registry
    return assign_segments(
        session or duckdb.connect(), "rfmn_segments", declared or declaration(), frame, registry
    )


def by_customer(relation) -> pd.DataFrame:
    return relation.df().sort_values("customer_id", ignore_index=True)


def assert_equal_forms(learned: Artefact, frame: pd.DataFrame) -> None:
    engine = by_customer(assigned(frame, registered(learned)))
    numpy = assign_rows(learned, frame).sort_values("customer_id", ignore_index=True)
    for column in numpy:
        if column in ("distance", "next_distance", "margin"):
            np.testing.assert_allclose(
                numpy[column].to_numpy(float, na_value=np.nan),
                engine[column].to_numpy(float, na_value=np.nan),
                rtol=1e-9,
                atol=1e-9,
            )
        else:
            found = engine[column].astype(object).where(engine[column].notna(), None).tolist()
            expected = numpy[column].astype(object).where(numpy[column].notna(), None).tolist()
            assert found == expected, column


VALUES = st.one_of(
    st.none(),
    st.floats(-1e4, 1e4),
    st.integers(-5, 400).map(float),
    st.sampled_from([0.0, -0.5, -1.0, 1e15, -1e15, 1.7e308, -1.7e308, np.inf, -np.inf]),
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rows=st.lists(st.lists(VALUES, min_size=4, max_size=4), min_size=1, max_size=30))
def test_the_sql_form_equals_the_numpy_form_whatever_the_values(rows):
    assert_equal_forms(LEARNED, features(rows))


@pytest.mark.parametrize("segment_count", [1, 2, 7])
def test_the_sql_form_equals_the_numpy_form_for_any_number_of_segments(segment_count):
    generator = np.random.default_rng(segment_count)
    learned = artefact(
        generator.normal(size=(segment_count, 4)) * 20, RECIPES, ids=list(range(3, 3 + segment_count))
    )
    rows = np.abs(generator.normal(size=(2000, 4)) * 30)
    rows[generator.random((2000, 4)) < 0.05] = np.nan

    assert_equal_forms(learned, features(rows.tolist()))


def test_a_customer_gets_the_nearest_segment_its_distance_and_the_next():
    plain = artefact([[0, 0], [10, 0], [0, 4]], [recipe(FEATURES[0]), recipe(FEATURES[1])], ids=[1, 2, 3])
    row = by_customer(assigned(features([[1, 0, 0, 0]]), registered(plain))).iloc[0]

    assert (row.segment_id, row.segment_name, row.distance) == (1, "segment 1", 1.0)
    assert (row.next_segment_id, row.next_segment_name) == (3, "segment 3")
    assert row.next_distance == pytest.approx(17**0.5)
    assert row.margin == pytest.approx((17**0.5 - 1) / (17**0.5 + 1))
    assert (row.model_version, row.population, row.as_of_date.date()) == (1, "active", AS_OF)
    assert row.unassigned_reason is None or pd.isna(row.unassigned_reason)


def test_one_segment_has_no_next():
    row = by_customer(assigned(features([[1, 0, 0, 0]]), registered(artefact([[0, 0, 0, 0]], RECIPES)))).iloc[
        0
    ]

    assert row.segment_id == 1
    assert pd.isna(row.next_segment_id)
    assert pd.isna(row.margin)


def test_two_centroids_on_the_customer_leave_no_margin():
    twins = artefact([[1, 1], [1, 1]], [recipe(FEATURES[0]), recipe(FEATURES[1])])

    row = by_customer(assigned(features([[1, 1, 0, 0]]), registered(twins))).iloc[0]
    assert (row.segment_id, row.margin) == (1, 0)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ([None, 1, 1, 1], "days_since_last_trade is missing"),
        ([np.inf, 1, 1, 1], "days_since_last_trade is infinite"),
        ([1, 1, -np.inf, 1], "traded_notional_usd_365d is infinite"),
        ([1, -2, 1, 1], "trade_count_365d is below 0, which its logarithm does not take"),
        ([None, np.inf, 1, 1], "days_since_last_trade is missing"),
    ],
)
def test_a_value_that_cannot_be_placed_leaves_the_row_unassigned_with_the_reason(row, reason):
    found = by_customer(assigned(features([row]))).iloc[0]

    assert found.unassigned_reason == reason
    assert (
        found.drop(["customer_id", "as_of_date", "population", "model_version", "unassigned_reason"])
        .isna()
        .all()
    )


def test_every_row_comes_out_once_with_a_segment_or_a_reason():
    frame = features([[1, 1, 1, 1]] * 4, ["active", "inactive", "vip", None])
    frame.loc[4] = frame.loc[0]
    frame.loc[4, "customer_id"] = None
    declared = declaration()
    declared["populations"]["inactive"] = copy.deepcopy(declared["populations"]["active"])

    found = by_customer(assigned(frame, declared=declared))

    assert found["unassigned_reason"].astype(object).where(
        found["unassigned_reason"].notna(), None
    ).tolist() == [
        None,
        "population inactive is not learned yet",
        "activity_status holds a value the declaration does not name",
        "activity_status is missing",
        "customer_id is missing",
    ]
    assert found["segment_id"].notna().tolist() == [True, False, False, False, False]


def test_a_refused_population_says_why():
    refused = registered(
        LEARNED, status="refused", status_reason="12 customers, fewer than the 50", artefact=None
    )

    found = by_customer(assigned(features([[1, 1, 1, 1]]), refused)).iloc[0]
    assert found.unassigned_reason == ("population active is not learned: 12 customers, fewer than the 50")


def test_the_champion_stays_in_force_after_a_challenger_and_a_refusal():
    rows = pd.concat(
        [
            registered(artefact([[0, 0, 0, 0]], RECIPES, ids=[1])),
            registered(artefact([[0, 0, 0, 0]], RECIPES, ids=[7], version=2), status="challenger"),
            registered(LEARNED, status="refused", model_version=3, artefact=None, status_reason="too few"),
        ]
    )

    assert by_customer(assigned(features([[1, 1, 1, 1]]), rows)).iloc[0].segment_id == 1


def test_a_feature_that_is_gone_leaves_the_population_unassigned_with_the_reason():
    found = by_customer(assigned(features([[1, 1, 1, 1]]).drop(columns=FEATURES[3])))

    assert "lacks net_asset_value_usd" in found["unassigned_reason"][0]


def test_a_feature_table_without_its_key_is_an_error():
    with pytest.raises(FeatureError, match="column customer_id is absent"):
        assigned(features([[1, 1, 1, 1]]).drop(columns="customer_id"))


def test_without_a_population_column_everybody_is_one_population():
    declared = declaration()
    declared["populations"] = {"all": declared["populations"]["active"]}
    del declared["population"]
    everybody = registered(artefact([[0, 0, 0, 0], [9, 9, 9, 9]], RECIPES, population="all"))

    found = by_customer(
        assigned(features([[1, 1, 1, 1]]).drop(columns="activity_status"), everybody, declared)
    )

    assert (found["segment_id"][0], found["population"][0]) == (1, "all")


@pytest.mark.parametrize("registry", [registered(LEARNED), registry_frame([])])
def test_no_customers_give_an_empty_relation_with_the_same_types(registry):
    session = duckdb.connect()
    session.execute(
        "create table features as select ''::varchar as customer_id, current_date as as_of_date, "
        "'' as activity_status, " + ", ".join(f"0::double as {name}" for name in FEATURES) + " limit 0"
    )

    found = assigned(session.table("features"), registry, session=session)

    assert [str(kind) for kind in found.types] == TYPES
    assert found.fetchall() == []
    assert len(assign_rows(LEARNED, features([]))) == 0


def test_words_from_the_data_are_data_to_the_engine():
    hostile = "it's; drop table features; --"
    named = artefact([[0, 0, 0, 0]], RECIPES, population=hostile)
    declared = declaration()
    declared["populations"] = {hostile: declared["populations"]["active"]}

    found = by_customer(assigned(features([[1, 1, 1, 1]], [hostile]), registered(named), declared))

    assert (found["population"][0], found["segment_id"][0]) == (hostile, 1)


def test_the_relation_can_be_made_a_table_in_the_session_it_came_from():
    session = duckdb.connect()
    session.from_df(features([[1, 1, 1, 1], [50, 2, 1, 1]])).create("features")

    assigned(session.table("features"), session=session).create("result")

    assert session.sql("select count(*), count(segment_id) from result").fetchall() == [(2, 2)]


def test_customers_of_a_population_left_out_are_told_the_declared_reason():
    frame = features([[0, 0, 0, 0]] * 3, populations=["vip", "active", "staff"])
    declared = declaration(left_out={"vip": "served by hand", "trainee": "not yet"})

    found = by_customer(assigned(frame, declared=declared))

    assert found["unassigned_reason"].fillna("").tolist() == [
        "served by hand",
        "",
        "activity_status holds a value the declaration does not name",
    ]
    assert found["population"].tolist() == ["vip", "active", "staff"]
    assert found["segment_id"].isna().tolist() == [True, False, True]
