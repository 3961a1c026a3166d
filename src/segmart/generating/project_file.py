"""Adds entries to variables of dbt_project.yml as text: comments, order and line ends stay as they are."""

from collections.abc import Callable
from typing import Any

import yaml

from segmart.errors import InputError
from segmart.generating.text import scalar


def with_list_entry(text: str, variable: str, entry: str) -> str:
    """Return the text of a dbt_project.yml whose variable, a list, also holds an entry.

    Raises InputError when the file cannot be changed without rewriting it; the message says what to add.
    """
    return _changed(text, variable, entry, None, lambda value: [*(value or []), entry])


def with_mapping_entry(text: str, variable: str, key: str, value: str) -> str:
    """Return the text of a dbt_project.yml whose variable, a mapping, also holds a value under a key.

    As `with_list_entry`; a key that is there keeps its line and gets the value.
    """
    return _changed(text, variable, key, value, lambda before: {**(before or {}), key: value})


def _changed(text: str, variable: str, key: str, value: str | None, expected: Callable[[Any], Any]) -> str:
    entry = key if value is None else f"{key}: {scalar(value)}"
    by_hand = f"add {entry!r} to its variable {variable} by hand"
    try:
        before = yaml.safe_load(text)
        scope, path = _scope(yaml.compose(text), before, variable)
        current = _at(before, path).get(variable)
        if _holds(current, key, value):
            return text
        changed = _insert(text, scope, variable, key, value, entry)
        after = yaml.safe_load(changed)
        # Whatever the file looks like: what was written must read as what was meant, and all else as before.
        is_as_meant = _at(after, path).get(variable) == expected(current)
        is_else_unchanged = _without(after, path, variable) == _without(before, path, variable)
    except (yaml.YAMLError, AttributeError, TypeError, KeyError) as error:
        reason = " ".join(str(error).split())
        raise InputError(f"dbt_project.yml is not as expected ({reason}); {by_hand}") from error
    if not (is_as_meant and is_else_unchanged):
        raise InputError(f"dbt_project.yml cannot be changed without rewriting it; {by_hand}")
    return changed


def _scope(root: yaml.MappingNode, content: dict, variable: str) -> tuple[yaml.MappingNode, tuple[str, ...]]:
    """Return the mapping of variables that has, or is to have, the variable, and the path to it."""
    scope, path = _value(root, "vars"), ("vars",)
    own = content["vars"].get(content.get("name"))
    if isinstance(own, dict) and variable not in content["vars"]:
        scope, path = _value(scope, content["name"]), ("vars", content["name"])
    if not isinstance(scope, yaml.MappingNode):
        raise TypeError("it has no variables")
    return scope, path


def _insert(
    text: str, scope: yaml.MappingNode, variable: str, key: str, value: str | None, entry: str
) -> str:
    line_end = "\r\n" if "\r\n" in text else "\n"
    node = _value(scope, variable)
    is_list = value is None
    item = f"- {entry}" if is_list else entry
    if node is None:
        indent = " " * scope.value[0][0].start_mark.column
        return _below(text, _end(scope), f"{indent}{variable}:{line_end}{indent}  {item}", line_end)
    if not is_list and isinstance(node, yaml.MappingNode) and (present := _value(node, key)) is not None:
        return text[: present.start_mark.index] + scalar(value) + text[present.end_mark.index :]
    if isinstance(node, yaml.CollectionNode) and node.flow_style:
        close = node.end_mark.index - 1
        before = text[:close].rstrip()
        comma = ", " if node.value and not before.endswith(",") else " " if node.value else ""
        blank = text[len(before) : close]
        return f"{before}{comma}{entry}{blank if line_end in blank else ''}{text[close:]}"
    if isinstance(node, yaml.CollectionNode):
        indent = " " * node.start_mark.column
        return _below(text, _end(node), f"{indent}{item}", line_end)
    # A variable without a value: what belongs to it comes on the next line.
    name = next(given for given, _ in scope.value if given.value == variable)
    indent = " " * (name.start_mark.column + 2)
    return _below(text, name.end_mark.index, f"{indent}{item}", line_end)


def _below(text: str, index: int, lines: str, line_end: str) -> str:
    """Return the text with lines after the one that an index is in."""
    end = text.find("\n", index)
    if end < 0:
        return f"{text}{line_end}{lines}{line_end}"
    return f"{text[: end + 1]}{lines}{line_end}{text[end + 1 :]}"


def _end(node: yaml.Node) -> int:
    """Return where the last scalar or bracket of a node ends: a block's own end lies behind its comments."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        if not isinstance(last, tuple):
            return _end(last)
        name, content = last
        return max(name.end_mark.index, _end(content))
    return node.end_mark.index


def _value(mapping: yaml.MappingNode, key: str) -> yaml.Node | None:
    return next((value for name, value in mapping.value if name.value == key), None)


def _at(content: Any, path: tuple[str, ...]) -> dict:
    for key in path:
        content = content[key]
    return content


def _without(content: Any, path: tuple[str, ...], variable: str) -> Any:
    """Return the content but for one variable."""
    if not path:
        return {key: value for key, value in content.items() if key != variable}
    return {**content, path[0]: _without(content[path[0]], path[1:], variable)}


def _holds(current: Any, key: str, value: str | None) -> bool:
    if value is None:
        return isinstance(current, list) and key in current
    return isinstance(current, dict) and current.get(key) == value
