"""What must not be learned from: the wrong grain, identifiers, text, and empty, missing or infinite values.

Pure functions from facts (`frames.GrainFacts`, `frames.ColumnFacts`) to findings.
"""

import re
from dataclasses import dataclass
from datetime import date

from segmart.errors import FeatureError
from segmart.frames import ColumnFacts, GrainFacts, TextFacts
from segmart.learning.declaration import CategoryFeature, Feature

NUMERIC_TYPE = re.compile(
    r"(u?(tiny|small|big|huge)?int(eger)?|u?tinyint|float|double|real|decimal.*|boolean|long|short|byte)$",
    re.I,
)
# The last is that of a column without a single value.
TEXT_TYPES = ("VARCHAR", "TEXT", "STRING", "CHAR", "ENUM", '"NULL"')
IDENTIFIER_NAME = re.compile(r"(^|_)(id|key|code|number|no|account)$|[a-z]I[dD]$")
# Fewer rows number themselves by chance too easily.
FEWEST_ROWS_THAT_NUMBER = 50
# A category with more levels than this, most of them in one row only, names rows and not kinds of them.
MANY_LEVELS = 50


@dataclass(frozen=True)
class Finding:
    """Why a feature cannot be learned from; with `is_emptiness` an optional one is merely left out."""

    feature: str
    finding: str
    remedy: str
    is_emptiness: bool = False


def check_grain(model_name: str, key: str, date_column: str, facts: GrainFacts) -> date:
    """Return the one as-of date; raises FeatureError unless each row is one customer on that date."""
    if facts.missing_key_count:
        raise FeatureError(
            f"{model_name}: {key} is missing in {facts.missing_key_count:,} of {facts.row_count:,} rows. "
            "Remedy: give every row its key, or drop the rows without one."
        )
    if facts.repeated_key_count:
        raise FeatureError(
            f"{model_name}: {key} repeats: {facts.repeated_key_count:,} of {facts.row_count:,} rows "
            f"hold a key seen before (for example {', '.join(facts.examples_of_repeated_keys)}). "
            f"Remedy: bring the feature table to one row per {key}."
        )
    if facts.missing_date_count:
        raise FeatureError(
            f"{model_name}: {date_column} is missing, or no date, in {facts.missing_date_count:,} "
            f"of {facts.row_count:,} rows. Remedy: say for every row as of which date it holds."
        )
    if len(facts.dates) > 1:
        raise FeatureError(
            f"{model_name}: {date_column} holds more than one date ({', '.join(map(str, facts.dates))}). "
            "Remedy: a model learns from one as-of date; keep the rows of one."
        )
    return facts.dates[0]


def is_numeric(column_type: str) -> bool:
    """Say whether the engine's type is a number, or true and false, which count as 1 and 0."""
    return NUMERIC_TYPE.match(column_type) is not None


def is_text(column_type: str) -> bool:
    """Say whether the engine's type is a text."""
    return column_type.upper().startswith(TEXT_TYPES)


def check_column_type(feature: Feature | CategoryFeature, column_type: str | None) -> Finding | None:
    """Return a finding when the column is absent, or not the number or the text it is declared to be."""
    if column_type is None:
        return Finding(feature.name, "is absent from the feature table", "add it or correct its name", True)
    if isinstance(feature, CategoryFeature):
        if is_text(column_type):
            return None
        remedy = "declare it a number, or make it a text"
        return Finding(feature.name, f"is {column_type}, and a category is a text", remedy)
    if not is_numeric(column_type):
        return Finding(feature.name, f"is {column_type}, not a number", "declare numeric columns only")
    return None


def check_column_content(feature: Feature, facts: ColumnFacts) -> Finding | None:
    """Return a finding when the column's values must not be learned from."""
    of_rows = f"of {facts.row_count:,} rows"
    if facts.missing_count == facts.row_count:
        finding = f"is empty: missing in all {facts.row_count:,} rows"
        return Finding(feature.name, finding, "fill it, or declare required: false", True)
    if facts.infinite_count:
        finding = f"is infinite in {facts.infinite_count:,} {of_rows}"
        return Finding(feature.name, finding, "repair the division by zero behind it, or make the value null")
    if facts.equal_to_key_count == facts.row_count:
        return Finding(feature.name, "is the key itself written as a number", "leave it out of the features")
    if looks_like_an_identifier(feature.name, facts):
        finding = f"looks like an identifier: a whole number that differs in all {facts.row_count:,} rows"
        return Finding(feature.name, finding, "leave it out of the features")
    if feature.impute == "refuse" and facts.missing_count:
        finding = f"is missing in {facts.missing_count:,} {of_rows}"
        return Finding(feature.name, finding, "declare impute: zero or impute: median, or fill it")
    return None


def check_category_content(feature: CategoryFeature, facts: TextFacts) -> Finding | None:
    """Return a finding when the column's texts must not be learned from."""
    present = facts.row_count - facts.missing_count
    if not present:
        finding = f"is empty: missing in all {facts.row_count:,} rows"
        return Finding(feature.name, finding, "fill it, or declare required: false", True)
    if facts.distinct_count == 1 and not facts.missing_count:
        finding = f"is the same text in all {facts.row_count:,} rows"
        return Finding(feature.name, finding, "leave it out, or declare required: false", True)
    if facts.distinct_count == present or facts.distinct_count > max(MANY_LEVELS, present / 2):
        finding = f"names rows rather than kinds of them: {facts.distinct_count:,} texts in {present:,} rows"
        return Finding(feature.name, finding, "group its texts, or leave it out of the features")
    return None


def looks_like_an_identifier(name: str, facts: ColumnFacts) -> bool:
    """Say whether a column of whole numbers, different in every row, is named like an id or numbers the rows.

    Numbering leaves gaps when the table holds only some of the customers, so up to two thirds may be absent.
    """
    if facts.distinct_count != facts.row_count or facts.fraction_count:
        return False
    span = facts.maximum - facts.minimum + 1
    numbers_the_rows = facts.row_count >= FEWEST_ROWS_THAT_NUMBER and span <= 3 * facts.row_count
    return numbers_the_rows or IDENTIFIER_NAME.search(name) is not None


def left_out_or_raise(
    model_name: str,
    population: str,
    features: dict[str, Feature | CategoryFeature],
    findings: list[Finding],
) -> list[dict]:
    """Return the optional features that are merely empty; raises FeatureError for all others."""
    grave = [
        finding for finding in findings if features[finding.feature].required or not finding.is_emptiness
    ]
    if grave:
        raise FeatureError(
            "\n".join(
                f"{model_name}, population {population}: column {finding.feature} {finding.finding}. "
                f"Remedy: {finding.remedy}."
                for finding in grave
            )
        )
    return [{"feature": finding.feature, "reason": finding.finding} for finding in findings]
