"""A line of an archive as a row: checked like a form, and named where it cannot be one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DatabaseError, models

from unipact.agreement.formats.bundle.ustar import Damaged
from unipact.errors import UnipactError

#: Fields that may be empty although a form would ask for them.
_MAY_BE_EMPTY = frozenset(
    {
        "by",
        "detail",
        "drafted_by",
        "note",
        "note_salt",
        "posted_at",
        "reason",
        "reverses",
        "subject",
    }
)


def keep(row: models.Model) -> None:
    """Insert a row after its fields were checked; SQLite itself keeps any length of a text.

    Raises:
        ValueError, ValidationError, DatabaseError: it cannot be a row.
    """
    row.clean_fields(exclude=_MAY_BE_EMPTY)
    for field in row._meta.concrete_fields:  # noqa: SLF001 - documented by Django
        value: Any = getattr(row, field.attname)
        most = getattr(field, "max_length", None)
        if most and isinstance(value, str) and len(value) > most:
            raise ValueError(f"{field.name} is longer than {most}")
    row.save(force_insert=True)


def time_of(text: str) -> datetime:
    """The time that a text says, which has a zone.

    Raises:
        ValueError: it says none.
    """
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError("a time without a zone")
    return found


@contextmanager
def named(where: str) -> Iterator[None]:
    """Say of whatever cannot become a row where it stands.

    Raises:
        Damaged: it could not.
    """
    try:
        yield
    except Damaged:
        raise
    except KeyError as error:
        raise Damaged(where, f"there is no {error.args[0]!r:.80} for it") from error
    except (
        AttributeError,
        TypeError,
        ValueError,
        ValidationError,
        OverflowError,
        DatabaseError,
        UnipactError,
    ) as error:
        said = str(error).strip().partition("\n")[0][:200]
        raise Damaged(where, f"it cannot be a record: {said}") from error
