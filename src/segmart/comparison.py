"""The rules' segments against the learned ones: how far they agree, and what would reconcile a customer."""

from typing import Any

import pandas as pd

from segmart.agreement import AGREEMENT_TYPES, measure_agreement, table_of
from segmart.learning.registry import champion_of, history_of, read_registry
from segmart.segmentation.artefact import artefact_from_json
from segmart.segmentation.changes import smallest_change

CHANGE_TYPES = {
    "target_segment_id": "Int32",
    "changes": "string",
    "change_in_words": "string",
    "scaled_size": "Float64",
    "flips": "boolean",
    "reason": "string",
}


def agreement_by_group(
    cells: pd.DataFrame, group: str, first: str, second: str, count: str, is_expected: str
) -> pd.DataFrame:
    """Return the measures of agreement of two divisions within each group of customers.

    `cells` holds one row per group and pair of segments that occurs: `count` customers, and whether the pair
    `is_expected`. Returned is one row per group and measure; see `agreement.measure_agreement`.
    """
    measured = [
        measure_agreement(
            table_of(of_group, first, second, count),
            table_of(of_group, first, second, is_expected).astype(bool),
        ).assign(**{group: name})
        for name, of_group in cells.groupby(group, sort=True)
    ]
    types = {group: "string", **AGREEMENT_TYPES}
    return pd.concat(measured or [pd.DataFrame(columns=list(types))], ignore_index=True).astype(types)[
        list(types)
    ]


def reconciling_changes(
    customers: pd.DataFrame, registry: Any, model_name: str, entity: str, population: str, target: str
) -> pd.DataFrame:
    """Return for each customer the smallest change that moves them to their target segment.

    `customers` holds the `entity`, the features, the column named by `population`, and the wanted segment id
    in the column named by `target`. The champions of `registry` decide. Columns as of
    `changes.smallest_change`.
    """
    rows = read_registry(registry)
    changes = []
    for name, of_population in customers.groupby(population, sort=True):
        champion = champion_of(history_of(rows, model_name, name))
        if champion is not None:
            artefact = artefact_from_json(champion["artefact"])
            changes.append(smallest_change(artefact, of_population, of_population[target].to_numpy()))
    types = {entity: "string", **CHANGE_TYPES}
    return pd.concat(changes or [pd.DataFrame(columns=list(types))], ignore_index=True).astype(types)[
        list(types)
    ]
