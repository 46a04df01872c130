"""The canonical form of a document: what is hashed and, later, signed.

TOML → JSON (dates as ISO text, text of Unicode 14.0 in NFC, whole numbers up to 2⁵³−1, fractions
refused) → RFC 8785 → SHA-256. The hash covers the meaning, not the layout.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import rfc8785

from unipact.agreement.formats.unicode_14 import first_unassigned

Path = tuple[str | int, ...]
GREATEST_INTEGER = 2**53 - 1
DEEPEST = 32


class Day(str):
    """ISO text that stood in the file as a TOML date, not as quoted text."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong at a key path; a reader that knows lines turns it into a finding."""

    path: Path
    what: str
    mend: str = ""


def to_json_form(document: Mapping[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
    """The JSON form of a parsed TOML document, and each value that has none.

    A value that has no JSON form stands as None in the result, so that the rest can be checked.
    """
    problems: list[Problem] = []
    return _mapping(document, (), problems), problems


def canonical_bytes(document: Mapping[str, Any]) -> bytes:
    """The RFC 8785 bytes of a document that ``to_json_form`` found nothing wrong with."""
    return rfc8785.dumps(document)


def sha256_of(document: Mapping[str, Any]) -> str:
    """``sha256:`` and the hexadecimal digest of the canonical bytes."""
    return "sha256:" + hashlib.sha256(canonical_bytes(document)).hexdigest()


def _mapping(value: Mapping[str, Any], path: Path, problems: list[Problem]) -> dict[str, Any]:
    return {key: _value(item, (*path, key), problems) for key, item in value.items()}


def _value(value: object, path: Path, problems: list[Problem]) -> object:
    if len(path) > DEEPEST:
        problems.append(Problem(path, f"nested deeper than {DEEPEST} levels"))
        return None
    if isinstance(value, Mapping):
        return _mapping(value, path, problems)
    if isinstance(value, list):
        return [_value(item, (*path, index), problems) for index, item in enumerate(value)]
    if isinstance(value, str):
        return _text(value, path, problems)
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        if abs(value) <= GREATEST_INTEGER:
            return value
        problems.append(Problem(path, "whole number beyond 2^53 - 1", "Write it as text"))
        return None
    if isinstance(value, float | Decimal):
        mend = 'Write it as decimal text in quotes, for example "0.03"'
        problems.append(Problem(path, "a number with a fraction or exponent is refused", mend))
        return None
    return _moment(value, path, problems)


def _moment(value: object, path: Path, problems: list[Problem]) -> object:
    if isinstance(value, datetime | time):
        what = "a time of day is refused; days alone count"
        problems.append(Problem(path, what, "Write a date without time, for example 2019-07-01"))
        return None
    if isinstance(value, date):
        return Day(value.isoformat())
    problems.append(Problem(path, f"a value of kind {type(value).__name__} has no place here"))
    return None


def _text(value: str, path: Path, problems: list[Problem]) -> object:
    wrong = next((c for c in value if c not in "\n\t" and unicodedata.category(c) == "Cc"), None)
    if wrong is not None:
        problems.append(Problem(path, f"control character U+{ord(wrong):04X} in a text"))
        return None
    if any("\ud800" <= c <= "\udfff" for c in value):
        problems.append(Problem(path, "half of a surrogate pair in a text is no Unicode text"))
        return None
    newer = first_unassigned(value)
    if newer is not None:
        what = f"the character U+{ord(newer):04X} is newer than Unicode 14.0"
        problems.append(Problem(path, what, "Leave it out"))
        return None
    text = unicodedata.normalize("NFC", value)
    return Day(text) if isinstance(value, Day) else text
