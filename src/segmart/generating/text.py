"""Text from a file inside files of ours: YAML that reads back as the same text, comments that stay comments.

dbt takes every text in YAML for a Jinja template: braces that would begin an expression are written as one.
"""

import re
import textwrap
from collections.abc import Mapping, Sequence

import yaml

LINE_LENGTH = 118
PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*( [A-Za-z0-9_]+)*")
BEGINS_JINJA = re.compile(r"\{(?=[{%#])")


def scalar(text: str) -> str:
    """Return a text as a YAML scalar that fits anywhere: bare where it is harmless, else in double quotes."""
    if PLAIN.fullmatch(text) and yaml.safe_load(text) == text:
        return text
    written = yaml.safe_dump(text, default_style='"', allow_unicode=True, width=float("inf"))
    return written.rstrip("\n")


def template(text: str) -> str:
    """Return a text as a YAML scalar that is still the same after dbt has rendered it."""
    return scalar(without_jinja(text))


def without_jinja(text: str) -> str:
    """Return a template that renders to the text."""
    if BEGINS_JINJA.search(text):
        text = text.replace("{", "{{ '{' }}")
    # Jinja drops one line break at the end of a template.
    return text + "{{ '' }}" if text.endswith(("\n", "\r")) else text


def flow(entries: Mapping[str, str]) -> str:
    """Return a YAML mapping in one line; the values are YAML already."""
    return "{" + ", ".join(f"{key}: {value}" for key, value in entries.items()) + "}"


def flow_list(items: Sequence[str]) -> str:
    """Return a YAML list in one line; the items are YAML already."""
    return "[" + ", ".join(items) + "]"


def one_line(text: str) -> str:
    """Return a text in one line: what could end it, or is no character to print, becomes a blank."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def comment(text: str, indent: int = 0, hanging: int = 0) -> str:
    """Return a text as comment lines, those after the first moved in by `hanging`."""
    lines = textwrap.wrap(
        one_line(text),
        LINE_LENGTH - indent - 2,
        subsequent_indent=" " * hanging,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return "\n".join(f"{' ' * indent}# {line}" for line in lines)


def sentence(text: str) -> str:
    """Return a text with a capital first and a full stop at its end."""
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else f"{text}."
