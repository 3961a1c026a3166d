"""A challenger replaces the champion only where it is clearly better on rows that are fair to both."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from classification_cases import AMOUNT, APPLICATIONS, artefact_of, declaration, fit

from segmart.risk.classification.artefact import ClassificationArtefact, Rates
from segmart.risk.classification.judging import Judged
from segmart.risk.classification.promotion import decide
from segmart.risk.classification.splitting import Part, Split

ROWS = 600
LABELS = (np.arange(ROWS) % 3 == 0).astype(float)
FRAME = pd.DataFrame({"application_id": [f"A{row}" for row in range(ROWS)], AMOUNT: np.arange(ROWS) + 0.5})
DAYS = np.datetime64("2025-01-01") + np.arange(ROWS)
GOOD = np.where(LABELS == 1, 0.8, 0.1)
RATE = np.full(ROWS, 1 / 3)
AGED = "the champion is 200 days old"


@pytest.fixture(scope="module")
def learned() -> ClassificationArtefact:
    return artefact_of(fit(APPLICATIONS, declaration(features=[{"name": AMOUNT}])))


@pytest.fixture
def constant(learned) -> ClassificationArtefact:
    """Return a champion that says the same of everybody."""
    return replace(learned, served="constant", serving=Rates(1 / 3, {}), columns=(), last_learned_date=None)


def decided(champion, said, times=None, frame=FRAME, reason=AGED, labels=LABELS):
    split = Split("cross-validation", (Part(np.arange(0), np.arange(ROWS)),))
    column = said[:, None]
    judged = Judged(split, np.arange(ROWS), labels, {"logistic": column}, {"logistic": column})
    return decide(champion, "logistic", judged, frame, times, reason, seed=1)


def test_a_first_fit_and_another_declaration_have_nobody_to_beat(constant):
    assert decided(None, RATE, reason="no champion yet") == ("champion", "no champion yet")
    reason = "the declaration changed"
    assert decided(constant, 1 - GOOD, reason=reason) == ("champion", reason)


def test_the_better_one_of_the_two_is_in_force(constant):
    status, reason = decided(constant, GOOD)
    assert (status, reason.startswith(f"{AGED}; its log loss on 600 rows")) == ("champion", True)

    status, reason = decided(constant, 1 - GOOD)
    assert (status, "not clearly better than the champion" in reason) == ("challenger", True)
    # Equal is not better.
    assert decided(constant, RATE)[0] == "challenger"


def test_only_rows_the_champion_cannot_have_learned_from_are_compared_where_they_are_enough(constant):
    early = np.arange(ROWS) < 300
    # Better than the champion on the later half alone, and far worse before.
    said = np.where(early, 1 - GOOD, GOOD)
    midway = replace(constant, last_learned_date=date(2025, 1, 1) + pd.Timedelta(days=299).to_pytimedelta())

    status, reason = decided(midway, said, times=DAYS)
    assert status == "champion"
    assert "log loss on 300 rows later than all the champion learned from" in reason

    late = replace(midway, last_learned_date=date(2025, 1, 1) + pd.Timedelta(days=420).to_pytimedelta())
    status, reason = decided(late, said, times=DAYS)
    assert status == "challenger"
    assert "log loss on 600 rows, some of which the champion may have learned from" in reason
    assert decided(constant, said, times=DAYS)[0] == "challenger"


def test_later_rows_of_one_class_decide_nothing(constant):
    midway = replace(constant, last_learned_date=date(2025, 10, 28))
    labels = np.where(np.arange(ROWS) > 300, 0.0, LABELS)
    assert "600 rows, some of which" in decided(midway, GOOD, times=DAYS, labels=labels)[1]


def test_a_champion_whose_feature_is_gone_cannot_defend_itself(learned):
    status, reason = decided(learned, RATE, frame=FRAME.drop(columns=AMOUNT))
    assert (status, reason) == ("champion", f"{AGED}; the champion needs {AMOUNT}, which is gone")


def test_a_champion_that_can_score_only_a_few_cannot_either(learned):
    infinite = FRAME.assign(**{AMOUNT: np.where(np.arange(ROWS) < 350, np.inf, 1.0)})
    status, reason = decided(learned, RATE, frame=infinite)
    assert (status, "can score fewer than half" in reason) == ("champion", True)

    some = FRAME.assign(**{AMOUNT: np.where(np.arange(ROWS) < 250, np.inf, 1.0)})
    status, reason = decided(learned, GOOD, frame=some)
    assert "log loss on 350 rows" in reason


def test_a_refit_on_the_same_rows_does_not_replace_its_champion():
    first = fit(APPLICATIONS)
    again = fit(APPLICATIONS, registry=first, refit=True).iloc[0]

    assert (again.status, again.fit_reason, again.model_version) == ("challenger", "asked for", 2)
    assert "not clearly better than the champion" in again.status_reason
