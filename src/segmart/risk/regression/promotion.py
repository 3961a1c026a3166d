"""Whether a challenger may replace the champion: only when it predicts customers it has not seen better."""

import numpy as np
import pandas as pd

from segmart.learning.registry import CHAMPION
from segmart.risk.contest import contest, nobody_to_beat
from segmart.risk.regression.artefact import RiskArtefact
from segmart.risk.regression.evaluation import Judged, squared_errors
from segmart.risk.regression.scoring import score_rows


def decide(
    champion: RiskArtefact | None,
    served: str,
    judged: Judged,
    frame: pd.DataFrame,
    fit_reason: str,
    seed: int,
) -> tuple[str, str]:
    """Return what a newly learned model becomes, champion or challenger, and why.

    `judged` holds what the challenger's `served` candidate says of customers it was not trained on, `frame`
    the same customers row by row with the columns the champion needs, as far as they exist. Folds follow from
    the key, so a cross-validated champion was not trained on them either; one that was trained on a holdout's
    training part may have been, which speaks for it. A first fit, and one that learns something else than the
    champion did, has nobody to beat.
    """
    if reason := nobody_to_beat(champion, fit_reason, frame.columns):
        return CHAMPION, reason
    said = score_rows(champion, frame)["predicted_value"].to_numpy(dtype=float, na_value=np.nan)
    return contest(
        fit_reason,
        judged.labels,
        said,
        judged.squared_errors()[served],
        squared_errors,
        "mean squared error",
        "customers",
        seed,
    )
