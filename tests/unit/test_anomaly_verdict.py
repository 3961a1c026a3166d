"""A degenerate outcome is named as such, with the eps that would work, and is not passed on as a finding."""

import json

import numpy as np
import pytest
from anomaly_cases import CUSTOMERS, IS_PLANTED, declared_with, fit

from segmart.anomaly import score_rows
from segmart.anomaly.artefact import artefact_from_json
from segmart.anomaly.epsilon import Tried
from segmart.anomaly.verdict import DEGENERATE, USABLE, verdict

KNEE = Tried(0.5, (600, 380), 20, 1_000)
RESULTS = [
    Tried(0.1, (), 1_000, 1_000),
    Tried(0.3, (500, 300), 200, 1_000),
    KNEE,
    Tried(2.0, (1_000,), 0, 1_000),
]


def outcome(eps: float, sizes: tuple[int, ...], noise: int) -> Tried:
    return Tried(eps, sizes, noise, sum(sizes) + noise)


def test_two_clusters_and_some_noise_are_usable_for_both_purposes():
    word, reason = verdict(KNEE, KNEE, RESULTS)

    assert word == USABLE
    assert "eps 0.5 gives 2 clusters and 20 noise points among 1,000 customers" in reason
    assert "as segments: usable, 2 clusters hold at least 1% of the customers each" in reason
    assert "as outliers: usable, 20 outside every dense place" in reason


def test_one_cluster_is_degenerate_as_segments_while_its_noise_still_is_a_finding():
    word, reason = verdict(outcome(0.7, (49_987,), 13), KNEE, RESULTS)

    assert word == DEGENERATE
    assert "eps 0.7 gives 1 cluster and 13 noise points among 50,000 customers" in reason
    assert "as segments: degenerate, one cluster divides nothing" in reason
    assert "as outliers: usable, 13 outside" in reason
    assert (
        "remedy for segments: eps 0.5 gives 2 clusters of at least 1% of the customers each and 20 noise"
        in reason
    )


@pytest.mark.parametrize(
    ("chosen", "as_segments"),
    [
        (outcome(0.1, (), 1_000), "there is no cluster at all"),
        (outcome(2.0, (1_000,), 0), "one cluster divides nothing"),
        (outcome(0.9, (985, 5, 4), 6), "only one of the clusters holds at least 1%"),
        (outcome(0.2, (9, 8), 983), "none of the clusters holds at least 1%"),
        (outcome(0.2, (200, 200), 600), "more than half of the customers are in no cluster"),
    ],
)
def test_every_way_of_dividing_nobody_is_named(chosen, as_segments):
    word, reason = verdict(chosen, KNEE, RESULTS)

    assert word == DEGENERATE
    assert f"as segments: degenerate, {as_segments}" in reason
    assert "remedy for segments: eps 0.5" in reason


@pytest.mark.parametrize(
    ("noise", "sizes", "who"), [(1_000, (), "everybody"), (0, (600, 400), "nobody"), (0, (1_000,), "nobody")]
)
def test_everybody_or_nobody_outside_is_no_finding_and_the_knee_is_the_remedy(noise, sizes, who):
    word, reason = verdict(outcome(9.0, sizes, noise), KNEE, RESULTS)

    assert word == DEGENERATE
    assert f"as outliers: degenerate, {who} is outside, so nobody is told from the others" in reason
    assert "remedy for outliers: eps 0.5, the knee of the k-distances, leaves 20 noise points" in reason


def test_where_no_eps_divides_the_range_tried_is_said():
    _, reason = verdict(RESULTS[-1], KNEE, [RESULTS[0], RESULTS[-1]])

    assert (
        "no eps tried between 0.1 and 2 gives two or more clusters of at least 1% of the customers each"
        in reason
    )


def test_density_serves_unless_it_is_degenerate():
    row = fit(CUSTOMERS).iloc[0]

    assert (row.verdict, artefact_from_json(row.artefact).served) == ("usable", "density")
    assert row.choice_reason.startswith(
        "density serves, by default, because it tells some from others. Density: "
    )
    assert "at the knee of the k-distance curve" in row.choice_reason
    assert "the upper quartile of the fitted scores plus 3 interquartile ranges" in row.choice_reason


@pytest.mark.parametrize(("eps", "who"), [(0.0001, "everybody"), (1_000, "nobody")])
@pytest.mark.parametrize("serve", ["auto", "density"])
def test_a_degenerate_density_is_not_served_even_when_declared(eps, who, serve):
    row = fit(CUSTOMERS, declared_with(lambda d: d.update(density={"eps": eps}, serve=serve))).iloc[0]

    artefact = artefact_from_json(row.artefact)
    scored = score_rows(artefact, CUSTOMERS)
    assert (row.verdict, artefact.served) == ("degenerate", "isolation")
    assert f"density flags {who}" in row.choice_reason
    assert ("although density is declared" in row.choice_reason) == (serve == "density")
    assert scored["is_density_anomaly"].isna().all()
    assert scored["is_anomaly"].equals(scored["is_isolation_anomaly"])
    assert scored["is_anomaly"][IS_PLANTED].any()
    assert {metric["metric"] for metric in json.loads(row.metrics) if metric["candidate"] == "density"} == {
        "flagged_share"
    }


def test_a_declared_detector_serves():
    row = fit(CUSTOMERS, declared_with(lambda d: d.update(serve="isolation"))).iloc[0]

    scored = score_rows(artefact_from_json(row.artefact), CUSTOMERS)
    assert row.choice_reason.startswith("isolation serves, as declared")
    assert np.array_equal(scored["anomaly_score"], scored["isolation_score"])
    served = {metric["candidate"] for metric in json.loads(row.metrics) if metric["is_served"]}
    assert "isolation" in served
    assert "density" not in served


def test_every_eps_tried_is_recorded_with_its_clusters_and_noise():
    results = json.loads(fit(CUSTOMERS).search_results[0])

    assert [result["eps"] for result in results] == sorted(result["eps"] for result in results)
    (chosen,) = [result for result in results if result["is_chosen"]]
    assert chosen["cluster_count"] == 2
    assert chosen["noise_share"] == pytest.approx(chosen["noise_count"] / 600)
    assert results[0]["noise_count"] > chosen["noise_count"] > results[-1]["noise_count"]
