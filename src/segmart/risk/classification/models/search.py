"""Which options of a candidate are tried: the declared ones, then a few that cover what is worth trying.

Most of tuning is to try a handful of quite different settings; which of them is the best of a table cannot be
told beyond the noise of judging. So the first ones are chosen by design, the most promising first, and those
after them are drawn.
"""

from itertools import product
from typing import Any, TypeVar

import numpy as np

from segmart.risk.classification.models.names import LOGISTIC, RANDOM_FOREST, SCORECARD, XGBOOST
from segmart.strict import Strict

Options = TypeVar("Options", bound=Strict)

# Changes to the declared options, the most promising first.
DESIGNED: dict[str, tuple[dict[str, Any], ...]] = {
    # Finer bins, more shrinkage, both; coarser bins for tables of few events.
    SCORECARD: (
        {"maximum_bins": 8, "minimum_bin_share": 0.03},
        {"penalty": 5.0},
        {"maximum_bins": 10, "minimum_bin_share": 0.02, "smoothing": 10.0},
        {"maximum_bins": 4, "minimum_bin_share": 0.08},
        {"maximum_bins": 8, "minimum_bin_share": 0.03, "smoothing": 20.0},
        {"maximum_bins": 4, "penalty": 20.0, "smoothing": 20.0},
    ),
    LOGISTIC: tuple({"penalty": penalty} for penalty in (20.0, 1.0, 100.0, 0.1, 10.0)),
    # Smaller leaves, shallower, much deeper for large tables, less of all for small ones, nothing drawn.
    XGBOOST: (
        {"max_depth": 4, "trees": 400, "learning_rate": 0.03, "min_child_weight": 1.0},
        {"max_depth": 2},
        {"max_depth": 5, "trees": 400, "min_child_weight": 20.0},
        {"max_depth": 2, "trees": 100},
        {"max_depth": 4, "trees": 400, "learning_rate": 0.03, "colsample_bynode": 0.2},
        {"subsample": 1.0, "colsample_bynode": 1.0},
        {"max_depth": 5, "trees": 800, "learning_rate": 0.03},
    ),
    RANDOM_FOREST: (
        {"max_depth": 12, "min_samples_leaf": 5},
        {"max_depth": 12, "max_features": 0.3},
        {"max_depth": 5, "max_features": 0.3},
        {"max_depth": 12, "min_samples_leaf": 50, "max_features": 0.5},
        {"max_depth": 12, "min_samples_leaf": 5, "max_features": 0.2},
        {"min_samples_leaf": 20},
    ),
}
# After those: any combination of these, drawn. Forests are kept to a size that can be stored.
SPACE: dict[str, dict[str, tuple[Any, ...]]] = {
    SCORECARD: {
        "maximum_bins": (3, 4, 5, 6, 8, 10),
        "minimum_bin_share": (0.02, 0.03, 0.05, 0.08),
        "penalty": (1.0, 2.0, 5.0, 10.0, 20.0),
        "smoothing": (2.0, 5.0, 10.0, 20.0, 50.0),
    },
    LOGISTIC: {"penalty": (0.1, 0.2, 0.5, 1.0, 2.0, 3.0, 5.0, 7.0, 10.0, 20.0, 30.0, 50.0, 100.0)},
    XGBOOST: {
        "max_depth": (2, 3, 4, 5),
        "trees": (100, 200, 400, 800),
        "learning_rate": (0.02, 0.03, 0.05, 0.1),
        "min_child_weight": (1.0, 2.0, 5.0, 20.0, 50.0),
        "subsample": (0.5, 0.7, 1.0),
        "colsample_bynode": (0.2, 0.4, 0.7, 1.0),
    },
    RANDOM_FOREST: {
        "max_depth": (4, 6, 8, 10, 12),
        "min_samples_leaf": (5, 10, 20, 50),
        "max_features": ("sqrt", 0.1, 0.2, 0.3, 0.5),
    },
}


def trials(name: str, options: Options, count: int, seed: int) -> list[Options]:
    """Return at most `count` different options of a candidate, the declared ones first.

    What is not searched stays as declared. Fewer trials are the first of more. There are fewer than asked for
    only where the space holds no more.
    """
    space = SPACE[name]
    combinations = list(product(*space.values()))
    drawn = np.random.default_rng(seed).permutation(len(combinations))
    changes = [{}, *DESIGNED[name], *(dict(zip(space, combinations[at], strict=True)) for at in drawn)]
    found: list[Options] = []
    for change in changes:
        if len(found) >= count:
            break
        tried = type(options).model_validate(options.model_dump() | change)
        if tried not in found:
            found.append(tried)
    return found
