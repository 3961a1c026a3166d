"""Rebalancing stays inside what is learned from; the leaking variant, which fakes skill, is refused."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from segmart.errors import FeatureError
from segmart.risk.classification.calibration import Platt
from segmart.risk.classification.imbalance import (
    CLASS_WEIGHTS,
    NONE,
    SMOTE,
    Rows,
    choose_treatment,
    rebalanced,
    rows_of,
)
from segmart.risk.classification.out_of_fold import check_judged, check_observed, out_of_fold, trained
from segmart.risk.classification.ranking import ranking_of


def noise(rows: int = 600, share: float = 0.1, seed: int = 1) -> Rows:
    """Return rows whose features say nothing about their labels."""
    generator = np.random.default_rng(seed)
    features = pd.DataFrame(generator.normal(size=(rows, 6)), columns=[f"x{place}" for place in range(6)])
    labels = (generator.random(rows) < share).astype(float)
    return rows_of([f"A{place:05d}" for place in range(rows)], features, labels)


def signal(rows: int = 4_000, seed: int = 1) -> tuple[Rows, np.ndarray]:
    """Return rows with about a tenth of events, and the true probability of each."""
    generator = np.random.default_rng(seed)
    features = pd.DataFrame(generator.normal(size=(rows, 2)), columns=["x", "y"])
    truth = 1 / (1 + np.exp(2.6 - features["x"].to_numpy()))
    labels = (generator.random(rows) < truth).astype(float)
    return rows_of([f"A{place:05d}" for place in range(rows)], features, labels), truth


def parts_of(rows: Rows, count: int = 4) -> np.ndarray:
    return np.arange(len(rows)) % count


def train_logistic(rows: Rows):
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=1e6).fit(rows.features, rows.labels, sample_weight=rows.weights)
    return lambda features: model.predict_proba(features)[:, 1]


def train_neighbours(rows: Rows):
    from sklearn.neighbors import KNeighborsClassifier

    model = KNeighborsClassifier(5).fit(rows.features, rows.labels)
    return lambda features: model.predict_proba(features)[:, 1]


def area(labels, probabilities) -> float:
    return ranking_of(labels, probabilities).figures(0.5)["roc_auc"]


def test_smote_before_the_split_fakes_skill_and_is_refused():
    pytest.importorskip("imblearn")
    rows = noise(2_000)
    honest = area(rows.labels, out_of_fold(rows, parts_of(rows), train_neighbours, SMOTE, seed=1))
    assert honest == pytest.approx(0.5, abs=0.06)

    leaking = rebalanced(rows, SMOTE, seed=1)
    with pytest.raises(FeatureError, match="have no key: they were made by resampling") as raised:
        out_of_fold(leaking, parts_of(leaking), train_neighbours, NONE, seed=1)
    assert f"{len(leaking) - len(rows):,} of {len(leaking):,} rows" in str(raised.value)

    # With keys invented for the rows made the fit itself cannot tell; the guard, which knows the keys that
    # were observed, can. The same noise now seems to be foreseen.
    disguised = replace(leaking, keys=np.array([f"B{place}" for place in range(len(leaking))], dtype=object))
    parts = np.random.default_rng(1).integers(4, size=len(leaking))
    faked = area(disguised.labels, out_of_fold(disguised, parts, train_neighbours, NONE, seed=1))
    assert faked > 0.85
    with pytest.raises(FeatureError, match="have a key that no observed row has"):
        check_judged(disguised.keys, learned_from=(), observed=set(rows.keys))


def test_repeated_rows_are_refused():
    rows = noise(20, share=0.3)
    events = np.flatnonzero(rows.labels == 1)
    with pytest.raises(FeatureError, match="have the key of another row"):
        out_of_fold(
            rows.take(np.r_[np.arange(20), events]), np.arange(20 + len(events)) % 2, train_logistic, NONE, 1
        )


def test_a_row_that_was_learned_from_is_not_judged():
    rows, _ = signal(200)
    model = trained(rows.take(np.arange(100)), train_logistic, NONE, seed=1)
    observed = set(rows.keys)

    assert model.probabilities(rows.take(np.arange(100, 200)), observed).shape == (100,)
    with pytest.raises(FeatureError, match="1 of 101 rows were learned from"):
        model.probabilities(rows.take(np.arange(99, 200)), observed)


@pytest.mark.parametrize("missing", [None, np.nan, pd.NA])
def test_a_row_without_a_key_is_never_judged(missing):
    with pytest.raises(FeatureError, match="have no key"):
        check_observed(np.array(["a", missing], dtype=object))
    check_observed(np.array(["a", "b"], dtype=object))
    check_observed(np.empty(0, dtype=object))


def test_no_model_sees_the_part_it_judges_and_none_judges_what_was_made():
    pytest.importorskip("imblearn")
    rows, _ = signal(400)
    parts = parts_of(rows)
    seen, judged = [], []

    def train(learned_from: Rows):
        seen.append(learned_from)

        def score(features):
            judged.append(features)
            return np.full(len(features), 0.5)

        return score

    out_of_fold(rows, parts, train, SMOTE, seed=1)

    for part, (learned_from, features) in enumerate(zip(seen, judged, strict=True)):
        made = np.array([key is None for key in learned_from.keys])
        assert set(learned_from.keys[~made]) == set(rows.keys[parts != part])
        assert made.any()
        assert learned_from.labels.mean() == 0.5
        assert (learned_from.labels[made] == 1).all()
        assert np.array_equal(features.to_numpy(), rows.features[parts == part].to_numpy())


def test_observed_rows_come_out_of_smote_as_they_went_in():
    pytest.importorskip("imblearn")
    rows, _ = signal(300)
    grown = rebalanced(rows, SMOTE, seed=1)
    pd.testing.assert_frame_equal(grown.features[: len(rows)], rows.features)
    assert np.array_equal(grown.labels[: len(rows)], rows.labels)
    again = rebalanced(rows, SMOTE, seed=1)
    pd.testing.assert_frame_equal(grown.features, again.features)


def test_smote_makes_rows_like_those_there_are():
    pytest.importorskip("imblearn")
    generator = np.random.default_rng(1)
    labels = (generator.random(400) < 0.1).astype(float)
    amounts = generator.lognormal(8, 1, size=400)
    features = pd.DataFrame(
        {
            "amount (usd)": amounts,
            "number-of loans": generator.integers(0, 6, size=400),
            "children": generator.integers(0, 6, size=400).astype(float),
            "[purpose]": generator.choice(["car", "house", None], size=400),
            "age": pd.array(np.where(amounts > 6_000, None, 40), dtype="Int64"),
            "score": np.where(labels == 1, np.nan, generator.normal(size=400)),
            "is_owner": generator.random(400) < 0.5,
        }
    )
    rows = rows_of(np.arange(400).astype(str), features, labels)

    made = rebalanced(rows, SMOTE, seed=1).features[400:]

    assert list(made.dtypes) == list(features.dtypes)
    events = features[labels == 1]
    low, high = events["amount (usd)"].min(), events["amount (usd)"].max()
    assert made["amount (usd)"].between(low, high).all()
    assert set(made["number-of loans"]) | set(made["children"]) <= set(range(6))
    assert set(made["[purpose]"].dropna()) <= {"car", "house"}
    assert made["[purpose]"].isna().any()
    assert set(made["age"].dropna()) == {40}
    assert 0 < made["age"].isna().mean() < 1
    # Every event misses this one, so all that is made of events does too.
    assert made["score"].isna().all()


@pytest.mark.parametrize("columns", [["x"], ["c"], ["x", "c"]])
def test_smote_takes_numbers_categories_or_both(columns):
    pytest.importorskip("imblearn")
    features = pd.DataFrame({"x": np.arange(40.0), "c": ["u", "v"] * 20})[columns]
    rows = rows_of(np.arange(40).astype(str), features, np.arange(40) < 4)
    assert len(rebalanced(rows, SMOTE, seed=1)) == 72


def test_class_weights_give_both_classes_half():
    rows = rebalanced(noise(100, share=0.2), CLASS_WEIGHTS, seed=1)
    assert rows.event_rate == pytest.approx(0.5)
    assert rows.weights.sum() == pytest.approx(100)


@pytest.mark.parametrize(("treatment", "events"), [(CLASS_WEIGHTS, 0), (SMOTE, 1), (SMOTE, 19)])
def test_too_few_of_a_class_to_rebalance_is_refused(treatment, events):
    rows = rows_of(np.arange(20).astype(str), pd.DataFrame({"x": np.arange(20.0)}), np.arange(20) < events)
    with pytest.raises(FeatureError, match=f"{events} of 20 rows to learn from have the event.*Remedy"):
        rebalanced(rows, treatment, seed=1)


def test_an_unknown_treatment_is_an_error():
    with pytest.raises(ValueError, match="say one of none, class_weights, smote"):
        rebalanced(noise(50), "magic", seed=1)


@pytest.mark.parametrize("treatment", [CLASS_WEIGHTS, SMOTE])
def test_the_share_of_events_is_taken_back(treatment):
    if treatment == SMOTE:
        pytest.importorskip("imblearn")
    rows, truth = signal()

    untreated = trained(rows, train_logistic, NONE, seed=1)
    treated = trained(rows, train_logistic, treatment, seed=1)

    assert untreated.correction.apply(np.array([0.3])) == 0.3
    assert isinstance(treated.correction, Platt)
    assert treated.score(rows.features).mean() > 0.4
    assert treated.correction.apply(treated.score(rows.features)).mean() == pytest.approx(
        truth.mean(), rel=0.1
    )
    judged = out_of_fold(rows, parts_of(rows), train_logistic, treatment, seed=1)
    assert judged.mean() == pytest.approx(rows.labels.mean(), rel=0.1)


def test_a_treatment_is_used_only_where_it_lowers_both_losses():
    _, truth = signal()
    labels = (np.random.default_rng(3).random(len(truth)) < truth).astype(float)
    dull = np.full(len(truth), labels.mean())

    better = choose_treatment(labels, {NONE: dull, SMOTE: truth, CLASS_WEIGHTS: dull}, seed=1)
    assert better.treatment == SMOTE
    assert "smote lowers both losses" in better.reason
    assert "class_weights does not clearly lower both losses" in better.reason
    assert {row["treatment"]: row["is_chosen"] for row in better.comparisons} == {
        SMOTE: True,
        CLASS_WEIGHTS: False,
    }

    worse = choose_treatment(labels, {NONE: truth, SMOTE: dull}, seed=1)
    assert worse.treatment == NONE
    assert all(row["gain_high"] < 0 for row in worse.comparisons)
    assert choose_treatment(labels, {NONE: truth}, seed=1).treatment == NONE


def test_a_treatment_that_lowers_one_loss_alone_is_not_used():
    # Wrong certainty costs the log loss far more than the Brier score.
    labels = np.r_[np.zeros(990), np.ones(10)]
    certain = np.r_[np.zeros(990), np.full(10, 1e-9)]
    cautious = np.full(1_000, 0.03)

    chosen = choose_treatment(labels, {NONE: certain, CLASS_WEIGHTS: cautious}, seed=1)

    gains = {row["loss"]: row for row in chosen.comparisons}
    assert gains["log_loss"]["gain"] > 0
    assert gains["brier"]["gain_low"] <= 0
    assert chosen.treatment == NONE
