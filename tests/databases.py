"""A database of its own for every console that a test starts, on the database of the run.

On SQLite that is the file in the home folder. On PostgreSQL each home folder gets a database in
the throw-away server of `tools/postgres.py`, which goes with it.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

SERVER = "UNIPACT_DATABASE_URL"
_URLS: dict[Path, str] = {}
_NUMBERS = count(1)


def is_postgresql() -> bool:
    """Whether this run is on PostgreSQL."""
    return bool(os.environ.get(SERVER))


def settings_of(home: Path) -> dict[str, str]:
    """What the environment of a process must say to find the database of ``home``."""
    return {SERVER: _url(home)} if is_postgresql() else {}


def copy_database(source: Path, home: Path) -> None:
    """Give ``home`` the records of ``source``; no process may be using them."""
    if is_postgresql():
        name = _name(_url(source))
        # A server's process outlives its client by a moment, and a database in use is not copied.
        _in_server(
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
        )
        _URLS[home.absolute()] = _create(f"TEMPLATE {name}")
        return
    with closing(_sqlite(source)) as old, closing(_sqlite(home)) as new:
        old.backup(new)


def drop_database(home: Path) -> None:
    """Take the database of ``home`` away, with everybody who is still in it."""
    if is_postgresql():
        _in_server(f"DROP DATABASE {_name(_URLS.pop(home.absolute()))} WITH (FORCE)")


@contextmanager
def reader(home: Path) -> Iterator[Any]:
    """A connection to the database of ``home`` that knows nothing of Django."""
    if not is_postgresql():
        with closing(_sqlite(home)) as connection:
            yield connection
        return
    import psycopg

    with psycopg.connect(_url(home), autocommit=True) as connection:
        yield connection


def _url(home: Path) -> str:
    place = home.absolute()
    if place not in _URLS:
        _URLS[place] = _create("")
    return _URLS[place]


def _create(how: str) -> str:
    name = f"home_{os.getpid()}_{next(_NUMBERS)}"
    _in_server(f"CREATE DATABASE {name} {how}")
    return urlsplit(os.environ[SERVER])._replace(path=f"/{name}").geturl()


def _name(url: str) -> str:
    return urlsplit(url).path.lstrip("/")


def _in_server(statement: str) -> None:
    import psycopg

    with psycopg.connect(os.environ[SERVER], autocommit=True) as connection:
        connection.execute(statement)


def _sqlite(home: Path) -> sqlite3.Connection:
    return sqlite3.connect(home / "unipact.sqlite3", isolation_level=None)
