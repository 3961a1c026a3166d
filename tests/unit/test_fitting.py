"""A whole fit, from a feature table to registry rows."""

import copy
import json
from datetime import date

import duckdb
import numpy as np
import pandas as pd
import pytest
from segmentation_cases import AS_OF, CUSTOMERS, NAMES, customers, declared_with, fit

from segmart.errors import FeatureError, InputError
from segmart.segmentation.artefact import artefact_from_json
from segmart.segmentation.assignment import assign_rows


@pytest.fixture(scope="module")
def first() -> pd.DataFrame:
    return fit(CUSTOMERS, names=NAMES)


def test_a_first_fit_writes_a_complete_champion(first):
    row = first.iloc[0]

    assert (row.model_name, row.model_version, row.population) == ("rfmn_segments", 1, "active")
    assert (row.status, row.fit_reason, row.as_of_date) == ("champion", "no champion yet", AS_OF)
    assert (row.row_count, row.fit_row_count, row.segment_count, row.verdict) == (400, 400, 5, "natural")
    assert [result["k"] for result in json.loads(row.search_results)] == [1, 4, 5, 6]
    assert json.loads(row.declaration)["populations"]["active"]["rank_by"] == "traded_notional_usd_365d"
    assert json.loads(row.features_left_out) == []
    assert {event["event"] for event in json.loads(row.lineage)} == {"birth"}
    assert (
        first.drop(columns=["first_learned_date", "last_learned_date", "components_in_words"])
        .notna()
        .all(axis=None)
    )


def test_segments_are_described_by_rank_size_stability_centroid_and_words(first):
    segments = json.loads(first.segments[0])

    assert [segment["segment_rank"] for segment in segments] == [1, 2, 3, 4, 5]
    assert [segment["segment_name"] for segment in segments] == NAMES["segment_name"].tolist()
    assert segments[4]["recommended_action"] == "call them"
    assert sum(segment["row_count"] for segment in segments) == 400
    assert all(0.9 <= segment["jaccard"] <= 1 for segment in segments)
    traded = [segment["centroid"]["traded_notional_usd_365d"] for segment in segments]
    assert traded == sorted(traded)
    assert "x the population's median" in segments[0]["profile_in_words"]


def test_the_planted_kinds_are_found(first):
    found = assign_rows(artefact_from_json(first.artefact[0]), CUSTOMERS)["segment_id"]

    assert pd.crosstab(found, CUSTOMERS["kind"]).gt(0).sum(axis=1).tolist() == [1] * 5


def test_two_fits_of_the_same_customers_are_equal_to_the_last_letter(first):
    assert fit(CUSTOMERS, names=NAMES).equals(first)


def test_neither_the_order_of_rows_nor_the_seed_moves_a_centroid_or_a_customer():
    many = customers(seed=3, rows=5000)
    fixed = {"segments": {"fixed": 5, "because": "five were planted", "search": [5, 5]}}
    declared = declared_with(lambda d: d["populations"]["active"].update(fixed))

    original, shuffled, reseeded = (
        artefact_from_json(fit(features, declared | {"random_seed": seed}).artefact[0])
        for features, seed in [(many, 42), (many.sample(frac=1, random_state=1), 42), (many, 7)]
    )

    assert shuffled == original
    assert reseeded == original
    assert assign_rows(reseeded, many).equals(assign_rows(original, many))


def test_no_customers_give_no_rows_but_their_types(first):
    empty = fit(CUSTOMERS.iloc[:0])

    assert len(empty) == 0
    assert (
        dict(zip(empty.columns, map(str, duckdb.from_df(empty).types), strict=True))["as_of_date"] == "DATE"
    )
    assert len(fit(CUSTOMERS.iloc[:0], registry=first, refit=True)) == 0


def test_a_wrong_column_is_found_without_a_single_customer():
    with pytest.raises(FeatureError, match="column trade_count_365d is absent from the feature table"):
        fit(CUSTOMERS.iloc[:0].drop(columns="trade_count_365d"))


@pytest.mark.parametrize(
    ("features", "reason"),
    [
        (CUSTOMERS.iloc[:1], "1 customer, fewer than the 50 a segmentation needs"),
        (
            CUSTOMERS.assign(activity_status="nonactive"),
            "0 customers, fewer than the 50 a segmentation needs",
        ),
    ],
)
def test_too_few_customers_are_refused_once(features, reason):
    refused = fit(features)

    assert (refused.status[0], refused.status_reason[0]) == ("refused", reason)
    assert refused.artefact.isna()[0]
    assert refused.row_count[0] == int(reason.split()[0])
    assert len(fit(features, registry=refused)) == 0


