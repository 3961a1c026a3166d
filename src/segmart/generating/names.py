"""Names: of a new model, of columns as they are called in a file and as they are called in the warehouse."""

import difflib
import re
import unicodedata
from collections.abc import Iterable, Sequence

from segmart.errors import InputError

# Signs that mean something in the name of a column, in words.
SIGNS = {"%": "percent", "$": "dollars", "€": "euros", "£": "pounds", "#": "number", "&": "and", "+": "plus"}
CAMEL_CASE = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
MODEL_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
LONGEST_MODEL_NAME = 40
# What an engine or the linter would take for a word of the language; a test holds the list against both.
RESERVED_WORDS = """
    all alter analyse analyze and anti any array as asc asof asymmetric at authorization begin between binary
    both by case cast check collate collation column columns commit commutator concurrently connect constraint
    create cross current current_catalog current_date current_role current_schema current_time
    current_timestamp current_user date default deferrable delete desc describe distinct do drop else end
    except exists false fetch for foreign freeze from full generated glob grant group hashes having ilike in
    index initially inner insert intersect interval into is isnull join lambda lateral leading left like limit
    localtime localtimestamp map merges natural negator not notnull null offset on only or order outer over
    overlaps partition pivot pivot_longer pivot_wider placing positional primary qualify references returning
    right rightarg rollback row rows select semi session_user set show similar some struct summarize symmetric
    table tablesample then time timestamp to trailing transaction trigger true truncate try_cast tuple union
    unique unpack unpivot update user using values variadic verbose view when where window with
"""
RESERVED = frozenset(RESERVED_WORDS.split())


def check_model_name(name: str) -> str:
    """Return the name of a new model; raises InputError unless it is snake_case and short."""
    if not MODEL_NAME.fullmatch(name) or len(name) > LONGEST_MODEL_NAME:
        proposal = clean_name(name)[:LONGEST_MODEL_NAME].strip("_")
        hint = f", for example {proposal}" if MODEL_NAME.fullmatch(proposal) else ""
        raise InputError(
            f"{name!r} cannot be the name of a model: it needs small letters, digits and single underscores, "
            f"a letter first, at most {LONGEST_MODEL_NAME} characters{hint}"
        )
    return name


def clean_names(names: Sequence[str], taken: Iterable[str] = ()) -> dict[str, str]:
    """Return for each column of a file what it is called in the warehouse.

    Small letters, digits and underscores, none a word of SQL, so that nobody has to quote them; letters of
    other scripts stay, as engines take them for letters too.
    Two columns never share a name, nor does one take a name of `taken`: the later one gets a number.
    """
    used, cleaned = set(taken), {}
    for position, name in enumerate(names, start=1):
        base = clean_name(name) or f"column_{position}"
        candidate, number = base, 1
        while candidate in used:
            number += 1
            candidate = f"{base}_{number}"
        used.add(candidate)
        cleaned[name] = candidate
    return cleaned


def clean_name(name: str) -> str:
    """Return a name in snake_case that is no word of SQL: "select" becomes select_value."""
    text = snake_case(name)
    return f"{text}_value" if text in RESERVED else text


def snake_case(name: str) -> str:
    """Return a name in snake_case, or nothing when no letter or digit is in it: "CustomerID", "Income (k$)"
    become customer_id, income_k_dollars.
    """
    text = CAMEL_CASE.sub("_", "".join(map(_without_accent, name)))
    text = "".join(f" {SIGNS[sign]} " if sign in SIGNS else sign for sign in text)
    text = re.sub(r"[\W_]+", "_", text.casefold()).strip("_")
    return f"column_{text}" if text[:1].isdigit() else text


def near(wanted: str, present: Iterable[str]) -> str:
    """Return what may have been meant, as a clause: the nearest names, or else all there are."""
    present = list(present)
    lowered = {name.lower(): name for name in present}
    alike = [wanted.lower()] if wanted.lower() in lowered else None
    close = alike or difflib.get_close_matches(wanted.lower(), lowered, n=3, cutoff=0.6)
    if close:
        return "did you mean " + " or ".join(repr(lowered[name]) for name in close) + "?"
    shown = ", ".join(map(repr, present[:20])) + (", ..." if len(present) > 20 else "")
    return f"the columns are {shown}"


def _without_accent(character: str) -> str:
    """Return a Latin letter without its accent (and a raised 2 as 2), any other character as it is."""
    parts = unicodedata.normalize("NFKD", character)
    base = "".join(part for part in parts if not unicodedata.combining(part))
    return base if base.isascii() and base.isalnum() else character
