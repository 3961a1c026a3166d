"""Credit decisions on the demo ledger, held against what was planted and against themselves."""

import json

import numpy as np
import pandas as pd
import pytest

from segmart.risk.classification.artefact import artefact_from_json
from segmart.risk.classification.columns import typed_features
from segmart.risk.classification.scoring import score_rows

PROTECTED = ("age_years", "dependant_count")


@pytest.fixture(scope="module")
def decisions(built, demo_ledger) -> pd.DataFrame:
    truth = pd.read_parquet(demo_ledger / "truth" / "applications.parquet")
    return built.mart("mart_credit_risk", "application_id").merge(
        truth.drop(columns="customer_id"), on="application_id"
    )


@pytest.fixture(scope="module")
def metrics(built) -> pd.DataFrame:
    return built.query(
        "select * from marts.mart_model_metrics where is_serving and model_name = 'credit_default'"
    )


@pytest.fixture(scope="module")
def artefact(built):
    (text,) = built.query(
        "select artefact from marts.mart_model_registry where is_serving and model_name = 'credit_default'"
    )["artefact"]
    return artefact_from_json(text)


@pytest.fixture(scope="module")
def features(built) -> pd.DataFrame:
    return built.query("select * from features.ftr_credit order by application_id")


def test_every_application_is_scored_and_decided_by_its_probability(decisions):
    assert decisions["probability_of_default"].between(0, 1).all()
    expected = np.where(
        decisions["probability_of_default"] >= decisions["cut_off"], "decline", "approve"
    ).tolist()
    assert decisions["decision"].tolist() == expected
    assert 0.02 < (decisions["decision"] == "decline").mean() < 0.7
    assert decisions["band"].notna().all()


def test_probabilities_follow_what_was_planted_where_the_outcome_was_not_known(decisions):
    unseen = decisions[~decisions["was_learned_from"]]
    assert len(unseen) > 500
    assert unseen["probability_of_default"].corr(unseen["default_probability"], method="spearman") > 0.5
    # Applications that were declined then, and are not in the labels, may differ from those approved.
    ratio = unseen["probability_of_default"].mean() / unseen["default_probability"].mean()
    assert 0.6 < ratio < 1.2


def test_the_candidates_beat_the_base_rate_on_rows_they_had_not_learned_from(metrics):
    served = metrics[metrics["is_served"] & (metrics["subgroup"] == "all")].set_index(["split", "metric"])
    area = served.loc[("cross-validation", "roc_auc")]
    assert area["interval_low"] > 0.68
    assert area["baseline_value"] == 0.5
    loss = served.loc[("cross-validation", "log_loss")]
    assert loss["value"] < loss["baseline_value"]
    ratio = served.loc[("cross-validation", "mean_pd_to_base_rate")]
    assert ratio["interval_low"] < 1 < ratio["interval_high"]
    wanted = {
        *("roc_auc", "gini", "ks", "pr_auc", "brier", "log_loss", "expected_calibration_error"),
        *("rms_calibration_error", "mean_pd", "base_rate", "accuracy", "balanced_accuracy", "precision"),
        *("recall", "f1", "cut_off", "mean_cost", "skill"),
    }
    for split in ("cross-validation", "out of time"):
        told = served.loc[split]
        assert wanted <= set(told.index)
        assert told["definition"].notna().all()
        assert told["baseline"].notna().all()
        assert told.drop(index="cut_off")["interval_low"].notna().all()


def test_a_figure_lies_within_its_interval_and_only_what_is_not_estimated_has_none(metrics):
    bounds = metrics[["interval_low", "interval_high"]]
    told = metrics[bounds.notna().all(axis=1)]
    assert len(told) > 200
    assert told["value"].between(told["interval_low"], told["interval_high"]).all()
    assert (told["interval_low"] < told["interval_high"]).mean() > 0.8
    # A group of people can be too small for one; a precision without anybody declined is no figure.
    of_all = metrics[(metrics["subgroup"] == "all") & metrics["value"].notna()]
    without = of_all[of_all[["interval_low", "interval_high"]].isna().any(axis=1)]
    assert set(without["metric"]) == {"cut_off", "monotone_violation_count"}


def test_declared_directions_hold_without_exception(metrics):
    violations = metrics[metrics["metric"] == "monotone_violation_count"]
    assert violations["value"].tolist() == [0]
    assert violations["row_count"].item() == 1_000
    assert len(metrics[metrics["metric"] == "roc_auc_loss_of_directions"]) >= 1


