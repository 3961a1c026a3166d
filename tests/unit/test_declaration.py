"""What a declaration may say, and what it is told when it says something else."""

import copy

import pytest
from segmentation_cases import declaration, declared_with

from segmart.errors import DeclarationError
from segmart.learning.declaration import parse_refit
from segmart.learning.fitting import declaration_text, hash_of_declaration
from segmart.segmentation.declaration import parse_declaration

# Of the declaration of `segmentation_cases`, written before there were categories, neighbours or components.
OLD_HASH = "6b259dd22c5dc02df798a77234bb6acbad0c2f9780a06e612ee31816b878a62b"


def complaint_about(declared) -> str:
    with pytest.raises(DeclarationError) as caught:
        parse_declaration("rfmn_segments", declared)
    return str(caught.value)


def first_feature(declared) -> dict:
    return declared["populations"]["active"]["features"][0]


def test_a_declaration_is_read_with_its_defaults():
    declared = parse_declaration("rfmn_segments", declaration())

    assert (declared.minimum_customers, declared.refit_after_days, declared.random_seed) == (50, 90, 42)
    assert declared.fit_rows == 50_000
    recency = declared.populations["active"].features[0]
    assert (recency.impute, recency.scaler, recency.weight, recency.required) == (
        "refuse",
        "standard",
        1,
        True,
    )
    assert declared.populations["active"].features[3].cap.upper == 0.995


@pytest.mark.parametrize("nothing", [None, {}, "segments", []])
def test_without_a_declaration_the_message_says_where_to_put_one(nothing):
    message = complaint_about(nothing)

    assert "rfmn_segments" in message
    assert "meta: segmentation:" in message


def test_an_unknown_key_is_named_with_the_spelling_that_was_meant():
    message = complaint_about(declared_with(lambda d: first_feature(d).update(transfrom="log1p")))

    assert "segmentation.populations.active.features.days_since_last_trade.transfrom" in message
    assert "did you mean 'transform'?" in message


def test_a_wrong_value_is_shown_with_what_is_allowed():
    message = complaint_about(declared_with(lambda d: first_feature(d).update(transform="log")))

    assert "days_since_last_trade.transform' is 'log'" in message
    assert "'signed_log1p'" in message


def test_a_missing_key_is_named():
    assert "'segmentation.entity' is missing. Remedy: add it." in complaint_about(
        declared_with(lambda d: d.pop("entity"))
    )


def test_every_problem_is_named_at_once():
    def break_two(declared):
        declared["minimum_customers"] = 1
        declared["refit_after_days"] = "soon"

    message = complaint_about(declared_with(break_two))

    assert "segmentation.minimum_customers' is 1" in message
    assert "segmentation.refit_after_days' is 'soon'" in message


def test_a_cap_must_leave_room_between_its_bounds():
    cap = {"method": "quantile", "lower": 0.9, "upper": 0.1}
    assert "lower (0.9) must be below upper (0.1)" in complaint_about(
        declared_with(lambda d: first_feature(d).update(cap=cap))
    )


def test_the_ranking_feature_must_be_one_of_the_features():
    message = complaint_about(
        declared_with(lambda d: d["populations"]["active"].update(rank_by="spending_score"))
    )

    assert "rank_by is 'spending_score'; it must be one of the features: days_since_last_trade" in message


def test_a_feature_is_declared_once():
    def repeat(declared):
        declared["populations"]["active"]["features"].append(dict(first_feature(declared)))

    assert "days_since_last_trade is declared more than once" in complaint_about(declared_with(repeat))


@pytest.mark.parametrize("key", ["customer_id", "as_of_date", "activity_status"])
def test_the_columns_that_say_who_and_when_are_no_features(key):
    def learn_from_key(declared):
        first_feature(declared)["name"] = key

    message = complaint_about(declared_with(learn_from_key))

    assert f"feature {key} of population active is the" in message
    assert "remove it from the features" in message


def test_several_populations_need_the_column_that_tells_them_apart():
    message = complaint_about(declared_with(lambda d: d.pop("population")))

    assert "populations holds active, but no population column is named" in message


@pytest.mark.parametrize(
    ("segments", "complaint"),
    [
        ({"fixed": 3}, "needs its reason"),
        ({"because": "three tiers"}, "because belongs to a fixed number"),
        ({"search": [8, 2]}, "search must go from low to high"),
        ({"search": [1, 8]}, "greater than or equal to 2"),
    ],
)
def test_the_number_of_segments_is_searched_or_fixed_with_a_reason(segments, complaint):
    assert complaint in complaint_about(
        declared_with(lambda d: d["populations"]["active"].update(segments=segments))
    )


def test_a_population_is_either_declared_or_left_out_with_a_reason():
    assert "population active is both declared and left out" in complaint_about(
        declared_with(lambda d: d.update(left_out={"active": "too few"}))
    )
    assert "left_out.vip' is ''" in complaint_about(declared_with(lambda d: d.update(left_out={"vip": ""})))

    def without_a_column(declared):
        declared.pop("population")
        declared["populations"] = {"all": declared["populations"]["active"]}
        declared["left_out"] = {"vip": "served by hand"}

    assert "left_out needs populations to leave out" in complaint_about(declared_with(without_a_column))


