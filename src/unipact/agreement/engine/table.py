"""The run document as a table for the terminal, in English or Chinese."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from unipact.agreement.engine.labels import STANDINGS, VERSION_STATES
from unipact.agreement.engine.quantities import quantity_text, target_text
from unipact.agreement.engine.terms import Text

_HEADS = (
    Text("Standing", "状态"),
    Text("Commitment", "承诺"),
    Text("Period", "时期"),
    Text("Target", "目标"),
    Text("Measured", "实测"),
)


def run_table(document: Mapping[str, Any], *, language: str = "en", width: int = 110) -> str:
    """The document as lines of at most ``width`` columns, ending in a newline.

    Wide characters count two columns. Under each row that was measured stands its reason.
    """
    key = "zh" if language.startswith("zh") else "en"
    lines = [*_head(document, key, width), ""]
    rows = [_row(c, key) for c in document["commitments"]]
    widths = _widths(rows, key, width)
    heads = [head.to(key) for head in _HEADS]
    lines.append(_line(heads, widths))
    lines.append(_line(["-" * w for w in widths], widths))
    for field in document["agreement"]["fields"]:
        mine = [c for c in document["commitments"] if c["field"] == field["id"]]
        if not mine:
            continue
        lines.append(field["name"][key])
        for commitment in mine:
            lines += _row_lines(_row(commitment, key), widths)
            period = _current(commitment)
            if period["value"] is not None:
                indent = " " * (widths[0] + 2)
                lines += _wrapped(period["reason"][key], width - len(indent), indent)
    lines += ["", _counts(document["summary"]["standing"], key)]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def display_width(text: str) -> int:
    """Columns that a terminal needs for the text."""
    return sum(_columns(character) for character in text)


def _columns(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _head(document: Mapping[str, Any], key: str, width: int) -> list[str]:
    agreement = document["agreement"]
    state = VERSION_STATES[agreement["state"]].to(key)
    words = Text(
        f"Version {agreement['version']} ({state}), as of {document['as_of']}, "
        f"snapshot {document['snapshot']['id']}",
        f"第 {agreement['version']} 版（{state}），截至 {document['as_of']}，"
        f"快照 {document['snapshot']['id']}",
    )
    lines = [agreement["title"][key], *_wrapped(words.to(key), width, ""), agreement["sha256"]]
    if agreement["illustration"]:
        lines += _wrapped(agreement["illustration"][key], width, "")
    return lines


def _current(commitment: Mapping[str, Any]) -> Mapping[str, Any]:
    current: Mapping[str, Any] = next(
        p for p in commitment["periods"] if p["id"] == commitment["current_period"]
    )
    return current


def _row(commitment: Mapping[str, Any], key: str) -> list[str]:
    period, unit = _current(commitment), commitment["unit"]
    value = period["value"]
    return [
        STANDINGS[commitment["standing"]].to(key),
        commitment["title"][key],
        period["id"],
        target_text(commitment["direction"], Decimal(period["target"]), unit).to(key),
        quantity_text(Decimal(value), unit, key) if value is not None else "–",
    ]


def _widths(rows: Sequence[Sequence[str]], key: str, width: int) -> list[int]:
    heads = [head.to(key) for head in _HEADS]
    widths = [
        max(display_width(row[column]) for row in (heads, *rows)) for column in range(len(heads))
    ]
    # The title gives way, down to what can still be read.
    spare = width - (sum(widths) - widths[1]) - 2 * (len(widths) - 1)
    widths[1] = max(min(widths[1], spare), 16)
    return widths


def _row_lines(cells: Sequence[str], widths: Sequence[int]) -> list[str]:
    """The row, with as many lines as its title needs."""
    first, *rest = _wrapped(cells[1], widths[1], "")
    more = [["", title, *[""] * (len(cells) - 2)] for title in rest]
    return [_line(line, widths) for line in [[cells[0], first, *cells[2:]], *more]]


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    fitted = [_fitted(cell, width) for cell, width in zip(cells, widths, strict=True)]
    return "  ".join(fitted).rstrip()


def _fitted(text: str, width: int) -> str:
    if display_width(text) <= width:
        return text + " " * (width - display_width(text))
    cut = ""
    for character in text:
        if display_width(cut + character) > width - 1:
            break
        cut += character
    return cut + "…" + " " * (width - display_width(cut) - 1)


def _wrapped(text: str, width: int, indent: str) -> list[str]:
    lines, line = [], ""
    for piece in _pieces(text):
        if line and display_width(line + piece.rstrip(" ")) > width:
            lines.append(indent + line.rstrip(" "))
            line = ""
        line += piece
    return [*lines, indent + line.rstrip(" ")]


def _pieces(text: str) -> Iterable[str]:
    """Where a line may break: after a space, and around wide characters but not before marks."""
    piece = ""
    for position, character in enumerate(text):
        piece += character
        following = text[position + 1 : position + 2]
        is_break = character == " " or (_columns(character) == 2 or _is_wide(following))
        closing = following != "" and unicodedata.category(following) in ("Po", "Pe", "Pf")
        opening = unicodedata.category(character) in ("Ps", "Pi")
        if is_break and not closing and not opening and character != "\N{NO-BREAK SPACE}":
            yield piece
            piece = ""
    if piece:
        yield piece


def _is_wide(character: str) -> bool:
    return character != "" and _columns(character) == 2


def _counts(counts: Mapping[str, int], key: str) -> str:
    parts = [f"{STANDINGS[name].to(key)} {number}" for name, number in counts.items() if number]
    return " · ".join(parts)
