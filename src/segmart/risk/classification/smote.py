"""SMOTE for tables as they are: numbers and categories, with gaps.

Chawla, Bowyer, Hall & Kegelmeyer (2002, JAIR 16: 321-357), in imbalanced-learn: a made row lies between a row
of the rarer class and one of its neighbours; its category is the one most of the neighbours have (SMOTE-NC).
"""

import numpy as np
import pandas as pd

# Among so many nearest rows of the class a partner is drawn, as the authors propose.
NEIGHBOURS = 5


def oversampled(features: pd.DataFrame, labels: np.ndarray, seed: int) -> tuple[pd.DataFrame, np.ndarray]:
    """Return the rows as they were and, after them, rows made of the rarer class until both are as many.

    Numbers are standardised while neighbours are sought, so that none decides by its unit. That a number is
    missing counts as a category: a made row misses it where its neighbours do. Whole numbers stay whole.
    There must be two rows of the rarer class.
    """
    numeric = [name for name in features if _is_number(features[name])]
    textual = [name for name in features if name not in numeric]
    raw = features[numeric].to_numpy(dtype=float, na_value=np.nan)
    is_missing = np.isnan(raw)
    gappy = np.flatnonzero(is_missing.any(axis=0))
    centre, scale = _centre_and_scale(raw)
    coded = [pd.factorize(features[name], use_na_sentinel=False) for name in textual]
    # A missing number lies in the middle: its neighbours are told by the category that it is missing.
    points = np.where(is_missing, 0.0, (raw - centre) / scale)
    categories = [*(codes for codes, _ in coded), *is_missing[:, gappy].T]
    grown, grown_labels = _sampled(np.column_stack([points, *categories]), len(numeric), labels, seed)

    made = grown[len(features) :]
    numbers = made[:, : len(numeric)] * scale + centre
    numbers[:, gappy] = np.where(made[:, features.shape[1] :] == 1, np.nan, numbers[:, gappy])
    columns = {name: _as_in(features[name], numbers[:, place]) for place, name in enumerate(numeric)}
    for place, (name, (_, levels)) in enumerate(zip(textual, coded, strict=True), start=len(numeric)):
        columns[name] = pd.Series(levels.take(made[:, place].astype(int)), dtype=features[name].dtype)
    made_features = pd.DataFrame(columns)[list(features)]
    return pd.concat([features, made_features], ignore_index=True), grown_labels.astype(float)


def _sampled(
    table: np.ndarray, number_count: int, labels: np.ndarray, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the table (rows, columns), whose first columns are numbers and the others categories, grown."""
    from imblearn import over_sampling

    rarer = int(min(labels.sum(), (1 - labels).sum()))
    options = {"k_neighbors": min(NEIGHBOURS, rarer - 1), "random_state": seed}
    if number_count == table.shape[1]:
        sampler = over_sampling.SMOTE(**options)
    elif not number_count:
        sampler = over_sampling.SMOTEN(**options)
    else:
        sampler = over_sampling.SMOTENC(list(range(number_count, table.shape[1])), **options)
    return sampler.fit_resample(table, labels.astype(int))


def _is_number(column: pd.Series) -> bool:
    """Say whether a column can be gone along: true and false are two categories."""
    return pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)


def _centre_and_scale(raw: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and standard deviation (columns,) of what is there; 0 and 1 where that says nothing."""
    present = np.ma.masked_invalid(raw)
    centre, scale = present.mean(axis=0).filled(0.0), present.std(axis=0).filled(1.0)
    return centre, np.where(scale > 0, scale, 1.0)


def _as_in(column: pd.Series, numbers: np.ndarray) -> pd.Series:
    """Return made numbers (rows,) in the type of an observed column, whole where all of that is."""
    present = column.dropna()
    if (present % 1 == 0).all():
        numbers = numbers.round()
    return pd.Series(numbers).astype(column.dtype)