def test_the_silhouette_is_estimated_or_exact():
    message = complaint_about(
        declared_with(lambda d: d["populations"]["active"]["segments"].update(silhouette="quick"))
    )

    assert "segments.silhouette' is 'quick'" in message
    assert "'estimated' or 'exact'" in message


def test_the_hash_follows_what_is_learned_and_nothing_else():
    def hash_of(change):
        return hash_of_declaration(declaration_text(parse_declaration("m", declared_with(change)), "active"))

    original = hash_of(lambda d: None)

    assert hash_of(lambda d: d.update(refit_after_days=30)) == original
    assert hash_of(lambda d: d.update(left_out={"vip": "served by hand"})) == original
    other = {"inactive": copy.deepcopy(declaration()["populations"]["active"])}
    assert hash_of(lambda d: d["populations"].update(other)) == original
    assert hash_of(lambda d: first_feature(d).update(impute="refuse")) == original
    assert hash_of(lambda d: first_feature(d).update(weight=2)) != original
    assert hash_of(lambda d: d.update(random_seed=43)) != original


def with_population(**changes) -> dict:
    return declared_with(lambda d: d["populations"]["active"].update(changes))


def with_features(*features: dict, **changes) -> dict:
    ranking = {"name": "traded_notional_usd_365d"}
    return with_population(features=[ranking, *features], **changes)


def test_what_came_later_is_not_said_where_it_is_not_used():
    # Registries that are older hold the hash of a text without it: a change would refit every model.
    text = declaration_text(parse_declaration("m", declaration()), "active")

    assert hash_of_declaration(text) == OLD_HASH
    for word in ("kind", "neighbours", "components", "algorithm"):
        assert word not in text


def test_steps_of_a_preparation_are_read_with_their_defaults():
    category = {"name": "occupation", "kind": "category"}
    filled = {"name": "trade_count_365d", "impute": "knn"}
    declared = parse_declaration(
        "m", with_features(filled, category, components={"explained_variance": 0.9})
    ).populations["active"]

    assert (declared.neighbours.count, declared.neighbours.donors) == (5, 1000)
    assert (declared.features[2].minimum_share, declared.features[2].most_levels) == (0.02, 12)
    assert declared.components.count is None
    assert declared.signs == {"traded_notional_usd_365d": 1}


def test_directions_are_signs_and_their_order_of_writing_is_no_matter():
    one = {"traded_notional_usd_365d": "increasing", "trade_count_365d": "decreasing"}
    first, second = (
        declaration_text(parse_declaration("m", with_population(rank_by=ranking)), "active")
        for ranking in (one, dict(reversed(one.items())))
    )

    declared = parse_declaration("m", with_population(rank_by=one)).populations["active"]
    assert declared.signs == {"traded_notional_usd_365d": 1, "trade_count_365d": -1}
    assert first == second


@pytest.mark.parametrize(
    ("declared", "complaint"),
    [
        (
            with_population(rank_by={"trade_count_365d": "up"}),
            "active.rank_by.trade_count_365d' is 'up'. Remedy: Input should be 'increasing' or 'decreasing'",
        ),
        (with_population(rank_by={}), "active.rank_by' is {}"),
        (
            with_population(rank_by={"wealth": "increasing"}),
            "rank_by names 'wealth', which is none of the features: days_since_last_trade",
        ),
        (
            with_features({"name": "city", "kind": "category"}, rank_by="city"),
            "rank_by names city, a category, which has no order: name a number",
        ),
        (with_population(components={}), "say either count: or explained_variance:"),
        (with_population(components={"count": 2, "explained_variance": 0.9}), "say either count:"),
        (with_population(components={"count": 0}), "active.components.count' is 0"),
        (
            with_population(neighbours={"count": 3}),
            "neighbours belongs to features with impute: knn: declare one, or remove it",
        ),
        (
            with_features({"name": "b", "impute": "knn"}, neighbours={"count": 30, "donors": 20}),
            "30 neighbours cannot be found among 20 donors",
        ),
        (
            with_population(
                features=[
                    {"name": "traded_notional_usd_365d", "impute": "knn"},
                    {"name": "city", "kind": "category"},
                ]
            ),
            "there is no other number to find neighbours by",
        ),
        (with_features({"name": "b", "kind": "text"}), "b.kind: it is 'text'; a feature is a number or a"),
        (
            with_features({"name": "b", "kind": "category", "impute": "zero"}),
            "features.b.impute' is not known. Remedy: it belongs elsewhere; remove it here",
        ),
        (with_features({"kind": "category"}), "features.[1].name' is missing. Remedy: add it"),
    ],
)
def test_a_step_that_cannot_be_taken_is_named(declared, complaint):
    assert complaint.replace("b.kind:", "b.kind':") in complaint_about(declared)


@pytest.mark.parametrize(
    ("word", "meaning"),
    [
        (True, True),
        (False, False),
        (None, False),
        ("true", True),
        ("True", True),
        ("false", False),
        ("", False),
    ],
)
def test_a_refit_is_asked_for_in_the_words_of_a_command_line(word, meaning):
    assert parse_refit("rfmn_segments", word) is meaning


def test_another_word_for_a_refit_is_refused():
    with pytest.raises(DeclarationError, match="refit is 'perhaps'"):
        parse_refit("rfmn_segments", "perhaps")
