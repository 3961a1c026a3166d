"""Who is learned from and who is judged: never one row in both, and never the future before the past."""

from datetime import date

import numpy as np
import pytest

from segmart.risk.classification.declaration import CrossValidation, Evaluation, Holdout, OutOfTime
from segmart.risk.classification.splitting import (
    CROSS_VALIDATION,
    HOLDOUT,
    OUT_OF_TIME,
    splits_of,
    stratified_folds,
)

ROWS = 600
KEYS = np.array([f"A{row:04d}" for row in range(ROWS)], dtype=object)
LABELS = (np.random.default_rng(1).random(ROWS) < 0.4).astype(float)
# Three rows a day, in no order.
DAYS = np.datetime64("2025-01-01") + np.random.default_rng(2).permutation(ROWS) // 3
FOLDS = Evaluation(cross_validation=CrossValidation(folds=4, repetitions=3))


def splits(evaluation=FOLDS, keys=KEYS, labels=LABELS, times=None):
    return {split.name: split for split in splits_of(evaluation, keys, labels, times)}


def test_no_row_that_is_judged_is_earlier_than_one_that_is_learned_from():
    (part,) = splits(times=DAYS)[OUT_OF_TIME].parts

    # All rows of a day on one side, too.
    assert DAYS[part.learned].max() < DAYS[part.judged].min()
    assert len(part.judged) == pytest.approx(0.25 * ROWS, abs=3)
    assert len(part.learned) + len(part.judged) == ROWS


def test_a_declared_day_is_the_first_that_is_judged():
    day = date(2025, 3, 1)
    (part,) = splits(Evaluation(out_of_time=OutOfTime(from_date=day)), times=DAYS)[OUT_OF_TIME].parts
    assert DAYS[part.judged].min() == np.datetime64(day)
    assert DAYS[part.learned].max() == np.datetime64("2025-02-28")


def test_out_of_time_decides_where_there_are_events_enough():
    late = np.sort(DAYS)[int(0.75 * ROWS)] <= DAYS
    assert LABELS[late].sum() >= 50
    few = np.where(late & (np.cumsum(late & (LABELS == 1)) > 49), 0.0, LABELS)

    assert list(splits(times=DAYS)) == [OUT_OF_TIME, CROSS_VALIDATION]
    assert list(splits(labels=few, times=DAYS)) == [CROSS_VALIDATION, OUT_OF_TIME]
    assert list(splits(FOLDS.model_copy(update={"decided_by": "any_time"}), times=DAYS)) == [
        CROSS_VALIDATION,
        OUT_OF_TIME,
    ]
    assert list(splits()) == [CROSS_VALIDATION]


def test_a_split_that_leaves_one_class_says_nothing_and_is_left_out():
    late = np.sort(DAYS)[int(0.75 * ROWS)] <= DAYS
    assert list(splits(labels=np.where(late, 0.0, LABELS), times=DAYS)) == [CROSS_VALIDATION]
    assert list(splits(times=np.full(ROWS, np.datetime64("2025-01-01")))) == [CROSS_VALIDATION]
    assert splits(labels=np.zeros(ROWS)) == {}


def test_every_row_is_judged_once_in_each_repetition_by_models_that_had_not_seen_it():
    split = splits()[CROSS_VALIDATION]

    assert (split.repetitions, len(split.parts)) == (3, 12)
    assert np.array_equal(split.judged, np.arange(ROWS))
    for repetition in range(3):
        own = [part for part in split.parts if part.repetition == repetition]
        assert np.array_equal(np.sort(np.concatenate([part.judged for part in own])), np.arange(ROWS))
        for part in own:
            assert np.array_equal(np.sort(np.r_[part.learned, part.judged]), np.arange(ROWS))


@pytest.mark.parametrize("count", [2, 7, 8, 9, 13])
def test_folds_are_of_one_size_and_one_event_rate(count):
    folds = stratified_folds(KEYS, LABELS, count)
    assert np.ptp(np.bincount(folds, minlength=count)) <= 1
    assert np.ptp(np.bincount(folds, LABELS, minlength=count)) <= 1


def test_repetitions_deal_otherwise():
    folds = [stratified_folds(KEYS, LABELS, 7, repetition) for repetition in range(3)]
    assert (folds[0] == folds[1]).mean() < 0.3
    assert (folds[1] == folds[2]).mean() < 0.3


@pytest.mark.parametrize("evaluation", [FOLDS, Evaluation(holdout=Holdout(share=0.3))])
def test_the_order_of_rows_changes_nobodys_side(evaluation):
    order = np.random.default_rng(3).permutation(ROWS)
    (split,) = splits(evaluation).values()
    (shuffled,) = splits(evaluation, KEYS[order], LABELS[order]).values()

    for part, again in zip(split.parts, shuffled.parts, strict=True):
        assert set(KEYS[part.judged]) == set(KEYS[order][again.judged])
        assert set(KEYS[part.learned]) == set(KEYS[order][again.learned])


def test_a_holdout_is_a_share_as_rich_in_events_as_the_rest():
    (part,) = splits(Evaluation(holdout=Holdout(share=0.3)))[HOLDOUT].parts

    assert len(part.judged) == 180
    assert LABELS[part.judged].mean() == pytest.approx(LABELS[part.learned].mean(), abs=0.005)
    assert not set(part.judged) & set(part.learned)
