"""Whole fits by each algorithm that can be declared: what they share, and what sets them apart."""

import json
from dataclasses import replace
from functools import partial

import duckdb
import numpy as np
import pandas as pd
import pytest
from algorithm_cases import ALGORITHMS, long_clouds, mixture, mixture_artefact
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from segmentation_cases import CUSTOMERS, NAMES, QUICK, customers, declared_with, recipe
from segmentation_cases import fit as quick_fit
from test_assignment import RECIPES, VALUES, assert_equal_forms, assigned, by_customer, features, registered
from test_refitting import both, later
from test_segmentation_figures import defined_names

from segmart.errors import DeclarationError, InputError
from segmart.learning.fitting import declaration_text, hash_of_declaration
from segmart.learning.registry import registry_frame
from segmart.segmentation.artefact import Artefact, artefact_from_json
from segmart.segmentation.assignment import assign_rows, assign_segments
from segmart.segmentation.clustering import Clustering, KMeans, k_means
from segmart.segmentation.declaration import parse_declaration
from segmart.segmentation.mixture import GaussianMixture
from segmart.segmentation.promotion import LOG_LIKELIHOOD, compare
from segmart.segmentation.search import choose, search
from segmart.segmentation.verdict import verdict

# The hash of `segmentation_cases.declaration` before an algorithm could be declared.
HASH_WITHOUT_ALGORITHM = "6b259dd22c5dc02df798a77234bb6acbad0c2f9780a06e612ee31816b878a62b"
# Half a quick fit: nothing here hangs on how many resamples there are.
fit = partial(quick_fit, effort=replace(QUICK, reference_draws=4, resamples=4))
FIVE = {"fixed": 5, "because": "five were planted", "search": [5, 5]}


def tilted() -> Artefact:
    """Return an artefact of three components that lie across the features."""
    generator = np.random.default_rng(2)
    squares = generator.normal(size=(3, 4, 4))
    covariances = squares @ squares.transpose(0, 2, 1) + 0.1 * np.eye(4)
    shape = mixture([0.2, 0.5, 0.3], generator.normal(size=(3, 4)) * 5, covariances)
    return mixture_artefact(shape, RECIPES, ids=[2, 5, 9])


TILTED = tilted()


def declared_by(algorithm, **changes) -> dict:
    changes = {"segments": FIVE, "algorithm": algorithm} | changes
    return declared_with(lambda d: d["populations"]["active"].update(changes))


def hash_by(algorithm=None) -> str:
    declared = declared_with(
        lambda d: d["populations"]["active"].update({"algorithm": algorithm} if algorithm else {})
    )
    return hash_of_declaration(declaration_text(parse_declaration("rfmn_segments", declared), "active"))


@pytest.fixture(scope="module", params=ALGORITHMS)
def algorithm(request) -> str:
    return request.param


@pytest.fixture(scope="module")
def first(algorithm) -> pd.DataFrame:
    return fit(CUSTOMERS, declared_by(algorithm), names=NAMES)


def test_declarations_from_before_the_choice_keep_their_hash():
    assert hash_by() == HASH_WITHOUT_ALGORITHM
    assert hash_by("kmeans") == HASH_WITHOUT_ALGORITHM
    assert hash_by({"method": "kmeans"}) == HASH_WITHOUT_ALGORITHM


def test_another_algorithm_is_another_declaration():
    hashes = [
        hash_by(one)
        for one in (
            *ALGORITHMS,
            {"method": "gaussian_mixture", "covariance": "diag"},
            {"method": "agglomerative", "rows": 200},
        )
    ]

    assert len(set(hashes)) == 5
    assert hash_by("gaussian_mixture") == hash_by({"method": "gaussian_mixture", "covariance": "full"})


@pytest.mark.parametrize(
    ("algorithm", "complaint"),
    [
        ("kmean", "algorithm' is .*'kmean'.*Remedy.*'gaussian_mixture'"),
        ({"method": "gaussian_mixture", "covarianc": "diag"}, "did you mean 'covariance'"),
        ({"method": "gaussian_mixture", "covariance": "tied"}, "covariance' is 'tied'"),
        ({"method": "agglomerative", "rows": 10**6}, "rows' is 1000000"),
    ],
)
def test_a_wrong_algorithm_is_told_by_key_and_remedy(algorithm, complaint):
    with pytest.raises(DeclarationError, match=complaint):
        parse_declaration("rfmn_segments", declared_by(algorithm))


