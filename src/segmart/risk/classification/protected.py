"""Groups of people by protected attributes, which are watched and never learned from."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from segmart.risk.tables import texts_of

# A number with more values than this is shown in bands.
MOST_VALUES = 8
BANDS = 4


def groups_of(frame: pd.DataFrame, attributes: Iterable[str]) -> dict[str, np.ndarray]:
    """Return for each attribute the group (rows,) of each row as text, none where it is unknown.

    A number of many values is cut at its quartiles; a band is named by the least and the greatest in it.
    """
    return {name: _groups(frame[name], texts_of(frame, name)) for name in attributes}


def _groups(column: pd.Series, texts: np.ndarray) -> np.ndarray:
    numbers = pd.to_numeric(column, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    present = ~np.isnan(numbers)
    if not present.any() or present.sum() < (texts != None).sum():  # noqa: E711 (element by element)
        return texts
    values = np.unique(numbers[present])
    if len(values) <= MOST_VALUES:
        groups = np.full(len(numbers), None, dtype=object)
        groups[present] = [f"{number:g}" for number in numbers[present]]
        return groups
    edges = np.unique(np.quantile(numbers[present], np.arange(1, BANDS) / BANDS, method="inverted_cdf"))
    # A band holds its upper edge, so that equal values are in the same one.
    bands = np.searchsorted(edges, numbers, side="left")
    groups = np.full(len(numbers), None, dtype=object)
    for band in np.unique(bands[present]):
        members = present & (bands == band)
        groups[members] = f"{numbers[members].min():g} to {numbers[members].max():g}"
    return groups
