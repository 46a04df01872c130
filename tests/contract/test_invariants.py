"""The thirteen invariants of a log that both can trust, one test each, by number and words.

Where a whole file of tests holds an invariant, the test here names it and runs a small version.
"""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
import re
from contextlib import suppress

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.test import Client
from django.urls import get_resolver

from tests.contract.world import NOW as THEN
from unipact.agreement.engine.allocation import allocate
from unipact.agreement.engine.register.register import moment_at
from unipact.agreement.formats.log.entry import read_act, read_entry
from unipact.agreement.formats.log.terms import log_terms
from unipact.agreement.log.folded import folded, forget, register_of
from unipact.agreement.log.stored import consistency, root_at
from unipact.agreement.models import AgreementVersion, Log, LogDocument, LogEntry
from unipact.agreement.roles import Role
from unipact.agreement.services import agreement_import, membership_grant
from unipact.agreement.services.consultation import decision_make, proposal_make
from unipact.agreement.services.consultation.proposals import Proposed
from unipact.agreement.services.restoring import agreement_rebuild
from unipact.agreement.tests import plain_log
from unipact.agreement.tests.parties import (
    AGREEMENT,
    DAY,
    NOW,
    founded,
    keys_of,
    next_version,
    signer,
)
from unipact.agreement.tests.plain_log import PlainLog, answer
from unipact.agreement.tests.test_services_consultation import bundle_of, proposed, public
from unipact.agreement.tests.test_services_restoring import second_version
from unipact.errors import Conflict, Invalid, UnipactError
from unipact.tlog.errors import Unproven
from unipact.tlog.merkle import leaf_hash, root_of, verify_consistency
from unipact.tlog.note import Note
from unipact.tlog.witness import Request, Seen, cosign

FORGED = ("silence_days = 60", "silence_days = 61")


def version_rows() -> list[tuple]:
    rows = AgreementVersion.objects.order_by("n").values_list(
        "n", "sha256", "file_sha256", "state", "original"
    )
    return [(*each[:4], bytes(each[4])) for each in rows]


