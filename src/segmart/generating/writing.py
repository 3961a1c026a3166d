"""What the files of every generated model have in common: the boundary, its columns, what is left out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from segmart.generating.deciding import Decision, in_words
from segmart.generating.names import clean_name
from segmart.generating.opening import Sheet
from segmart.generating.text import comment, flow, flow_list, one_line, scalar, template
from segmart.workbooks.finding import plain_title

KEY_CONSTRAINTS = "[{type: not_null}, {type: primary_key}]"
NOT_NULL = "[{type: not_null}]"


@dataclass(frozen=True)
class Origin:
    """Where a generated model comes from.

    `path` is the file as the project names it, `command` what was typed, `columns` all columns of the file,
    `sheet` the part of a workbook that is the table.
    """

    model: str
    path: str
    command: str
    row_count: int
    columns: tuple[str, ...]
    sheet: Sheet | None = None

    @property
    def file_name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]


@dataclass(frozen=True)
class Column:
    """A column of a model, each part of it as YAML; a personal one is not published unless asked for."""

    name: str
    data_type: str
    description: str
    constraints: str = ""
    data_tests: str = ""
    meta: tuple[tuple[str, str], ...] = ()
    is_personal: bool = False

    def line(self) -> str:
        """Return the column as one line of a model's `columns`."""
        meta = dict(self.meta) | ({"personal": "true"} if self.is_personal else {})
        entries = {
            "name": scalar(self.name),
            "data_type": self.data_type,
            "description": self.description,
            "constraints": self.constraints,
            "data_tests": self.data_tests,
            "config": flow({"meta": flow(meta)}) if meta else "",
        }
        return f"      - {flow({key: value for key, value in entries.items() if value})}"


AS_OF_DATE = Column("as_of_date", "date", "\"{{ doc('as_of_date') }}\"", NOT_NULL)


def document(*parts: str) -> str:
    """Return the text of a file made of parts, one empty line between them."""
    return "\n\n".join(part for part in parts if part) + "\n"


def heading(origin: Origin) -> str:
    """Return the comment at the top of a generated YAML file."""
    said = comment("Written once by the command below, and yours from here on.")
    # In one line, to be typed again.
    return f"{said}\n# {one_line(origin.command)}"


def supplied_sql(what: str) -> str:
    """Return the SQL of a model that is supplied."""
    return f"""\
-- {what}
-- Supplied: the YAML beside this file says which file that is, and how it is read.

{{{{ supplied_features() }}}}
"""


def supplied_model(
    origin: Origin, name: str, description: str, columns: Sequence[Column], notes: Sequence[str] = ()
) -> str:
    """Return a model in YAML that is supplied from the file; `notes` are comments below its columns."""
    lines = [
        f"  - name: {name}",
        f"    description: {template(description)}",
        "    config:",
        "      schema: features",
        "      materialized: table",
        "      contract: {enforced: true}",
        f"      meta: {_supplied_from(origin)}",
        "    columns:",
        *(column.line() for column in columns),
        *notes,
    ]
    return "\n".join(lines)


def _supplied_from(origin: Origin) -> str:
    entries = {"supplied_from": template(origin.path)}
    if origin.sheet:
        name, row = template(origin.sheet.name), str(origin.sheet.header_row)
        entries["workbook"] = flow({"sheet": name, "header_row": row})
    return flow(entries)


def mart_model(
    origin: Origin, group: str, description: str, columns: Sequence[Column], constraints: str = ""
) -> str:
    """Return the mart in YAML: public, with a contract and an owner."""
    lines = [
        f"  - name: mart_{origin.model}",
        f"    description: {template(description)}",
        "    config:",
        "      schema: marts",
        "      materialized: table",
        f"      group: {group}",
        "      access: public",
        "      contract: {enforced: true}",
        *([f"    constraints: {constraints}"] if constraints else []),
        "    columns:",
        *(column.line() for column in columns),
    ]
    return "\n".join(lines)


def exposure(origin: Origin, owner: str, description: str) -> str:
    """Return the exposure of the mart: who answers for what others read in it."""
    return "\n".join(
        [
            "exposures:",
            f"  - name: readers_of_{origin.model}",
            "    type: analysis",
            "    maturity: low",
            f"    description: {template(description)}",
            f"    owner: {owner}",
            f"    depends_on: [ref('mart_{origin.model}')]",
        ]
    )


def key_column(origin: Origin, decision: Decision, related_to: str = "") -> Column:
    """Return the id, tested as the primary key; every id must also be found in the model `related_to`."""
    arguments = flow({"to": f"ref('{related_to}')", "field": scalar(decision.name)})
    related = [flow({"relationships": flow({"arguments": arguments})})] if related_to else []
    return Column(
        decision.name,
        "varchar",
        template(f"Key of the row, {code(decision.seen.name)} of the file."),
        KEY_CONSTRAINTS,
        flow_list(["not_null", "unique", *related]),
    )


def supplied_as(origin: Origin, decision: Decision, column: Column) -> Column:
    """Return a column of a supplied model with how it stands in the file, where its name does not say so."""
    seen = decision.seen
    meta: dict[str, str] = {}
    # Names that differ in signs only are told apart by saying exactly which one is meant.
    has_a_double = any(
        clean_name(other) == clean_name(seen.name) or plain_title(other) == plain_title(seen.name)
        for other in origin.columns
        if other != seen.name
    )
    if column.name != seen.name or has_a_double:
        meta["supplied_as"] = template(seen.name)
    if seen.words_for_missing:
        meta["read_as_missing"] = flow_list([template(word) for word in seen.words_for_missing])
    return replace(column, meta=(*meta.items(), *column.meta))


def as_of_column(origin: Origin, decisions: Iterable[Decision]) -> Column:
    """Return the as-of date of a supplied model: a column of the file, or else the variable of that name."""
    for decision in decisions:
        if decision.part == "as of":
            return supplied_as(origin, decision, AS_OF_DATE)
    return AS_OF_DATE


def given_column(origin: Origin, decision: Decision) -> Column:
    """Return a column of the file as it stands in a supplied model, with what was seen of it."""
    words = f"{code(decision.seen.name)} of the file. Seen: {in_words(decision.seen)}."
    column = Column(decision.name, decision.data_type, template(words), is_personal=decision.is_personal)
    return supplied_as(origin, decision, column)


def mart_column(decision: Decision) -> Column:
    """Return a column of the file as a mart shows it."""
    words = template(f"{code(decision.seen.name)} of the file.")
    return Column(decision.name, decision.data_type, words, is_personal=decision.is_personal)


def left_out_notes(decisions: Iterable[Decision]) -> list[str]:
    """Return comments that say of each column of the file that is left out why it is."""
    left_out = [decision for decision in decisions if decision.part == "left out"]
    lines = [comment(f"{code(one.seen.name)}: {one.why}.", 6, hanging=2) for one in left_out]
    return [comment("Columns of the file that are left out, and why:", 6), *lines] if lines else []


def left_out_elsewhere(origin: Origin, decisions: Iterable[Decision], indent: int) -> list[str]:
    """Return a comment that says where it is said which columns are left out, if any are."""
    count = sum(decision.part == "left out" for decision in decisions)
    columns = "Of one more column" if count == 1 else f"Of {count} more columns"
    place = f"models/{origin.model}/_{origin.model}__models.yml"
    return (
        [
            comment(
                f"{columns} {place} says why nothing is learned from {'it' if count == 1 else 'them'}.",
                indent,
            )
        ]
        if count
        else []
    )


def code(name: str) -> str:
    """Return the name of a column as words of Markdown show it."""
    return f"`{' '.join(name.split()) or name}`"
