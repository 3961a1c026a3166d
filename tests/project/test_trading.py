"""What is learned of how customers trade, held against what was planted; and ledgers that teach nothing."""

import numpy as np
import pandas as pd
import pytest
from ledgers import copy_of, csv_ledger, rewrite
from sklearn.metrics import average_precision_score

TRADING_REGISTRIES = ["ml_trading_profiles__fit", "ml_trading_anomalies__fit", "ml_risk_appetite__fit"]
TRADING = (
    "--select",
    "+mart_anomalies",
    "+mart_risk_appetite",
    "+mart_model_registry",
    "+source_rows_accounted",
    "+rejected_rows",
)


def build_trading(project) -> None:
    """Build what speaks of trading, and nothing else."""
    project.build(*TRADING, registries=TRADING_REGISTRIES)


@pytest.fixture(scope="module")
def anomalies(built, truth) -> pd.DataFrame:
    found = built.mart("mart_anomalies", "customer_id")
    return found.merge(truth[["customer_id", "is_trading_anomaly"]], on="customer_id")


@pytest.fixture(scope="module")
def appetite(built, truth) -> pd.DataFrame:
    found = built.mart("mart_risk_appetite", "customer_id")
    return found.merge(truth.drop(columns="activity_status"), on="customer_id")


@pytest.fixture(scope="module")
def metrics(built) -> pd.DataFrame:
    return built.query("select * from marts.mart_model_metrics where is_serving")


def test_trading_profiles_are_in_the_order_of_their_volatility(built):
    customers = built.mart("mart_customer_segments", "customer_id").merge(
        built.mart("mart_anomalies", "customer_id"), on="customer_id"
    )
    exposure = customers.groupby("trading_segment")["volatility_exposure"].median()
    assert exposure.sort_values().index.tolist() == ["Prudent", "Balanced", "Adventurous"]


def test_customers_who_are_not_invested_have_no_profile_and_a_reason(built):
    customers = built.mart("mart_customer_segments", "customer_id").merge(
        built.mart("mart_anomalies", "customer_id"), on="customer_id"
    )
    idle = customers[customers["investment_status"] == "not invested"]
    assert len(idle) > 500
    assert idle["trading_segment"].isna().all()
    assert idle["trading_unassigned_reason"].notna().all()
    assert idle["anomaly_score"].isna().all()
    assert idle["unscored_reason"].notna().all()


@pytest.mark.parametrize("detector", ["density", "isolation"])
def test_planted_anomalies_stand_out(anomalies, detector):
    scored = anomalies.dropna(subset=f"{detector}_score")
    found = average_precision_score(scored["is_trading_anomaly"], scored[f"{detector}_score"])
    assert found >= 0.8, found


def test_planted_anomalies_are_most_of_those_flagged_by_the_detector_that_serves(anomalies):
    flagged = anomalies[anomalies["is_anomaly"].fillna(False).astype(bool)]
    planted = anomalies["is_trading_anomaly"].sum()
    assert planted
    assert flagged["is_trading_anomaly"].sum() / planted >= 0.8
    assert flagged["anomaly_reason"].notna().all()
    assert (
        anomalies.loc[~anomalies["customer_id"].isin(flagged["customer_id"]), "anomaly_reason"].isna().all()
    )


def test_the_planted_effect_within_profiles_makes_a_model_win_and_serve(appetite, metrics):
    assert appetite["skill_verdict"].dropna().unique().tolist() == ["skill beyond the segment mean"]
    served = metrics[(metrics["model_name"] == "risk_appetite") & metrics["is_served"]]
    explained = served[served["metric"] == "r2"].iloc[0]
    assert explained["interval_low"] > explained["baseline_value"]


def test_revealed_appetite_is_nearer_to_the_latent_one_than_the_declared_is(appetite):
    both = appetite.dropna(subset=["declared_risk_score", "revealed_risk_score"])
    contradicting = both[both["contradiction_y"].notna()]
    errors = {
        name: (contradicting[f"{name}_risk_score"] - contradicting["risk_appetite"]).abs().mean()
        for name in ("declared", "revealed")
    }
    assert errors["revealed"] < errors["declared"] / 2, errors


def test_planted_contradictions_are_found_in_their_direction_and_few_others(appetite):
    found = appetite[appetite["contradiction_x"].str.startswith("trades with")]
    told = appetite[appetite["contradiction_x"] != "not compared"]
    for planted, expected in {
        "declares_less_than_traded": "trades with more risk than declared",
        "declares_more_than_traded": "trades with less risk than declared",
    }.items():
        customers = told[told["contradiction_y"] == planted]
        assert len(customers) > 10
        assert (customers["contradiction_x"] == expected).mean() >= 0.9, planted
    assert found["contradiction_y"].notna().mean() >= 0.9


def test_prediction_intervals_hold_what_they_promise(appetite, metrics):
    compared = appetite[appetite["contradiction_x"] != "not compared"]
    low, high = compared["revealed_risk_score_low"], compared["revealed_risk_score_high"]
    assert 0.88 <= compared["declared_risk_score"].between(low, high).mean() <= 0.92
    coverage = metrics[
        (metrics["model_name"] == "risk_appetite") & (metrics["metric"] == "interval_coverage")
    ]
    served = coverage[coverage["is_served"] & (coverage["subgroup"] == "all")].iloc[0]
    assert 0.88 <= served["value"] <= 0.92
    assert served["baseline_value"] == pytest.approx(0.9)


