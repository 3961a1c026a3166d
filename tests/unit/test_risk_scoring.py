"""Every customer scored, or the reason why not: in batches, alone, never by a model that has seen them."""

import duckdb
import numpy as np
import pandas as pd
import pytest
from risk_cases import AS_OF, BOTH, FLAT, PLANTED, customers, declaration, fit

from segmart import frames
from segmart.errors import FeatureError, InputError
from segmart.risk import score_risk
from segmart.risk.regression.artefact import artefact_from_json
from segmart.risk.regression.scoring import score_rows

MEANT = {"column": "investment_status", "value": "invested"}
COLUMNS = [
    "customer_id",
    "as_of_date",
    "model_version",
    "served_candidate",
    "predicted_value",
    "interval_low",
    "interval_high",
    "segment",
    "unscored_reason",
]


def score(table: pd.DataFrame, registry: pd.DataFrame, declared: dict | None = None, segments=None):
    """Return scored customers, in the order of the table; its segments are its own unless told."""
    reader = score_risk(
        duckdb.connect(),
        "risk_appetite",
        declared or declaration(),
        table,
        table if segments is None else segments,
        registry,
    )
    return reader.read_all().to_pandas().set_index("customer_id").reindex(table["customer_id"])


@pytest.fixture(scope="module")
def boosted() -> pd.DataFrame:
    """Return a registry whose champion is boosted trees, which the label's kink makes the best."""
    kinked = PLANTED.assign(risk_score=np.abs(PLANTED["volatility_exposure"] - 0.5))
    candidates = {"xgboost": BOTH["xgboost"]}
    return fit(kinked, declaration(candidates=candidates, where=MEANT))


@pytest.fixture(scope="module")
def linear() -> pd.DataFrame:
    return fit(PLANTED)


@pytest.fixture(scope="module")
def segment_mean() -> pd.DataFrame:
    return fit(FLAT)


def test_every_customer_is_scored_with_an_interval_around_the_prediction(boosted):
    session = duckdb.connect()
    session.register("frame", PLANTED)
    session.execute("create table customers as select *, 1 as extra from frame")

    table = session.table("customers")
    reader = score_risk(session, "risk_appetite", declaration(where=MEANT), table, table, boosted)
    session.register("reader", reader)
    session.execute("create table scored as select * from reader")
    scored = session.table("scored").df()

    assert scored.columns.tolist() == COLUMNS
    assert scored["customer_id"].tolist() == PLANTED["customer_id"].tolist()
    assert set(map(str, scored["as_of_date"].dt.date)) == {str(AS_OF)}
    assert set(scored["served_candidate"]) == {"xgboost"}
    assert scored["segment"].tolist() == PLANTED["segment_name"].tolist()
    assert scored["unscored_reason"].isna().all()
    assert (scored["interval_low"] < scored["predicted_value"]).all()
    assert (scored["predicted_value"] < scored["interval_high"]).all()
    assert scored[["interval_low", "interval_high"]].stack().between(0, 1).all()


@pytest.mark.parametrize("kind", ["boosted", "linear", "segment_mean"])
def test_a_customer_alone_is_scored_as_in_any_batch_to_the_last_bit(kind, request, monkeypatch):
    registry = request.getfixturevalue(kind)
    artefact = artefact_from_json(registry.artefact[0])
    new = customers(seed=8, rows=30)
    declared = declaration(where=MEANT)

    together = score(new, registry, declared)
    monkeypatch.setattr(frames, "BATCH_ROWS", 1)
    alone = score(new, registry, declared)
    direct = pd.concat([score_rows(artefact, new.iloc[[row]]) for row in range(30)], ignore_index=True)

    pd.testing.assert_frame_equal(alone, together, check_exact=True)
    numbers = ["predicted_value", "interval_low", "interval_high"]
    assert np.array_equal(direct[numbers].to_numpy(float), together[numbers].to_numpy(float))


def test_nobody_is_scored_by_a_model_that_was_trained_on_them():
    """A model that remembers would hand chance answers back to those who gave them."""
    chance = customers(seed=5, rows=400, within=0.15)
    chance["risk_score"] = 0.7 * chance["risk_score"] + 0.3 * np.random.default_rng(6).uniform(size=400)
    deep = {"trees": 40, "max_depth": 8, "learning_rate": 0.5, "min_child_weight": 0}
    declared = declaration(candidates={"xgboost": deep})
    del declared["segment"]
    registry = fit(chance, declared, segments=None)

    scored = score(chance, registry, declared)["predicted_value"].to_numpy()

    artefact = artefact_from_json(registry.artefact[0])
    assert artefact.served == "xgboost"
    everybody = artefact.customers(chance)
    own_answers = chance["risk_score"].to_numpy()
    remembered = np.mean([model.predict(everybody) for model in artefact.predictors], axis=0)
    assert np.corrcoef(remembered, own_answers)[0, 1] > 0.97
    assert np.corrcoef(scored, own_answers)[0, 1] < 0.9


