"""What may be declared of the models that are not scorecards (those have `ScorecardOptions`).

The defaults are for tables of credit applications, of a thousand to some hundred thousand rows.
"""

from typing import Annotated, Literal

from pydantic import Field

from segmart.strict import Strict


class LogisticOptions(Strict):
    """Logistic regression; `penalty` weighs half the sum of squared coefficients, against the summed loss.

    The default holds together what a thousand rows cannot tell, and is not felt by a hundred thousand.
    """

    penalty: float = Field(default=5.0, gt=0)


class BoostingOptions(Strict):
    """Boosted trees under the names XGBoost gives its parameters.

    Shares below 1 are drawn, by the seed: a tree that sees some of the rows, and at each split some of the
    coordinates, makes its errors apart from the others (Friedman 2002). With both at 1 nothing is random.
    """

    trees: int = Field(default=200, ge=1, le=2_000)
    max_depth: int = Field(default=3, ge=1, le=8)
    learning_rate: float = Field(default=0.05, gt=0, le=1)
    min_child_weight: float = Field(default=2.0, ge=0)
    subsample: float = Field(default=0.7, gt=0, le=1)
    colsample_bynode: float = Field(default=0.4, gt=0, le=1)
    reg_lambda: float = Field(default=1.0, ge=0)


class ForestOptions(Strict):
    """A random forest under the names scikit-learn gives its parameters."""

    trees: int = Field(default=300, ge=1, le=1_000)
    max_depth: int = Field(default=8, ge=1, le=20)
    min_samples_leaf: int = Field(default=10, ge=1)
    # How many coordinates a split chooses from; a number is a share of them.
    max_features: Literal["sqrt", "log2"] | Annotated[float, Field(gt=0, le=1)] = "sqrt"