def test_the_planted_kinds_are_found_by_every_algorithm(first):
    found = assign_rows(artefact_from_json(first.artefact[0]), CUSTOMERS)["segment_id"]

    assert pd.crosstab(found, CUSTOMERS["kind"]).gt(0).sum(axis=1).tolist() == [1] * 5
    assert (first.status[0], first.verdict[0]) == ("champion", "natural")
    assert [one["segment_name"] for one in json.loads(first.segments[0])] == NAMES["segment_name"].tolist()


def test_neither_the_order_of_rows_nor_the_seed_changes_a_letter_of_the_artefact(algorithm, first):
    again = fit(CUSTOMERS.sample(frac=1, random_state=1), declared_by(algorithm), names=NAMES)
    reseeded = fit(CUSTOMERS, declared_by(algorithm) | {"random_seed": 7}, names=NAMES)

    assert again.equals(first)
    assert reseeded.artefact[0] == first.artefact[0]


def test_an_artefact_is_read_back_to_the_last_bit(algorithm, first):
    text = first.artefact[0]
    learned = artefact_from_json(text)

    assert learned.to_json() == text
    assert artefact_from_json(learned.to_json()) == learned
    assert json.loads(text)["format"] == (2 if algorithm == "gaussian_mixture" else 1)
    assert learned.is_mixture == (algorithm == "gaussian_mixture")
    kept = {"segment_id", "rank", "name", "centroid"} | ({"component"} if learned.is_mixture else set())
    assert set(json.loads(text)["segments"][0]) == kept


@pytest.mark.parametrize("wrong", [('"component"', '"part"'), ('"precision_factor"', '"shape"')])
def test_a_mixture_that_lacks_its_components_is_an_error_and_no_set_of_centroids(wrong):
    with pytest.raises(InputError, match=r"artefact that cannot be read.*Remedy"):
        artefact_from_json(TILTED.to_json().replace(*wrong))


def test_the_engine_assigns_as_numpy_does(algorithm, first):
    many = customers(seed=9, rows=2000)
    engine = by_customer(
        assign_segments(duckdb.connect(), "rfmn_segments", declared_by(algorithm), many, first)
    )
    numpy = assign_rows(artefact_from_json(first.artefact[0]), many)

    for column in ("segment_id", "next_segment_id"):
        assert engine[column].tolist() == numpy[column].tolist()
    for column in ("distance", "next_distance", "margin"):
        assert engine[column].to_numpy() == pytest.approx(numpy[column].to_numpy(float), rel=1e-12, abs=1e-12)


def test_a_customer_alone_is_assigned_as_among_others(first):
    learned = artefact_from_json(first.artefact[0])
    together = assign_rows(learned, CUSTOMERS.iloc[:40])

    alone = pd.concat([assign_rows(learned, CUSTOMERS.iloc[[row]]) for row in range(40)], ignore_index=True)

    assert alone.equals(together)


def test_a_refit_keeps_ids_and_names_and_says_what_it_was_compared_by(algorithm, first):
    newcomers = later(100, pd.concat([CUSTOMERS.iloc[60:], customers(seed=4, rows=60, first=900)]))
    declared = declared_by(algorithm)

    second = fit(newcomers, declared, registry=first, names=NAMES, refit=True).iloc[0]

    before, after = (artefact_from_json(row.artefact) for row in (first.iloc[0], second))
    kept = assign_rows(before, newcomers)["segment_id"] == assign_rows(after, newcomers)["segment_id"]
    assert kept.mean() > 0.98
    assert {event["event"] for event in json.loads(second.lineage)} == {"kept"}
    assert after.segment_names.tolist() == before.segment_names.tolist()
    measure = LOG_LIKELIHOOD if algorithm == "gaussian_mixture" else "simplified silhouette"
    assert f"mean {measure}" in second.status_reason
    assert len(fit(newcomers, declared, registry=both(first, second.to_frame().T), names=NAMES)) == 0


