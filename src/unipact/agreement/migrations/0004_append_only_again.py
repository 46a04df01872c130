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


def _guard(apps: Any, schema_editor: Any) -> None:
    _first._put_up(schema_editor, _FROZEN)


def _unguard(apps: Any, schema_editor: Any) -> None:
    for table in _FROZEN:
        _first._take_down(schema_editor, table)
    # 0002 is still applied then: what it guards stays guarded.
    _first._put_up(schema_editor, _first._FROZEN)


class Migration(migrations.Migration):
    dependencies = (("agreement", "0003_people_and_tokens"),)
    operations = (migrations.RunPython(_guard, _unguard),)
