"""Whether a challenger may replace the champion: only when it predicts customers it has not seen better."""

import numpy as np
import pandas as pd

from segmart.learning.registry import CHALLENGER, CHAMPION, replaces_champion
from segmart.risk.choice import smaller_in_words
from segmart.risk.regression.artefact import RiskArtefact
from segmart.risk.regression.evaluation import Judged
from segmart.risk.regression.scoring import score_rows
from segmart.risk.resampling import interval_from, resampled_means

# A champion that can score fewer of the judged customers has nothing to defend itself with.
SCOREABLE_SHARE = 0.5


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
    if champion is None or replaces_champion(fit_reason):
        return CHAMPION, fit_reason
    absent = sorted(set(champion.features) - set(frame.columns))
    if absent:
        return CHAMPION, f"{fit_reason}; the champion needs {', '.join(absent)}, which is gone"
    of_champion = score_rows(champion, frame)["predicted_value"].to_numpy(dtype=float, na_value=np.nan)
    both = ~np.isnan(of_champion)
    if both.mean() < SCOREABLE_SHARE:
        return CHAMPION, f"{fit_reason}; the champion can score fewer than half of today's labelled customers"
    labels = judged.labels[both]
    errors = {
        "champion": (labels - of_champion[both]) ** 2,
        "challenger": (labels - judged.predicted[served][both]) ** 2,
    }
    means = resampled_means(errors, seed)
    better = interval_from(means["champion"] - means["challenger"])
    compared = smaller_in_words(better, "the champion's")
    in_words = (
        f"its mean squared error on {len(labels):,} customers, {means['challenger'][0]:.4g}, is {compared}"
    )
    if better.low > 0:
        return CHAMPION, f"{fit_reason}; {in_words}"
    return CHALLENGER, f"{fit_reason}, but not clearly better than the champion: {in_words}"
