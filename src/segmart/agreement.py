"""How far two divisions of the same customers agree, from the table that counts them against each other.

Each measure comes with a bootstrap interval and with what chance alone would give, so that no figure stands
by itself. A table holds one row per segment of the first division, one column per segment of the second.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd

RESAMPLES = 500
CHANCE_DRAWS = 200
CONFIDENCE = 0.95
# Hypergeometric probabilities this many standard deviations out are below the precision of a double.
NEGLIGIBLE_DEVIATIONS = 12

AGREEMENT_TYPES = {
    "measure": "string",
    "value": "Float64",
    "interval_low": "Float64",
    "interval_high": "Float64",
    "chance_baseline": "Float64",
    "customer_count": "Int64",
    "definition": "string",
}


def adjusted_rand_index(table: np.ndarray) -> float:
    """Return the adjusted Rand index (Hubert & Arabie 1985): 1 for equal divisions, 0 expected by chance."""
    table = np.asarray(table, dtype=float)
    together, first, second = _pairs(table), _pairs(table.sum(axis=1)), _pairs(table.sum(axis=0))
    everybody = _pairs(table.sum())
    expected = first * second / everybody if everybody else 0.0
    largest = (first + second) / 2
    # Equal only when both put everybody into one segment or nobody together: the divisions are the same.
    return 1.0 if largest == expected else float((together - expected) / (largest - expected))


def adjusted_mutual_information(table: np.ndarray) -> float:
    """Return the adjusted mutual information (Vinh, Epps & Bailey 2010), with the mean of both entropies."""
    table = _without_empty(table)
    if 1 in table.shape:
        return 1.0 if table.shape == (1, 1) else 0.0
    total = table.sum()
    first, second = table.sum(axis=1), table.sum(axis=0)
    shares = table[table > 0] / total
    by_chance = (np.outer(first, second) / total**2)[table > 0]
    information = float((shares * np.log(shares / by_chance)).sum())
    expected = _expected_mutual_information(first, second, int(total))
    largest = (_entropy(first / total) + _entropy(second / total)) / 2
    # Nobody shares a segment with anybody in either division: they are the same.
    return 1.0 if np.isclose(largest, expected) else float((information - expected) / (largest - expected))


def cramers_v(table: np.ndarray) -> float:
    """Return Cramér's V with Bergsma's (2013) bias correction: 0 for independence, 1 for equal divisions."""
    table = _without_empty(table)
    total = table.sum()
    row_count, column_count = table.shape
    if total < 2 or 1 in table.shape:
        return 0.0
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / total
    phi_squared = ((table - expected) ** 2 / expected).sum() / total
    corrected = max(0.0, phi_squared - (row_count - 1) * (column_count - 1) / (total - 1))
    rows = row_count - (row_count - 1) ** 2 / (total - 1)
    columns = column_count - (column_count - 1) ** 2 / (total - 1)
    smaller = min(rows, columns) - 1
    return float(min(1.0, np.sqrt(corrected / smaller))) if smaller > 0 else 0.0


def agreement_rate(table: np.ndarray, is_expected: np.ndarray) -> float:
    """Return the share of customers in pairs of segments that are expected, a mask of the table's shape."""
    table = np.asarray(table, dtype=float)
    return float(table[is_expected].sum() / table.sum())


def best_pairing(table: np.ndarray) -> np.ndarray:
    """Return the mask of the one-to-one pairs of segments that most customers are in."""
    from scipy.optimize import linear_sum_assignment

    is_paired = np.zeros(np.shape(table), dtype=bool)
    is_paired[linear_sum_assignment(table, maximize=True)] = True
    return is_paired


MEASURES: dict[str, tuple[Callable[[np.ndarray], float], str]] = {
    "adjusted_rand_index": (
        adjusted_rand_index,
        "Of all pairs of customers, how far both divisions agree on who belongs together, beyond chance "
        "(Hubert and Arabie 1985); 1 is equal, 0 is chance.",
    ),
    "adjusted_mutual_information": (
        adjusted_mutual_information,
        "How much knowing one segment says about the other, beyond chance, as a share of the mean of both "
        "entropies (Vinh, Epps and Bailey 2010); 1 is equal, 0 is chance.",
    ),
    "cramers_v": (
        cramers_v,
        "Strength of association from the chi-squared statistic, with Bergsma's bias correction (2013); "
        "1 is equal, 0 is independent.",
    ),
}
AGREEMENT_RATE_DEFINITION = (
    "Share of customers whose two segments are an expected pair; which pairs are, the caller says."
)