def test_everything_a_chart_needs_is_in_the_curves(built):
    drawn = built.query(
        "select distinct curve from marts.mart_model_curves where model_name = 'credit_default'"
    )
    assert {
        *("roc", "precision_recall", "calibration", "confusion", "lift", "cumulative_gains"),
        *("score_distribution", "label_distribution", "correlation", "expected_cost"),
        *("scorecard_bins", "mean_contribution"),
    } <= set(drawn["curve"])


def test_a_declined_application_has_a_reason_and_a_change_or_why_there_is_none(decisions):
    declined = decisions[decisions["decision"] == "decline"]
    assert declined[["reason_1", "reason_1_code"]].notna().all(axis=None)
    assert (declined["change_in_words"].notna() ^ declined["no_change_reason"].notna()).all()
    assert declined["change_in_words"].notna().any()
    approved = decisions[decisions["decision"] == "approve"]
    assert approved[["change_in_words", "no_change_reason"]].isna().all(axis=None)


def test_no_protected_attribute_reaches_the_model_its_reasons_or_its_changes(decisions, artefact, built):
    assert not {column.name for column in artefact.columns} & set(PROTECTED)
    scored = built.query("select * from learned.ml_credit_default__scored")
    told = scored.filter(regex=r"_feature$").stack().unique()
    assert len(told) > 5
    assert not set(told) & set(PROTECTED)
    watched = built.query("select distinct protected_attribute from marts.mart_fairness")
    assert set(watched["protected_attribute"]) == set(PROTECTED)


def test_a_stated_change_is_approved_when_it_is_made(built, artefact, features):
    scored = built.query("select * from learned.ml_credit_default__scored where change_1_feature is not null")
    (lever,) = artefact.levers.grids
    changed = features.set_index("application_id").loc[scored["application_id"]].reset_index()
    factor = scored["change_1_to"].astype(float) / scored["change_1_from"].astype(float)
    for name in (lever.feature, *lever.scales_with):
        changed[name] = changed[name] * factor.to_numpy()
    again = score_rows(artefact, changed)
    assert len(again) > 20
    assert (again["decision"] == "approve").all()
    assert np.allclose(again["predicted_probability"], scored["probability_after_change"], atol=1e-9)


def test_one_application_alone_scores_as_in_the_table(built, artefact, features):
    scored = built.query("select * from learned.ml_credit_default__scored order by application_id")
    for position in (0, 17, len(features) - 1):
        alone = score_rows(artefact, features.iloc[[position]]).drop(columns="as_of_date", errors="ignore")
        for name in alone.columns:
            one, other = alone[name].iloc[0], scored[name].iloc[position]
            assert (pd.isna(one) and pd.isna(other)) or one == other, name


def test_contributions_of_the_card_add_up_to_its_log_odds(artefact, features):
    model = artefact.serving.model
    typed = typed_features(features, artefact.columns)
    contributions = model.contributions(typed)
    assert np.abs(contributions.summed() - model.log_odds(typed)).max() < 1e-9


def test_points_of_the_printed_card_add_up_to_those_of_the_mart(built, artefact, features, decisions):
    printed = built.query(
        "select series, label, y from marts.mart_model_curves "
        "where model_name = 'credit_default' and curve = 'scorecard_points'"
    ).set_index(["series", "label"])["y"]
    words = artefact.serving.model.card.words(typed_features(features, artefact.columns))
    added = sum(words[name].map(lambda word, name=name: printed[(name, word)]) for name in words)
    # Printed with two decimals, and rounded in the mart.
    assert (added.to_numpy() - decisions["points"]).abs().max() < 0.5 + 0.01 * len(words.columns)


def test_the_card_of_the_champion_says_what_the_marts_say(built, metrics, tmp_path):
    publication = built.publish(tmp_path / "published")
    card = (publication.directory / "model_card_credit_default.md").read_text()
    assert (tmp_path / "published" / "model_card_credit_default.md").exists()
    figures = metrics[metrics["is_served"] & (metrics["subgroup"] == "all")]
    assert len(figures) > 30
    for row in figures.to_dict("records"):
        line = f"| {row['metric']} | {row['split']} | {row['value']:.4g} |"
        assert line in card
    assert "90 days past due within 12 months" in card
    assert "* **next review**: 2026-12-31" in card
    assert "Declined applications" in card
    registered = built.query(
        "select * from marts.mart_model_registry where is_serving and model_name = 'credit_default'"
    ).iloc[0]
    assert registered["verdict_reason"] in card
    assert json.loads(registered["declaration"])["card"]["owner"] in card
