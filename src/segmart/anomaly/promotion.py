"""Whether a challenger may replace the champion: an older one is kept only for good reason."""

import json
from collections.abc import Iterable

from segmart.anomaly.figures import FLAG_STABILITY
from segmart.learning.figures import Metric
from segmart.learning.intervals import CONFIDENCE
from segmart.learning.registry import CHALLENGER, CHAMPION, Row, replaces_champion


def decide(champion: Row | None, challenger: Iterable[Metric], fit_reason: str) -> tuple[str, str]:
    """Return what newly learned detectors become, champion or challenger, and why.

    There is no truth to be better at, and what is unusual is unusual against the customers of the day: so the
    newer one serves. It does not when the flags it serves come back clearly less often in refits than those
    of the champion did, by intervals that do not overlap: then it would flag by chance where the champion
    did not.
    """
    if champion is None or replaces_champion(fit_reason):
        return CHAMPION, fit_reason
    before = _served_stability(json.loads(champion["metrics"] or "[]"))
    now = _served_stability([metric.as_row() for metric in challenger])
    if before is None or now is None:
        unknown = "the champion's" if before is None else "its"
        return CHAMPION, f"{fit_reason}; it knows today's customers ({unknown} stability is not known)"
    compared = f"stability of the flags {_in_words(now)} against the champion's {_in_words(before)}"
    if now["interval_high"] < before["interval_low"]:
        return CHALLENGER, f"{fit_reason}, but its flags are clearly less stable: {compared}"
    return (
        CHAMPION,
        f"{fit_reason}; it knows today's customers and is not clearly less stable: {compared}",
    )


def _served_stability(metrics: Iterable[dict]) -> dict | None:
    """Return the row of the served detector's stability, if it was measured."""
    own = (row for row in metrics if row["metric"] == FLAG_STABILITY and row["is_served"])
    return next((row for row in own if None not in (row["interval_low"], row["interval_high"])), None)


def _in_words(row: dict) -> str:
    interval = f"{row['interval_low']:.2f} to {row['interval_high']:.2f}"
    return f"{row['value']:.2f} ({CONFIDENCE:.0%} interval {interval})"
