"""Texts as features of a segmentation."""

import json

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from preparation_cases import (
    OCCUPATIONS,
    assert_equal_assignments,
    assigned,
    bank_customers,
    fitted,
    learned,
    without_neighbours,
)

from segmart.errors import FeatureError
from segmart.frames import TextFacts, text_facts
from segmart.learning.categories import CategoryRecipe, fit_category
from segmart.learning.declaration import CategoryFeature
from segmart.learning.guards import check_category_content, check_column_type
from segmart.learning.preparation import UnlearnableError
from segmart.learning.unusable import reasons_of
from segmart.segmentation.artefact import artefact_from_json
from segmart.segmentation.assignment_rows import assign_rows
from segmart.segmentation.changes import smallest_change

CUSTOMERS = bank_customers()
DECLARED = without_neighbours()
FITTED = fitted(CUSTOMERS, DECLARED)
LEARNED = artefact_from_json(FITTED.artefact[0])
# Texts that would do harm if any of them became SQL, or that are nearly another.
TEXTS = [
    *OCCUPATIONS,
    None,
    "",
    "  ",
    " clerk ",
    "Clerk",
    "'; drop table levels; --",
    "astronaut",
    "null",
    "é",
]


def feature(**changes) -> CategoryFeature:
    return CategoryFeature(name="occupation", kind="category", **changes)


def recipe_of(texts, **changes) -> CategoryRecipe:
    return fit_category(feature(**changes), pd.Series(texts, dtype=object))


def facts(texts) -> TextFacts:
    return text_facts(pd.DataFrame({"occupation": pd.array(texts, dtype="string")}), ["occupation"])[
        "occupation"
    ]


def test_frequent_texts_have_a_coordinate_and_all_others_have_none_together():
    recipe = recipe_of(["b"] * 50 + ["a"] * 48 + ["rare"] * 2, minimum_share=0.03)

    assert recipe.levels == ("a", "b")
    codes = recipe.codes(pd.Series(["a", "b", "rare", "never seen", None]))
    assert recipe.coordinates(codes).tolist() == [[1, 0], [0, 1], [0, 0], [0, 0], [0, 0]]


def test_the_absence_of_a_text_is_a_level_where_it_is_frequent():
    recipe = recipe_of(["a"] * 90 + [None] * 6 + [""] * 4, minimum_share=0.1)

    assert recipe.labels == ("occupation: a", "occupation: missing")
    # A text that happens to be the word is not the absence of one.
    codes = recipe.codes(pd.Series([None, "  ", "missing"]))
    assert recipe.coordinates(codes).tolist() == [[0, 1], [0, 1], [0, 0]]


def test_of_too_many_levels_the_most_frequent_are_kept():
    texts = ["c"] * 40 + ["b"] * 30 + ["a"] * 30

    assert recipe_of(texts, most_levels=2).levels == ("a", "c")


def test_two_levels_are_as_far_apart_as_the_weight_says():
    recipe = recipe_of(["a", "b"], weight=0.5)

    first, second = recipe.coordinates(recipe.codes(pd.Series(["a", "b"])))

    assert ((first - second) ** 2).sum() == pytest.approx(2 * 0.5**2)


@pytest.mark.parametrize(
    ("texts", "finding"),
    [
        ([None, ""], "holds no value"),
        (["a"] * 9, "is the same text in every one of 9 rows"),
        ([f"t{number}" for number in range(100)], "no text that at least 2.0% of 100 rows share"),
    ],
)
def test_texts_that_tell_no_customers_apart_are_no_feature(texts, finding):
    with pytest.raises(UnlearnableError, match=finding) as caught:
        recipe_of(texts)
    assert caught.value.is_emptiness


def test_a_text_of_its_own_for_every_row_is_refused():
    finding = check_category_content(feature(), facts([f"account {number}" for number in range(80)]))

    assert finding.finding == "names rows rather than kinds of them: 80 texts in 80 rows"
    assert not finding.is_emptiness
    assert "9 texts in 9 rows" in check_category_content(feature(), facts(list("abcdefghi"))).finding
    assert check_category_content(feature(), facts(["a", "b", None] * 9)) is None
    assert check_category_content(feature(), facts(["a"] * 9)).is_emptiness
    assert check_category_content(feature(), facts([None, " "])).is_emptiness


def test_many_texts_most_of_them_in_one_row_are_refused_though_some_repeat():
    texts = [f"street {number}" for number in range(70)] + ["street 1"] * 30

    assert "70 texts in 100 rows" in check_category_content(feature(), facts(texts)).finding


def test_a_category_is_a_text_and_says_so():
    assert check_column_type(feature(), "VARCHAR") is None
    assert check_column_type(feature(), "ENUM('a', 'b')") is None
    assert "is BIGINT, and a category is a text" in check_column_type(feature(), "BIGINT").finding
    assert check_column_type(feature(), None).is_emptiness


def test_an_identifier_among_the_texts_stops_the_fit_and_a_constant_is_left_out():
    named = CUSTOMERS.assign(occupation=[f"account {number}" for number in range(400)])
    with pytest.raises(FeatureError, match=r"column occupation names rows rather than kinds .*Remedy: group"):
        fitted(named, DECLARED)

    row = fitted(CUSTOMERS.assign(occupation="clerk"), DECLARED).iloc[0]
    assert json.loads(row.features_left_out) == [
        {"feature": "occupation", "reason": "is the same text in all 400 rows"}
    ]
    assert "occupation" not in artefact_from_json(row.artefact).features


