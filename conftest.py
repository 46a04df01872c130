"""What holds for every test of the repository, in `src` and in `tests`.

The same tests run twice: on SQLite, and those that use a database again on PostgreSQL, for which
`tools/postgres.py` starts a throw-away server and names it in ``UNIPACT_DATABASE_URL``. Those are
the tests with a fixture of pytest-django's, and those marked `db`: a console that they start gets
a database of its own in that server (`tests/databases.py`). What is marked `once` asks a question
whose answer no database changes, such as who may open which door, and takes minutes.
"""

from __future__ import annotations

import os

import pytest

DATABASE_FIXTURES = {"db", "transactional_db", "django_db_reset_sequences", "live_server"}


def _uses_database(item: pytest.Item) -> bool:
    if item.get_closest_marker("django_db") is not None:
        return True
    return not DATABASE_FIXTURES.isdisjoint(getattr(item, "fixturenames", ()))


def _on_postgresql() -> bool:
    return bool(os.environ.get("UNIPACT_DATABASE_URL"))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what uses the database `db`, and skip what needs PostgreSQL where there is none."""
    for item in items:
        if _uses_database(item) and item.get_closest_marker("once") is None:
            item.add_marker("db")
        if item.get_closest_marker("postgres") is not None and not _on_postgresql():
            item.add_marker(pytest.mark.skip(reason="runs on PostgreSQL: make test-postgres"))


def pytest_report_header() -> str:
    """Say on which database the tests run."""
    return f"database: {'PostgreSQL' if _on_postgresql() else 'SQLite'}"