def test_fewer_customers_than_segments_are_refused():
    declared = declared_with(lambda d: d.update(minimum_customers=2))

    refused = fit(CUSTOMERS.iloc[:3], declared)

    assert refused.status_reason[0] == (
        "4 segments or more are asked for, but only 3 customers differ in their features"
    )
    undivided = {"segments": {"fixed": 1, "because": "too few to divide", "search": [4, 6]}}
    declared["populations"]["active"].update(undivided)
    assert fit(CUSTOMERS.iloc[:3], declared).segment_count[0] == 1
    fixed = {"segments": {"fixed": 9, "because": "nine desks"}}
    declared["populations"]["active"].update(fixed)
    assert fit(CUSTOMERS.iloc[:3], declared).status_reason[0].startswith("9 segments are fixed, but only 3")


def test_an_optional_feature_that_tells_nothing_is_left_out_and_recorded(first):
    constant = fit(CUSTOMERS.assign(net_asset_value_usd=5.0))
    empty = fit(CUSTOMERS.assign(net_asset_value_usd=np.nan))
    absent = fit(CUSTOMERS.drop(columns="net_asset_value_usd"))

    for row, reason in [(constant, "is 5 in every"), (empty, "is empty"), (absent, "is absent")]:
        ((left_out),) = json.loads(row.features_left_out[0])
        assert left_out["feature"] == "net_asset_value_usd"
        assert left_out["reason"].startswith(reason)
        assert "net_asset_value_usd" not in artefact_from_json(row.artefact[0]).features


def test_where_nothing_is_left_to_learn_from_the_population_is_refused():
    declared = declared_with(lambda d: d["populations"]["active"].update(rank_by="net_asset_value_usd"))
    declared["populations"]["active"]["features"] = declared["populations"]["active"]["features"][3:]

    refused = fit(CUSTOMERS.assign(net_asset_value_usd=5.0), declared)

    assert (refused.status[0], refused.status_reason[0]) == ("refused", "no feature is left to learn from")
    assert json.loads(refused.features_left_out[0])[0]["feature"] == "net_asset_value_usd"


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"trade_count_365d": 3}, "column trade_count_365d is 3 in every one of 400 rows"),
        (
            {"traded_notional_usd_365d": np.nan},
            "column traded_notional_usd_365d is empty: missing in all 400",
        ),
        ({"trade_count_365d": "many"}, "column trade_count_365d is VARCHAR, not a number"),
        ({"trade_count_365d": range(400)}, "column trade_count_365d looks like an identifier"),
        (
            {"customer_id": range(400), "trade_count_365d": range(400)},
            "is the key itself written as a number",
        ),
        (
            {"net_asset_value_usd": [np.inf, -np.inf] + [1.5] * 398},
            "column net_asset_value_usd is infinite in 2 of 400 rows. Remedy: repair the division by zero",
        ),
        (
            {"days_since_last_trade": [None] + [3.0, 4.0, 5.0] * 133},
            "column days_since_last_trade is missing in 1 of 400 rows. Remedy: declare impute",
        ),
        (
            {"trade_count_365d": [-1] + [1, 2, 3] * 133},
            "is below 0 in 1 of 400 rows, which log1p does not take",
        ),
        (
            {"customer_id": ["C1", "C1"] + [f"D{i}" for i in range(398)]},
            "hold a key seen before .for example C1",
        ),
        ({"customer_id": [None] + [f"D{i}" for i in range(399)]}, "customer_id is missing in 1 of 400 rows"),
        ({"as_of_date": [date(2026, 1, 1)] + [AS_OF] * 399}, "as_of_date holds more than one date"),
    ],
)
def test_a_table_that_must_not_be_learned_from_is_refused_with_column_count_and_remedy(change, complaint):
    with pytest.raises(FeatureError, match=complaint) as caught:
        fit(CUSTOMERS.assign(**change))

    assert "rfmn_segments" in str(caught.value)
    assert "Remedy" in str(caught.value)


