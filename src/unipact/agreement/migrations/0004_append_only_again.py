"""SQLite made tables anew in 0003 and forgot their guards; put all of them up again."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from django.db import migrations

_first = import_module("unipact.agreement.migrations.0002_append_only")

# Table → the columns that are never changed after a row was written.
_FROZEN = {
    **_first._FROZEN,
    "agreement_accesslog": (*_first._FROZEN["agreement_accesslog"], "token_id"),
    "agreement_peoplelog": ("at", "party_id", "by", "act", "subject", "detail"),
}


def _drop(schema_editor: Any, table: str) -> None:
    on = f" ON {table}" if schema_editor.connection.vendor == "postgresql" else ""
    schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_append_only{on}")


def _guard(apps: Any, schema_editor: Any) -> None:
    is_postgresql = schema_editor.connection.vendor == "postgresql"
    trigger = _first._POSTGRESQL if is_postgresql else _first._SQLITE
    for table, columns in _FROZEN.items():
        _drop(schema_editor, table)
        quoted = ", ".join(f'"{name}"' for name in columns)
        schema_editor.execute(trigger.format(table=table, columns=quoted))


def _unguard(apps: Any, schema_editor: Any) -> None:
    for table in _FROZEN:
        _drop(schema_editor, table)


class Migration(migrations.Migration):
    dependencies = (("agreement", "0003_people_and_tokens"),)
    operations = (migrations.RunPython(_guard, _unguard),)
