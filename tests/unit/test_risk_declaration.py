"""The declaration of a risk model: defaults, and errors that name the key and the remedy."""

import pytest
from risk_cases import declaration

from segmart.errors import DeclarationError
from segmart.risk.regression.declaration import parse_declaration


def test_without_candidates_all_compete_and_the_forest_is_that_of_the_case():
    declared = declaration()
    del declared["candidates"]

    parsed = parse_declaration("risk_appetite", declared)

    assert list(parsed.candidates.declared()) == ["linear", "xgboost", "random_forest"]
    forest = parsed.candidates.random_forest
    assert (forest.trees, forest.max_depth, forest.max_features) == (500, 15, "sqrt")
    assert (forest.min_samples_split, forest.min_samples_leaf) == (10, 4)
    assert (parsed.evaluation.method, parsed.evaluation.folds) == ("cross_validation", 5)
    assert (parsed.interval_level, parsed.minimum_labelled) == (0.9, 50)


def test_only_the_candidates_that_are_named_compete():
    parsed = parse_declaration("risk_appetite", declaration(candidates={"linear": {}}))

    assert list(parsed.candidates.declared()) == ["linear"]


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"features": [{"name": "risk_score"}]}, "feature risk_score is the label column"),
        ({"features": [{"name": "customer_id"}]}, "feature customer_id is the entity column"),
        ({"features": [{"name": "segment_name"}]}, "feature segment_name is the segment column"),
        ({"features": [{"name": "x"}, {"name": "x"}]}, "feature x is declared more than once"),
        ({"features": []}, "key 'risk.features'"),
        ({"label": {"column": "as_of_date"}}, "must be different columns"),
        ({"where": {"column": "segment_name", "value": "Prudent"}}, "must be different columns"),
        (
            {"label": {"column": "y", "minimum": 1, "maximum": 0}},
            r"minimum \(1\) must be below maximum \(0\)",
        ),
        ({"candidates": {}}, "no candidate is named"),
        ({"candidates": {"forest": {}}}, "did you mean 'random_forest'"),
        ({"candidates": {"xgboost": {"max_depth": 40}}}, "less than or equal to 8"),
        ({"evaluation": {"method": "bootstrap"}}, "key 'risk.evaluation'"),
        ({"evaluation": {"method": "holdout", "share": 0.9}}, "less than or equal to 0.5"),
        ({"task": "ranking"}, "key 'risk.task' is 'ranking'"),
        ({"minimum_labelled": 3}, "greater than or equal to 20"),
        ({"interval_level": 90}, "less than or equal to 0.99"),
    ],
)
def test_a_wrong_declaration_is_named_with_its_remedy(changes, complaint):
    with pytest.raises(DeclarationError, match=complaint) as error:
        parse_declaration("risk_appetite", declaration(**changes))

    assert "risk_appetite" in str(error.value)
