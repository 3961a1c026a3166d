"""A risk model of any task: what is declared decides which engine learns it and which scores with it."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import pyarrow as pa

from segmart.errors import DeclarationError
from segmart.risk.classification.fitting import fit_classification
from segmart.risk.classification.scoring import score_classification
from segmart.risk.declaration import META_KEY
from segmart.risk.regression.fitting import fit_regression
from segmart.risk.regression.scoring import score_regression

CLASSIFICATION, REGRESSION = "classification", "regression"


def fit_risk(
    model_name: str,
    declaration: Mapping[str, Any] | None,
    features: Any,
    labels: Any = None,
    segments: Any = None,
    registry: Any = None,
    refit: bool | str | None = False,
    costs: Any = None,
    protected: Any = None,
) -> pd.DataFrame:
    """Return the new registry row of a risk model: none when no fit is due, or there are no rows.

    See `fit_classification` and `fit_regression`; only the first takes `costs` and `protected`, and finds
    labels among the features where none are given. Raises DeclarationError for a wrong declaration,
    FeatureError for tables that must not be learned from.
    """
    if _task_of(model_name, declaration) == CLASSIFICATION:
        return fit_classification(
            model_name, declaration, features, labels, segments, registry, refit, costs, protected
        )
    if labels is None or costs is not None or protected is not None:
        raise DeclarationError(
            f"{model_name}: a regression needs labels= and takes neither costs= nor protected=. "
            "Remedy: correct what the model's Python file hands over, or its task."
        )
    return fit_regression(model_name, declaration, features, labels, segments, registry, refit)


def score_risk(
    session: Any,
    model_name: str,
    declaration: Mapping[str, Any] | None,
    features: Any,
    segments: Any = None,
    registry: Any = None,
) -> pa.RecordBatchReader:
    """Return one row per row of `features`: what the champion says of it, or the reason why it does not.

    See `score_classification` and `score_regression` for the columns. Raises DeclarationError for a wrong
    declaration, FeatureError for a table without the columns that say who and when.
    """
    score = {CLASSIFICATION: score_classification, REGRESSION: score_regression}
    return score[_task_of(model_name, declaration)](
        session, model_name, declaration, features, segments, registry
    )


def _task_of(model_name: str, declaration: Mapping[str, Any] | None) -> str:
    """Return what is declared as the task; raises DeclarationError when there is none, or none like it."""
    if not isinstance(declaration, Mapping) or not declaration:
        raise DeclarationError(
            f"{model_name}: the meta key '{META_KEY}' is {'empty' if not declaration else 'not a mapping'}. "
            f"Remedy: declare it under config: meta: {META_KEY}: in the model's YAML."
        )
    task = declaration.get("task")
    if task not in (CLASSIFICATION, REGRESSION):
        raise DeclarationError(
            f"{model_name}: key '{META_KEY}.task' is {task!r}. Remedy: say {CLASSIFICATION} or {REGRESSION}."
        )
    return task
