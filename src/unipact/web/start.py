"""Make Django and the records ready for a command, or say what is missing."""

from __future__ import annotations

import os
from pathlib import Path

from unipact.errors import Finding, Invalid, Unavailable


def with_django(settings: str) -> None:
    """Make Django ready with ``settings``, unless the environment names others.

    Raises:
        Invalid: the settings need something that the environment does not give.
    """
    import django
    from django.core.exceptions import ImproperlyConfigured

    module = os.environ.setdefault("DJANGO_SETTINGS_MODULE", settings)
    try:
        django.setup()
    except (ImproperlyConfigured, ImportError) as error:
        mend = "For the demo's console: DJANGO_SETTINGS_MODULE=unipact.settings.demo."
        raise Invalid("no settings", findings=[Finding(module, str(error), mend)]) from error


def with_records(settings: str) -> None:
    """As ``with_django``, and look whether the database has the tables of the console.

    Raises:
        Unavailable: the database cannot be reached, or has not been migrated.
    """
    with_django(settings)
    from django.db import DatabaseError, connection

    try:
        # SQLite makes a missing file, but no missing folder.
        is_file = connection.vendor == "sqlite"
        is_new = is_file and not Path(connection.settings_dict["NAME"]).parent.is_dir()
        tables = [] if is_new else connection.introspection.table_names()
    except DatabaseError as error:
        finding = Finding("the database", f"cannot be reached ({str(error).splitlines()[0]})")
        raise Unavailable("no database", findings=[finding]) from error
    if "agreement_agreement" not in tables:
        finding = Finding("the database", "has no tables yet", "`unipact manage migrate` first.")
        raise Unavailable("no tables", findings=[finding])


def let_go_of_records() -> None:
    """Close what ``with_records`` opened: no connection and no thread of a pool survives a fork."""
    from django.db import connections

    for connection in connections.all(initialized_only=True):
        connection.close()
        # Only PostgreSQL has a pool.
        if hasattr(connection, "close_pool"):
            connection.close_pool()