def measure_agreement(
    table: np.ndarray, is_expected: np.ndarray | None = None, seed: int = 42
) -> pd.DataFrame:
    """Return each measure of a table of counts (first, second) with interval, chance baseline and definition.

    `is_expected` marks the pairs that count as agreement, by default the best pairing one to one. The
    interval is the percentile bootstrap over customers (resampling the table's cells), the chance baseline
    the mean over random tables with the same margins. Divisions that are equal but for the names of their
    segments have exactly 1. Without customers nothing is measured: values are null.
    """
    table = np.asarray(table, dtype=np.int64) if np.size(table) else np.zeros((0, 0), np.int64)
    is_expected = best_pairing(table) if is_expected is None else np.asarray(is_expected, dtype=bool)
    is_expected = is_expected[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
    table = _without_empty(table)
    measures = MEASURES | {
        "agreement_rate": (lambda counts: agreement_rate(counts, is_expected), AGREEMENT_RATE_DEFINITION)
    }
    total = int(table.sum())
    rows = []
    if total:
        generator = np.random.default_rng(seed)
        resampled = generator.multinomial(total, table.ravel() / total, size=RESAMPLES).reshape(
            -1, *table.shape
        )
        independent = tables_by_chance(table, generator)
    for measure, (function, definition) in measures.items():
        figures = [None] * 4
        if total:
            exact = function if measure == "agreement_rate" else _exactly_one_if_equal(function)
            low, high = np.quantile([exact(other) for other in resampled], _tails()).tolist()
            figures = [exact(table), low, high, float(np.mean([function(other) for other in independent]))]
        rows.append([measure, *figures, total, definition])
    frame = pd.DataFrame(rows, columns=list(AGREEMENT_TYPES))
    return frame.astype(AGREEMENT_TYPES)


def table_of(counts: pd.DataFrame, first: str, second: str, count: str) -> np.ndarray:
    """Return the table of a long frame of counts: one row per pair of segments that occurs."""
    wide = counts.pivot_table(index=first, columns=second, values=count, aggfunc="sum", fill_value=0)
    return wide.to_numpy(dtype=np.int64)


def _exactly_one_if_equal(function: Callable[[np.ndarray], float]) -> Callable[[np.ndarray], float]:
    """Return the measure freed of rounding where each segment has exactly one partner."""

    def measured(table: np.ndarray) -> float:
        occupied = _without_empty(table) > 0
        is_equal = (occupied.sum(axis=0) == 1).all() and (occupied.sum(axis=1) == 1).all()
        return 1.0 if is_equal else function(table)

    return measured


def tables_by_chance(table: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Return random tables with the margins of the given one: segments paired regardless of customers."""
    from scipy.stats import random_table

    if 1 in table.shape:
        # One division puts everybody together, so there is only one such table.
        return table[np.newaxis]
    return random_table(table.sum(axis=1), table.sum(axis=0)).rvs(CHANCE_DRAWS, random_state=generator)


def _expected_mutual_information(first: np.ndarray, second: np.ndarray, total: int) -> float:
    """Return the mutual information expected when both margins are kept and customers are paired at random.

    Each cell is hypergeometric; the sum runs over the counts whose probability is worth a double, all cells
    in one flat array.
    """
    from scipy.special import gammaln

    rows, columns = (margin.ravel() for margin in np.meshgrid(first, second, indexing="ij"))
    mean = rows * columns / total
    deviation = np.sqrt(mean * (1 - rows / total) * (1 - columns / total))
    reach = NEGLIGIBLE_DEVIATIONS * (deviation + 1)
    low = np.maximum(np.maximum(1, rows + columns - total), np.floor(mean - reach)).astype(np.int64)
    high = np.minimum(np.minimum(rows, columns), np.ceil(mean + reach)).astype(np.int64)
    lengths = np.maximum(high - low + 1, 0)
    cell = np.repeat(np.arange(len(rows)), lengths)
    count = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths) + low[cell]
    of_margins = (
        gammaln(rows + 1) + gammaln(total - rows + 1) + gammaln(columns + 1) + gammaln(total - columns + 1)
    ) - gammaln(total + 1)
    of_counts = (
        gammaln(count + 1)
        + gammaln(rows[cell] - count + 1)
        + gammaln(columns[cell] - count + 1)
        + gammaln(total - rows[cell] - columns[cell] + count + 1)
    )
    probability = np.exp(of_margins[cell] - of_counts)
    return float((probability * count / total * np.log(count / mean[cell])).sum())


def _without_empty(table: np.ndarray) -> np.ndarray:
    table = np.asarray(table)
    return table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]


def _pairs(counts: np.ndarray) -> float:
    return float((counts * (counts - 1) / 2).sum())


def _entropy(shares: np.ndarray) -> float:
    return float(-(shares[shares > 0] * np.log(shares[shares > 0])).sum())


def _tails() -> list[float]:
    return [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2]
