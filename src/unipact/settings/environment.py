"""What the environment gives, read so that a slip is told and not traced back."""

from __future__ import annotations

import os

from django.core.exceptions import ImproperlyConfigured


def whole(name: str, default: int) -> int:
    """The whole number that the environment gives under ``name``, or the default.

    Raises:
        ImproperlyConfigured: it is no whole number, or less than nothing.
    """
    given = os.environ.get(name, "").strip()
    if not given:
        return default
    if not (given.isascii() and given.isdigit()):
        raise ImproperlyConfigured(f"{name} must be a whole number, and is {given!r}")
    return int(given)
