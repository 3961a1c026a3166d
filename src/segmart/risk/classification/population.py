"""The rows a classification is about: features, and beside them labels, segments and protected attributes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from segmart import frames
from segmart.errors import FeatureError
from segmart.learning.guards import is_numeric
from segmart.risk.classification.columns import Column, typed_features
from segmart.risk.classification.declaration import Classification
from segmart.risk.classification.labelled import Labelled
from segmart.risk.classification.protected import groups_of
from segmart.risk.tables import LabelCounts, beside, labelled, texts_of, with_segments

BE_A_LABEL = (
    "label rows with the event 1, those without it 0, and those not known yet null, or name the value that "
    "means the event: label: {event_value: ...}"
)


@dataclass(frozen=True)
class Tables:
    """What a model is learned from, each a relation or a frame; segments and protected may be none."""

    features: Any
    labels: Any
    segments: Any
    protected: Any
    column_types: Mapping[str, str]


@dataclass(frozen=True)
class Population:
    """The rows a model is about: how many, and the labelled ones (or a sample) as fetched."""

    row_count: int
    frame: pd.DataFrame
    counts: LabelCounts


def dated(declared: Classification, table: Any) -> Any:
    """Return a table, as the kind it was, with the as-of date that is declared for all rows, if one is."""
    return table if declared.as_of else frames.with_date(table, declared.date_column, declared.as_of_date)


def label_table(model_name: str, declared: Classification, table: Any) -> Any:
    """Return the three columns of the label table, the label as a number.

    Raises FeatureError for a table that lacks one, or a label that is no number.
    """
    if declared.date_column not in frames.column_types(table):
        table = dated(declared, table)
    column = declared.label.column
    keys = [declared.entity, declared.date_column]
    frames.require_columns(frames.column_types(table), [*keys, column], f"{model_name}: the label table")
    table = frames.only_columns(table, [*keys, column])
    if declared.label.event_value is not None:
        table = frames.with_event(table, column, declared.label.event_value)
    elif frames.text_facts(table, [column])[column].other_count == 0:
        # A file that says nothing about types has its numbers as texts.
        table = frames.as_texts_and_numbers(table, keys, [], [column])
    column_type = frames.column_types(table)[column]
    if not is_numeric(column_type):
        raise FeatureError(
            f"{model_name}: the label {column} is {column_type}, not a number. Remedy: {BE_A_LABEL}."
        )
    return table


def population_of(
    model_name: str, declared: Classification, tables: Tables, as_of_date: date, columns: list[Column]
) -> Population:
    """Bring together features, segments, protected attributes and labels of the rows the model is about.

    Raises FeatureError for a label that is neither 0 nor 1, and for a table that is absent or would double a
    row.
    """
    numbers = [column.name for column in columns if column.is_number]
    categories = [column.name for column in columns if not column.is_number]
    own = [attribute for attribute in declared.protected if attribute in tables.column_types]
    watched = [*own, *([declared.where.column] if declared.where else [])]
    keep = [declared.entity, declared.date_column, *([declared.time] if declared.time else []), *watched]
    table = frames.as_texts_and_numbers(tables.features, dict.fromkeys(keep), categories, numbers)
    elsewhere = [attribute for attribute in declared.protected if attribute not in own]
    if elsewhere:
        table = _with_protected(model_name, declared, table, tables.protected, elsewhere)
    texts = [*categories, *own, *elsewhere, *([declared.time] if declared.time else [])]
    if declared.segment:
        table = with_segments(model_name, declared, table, tables.segments, declared.segment.column)
        texts.append(declared.segment.column)
    if declared.where:
        table = frames.only_where(table, declared.where.column, declared.where.value)
        texts.append(declared.where.column)
    with_labels, counts = labelled(model_name, declared, table, tables.labels, as_of_date, BE_A_LABEL)
    label = declared.label.column
    fractions = frames.column_facts(with_labels, declared.entity, [label])[label].fraction_count
    if fractions:
        raise FeatureError(
            f"{model_name}: the label {label} is neither 0 nor 1 in {fractions:,} of "
            f"{counts.labelled_count:,} rows. Remedy: {BE_A_LABEL}."
        )
    return Population(
        row_count=sum(frames.count_by(table, None).values()),
        frame=frames.fetch(with_labels, declared.entity, [*numbers, label], declared.fit_rows, texts=texts),
        counts=counts,
    )


def _with_protected(
    model_name: str, declared: Classification, table: Any, protected: Any, attributes: list[str]
) -> Any:
    """Return a table with protected attributes beside it, null where a row has none."""
    if protected is None:
        raise FeatureError(
            f"{model_name}: protected {', '.join(attributes)} is no column of the feature table, and no "
            "table of protected attributes is given. Remedy: hand over protected=, or correct the name."
        )
    return beside(model_name, declared, table, protected, attributes, "the table of protected attributes")


def labelled_rows(
    model_name: str,
    declared: Classification,
    frame: pd.DataFrame,
    as_of_date: date,
    columns: tuple[Column, ...],
) -> Labelled:
    """Return the fetched rows as arrays; raises FeatureError for a day that is missing or in the future."""
    return Labelled(
        keys=frame[declared.entity].astype(str).to_numpy(dtype=object),
        features=typed_features(frame, columns),
        columns=columns,
        labels=frame[declared.label.column].to_numpy(dtype=float),
        segments=texts_of(frame, declared.segment.column) if declared.segment else None,
        times=_times(model_name, declared, frame, as_of_date) if declared.time else None,
        groups=groups_of(frame, declared.protected),
    )


def _times(model_name: str, declared: Classification, frame: pd.DataFrame, as_of_date: date) -> np.ndarray:
    """Return the day (rows,) of each row."""
    days = pd.to_datetime(frame[declared.time].str[:10], errors="coerce", format="%Y-%m-%d")
    wrong = {
        "missing, or no date,": days.isna(),
        f"after the as-of date {as_of_date}": days > pd.Timestamp(as_of_date),
    }
    for what, where in wrong.items():
        if where.any():
            examples = ", ".join(frame.loc[where, declared.entity].astype(str)[:3])
            raise FeatureError(
                f"{model_name}: {declared.time} is {what} in {where.sum():,} of {len(frame):,} labelled rows "
                f"(for example {declared.entity} {examples}). Remedy: correct it, or leave those rows out."
            )
    return days.to_numpy(dtype="datetime64[D]")
