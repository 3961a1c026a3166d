"""Models of the log-odds of an event: each is trained, scores, says what its features add, and is JSON.

names        what the kinds of models are called
options      what may be declared of them
model        what all of them can do, and contributions
encoding     numbers and categories as coordinates
logistic     logistic regression
boosted      XGBoost
forest       a random forest
scorecard    the scorecard of `segmart.risk.scorecard`
search       which options are tried
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from segmart.risk.classification.columns import Column
from segmart.risk.classification.imbalance import Rows
from segmart.risk.classification.models.boosted import boosted_from_content, train_boosted
from segmart.risk.classification.models.forest import forest_from_content, train_forest
from segmart.risk.classification.models.logistic import logistic_from_content, train_logistic
from segmart.risk.classification.models.model import Contributions, Model
from segmart.risk.classification.models.names import (
    LIGHTEST_FIRST,
    LOGISTIC,
    RANDOM_FOREST,
    SCORECARD,
    XGBOOST,
)
from segmart.risk.classification.models.options import BoostingOptions, ForestOptions, LogisticOptions
from segmart.risk.classification.models.scorecard import (
    ScorecardModel,
    bin_points,
    card_points,
    scorecard_model_from_content,
    train_scorecard,
)
from segmart.risk.classification.models.search import trials
from segmart.risk.scorecard import ScorecardOptions
from segmart.strict import Strict

__all__ = [
    "LIGHTEST_FIRST",
    "LOGISTIC",
    "RANDOM_FOREST",
    "SCORECARD",
    "XGBOOST",
    "BoostingOptions",
    "Contributions",
    "ForestOptions",
    "LogisticOptions",
    "Model",
    "ScorecardModel",
    "ScorecardOptions",
    "bin_points",
    "card_points",
    "model_from_content",
    "train",
    "trials",
]

TRAINERS: dict[str, Callable[..., Model]] = {
    SCORECARD: train_scorecard,
    LOGISTIC: train_logistic,
    RANDOM_FOREST: train_forest,
    XGBOOST: train_boosted,
}
READERS: dict[str, Callable[[Mapping[str, Any]], Model]] = {
    SCORECARD: scorecard_model_from_content,
    LOGISTIC: logistic_from_content,
    RANDOM_FOREST: forest_from_content,
    XGBOOST: boosted_from_content,
}


def train(name: str, options: Strict, rows: Rows, columns: Sequence[Column], seed: int) -> Model:
    """Return a candidate trained on the columns of rows, some of which have the event and some not.

    Rows come in the order of their keys, so that equal rows give equal models. Raises KeyError for a
    candidate nobody knows.
    """
    return TRAINERS[name](options, rows, columns, seed)


def model_from_content(name: str, content: Mapping[str, Any]) -> Model:
    """Return the model of `as_content`; raises KeyError, TypeError or ValueError when it is not that."""
    if name not in READERS:
        raise ValueError(f"nothing is known of a candidate {name!r}")
    return READERS[name](content)
