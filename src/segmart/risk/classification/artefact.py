"""A learned classification, complete, as deterministic JSON: never a pickle."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from segmart.learning.json_text import to_json
from segmart.learning.stored import artefact_from
from segmart.risk.choice import BASELINES
from segmart.risk.classification.calibrated import CalibratedModel, calibrated_from_content
from segmart.risk.classification.columns import Column
from segmart.risk.classification.declaration import Label
from segmart.risk.classification.explaining import LeverGrids, grids_from_content
from segmart.risk.classification.judging import of_segments
from segmart.risk.declaration import Where
from segmart.risk.scorecard import Scale

FORMAT = 1


@dataclass(frozen=True)
class Rates:
    """The baseline: the event rate of a row's segment, and of all where that is unknown or there are none."""

    overall: float
    by_segment: Mapping[str, float]

    def probabilities(self, segments: np.ndarray) -> np.ndarray:
        """Return the rate (rows,) of each segment (rows,)."""
        return of_segments({None: self.overall, **self.by_segment}, segments)

    def as_content(self) -> dict[str, Any]:
        """Return the rates."""
        return {"overall": self.overall, "by_segment": dict(self.by_segment)}


@dataclass(frozen=True)
class ClassificationArtefact:
    """All that is needed to score, explain and decide on a row.

    `columns` are the features, none when a baseline is served; `typical` is the median of each number among
    the learned rows, which lie between the two dates where there are dates. `approved_mean` (columns,) is
    what each feature adds to the log-odds of the approved ones among them, on average. `label`, `where` and
    `segment_column` are as declared when the model was learned.
    """

    model_name: str
    model_version: int
    task: str
    entity: str
    label: Label
    where: Where | None
    segment_column: str | None
    columns: tuple[Column, ...]
    typical: Mapping[str, float]
    approved_mean: tuple[float, ...]
    served: str
    serving: CalibratedModel | Rates
    cut_off: float
    scale: Scale
    levers: LeverGrids
    first_learned_date: date | None
    last_learned_date: date | None

    @property
    def is_baseline(self) -> bool:
        """Whether no learned candidate serves."""
        return self.served in BASELINES

    @property
    def features(self) -> list[str]:
        """The features a row is scored by, in order."""
        return [column.name for column in self.columns]

    @property
    def needed_columns(self) -> list[str]:
        """The columns of the feature table that a row is scored by, or left out by."""
        return [*self.features, *([self.where.column] if self.where else [])]

    def probabilities(self, features: pd.DataFrame, segments: np.ndarray) -> np.ndarray:
        """Return the probability (rows,) of the event for typed features and segments (rows,)."""
        if isinstance(self.serving, Rates):
            return self.serving.probabilities(segments)
        return self.serving.probabilities(features)

    def to_json(self) -> str:
        """Return the artefact as text."""
        days = self.first_learned_date, self.last_learned_date
        return to_json(
            {
                "format": FORMAT,
                "model_name": self.model_name,
                "model_version": self.model_version,
                "task": self.task,
                "entity": self.entity,
                "label": self.label.model_dump(),
                "where": self.where.model_dump() if self.where else None,
                "segment_column": self.segment_column,
                "columns": [asdict(column) for column in self.columns],
                "typical": dict(self.typical),
                "approved_mean": list(self.approved_mean),
                "served": self.served,
                "serving": self.serving.as_content(),
                "cut_off": self.cut_off,
                "scale": asdict(self.scale),
                "levers": self.levers.as_content(),
                "learned_dates": [day.isoformat() if day else None for day in days],
            }
        )


def artefact_from_json(text: str) -> ClassificationArtefact:
    """Return the artefact of a text; raises InputError when it is not one this version can read."""
    return artefact_from(text, (FORMAT,), _from_content)


def _from_content(content: Mapping[str, Any]) -> ClassificationArtefact:
    first, last = (date.fromisoformat(day) if day else None for day in content["learned_dates"])
    return ClassificationArtefact(
        model_name=content["model_name"],
        model_version=content["model_version"],
        task=content["task"],
        entity=content["entity"],
        label=Label(**content["label"]),
        where=Where(**content["where"]) if content["where"] else None,
        segment_column=content["segment_column"],
        columns=tuple(Column(**column) for column in content["columns"]),
        typical=content["typical"],
        approved_mean=tuple(content["approved_mean"]),
        served=content["served"],
        serving=_serving_from(content["served"], content["serving"]),
        cut_off=content["cut_off"],
        scale=Scale(**content["scale"]),
        levers=grids_from_content(content["levers"]),
        first_learned_date=first,
        last_learned_date=last,
    )


def _serving_from(served: str, content: Mapping[str, Any]) -> CalibratedModel | Rates:
    return Rates(**content) if served in BASELINES else calibrated_from_content(content)
