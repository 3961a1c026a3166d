"""What is printed when files were written: the decisions, the files, and what to type next."""

import textwrap
from collections.abc import Mapping, Sequence

from segmart.generating.deciding import Decision
from segmart.generating.predicting import Label, is_category
from segmart.generating.segmenting import Feature

WIDTH = 118
LONGEST_NAME = 34


def decisions_told(lines: Sequence[tuple[str, str]]) -> str:
    """Return a table of columns and what becomes of them."""
    lines = [(" ".join(column.split()) or repr(column), words) for column, words in lines]
    width = min(max(len(column) for column, _ in lines), LONGEST_NAME)
    told = []
    for column, words in lines:
        name = column if len(column) <= width else f"{column[: width - 3]}..."
        told += textwrap.wrap(
            words, WIDTH, initial_indent=f"  {name:{width}}  ", subsequent_indent=" " * (width + 4)
        )
    return "\n".join(told)


def segmentation_lines(
    decisions: Sequence[Decision], features: Sequence[Feature], rank_by: str
) -> list[tuple[str, str]]:
    """Return each column of the file with what a segmentation makes of it."""
    by_name = {feature.name: feature for feature in features}
    lines = []
    for decision in decisions:
        if decision.part != "feature":
            lines.append((decision.seen.name, _part(decision)))
            continue
        feature = by_name[decision.name]
        how = (
            ["category"]
            if feature.is_category
            else [feature.transform]
            if feature.transform != "none"
            else []
        )
        how += ["capped"] if feature.cap else []
        how += [f"missing as {feature.impute}"] if decision.seen.missing_count and feature.impute else []
        how += list(feature.reasons)
        words = f"feature {decision.name}" + (f": {'; '.join(how)}" if how else "") + _personal(decision)
        lines.append(
            (decision.seen.name, f"{words}; orders the segments" if decision.name == rank_by else words)
        )
    return lines


def risk_lines(decisions: Sequence[Decision], label: Label) -> list[tuple[str, str]]:
    """Return each column of the file with what a risk model makes of it."""
    lines = []
    for decision in decisions:
        if decision.part == "label":
            words = f"label {label.name}: true where it is {label.event_value!r} ({label.event_count:,} of "
            words += f"{label.labelled_count:,}), {label.why}"
        elif decision.part == "feature":
            kind = ", a category" if is_category(decision) else ""
            words = f"feature {decision.name}{kind}{_personal(decision)}"
        else:
            words = _part(decision)
        lines.append((decision.seen.name, words))
    return lines


def files_told(project_files: Mapping[str, str], is_written: bool) -> str:
    """Return the files by name."""
    verb = "Written" if is_written else "Would be written (nothing was, --dry-run)"
    return "\n".join([f"{verb}:", *(f"  {path}" for path in project_files)])


def next_told(model: str) -> str:
    """Return the commands that come next."""
    return "\n".join(
        [
            "Next:",
            f"  segmart build --select +mart_{model}",
            f"  segmart show mart_{model}",
            "A plain `segmart build` builds it with everything else, and publishes it.",
        ]
    )


def _part(decision: Decision) -> str:
    return {
        "id": f"id, as {decision.name}",
        "as of": "as-of date",
        "time": f"the day each row is about, as {decision.name}: late rows judge the model",
        "protected": f"watched as {decision.name}, never learned from",
        "left out": f"left out: {decision.why}",
    }[decision.part]


def _personal(decision: Decision) -> str:
    return " (personal: not published unless asked for)" if decision.is_personal else ""
