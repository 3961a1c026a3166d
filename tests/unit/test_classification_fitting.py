"""A whole fit of a classification, from tables to its registry row, and what comes of bad input."""

import json
import subprocess
import sys
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
    SHARE,
    YEARS,
    applications,
    artefact_of,
    declaration,
    figures_of,
    fit,
    left_out,
    score,
)

from segmart.errors import DeclarationError, FeatureError
from segmart.learning.registry import REGISTRY_TYPES
from segmart.risk import fit_risk
from segmart.risk.classification.scoring import score_rows

ROWS = np.arange(400)
COSTS = pd.DataFrame({"model_name": ["credit"], "bad_accepted_cost": [5.0], "good_declined_cost": [1.0]})


@pytest.fixture(scope="module")
def planted() -> pd.DataFrame:
    return fit(APPLICATIONS)


@pytest.fixture(scope="module")
def learned_from_gender() -> pd.DataFrame:
    return fit(APPLICATIONS, declaration(features=[{"name": AMOUNT}, {"name": "gender"}]))


def test_a_first_fit_writes_a_complete_champion(planted):
    row = planted.iloc[0]

    assert (row.model_name, row.model_version, row.population, row.model_kind) == ("credit", 1, "all", "risk")
    assert (row.status, row.fit_reason, row.verdict) == (
        "champion",
        "no champion yet",
        "skill beyond a constant",
    )
    assert "; mean probability to what happened: in cross-validation " in row.verdict_reason
    assert (row.as_of_date, row.row_count, row.fit_row_count) == (AS_OF, 400, 400)
    assert artefact_of(planted).to_json() == row.artefact
    assert {"xgboost-cpu", "imbalanced-learn"} <= set(json.loads(row.library_versions))
    assert left_out(planted) == {}


def test_neither_the_order_of_rows_nor_that_of_columns_changes_a_letter():
    declared = declaration(
        features=None, all_columns=True, leave_out={"applied_on": "a day"}, protected=["gender"]
    )
    mixed = APPLICATIONS.sample(frac=1, random_state=3)[APPLICATIONS.columns[::-1]]

    assert fit(mixed, declared).equals(fit(APPLICATIONS, declared))


def test_frames_are_learned_from_as_tables_of_an_engine_are(planted):
    assert fit_risk("credit", declaration(), APPLICATIONS).equals(planted)


def test_another_seed_changes_only_what_is_drawn(planted):
    other = fit(APPLICATIONS, declaration(random_seed=7))

    assert other.iloc[0].artefact == planted.iloc[0].artefact
    own, others = figures_of(planted), figures_of(other)
    pd.testing.assert_series_equal(own["value"], others["value"])
    assert not own["interval_low"].equals(others["interval_low"])


def test_a_label_of_its_own_table_is_the_same_label(planted):
    labels = APPLICATIONS[["application_id", "as_of_date", "is_bad"]]

    apart = fit(APPLICATIONS.drop(columns="is_bad"), labels=labels.sample(frac=1, random_state=1))

    assert apart.iloc[0].artefact == planted.iloc[0].artefact


def test_a_table_of_ones_own_needs_no_as_of_date_and_no_list_of_features():
    table = APPLICATIONS.drop(columns="as_of_date").assign(
        note="x", is_bad=np.where(APPLICATIONS["is_bad"] == 1, "bad 'un", "good")
    )
    declared = declaration(
        as_of=None,
        as_of_date="2025-12-31",
        features=None,
        all_columns=True,
        time="applied_on",
        label={"column": "is_bad", "event_value": "bad 'un"},
        leave_out={SHARE: "known too late"},
        protected=["gender"],
    )

    row = fit(table, declared)

    assert left_out(row) == {SHARE: "known too late", "note": "is the same in all 400 rows"}
    assert [column.name for column in artefact_of(row).columns] == sorted([AMOUNT, YEARS, PURPOSE, REGION])
    assert row.iloc[0].as_of_date == AS_OF
    assert score(table, row, declared).as_of_date.unique().tolist() == [AS_OF]


