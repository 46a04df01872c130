"""Measure what one commit costs on this machine (the table in docs/reference/durability.md).

::

    python tools/commit_cost.py

Each commit is one row of 2 kB in a transaction of its own: on SQLite as the settings open it, with
`synchronous` as it was and as it is; on PostgreSQL as it ships, and without waiting for the disk.
"""

from __future__ import annotations

import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from tools import postgres

COMMITS = 1_000
ROW = "x" * 2_000


def _times(commit: Callable[[], object]) -> list[float]:
    found = []
    for _ in range(COMMITS):
        start = time.perf_counter()
        commit()
        found.append(1_000 * (time.perf_counter() - start))
    return found


def _say(name: str, found: list[float]) -> None:
    cuts = statistics.quantiles(found, n=100)
    print(f"{name:<42} median {cuts[49]:6.2f} ms   95 % {cuts[94]:6.2f} ms")


def _sqlite(mode: str) -> list[float]:
    with (
        tempfile.TemporaryDirectory(dir=Path.cwd()) as folder,
        closing(sqlite3.connect(Path(folder) / "x.sqlite3", isolation_level=None)) as connection,
    ):
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(f"PRAGMA synchronous={mode}")
        connection.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT)")
        return _times(lambda: connection.execute("INSERT INTO t (text) VALUES (?)", [ROW]))


def _postgresql(settings: str) -> list[float]:
    import psycopg

    with postgres.server(settings=settings) as url, psycopg.connect(url, autocommit=True) as one:
        one.execute("CREATE TABLE t (id bigserial PRIMARY KEY, text text)")
        return _times(lambda: one.execute("INSERT INTO t (text) VALUES (%s)", [ROW]))


def main() -> int:
    """Print a line for each way."""
    _say("SQLite, WAL, synchronous=NORMAL", _sqlite("NORMAL"))
    _say("SQLite, WAL, synchronous=FULL", _sqlite("FULL"))
    _say("PostgreSQL, as it ships", _postgresql(""))
    _say("PostgreSQL, nothing waits for the disk", _postgresql(postgres.FAST))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
