"""A refit replaces the champion only when it predicts customers it has not seen better."""

import duckdb
import numpy as np
import pandas as pd
import pytest
from risk_cases import PLANTED, customers, declaration, fit

from segmart.risk import score_risk
from segmart.risk.regression.artefact import artefact_from_json
from segmart.risk.regression.promotion import decide


@pytest.fixture(scope="module")
def first() -> pd.DataFrame:
    return fit(PLANTED)


def test_a_refit_on_the_same_customers_stays_a_challenger(first):
    second = fit(PLANTED, registry=first, refit=True).iloc[0]

    assert (second.model_version, second.status) == (2, "challenger")
    assert second.status_reason.startswith("asked for, but not clearly better than the champion")
    assert "on 600 customers" in second.status_reason


def test_a_refit_that_predicts_a_changed_world_better_becomes_champion(first):
    changed = PLANTED.assign(risk_score=1 - PLANTED["risk_score"])

    second = fit(changed, registry=first, refit=True).iloc[0]

    assert second.status == "champion"
    assert "is smaller than the champion's by" in second.status_reason


def test_a_refit_that_sees_more_than_the_champion_becomes_champion(first):
    blurred = PLANTED.assign(
        volatility_exposure=0.4 + 0.01 * np.random.default_rng(1).normal(size=600),
    )
    elsewhere = fit(blurred)

    better = fit(PLANTED, registry=elsewhere, refit=True).iloc[0]

    assert better.status == "champion"


def test_a_changed_declaration_needs_no_contest(first):
    second = fit(PLANTED, declaration(interval_level=0.8), registry=first).iloc[0]

    assert (second.status, second.status_reason) == ("champion", "the declaration changed")
    assert artefact_from_json(second.artefact).margins.level == 0.8


def test_a_changed_feature_contract_needs_no_contest(first):
    second = fit(PLANTED.drop(columns="avg_holding_days"), registry=first).iloc[0]

    assert (second.status, second.status_reason) == ("champion", "the feature contract changed")


def test_a_champion_that_can_score_fewer_than_half_is_replaced(first):
    text = first.artefact[0]
    imputed = artefact_from_json(text).recipes[1].impute_value
    fussy = text.replace(f'"impute_value": {imputed}', '"impute_value": null')
    registry = first.assign(artefact=pd.Series([fussy], dtype=first["artefact"].dtype))
    unknown = PLANTED.assign(
        volatility_exposure=PLANTED["volatility_exposure"].where(np.arange(600) % 3 == 0)
    )

    second = fit(unknown, registry=registry, refit=True).iloc[0]

    assert second.status == "champion"
    assert "the champion can score fewer than half of today's labelled rows" in second.status_reason


def test_a_champion_whose_feature_is_gone_is_replaced(first):
    champion = artefact_from_json(first.artefact[0])
    gone = PLANTED.drop(columns="volatility_exposure")

    status, reason = decide(champion, "linear", None, gone, "asked for", seed=0)

    assert (status, reason) == (
        "champion",
        "asked for; the champion needs volatility_exposure, which is gone",
    )


def test_after_a_refused_refit_the_champion_goes_on_scoring(first):
    refused = fit(PLANTED.iloc[:10], registry=first, refit=True)
    registry = pd.concat([first, refused])

    scored = score_risk(duckdb.connect(), "risk_appetite", declaration(), PLANTED, PLANTED, registry)

    assert refused.status.tolist() == ["refused"]
    assert set(scored.read_all()["model_version"].to_pylist()) == {1}


def test_a_challenger_is_held_against_the_champion_on_the_customers_it_was_judged_on(first):
    declared = declaration(evaluation={"method": "holdout", "share": 0.25})
    held_out = fit(customers(seed=2, rows=600, within=0.15), declared)

    second = fit(customers(seed=3, rows=600, within=0.15), declared, registry=held_out, refit=True).iloc[0]

    assert "on 150 customers" in second.status_reason
