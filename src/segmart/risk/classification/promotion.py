"""Whether a challenger may replace the champion: only when its log loss on other rows is smaller."""

import numpy as np
import pandas as pd

from segmart.learning.registry import CHAMPION
from segmart.risk.classification.artefact import ClassificationArtefact
from segmart.risk.classification.inputs import log_losses
from segmart.risk.classification.judging import Judged
from segmart.risk.classification.scoring import score_rows
from segmart.risk.contest import contest, nobody_to_beat

# With fewer rows that the champion has surely not learned from, it is judged on all.
FEWEST_NEW_ROWS = 200


def decide(
    champion: ClassificationArtefact | None,
    served: str,
    judged: Judged,
    frame: pd.DataFrame,
    times: np.ndarray | None,
    fit_reason: str,
    seed: int,
) -> tuple[str, str]:
    """Return what a newly learned model becomes, champion or challenger, and why.

    `judged` holds what the challenger's `served` candidate says of rows it had not learned from, `frame` and
    `times` (rows,) the same rows, with the columns the champion needs as far as they exist. They are compared
    on rows later than all that the champion learned from; where those are few, on all, some of which it may
    know, which speaks for it. A first fit, and one that learns something else, has nobody to beat.
    """
    if reason := nobody_to_beat(champion, fit_reason, frame.columns):
        return CHAMPION, reason
    is_compared = np.ones(len(judged), dtype=bool)
    which = "rows, some of which the champion may have learned from"
    if times is not None and champion.last_learned_date is not None:
        is_new = times > np.datetime64(champion.last_learned_date)
        if is_new.sum() >= FEWEST_NEW_ROWS and len(np.unique(judged.labels[is_new])) == 2:
            is_compared, which = is_new, "rows later than all the champion learned from"
    said = score_rows(champion, frame)["predicted_probability"].to_numpy(dtype=float, na_value=np.nan)
    return contest(
        fit_reason,
        judged.labels[is_compared],
        said[is_compared],
        judged.log_losses()[served][is_compared],
        log_losses,
        "log loss",
        which,
        seed,
    )
