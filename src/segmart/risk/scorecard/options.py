"""What may be declared of a scorecard."""

from pydantic import Field

from segmart.strict import Strict


class ScorecardOptions(Strict):
    """How features are cut into bins, and which of them enter."""

    # Of a feature, not counting the bin of missing values.
    maximum_bins: int = Field(default=6, ge=2, le=20)
    # No bin but that of missing values holds a smaller share of the rows.
    minimum_bin_share: float = Field(default=0.05, gt=0, le=0.5)
    # Levels of a category with a smaller share of the rows are taken together before bins are looked for.
    minimum_level_share: float = Field(default=0.01, ge=0.005, le=0.5)
    # A feature that says less stays out; below 0.02 the field calls one unpredictive (Siddiqi 2006).
    minimum_information_value: float = Field(default=0.02, ge=0)
    # Rows of the average bad rate added to each bin, so that a bin of few rows says little.
    smoothing: float = Field(default=5.0, gt=0)
    # Weighs the sum of squared coefficients in the logistic regression.
    penalty: float = Field(default=1.0, gt=0)
