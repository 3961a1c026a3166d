"""A whole fit of a risk model, from tables to its registry row."""

import json
import subprocess
import sys
from datetime import date

import numpy as np
import pandas as pd
import pytest
from risk_cases import AS_OF, BOTH, FLAT, PLANTED, customers, declaration, fit

from segmart.errors import FeatureError
from segmart.learning.registry import REGISTRY_TYPES
from segmart.risk import fit_risk
from segmart.risk.regression.artefact import artefact_from_json


@pytest.fixture(scope="module")
def planted() -> pd.DataFrame:
    return fit(PLANTED)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_with_an_effect_within_segments_a_learned_model_serves(seed):
    row = fit(customers(seed, rows=600, within=0.15), declaration(candidates=BOTH)).iloc[0]

    assert row.verdict == "skill beyond the segment mean"
    assert artefact_from_json(row.artefact).served in ("linear", "xgboost")


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_without_an_effect_within_segments_the_segment_mean_serves(seed):
    row = fit(customers(seed, rows=600), declaration(candidates=BOTH)).iloc[0]

    assert row.verdict == "no skill beyond the segment mean"
    artefact = artefact_from_json(row.artefact)
    assert (artefact.served, artefact.features) == ("segment_mean", [])
    assert artefact.predictors[0].by_segment["Balanced"] == pytest.approx(0.5, abs=0.03)


def test_where_nothing_predicts_the_label_the_constant_serves():
    chance = FLAT.assign(risk_score=np.random.default_rng(1).uniform(size=600))

    row = fit(chance).iloc[0]

    assert row.verdict == "no skill beyond a constant"
    assert artefact_from_json(row.artefact).served == "constant"


def test_without_segments_the_constant_is_the_baseline():
    declared = declaration()
    del declared["segment"]

    row = fit(PLANTED, declared, segments=None).iloc[0]

    assert row.verdict == "skill beyond a constant"
    assert {metric["baseline"] for metric in json.loads(row.metrics)} == {"constant", "nominal level"}


def test_a_forest_that_is_clearly_the_best_serves_from_its_stored_form():
    jumps = np.random.default_rng(2).uniform(size=(600, 2)) < 0.5
    table = PLANTED.assign(
        trades_per_week=np.where(jumps[:, 0], 1.0, 3.0),
        volatility_exposure=np.where(jumps[:, 1], 0.2, 0.5),
        risk_score=np.where(jumps[:, 0] == jumps[:, 1], 0.2, 0.8) + 0.01 * PLANTED["risk_score"],
    )
    forest = {"trees": 20, "max_depth": 4, "max_features": 1.0}

    row = fit(table, declaration(candidates={"linear": {}, "random_forest": forest})).iloc[0]

    artefact = artefact_from_json(row.artefact)
    assert (artefact.served, len(artefact.predictors)) == ("random_forest", 5)
    assert artefact.to_json() == row.artefact


def test_a_first_fit_writes_a_complete_champion(planted):
    row = planted.iloc[0]

    assert (row.model_name, row.model_version, row.population) == ("risk_appetite", 1, "all")
    assert (row.model_kind, row.status, row.fit_reason) == ("risk", "champion", "no champion yet")
    assert (row.as_of_date, row.row_count, row.fit_row_count) == (AS_OF, 600, 600)
    assert json.loads(row.declaration)["label"]["column"] == "risk_score"
    assert [result["candidate"] for result in json.loads(row.search_results)] == [
        "constant",
        "segment_mean",
        "linear",
    ]
    assert "xgboost-cpu" in json.loads(row.library_versions)
    assert (
        planted.drop(
            columns=["segment_count", "first_learned_date", "last_learned_date", "components_in_words"]
        )
        .notna()
        .all(axis=None)
    )


def test_neither_the_order_of_rows_nor_other_columns_change_a_letter(planted):
    shuffled = PLANTED.sample(frac=1, random_state=3).assign(noise="x")[["noise", *PLANTED.columns]]

    assert fit(shuffled).equals(planted)


