"""What the environment gives, read so that a slip is told and not traced back."""

from __future__ import annotations

import os

from django.core.exceptions import ImproperlyConfigured

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
