"""The table of the cache that all workers share (settings: ``CACHES``)."""

from __future__ import annotations

from typing import Any

from django.core.cache import caches
from django.core.management import call_command
from django.db import migrations


def _create(apps: Any, schema_editor: Any) -> None:
    # Finds out by itself whether the table is there.
    call_command("createcachetable", database=schema_editor.connection.alias, verbosity=0)


def _drop(apps: Any, schema_editor: Any) -> None:
    table = schema_editor.quote_name(caches["default"]._table)
    schema_editor.execute(f"DROP TABLE IF EXISTS {table}")


class Migration(migrations.Migration):
    dependencies = (("web", "0001_doors"),)
    operations = (migrations.RunPython(_create, _drop),)