def test_frames_are_learned_from_as_tables_of_an_engine_are(planted):
    from_frames = fit_risk("risk_appetite", declaration(), PLANTED, PLANTED, PLANTED)

    assert from_frames.equals(planted)
    assert len(fit_risk("risk_appetite", declaration(), PLANTED, PLANTED, PLANTED, registry=planted)) == 0


def test_a_holdout_trains_one_model_on_the_others(planted):
    declared = declaration(evaluation={"method": "holdout", "share": 0.25})

    row = fit(PLANTED, declared).iloc[0]

    assert len(artefact_from_json(row.artefact).predictors) == 1
    figures = [metric for metric in json.loads(row.metrics) if metric["metric"] == "r2"]
    assert {(figure["split"], figure["row_count"]) for figure in figures} == {("holdout", 150)}


def test_more_labels_than_are_needed_are_sampled():
    row = fit(PLANTED, declaration(fit_rows=200)).iloc[0]

    assert (row.row_count, row.fit_row_count) == (600, 200)


def test_only_the_customers_the_model_is_about_are_learned_from():
    away = PLANTED.assign(
        investment_status=np.where(np.arange(600) < 400, "invested", "not invested"),
        # What others hold must not matter.
        volatility_exposure=PLANTED["volatility_exposure"].where(np.arange(600) < 400, np.inf),
    )
    declared = declaration(where={"column": "investment_status", "value": "invested"})

    row = fit(away, declared).iloc[0]

    assert (row.row_count, row.fit_row_count) == (400, 400)


def test_no_customers_give_no_rows_but_their_types():
    empty = fit(PLANTED.iloc[:0])

    assert len(empty) == 0
    assert list(empty.columns) == list(REGISTRY_TYPES)


def test_a_routine_build_appends_nothing_and_imports_no_learning_library(planted, tmp_path):
    assert len(fit(PLANTED, registry=planted)) == 0
    planted.to_parquet(tmp_path / "registry.parquet")
    PLANTED.to_parquet(tmp_path / "customers.parquet")
    (tmp_path / "declaration.json").write_text(json.dumps(declaration()))
    script = (
        "import duckdb, json, pathlib, sys\n"
        "from segmart.risk import fit_risk\n"
        "folder = pathlib.Path(sys.argv[1])\n"
        "session = duckdb.connect()\n"
        "table, registry = (session.read_parquet(str(folder / f'{name}.parquet'))\n"
        "                   for name in ('customers', 'registry'))\n"
        "declared = json.loads((folder / 'declaration.json').read_text())\n"
        "rows = fit_risk('risk_appetite', declared, table, table, table, registry)\n"
        "assert len(rows) == 0\n"
        "heavy = {'sklearn', 'scipy', 'xgboost'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("labels", "reason"),
    [
        (PLANTED.iloc[:0], "0 labelled customers, fewer than the 50 the model needs: 0 of 0 labels"),
        (PLANTED.iloc[:1], "1 labelled customer, fewer than the 50 the model needs: 1 of 1 labels"),
        (PLANTED.iloc[:49], "49 labelled customers, fewer than the 50 the model needs: 49 of 49 labels"),
        (
            PLANTED.assign(as_of_date=[date(2024, 12, 31)] * 580 + [AS_OF] * 20),
            "20 of 600 labels can be learned from, 580 are of another date",
        ),
        (
            PLANTED.assign(customer_id=[f"C{number:06d}" for number in range(570, 1170)]),
            "30 of 600 labels can be learned from, 570 are empty or belong to customers",
        ),
        (PLANTED.assign(risk_score=np.nan), "0 labelled customers"),
        (PLANTED.assign(risk_score=0.5), "risk_score is 0.5 for all 600 labelled customers"),
    ],
)
def test_labels_that_cannot_be_learned_from_are_refused_once(labels, reason):
    refused = fit(PLANTED, labels=labels)

    assert refused.status[0] == "refused"
    assert reason in refused.status_reason[0]
    assert refused.artefact.isna()[0]
    assert len(fit(PLANTED, labels=labels, registry=refused)) == 0


