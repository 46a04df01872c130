"""The database is a cache of the log: dropped, it comes again; changed, it is not believed."""

from __future__ import annotations

import io

import pytest
from django.apps import apps
from django.db import connection

from unipact.agreement.log.folded import forget, register_of
from unipact.agreement.log.signed import require_signed
from unipact.agreement.models import Agreement, AgreementVersion, Log, LogEntry, Party
from unipact.agreement.services import agreement_import
from unipact.agreement.services.consultation import decision_make, proposal_make
from unipact.agreement.services.consultation.proposals import Proposed
from unipact.agreement.services.restoring import agreement_rebuild, agreement_restore
from unipact.agreement.tests.parties import AGREEMENT, DAY, NOW, founded, next_version, signer
from unipact.agreement.tests.test_services_consultation import bundle_of, proposed, public
from unipact.errors import Conflict, Invalid, Unavailable

pytestmark = pytest.mark.django_db


def second_version():
    """A log with two versions, made on two days."""
    log = founded()
    change = proposed(log, consent=True)
    decision_make(
        signer=signer("huawei"),
        agreement=AGREEMENT,
        change=change,
        decision="consent",
        now=NOW + 2 * DAY,
    )
    log.refresh_from_db()
    return log


def drop_all():
    """Empty every table of the spine, guards or not, as whoever owns the database can."""
    with connection.cursor() as cursor, connection.constraint_checks_disabled():
        for model in apps.get_app_config("agreement").get_models(include_auto_created=True):
            cursor.execute(f'DELETE FROM "{model._meta.db_table}"')


def rows():
    return [
        list(
            AgreementVersion.objects.order_by("n").values_list(
                "n", "sha256", "state", "file_sha256"
            )
        ),
        list(LogEntry.objects.order_by("index").values_list("index", "type", "data", "hashes")),
        list(Party.objects.order_by("slug").values_list("slug", "role", "name_zh")),
    ]


def test_the_database_can_be_dropped_and_made_again_from_the_bundle_to_the_byte():
    log = second_version()
    bundle, before = bundle_of(log), rows()
    forget(log)
    drop_all()
    assert not Agreement.objects.exists()

    again = agreement_restore(stream=io.BytesIO(bundle), keys=public(), now=NOW + 30 * DAY)

    assert rows() == before
    assert bundle_of(again) == bundle


def test_a_bundle_that_does_not_verify_changes_nothing():
    bundle = bytearray(bundle_of(second_version()))
    drop_all()
    bundle[-2000] ^= 1
    with pytest.raises(Invalid, match="not accepted"):
        agreement_restore(stream=io.BytesIO(bytes(bundle)), keys=public(), now=NOW)
    assert not Party.objects.exists()


def test_an_agreement_that_is_here_is_not_restored_over():
    bundle = bundle_of(second_version())
    with pytest.raises(Conflict, match="here already"):
        agreement_restore(stream=io.BytesIO(bundle), keys=public(), now=NOW)


def test_versions_that_were_changed_by_hand_are_not_shown_and_are_mended_from_the_log():
    log = second_version()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE agreement_agreementversion SET state = 'withdrawn' WHERE n = 2")
        cursor.execute("UPDATE agreement_agreementversion SET state = 'in_force' WHERE n = 1")
    forged = AgreementVersion.objects.get(state="in_force")
    with pytest.raises(Unavailable, match="log rebuild"):
        require_signed(forged)

    assert agreement_rebuild(agreement=AGREEMENT, now=NOW) == 2

    assert AgreementVersion.objects.get(state="in_force").n == 2
    assert agreement_rebuild(agreement=AGREEMENT, now=NOW) == 0
    require_signed(AgreementVersion.objects.get(state="in_force"))
    assert register_of(log).terms.version == 2


def test_the_command_line_brings_no_version_into_force_once_the_log_was_founded():
    founded()
    with pytest.raises(Conflict, match="both consents"):
        agreement_import(actor=None, content=next_version(), now=NOW, state="in_force")
    assert AgreementVersion.objects.get().n == 1


def test_an_entry_that_was_changed_by_hand_stops_whoever_reads_it():
    founded()
    proposal_make(
        signer=signer("usst"),
        agreement=AGREEMENT,
        proposed=Proposed("end", reason_en="Why not", effect={"on": "2021-01-01"}),
        now=NOW + DAY,
    )
    entry = LogEntry.objects.get(index=1)
    data = bytes(entry.data).replace(b"2021-01-01", b"2031-01-01")
    # Whoever owns the database takes the guard down first.
    table = "agreement_logentry"
    on = f" ON {table}" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {table}_append_only{on}")
        cursor.execute(f'UPDATE {table} SET data = %s WHERE "index" = 1', [data])
    forget(Log.objects.get())
    with pytest.raises(Unavailable, match=r"entry 1 .* does not verify"):
        register_of(Log.objects.get())
