"""What the declarations of all risk models share: who is meant, and whose mean is to be beaten."""

from pydantic import Field

from segmart.learning.declaration import Strict

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
