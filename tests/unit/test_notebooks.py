"""Published notebooks repeated: the pieces that their figures hang on."""

import numpy as np
import pandas as pd
from imblearn import over_sampling

from segmart.notebooks.credit_scoring import COLUMNS, TYPES, confusion, judged_as_published, published_figures


def credits(row_count: int = 200) -> pd.DataFrame:
    generator = np.random.default_rng(0)
    columns = {name: generator.integers(0, 40, row_count) for name in COLUMNS}
    is_bad = generator.random(row_count) < 0.3
    return pd.DataFrame({"file_row": range(row_count), **columns, "is_bad": is_bad.astype(int)})


def test_rows_are_made_up_of_whole_numbers_and_from_those_that_are_learned_from(monkeypatch):
    handed = []

    class Watched(over_sampling.SMOTE):
        def fit_resample(self, features, labels):
            handed.append((features, labels))
            return super().fit_resample(features, labels)

    monkeypatch.setattr(over_sampling, "SMOTE", Watched)
    table = credits()
    is_bad, probabilities = judged_as_published(table.sample(frac=1, random_state=3))

    ((learned, labels),) = handed
    assert learned.dtype == np.int64
    assert learned.shape == (160, len(COLUMNS))
    assert len(is_bad) == 40
    assert is_bad.sum() + (labels == 0).sum() == table["is_bad"].sum()
    assert set(probabilities) == {"logistic_regression", "random_forest", "xgboost"}


def test_a_confusion_has_a_row_for_what_was_and_a_column_for_what_was_said():
    is_bad = np.array([1, 1, 1, 0, 0])
    assert confusion(is_bad, np.array([0.9, 0.5, 0.4, 0.1, 0.8])) == [[2, 1], [1, 1]]


def test_no_credits_give_typed_columns_and_no_rows():
    features = pd.DataFrame(columns=["key", "file_row", *COLUMNS])
    outcomes = pd.DataFrame(columns=["key", "is_bad"])
    found = published_figures(features, outcomes[["key"]], outcomes, key="key", seed=1)
    assert found.dtypes.to_dict() == pd.DataFrame(columns=list(TYPES)).astype(TYPES).dtypes.to_dict()
    assert found.empty
