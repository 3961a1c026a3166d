"""What may be declared of a classification, and what is said of the rest."""

import pytest
from classification_cases import AMOUNT, PURPOSE, SHARE, applications, declaration, fit

from segmart.errors import DeclarationError
from segmart.learning.declaration import EVERYBODY
from segmart.learning.fitting import declaration_text, hash_of_declaration
from segmart.risk import fit_risk, score_risk
from segmart.risk.classification.declaration import CrossValidation, Evaluation, Holdout, parse_classification


def parsed(**changes):
    return parse_classification("credit", declaration(**changes))


def test_a_declaration_of_one_column_is_enough():
    declared = parsed(candidates=None, tuning=None, evaluation=None, features=[{"name": AMOUNT}])

    assert list(declared.candidates.declared()) == ["scorecard", "logistic", "xgboost", "random_forest"]
    assert declared.imbalance == ("none",)
    assert declared.date_column == "as_of_date"
    assert declared.roles == {"application_id": "entity", "as_of_date": "as_of", "is_bad": "label"}


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("is_bad", "is the label column"),
        ("application_id", "is the entity column"),
        ("as_of_date", "is the as_of column"),
        ("applied_on", "is the time column"),
        ("group", "is the segment column"),
        ("status", "is the where column"),
        ("gender", "is a protected column"),
    ],
)
def test_a_column_with_another_part_is_no_feature(name, role):
    with pytest.raises(DeclarationError, match=f"feature {name} {role}, which must not be learned from"):
        parsed(
            features=[{"name": AMOUNT}, {"name": name}],
            time="applied_on",
            segment={"column": "group"},
            where={"column": "status", "value": "new"},
            protected=["gender"],
        )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"features": None}, "list features, or say all_columns: true"),
        ({"features": [{"name": AMOUNT}, {"name": AMOUNT}]}, "declared more than once: keep one"),
        ({"leave_out": {AMOUNT: "late"}}, "both a feature and left out"),
        ({"leave_out": {"note": ""}}, "note"),
        ({"as_of": None}, "say either as_of .* or as_of_date"),
        ({"as_of_date": "2025-12-31"}, "not both"),
        ({"candidates": {}}, "no candidate is named"),
        ({"candidates": {"boosting": {}}}, "boosting"),
        ({"features": [{"name": PURPOSE, "kind": "category", "direction": "increasing"}]}, "no direction"),
        ({"evaluation": {"cross_validation": {}, "holdout": {}}}, "keep one"),
        ({"costs": {"bad_accepted": 0}}, "both costs must be above 0"),
        ({"levers": [{"feature": "gender", "moves": "down"}]}, "which is no feature"),
        ({"minimum_labelled": 20}, "minimum_labelled"),
        ({"minimum_events": 5}, "minimum_events"),
        ({"imbalance": ["magic"]}, "imbalance"),
        ({"protcted": ["gender"]}, "did you mean 'protected'"),
        ({"random_seed": -1}, "random_seed"),
    ],
)
def test_what_is_wrong_is_named(changes, message):
    with pytest.raises(DeclarationError, match=message) as raised:
        parsed(**changes)
    assert str(raised.value).startswith("credit: key 'risk")


def test_a_lever_moves_a_column_that_is_only_inferred():
    levers = [{"feature": SHARE, "moves": "down"}]
    assert parsed(features=None, all_columns=True, levers=levers).levers[0].feature == SHARE
    with pytest.raises(DeclarationError, match="moves is_bad, which is no feature"):
        parsed(features=None, all_columns=True, levers=[{"feature": "is_bad", "moves": "down"}])


@pytest.mark.parametrize("task", [None, "clustering"])
def test_the_task_decides_the_engine_and_must_be_known(task):
    table = applications(rows=5)
    with pytest.raises(DeclarationError, match="say classification or regression"):
        fit(table, declaration(task=task))
    with pytest.raises(DeclarationError, match="say classification or regression"):
        score_risk(None, "credit", declaration(task=task), table)
    with pytest.raises(DeclarationError, match="the meta key 'risk' is empty"):
        fit_risk("credit", None, table)


def test_only_a_classification_takes_costs_and_protected_attributes():
    table = applications(rows=5)
    with pytest.raises(DeclarationError, match="takes neither costs= nor protected="):
        fit_risk("credit", {"task": "regression"}, table, table, costs=table)


def test_how_rows_are_judged_follows_from_their_number_unless_it_is_said():
    assert Evaluation().any_time(4_999) == CrossValidation(folds=10, repetitions=3)
    assert Evaluation().any_time(5_000) == CrossValidation(folds=5, repetitions=1)
    assert Evaluation().any_time(20_000) == Holdout(share=0.25)
    assert Evaluation(holdout=Holdout(share=0.5)).any_time(100) == Holdout(share=0.5)


def test_only_what_is_learned_from_is_part_of_the_hash():
    def hashed(**changes):
        return hash_of_declaration(declaration_text(parsed(**changes), EVERYBODY))

    of_a_day = {"as_of": None, "as_of_date": "2025-12-31"}
    assert hashed(card={"purpose": "to lend"}, refit_after_days=9) == hashed()
    assert hashed(**of_a_day | {"as_of_date": "2026-01-31"}) == hashed(**of_a_day)
    assert hashed(costs={"bad_accepted": 5}) != hashed()
    assert hashed(protected=["gender"]) != hashed()
