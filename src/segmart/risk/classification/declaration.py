"""The YAML declaration of a classification, validated: the PD of an event, and all that is done with it."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from segmart.risk.classification.explaining.levers import Lever
from segmart.risk.classification.models.options import BoostingOptions, ForestOptions, LogisticOptions
from segmart.risk.declaration import META_KEY, Card, Segment, Where
from segmart.risk.scorecard.options import ScorecardOptions
from segmart.risk.scorecard.points import USUAL_SCALE
from segmart.strict import Strict, parse

# With more rows one split says as much as many, and with fewer than the first number one says too little.
FEW_ROWS, MANY_ROWS = 5_000, 20_000


class Label(Strict):
    """What is predicted: 1 or true for the event, 0 or false for its absence, null while it is not known."""

    column: str = Field(min_length=1)
    # With it, the label is this text for the event and any other text for its absence.
    event_value: str | None = None
    # What the event is, in words that a sentence can hold.
    event: str = "default"

    # What every label of any risk model is held against.
    @property
    def minimum(self) -> float:
        """The smallest label there is."""
        return 0.0

    @property
    def maximum(self) -> float:
        """The largest label there is."""
        return 1.0


class DeclaredColumn(Strict):
    """A feature: its kind is inferred from the table's type unless it is said here."""

    name: str = Field(min_length=1)
    kind: Literal["number", "category"] | None = None
    # How the risk of the event may move with the number; nothing else is allowed to be learned.
    direction: Literal["increasing", "decreasing"] | None = None
    # A feature that is absent, empty or constant is left out; a required one stops the fit instead.
    required: bool = False

    @model_validator(mode="after")
    def _only_numbers_have_a_direction(self) -> "DeclaredColumn":
        if self.kind == "category" and self.direction:
            raise ValueError("a category has no direction: levels have no order; remove direction or kind")
        return self


class Candidates(Strict):
    """Which kinds of model compete; one that is not named takes no part, `{}` gives it its defaults."""

    scorecard: ScorecardOptions | None = None
    logistic: LogisticOptions | None = None
    xgboost: BoostingOptions | None = None
    random_forest: ForestOptions | None = None

    @model_validator(mode="after")
    def _somebody_competes(self) -> "Candidates":
        if not self.declared():
            raise ValueError(
                "no candidate is named: add scorecard: {}, logistic: {}, xgboost: {} or random_forest: {}"
            )
        return self

    def declared(self) -> dict[str, Strict]:
        """Return the options of each candidate that takes part, by name."""
        return {name: options for name in type(self).model_fields if (options := getattr(self, name))}


class CrossValidation(Strict):
    """Every labelled row is judged, once per repetition, by a model that learned from the other folds."""

    folds: int = Field(default=5, ge=2, le=20)
    repetitions: int = Field(default=1, ge=1, le=10)


class Holdout(Strict):
    """A share of the labelled rows, as rich in events as the rest, is kept apart for judging."""

    share: float = Field(default=0.25, ge=0.05, le=0.5)


class OutOfTime(Strict):
    """The latest labelled rows are kept apart for judging: from a day on, or else a share of them."""

    share: float = Field(default=0.25, ge=0.05, le=0.5)
    from_date: date | None = None


class Evaluation(Strict):
    """How candidates are judged, always on rows they did not learn from.

    With a time column they are judged out of time, which decides, and besides that on rows of any time. How
    those are chosen follows from their number unless it is said: few are cross-validated three times in ten
    folds, many are split once.
    """

    out_of_time: OutOfTime = OutOfTime()
    cross_validation: CrossValidation | None = None
    holdout: Holdout | None = None
    # Out of time where there is a time column; a table whose late rows are too few may let the other decide.
    decided_by: Literal["out_of_time", "any_time"] = "out_of_time"

    @model_validator(mode="after")
    def _one_split_of_any_time(self) -> "Evaluation":
        if self.cross_validation and self.holdout:
            raise ValueError("cross_validation and holdout both split rows of any time: keep one")
        return self

    def any_time(self, row_count: int) -> CrossValidation | Holdout:
        """Return how so many labelled rows are split without regard to time."""
        if self.cross_validation or self.holdout:
            return self.cross_validation or self.holdout
        if row_count < FEW_ROWS:
            return CrossValidation(folds=10, repetitions=3)
        return CrossValidation() if row_count < MANY_ROWS else Holdout()


class Tuning(Strict):
    """A bounded, seeded search: so many sets of options per candidate, judged by folds of its rows.

    With one trial the declared options are taken as they are.
    """

    trials: int = Field(default=4, ge=1, le=50)
    folds: int = Field(default=3, ge=2, le=10)
    # Of more rows to learn from a sample of this many is searched on; what is found is learned from all.
    rows: int = Field(default=10_000, ge=500)


