"""A whole fit, from a feature table to registry rows, and what a later build does with them."""

import json
import subprocess
import sys
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from anomaly_cases import AS_OF, CUSTOMERS, IS_PLANTED, PLANTED, customers, declaration, declared_with, fit

from segmart.anomaly import score_rows
from segmart.anomaly.artefact import artefact_from_json
from segmart.anomaly.figures import share_interval
from segmart.anomaly.promotion import decide
from segmart.errors import DeclarationError, FeatureError, InputError
from segmart.learning.figures import Metric
from segmart.learning.registry import REGISTRY_TYPES


@pytest.fixture(scope="module")
def first() -> pd.DataFrame:
    return fit(CUSTOMERS)


def later(days: int) -> pd.DataFrame:
    return CUSTOMERS.assign(as_of_date=AS_OF + timedelta(days=days))


def metrics_of(row) -> dict:
    return {(metric["candidate"], metric["metric"]): metric for metric in json.loads(row.metrics)}


def test_a_first_fit_writes_a_complete_champion(first):
    row = first.iloc[0]

    assert (row.model_name, row.model_version, row.model_kind) == ("trading_anomalies", 1, "anomaly")
    assert (row.status, row.fit_reason, row.as_of_date) == ("champion", "no champion yet", AS_OF)
    assert (row.row_count, row.fit_row_count, row.population) == (600, 600, "invested")
    assert (row.segments, row.lineage, row.features_left_out) == ("[]", "[]", "[]")
    unknown = ["segment_count", "first_learned_date", "last_learned_date", "components_in_words"]
    assert first.drop(columns=unknown).notna().all(axis=None)


