"""What the environment gives, read so that a slip is told and not traced back."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ImproperlyConfigured

from unipact.settings.database import database

_MOST_DIGITS = 15


def whole(name: str, default: int, *, least: int = 0, most: int | None = None) -> int:
    """The whole number that the environment gives under ``name``, or the default.

    Raises:
        ImproperlyConfigured: it is no whole number, less than ``least`` or more than ``most``.
    """
    given = os.environ.get(name, "").strip()
    if not given:
        return default
    if not (given.isascii() and given.isdigit()):
        raise ImproperlyConfigured(f"{name} must be a whole number, and is {given!r}")
    # Python reads no number of thousands of digits, and nobody means one.
    number = int(given[-_MOST_DIGITS:]) if len(given.lstrip("0")) <= _MOST_DIGITS else None
    if number is None or number < least or (most is not None and number > most):
        span = f"from {least:,} to {most:,}" if most is not None else f"{least:,} or more"
        raise ImproperlyConfigured(f"{name} must be {span}, and is {given[:40]}")
    return number


def zone(name: str, default: str) -> str:
    """The time zone that the environment gives under ``name``, or the default.

    Raises:
        ImproperlyConfigured: there is no such time zone.
    """
    given = os.environ.get(name, "").strip() or default
    try:
        ZoneInfo(given)
    # A folder, a name that leads elsewhere, one with a NUL, one that is not there.
    except (OSError, ValueError, KeyError):
        raise ImproperlyConfigured(
            f"{name} must be a time zone such as Asia/Shanghai, and is {given[:40]!r}"
        ) from None
    return given


def database_of(name: str, home: Path) -> dict[str, Any]:
    """The database whose URL the environment gives under ``name``, else SQLite in ``home``.

    Raises:
        ImproperlyConfigured: the URL names no database of ours. It is not shown: it may hold a
            password.
    """
    try:
        return database(os.environ.get(name, ""), home)
    except ValueError:
        raise ImproperlyConfigured(
            f"{name} must look like postgresql://user:password@host:5432/name"
        ) from None
