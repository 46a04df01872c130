"""TOML files of a published format: bytes to the JSON form, with every finding at its line.

Used for ``agreement.toml`` and for ``sources.toml``. ``tomllib`` gives the values and tree-sitter
the lines. Every byte string gives a document or raises ``Invalid``.
"""

from __future__ import annotations

import heapq
import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from typing import Any, NoReturn

from unipact.agreement.formats.canonical import Path, Problem, to_json_form
from unipact.agreement.formats.positions import Layout, layout_of
from unipact.agreement.formats.structure import MOST_FAULTS, MOST_FINDINGS, structure_problems
from unipact.agreement.formats.toml_limits import first_beyond
from unipact.errors import Finding, Invalid

LARGEST_BYTES = 1024 * 1024
_BOM = b"\xef\xbb\xbf"
_PLACE = re.compile(
    r"^(?P<what>.*) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)$",
    re.DOTALL,
)


def read_toml_file(data: bytes, *, name: str, schema: str) -> dict[str, Any]:
    """The JSON form of a TOML file, checked by the published schema ``schema``.

    Raises:
        Invalid: the bytes are no such file; each finding names line, key path, fault and mend.
    """
    document, problems = toml_document(data, name=name, schema=schema)
    if problems:
        raise_invalid(name, placed_findings(problems, document, name=name, toml=data))
    return document


def toml_document(data: bytes, *, name: str, schema: str) -> tuple[dict[str, Any], list[Problem]]:
    """The JSON form of a TOML file, and where it departs from its schema."""
    document, problems = json_form(data, name=name)
    return document, problems + shape_problems(document, problems, schema, typed_days=True)


def json_form(data: bytes, *, name: str) -> tuple[dict[str, Any], list[Problem]]:
    """The JSON form of a TOML file, whatever it says, and each value that has none."""
    return to_json_form(_toml(decoded(data, name), name))


def shape_problems(
    document: Mapping[str, Any], formless: Iterable[Problem], schema: str, *, typed_days: bool
) -> list[Problem]:
    """Where a document departs from its schema, without the places that have no form at all."""
    known = {problem.path for problem in formless}
    found = structure_problems(document, schema, typed_days=typed_days)
    return [problem for problem in found if problem.path not in known]


def decoded(data: bytes, name: str) -> str:
    """The text of a file; raises Invalid where it is no UTF-8 or too large."""
    if len(data) > LARGEST_BYTES:
        what = f"the file has {len(data)} bytes; {LARGEST_BYTES} are read at most"
        refuse(name, name, what)
    if data.startswith(_BOM):
        what = "the file begins with a byte order mark"
        refuse(name, f"{name}:1:1", what, "Save it as UTF-8 without one")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - data.rfind(b"\n", 0, error.start)
        what = f"the byte 0x{data[error.start]:02x} is not UTF-8"
        refuse(name, f"{name}:{line}:{column}", what, "Save the file as UTF-8")


def refuse(name: str, where: str, what: str, mend: str = "") -> NoReturn:
    """Raise Invalid with one finding."""
    raise_invalid(name, [Finding(where, what, mend)])


def raise_invalid(name: str, findings: list[Finding]) -> NoReturn:
    """Raise Invalid with the findings of the file ``name``."""
    count = "one finding" if len(findings) == 1 else f"{len(findings)} findings"
    raise Invalid(f"{name} is not valid: {count}", findings=findings)


def placed_findings(
    problems: Iterable[Problem], document: Mapping[str, Any], *, name: str, toml: bytes | None
) -> list[Finding]:
    """Findings in line order: ``name:line key path (ids on the way)``.

    Without ``toml`` (another form was read) no line is named. The first hundred are told, and one
    more tells how many there are besides.
    """
    layout = _layout(toml, name) if toml is not None else None
    told = list(dict.fromkeys(problems))
    lines = [layout.line_of(problem.path) if layout else 0 for problem in told]
    first = heapq.nsmallest(MOST_FAULTS, range(len(told)), key=lines.__getitem__)
    found: dict[tuple[int, str, str, str], Finding] = {}
    for number in first:
        problem, line = told[number], lines[number]
        dotted = _dotted(problem.path)
        ids = _ids(problem.path, document)
        parts = [f"{name}:{line}" if layout else name, dotted, f"({', '.join(ids)})" * bool(ids)]
        where = " ".join(part for part in parts if part)
        key = (line, dotted, problem.what, problem.mend)
        found[key] = Finding(where, problem.what, problem.mend)
    shown = [found[key] for key in sorted(found)[:MOST_FINDINGS]]
    more = len(told) - len(first) + len(found) - len(shown)
    if more:
        # The reader of the shape stops at that many.
        least = ", at least" if len(told) >= MOST_FAULTS else ""
        shown.append(Finding(name, f"and {more} more{least}", "Mend those above and try again"))
    return shown


def _layout(toml: bytes, name: str) -> Layout:
    try:
        return layout_of(toml)
    except RecursionError:
        refuse(name, name, "the file is nested too deeply")


def _toml(text: str, name: str) -> dict[str, Any]:
    beyond = first_beyond(text)
    if beyond is not None:
        refuse(name, f"{name}:{text.count(chr(10), 0, beyond.at) + 1}", beyond.what)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        _refuse_syntax(str(error), text, name)
    except RecursionError:
        refuse(name, name, "the file is nested too deeply")
    except ValueError as error:
        # A whole number of more digits than Python reads, or a date that no calendar has.
        refuse(name, name, f"a value cannot be read ({str(error)[:120]})")


def _refuse_syntax(message: str, text: str, name: str) -> NoReturn:
    match = _PLACE.match(message)
    if match is None:
        refuse(name, name, f"this is no TOML: {message[:200]}")
    where = f"{name}:{match['line'] or text.count(chr(10)) + 1}"
    if match["column"]:
        where += f":{match['column']}"
    what = match["what"][:200]
    twice = what.startswith(("Cannot overwrite", "Cannot declare", "Duplicate"))
    mend = "A key or table stands twice" if twice else ""
    refuse(name, where, f"this is no TOML: {what[:1].lower()}{what[1:]}", mend)


def _dotted(path: Path) -> str:
    text = ""
    for key in path:
        if isinstance(key, int):
            text += f"[{key}]"
        else:
            plain = re.fullmatch(r"[A-Za-z0-9_-]{1,64}", key)
            text += ("." if text else "") + (key if plain else json.dumps(key[:64]))
    return text


def _ids(path: Path, document: Mapping[str, Any]) -> list[str]:
    found: list[str] = []
    here: Any = document
    for key in path:
        try:
            here = here[key]
        except (KeyError, IndexError, TypeError):
            break
        identity = here.get("id") if isinstance(key, int) and isinstance(here, dict) else None
        if isinstance(identity, str) and re.fullmatch(r"[a-z0-9-]{1,64}", identity):
            found.append(identity)
    return found
