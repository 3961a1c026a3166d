"""Names that stay with their segment, and profiles in words."""

import numpy as np
import pytest
from segmentation_cases import recipe

from segmart.errors import InputError
from segmart.segmentation.naming import (
    Name,
    NamedBy,
    give_names,
    names_of,
    names_that_fit,
    profiles,
    require_language,
)
from segmart.segmentation.preparation import Preparation

NAMES = {
    (3, 1): ("Prudent", "Offer bonds"),
    (3, 2): ("Balanced", "Offer funds"),
    (3, 3): ("Adventurous", "Offer options"),
}


def row(**changes) -> dict:
    one = {
        "language": "en",
        "segmentation": "rfmn_segments",
        "population": "active",
        "segment_count": 3,
        "segment_rank": 1,
        "segment_name": "Prudent",
        "recommended_action": "Offer bonds",
    }
    return one | changes


def known(segment_id: int, name: str, count: int, rank: int) -> dict[int, Name]:
    return {segment_id: Name(name, None, NamedBy(count, rank))}


def words(names: list[Name]) -> list[str]:
    return [name.segment_name for name in names]


def test_only_the_rows_of_the_population_count():
    rows = [
        row(),
        row(segmentation="others"),
        row(population="inactive"),
        row(segment_rank=2, segment_name=None),
    ]

    assert names_of(rows, "rfmn_segments", "active", "en") == {(3, 1): ("Prudent", "Offer bonds")}


def test_two_names_for_one_segment_are_an_error():
    with pytest.raises(InputError, match="more than one name for segment 1 of 3 in population active"):
        names_of([row(), row(segment_name="Careful")], "rfmn_segments", "active", "en")


def test_a_segment_is_named_in_the_language_that_was_chosen_and_in_english_where_it_has_no_other_name():
    rows = [
        row(language="fr", segment_rank=2, segment_name="Équilibré", recommended_action="Proposer des fonds"),
        row(),
        row(segment_rank=2, segment_name="Balanced"),
        row(language="de", segment_name="Vorsichtig"),
    ]

    assert names_of(rows, "rfmn_segments", "active", "fr") == {
        (3, 1): ("Prudent", "Offer bonds"),
        (3, 2): ("Équilibré", "Proposer des fonds"),
    }
    assert names_of(rows, "rfmn_segments", "active", "en")[3, 2][0] == "Balanced"


def test_a_language_in_which_nothing_is_named_is_an_error_unless_it_is_english():
    with pytest.raises(InputError, match=r"no name in language 'it'; found are en, fr\. Remedy"):
        require_language([row(), row(language="fr")], "rfmn_segments", "it")
    require_language([row(), row(language="fr", segmentation="others")], "rfmn_segments", "fr")
    require_language([row(language="fr")], "rfmn_segments", "en")
    require_language([], "rfmn_segments", "fr")


def test_a_first_fit_is_named_by_rank():
    names = give_names([1, 2, 3], {}, NAMES, "volatility_exposure")

    assert words(names) == ["Prudent", "Balanced", "Adventurous"]
    assert names[2].recommended_action == "Offer options"


def test_a_segment_nobody_named_says_so():
    names = give_names([1, 2], {}, NAMES, "volatility_exposure")

    assert words(names) == ["Segment 1 of 2 by volatility_exposure", "Segment 2 of 2 by volatility_exposure"]
    assert names[0].recommended_action is None


def test_a_name_stays_with_its_segment_when_its_rank_changes():
    kept = known(1, "Prudent", 3, 1) | known(2, "Balanced", 3, 2) | known(3, "Adventurous", 3, 3)

    assert words(give_names([3, 1, 2], kept, NAMES, "x")) == ["Adventurous", "Prudent", "Balanced"]


def test_a_segment_takes_the_present_words_of_the_row_it_was_named_by():
    assert words(give_names([1], known(1, "Careful", 3, 1), NAMES, "x")) == ["Prudent"]


def test_a_name_is_kept_when_its_row_is_gone():
    assert words(give_names([1], known(1, "Careful", 9, 1), NAMES, "x")) == ["Careful"]


def test_a_newborn_does_not_take_the_name_of_a_living_segment():
    # The champion's first segment moved to rank 2; the newborn has rank 1 of 3.
    kept = known(1, "Prudent", 3, 1) | known(2, "Balanced", 3, 2)

    assert words(give_names([7, 1, 2], kept, NAMES, "x")) == ["Prudent (segment 7)", "Prudent", "Balanced"]


def profile(values, labels, features=("trades", "value")) -> list[str]:
    values = np.asarray(values, dtype=float)
    filled = np.nan_to_num(values)
    coordinates = (filled - filled.mean(axis=0)) / np.maximum(filled.std(axis=0), 1e-9)
    plain = Preparation(tuple(recipe(name) for name in features))
    return profiles(plain, values, coordinates, np.asarray(labels), max(labels) + 1)


def test_a_profile_names_what_sets_the_segment_apart_most_telling_first():
    by_trades, by_value, _ = profile(
        [[40, 13], [40, 13], [11, 90], [11, 90], [10, 10], [10, 10], [10, 10]], [0, 0, 1, 1, 2, 2, 2]
    )

    assert by_trades == "trades 3.6 x the population's median"
    assert by_value == "value 6.9 x the population's median"
    both = profile([[80, 20], [80, 20], [10, 5], [10, 10], [10, 15]], [0, 0, 1, 1, 1])[0]
    assert both == "trades 8 x the population's median; value 1.3 x the population's median"


def test_a_feature_near_the_population_is_not_mentioned():
    assert profile([[5, 10], [5, 10], [5, 10]], [0, 0, 0]) == [
        "close to the population's median in every feature"
    ]


def test_amounts_below_zero_are_given_as_they_are():
    indebted, _ = profile([[1, -500], [1, -500], [1, 20], [1, 30], [1, 40]], [0, 0, 1, 1, 1])

    assert indebted == "value -500 against a median of 20"


def test_a_segment_whose_members_lack_a_feature_says_so():
    missing, _ = profile([[1, np.nan], [1, np.nan], [1, 20], [1, 30]], [0, 0, 1, 1])

    assert missing == "value mostly missing"


def test_names_that_speak_of_a_feature_nothing_was_learned_from_are_not_used():
    assert names_that_fit(NAMES, ["risk"], ["risk", "value"]) == NAMES
    assert names_that_fit(NAMES, ["risk"], ["value"]) == {}
