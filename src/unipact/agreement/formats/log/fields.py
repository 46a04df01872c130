"""The forms that values in entries have; ``docs/reference/log.md``, "Texts in entries"."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from typing import Any

from unipact.errors import Finding, Invalid, UnipactError
from unipact.tlog.keys import VerifierKey

Check = Callable[[Any], bool]

_HASH = re.compile(r"[0-9a-f]{64}").fullmatch
_ID = re.compile(r"[0-9a-f]{32}").fullmatch
# The time of day is told here: newer Pythons read 24:00:00 as the next day.
_MOMENT = re.compile(r"2\d{3}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ", re.ASCII).fullmatch
_DAY = re.compile(r"2\d{3}-\d\d-\d\d", re.ASCII).fullmatch
_NAME = re.compile(r"[a-z0-9._/-]{1,128}").fullmatch
_ORIGIN = re.compile(r"[a-zA-Z0-9._/:-]{1,200}").fullmatch


def is_hash(value: Any) -> bool:
    """Whether it is 64 hexadecimal digits."""
    return isinstance(value, str) and _HASH(value) is not None


def is_hash_or_empty(value: Any) -> bool:
    """Whether it is a hash, or nothing."""
    return value == "" or is_hash(value)


def is_id(value: Any) -> bool:
    """Whether it is 32 hexadecimal digits."""
    return isinstance(value, str) and _ID(value) is not None


def is_moment(value: Any) -> bool:
    """Whether it is a moment of UTC to the second that exists."""
    if not isinstance(value, str) or _MOMENT(value) is None:
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def is_day(value: Any) -> bool:
    """Whether it is a day that exists."""
    if not isinstance(value, str) or _DAY(value) is None:
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def is_name(value: Any) -> bool:
    """Whether it is an id of a party, commitment, period or clause."""
    return isinstance(value, str) and _NAME(value) is not None


def is_origin(value: Any) -> bool:
    """Whether it is the name of a log."""
    return isinstance(value, str) and _ORIGIN(value) is not None


def is_number(value: Any) -> bool:
    """Whether it is a whole number from 0 to 2^53 - 1."""
    return type(value) is int and 0 <= value < 2**53


def is_vkey(value: Any) -> bool:
    """Whether it is a C2SP verifier key that is accepted here."""
    if not isinstance(value, str) or len(value) > 512 or not value.isascii():
        return False
    try:
        VerifierKey.parse(value)
    except UnipactError:
        return False
    return True


def one_of(*texts: str) -> Check:
    """The check for one of some texts."""

    def is_one(value: Any) -> bool:
        return isinstance(value, str) and value in texts

    return is_one


def is_object(value: Any) -> bool:
    """Whether it is a JSON object."""
    return isinstance(value, dict)


def require(value: Any, form: Mapping[str, Check], place: str) -> None:
    """Refuse an object that has not exactly the keys of ``form``, each of its form.

    Raises:
        Invalid: the finding names the key.
    """
    if not isinstance(value, dict):
        raise wrong(place, "it is no object")
    if value.keys() != form.keys():
        raise wrong(place, _other_keys(value.keys(), form.keys()))
    for key, is_right in form.items():
        if not is_right(value[key]):
            raise wrong(f"{place}.{key}" if place else key, "it has not the form of this key")


def wrong(place: str, what: str) -> Invalid:
    """The error that names a place of an entry."""
    return Invalid(f"{place}: {what}" if place else what, findings=[Finding(place, what)])


def _other_keys(found: Collection[str], wanted: Collection[str]) -> str:
    missing = sorted(set(wanted) - set(found))
    if missing:
        return f"the key {missing[0]} is missing"
    more = sorted(set(found) - set(wanted))
    return f"there is a key {more[0][:60]!r} that this type has not"
