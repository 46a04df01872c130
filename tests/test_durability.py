"""What is said of durability is what a live connection says of itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db.utils import ConnectionHandler

from tools import postgres
from unipact.settings.database import database

pytestmark = pytest.mark.django_db


def asked(url: str, home: Path, *questions: str) -> list[object]:
    """The answers of a connection that is opened as the console opens it."""
    # Under a name of its own: pools are kept by name, and the run has one by the usual.
    connection = ConnectionHandler({"default": {}, "asked": database(url, home)})["asked"]
    try:
        with connection.cursor() as cursor:
            found = []
            for each in questions:
                cursor.execute(each)
                found.append(cursor.fetchone()[0])
            return found
    finally:
        connection.close()
        if hasattr(connection, "close_pool"):
            connection.close_pool()


def test_sqlite_keeps_a_commit_through_a_power_cut_and_readers_do_not_wait(tmp_path):
    pragmas = ("journal_mode", "synchronous", "foreign_keys")
    full = 2
    found = asked("", tmp_path, *(f"PRAGMA {name}" for name in pragmas))
    assert found == ["wal", full, 1]


@pytest.mark.postgres
def test_the_console_does_not_weaken_a_postgresql_as_it_ships(tmp_path):
    names = ("fsync", "synchronous_commit", "full_page_writes", "default_transaction_isolation")
    with postgres.server(settings="") as url:
        found = asked(url, tmp_path, *(f"SHOW {name}" for name in names))
    assert found == ["on", "on", "on", "read committed"]


@pytest.mark.postgres
def test_what_an_operator_asks_of_postgresql_is_kept(tmp_path):
    with postgres.server(settings="-c synchronous_commit=remote_apply") as url:
        assert asked(url, tmp_path, "SHOW synchronous_commit") == ["remote_apply"]