def test_a_population_nobody_declared_is_reported_and_does_no_harm(capsys):
    others = CUSTOMERS.assign(activity_status=["active"] * 390 + ["vip"] * 7 + [None] * 3)

    assert fit(others).row_count[0] == 390
    said = capsys.readouterr().err
    assert "7 customers have population vip, which is not declared; they are left out" in said
    assert "3 customers have no population" in said


def test_a_population_that_is_left_out_on_purpose_is_not_reported(capsys):
    others = CUSTOMERS.assign(activity_status=["active"] * 390 + ["vip"] * 10)

    fit(others, declared_with(lambda d: d.update(left_out={"vip": "served by hand"})))

    assert "vip" not in capsys.readouterr().err


def test_the_silhouette_is_exact_where_it_is_declared_so():
    declared = declared_with(lambda d: d["populations"]["active"]["segments"].update(silhouette="exact"))
    many = customers(seed=3, rows=700)

    exact, estimated = (json.loads(fit(many, one).search_results[0])[-1] for one in (declared, None))

    assert (exact["is_silhouette_exact"], exact["silhouette_row_count"]) == (True, 700)
    assert (estimated["is_silhouette_exact"], estimated["silhouette_row_count"]) == (False, 500)
    assert estimated["silhouette_low"] <= exact["silhouette"] <= estimated["silhouette_high"]


def test_the_plane_of_the_charts_is_kept_with_the_artefact(first):
    components = artefact_from_json(first.artefact[0]).components

    assert len(components.mean) == 4
    assert 0.5 < sum(components.explained_shares) <= 1


def test_a_language_nobody_named_anything_in_is_an_error():
    with pytest.raises(InputError, match="no name in language 'it'"):
        fit(CUSTOMERS, names=NAMES, language="it")


def test_a_long_search_reports_every_number_of_segments(capsys):
    fit(CUSTOMERS)

    said = capsys.readouterr().err
    assert said.count("rfmn_segments active: k = ") == 3
    assert "5 segments, natural; champion" in said


def test_a_large_population_is_learned_from_a_sample_of_its_customers():
    row = fit(CUSTOMERS, declared=declared_with(lambda d: d.update(fit_rows=150))).iloc[0]

    assert (row.row_count, row.fit_row_count, row.segment_count) == (400, 150, 5)


def test_populations_are_learned_on_their_own_under_one_version():
    declared = declared_with(
        lambda d: d["populations"].update(inactive=copy.deepcopy(d["populations"]["active"]))
    )
    everybody = pd.concat([CUSTOMERS, customers(seed=2, rows=300, population="inactive", first=400)])

    rows = fit(everybody, declared)

    assert rows["population"].tolist() == ["active", "inactive"]
    assert rows["model_version"].tolist() == [1, 1]
    assert rows["row_count"].tolist() == [400, 300]
    alone = fit(CUSTOMERS).iloc[0]
    assert rows.artefact[0] == alone.artefact


def test_without_a_population_column_everybody_is_one_population():
    declared = declared_with(lambda d: d.pop("population"))
    declared["populations"] = {"all": declared["populations"]["active"]}

    assert fit(CUSTOMERS.drop(columns="activity_status"), declared).population[0] == "all"


def test_a_fixed_number_is_kept_beside_what_the_search_would_have_chosen():
    fixed = {"segments": {"fixed": 4, "because": "four desks", "search": [4, 6]}}

    row = fit(CUSTOMERS, declared=declared_with(lambda d: d["populations"]["active"].update(fixed))).iloc[0]

    assert row.segment_count == 4
    assert row.choice_reason.startswith(
        "fixed by the business: four desks; the search would have chosen k = 5: "
    )
    assert [result["is_chosen"] for result in json.loads(row.search_results)] == [False, True, False, False]


def test_one_segment_can_be_fixed():
    fixed = {"segments": {"fixed": 1, "because": "too few to serve apart", "search": [2, 3]}}

    row = fit(CUSTOMERS, declared=declared_with(lambda d: d["populations"]["active"].update(fixed))).iloc[0]

    assert (row.segment_count, row.verdict) == (1, "constructive")
    assert json.loads(row.segments)[0]["jaccard"] is None


def test_a_names_table_that_lacks_a_column_is_named():
    with pytest.raises(InputError, match="the names table: column segment_rank is absent"):
        fit(CUSTOMERS, names=NAMES.drop(columns="segment_rank"))
