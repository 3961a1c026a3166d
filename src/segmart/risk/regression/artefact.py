"""A learned risk model, complete, as deterministic JSON: never a pickle."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from segmart.learning.json_text import to_json
from segmart.learning.preparation import Recipe
from segmart.learning.stored import artefact_from
from segmart.risk.declaration import Where
from segmart.risk.regression.conformal import Margins, bounds
from segmart.risk.regression.customers import Customers, customers_of
from segmart.risk.regression.declaration import Label
from segmart.risk.regression.predictors import Predictor, predicted_by_fold, predictor_from_content

FORMAT = 1


@dataclass(frozen=True)
class RiskArtefact:
    """All that is needed to score a customer.

    `predictors` are one per fold, or a single one; `recipes` the features they need, none when a baseline is
    served. `label`, `where` and `segment_column` are as declared when the model was learned.
    """

    model_name: str
    model_version: int
    task: str
    entity: str
    label: Label
    where: Where | None
    segment_column: str | None
    recipes: tuple[Recipe, ...]
    served: str
    predictors: tuple[Predictor, ...]
    margins: Margins

    @property
    def features(self) -> list[str]:
        """The features a customer is scored by, in order."""
        return [recipe.name for recipe in self.recipes]

    @property
    def needed_columns(self) -> list[str]:
        """The columns of the feature table that a customer is scored by, or left out by."""
        return [*self.features, *([self.where.column] if self.where else [])]

    def customers(self, frame: pd.DataFrame) -> Customers:
        """Return the customers of a frame with their key, features and segment."""
        return customers_of(frame, self.entity, self.recipes, self.segment_column)

    def predict(self, customers: Customers) -> np.ndarray:
        """Return the prediction (rows,) for each customer, by the model of their fold."""
        return predicted_by_fold(self.predictors, customers, self.label.minimum, self.label.maximum)

    def bounds(self, predicted: np.ndarray, segments: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return lower and upper ends (rows,) of the prediction intervals."""
        return bounds(predicted, self.margins.of(segments), self.label.minimum, self.label.maximum)

    def to_json(self) -> str:
        """Return the artefact as text."""
        content = {
            "format": FORMAT,
            "model_name": self.model_name,
            "model_version": self.model_version,
            "task": self.task,
            "entity": self.entity,
            "label": self.label.model_dump(),
            "where": self.where.model_dump() if self.where else None,
            "segment_column": self.segment_column,
            "recipes": [asdict(recipe) for recipe in self.recipes],
            "served": self.served,
            "predictors": [predictor.as_content() for predictor in self.predictors],
            "margins": asdict(self.margins),
        }
        return to_json(content)


def artefact_from_json(text: str) -> RiskArtefact:
    """Return the artefact of a text; raises InputError when it is not one this version can read."""
    return artefact_from(text, (FORMAT,), _from_content)


def _from_content(content: Mapping[str, Any]) -> RiskArtefact:
    return RiskArtefact(
        model_name=content["model_name"],
        model_version=content["model_version"],
        task=content["task"],
        entity=content["entity"],
        label=Label(**content["label"]),
        where=Where(**content["where"]) if content["where"] else None,
        segment_column=content["segment_column"],
        recipes=tuple(Recipe(**recipe) for recipe in content["recipes"]),
        served=content["served"],
        predictors=tuple(
            predictor_from_content(content["served"], predictor) for predictor in content["predictors"]
        ),
        margins=_margins(content["margins"]),
    )


def _margins(content: Mapping[str, Any]) -> Margins:
    """Return the margins; JSON has no infinity and holds null for it."""
    return Margins(
        level=content["level"],
        overall=_or_infinite(content["overall"]),
        by_segment={name: _or_infinite(margin) for name, margin in content["by_segment"].items()},
    )


def _or_infinite(margin: float | None) -> float:
    return np.inf if margin is None else margin