def test_intervals_cover_customers_nobody_has_judged():
    table = customers(seed=11, rows=6_000, within=0.15)
    registry = fit(table.iloc[:2_000])
    new = table.iloc[2_000:]

    scored = score(new, registry)

    truth = new["risk_score"].to_numpy()
    covered = (scored["interval_low"].to_numpy() <= truth) & (truth <= scored["interval_high"].to_numpy())
    assert covered.mean() == pytest.approx(0.9, abs=0.02)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"customer_id": None}, "customer_id is missing"),
        ({"investment_status": "not invested"}, "investment_status is not invested"),
        ({"investment_status": None}, "investment_status is not invested"),
        ({"trades_per_week": np.nan}, "trades_per_week is missing"),
        ({"trades_per_week": np.inf}, "trades_per_week is infinite"),
        ({"trades_per_week": -1.0}, "trades_per_week is below 0, which its logarithm does not take"),
        ({"volatility_exposure": np.nan}, None),
        ({"segment_name": None}, None),
        ({"segment_name": "never seen"}, None),
    ],
)
def test_who_cannot_be_scored_is_told_why(boosted, change, reason):
    table = PLANTED.iloc[:3].copy()
    for column, value in change.items():
        table[column] = table[column].astype(object)
        table.iloc[1, table.columns.get_loc(column)] = value
    for column in ("trades_per_week", "volatility_exposure"):
        table[column] = table[column].astype(float)

    reader = score_risk(
        duckdb.connect(),
        "risk_appetite",
        declaration(),
        table,
        PLANTED if "customer_id" in change else table,
        boosted,
    )
    scored = reader.read_all().to_pylist()

    reasons = [row["unscored_reason"] for row in scored]
    assert sorted(reasons, key=str) == sorted([None, reason, None], key=str)
    assert [row["predicted_value"] is None for row in scored] == [reason is not None for reason in reasons]
    assert {row["model_version"] for row in scored} == {1}


def test_where_the_segment_mean_serves_no_feature_is_needed(segment_mean):
    bare = FLAT[["customer_id", "as_of_date", "segment_name"]].assign(trades_per_week=np.nan)

    scored = score(bare, segment_mean)

    assert scored["unscored_reason"].isna().all()
    assert set(scored["served_candidate"]) == {"segment_mean"}
    by_segment = scored.groupby("segment")["predicted_value"].mean()
    assert by_segment["Balanced"] == pytest.approx(0.5, abs=0.03)


def test_a_customer_of_an_unknown_segment_is_given_the_mean_of_all(segment_mean):
    table = FLAT.iloc[:2].assign(segment_name=[None, "never seen"])

    scored = score(table, segment_mean)

    assert scored["predicted_value"].tolist() == pytest.approx([FLAT["risk_score"].mean()] * 2, abs=0.02)
    assert scored["segment"].tolist() == [None, "never seen"] or pd.isna(scored["segment"].iloc[0])


def test_without_a_champion_every_row_says_so():
    refused = fit(PLANTED.iloc[:10])

    not_yet = score(PLANTED, None)
    not_learned = score(PLANTED, refused)

    assert set(not_yet["unscored_reason"]) == {"the model is not learned yet"}
    (reason,) = set(not_learned["unscored_reason"])
    assert reason.startswith("the model is not learned: 10 labelled customers, fewer than the 50")
    assert not_learned["model_version"].isna().all()


def test_a_table_that_lacks_a_feature_is_not_scored_but_answered(linear):
    scored = score(PLANTED.drop(columns="volatility_exposure"), linear)

    assert set(scored["unscored_reason"]) == {
        "the feature table lacks volatility_exposure, which the model was learned from"
    }


def test_no_customers_give_no_rows_but_their_types(linear):
    for registry in (linear, linear.iloc[:0], None):
        reader = score_risk(
            duckdb.connect(), "risk_appetite", declaration(), PLANTED.iloc[:0], PLANTED.iloc[:0], registry
        )
        empty = reader.read_all()
        assert (empty.num_rows, empty.column_names) == (0, COLUMNS)


def test_segments_that_say_two_things_of_a_customer_are_refused_by_name(linear):
    with pytest.raises(FeatureError, match=r"the segment table holds more than one row .* C000007"):
        score(PLANTED, linear, segments=pd.concat([PLANTED, PLANTED.iloc[[7]]]))
    with pytest.raises(FeatureError, match="no segment table is given"):
        score_risk(duckdb.connect(), "risk_appetite", declaration(), PLANTED, None, linear)


def test_a_row_without_its_columns_is_named(linear):
    artefact = artefact_from_json(linear.artefact[0])

    with pytest.raises(FeatureError, match="column segment_name is absent"):
        score_rows(artefact, PLANTED.drop(columns="segment_name"))


@pytest.mark.parametrize("text", ["{}", "no json", '{"format": 99}'])
def test_an_artefact_that_cannot_be_read_is_said(text):
    with pytest.raises(InputError, match="holds an artefact that cannot be read"):
        artefact_from_json(text)


@pytest.mark.parametrize("kind", ["boosted", "linear", "segment_mean"])
def test_an_artefact_read_and_written_is_the_same_text(kind, request):
    text = request.getfixturevalue(kind).artefact[0]

    assert artefact_from_json(text).to_json() == text
    assert "pickle" not in text


def test_a_margin_without_end_is_stored_and_leaves_no_interval():
    declared = declaration(interval_level=0.99, minimum_labelled=20, label={"column": "risk_score"})
    registry = fit(PLANTED.iloc[:60], declared)

    scored = score(PLANTED.iloc[:60], registry, declared)

    assert artefact_from_json(registry.artefact[0]).margins.overall == np.inf
    assert scored["predicted_value"].notna().all()
    assert scored[["interval_low", "interval_high"]].isna().all(axis=None)
