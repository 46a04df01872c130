"""The one canonical layout of ``agreement.toml``: what ``unipact fmt`` writes.

Keys stand in the order of the schema. Texts in two languages are dotted keys, one language a
line; tables of the top level have headers; lists of tables inside a table (targets, milestones,
instalments) have one entry a line; a text of several lines is a multi-line string. Comments are
kept: each stays above, or behind, the key it was written for, or above the entry that holds it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from unipact.agreement.formats.agreement_toml import AgreementFile, read_agreement
from unipact.agreement.formats.canonical import Path
from unipact.agreement.formats.positions import Comment, layout_of
from unipact.agreement.formats.structure import schema
from unipact.errors import Conflict

_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}
Rule = Mapping[str, Any]


def formatted(file: AgreementFile, *, comments: Iterable[Comment] = ()) -> bytes:
    """The file in the canonical layout, with ``comments`` at their places.

    Raises Conflict rather than lose a comment or change the meaning: nothing is written then.
    """
    kept = list(comments)
    data = "".join(f"{line}\n" for line in _lines(file.document, kept)).encode()
    if read_agreement(data).sha256 != file.sha256:
        raise Conflict("the canonical layout would change the meaning; this is a fault of unipact")
    if Counter(c.text for c in layout_of(data).comments) != Counter(c.text for c in kept):
        raise Conflict(
            "a comment has no place in the canonical layout; take it out or use --drop-comments"
        )
    return data


def comments_of(file: AgreementFile) -> list[Comment]:
    """The comments of a file that was read from TOML."""
    return layout_of(file.original).comments


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of the file; ``path`` is the key path it stands for, None where there is none."""

    text: str
    path: Path | None


def _lines(document: Mapping[str, Any], comments: list[Comment]) -> Iterator[str]:
    lines = list(_document(document))
    above, behind = _placed(lines, comments)
    first = True
    for number, line in enumerate(lines):
        is_header = line.text.startswith("[") and line.path is not None
        if is_header and not first:
            yield ""
        indent = line.text[: len(line.text) - len(line.text.lstrip())]
        yield from (indent + comment for comment in above.get(number, ()))
        yield line.text + (f"  {behind[number]}" if number in behind else "")
        first = False
    if -1 in above:
        yield ""
        yield from above[-1]


def _placed(
    lines: list[_Line], comments: list[Comment]
) -> tuple[dict[int, list[str]], dict[int, str]]:
    """For each line the comments above it (-1: the end of the file) and the one behind it."""
    numbers: dict[Path, int] = {}
    for number, line in enumerate(lines):
        if line.path is not None:
            for depth in range(1, len(line.path) + 1):
                numbers.setdefault(line.path[:depth], number)
    above: dict[int, list[str]] = {}
    behind: dict[int, str] = {}
    for comment in comments:
        path = comment.path
        while path and path not in numbers:
            path = path[:-1]
        number = numbers[path] if path else -1
        exact = path == comment.path and lines[number].path == path
        if comment.trailing and exact and number not in behind:
            behind[number] = comment.text
        else:
            above.setdefault(number, []).append(comment.text)
    return above, behind


def _document(document: Mapping[str, Any]) -> Iterator[_Line]:
    rule = schema("agreement")
    tables: list[tuple[str, Rule]] = []
    for key, below in _ordered(document, rule):
        if _is_section(document[key], below):
            tables.append((key, below))
        else:
            yield from _pairs(key, document[key], below, (key,))
    for key, below in tables:
        value = document[key]
        if isinstance(value, Mapping):
            yield _Line(f"[{key}]", (key,))
            yield from _body(value, below, (key,))
            continue
        entry_rule = _resolved(below["items"])
        for index, entry in enumerate(value):
            yield _Line(f"[[{key}]]", (key, index))
            yield from _body(entry, entry_rule, (key, index))


def _is_section(value: object, rule: Rule) -> bool:
    if isinstance(value, Mapping):
        return not _is_text(rule)
    return isinstance(value, list) and bool(value)


def _is_text(rule: Rule) -> bool:
    return list(rule.get("properties", ())) == ["en", "zh"]


def _body(table: Mapping[str, Any], rule: Rule, path: Path) -> Iterator[_Line]:
    for key, below in _ordered(table, rule):
        yield from _pairs(key, table[key], below, (*path, key))


def _pairs(name: str, value: Any, rule: Rule, path: Path) -> Iterator[_Line]:
    if isinstance(value, Mapping) and value:
        for key, below in _ordered(value, rule):
            yield from _pairs(f"{name}.{key}", value[key], below, (*path, key))
    elif isinstance(value, list) and value and isinstance(value[0], Mapping):
        entry_rule = _resolved(rule["items"])
        yield _Line(f"{name} = [", path)
        for index, entry in enumerate(value):
            yield _Line(f"  {_inline(entry, entry_rule)},", (*path, index))
        yield _Line("]", None)
    elif isinstance(value, str) and "\n" in value:
        lines = f'{name} = """\n{_multi_line(value)}"""'.split("\n")
        yield from (
            _Line(text, path if i == len(lines) - 1 else None) for i, text in enumerate(lines)
        )
    else:
        yield _Line(f"{name} = {_inline(value, rule)}", path)


def _inline(value: Any, rule: Rule) -> str:
    if isinstance(value, Mapping):
        parts = [f"{k} = {_inline(value[k], below)}" for k, below in _ordered(value, rule)]
        return f"{{ {', '.join(parts)} }}" if parts else "{}"
    if isinstance(value, list):
        items = _resolved(rule.get("items", {}))
        return f"[{', '.join(_inline(item, items) for item in value)}]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    return str(value) if rule.get("format") == "date" else f'"{_escaped(value)}"'


def _escaped(text: str) -> str:
    return "".join(_ESCAPES.get(character, character) for character in text)


def _multi_line(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("\t", "\\t").replace('"""', '""\\"')
    # A space at a line's end survives editors only when it is written out.
    escaped = re.sub(r" (?=\n|$)", "\\\\u0020", escaped)
    return re.sub(r'"$', '\\\\"', escaped)


def _ordered(table: Mapping[str, Any], rule: Rule) -> Iterator[tuple[str, Rule]]:
    """The keys of a table in the order of its schema, others by name, each with its rule."""
    known = rule.get("properties", {})
    for key, below in known.items():
        if key in table:
            yield key, _resolved(below)
    for key in sorted(set(table) - set(known)):
        yield key, {}


def _resolved(rule: Rule) -> Rule:
    reference = rule.get("$ref")
    if reference is None:
        return rule
    found: Rule = schema("agreement")["$defs"][str(reference).rpartition("/")[2]]
    return found
