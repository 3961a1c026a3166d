"""What the declarations of all risk models share: who is meant, and whose mean is to be beaten."""

from typing import Protocol

from pydantic import Field

from segmart.strict import Strict

META_KEY = "risk"


class Segment(Strict):
    """The column of the segments whose mean label every candidate has to beat."""

    column: str = Field(min_length=1)


class Where(Strict):
    """The rows the model is about: those whose column, as text, has this value."""

    column: str = Field(min_length=1)
    value: str


class Card(Strict):
    """What a model card says that no figure can."""

    purpose: str = "Not stated: declare card: {purpose: ...}."
    owner: str = "Not stated: declare card: {owner: ...}."
    exclusions: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    review_after_days: int = Field(default=365, ge=1)


class RiskLabel(Protocol):
    """What is predicted: a column, and the bounds every label lies within, if there are any."""

    column: str
    minimum: float | None
    maximum: float | None


class RiskDeclaration(Protocol):
    """What is asked of the declaration of any task."""

    entity: str
    label: RiskLabel
    refit_after_days: int

    @property
    def date_column(self) -> str:
        """The column of the as-of date."""