def test_another_algorithm_replaces_the_champion_and_keeps_its_ids():
    mixed = fit(CUSTOMERS, declared_by("gaussian_mixture"), registry=fit(CUSTOMERS, declared_by("kmeans")))

    assert (mixed.status[0], mixed.fit_reason[0]) == ("champion", "the declaration changed")
    assert {event["event"] for event in json.loads(mixed.lineage[0])} == {"kept"}


def test_no_customers_are_assigned_in_columns_of_the_same_types(algorithm, first):
    declared = declared_by(algorithm)
    full, empty = (
        assign_segments(duckdb.connect(), "rfmn_segments", declared, frame, first)
        for frame in (CUSTOMERS, CUSTOMERS.iloc[:0])
    )

    assert list(full.types)[2:] == list(empty.types)[2:]
    assert empty.fetchall() == []
    assert len(fit(CUSTOMERS.iloc[:0], declared, registry=first)) == 0


def test_every_metric_and_curve_of_every_algorithm_is_defined_and_bounded(algorithm, first):
    metrics, curves = json.loads(first.metrics[0]), json.loads(first.curves[0])

    assert {one["metric"] for one in metrics} <= defined_names("metric")
    assert {point["curve"] for point in curves} <= defined_names("curve")
    for one in metrics:
        assert one["interval_low"] <= one["value"] <= one["interval_high"], one["metric"]
        assert one["baseline"]
    own = {
        "kmeans": set(),
        "gaussian_mixture": {"assignment_certainty", "bic"},
        "agglomerative": {"reassigned_share", "dendrogram"},
    }
    names = {one["metric"] for one in metrics} | {point["curve"] for point in curves}
    assert names & set.union(*own.values()) == own[algorithm]
    lines = dict(zip(ALGORITHMS, ["k-means", "Gaussian mixture", "agglomerative"], strict=True))
    assert {point["series"] for point in curves if point["curve"] == "elbow"} == {lines[algorithm]}


def test_the_criterion_of_a_mixture_stands_beside_every_number_tried(algorithm, first):
    tried = json.loads(first.search_results[0])

    criteria = [one.get("bic") for one in tried]
    if algorithm == "gaussian_mixture":
        assert criteria[1] < criteria[0]
        points = [point["y"] for point in json.loads(first.curves[0]) if point["curve"] == "bic"]
        assert points == criteria
    else:
        assert criteria == [None, None]


def test_the_highest_joins_are_told_highest_first():
    row = fit(CUSTOMERS, declared_by("agglomerative")).iloc[0]

    joins = pd.DataFrame([p for p in json.loads(row.curves) if p["curve"] == "dendrogram"])
    assert joins["x"].tolist() == list(range(2, 32))
    assert joins["y"].is_monotonic_decreasing
    assert joins["row_count"][0] == 400
    assert joins.loc[joins["label"] == "chosen", "x"].tolist() == [5]
    # Five planted groups: the join that would leave four is the last long one.
    assert joins["y"][3] > 3 * joins["y"][4]


def test_a_tree_is_grown_from_a_sample_of_the_customers_and_says_so():
    row = fit(CUSTOMERS, declared_by({"method": "agglomerative", "rows": 150})).iloc[0]

    (share,) = (one for one in json.loads(row.metrics) if one["metric"] == "reassigned_share")
    assert (share["row_count"], row.row_count) == (150, 400)
    assert share["value"] <= share["interval_high"] < share["baseline_value"]
    assert "tree of 150 of 400 rows" in json.loads(row.search_results)[1]["note"]
    assert sum(segment["row_count"] for segment in json.loads(row.segments)) == 400


def test_a_mixture_with_more_numbers_than_customers_is_refused_with_what_would_do():
    few = CUSTOMERS.iloc[:60]

    refused = fit(few, declared_by("gaussian_mixture")).iloc[0]

    assert refused.status == "refused"
    assert refused.status_reason == (
        "5 segments are fixed, but a mixture of 5 learns 74 numbers, and only 60 customers differ in their "
        "features; another algorithm, covariance: diag or fewer features need fewer"
    )
    assert fit(few, declared_by({"method": "gaussian_mixture", "covariance": "diag"})).segment_count[0] == 5
    searched = declared_by("gaussian_mixture", segments={"search": [3, 6]})
    assert [one["k"] for one in json.loads(fit(few, searched).search_results[0])] == [1, 3, 4]


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_one_segment_can_be_fixed_by_any_algorithm(algorithm):
    one = {"fixed": 1, "because": "too few to serve apart", "search": [2, 2]}

    row = fit(CUSTOMERS, declared_by(algorithm, segments=one)).iloc[0]

    assert (row.segment_count, row.verdict) == (1, "constructive")
    assert_equal_forms_of(artefact_from_json(row.artefact), declared_by(algorithm), row)


