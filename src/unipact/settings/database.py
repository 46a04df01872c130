"""The database that a configuration names: SQLite in the home folder, or PostgreSQL by its URL."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

_SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL;"
    # FULL waits for the disk at each commit. With NORMAL a power cut may take the last commits
    # back, which somebody was told are kept (docs/reference/durability.md has what it costs).
    "PRAGMA synchronous=FULL;"
    "PRAGMA foreign_keys=ON;"
    "PRAGMA cache_size=-20000;"
    "PRAGMA mmap_size=134217728;"
)


def sqlite(path: Path) -> dict[str, Any]:
    """SQLite with a write-ahead log: readers never wait, writers queue instead of failing.

    What was committed is on the disk, as far as the disk tells the truth.
    """
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        # Opening the file and setting all this costs more than most requests ask of it. Not kept
        # for ever, so that a file that was put in its place is seen.
        "CONN_MAX_AGE": 60,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": _SQLITE_PRAGMAS,
        },
    }


def postgresql(url: str) -> dict[str, Any]:
    """PostgreSQL with psycopg's connection pool; how durable it is, the server says.

    ``postgresql://user:password@host:port/name``; a Unix socket folder goes in the query:
    ``postgresql://user@/name?host=/run/postgresql``.

    Raises:
        ValueError: the URL names another kind of database, or none.
    """
    parts = urlsplit(url)
    name = unquote(parts.path.lstrip("/"))
    if parts.scheme not in {"postgresql", "postgres"} or not name:
        raise ValueError(
            "UNIPACT_DATABASE_URL must look like postgresql://user:password@host:5432/name"
        )
    query = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", "") or unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "OPTIONS": {"pool": True, **query},
    }


def database(url: str, home: Path) -> dict[str, Any]:
    """The database of an installation: that of ``url``, else SQLite in its home folder."""
    return postgresql(url) if url else sqlite(home / "unipact.sqlite3")
