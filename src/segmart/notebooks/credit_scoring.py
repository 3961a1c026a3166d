"""The credit-scoring notebook: SMOTE, three models, one split, and a "ROC-AUC" that is balanced accuracy.

It splits by position, resamples the training part before it is scaled, and computes its "ROC-AUC" from
predicted labels. The area under the lines of 0s and 1s is balanced accuracy. It also learns from marital
status, age and foreign worker, which no model of this project does.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from segmart.learning.threads import one_thread

# The notebook's own, of its split, its resampling and its models.
SEED = 42
JUDGED_SHARE = 0.2
CUT_OFF = 0.5
SPLIT = "the notebook's"

# In the order of the file, which the random choices of trees depend on.
COLUMNS = (
    "Account type",
    "Duration of Credit (month)",
    "Payment Status of Previous Credit",
    "Purpose",
    "Credit Amount",
    "Savings type",
    "Length of current employment",
    "Instalment per cent",
    "Marital Status",
    "Guarantors",
    "Duration in Current address",
    "Most valuable available asset",
    "Age",
    "Concurrent Credits",
    "Type of apartment",
    "No of Credits at this Bank",
    "Occupation",
    "No of dependents",
    "Telephone",
    "Foreign Worker",
)

# What was published, by model: under which name, which figure it is, and its value.
PUBLISHED = {
    "logistic_regression": (("accuracy", "accuracy", 0.76), ("ROC-AUC", "balanced_accuracy", 0.728)),
    "random_forest": (("accuracy", "accuracy", 0.785), ("ROC-AUC", "balanced_accuracy", 0.742)),
    "xgboost": (("accuracy", "accuracy", 0.76), ("ROC-AUC", "balanced_accuracy", 0.728)),
}

TYPES = {
    "model": "string",
    "metric_as_published": "string",
    "value_as_published": "Float64",
    "metric": "string",
    "value": "Float64",
    "interval_low": "Float64",
    "interval_high": "Float64",
    "baseline": "string",
    "baseline_value": "Float64",
    "roc_auc": "Float64",
    "roc_auc_low": "Float64",
    "roc_auc_high": "Float64",
    "confusion": "string",
    "row_count": "Int64",
}


def published_figures(
    features: pd.DataFrame, protected: pd.DataFrame, outcomes: pd.DataFrame, key: str, seed: int
) -> pd.DataFrame:
    """Return one row per published figure: as published, under its right name, and the real area beside it.

    The tables hold a row per credit and together `file_row`, `COLUMNS` and `is_bad`. `confusion` counts the
    judged rows: [[bad as bad, bad as good], [good as bad, good as good]]. Intervals are those of a bootstrap
    of these rows, drawn by `seed`, with the models held fixed. No rows give none.
    """
    # Here and not above: it imports what no routine build needs.
    from segmart.risk.classification.metrics import classification_metrics

    credits = features
    for table in (protected, outcomes):
        own = table.columns.difference(credits.columns)
        credits = credits.merge(table[[key, *own]], on=key, validate="one_to_one")
    if credits.empty:
        return pd.DataFrame(columns=list(TYPES)).astype(TYPES)
    is_bad, probabilities = judged_as_published(credits)
    metrics = {
        (metric.candidate, metric.metric): metric
        for metric in classification_metrics(is_bad, probabilities, SPLIT, CUT_OFF, None, seed)
    }
    rows = []
    for model, figures in PUBLISHED.items():
        area = metrics[model, "roc_auc"]
        for name, right_name, value in figures:
            found = metrics[model, right_name]
            rows.append(
                {
                    "model": model,
                    "metric_as_published": name,
                    "value_as_published": value,
                    "metric": right_name,
                    "value": found.value,
                    "interval_low": found.interval_low,
                    "interval_high": found.interval_high,
                    "baseline": found.baseline,
                    "baseline_value": found.baseline_value,
                    "roc_auc": area.value,
                    "roc_auc_low": area.interval_low,
                    "roc_auc_high": area.interval_high,
                    "confusion": str(confusion(is_bad, probabilities[model])),
                    "row_count": len(is_bad),
                }
            )
    return pd.DataFrame(rows).astype(TYPES)


def judged_as_published(credits: pd.DataFrame) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Return whether each judged row went bad (rows,), and what each model says of it (rows,)."""
    from imblearn.over_sampling import SMOTE
    from sklearn.model_selection import train_test_split
    from sklearn.preprocessing import StandardScaler

    in_file_order = credits.sort_values("file_row")
    # Of whole numbers SMOTE makes whole ones, their fractions cut off; the published figures hang on that.
    features = in_file_order[list(COLUMNS)].to_numpy(dtype=np.int64)
    is_good = 1 - in_file_order["is_bad"].to_numpy(dtype=np.int64)
    learned, judged, learned_labels, judged_labels = train_test_split(
        features, is_good, test_size=JUDGED_SHARE, random_state=SEED
    )
    learned, learned_labels = SMOTE(random_state=SEED).fit_resample(learned, learned_labels)
    scaler = StandardScaler().fit(learned)
    probabilities = {}
    with one_thread():
        for name, make in _models().items():
            fitted = make().fit(scaler.transform(learned), learned_labels)
            probabilities[name] = fitted.predict_proba(scaler.transform(judged))[:, 0].astype(float)
    return 1 - judged_labels, probabilities


def confusion(is_bad: np.ndarray, probabilities: np.ndarray) -> list[list[int]]:
    """Return the counts of rows (was bad, was good) by prediction (bad, good), as the notebook draws them."""
    said_bad = probabilities >= CUT_OFF
    return [[int((said_bad == said)[is_bad == was].sum()) for said in (True, False)] for was in (1, 0)]


def _models() -> dict[str, Callable[[], Any]]:
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.linear_model import LogisticRegression
    from xgboost import XGBClassifier

    return {
        "logistic_regression": LogisticRegression,
        "random_forest": lambda: RandomForestClassifier(random_state=SEED),
        "xgboost": lambda: XGBClassifier(random_state=SEED, n_jobs=1),
    }
