"""A wrong declaration of an anomaly model is named by model, key, finding and remedy."""

import pytest
from anomaly_cases import declaration, declared_with

from segmart.anomaly.declaration import Density, parse_declaration
from segmart.errors import DeclarationError


def test_what_is_not_said_has_a_default():
    declared = parse_declaration("m", declared_with(lambda d: d.pop("isolation")))

    block = declared.populations["invested"]
    assert (block.density.minimum_neighbours, block.density.eps, block.serve) == (15, None, "auto")
    assert (block.isolation.trees, block.isolation.sample_rows) == (200, 256)
    assert (block.isolation.flag.rule, block.isolation.flag.multiplier) == ("fence", 3.0)
    assert (declared.fit_rows, declared.minimum_customers) == (50_000, 50)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda d: d.update(density={"eps": 0}), "density.eps' is 0. Remedy: Input should be greater than 0"),
        (lambda d: d.update(density={"eps": -0.7}), "density.eps' is -0.7"),
        (lambda d: d.update(density={"eps": float("nan")}), "density.eps' is nan"),
        (lambda d: d.update(density={"minimum_neighbours": 1}), "minimum_neighbours' is 1"),
        (lambda d: d.update(density={"min_samples": 15}), "min_samples' is not known"),
        (lambda d: d.update(isolation={"flag": {"rule": "share", "share": 1}}), "flag.share.share' is 1"),
        (lambda d: d.update(isolation={"flag": {"rule": "score"}}), "isolation.flag.score' is missing"),
        (lambda d: d.update(isolation={"flag": {"rule": "best"}}), "isolation.flag"),
        (lambda d: d.update(serve="both"), "serve' is 'both'"),
        (lambda d: d["features"].append(d["features"][0]), "trades_per_week is declared more than once"),
        (lambda d: d["features"].append({"name": "as_of_date"}), "is the as_of column: it says who or when"),
        (lambda d: d.update(features=[]), "features' is \\[\\]"),
    ],
)
def test_a_wrong_key_is_named_with_what_was_found(change, complaint):
    with pytest.raises(DeclarationError, match=complaint) as caught:
        parse_declaration("trading_anomalies", declared_with(change))

    assert "trading_anomalies: key 'anomaly" in str(caught.value)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"population": None}, "no population column is named"),
        ({"left_out": {"invested": "why not"}}, "population invested is both declared and left out"),
        ({"refit_after_days": 0}, "refit_after_days' is 0"),
        ({"entity": ""}, "entity"),
    ],
)
def test_populations_must_fit_their_column(change, complaint):
    with pytest.raises(DeclarationError, match=complaint):
        parse_declaration("trading_anomalies", declaration(**change))


def test_an_empty_declaration_says_where_to_put_one():
    with pytest.raises(DeclarationError, match="declare it under config: meta: anomaly:"):
        parse_declaration("trading_anomalies", None)


@pytest.mark.parametrize(
    ("share", "rows", "neighbours"),
    [(0.0, 10_000, 15), (0.005, 1_000, 15), (0.07, 1_000, 70), (0.07, 300, 21), (0.005, 4_068, 21)],
)
def test_enough_neighbours_are_the_larger_of_a_count_and_a_share(share, rows, neighbours):
    assert Density(minimum_share=share).neighbours(rows) == neighbours
