"""Segments learned in principal components."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from preparation_cases import (
    assert_equal_assignments,
    assigned,
    bank_customers,
    bank_declaration,
    fitted,
    ranks,
    without_neighbours,
)
from sklearn.decomposition import PCA

from segmart.segmentation.artefact import artefact_from_json
from segmart.segmentation.assignment_rows import assign_rows
from segmart.segmentation.changes import smallest_change
from segmart.segmentation.declaration import ComponentCount
from segmart.segmentation.reduction import components_in_words, curves_of_components, reduce

CUSTOMERS = bank_customers()
DECLARED = without_neighbours(components={"count": 2})
FITTED = fitted(CUSTOMERS, DECLARED)
LEARNED = artefact_from_json(FITTED.artefact[0])


def correlated(seed: int = 1, rows: int = 300, spreads=(9.0, 3.0, 1.0, 0.5)) -> np.ndarray:
    """Return points of which each direction has its own spread, none of them along a coordinate."""
    generator = np.random.default_rng(seed)
    turned, _ = np.linalg.qr(generator.normal(size=(4, 4)))
    return (generator.normal(size=(rows, 4)) * spreads) @ turned


def by(**how) -> ComponentCount:
    return ComponentCount(**how)


def test_as_many_components_are_kept_as_explain_the_share_asked_for():
    points = correlated()
    shares = np.cumsum(PCA().fit(points).explained_variance_ratio_)

    for wanted in (0.5, 0.9, 0.99, 1.0):
        kept, whole = reduce(points, by(explained_variance=wanted))
        assert len(kept.loadings) == np.flatnonzero(shares >= wanted - 1e-9)[0] + 1
        assert len(whole.explained_shares) == 4
    np.testing.assert_allclose(np.cumsum(whole.explained_shares), shares)


def test_places_are_those_of_scikit_learn_but_for_the_sign():
    points = correlated()
    kept, _ = reduce(points, by(count=3))

    np.testing.assert_allclose(
        np.abs(kept.places(points)), np.abs(PCA(3).fit_transform(points)), rtol=1e-6, atol=1e-9
    )


def test_no_more_components_are_kept_than_there_are():
    flat = correlated()
    flat[:, 3] = flat[:, 2]

    kept, whole = reduce(flat, by(count=10))

    assert len(kept.loadings) == len(whole.loadings) == 3
    assert len(reduce(np.linspace(0, 1, 9)[:, None], by(explained_variance=0.9))[0].loadings) == 1


def test_neither_the_order_of_rows_nor_a_mirror_turns_a_component_round():
    for seed in range(10):
        points = correlated(seed)
        order = np.random.default_rng(2).permutation(len(points))

        kept, _ = reduce(points, by(count=2))

        assert reduce(points[order], by(count=2))[0] == kept
        for direction in np.array(kept.loadings):
            assert direction[np.abs(direction).argmax()] > 0


def test_a_place_has_a_way_back():
    points = correlated()
    kept, _ = reduce(points, by(count=4))

    np.testing.assert_allclose(kept.points_at(kept.places(points)), points, atol=1e-9)


def test_a_row_alone_lies_where_it_lies_among_others_to_the_last_bit():
    points = correlated(rows=50)
    kept, _ = reduce(points, by(count=3))

    alone = np.concatenate([kept.places(points[[row]]) for row in range(50)])

    assert kept.places(points).tobytes() == alone.tobytes()
    assert kept.places(points[7]).tobytes() == alone[7].tobytes()


def test_components_are_told_by_what_they_are_made_of():
    kept, _ = reduce(correlated(), by(count=2))
    first, _ = kept.loadings

    words = components_in_words(kept, ["a", "b", "c", "c"])

    assert words.startswith(f"component 1 explains {kept.explained_shares[0]:.0%} of the variation: ")
    assert f"{first[2] ** 2 + first[3] ** 2:.0%} c" in words
    assert words.endswith(f"{sum(kept.explained_shares):.0%} of the variation kept")
    assert "component 2 explains" in words
    assert "hardly more than" not in words


def test_a_component_that_is_one_feature_is_named_as_that():
    # The bank's case: nothing was scaled, so its principal component was the expected volume.
    generator = np.random.default_rng(1)
    points = generator.normal(size=(200, 3)) * [1e5, 1.0, 1.0]
    kept, _ = reduce(points, by(explained_variance=0.95))

    words = components_in_words(kept, ["expected_volume_usd", "age", "alerts"])

    assert words == (
        "component 1 explains 100% of the variation: 100% expected_volume_usd; it is hardly more than "
        "expected_volume_usd: segments along it are cuts of this one feature. 100% of the variation kept"
    )


def test_loadings_and_shares_are_curves():
    kept, whole = reduce(correlated(), by(count=2))

    curves = pd.DataFrame([point.as_row() for point in curves_of_components(kept, whole, "abcd")])

    loadings = curves[curves["curve"] == "component_loadings"]
    assert loadings.groupby("series")["y"].apply(lambda column: (column**2).sum()).tolist() == pytest.approx(
        [1, 1]
    )
    assert loadings["label"].tolist() == list("abcdabcd")
    shares = curves[curves["curve"] == "component_explained_variance"]
    assert shares["y"].sum() == pytest.approx(1)
    assert shares["label"].tolist()[:2] == ["kept", "kept"]
    assert shares["label"].isna().sum() == 2


def test_the_registry_says_what_segments_were_learned_in():
    row = FITTED.iloc[0]
    curves = {point["curve"] for point in json.loads(row.curves)}

    assert row.components_in_words.startswith("component 1 explains")
    assert {"component_loadings", "component_explained_variance", "pca_loadings"} <= curves
    assert LEARNED.centroids.shape == (3, 2)
    assert fitted(CUSTOMERS, without_neighbours()).components_in_words.isna().all()


def test_centroids_are_told_in_original_units():
    whole = fitted(CUSTOMERS, without_neighbours(components={"explained_variance": 1.0}))
    none = fitted(CUSTOMERS, without_neighbours())

    for one, other in zip(*(json.loads(row.segments[0]) for row in (whole, none)), strict=True):
        assert one["centroid"] == pytest.approx(other["centroid"], abs=1e-6)
        assert one["row_count"] == other["row_count"]


def test_planted_tiers_are_found_along_few_components():
    found = assigned(CUSTOMERS, DECLARED, FITTED)

    assert (found["segment_id"].map(ranks(FITTED)) - 1 == CUSTOMERS["tier"]).mean() > 0.97


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 10_000))
def test_the_sql_form_equals_the_numpy_form(seed):
    frame = bank_customers(seed, rows=50, missing=0.3)

    assert_equal_assignments(assigned(frame, DECLARED, FITTED), assign_rows(LEARNED, frame))


def test_a_mixture_is_learned_and_assigned_along_components_too():
    declared = without_neighbours(components={"explained_variance": 0.8}, algorithm="gaussian_mixture")
    registry = fitted(CUSTOMERS, declared)
    artefact = artefact_from_json(registry.artefact[0])

    assert artefact.is_mixture
    assert artefact_from_json(artefact.to_json()) == artefact
    assert_equal_assignments(assigned(CUSTOMERS, declared, registry), assign_rows(artefact, CUSTOMERS))
    found = smallest_change(artefact, CUSTOMERS.head(60), np.full(60, artefact.segment_ids[1]))
    assert found["flips"].mean() > 0.9


def test_neighbours_fill_before_components_are_taken():
    declared = bank_declaration(components={"count": 3})
    registry = fitted(CUSTOMERS, declared)
    artefact = artefact_from_json(registry.artefact[0])

    found = assigned(CUSTOMERS, declared, registry)

    assert found["segment_id"].notna().all()
    assert_equal_assignments(found, assign_rows(artefact, CUSTOMERS))
    assert artefact_from_json(artefact.to_json()) == artefact


def test_no_single_change_found_by_trying_them_all_is_smaller():
    numbers = LEARNED.preparation.numbers
    frame = CUSTOMERS[CUSTOMERS.notna().all(axis=1)].head(40).reset_index(drop=True)
    target = LEARNED.segment_ids[1]
    found = smallest_change(LEARNED, frame, np.full(40, target))
    coordinates = LEARNED.coordinates(LEARNED.values(frame))

    for name in numbers:
        recipe = LEARNED.recipes[LEARNED.features.index(name)]
        column = LEARNED.preparation.first_columns[name]
        for value in np.linspace(recipe.minimum, recipe.maximum, 60):
            tried = frame.astype({name: float}).assign(**{name: value})
            arrives = (assign_rows(LEARNED, tried)["segment_id"] == target).to_numpy(dtype=bool)
            size = np.abs(recipe.coordinates(np.array([value])) - coordinates[:, column])
            # What is proposed is rounded to what the column can hold.
            step = np.ptp(recipe.coordinates(np.array([value, value + recipe.step])))
            assert (
                found["scaled_size"].to_numpy(float)[arrives] <= (size + 2 * step + 1e-9)[arrives]
            ).all(), name


def test_a_refit_along_other_components_keeps_the_ids():
    other = without_neighbours(components={"count": 3})

    again = fitted(bank_customers(seed=2), other, registry=FITTED)

    assert [event["event"] for event in json.loads(again.lineage[0])] == ["kept"] * 3
    assert again.status_reason[0] == "the declaration changed"


def test_a_champion_along_components_defends_itself_against_a_refit():
    again = fitted(bank_customers(seed=2), DECLARED, registry=FITTED, refit=True)

    assert again.status[0] in ("champion", "challenger")
    assert "mean simplified silhouette" in again.status_reason[0]
