"""What scoring has in common, whatever the model: the champion or why there is none, and rows of nothing."""

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol, TypeVar

import numpy as np
import pandas as pd
import pyarrow as pa

from segmart.learning.registry import REFUSED, Row, champion_of

# The types of the engine as pandas keeps them beside missing values.
NULLABLE_TYPES = {pa.string(): "string", pa.int64(): "Int64", pa.float64(): "Float64", pa.bool_(): "boolean"}


class Scores(Protocol):
    """An artefact that scores rows of a feature table."""

    @property
    def features(self) -> list[str]:
        """The features a row is scored by, in order."""

    @property
    def needed_columns(self) -> list[str]:
        """The columns of the feature table it cannot do without, in order."""


Artefact = TypeVar("Artefact", bound=Scores)


def champion_or_reason(
    history: list[Row], read: Callable[[str], Artefact], columns: Iterable[str], what: str = "the model"
) -> tuple[Artefact | None, str | None]:
    """Return the champion's artefact, or none and the reason why nothing is scored.

    `history` are the registry's rows of one model and population, oldest first, `columns` those of the
    feature table. `what` is not learned begins the reason.
    """
    champion = champion_of(history)
    if champion is None:
        refused = next((row for row in reversed(history) if row["status"] == REFUSED), None)
        return None, f"{what} is not learned" + (f": {refused['status_reason']}" if refused else " yet")
    artefact = read(champion["artefact"])
    absent = [name for name in artefact.needed_columns if name not in set(columns)]
    if absent:
        return None, f"the feature table lacks {', '.join(absent)}, which the model was learned from"
    return artefact, None


def unscored(
    frame: pd.DataFrame, entity: str, types: Mapping[str, pa.DataType], reasons: np.ndarray | str | None
) -> pd.DataFrame:
    """Return a row for each row of a frame: its key, nothing in the columns of `types`, and its reason.

    `reasons` are one for all, or (rows,), none for a row that has no reason. Rows are numbered anew.
    """
    nothing = {
        name: pd.array([None] * len(frame), dtype=NULLABLE_TYPES[kind]) for name, kind in types.items()
    }
    rows = pd.DataFrame({entity: frame[entity].array} | nothing)
    rows["unscored_reason"] = pd.array(np.full(len(frame), reasons, dtype=object), dtype="string")
    return rows


def dates_of(column: pd.Series) -> np.ndarray:
    """Return the dates (rows,) that texts of dates or times begin with, missing where a text is none."""
    return pd.to_datetime(column.str[:10], format="%Y-%m-%d", errors="coerce").dt.date.to_numpy()