def assert_equal_forms_of(learned, declared, row) -> None:
    registry = registry_frame([row.to_dict()])
    engine = by_customer(assign_segments(duckdb.connect(), "rfmn_segments", declared, CUSTOMERS, registry))
    numpy = assign_rows(learned, CUSTOMERS)
    assert engine["distance"].to_numpy() == pytest.approx(numpy["distance"].to_numpy(float))
    assert engine["margin"].isna().all()
    assert numpy["margin"].isna().all()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rows=st.lists(st.lists(VALUES, min_size=4, max_size=4), min_size=1, max_size=20))
def test_both_forms_of_a_mixture_are_equal_whatever_the_values(rows):
    assert_equal_forms(TILTED, features(rows))


def test_a_value_that_cannot_be_placed_keeps_its_reason_in_a_mixture():
    found = by_customer(assigned(features([[np.inf, 1, 1, 1], [1, 1, 1, 1]]), registry=registered(TILTED)))

    assert found["unassigned_reason"][0] == "days_since_last_trade is infinite"
    assert found["segment_id"].isna().tolist() == [True, False]
    assert found["margin"].isna().tolist() == [True, False]


def test_among_mixtures_the_criterion_decides_where_the_silhouette_takes_segments_as_round():
    points, _ = long_clouds(2)
    found = search(points, [2, 3, 4], 42, [0, 1], QUICK, "test", GaussianMixture())

    chosen, reason = choose(found)

    assert chosen == 3
    assert "k = 3 has the lowest Bayesian information criterion" in reason
    best = max(found.divisions, key=lambda candidate: candidate.silhouette.value)
    assert best.segment_count == 2
    assert verdict(found, 3)[0] == "reproducible"


@pytest.mark.parametrize("algorithm", [KMeans(), GaussianMixture("diag")])
def test_a_cloud_without_segments_is_called_constructive(algorithm):
    cloud = np.random.default_rng(3).uniform(size=(500, 3))

    found = search(cloud, [2, 3], 42, [0, 1, 2], QUICK, "test", algorithm)

    assert verdict(found, choose(found)[0])[0] == "constructive"


def test_a_segment_without_customers_leaves_indices_undefined_and_no_segment_reproducible():
    class Lopsided(KMeans):
        def divide(self, points, segment_counts, seed, starts, priority):
            centroids = np.array([points.mean(axis=0), [9.0, 9.0]])
            return {2: Clustering(np.zeros(len(points), dtype=int), centroids, 1.0)}

    points = long_clouds(1, rows=200)[0]
    candidate = search(points, [2], 42, [0, 1], QUICK, "test", Lopsided()).candidates[2]

    assert candidate.davies_bouldin is None
    assert candidate.calinski_harabasz is None
    assert candidate.silhouette.value == 0
    assert not candidate.is_reproducible


def test_a_mixture_that_fits_todays_customers_better_wins():
    points, _ = long_clouds(1, rows=800)
    frame = pd.DataFrame(points, columns=["x", "y"]).assign(customer_id=range(800))
    good = GaussianMixture().divide(points, [3], 42, 3, [0, 1])[3].mixture
    cut_across = k_means(points, 3, 42, 3, [0, 1])
    shapes = [np.cov(points[cut_across.labels == segment].T) for segment in range(3)]
    poor = mixture(cut_across.sizes / 800, cut_across.centroids, shapes)
    recipes = [recipe("x"), recipe("y")]
    champion, challenger = (mixture_artefact(shape, recipes) for shape in (poor, good))

    won = compare(champion, challenger, frame, 42, GaussianMixture())
    lost = compare(challenger, champion, frame, 42, GaussianMixture())

    assert won.is_won
    assert won.measure == LOG_LIKELIHOOD
    assert not lost.is_won
