"""The way back through the migrations: it arrives, and what 0002 guards stays guarded there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from unipact.agreement.tests.kept import kept_version

LEDGER = {"account", "acknowledgement", "posting", "transaction", "valuation"}
LOG = {"comment", "cosignature", "log", "logdocument", "logentry", "remindersent"}


def _to(*targets: tuple[str, str]) -> None:
    executor = MigrationExecutor(connection)
    executor.migrate(list(targets) or executor.loader.graph.leaf_nodes())


def _guarded() -> set[str]:
    query = (
        "SELECT DISTINCT event_object_table FROM information_schema.triggers"
        if connection.vendor == "postgresql"
        else "SELECT tbl_name FROM sqlite_master WHERE type = 'trigger'"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return {table.removeprefix("agreement_") for (table,) in cursor.fetchall()}


@pytest.fixture
def and_forward(transactional_db: None) -> Iterator[None]:
    yield
    _to()


@pytest.mark.usefixtures("and_forward")
def test_back_to_before_the_guards_and_forward_again() -> None:
    kept_version()
    both = {"agreementversion", "evaluation", "accesslog"}
    assert _guarded() == {*both, "peoplelog", *LEDGER, *LOG}
    _to(("agreement", "0003_people_and_tokens"))
    assert _guarded() == both
    _to(("agreement", "0002_append_only"))
    assert _guarded() == both
    _to(("agreement", "0001_spine"))
    assert _guarded() == set()
    _to(("agreement", "0002_append_only"))
    assert _guarded() == both
    _to()
    assert _guarded() == {*both, "peoplelog", *LEDGER, *LOG}
