"""Every row scored alike, alone or in a table, by each candidate that can serve."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from classification_cases import (
    AMOUNT,
    APPLICATIONS,
    AS_OF,
    FEATURES,
    PURPOSE,
    REGION,
    SESSION,
    SHARE,
    YEARS,
    artefact_of,
    declaration,
    fit,
    score,
)

from segmart import frames
from segmart.errors import FeatureError, InputError
from segmart.risk import score_risk
from segmart.risk.classification import scoring
from segmart.risk.classification.artefact import artefact_from_json
from segmart.risk.classification.calibration import Platt
from segmart.risk.classification.columns import typed_features
from segmart.risk.classification.scoring import SCORED_TYPES, score_rows

CANDIDATES = {
    "scorecard": {},
    "logistic": {},
    "random_forest": {"trees": 15, "max_depth": 5},
    "xgboost": {"trees": 25},
}
LEVERS = [{"feature": AMOUNT, "moves": "down"}, {"feature": SHARE, "moves": "either"}]
ROWS = np.arange(400)
# Values no row had when the model was learned, one kind to a row.
STRANGE = APPLICATIONS[:5].assign(
    **{
        AMOUNT: [1e300, -5.0, np.nan, 100.0, 0.0],
        SHARE: [np.nan, -1e300, np.nan, 1e9, 0.0],
        YEARS: [np.nan, 5.0, np.nan, 1e-300, 0.0],
        PURPOSE: ["never seen", "", None, "CAR", "car"],
        REGION: [None, "N", None, "un'seen", "??"],
    }
)


def declared_for(name: str) -> dict:
    return declaration(candidates={name: CANDIDATES[name]}, levers=LEVERS)


@pytest.fixture(scope="module")
def registries() -> dict[str, pd.DataFrame]:
    return {name: fit(APPLICATIONS, declared_for(name)) for name in CANDIDATES}


@pytest.fixture(params=CANDIDATES)
def served(request, registries):
    """Return the name of a candidate and the registry in which it serves."""
    assert artefact_of(registries[request.param]).served == request.param
    return request.param, registries[request.param]


def test_a_row_alone_is_scored_as_in_any_batch(served):
    _, registry = served
    artefact = artefact_of(registry)
    rows = pd.concat([APPLICATIONS[:25], STRANGE], ignore_index=True)
    together = score_rows(artefact, rows)

    assert {"approve", "decline"} == set(together["decision"])
    for at in range(len(rows)):
        alone = score_rows(artefact, rows.iloc[[at]])
        pd.testing.assert_frame_equal(alone, together.iloc[[at]].reset_index(drop=True), check_exact=True)
    backwards = score_rows(artefact, rows[::-1])[::-1].reset_index(drop=True)
    pd.testing.assert_frame_equal(backwards, together, check_exact=True)


def test_a_table_in_batches_is_scored_as_its_rows_are(served, monkeypatch):
    name, registry = served
    sizes = []

    def spied(artefact, frame):
        sizes.append(len(frame))
        return score_rows(artefact, frame)

    # The engine gives no smaller batches than these.
    monkeypatch.setattr(frames, "BATCH_ROWS", 2_048)
    monkeypatch.setattr(scoring, "score_rows", spied)
    table = pd.concat([*[APPLICATIONS] * 6, STRANGE], ignore_index=True)
    table["application_id"] = [f"B{row}" for row in range(len(table))]
    told = score(table, registry, declared_for(name))

    assert sizes == [2_048, 357]
    own = score_rows(artefact_of(registry), table)
    for column in SCORED_TYPES:
        expected = own[column].astype(object).where(own[column].notna(), None).tolist()
        found = told[column].astype(object).where(told[column].notna(), None).tolist()
        assert found == expected, column


def test_an_artefact_reads_back_as_it_was(served):
    _, registry = served
    artefact = artefact_of(registry)
    assert artefact.to_json() == registry.iloc[0].artefact
    assert artefact_from_json(artefact.to_json()).to_json() == artefact.to_json()


def test_unseen_and_missing_values_are_scored(served):
    name, registry = served
    told = score(STRANGE, registry, declared_for(name))
    assert told["unscored_reason"].isna().all()
    assert told["predicted_probability"].between(0, 1).all()
    assert told["points"].notna().all()


def test_what_is_told_of_a_row_agrees_with_itself(served):
    _, registry = served
    artefact = artefact_of(registry)
    told = score_rows(artefact, APPLICATIONS)
    probabilities = told["predicted_probability"].to_numpy(dtype=float)

    log_odds = np.log(probabilities / (1 - probabilities))
    points = 600 - 20 / np.log(2) * (log_odds + np.log(50))
    assert told["points"].to_numpy(dtype=float) == pytest.approx(points, abs=1e-8)
    is_declined = probabilities >= artefact.cut_off
    assert told["decision"].tolist() == np.where(is_declined, "decline", "approve").tolist()
    # Declined rows have a reason, and either a change that would approve them or why there is none.
    declined = told[is_declined]
    assert (declined["reason_1_contribution"] > 0).all()
    assert (declined["change_1_feature"].notna() != declined["no_change_reason"].notna()).all()
    assert (declined["probability_after_change"].dropna() < artefact.cut_off).all()
    assert told[~is_declined].filter(regex="change").isna().all(axis=None)
    amounts = told.filter(regex="contribution").to_numpy(dtype=float, na_value=0.0)
    assert (np.diff(amounts, axis=1) <= 0).all()


def test_contributions_add_up_to_the_log_odds_also_after_calibration(registries):
    artefact = artefact_of(registries["scorecard"])
    calibrated = replace(artefact.serving, calibration=Platt(0.8, -0.3))
    features = typed_features(pd.concat([APPLICATIONS, STRANGE]), artefact.columns)
    contributions = calibrated.model.contributions(features)

    probabilities = calibrated.probabilities(features)

    log_odds = np.log(probabilities / (1 - probabilities))
    summed = 0.8 * (contributions.base + contributions.values.sum(axis=1)) - 0.3
    assert log_odds == pytest.approx(summed, abs=1e-9)
    assert contributions.summed() == pytest.approx(calibrated.model.log_odds(features), abs=1e-9)


def test_a_reason_is_measured_against_the_average_approved_row(registries):
    artefact = artefact_of(registries["logistic"])
    told = score_rows(artefact, APPLICATIONS)
    of_model = artefact.serving.model.contributions(typed_features(APPLICATIONS, artefact.columns)).values

    approved = of_model[(told["decision"] == "approve").to_numpy()]
    assert artefact.approved_mean == pytest.approx(approved.mean(axis=0), rel=1e-9)
    first = told.iloc[0]
    at = [column.name for column in artefact.columns].index(first["reason_1_feature"])
    assert first["reason_1_contribution"] == pytest.approx(of_model[0, at] - artefact.approved_mean[at])


def test_a_row_that_cannot_be_scored_says_why_and_nothing_else():
    declared = declaration(where={"column": "gender", "value": "f"})
    registry = fit(APPLICATIONS, declared)
    table = APPLICATIONS[:5].assign(
        application_id=["A0", "A1", None, "A3", "A4"],
        gender=["f", "m", "f", None, "f"],
        **{SHARE: [np.inf, 1.0, 1.0, 1.0, 1.0]},
    )
    told = score_risk(SESSION, "credit", declared, kept := SESSION.from_df(table), registry=registry)
    told = told.read_all().to_pandas()

    assert kept is not None
    assert told["unscored_reason"].tolist()[:4] == [
        "share in % is infinite",
        "gender is not f",
        "application_id is missing",
        "gender is not f",
    ]
    assert pd.isna(told["unscored_reason"][4])
    alone = score(table[4:], registry, declared)
    pd.testing.assert_frame_equal(told[4:].reset_index(drop=True), alone)
    unscored = told[told["unscored_reason"].notna()]
    assert unscored.loc[:, "predicted_probability":"no_change_reason"].isna().all(axis=None)
    assert (told["model_version"] == 1).all()


def test_a_key_is_given_back_as_it_came(registries):
    spaced = APPLICATIONS[:2].assign(application_id=[" A1", "A1 "])
    told = score(spaced, registries["logistic"], declared_for("logistic"))
    assert told["application_id"].tolist() == [" A1", "A1 "]
    assert told["as_of_date"].tolist() == [AS_OF, AS_OF]


def test_a_table_without_a_feature_is_not_scored_and_says_so(registries):
    declared = declared_for("logistic")
    told = score(APPLICATIONS[:3].drop(columns=[SHARE, REGION]), registries["logistic"], declared)

    reason = f"the feature table lacks {SHARE}, {REGION}, which the model was learned from"
    assert told["unscored_reason"].tolist() == [reason] * 3
    assert told.loc[:, "model_version":"no_change_reason"].isna().all(axis=None)
    with pytest.raises(FeatureError, match="the rows: column share in % is absent"):
        score_rows(artefact_of(registries["logistic"]), APPLICATIONS.drop(columns=SHARE))
    with pytest.raises(FeatureError, match="the feature table: column application_id, as_of_date is absent"):
        score_risk(SESSION, "credit", declared, SESSION.from_df(APPLICATIONS[list(FEATURES)]))


def test_before_anything_is_learned_rows_say_so():
    told = score(APPLICATIONS[:2], None)
    assert told["unscored_reason"].tolist() == ["the model is not learned yet"] * 2


def test_a_table_without_rows_has_the_columns_of_any_other(registries):
    for registry in (registries["logistic"], None):
        empty = score(APPLICATIONS[:0], registry, declared_for("logistic"))
        assert list(empty) == ["application_id", "as_of_date", *SCORED_TYPES]
        assert len(empty) == 0
    artefact = artefact_of(registries["xgboost"])
    assert len(score_rows(artefact, APPLICATIONS[:0])) == 0


def test_numbers_are_read_from_texts_as_they_were_when_learned(registries):
    told = score(APPLICATIONS[:50], registries["logistic"], declared_for("logistic"))
    texts = APPLICATIONS[:50].assign(**{YEARS: APPLICATIONS[YEARS][:50].astype("string").fillna("n/a")})
    pd.testing.assert_frame_equal(score(texts, registries["logistic"], declared_for("logistic")), told)


def test_a_row_keeps_its_own_as_of_date(registries):
    today = APPLICATIONS[:2].assign(as_of_date=[date(2026, 1, 31), date(2026, 2, 28)])
    told = score(today, registries["logistic"], declared_for("logistic"))
    assert told["as_of_date"].tolist() == [date(2026, 1, 31), date(2026, 2, 28)]


@pytest.mark.parametrize("damage", ['{"format": 99}', "{}", "not json", "[]", "null"])
def test_an_artefact_that_cannot_be_read_is_an_error_with_a_remedy(damage):
    with pytest.raises(InputError, match=r"an artefact that cannot be read.*Remedy"):
        artefact_from_json(damage)