def test_the_planted_customers_are_found_by_both_detectors(first):
    scored = score_rows(artefact_from_json(first.artefact[0]), CUSTOMERS)

    for detector, found in (("density", PLANTED), ("isolation", PLANTED // 2)):
        flags = scored[f"is_{detector}_anomaly"].to_numpy(dtype=bool)
        ranks = scored[f"{detector}_score"].rank(ascending=False)
        assert flags[IS_PLANTED].sum() >= found
        assert flags[~IS_PLANTED].mean() < 0.05
        assert ranks[IS_PLANTED].max() <= 2 * PLANTED


def test_figures_have_an_interval_and_a_baseline(first):
    metrics = metrics_of(first.iloc[0])

    assert set(metrics) == {
        ("density", "flagged_share"),
        ("isolation", "flagged_share"),
        ("density and isolation", "flag_overlap"),
        ("density", "flag_stability"),
        ("isolation", "flag_stability"),
    }
    for metric in metrics.values():
        assert metric["interval_low"] <= metric["value"] <= metric["interval_high"]
        assert metric["baseline"] is not None
        assert metric["baseline_value"] is not None
    for detector in ("density", "isolation"):
        stability = metrics[detector, "flag_stability"]
        assert stability["baseline_value"] < 0.05 < 0.3 < stability["interval_low"]
    overlap = metrics["density and isolation", "flag_overlap"]
    assert overlap["baseline_value"] < 0.05 < overlap["interval_low"]


def test_curves_show_the_k_distances_with_their_eps_and_both_histograms(first):
    points = pd.DataFrame(json.loads(first.curves[0]))

    k_distances = points[(points["curve"] == "k_distance") & (points["series"] == "k-distance")]
    assert len(k_distances) <= 200
    assert k_distances["x"].is_monotonic_increasing
    assert k_distances["y"].is_monotonic_increasing
    assert k_distances["x"].iloc[-1] == 1
    (eps,) = points.loc[points["series"] == "eps", "y"]
    assert eps == artefact_from_json(first.artefact[0]).density.eps
    histogram = points[points["curve"] == "anomaly_score_histogram"]
    for detector in ("density", "isolation"):
        assert histogram.loc[histogram["series"] == detector, "row_count"].sum() == 600
        assert histogram.loc[histogram["series"] == detector, "y"].sum() == pytest.approx(1)
        assert (histogram["series"] == f"{detector} bound").sum() == 1


def test_a_share_of_nobody_is_still_uncertain():
    nobody, everybody = share_interval(0, 100), share_interval(100, 100)

    assert (nobody.value, nobody.low) == (0, 0)
    assert nobody.high == pytest.approx(0.037, abs=0.001)
    assert everybody.low == pytest.approx(1 - nobody.high)


def test_two_fits_of_the_same_customers_are_equal_to_the_last_letter_whatever_their_order(first):
    assert fit(CUSTOMERS).equals(first)
    assert fit(CUSTOMERS.sample(frac=1, random_state=1)).equals(first)


def test_the_seed_changes_isolation_only(first):
    before, after = (
        artefact_from_json(row.artefact[0]) for row in (first, fit(CUSTOMERS, declaration(random_seed=7)))
    )

    assert np.array_equal(before.density.is_core, after.density.is_core)
    assert before.density.eps == after.density.eps
    assert before.isolation.threshold != after.isolation.threshold


def test_no_customers_give_no_rows_but_their_types(first):
    assert len(fit(CUSTOMERS.iloc[:0])) == 0
    assert list(fit(CUSTOMERS.iloc[:0], registry=first, refit=True).columns) == list(REGISTRY_TYPES)


def test_a_large_population_is_learned_from_a_sample_of_its_customers():
    row = fit(CUSTOMERS, declaration(fit_rows=200)).iloc[0]

    assert (row.row_count, row.fit_row_count) == (600, 200)
    assert artefact_from_json(row.artefact).density.crowd.customer_count == 200


@pytest.mark.parametrize(
    ("features", "declared", "reason"),
    [
        (CUSTOMERS.iloc[:1], declaration(), "1 customer, fewer than the 50 an anomaly model needs"),
        (
            CUSTOMERS.assign(investment_status="not invested"),
            declaration(),
            "0 customers, fewer than the 50 an anomaly model needs",
        ),
        (
            CUSTOMERS.iloc[:60],
            declared_with(lambda d: d.update(density={"minimum_neighbours": 61})),
            "60 customers, fewer than the 61 neighbours (density.minimum_neighbours) that make one usual",
        ),
    ],
)
def test_too_few_customers_are_refused_once(features, declared, reason):
    refused = fit(features, declared)

    assert (refused.status[0], refused.status_reason[0]) == ("refused", reason)
    assert refused.artefact.isna()[0]
    assert len(fit(features, declared, registry=refused)) == 0


def test_customers_who_are_all_the_same_are_named_as_such_or_refused():
    same = CUSTOMERS.assign(trades_per_week=3.0, portfolio_value_usd=5.0, avg_holding_days=7.0)
    with pytest.raises(FeatureError, match="column trades_per_week is 3 in every one of 600 rows"):
        fit(same)

    optional = declared_with(lambda d: [feature.update(required=False) for feature in d["features"]])
    refused = fit(same, optional)
    assert (refused.status[0], refused.status_reason[0]) == ("refused", "no feature is left to learn from")
    assert len(json.loads(refused.features_left_out[0])) == 3


def test_customers_who_nearly_all_have_twins_are_learned_all_the_same():
    twins = CUSTOMERS.assign(trades_per_week=2.0, portfolio_value_usd=100.0, avg_holding_days=9.0)
    twins.loc[595:, "trades_per_week"] = [10.0, 20, 30, 40, 50]
    twins.loc[595:, "portfolio_value_usd"] = [10.0, 20, 30, 40, 50]

    row = fit(twins, declaration()).iloc[0]

    scored = score_rows(artefact_from_json(row.artefact), twins)
    assert scored.index[scored["is_density_anomaly"]].tolist() == [595, 596, 597, 598, 599]
    assert json.loads(row.features_left_out)[0]["feature"] == "avg_holding_days"


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"trades_per_week": np.nan}, "column trades_per_week is empty: missing in all 600"),
        ({"trades_per_week": [None] + [3.0, 4.0, 5.5] * 199 + [1.0, 2.0]}, "is missing in 1 of 600 rows"),
        ({"portfolio_value_usd": [np.inf] + [1.5, 2.5, 3.5] * 199 + [1.0, 2.0]}, "is infinite in 1 of 600"),
        ({"trades_per_week": [-1.0] + [3.0, 4.0, 5.5] * 199 + [1.0, 2.0]}, "is below 0 in 1 of 600 rows"),
        ({"trades_per_week": "many"}, "column trades_per_week is VARCHAR, not a number"),
        ({"customer_id": "C1"}, "hold a key seen before"),
    ],
)
def test_a_table_that_must_not_be_learned_from_is_refused_with_column_count_and_remedy(change, complaint):
    with pytest.raises(FeatureError, match=complaint) as caught:
        fit(CUSTOMERS.assign(**change))

    assert "trading_anomalies" in str(caught.value)
    assert "Remedy" in str(caught.value)


def test_an_absent_column_is_named_and_an_optional_one_left_out():
    with pytest.raises(FeatureError, match="column trades_per_week is absent"):
        fit(CUSTOMERS.iloc[:0].drop(columns="trades_per_week"))

    row = fit(CUSTOMERS.drop(columns="avg_holding_days")).iloc[0]
    assert json.loads(row.features_left_out)[0]["reason"].startswith("is absent")
    assert artefact_from_json(row.artefact).features == ["trades_per_week", "portfolio_value_usd"]


def test_a_population_nobody_declared_is_reported_and_one_left_out_is_not(capsys):
    status = ["vip"] * 7 + [None] * 3 + ["not invested"] * 20 + ["invested"] * 570

    assert fit(CUSTOMERS.assign(investment_status=status)).row_count[0] == 570
    said = capsys.readouterr().err
    assert "7 customers have population vip, which is not declared; they are left out" in said
    assert "3 customers have no population" in said
    assert "not invested" not in said


