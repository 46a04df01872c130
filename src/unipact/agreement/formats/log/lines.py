"""Canonical JSON lines: one object in RFC 8785 form and a line feed, read without any tolerance."""

from __future__ import annotations

import json
from typing import Any

import rfc8785

from unipact.agreement.formats.log.fields import wrong

_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def read_line(line: bytes) -> dict[str, Any]:
    """The object of a line.

    Raises:
        Invalid: it is no canonical JSON object; a key that stands twice is named.
    """
    if line[-1:] != b"\n" or line.count(b"\n") != 1:
        raise wrong("", "the text of an entry is one line")
    value = _parsed(line[:-1])
    try:
        again = canonical(value, ascii_only=line.isascii())
    except (rfc8785.CanonicalizationError, ValueError, RecursionError) as error:
        raise wrong("", f"the line is no canonical JSON: {error}") from error
    if not isinstance(value, dict):
        raise wrong("", "the line is no JSON object")
    if again != line[:-1]:
        twice = _key_that_stands_twice(line[:-1])
        if twice is not None:
            raise wrong(twice[:60], "the key stands twice in one object")
        raise wrong("", "the line is not in the form of RFC 8785")
    return value


def canonical(value: Any, *, ascii_only: bool) -> bytes:
    """The RFC 8785 form of a JSON value without fractions.

    Where every character is ASCII, Python's own encoder gives the same bytes several times as fast:
    keys then sort alike by UTF-16 unit and by code point, and both escape the same controls in the
    same way. Whole numbers beyond 2^53 - 1, which RFC 8785 refuses, are refused by the form of
    every key that holds a number.
    """
    if not ascii_only:
        return rfc8785.dumps(value)
    return _ENCODER.encode(value).encode("ascii")


def write_line(value: dict[str, Any]) -> bytes:
    """The line of an object."""
    return rfc8785.dumps(value) + b"\n"


def _parsed(text: bytes) -> Any:
    try:
        return json.loads(text.decode("utf-8"), parse_float=_refused, parse_constant=_refused)
    except (ValueError, RecursionError) as error:
        raise wrong("", f"the line is no JSON: {error}") from error


def _refused(text: str) -> Any:
    raise ValueError(f"{text[:30]} is no whole number")


def _key_that_stands_twice(text: bytes) -> str | None:
    found: list[str] = []

    def counted(pairs: list[tuple[str, Any]]) -> None:
        keys = [key for key, _ in pairs]
        found.extend(key for n, key in enumerate(keys) if key in keys[:n])

    json.loads(text, object_pairs_hook=counted)
    return found[0] if found else None
