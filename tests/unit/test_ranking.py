"""Segments in the order of a risk that several features speak of, and what drives it for each customer."""

import json

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from preparation_cases import (
    assigned,
    bank_customers,
    bank_declaration,
    fitted,
    ranks,
    without_neighbours,
)
from segmentation_cases import recipe

from segmart.errors import DeclarationError
from segmart.segmentation import explain_segments
from segmart.segmentation.artefact import artefact_from_json
from segmart.segmentation.explanation import driver_rows
from segmart.segmentation.preparation import Preparation
from segmart.segmentation.ranking import order_by_risk, rank_in_words, ranking_of

CUSTOMERS = bank_customers()
DECLARED = bank_declaration()
FITTED = fitted(CUSTOMERS, DECLARED)
LEARNED = artefact_from_json(FITTED.artefact[0])
TIERS = pd.DataFrame(
    {
        "language": "en",
        "segmentation": "bank_tiers",
        "population": "all",
        "segment_count": 3,
        "segment_rank": [1, 2, 3],
        "segment_name": ["Low", "Medium", "High"],
        "recommended_action": None,
    }
)
PLAIN = Preparation((recipe("alerts"), recipe("years", weight=2.0)))
POINTS = np.array([[0.0, 0.0], [1.0, 4.0], [9.0, 8.0], [9.0, 8.0]])
LABELS = np.array([0, 1, 2, 2])
CENTROIDS = np.array([[0.0, 0.0], [1.0, 4.0], [9.0, 8.0]])


def order(**signs) -> list[int]:
    ranking = ranking_of(signs, PLAIN, POINTS)
    return order_by_risk(ranking, PLAIN, POINTS, LABELS, CENTROIDS).tolist()


def explained(frame=CUSTOMERS, declared=DECLARED, registry=FITTED) -> pd.DataFrame:
    reader = explain_segments(duckdb.connect(), "bank_tiers", declared, frame, registry)
    return reader.read_all().to_pandas()


def test_segments_are_ordered_by_all_directions_together():
    assert order(alerts=1, years=1) == [0, 1, 2]
    assert order(alerts=-1, years=-1) == [2, 1, 0]
    # 0 - 0, 1 - 4, 9 - 8.
    assert order(alerts=1, years=-1) == [1, 0, 2]


def test_an_empty_segment_is_ranked_by_its_centroid():
    ranking = ranking_of({"alerts": 1}, PLAIN, POINTS)

    found = order_by_risk(ranking, PLAIN, POINTS, LABELS, np.array([[0, 0], [1, 4], [9, 8], [5.0, 0]]))

    assert found.tolist() == [0, 1, 3, 2]


def test_segments_of_equal_risk_keep_their_order():
    ranking = ranking_of({"alerts": 1}, PLAIN, POINTS)

    assert order_by_risk(ranking, PLAIN, POINTS * 0, LABELS, CENTROIDS).tolist() == [0, 1, 2]


@pytest.mark.parametrize("components", [None, {"count": 2}])
def test_high_risk_is_the_last_rank_whatever_the_directions(components):
    frame = CUSTOMERS.assign(account_age_years=100 - CUSTOMERS["account_age_years"])
    population = DECLARED["populations"]["all"]
    turned = population["rank_by"] | {"account_age_years": "increasing"}

    for customers, rank_by in ((CUSTOMERS, population["rank_by"]), (frame, turned)):
        declared = bank_declaration(rank_by=rank_by, **({"components": components} if components else {}))
        registry = fitted(customers, declared)
        found = assigned(customers, declared, registry)["segment_id"].map(ranks(registry))
        assert (found == CUSTOMERS["tier"] + 1).mean() > 0.97


def test_risk_that_falls_with_everything_turns_the_order_round():
    turned = {name: "decreasing" for name in DECLARED["populations"]["all"]["rank_by"]}
    turned["account_age_years"] = "increasing"
    registry = fitted(CUSTOMERS, bank_declaration(rank_by=turned))

    found = assigned(CUSTOMERS, bank_declaration(rank_by=turned), registry)["segment_id"].map(ranks(registry))

    assert (found == 3 - CUSTOMERS["tier"]).mean() > 0.97


def test_figures_of_a_segment_go_with_it_when_the_order_changes():
    turned = {"account_age_years": "increasing"}
    first, second = (
        json.loads(fitted(CUSTOMERS, bank_declaration(rank_by=rank_by)).segments[0])
        for rank_by in ({"account_age_years": "decreasing"}, turned)
    )

    def facts(segments):
        return [
            (one["row_count"], one["jaccard"], one["profile_in_words"], one["centroid"]) for one in segments
        ]

    assert facts(first) == facts(second)[::-1]


def test_names_of_tiers_are_given_in_the_order_of_risk():
    registry = fitted(CUSTOMERS, DECLARED, names=TIERS)
    found = assigned(CUSTOMERS, DECLARED, registry)

    risk = CUSTOMERS["alert_count"].groupby(found["segment_name"]).mean()
    assert risk.sort_values().index.tolist() == ["Low", "Medium", "High"]
    assert (found["segment_name"] == "High").sum() == pytest.approx((CUSTOMERS["tier"] == 2).sum(), abs=10)


def test_names_hold_as_long_as_one_feature_of_the_order_was_learned():
    features = [feature | {"required": False} for feature in DECLARED["populations"]["all"]["features"]]
    frame = CUSTOMERS.assign(is_pep=0, alert_count=np.nan)
    row = fitted(frame, bank_declaration(features=features), names=TIERS).iloc[0]

    artefact = artefact_from_json(row.artefact)
    assert artefact.ranking.features == ("volume_usd", "cash_ratio", "account_age_years")
    assert sorted(artefact.segment_names) == ["High", "Low", "Medium"]