def test_an_artefact_survives_being_written_and_a_broken_one_is_named(first):
    artefact = artefact_from_json(first.artefact[0])

    assert artefact.to_json() == first.artefact[0]
    for broken in ("{}", first.artefact[0].replace('"format": 1', '"format": 9'), "not json"):
        with pytest.raises(InputError, match="holds an artefact that cannot be read"):
            artefact_from_json(broken)


def test_a_routine_build_appends_nothing_and_imports_no_learning_library(first, tmp_path):
    first.to_parquet(tmp_path / "registry.parquet")
    CUSTOMERS.to_parquet(tmp_path / "features.parquet")
    (tmp_path / "declaration.json").write_text(json.dumps(declaration()))
    script = (
        "import duckdb, json, pathlib, sys\n"
        "from segmart.anomaly import fit_anomalies, score_anomalies\n"
        "folder = pathlib.Path(sys.argv[1])\n"
        "session = duckdb.connect()\n"
        "features, registry = (session.read_parquet(str(folder / f'{name}.parquet'))\n"
        "                      for name in ('features', 'registry'))\n"
        "declared = json.loads((folder / 'declaration.json').read_text())\n"
        "assert len(fit_anomalies('trading_anomalies', declared, features, registry=registry)) == 0\n"
        "assert 'scipy' not in sys.modules, 'scipy was imported'\n"
        "scored = score_anomalies(session, 'trading_anomalies', declared, features, registry)\n"
        "assert scored.read_all().num_rows == 600\n"
        "assert 'sklearn' not in sys.modules, 'scikit-learn was imported'\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr


def test_a_refit_is_due_when_asked_for_when_aged_and_when_something_else_is_declared(first):
    assert len(fit(later(80), registry=first)) == 0
    assert fit(later(120), registry=first).fit_reason[0].startswith("the champion is 120 days old")
    assert fit(CUSTOMERS, registry=first, refit="true").fit_reason[0] == "asked for"
    other = fit(CUSTOMERS, declared_with(lambda d: d.update(serve="isolation")), registry=first)
    assert (other.fit_reason[0], other.status[0], other.model_version[0]) == (
        "the declaration changed",
        "champion",
        2,
    )
    with pytest.raises(DeclarationError):
        fit(CUSTOMERS, registry=first, refit="perhaps")


def test_a_refit_that_is_as_stable_replaces_the_aged_champion(first):
    second = fit(later(120).assign(trades_per_week=CUSTOMERS["trades_per_week"] * 1.1), registry=first)

    assert second.status[0] == "champion"
    assert "it knows today's customers and is not clearly less stable: stability" in second.status_reason[0]


def stability(low: float, high: float) -> list[Metric]:
    middle = (low + high) / 2
    rest = (10, "chance", 0.0)
    return [
        Metric("isolation", "bootstrap refits", "flag_stability", 0.99, 0.98, 1.0, *rest, is_served=False),
        Metric("density", "bootstrap refits", "flag_stability", middle, low, high, *rest, is_served=True),
    ]


@pytest.mark.parametrize(
    ("now", "status", "why"),
    [
        (stability(0.85, 0.95), "champion", "not clearly less stable"),
        (stability(0.70, 0.82), "champion", "not clearly less stable"),
        (stability(0.20, 0.40), "challenger", "clearly less stable: stability of the flags 0.30"),
        ([], "champion", "its stability is not known"),
    ],
)
def test_a_challenger_with_clearly_less_stable_flags_does_not_replace_the_champion(now, status, why):
    champion = {"metrics": json.dumps([metric.as_row() for metric in stability(0.8, 0.9)])}

    assert decide(champion, now, "asked for")[0] == status
    assert why in decide(champion, now, "asked for")[1]
    assert decide(champion, now, "the declaration changed") == ("champion", "the declaration changed")
    assert decide({"metrics": None}, now, "asked for")[0] == "champion"


def test_a_champion_survives_a_later_refusal(first):
    refused = fit(later(120).iloc[:9], registry=first)

    assert (refused.status[0], refused.model_version[0]) == ("refused", 2)


def test_populations_are_learned_on_their_own_under_one_version():
    declared = declaration()
    declared["left_out"] = {}
    declared["populations"]["not invested"] = declared["populations"]["invested"]
    everybody = pd.concat(
        [CUSTOMERS, customers(2, 300, "not invested").assign(customer_id=[f"D{i}" for i in range(300)])]
    )

    rows = fit(everybody, declared)

    assert rows["population"].tolist() == ["invested", "not invested"]
    assert rows["model_version"].tolist() == [1, 1]
    assert rows.artefact[0] == fit(CUSTOMERS).artefact[0]