def test_every_metric_has_an_interval_a_baseline_and_a_definition(metrics):
    # Some figures of credit are chosen or counted, not measured: test_credit looks at those.
    metrics = metrics[metrics["model_name"] != "credit_default"]
    assert set(metrics["model_name"]) == {
        "rfmn_segments",
        "trading_profiles",
        "profile_segments",
        "trading_anomalies",
        "risk_appetite",
        "compliance_risk",
    }
    assert metrics["definition"].notna().all()
    assert metrics["baseline"].notna().all()
    known = metrics.dropna(subset="value")
    inside = known["value"].between(known["interval_low"], known["interval_high"])
    assert inside.all(), known.loc[~inside, ["model_name", "candidate", "metric"]]


def test_every_chart_the_report_needs_is_there(built):
    drawn = set(
        built.query("select distinct model_name || '/' || curve as curve from marts.mart_model_curves")[
            "curve"
        ]
    )
    for model in ("rfmn_segments", "trading_profiles"):
        assert {f"{model}/{curve}" for curve in ("elbow", "silhouette", "pca_points")} <= drawn
    assert "trading_anomalies/k_distance" in drawn
    wanted = ("actual_vs_predicted", "residuals", "feature_importance")
    assert {f"risk_appetite/{curve}" for curve in wanted} <= drawn


def test_without_questionnaires_and_volatilities_everything_builds_and_says_what_it_cannot_tell(
    demo_ledger, tmp_path, project_on
):
    ledger = copy_of(demo_ledger, tmp_path / "in")
    rewrite(ledger, "assets", "select * replace (null::double as annualised_volatility) from ledger")
    project = project_on(ledger)
    build_trading(project)
    (registry,) = project.query(
        "select status, status_reason from marts.mart_model_registry where model_name = 'risk_appetite'"
    ).itertuples(index=False)
    assert registry.status == "refused"
    assert "fewer than the 50" in registry.status_reason
    appetite = project.mart("mart_risk_appetite", "customer_id")
    assert appetite["revealed_risk_score"].isna().all()
    assert appetite["unscored_reason"].notna().all()
    named = appetite["trading_segment"].dropna().unique()
    assert len(named) == 3
    assert not {"Prudent", "Balanced", "Adventurous"} & set(named), "named by a volatility nobody knows"


def test_fewer_than_fifty_answers_are_refused_with_their_number(demo_ledger, tmp_path, project_on):
    ledger = copy_of(demo_ledger, tmp_path / "in", ("brokerage", "suitability"))
    rewrite(
        ledger,
        "questionnaires",
        "select * from ledger where customer_id is not null order by customer_id limit 30",
        "suitability",
    )
    project = project_on(ledger)
    build_trading(project)
    reason = project.query(
        "select status_reason from marts.mart_model_registry where model_name = 'risk_appetite'"
    )["status_reason"].item()
    assert "fewer than the 50" in reason


def test_sellers_without_lots_one_trade_customers_and_impossible_prices_each_have_a_defined_end(
    tmp_path, project_on
):
    customers = "".join(f"c{number:03},2024-01-15\n" for number in range(200))
    buyers, sellers = range(150), range(150, 180)
    trades = [
        f"b{n},c{n:03},A,buy,{1 + n % 7},{10 + n % 13},2025-03-{1 + n % 28:02} 10:00:00" for n in buyers
    ]
    trades += [f"s{n},c{n:03},A,sell,1,10,2025-06-01 10:00:00" for n in sellers]
    trades += ["x1,c000,A,buy,-1,10,2025-06-01 10:00:00", "x2,c000,A,buy,1,0,2025-06-01 10:00:00"]
    ledger = csv_ledger(tmp_path / "in", customers, "")
    header = "trade_id,customer_id,asset_id,side,quantity,price_usd,traded_at"
    (ledger / "brokerage" / "trades.csv").write_text("\n".join([header, *trades]) + "\n")
    project = project_on(ledger)
    build_trading(project)
    reasons = project.query(
        "select column_name || ': ' || reason as told from staging.rejected_rows order by told"
    )["told"].tolist()
    assert reasons == ["price_usd: not above zero", "quantity: not above zero"]
    behaviour = project.query("select * from features.ftr_trading_behaviour order by customer_id")
    assert behaviour["investment_status"].value_counts().to_dict() == {"invested": 180, "not invested": 20}
    assert behaviour["avg_holding_days"].notna().sum() == 150
    assert behaviour.set_index("customer_id").loc["c000", "avg_holding_days"] == 305
    assert np.isfinite(behaviour["trades_per_week"]).all()


def test_customers_who_are_all_alike_are_not_learned_and_the_build_stays_green(tmp_path, project_on):
    customers = "".join(f"c{number:03},2024-01-15\n" for number in range(120))
    trades = "".join(f"t{number},c{number:03},buy,1,10,2025-03-01 10:00:00\n" for number in range(120))
    project = project_on(csv_ledger(tmp_path / "in", customers, trades))
    build_trading(project)
    registry = project.query("select model_name, status, status_reason from marts.mart_model_registry")
    trading = registry[
        registry["model_name"].isin(["trading_profiles", "trading_anomalies", "risk_appetite"])
    ]
    assert set(trading["status"]) == {"refused"}
    assert trading["status_reason"].notna().all()