def test_a_segment_nobody_named_says_by_what_it_is_ranked():
    assert LEARNED.segment_names[0] == "Segment 1 of 3 by is_pep and 4 others"
    assert rank_in_words(["a", "b"]) == "a and 1 other"
    assert rank_in_words(["a"]) == "a"


def test_other_words_rename_the_tiers_and_learn_nothing_anew():
    registry = fitted(CUSTOMERS, DECLARED, names=TIERS)

    renamed = fitted(CUSTOMERS, DECLARED, names=TIERS.assign(segment_name=["A", "B", "C"]), registry=registry)

    assert renamed.fit_reason[0] == "the names changed; nothing was fitted"
    artefact = artefact_from_json(renamed.artefact[0])
    assert sorted(artefact.segment_names) == ["A", "B", "C"]
    assert artefact.ranking == LEARNED.ranking
    assert artefact.neighbours == LEARNED.neighbours


def test_drivers_are_what_lifts_a_customer_above_the_average_most():
    found = explained()
    values = LEARNED.values(CUSTOMERS)
    contributions = LEARNED.ranking.contributions(LEARNED.preparation, LEARNED.coordinates(values))

    for row in range(60):
        own = found[found["customer_id"] == CUSTOMERS["customer_id"][row]].sort_values("driver_number")
        best = np.argsort(-contributions[row], kind="stable")[:3]
        expected = [place for place in best if contributions[row][place] > 0]
        assert own["feature"].tolist() == [LEARNED.ranking.features[place] for place in expected]
        np.testing.assert_allclose(own["contribution"], contributions[row][expected])
        assert own["driver_number"].tolist() == list(range(1, len(expected) + 1))


def test_the_average_learned_customer_has_no_drivers_to_speak_of():
    values = LEARNED.values(CUSTOMERS)
    contributions = LEARNED.ranking.contributions(LEARNED.preparation, LEARNED.coordinates(values))

    np.testing.assert_allclose(contributions.mean(axis=0), 0, atol=1e-9)


def test_what_lowers_risk_is_no_driver():
    safe = CUSTOMERS.head(1).assign(
        is_pep=0, volume_usd=1.0, cash_ratio=0.0, alert_count=0.0, account_age_years=60.0
    )

    assert explained(safe).empty
    new = safe.assign(account_age_years=0.0)
    assert explained(new)["feature"].tolist() == ["account_age_years"]


def test_a_driver_has_the_value_it_was_judged_by_and_says_if_it_was_imputed():
    risky = CUSTOMERS.head(1).assign(
        is_pep=1, volume_usd=np.nan, cash_ratio=0.8, alert_count=6.0, account_age_years=20.0
    )
    found = explained(risky).set_index("feature")

    known = found.drop(index="volume_usd", errors="ignore")
    assert not known["was_imputed"].any()
    assert known.loc["is_pep", "feature_value"] == 1
    only_volume = risky.assign(is_pep=0, cash_ratio=0.7, alert_count=5.0, account_age_years=20.0)
    drivers = explained(only_volume).set_index("feature")
    assert drivers.loc["volume_usd", "was_imputed"]
    filled = LEARNED.coordinates(LEARNED.values(only_volume))[0, 1]
    assert drivers.loc["volume_usd", "feature_value"] == pytest.approx(
        float(LEARNED.recipes[1].values(np.array(filled)))
    )


def test_a_value_imputed_by_zero_is_told_as_zero():
    # What the model counts with is the cap; what it took the value for is zero.
    cap = {"method": "quantile", "lower": 0.05}
    features = [{"name": "account_age_years", "impute": "zero", "cap": cap}, {"name": "alert_count"}]
    declared = bank_declaration(rank_by={"account_age_years": "decreasing"}, features=features, neighbours={})
    del declared["populations"]["all"]["neighbours"]
    registry = fitted(CUSTOMERS, declared)

    found = explained(CUSTOMERS.head(1).assign(account_age_years=np.nan), declared, registry)

    assert found[["feature_value", "was_imputed"]].to_numpy().tolist() == [[0.0, True]]


def test_customers_without_a_segment_have_no_drivers():
    frame = CUSTOMERS.head(3).astype({"alert_count": float})
    frame.loc[0, "alert_count"] = np.nan
    frame.loc[1, "customer_id"] = None

    assert set(explained(frame)["customer_id"]) <= {CUSTOMERS["customer_id"][2]}


def test_the_table_of_drivers_has_its_types_with_and_without_rows():
    reader = explain_segments(duckdb.connect(), "bank_tiers", DECLARED, CUSTOMERS.head(0), FITTED)

    assert dict(zip(reader.schema.names, reader.schema.types, strict=True)) == {
        "customer_id": pa.string(),
        "as_of_date": pa.date32(),
        "driver_number": pa.int32(),
        "feature": pa.string(),
        "feature_value": pa.float64(),
        "was_imputed": pa.bool_(),
        "contribution": pa.float64(),
    }
    assert reader.read_all().num_rows == 0
    nobody_yet = FITTED.iloc[:0]
    assert explained(registry=nobody_yet).empty


def test_a_customer_is_explained_alone_as_among_others():
    together = driver_rows(LEARNED, CUSTOMERS)

    alone = pd.concat([driver_rows(LEARNED, CUSTOMERS.iloc[[row]]) for row in range(50)])

    pd.testing.assert_frame_equal(alone, together.loc[:49])


def test_without_directions_nothing_says_what_raises_risk():
    declared = without_neighbours(rank_by="volume_usd")

    with pytest.raises(DeclarationError, match=r"no population is ranked by .* Remedy: declare rank_by"):
        explained(declared=declared)
    row = fitted(CUSTOMERS, declared)
    assert "ranking" not in json.loads(row.artefact[0])
