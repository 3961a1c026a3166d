"""How far two ratings of the same customers agree whose grades have an order, such as low, medium, high."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from segmart.agreement import CONFIDENCE, RESAMPLES, tables_by_chance

# What each measure means stands in the seed metric_definitions.
TIER_AGREEMENT_TYPES = {
    "measure": "string",
    "value": "Float64",
    "interval_low": "Float64",
    "interval_high": "Float64",
    "chance_baseline": "Float64",
    "customer_count": "Int64",
}


def quadratic_weighted_kappa(table: np.ndarray) -> float:
    """Return Cohen's kappa with quadratic weights (Cohen 1968) of a square table of counts.

    Rows and columns are the same grades in the same order. 1 for equal ratings, 0 expected by chance, below 0
    for less than that; not a number where both ratings put everybody into one and the same grade.
    """
    table = np.asarray(table, dtype=float)
    grades = np.arange(len(table))
    weights = (grades[:, None] - grades[None, :]) ** 2
    by_chance = np.outer(table.sum(axis=1), table.sum(axis=0)) / max(table.sum(), 1)
    expected = float((weights * by_chance).sum())
    return 1 - float((weights * table).sum()) / expected if expected > 0 else float("nan")


def same_tier_share(table: np.ndarray) -> float:
    """Return the share of customers on the diagonal of a square table of counts."""
    return float(np.trace(table) / np.sum(table))


MEASURES: dict[str, Callable[[np.ndarray], float]] = {
    "quadratic_weighted_kappa": quadratic_weighted_kappa,
    "same_tier_share": same_tier_share,
}


def measure_tier_agreement(
    cells: pd.DataFrame, first: str, second: str, count: str, seed: int = 42
) -> pd.DataFrame:
    """Return how far two ratings agree: each measure with its 95 % bootstrap interval and what chance gives.

    `cells` holds one row per pair of grades, those without customers too, with the ranks of both grades and
    the `count` of customers. The interval resamples customers, the chance baseline is the mean over random
    tables with the same margins. Without customers nothing is measured and no row returned.
    """
    table = cells.pivot_table(index=first, columns=second, values=count, aggfunc="sum").to_numpy(
        dtype=np.int64
    )
    total = int(table.sum())
    rows = []
    if total:
        generator = np.random.default_rng(seed)
        resampled = generator.multinomial(total, table.ravel() / total, size=RESAMPLES).reshape(
            -1, *table.shape
        )
        by_chance = tables_by_chance(table, generator)
        for measure, function in MEASURES.items():
            value = function(table)
            again = np.array([function(other) for other in resampled])
            figures = [None] * 4
            if not np.isnan(value):
                low, high = np.nanquantile(again, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2]).tolist()
                figures = [value, low, high, float(np.mean([function(other) for other in by_chance]))]
            rows.append([measure, *figures, total])
    return pd.DataFrame(rows, columns=list(TIER_AGREEMENT_TYPES)).astype(TIER_AGREEMENT_TYPES)
