"""Published notebooks repeated: the pieces that their figures hang on."""

import numpy as np
import pandas as pd

from segmart.notebooks.credit_scoring import COLUMNS, TYPES, confusion, published_figures, with_smote


def test_rows_are_made_up_to_the_bit_as_the_notebooks_library_makes_them():
    from imblearn.over_sampling import SMOTE

    generator = np.random.default_rng(0)
    features = generator.integers(0, 40, size=(120, 6))
    labels = (generator.random(120) < 0.3).astype(int)
    expected = SMOTE(random_state=42).fit_resample(features, labels)
    found = with_smote(features, labels, seed=42)
    assert np.array_equal(found[0], expected[0])
    assert np.array_equal(found[1], expected[1])
    assert found[0].dtype == features.dtype


def test_a_confusion_has_a_row_for_what_was_and_a_column_for_what_was_said():
    is_bad = np.array([1, 1, 1, 0, 0])
    assert confusion(is_bad, np.array([0.9, 0.5, 0.4, 0.1, 0.8])) == [[2, 1], [1, 1]]


def test_no_credits_give_typed_columns_and_no_rows():
    features = pd.DataFrame(columns=["key", "file_row", *COLUMNS])
    outcomes = pd.DataFrame(columns=["key", "is_bad"])
    found = published_figures(features, outcomes[["key"]], outcomes, key="key", seed=1)
    assert found.dtypes.to_dict() == pd.DataFrame(columns=list(TYPES)).astype(TYPES).dtypes.to_dict()
    assert found.empty