def test_labels_of_another_date_are_not_learned_from():
    of_last_year = PLANTED.assign(as_of_date=date(2024, 12, 31), risk_score=1 - PLANTED["risk_score"])

    row = fit(PLANTED, labels=pd.concat([of_last_year, PLANTED]))

    assert row.artefact[0] == fit(PLANTED).artefact[0]


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (
            {"risk_score": [1.5, -0.1] + [0.5] * 598},
            "the label risk_score is outside 0 to 1 in 2 of 600 rows",
        ),
        ({"risk_score": [np.inf] + [0.5] * 599}, "the label risk_score is infinite in 1 of 600 rows"),
        ({"risk_score": "high"}, "the label risk_score is VARCHAR, not a number"),
        ({"trades_per_week": PLANTED["risk_score"]}, "trades_per_week gives the label risk_score away"),
        ({"avg_holding_days": 1 - PLANTED["risk_score"] ** 3}, "avg_holding_days gives the label risk_score"),
        ({"trades_per_week": 1.0}, "column trades_per_week is 1 in every one of 600 rows"),
        ({"trades_per_week": range(600)}, "column trades_per_week looks like an identifier"),
        ({"trades_per_week": [np.inf] + [1.5, 2.5] * 299 + [1.0]}, "trades_per_week is infinite in 1 of 600"),
        ({"trades_per_week": [np.nan] + [1.5, 2.5] * 299 + [1.0]}, "trades_per_week is missing in 1 of 600"),
        ({"trades_per_week": "often"}, "column trades_per_week is VARCHAR, not a number"),
        ({"customer_id": ["C1", "C1"] + [f"D{i}" for i in range(598)]}, "hold a key seen before"),
    ],
)
def test_what_must_not_be_learned_from_is_named_with_count_and_remedy(change, complaint):
    with pytest.raises(FeatureError, match=complaint) as error:
        fit(PLANTED.assign(**change))

    assert "Remedy:" in str(error.value)


def test_a_table_that_says_two_things_of_a_customer_is_refused_by_name():
    twice = pd.concat([PLANTED, PLANTED.iloc[[7]]])

    with pytest.raises(FeatureError, match=r"the label table holds more than one row .* C000007"):
        fit(PLANTED, labels=twice)
    with pytest.raises(FeatureError, match=r"the segment table holds more than one row .* C000007"):
        fit(PLANTED, segments=twice)


def test_absent_columns_and_tables_are_named():
    with pytest.raises(FeatureError, match="the label table: column risk_score is absent"):
        fit(PLANTED, labels=PLANTED.drop(columns="risk_score"))
    with pytest.raises(FeatureError, match="the segment table: column segment_name is absent"):
        fit(PLANTED, segments=PLANTED.drop(columns="segment_name"))
    with pytest.raises(FeatureError, match="no segment table is given"):
        fit(PLANTED, segments=None)
    with pytest.raises(FeatureError, match="column trades_per_week is absent from the feature table"):
        fit(PLANTED.drop(columns="trades_per_week"), labels=PLANTED, segments=PLANTED)


@pytest.mark.parametrize("change", [{"avg_holding_days": 5.0}, {"avg_holding_days": np.nan}, None])
def test_an_optional_feature_that_tells_nothing_is_left_out(change):
    table = PLANTED.assign(**change) if change else PLANTED.drop(columns="avg_holding_days")

    row = fit(table).iloc[0]

    ((left_out),) = json.loads(row.features_left_out)
    assert left_out["feature"] == "avg_holding_days"
    assert artefact_from_json(row.artefact).features == ["trades_per_week", "volatility_exposure"]


def test_customers_without_a_segment_are_learned_from_and_judged_too():
    row = fit(FLAT, segments=FLAT.iloc[:300]).iloc[0]

    assert row.fit_row_count == 600
    overall = next(m for m in json.loads(row.metrics) if m["candidate"] == "segment_mean")
    assert overall["row_count"] == 600