def test_what_is_declared_of_a_column_adds_to_what_is_inferred():
    declared = declaration(
        features=[{"name": AMOUNT, "direction": "increasing"}, {"name": "nowhere"}],
        all_columns=True,
        leave_out={"applied_on": "a day", "gender": "not wanted"},
    )
    row = fit(APPLICATIONS, declared)

    directions = {column.name: column.direction for column in artefact_of(row).columns}
    assert directions == dict.fromkeys(FEATURES) | {AMOUNT: "increasing"}
    assert left_out(row)["nowhere"] == "is absent from the feature table"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"is_bad": 0}, "is_bad is 0 in all 400 labelled rows"),
        ({"is_bad": (ROWS < 9).astype(int)}, "9 of 400 labelled rows have the event, fewer than the 10"),
        ({"is_bad": (ROWS >= 9).astype(int)}, "9 of 400 labelled rows do not have the event"),
        ({"is_bad": np.where(ROWS < 49, ROWS % 2, np.nan)}, "49 labelled rows, fewer than the 50 the model"),
        ({"is_bad": np.full(400, np.nan)}, "0 labelled rows, fewer than the 50"),
        (dict.fromkeys(FEATURES, 1.0), "no feature is left to learn from"),
    ],
)
def test_what_is_too_little_to_learn_from_is_refused_once(changes, reason):
    table = APPLICATIONS.assign(**changes)

    refused = fit(table)

    row = refused.iloc[0]
    assert (row.status, pd.isna(row.artefact)) == ("refused", True)
    assert row.status_reason.startswith(reason)
    assert len(fit(table, registry=refused)) == 0
    told = score(table[:2], refused)
    assert told["unscored_reason"].tolist() == [f"the model is not learned: {row.status_reason}"] * 2


def test_few_rows_are_refused_whatever_they_hold():
    row = fit(APPLICATIONS[:49]).iloc[0]
    assert row.status_reason.startswith("49 labelled rows, fewer than the 50 the model needs")


def test_an_event_nobody_has_is_refused_by_its_name():
    texts = APPLICATIONS.assign(is_bad=np.where(APPLICATIONS["is_bad"] == 1, "bad", "good"))
    row = fit(texts, declaration(label={"column": "is_bad", "event_value": "Bad"})).iloc[0]
    assert row.status_reason == "is_bad is something else than 'Bad' in all 400 labelled rows"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"is_bad": APPLICATIONS["is_bad"] + 1}, "is_bad is outside 0 to 1 in 1.. of 400 rows.*event_value"),
        ({"is_bad": APPLICATIONS["is_bad"] / 2}, "is_bad is neither 0 nor 1 in 1.. of 400 rows.*event 1"),
        ({"is_bad": -APPLICATIONS["is_bad"]}, "is_bad is outside 0 to 1"),
        ({"is_bad": np.where(ROWS < 5, np.inf, 0)}, "is_bad is infinite in 5 of 400 rows"),
        ({"is_bad": np.where(ROWS < 200, "bad", "good")}, "is_bad is VARCHAR, not a number.*event_value"),
        ({"application_id": "A1"}, "application_id repeats: 399 of 400 rows.*one row per application_id"),
        ({"application_id": APPLICATIONS["application_id"].where(ROWS > 3)}, "missing in 4 of 400 rows"),
        ({SHARE: np.where(ROWS < 3, -np.inf, ROWS)}, "share in % is infinite in 3 of 400 rows.*null"),
        ({"as_of_date": np.where(ROWS < 3, date(2025, 1, 1), AS_OF)}, "holds more than one date"),
        ({SHARE: APPLICATIONS["is_bad"] + ROWS / 1e6}, "column share in % gives the label is_bad away"),
        ({SHARE: APPLICATIONS[SHARE].where(APPLICATIONS["is_bad"] == 1)}, "share in % gives the label"),
        (
            {REGION: np.where(APPLICATIONS["is_bad"], "late", "paid")},
            "region's code gives the label is_bad away",
        ),
    ],
)
def test_what_must_not_be_learned_from_is_named_with_its_remedy(changes, message):
    with pytest.raises(FeatureError, match=message) as raised:
        fit(APPLICATIONS.assign(**changes))
    assert str(raised.value).startswith("credit")
    assert "Remedy:" in str(raised.value)