def by_hand(*statements: tuple[str, list]) -> None:
    """What whoever owns the database can do: take the guards down, then change rows."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # Else what waits to be checked keeps the guards where they are.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in (
            "agreement_agreementversion",
            "agreement_logentry",
            "agreement_logdocument",
        ):
            on = f" ON {table}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER IF EXISTS {table}_append_only{on}")
        for statement, values in statements:
            cursor.execute(statement, values)


@pytest.mark.django_db
def test_1_the_database_is_a_cache_of_the_log_and_comes_again_byte_equal():
    # The whole of it, from a bundle into an empty database: test_services_restoring.py.
    log = second_version()
    before = version_rows()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM agreement_agreementversion")
    forget(log)
    agreement_rebuild(agreement=AGREEMENT, now=NOW)
    assert version_rows() == before


@pytest.mark.django_db
def test_2_no_acts_of_one_party_change_what_binds():
    # Sequences of hostile acts of a party and of the server: test_adversary.py.
    log = founded()
    register = register_of(log)
    for by in ("usst", "huawei"):
        effect = {"commitment": min(register.terms.commitments), "period": "y2020"}
        proposal_make(
            signer=signer(by),
            agreement=AGREEMENT,
            proposed=Proposed("waiver", reason_en="Why not", effect=effect),
            now=NOW + DAY,
            consent=True,
        )
    change = proposed(log, consent=True)
    with pytest.raises(Conflict, match="decided on this round already"):
        decision_make(
            signer=signer("usst"),
            agreement=AGREEMENT,
            change=change,
            decision="consent",
            now=NOW + DAY,
        )
    # With the other's name, and one's own key.
    posing = dataclasses.replace(signer("huawei"), key=keys_of("usst").consent)
    with pytest.raises(Invalid, match="signed by"):
        decision_make(
            signer=posing, agreement=AGREEMENT, change=change, decision="consent", now=NOW + DAY
        )
    register = register_of(Log.objects.get())
    assert (register.terms.version, register.waived, register.ended) == (1, {}, None)
    assert register.keys == {each: keys_of(each).public for each in ("huawei", "usst")}


def _by_command(forged: bytes) -> None:
    agreement_import(actor=None, content=forged, now=NOW + DAY, state="in_force")


def _by_orm(forged: bytes) -> None:
    version = AgreementVersion.objects.get(n=1)
    version.original = forged
    version.save()


def _by_orm_update(forged: bytes) -> None:
    AgreementVersion.objects.filter(n=1).update(original=forged)


def _by_orm_row(forged: bytes) -> None:
    first = AgreementVersion.objects.get(n=1)
    AgreementVersion.objects.filter(pk=first.pk).update(state="superseded")
    first.pk, first.n, first.original, first.state = None, 2, forged, "in_force"
    first.sha256 = log_terms(forged).sha256
    first.file_sha256 = hashlib.sha256(forged).hexdigest()
    first._state.adding = True
    first.save(force_insert=True)


def _by_sql_file(forged: bytes) -> None:
    by_hand(("UPDATE agreement_agreementversion SET original = %s", [forged]))


def _by_sql_file_and_its_hash(forged: bytes) -> None:
    digest = hashlib.sha256(forged).hexdigest()
    by_hand(
        ("UPDATE agreement_agreementversion SET original = %s, file_sha256 = %s", [forged, digest])
    )


def _by_sql_all_hashes(forged: bytes) -> None:
    by_hand(
        (
            "UPDATE agreement_agreementversion SET original = %s, file_sha256 = %s, sha256 = %s",
            [forged, hashlib.sha256(forged).hexdigest(), log_terms(forged).sha256],
        )
    )


def _by_sql_log(forged: bytes) -> None:
    terms = log_terms(forged)
    data = bytes(LogEntry.objects.get(index=0).data)
    signed = log_terms(bytes(LogDocument.objects.get(kind="agreement").content))
    data = data.replace(signed.sha256.encode(), terms.sha256.encode())
    data = data.replace(signed.file_sha256.encode(), terms.file_sha256.encode())
    by_hand(
        ('UPDATE agreement_logentry SET data = %s WHERE "index" = 0', [data]),
        (
            "UPDATE agreement_logdocument SET content = %s, sha256 = %s WHERE kind = 'agreement'",
            [forged, terms.file_sha256],
        ),
        (
            "UPDATE agreement_agreementversion SET original = %s, file_sha256 = %s, sha256 = %s",
            [forged, terms.file_sha256, terms.sha256],
        ),
    )


def _by_sql_document(forged: bytes) -> None:
    by_hand(("UPDATE agreement_logdocument SET content = %s WHERE kind = 'agreement'", [forged]))


DOORS = {
    "the command line": _by_command,
    "the ORM's save": _by_orm,
    "the ORM's update": _by_orm_update,
    "a row made by the ORM": _by_orm_row,
    "SQL on the file": _by_sql_file,
    "SQL on the file and its hash": _by_sql_file_and_its_hash,
    "SQL on all hashes": _by_sql_all_hashes,
    "SQL on the log": _by_sql_log,
    "SQL on the log's document": _by_sql_document,
}


@pytest.mark.django_db(transaction=False)
@pytest.mark.parametrize("door", DOORS)
def test_2_no_door_makes_a_page_or_a_file_show_what_nobody_signed(door):
    log = founded()
    signed = AgreementVersion.objects.get(n=1)
    name = door
    content = bytes(signed.original)
    forged = (
        next_version(content, change=FORGED)
        if door in ("the command line", "a row made by the ORM")
        else content.replace(FORGED[0].encode(), FORGED[1].encode())
    )
    assert forged != content
    membership_grant(username="reader", party="usst", role=Role.COOPERATION_OFFICER, now=THEN)
    browser = Client(raise_request_exception=False)
    browser.force_login(get_user_model().objects.get(username="reader"))
    # What is looked at shows the signed terms, before anybody forges.
    assert browser.get(f"/agreements/{AGREEMENT}/").status_code == 200
    file = f"/agreements/{AGREEMENT}/versions/1/agreement.toml"
    assert FORGED[0].encode() in browser.get(file).content
    # A refusal of the door itself is as good: then nothing changed.
    with suppress(UnipactError, DatabaseError, ValueError, TypeError), transaction.atomic():
        DOORS[name](forged)
    # Another worker, which has read nothing yet.
    forget(log)
    for cache in _caches():
        cache.cache_clear()
    versions = f"/agreements/{AGREEMENT}"
    addresses = [
        f"{versions}/",
        *(f"{versions}/versions/{each}/agreement.toml" for each in (1, 2)),
    ]
    shown = 0
    for address in addresses:
        found = browser.get(address, follow=True)
        body = b"".join(found) if found.streaming else found.content
        assert FORGED[1].encode() not in body, (door, address)
        if found.status_code == 200:
            shown += 1
        elif found.status_code != 404:
            assert found.status_code == 503, (door, address, found.status_code)
    with suppress(UnipactError):
        assert register_of(Log.objects.get()).terms.sha256 == signed.sha256
        shown += 1
    if door == "the command line":
        assert shown >= 2, "what was signed is still shown"


def _caches() -> list:
    from unipact.agreement.log import folded as module
    from unipact.agreement.queries import terms

    module._VERIFIED.clear()
    return [module._terms, terms._terms]


def test_2_there_is_no_admin_site():
    assert not apps.is_installed("django.contrib.admin")
    assert not [
        each for each in get_resolver().url_patterns if re.search("admin", str(each.pattern))
    ]


def test_3_a_consent_signs_the_hash_of_the_whole_version():
    log = PlainLog()
    act = log.proposing("usst", content=log.next_file())
    log.do(act)
    decision = json.loads(log.sign(log.deciding("huawei", act)).partition(b"\n")[0])
    whole = log_terms(log.files[act.change.proposed_file_sha256])
    assert decision["proposed_version_sha256"] == whole.sha256
    # The same file name with other terms: the bundle has no place for them.
    log.adopt(log.proposing("usst", content=log.next_file(target=3)))
    files = [each for each in log.files.values() if b"target = 3" not in each]
    swapped = log.next_file(version=2, previous=log.register.bound[0].terms.sha256, target=4)
    found = answer(log.bundle(files=[*files, swapped]))
    assert not found.accepted
    assert "is not in the bundle" in found.what


def test_4_leaves_are_the_signed_bytes_and_are_never_made_again():
    log = PlainLog()
    data = log.sign(log.proposing("usst", "end", effect={"on": "2021-01-01"}))
    line, lines = data.split(b"\n\n")
    for other in (
        json.dumps(json.loads(line), sort_keys=True).encode(),
        json.dumps(json.loads(line), separators=(",", ":"), sort_keys=False).encode()[::1] + b" ",
    ):
        # The same meaning in another spelling, even signed anew, is no entry.
        text = other + b"\n"
        again = bytes(Note(text, (log.keys["usst"].consent.sign(text),)))
        with pytest.raises(Invalid, match="RFC 8785"):
            read_entry(again)
    assert read_entry(data).data == data
    assert lines.endswith(b"\n")


@pytest.mark.django_db
def test_5_each_party_cosigns_from_its_own_memory_and_finds_forks_and_cuts():
    log = second_version()
    register = register_of(log)
    old, new = 1, log.size
    verify_consistency(
        old=old,
        new=new,
        proof=consistency(log, old, new),
        old_root=root_at(log, old),
        new_root=root_at(log, new),
    )
    pure = PlainLog()
    seen = Seen(1, root_of([leaf_hash(pure.entries[0])]))
    other = PlainLog(now=plain_log.BEGIN + 1)
    other.do(other.proposing("usst", "end", effect={"on": "2021-01-01"}))
    body = plain_log.checkpoint_text(other.entries)
    note = Note(body, (other.log_key.sign(body),))
    proof = (leaf_hash(other.entries[1]),)
    for request, said in (
        (Request(1, proof, note), "fork"),
        (Request(0, (), note), "gap"),
    ):
        with pytest.raises(Unproven, match=said):
            cosign(
                bytes(request),
                seen=seen,
                log_key=other.log_key.verifier,
                key=other.keys["usst"].cosign,
                origin=other.origin,
                now=other.now,
            )
    assert register.size == new


def test_6_the_origin_is_in_every_signed_text():
    here, there = PlainLog(), PlainLog("other.example/log")
    act = there.proposing("usst", "end", effect={"on": "2021-01-01"})
    with pytest.raises(Conflict, match=r"signed for the log other\.example/log"):
        here.append(there.sign(act))
    there.do(act)
    for each in (*there.entries, there.sign(there.deciding("usst", act))):
        assert json.loads(each.partition(b"\n")[0])["origin"] == "other.example/log"
    assert plain_log.checkpoint_text(there.entries, there.origin).startswith(b"other.example/log\n")


def test_7_a_value_from_an_export_is_the_value_of_the_live_data(home, printed):
    # The export and its verification apart from the product: test_run.py and test_archive.py.
    from tests.contract.command import EXAMPLE, unipact

    run = home / "run.json"
    run.write_bytes(printed)
    done = unipact("verify", run, "--agreement", EXAMPLE / "agreement.toml", home=home)
    assert done.returncode == 0, done.stderr.decode()
    again = unipact("run", EXAMPLE / "agreement.toml", "--json", home=home)
    assert again.stdout == printed


def test_8_a_record_counts_once_and_a_snapshot_never_changes(home, printed):
    # Rules of evidence: test_engine_assessment.py; snapshots of the lake: the analysis app.
    from tests.contract.command import EXAMPLE, unipact

    document = json.loads(printed)
    for commitment in document["commitments"]:
        evidence = [each["evidence"]["id"] for each in commitment["periods"] if each["evidence"]]
        assert len(set(evidence)) == len(evidence)
    again = unipact("run", EXAMPLE / "agreement.toml", "--json", home=home)
    # The same data brought in a second time count no second time.
    assert json.loads(again.stdout) == document


@pytest.mark.parametrize("amount", [0, 1, 99, 100, 10_000_019])
def test_9_shares_sum_to_the_whole_to_the_minor_unit(amount):
    # Postings that sum to zero, by the database: test_ledger_database.py.
    for weights in ((1, 1, 1), (10, 7, 3), (0, 5, 10**9)):
        given = allocate(amount, weights)
        assert sum(given) == amount


@pytest.mark.django_db
def test_10_no_leaf_holds_a_text_of_a_person_and_erasing_one_leaves_a_log_that_verifies():
    log = founded()
    words = "Zhang said that the meters of b2 were changed"
    proposal_make(
        signer=signer("usst"),
        agreement=AGREEMENT,
        proposed=Proposed("end", reason_en=words, effect={"on": "2021-01-01"}),
        now=NOW + DAY,
    )
    log.refresh_from_db()
    assert all(words.encode() not in bytes(each.data) for each in LogEntry.objects.all())
    reason = LogDocument.objects.get(kind="reason")
    assert words in bytes(reason.content).decode()
    assert re.fullmatch("[0-9a-f]{32}", json.loads(bytes(reason.content))["salt"])
    reason.delete()
    found = _verdict(bundle_of(log))
    assert (found.accepted, found.withheld) == (True, 1)


def _verdict(bundle: bytes):
    from unipact.agreement.formats.bundle.verify import Question, verify_bundle

    return verify_bundle(io.BytesIO(bundle), Question(public()))


def test_11_a_published_report_is_the_document_that_both_signed():
    # Numbers of a report are those of its run document: test_report_content.py, test_report.py.
    from unipact.agreement.engine.register.acts import Reporting

    log = PlainLog()
    at = moment_at(log.now)
    log.do(Reporting(log.origin, "usst", at, 2020, 1, plain_log.HASH))
    with pytest.raises(Conflict, match="this edition is another document"):
        log.do(Reporting(log.origin, "huawei", at, 2020, 1, "cd" * 32))
    log.do(Reporting(log.origin, "huawei", at, 2020, 1, plain_log.HASH))
    assert set(log.register.reports[2020][0].signed) == {"huawei", "usst"}


def test_12_a_key_changes_by_both_and_old_entries_verify_with_the_key_of_their_index():
    log = PlainLog()
    log.seal()
    log.do(log.proposing("usst", "end", effect={"on": "2021-01-01"}))
    before = log.keys["usst"]
    for use in ("consent", "cosign"):
        log.rotate("usst", use)
    log.seal()
    log.do(log.proposing("usst", "end", effect={"on": "2021-01-02"}))
    assert answer(log.bundle()).accepted
    # The former key signs nothing any more.
    log.entries.append(log.sign(log.proposing("usst", "end", effect={"on": "2021-01-03"})))
    text = read_entry(log.entries[-1]).note.text
    log.entries[-1] = bytes(Note(text, (before.consent.sign(text),)))
    found = answer(log.bundle())
    assert (found.accepted, found.entry) == (False, len(log.entries) - 1)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"unipact-log/1", b"unipact-log/2"),
        (b'"type":"founding"', b'"type":"founding2"'),
        (b'"version":1', b'"unit":1,"version":1'),
    ],
)
def test_13_an_unknown_key_or_format_is_refused_and_not_guessed(old, new):
    line = read_entry(PlainLog().entries[0]).note.text
    assert old in line
    with pytest.raises(Invalid):
        read_act(line.replace(old, new, 1))


@pytest.mark.django_db
def test_what_is_folded_once_more_is_the_same():
    log = second_version()
    once = folded(log).register
    forget(log)
    again = folded(log).register
    assert again is not once
    assert (again.terms, again.keys, again.size) == (once.terms, once.keys, once.size)
