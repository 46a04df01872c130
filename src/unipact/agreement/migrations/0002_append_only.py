"""The database itself refuses to change what the parties rely on."""

from __future__ import annotations

from typing import Any

from django.db import migrations

# Table → the columns that are never changed after a row was written.
_FROZEN = {
    "agreement_agreementversion": (
        "agreement_id",
        "n",
        "original",
        "sha256",
        "file_sha256",
        "imported_at",
    ),
    "agreement_evaluation": (
        "version_id",
        "as_of",
        "snapshot_id",
        "document",
        "sha256",
        "made_at",
    ),
    "agreement_accesslog": ("at", "user_id", "reader_id", "owner_id", "kind", "record"),
}

_SQLITE = """
CREATE TRIGGER {table}_append_only BEFORE UPDATE OF {columns} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END
"""
_POSTGRESQL_FUNCTION = """
CREATE FUNCTION agreement_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$
"""
_POSTGRESQL = """
CREATE TRIGGER {table}_append_only BEFORE UPDATE OF {columns} ON {table}
FOR EACH ROW EXECUTE FUNCTION agreement_append_only()
"""


def _guard(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(_POSTGRESQL_FUNCTION.replace("%", "%%"), params=())
    _put_up(schema_editor, _FROZEN)


def _put_up(schema_editor: Any, frozen: dict[str, tuple[str, ...]]) -> None:
    """Guard these columns, and no others of their tables."""
    trigger = _POSTGRESQL if schema_editor.connection.vendor == "postgresql" else _SQLITE
    for table, columns in frozen.items():
        _take_down(schema_editor, table)
        quoted = ", ".join(f'"{name}"' for name in columns)
        schema_editor.execute(trigger.format(table=table, columns=quoted))


def _take_down(schema_editor: Any, table: str) -> None:
    on = f" ON {table}" if schema_editor.connection.vendor == "postgresql" else ""
    schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_append_only{on}")


def _unguard(apps: Any, schema_editor: Any) -> None:
    for table in _FROZEN:
        _take_down(schema_editor, table)
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION agreement_append_only()")


class Migration(migrations.Migration):
    dependencies = (("agreement", "0001_spine"),)
    operations = (migrations.RunPython(_guard, _unguard),)