@pytest.mark.parametrize(
    ("days", "message"),
    [
        (np.where(ROWS < 2, "2026-01-01", "2025-01-01"), "after the as-of date 2025-12-31 in 2 of 400"),
        (np.where(ROWS < 3, None, "2025-01-01"), "missing, or no date, in 3 of 400.*A00000, A00001, A00002"),
        (np.where(ROWS < 3, "soon", "2025-01-01"), "missing, or no date, in 3 of 400"),
    ],
)
def test_every_labelled_row_has_its_day_and_none_lies_in_the_future(days, message):
    with pytest.raises(FeatureError, match=f"applied_on is {message}"):
        fit(APPLICATIONS.assign(applied_on=days), declaration(time="applied_on"))


def test_columns_that_say_nothing_are_left_out_with_the_reason():
    table = APPLICATIONS.assign(
        **{SHARE: 3.0, YEARS: np.nan, REGION: None, PURPOSE: [f"stated by {row}" for row in ROWS]}
    )
    row = fit(table)

    assert [column.name for column in artefact_of(row).columns] == [AMOUNT]
    assert left_out(row) == {
        SHARE: "is 3 in all 400 rows",
        YEARS: "is empty: missing in all 400 rows",
        REGION: "is empty: missing in all 400 rows",
        PURPOSE: "names rows rather than kinds of them: 400 texts in 400 rows",
    }
    for name in (SHARE, YEARS, REGION, PURPOSE):
        required = declaration(features=[{"name": AMOUNT}, {"name": name, "required": True}])
        with pytest.raises(FeatureError, match="Remedy"):
            fit(table, required)
    with pytest.raises(FeatureError, match="nowhere is absent from the feature table"):
        fit(table, declaration(features=[{"name": "nowhere", "required": True}]))


def test_a_column_of_texts_that_is_declared_a_number_stops_the_fit():
    table = APPLICATIONS.assign(**{SHARE: np.where(ROWS < 4, "a lot", "1")})
    declared = declaration(features=[{"name": AMOUNT}, {"name": SHARE, "kind": "number"}])
    with pytest.raises(FeatureError, match="share in % holds a text that is no number in 4 of 400 rows"):
        fit(table, declared)


def test_numbers_written_as_texts_are_learned_from_as_numbers(planted):
    texts = APPLICATIONS[YEARS].astype(object)
    words = np.where(texts.isna(), np.resize(["NA", "n/a", "?"], 400), texts.astype(str))

    row = fit(APPLICATIONS.assign(**{YEARS: words}))

    assert row.iloc[0].artefact == planted.iloc[0].artefact


def test_a_category_of_ten_thousand_levels_is_learned_and_scored():
    table = applications(rows=20_000)
    table[REGION] = [f"post code {row % 10_000}" for row in range(20_000)]
    declared = declaration(evaluation={"holdout": {}}, fit_rows=15_000)

    row = fit(table, declared)

    assert left_out(row) == {}
    assert REGION in [column.name for column in artefact_of(row).columns]
    assert score(table[:100], row, declared)["unscored_reason"].isna().all()


def test_no_rows_give_no_row_but_its_types():
    empty = fit(APPLICATIONS[:0])
    assert len(empty) == 0
    assert list(empty.columns) == list(REGISTRY_TYPES)
    assert len(score(APPLICATIONS[:0], empty)) == 0


def test_rows_that_are_not_meant_are_neither_learned_from_nor_looked_at():
    is_meant = APPLICATIONS["gender"] == "f"
    # Infinite for others, which must not matter, and a constant for those the model is about, which must.
    table = APPLICATIONS.assign(**{SHARE: np.where(is_meant, 1.0, np.inf)})

    row = fit(table, declaration(where={"column": "gender", "value": "f"}))

    assert row.iloc[0][["row_count", "fit_row_count"]].tolist() == [is_meant.sum(), is_meant.sum()]
    assert left_out(row) == {SHARE: f"is 1 in all {is_meant.sum()} rows"}