class StatedCosts(Strict):
    """What the two mistakes cost, in any one unit."""

    bad_accepted: float = Field(default=1.0, ge=0)
    good_declined: float = Field(default=1.0, ge=0)

    @model_validator(mode="after")
    def _something_costs(self) -> "StatedCosts":
        if not self.bad_accepted or not self.good_declined:
            raise ValueError("a mistake that costs nothing decides everything: both costs must be above 0")
        return self


class Points(Strict):
    """So many points stand for so many good rows to a bad one, and with so many more the odds double."""

    base_points: float = USUAL_SCALE.base_points
    base_odds: float = Field(default=USUAL_SCALE.base_odds, gt=0)
    points_to_double_odds: float = Field(default=USUAL_SCALE.points_to_double_odds, gt=0)


class Classification(Strict):
    """A whole declared classification."""

    task: Literal["classification"]
    entity: str = Field(min_length=1)
    # The column of the as-of date; a table without one is of the date given.
    as_of: str | None = None
    as_of_date: date | None = None
    # The day each row is about, when its features were known: rows are judged out of time by it.
    time: str | None = None
    label: Label
    segment: Segment | None = None
    where: Where | None = None
    features: tuple[DeclaredColumn, ...] = ()
    # Learn from every column that has no other part; `features` then only adds to what is inferred.
    all_columns: bool = False
    # Columns that are not learned from on purpose, each with the reason.
    leave_out: dict[str, Annotated[str, Field(min_length=1)]] = Field(default_factory=dict)
    # Attributes of people that are watched and never learned from.
    protected: tuple[str, ...] = ()
    minimum_labelled: int = Field(default=50, ge=50)
    minimum_events: int = Field(default=10, ge=10)
    refit_after_days: int = Field(default=180, ge=1)
    random_seed: int = Field(default=42, ge=0, lt=2**31)
    # Of more labelled rows a sample of this many is learned from.
    fit_rows: int = Field(default=200_000, ge=100, le=2_000_000)
    candidates: Candidates = Candidates(
        scorecard=ScorecardOptions(),
        logistic=LogisticOptions(),
        xgboost=BoostingOptions(),
        random_forest=ForestOptions(),
    )
    tuning: Tuning = Tuning()
    # What is tried against rare events; one is used only where it clearly lowers both losses.
    imbalance: tuple[Literal["none", "class_weights", "smote"], ...] = ("none",)
    evaluation: Evaluation = Evaluation()
    costs: StatedCosts = StatedCosts()
    points: Points = Points()
    levers: tuple[Lever, ...] = ()
    card: Card = Card()

    @property
    def date_column(self) -> str:
        """The name of the as-of date's column, which a table without one is given."""
        return self.as_of or "as_of_date"

    @property
    def roles(self) -> dict[str, str]:
        """What each column is that must not be learned from."""
        roles = {self.entity: "entity", self.date_column: "as_of", self.label.column: "label"}
        roles |= {self.time: "time"} if self.time else {}
        roles |= {self.segment.column: "segment"} if self.segment else {}
        roles |= {self.where.column: "where"} if self.where else {}
        return roles | dict.fromkeys(self.protected, "protected")

    @model_validator(mode="after")
    def _there_is_one_as_of_date(self) -> "Classification":
        if (self.as_of is None) == (self.as_of_date is None):
            raise ValueError("say either as_of (the column) or as_of_date (the day), not both and not none")
        return self

    @model_validator(mode="after")
    def _columns_have_one_role(self) -> "Classification":
        names = [feature.name for feature in self.features]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"feature {twice[0]} is declared more than once: keep one")
        if not names and not self.all_columns:
            raise ValueError("no feature is declared: list features, or say all_columns: true")
        for name in names:
            if role := self.roles.get(name):
                raise ValueError(
                    f"feature {name} is {'a' if role == 'protected' else 'the'} {role} column, which must "
                    "not be learned from: remove it from the features"
                )
            if name in self.leave_out:
                raise ValueError(f"column {name} is both a feature and left out: keep one")
        for lever in self.levers:
            for name in (lever.feature, *lever.scales_with):
                if name in self.roles or (not self.all_columns and name not in names):
                    raise ValueError(f"lever {lever.feature} moves {name}, which is no feature: correct it")
        return self


def parse_classification(model_name: str, declared: Mapping[str, Any] | None) -> Classification:
    """Return the validated declaration; raises DeclarationError that names model, key, finding and remedy."""
    return parse(model_name, META_KEY, Classification, declared)