def test_a_required_category_that_is_absent_stops_the_fit_and_an_optional_one_does_not():
    row = fitted(CUSTOMERS.drop(columns="occupation"), DECLARED).iloc[0]

    assert json.loads(row.features_left_out)[0]["reason"] == "is absent from the feature table"


def test_nobody_is_without_a_segment_for_a_text_that_is_missing_or_was_never_seen():
    strange = CUSTOMERS.assign(occupation=np.resize(np.array(["astronaut", None, ""], dtype=object), 400))

    found = assigned(strange, DECLARED, FITTED)

    assert found["segment_id"].notna().all()
    assert reasons_of([LEARNED.recipes[-1]]) == []


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(texts=st.lists(st.sampled_from(TEXTS), min_size=1, max_size=30), seed=st.integers(0, 1000))
def test_the_sql_form_equals_the_numpy_form_whatever_the_texts(texts, seed):
    frame = bank_customers(seed, rows=len(texts)).assign(occupation=np.array(texts, dtype=object))
    frame["occupation"] = frame["occupation"].astype("string")

    assert_equal_assignments(assigned(frame, DECLARED, FITTED), assign_rows(LEARNED, frame))


def test_each_population_has_levels_of_its_own():
    kinds = np.where(np.arange(800) < 400, "person", "firm")
    both = pd.concat([CUSTOMERS, bank_customers(seed=3)], ignore_index=True)
    both = both.assign(kind=kinds, customer_id=[f"C{number:05d}" for number in range(800)])
    both.loc[kinds == "firm", "occupation"] = np.resize(np.array(["shop", "dentist"], dtype=object), 400)
    population = DECLARED["populations"]["all"]
    declared = DECLARED | {
        "population": "kind",
        "populations": {"person": population, "firm": population},
    }
    registry = fitted(both, declared)

    found = assigned(both, declared, registry)

    for number, kind in enumerate(("person", "firm")):
        artefact = artefact_from_json(registry.artefact[number])
        own = both[both["kind"] == kind].reset_index(drop=True)
        of_kind = found[found["population"] == kind].reset_index(drop=True)
        assert_equal_assignments(of_kind, assign_rows(artefact, own))
    assert artefact_from_json(registry.artefact[1]).recipes[-1].levels == ("dentist", "shop")


def test_columns_named_like_those_of_the_lookups_change_nothing():
    names = {"occupation": "level", "alert_count": "code", "volume_usd": "feature_position"}
    features = [
        feature | {"name": names.get(feature["name"], feature["name"])}
        for feature in DECLARED["populations"]["all"]["features"]
    ]
    declared = without_neighbours(features=features, rank_by="code")
    frame = CUSTOMERS.rename(columns=names).assign(population_number=2, position=7)
    registry = fitted(frame, declared)

    found = assigned(frame, declared, registry)

    assert len(found) == 400
    assert_equal_assignments(found, assign_rows(artefact_from_json(registry.artefact[0]), frame))


def test_a_segment_apart_by_a_text_says_so_in_its_profile_and_its_centroid():
    frame = CUSTOMERS.assign(occupation=np.where(CUSTOMERS["tier"] == 2, "minister", "clerk"))
    features = DECLARED["populations"]["all"]["features"][:-1]
    heavy = [*features, {"name": "occupation", "kind": "category", "weight": 3}]

    (_, _, high) = json.loads(fitted(frame, without_neighbours(features=heavy)).segments[0])

    assert "occupation minister for 100%, of all" in high["profile_in_words"]
    assert high["centroid"]["occupation: minister"] == pytest.approx(1)
    assert high["centroid"]["occupation: clerk"] == pytest.approx(0, abs=1e-9)


def test_a_category_stays_as_it_is_when_a_change_is_looked_for():
    heavy = [*DECLARED["populations"]["all"]["features"][:-1], {"name": "occupation", "kind": "category"}]
    artefact = learned(CUSTOMERS, without_neighbours(features=heavy))
    target = artefact.segment_ids[-1]

    found = smallest_change(artefact, CUSTOMERS, np.full(400, target))

    changed = {one["feature"] for changes in found["changes"] for one in json.loads(changes)}
    assert changed
    assert "occupation" not in changed
    assert found["flips"].mean() > 0.9


def test_an_artefact_with_a_category_is_read_back_and_is_no_older_format():
    text = LEARNED.to_json()

    assert json.loads(text)["format"] == 3
    assert artefact_from_json(text) == LEARNED


def test_the_engine_reads_no_text_of_the_input_as_sql():
    session = duckdb.connect()
    session.execute("create table kept as select 1 as one")
    evil = CUSTOMERS.assign(
        occupation=np.resize(np.array(["x'; drop table kept; --", "b"], dtype=object), 400)
    )
    registry = fitted(evil, DECLARED)

    assigned(evil, DECLARED, registry)

    assert LEARNED.recipes[-1].levels == tuple(sorted(OCCUPATIONS))
    assert "x'; drop table kept; --" in artefact_from_json(registry.artefact[0]).recipes[-1].levels
    assert session.sql("select one from kept").fetchall() == [(1,)]