def test_costs_of_a_table_take_the_place_of_those_declared():
    dear = fit(APPLICATIONS, costs=pd.concat([COSTS, COSTS.assign(model_name="other")]))
    assert artefact_of(dear).cut_off == pytest.approx(1 / 6)
    assert json.loads(dear.iloc[0].declaration)["costs"] == {"bad_accepted": 5.0, "good_declined": 1.0}


@pytest.mark.parametrize(
    ("costs", "message"),
    [
        (COSTS[:0], "has 0 rows with this model_name, not one"),
        (pd.concat([COSTS, COSTS]), "has 2 rows with this model_name, not one"),
        (COSTS.assign(bad_accepted_cost=None), "valid number.*state two costs above 0"),
        (COSTS.assign(good_declined_cost=0.0), "both costs must be above 0"),
        (COSTS.assign(good_declined_cost=-1.0), "greater than or equal to 0"),
    ],
)
def test_costs_must_be_stated_once_and_above_nothing(costs, message):
    with pytest.raises(DeclarationError, match=message):
        fit(APPLICATIONS, costs=costs)


def test_protected_attributes_of_their_own_table_are_watched_and_not_learned_from():
    ages = APPLICATIONS[["application_id"]].assign(age=ROWS % 60 + 18.0)
    row = fit(APPLICATIONS, declaration(protected=["gender", "age"]), protected=ages[:300])

    groups = set(figures_of(row)["subgroup"])
    assert {"all", "gender=f", "gender=m", "age=missing"} <= groups
    assert sum(group.startswith("age=") for group in groups) == 5
    assert {column.name for column in artefact_of(row).columns} == set(FEATURES)
    for_group = figures_of(row).query("subgroup == 'gender=f' and metric == 'approval_rate'").iloc[0]
    assert for_group["row_count"] == (APPLICATIONS["gender"] == "f").sum()
    assert for_group["baseline"] == "everybody"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (None, "protected age is no column of the feature table, and no table"),
        (APPLICATIONS[["application_id"]], "column age is absent"),
        (
            pd.concat([APPLICATIONS[["application_id"]], APPLICATIONS[["application_id"]][:3]]).assign(
                age=30
            ),
            "400 rows would become 403",
        ),
    ],
)
def test_protected_attributes_must_be_there_once(given, message):
    with pytest.raises(FeatureError, match=message):
        fit(APPLICATIONS, declaration(protected=["age"]), protected=given)


def test_labels_that_nothing_foretells_leave_the_constant():
    chance = applications(effect=0)
    row = fit(chance)
    artefact, rate = artefact_of(row), chance["is_bad"].mean()

    assert row.iloc[0].verdict == "no skill beyond a constant"
    assert (artefact.served, artefact.columns) == ("constant", ())
    told = score(chance, row)
    assert told["predicted_probability"].unique() == pytest.approx([rate])
    assert set(told["decision"]) == {"decline" if rate >= artefact.cut_off else "approve"}
    assert told.filter(regex="^(reason|change|no_change|unscored)").isna().all(axis=None)
    dear = replace(artefact, cut_off=0.02)
    assert set(score_rows(dear, chance)["decision"]) == {"decline"}


def test_where_only_segments_matter_their_mean_serves():
    generator = np.random.default_rng(1)
    segments = APPLICATIONS[["application_id"]].assign(group=np.where(ROWS % 2, "young firm", "old firm"))
    labels = (generator.random(400) < np.where(ROWS % 2, 0.6, 0.1)).astype(int)
    chance = applications(effect=0).assign(is_bad=labels)
    declared = declaration(segment={"column": "group"})

    row = fit(chance, declared, segments=segments)

    assert row.iloc[0].verdict == "no skill beyond the segment mean"
    assert set(figures_of(row).query("metric == 'log_loss'")["baseline"]) == {"segment_mean"}
    stranger = chance[:1].assign(application_id="B1")
    told = score(pd.concat([chance, stranger]), row, declared, segments=segments)
    rates = told["predicted_probability"]
    assert rates[ROWS[::2]].nunique() == rates[ROWS[1::2]].nunique() == 1
    assert rates[1] == pytest.approx(labels[1::2].mean(), abs=0.05)
    assert rates.iloc[-1] == pytest.approx(labels.mean())
    assert set(told["served_candidate"]) == {"segment_mean"}


