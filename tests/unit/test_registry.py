"""The registry's rows and the question whether a refit is due."""

import json
from datetime import date

import duckdb
import pytest

from segmart.errors import InputError
from segmart.learning.registry import (
    REGISTRY_TYPES,
    champion_of,
    history_of,
    last_fit_date,
    next_model_version,
    next_segment_id,
    read_registry,
    refit_reason,
    registry_frame,
    repeats_last_refusal,
    replaces_champion,
)


def row(version: int, status: str = "champion", **changes) -> dict:
    one = dict.fromkeys(REGISTRY_TYPES)
    one |= {
        "model_name": "rfmn_segments",
        "model_version": version,
        "population": "active",
        "status": status,
        "status_reason": "0 customers",
        "as_of_date": date(2025, 9, 2),
        "declaration_hash": "d1",
        "feature_contract_hash": "c1",
        "data_fingerprint": "f1",
        "segments": json.dumps([{"segment_id": version}, {"segment_id": 10 * version}]),
    }
    return one | changes


def reason(champion=None, **changes) -> str | None:
    asked = {
        "declaration_hash": "d1",
        "feature_contract_hash": "c1",
        "as_of_date": date(2025, 12, 1),
        "refit_after_days": 90,
        "is_requested": False,
    }
    return refit_reason(champion, **(asked | changes))


def test_a_routine_build_has_no_reason_to_fit():
    assert reason(row(1)) is None


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"champion": None}, "no champion yet"),
        ({"declaration_hash": "d2"}, "the declaration changed"),
        ({"feature_contract_hash": "c2"}, "the feature contract changed"),
        ({"is_requested": True}, "asked for"),
        (
            {"as_of_date": date(2025, 12, 31)},
            "the champion is 120 days old at 2025-12-31, older than its refit age of 90 days",
        ),
    ],
)
def test_each_reason_to_fit_is_given_in_words(changes, expected):
    assert reason(**({"champion": row(1)} | changes)) == expected


def test_a_champion_is_not_older_than_its_age_on_the_last_day_of_it():
    assert reason(row(1, as_of_date=date(2025, 9, 2)), refit_after_days=90) is None
    assert reason(row(1, as_of_date=date(2025, 9, 1)), refit_after_days=90) is not None


def test_an_as_of_date_before_the_champion_is_no_reason():
    assert reason(row(1, as_of_date=date(2026, 9, 1))) is None


def test_a_lost_challenge_starts_the_age_anew():
    late = {"champion": row(1), "as_of_date": date(2025, 12, 31)}

    assert reason(**late, last_fit=date(2025, 12, 1)) is None
    assert reason(**late, last_fit=date(2025, 9, 22)) == (
        "the champion was last challenged 100 days ago at 2025-12-31, older than its refit age of 90 days"
    )


def test_only_fits_under_the_same_declaration_and_contract_count_as_challenges():
    history = [
        row(1),
        row(2, "challenger", as_of_date=date(2025, 10, 1)),
        row(3, "challenger", as_of_date=date(2025, 11, 1), declaration_hash="d2"),
        row(4, "refused", as_of_date=date(2025, 12, 1)),
    ]

    assert last_fit_date(history, "d1", "c1") == date(2025, 10, 1)
    assert last_fit_date([], "d1", "c1") is None


def test_a_fit_of_something_else_needs_no_contest():
    assert replaces_champion("the declaration changed")
    assert not replaces_champion("asked for")


def test_the_champion_is_the_last_row_that_became_one():
    rows = [row(3, "challenger"), row(1), row(2), row(4, "refused"), row(2, population="inactive")]

    history = history_of(rows, "rfmn_segments", "active")

    assert [one["model_version"] for one in history] == [1, 2, 3, 4]
    assert champion_of(history)["model_version"] == 2
    assert champion_of([row(1, "refused")]) is None


def test_versions_count_on_over_all_populations_of_a_model():
    rows = [row(1), row(7, population="inactive"), row(9, model_name="others")]

    assert next_model_version(rows, "rfmn_segments") == 8
    assert next_model_version([], "rfmn_segments") == 1


def test_a_segment_id_is_never_used_again_not_even_a_challengers():
    assert next_segment_id([row(1), row(4, "challenger"), row(2)]) == 41
    assert next_segment_id([]) == 1


def test_a_refusal_is_repeated_only_when_something_changed():
    history = [row(1, "refused")]

    assert repeats_last_refusal(history, row(2, "refused"))
    assert not repeats_last_refusal(history, row(2, "refused", data_fingerprint="f2"))
    assert not repeats_last_refusal(history, row(2, "refused", declaration_hash="d2"))
    assert not repeats_last_refusal([row(1)], row(2, "refused"))
    assert not repeats_last_refusal([row(1)], row(2))
    assert not repeats_last_refusal([], row(2, "refused"))


@pytest.mark.parametrize("rows", [[], [row(1)]])
def test_a_registry_keeps_its_types_in_the_warehouse(rows):
    frame = registry_frame(rows)

    types = dict(zip(frame.columns, map(str, duckdb.from_df(frame).types), strict=True))

    assert types["as_of_date"] == "DATE"
    assert types["model_version"] == "BIGINT"
    assert types["artefact"] == "VARCHAR"
    assert list(types) == list(REGISTRY_TYPES)


def test_what_was_written_is_read_back():
    assert read_registry(registry_frame([row(1), row(2)])) == [row(1), row(2)]
    assert read_registry(None) == []


def test_a_table_that_is_no_registry_is_named_with_what_it_lacks():
    with pytest.raises(InputError, match="the model registry: column artefact is absent"):
        read_registry(registry_frame([row(1)]).drop(columns="artefact"))