def test_figures_have_a_baseline_and_an_interval_around_them(planted):
    figures = figures_of(planted)

    assert figures["baseline"].notna().all()
    assert not figures.duplicated(["candidate", "split", "metric", "subgroup"]).any()
    # A constant flags nobody, so its precision is not known.
    known = figures[figures["value"].notna()]
    assert set(figures[figures["value"].isna()]["candidate"]) <= {"constant"}
    measured = known[known["interval_low"].notna()]
    assert set(known["metric"]) - set(measured["metric"]) == {"cut_off"}
    assert (measured["interval_low"] <= measured["value"]).all()
    assert (measured["value"] <= measured["interval_high"]).all()
    constant = figures.query("candidate == 'constant' and metric == 'roc_auc'").iloc[0]
    assert (constant["value"], constant["interval_low"], constant["interval_high"]) == (0.5, 0.5, 0.5)
    served = figures.query("candidate == 'logistic' and metric == 'roc_auc'").iloc[0]
    assert (served["row_count"], served["is_served"], served["baseline_value"]) == (400, True, 0.5)


def test_late_rows_decide_and_those_of_any_time_are_judged_beside_them():
    table = applications(rows=1_200)
    row = fit(table, declaration(time="applied_on"))

    figures = figures_of(row).query("candidate == 'logistic' and metric == 'log_loss'")
    assert figures["split"].tolist() == ["out of time", "cross-validation"]
    assert figures["row_count"].tolist() == [300, 1_200]
    served = row.iloc[0]
    assert (served.first_learned_date, served.last_learned_date) == (min(table["applied_on"]), AS_OF)


def test_a_routine_build_fits_nothing(planted):
    assert len(fit(APPLICATIONS, registry=planted)) == 0
    told = {"card": {"purpose": "to lend"}, "refit_after_days": 30}
    assert len(fit(APPLICATIONS, declaration(**told), registry=planted)) == 0

    no_date = APPLICATIONS.drop(columns="as_of_date")
    first = fit(no_date, declaration(as_of=None, as_of_date="2025-12-31"))
    assert len(fit(no_date, declaration(as_of=None, as_of_date="2026-03-31"), registry=first)) == 0
    aged = fit(no_date, declaration(as_of=None, as_of_date="2026-12-31"), registry=first).iloc[0]
    assert "older than its refit age of 180 days" in aged.fit_reason


def test_other_costs_are_another_model(planted):
    again = fit(APPLICATIONS, costs=COSTS, registry=planted).iloc[0]
    assert (again.model_version, again.fit_reason, again.status) == (2, "the declaration changed", "champion")


def test_a_column_may_become_another_kind_than_the_champion_knew():
    table = APPLICATIONS.assign(stars=ROWS % 5)
    wanted = [{"name": AMOUNT}, {"name": "stars"}]
    as_number = fit(table, declaration(features=wanted))
    declared = declaration(features=[{"name": AMOUNT}, {"name": "stars", "kind": "category"}])

    as_category = fit(table, declared, registry=as_number)

    # As if there had been no champion: its number, 1.0, is not the level, 1.
    afresh = artefact_of(fit(table, declared)).serving
    assert artefact_of(as_category).serving == afresh


@pytest.mark.parametrize(
    "changes",
    [
        {"label": {"column": "gender", "event_value": "f"}},
        {"protected": ["gender"]},
        {"where": {"column": "gender", "value": "f"}},
    ],
)
def test_a_feature_of_the_champion_may_take_another_part(changes, learned_from_gender):
    again = fit(APPLICATIONS, declaration(**changes), registry=learned_from_gender)

    assert again.iloc[0].fit_reason == "the declaration changed"


def test_a_build_that_fits_nothing_imports_no_learning_library():
    program = (
        "import sys, segmart.risk, segmart.risk.classification.scoring;"
        "print([name for name in ('sklearn', 'xgboost', 'imblearn', 'scipy') if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
