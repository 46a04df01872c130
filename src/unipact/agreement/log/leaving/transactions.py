"""The ledger out of a leaving archive: documents, notes, and the postings that they tell."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import DatabaseError

from unipact.agreement.engine.fixed_point import steps_of
from unipact.agreement.engine.ledger import AccountName, Entry, PostingLine, unbalanced
from unipact.agreement.formats.bundle.ustar import Damaged
from unipact.agreement.formats.leaving import layout
from unipact.agreement.formats.leaving.reader import Archive, Kinds, canonical_object
from unipact.agreement.formats.ledger import note_sha256, transaction_document
from unipact.agreement.models import Account, Log, Party, Posting, Transaction
from unipact.errors import UnipactError

_NOTES: Kinds = {"number": int, "salt": str, "note": str}
_LONGEST_NOTE = 200


def transactions_restore(archive: Archive, log: Log, parties: Mapping[str, Party]) -> None:
    """Make every transaction again, with its postings and its note, and post it.

    Raises:
        Damaged: a document is not in its one form, or does not fit the log; its line is named.
    """
    notes = _notes(archive)
    versions = {each.sha256: each for each in log.agreement.versions.defer("original")}
    made: dict[str, Transaction] = {}
    for where, line in archive.lines(layout.TRANSACTIONS):
        try:
            entry = _entry(canonical_object(line, where))
            if transaction_document(entry) != line or entry.agreement != log.agreement.slug:
                raise Damaged(where, "it is no document of a transaction of this agreement")
            if odd := unbalanced(entry.postings):
                raise Damaged(where, f"its postings do not sum to zero: {odd}")
            salt, note = notes.pop(entry.number, ("", ""))
            if note and note_sha256(salt, note) != entry.note_sha256:
                raise Damaged(layout.NOTES, f"the note of {entry.number} has another hash")
            sha256 = hashlib.sha256(line).hexdigest()
            made[sha256] = Transaction.objects.create(
                agreement=log.agreement,
                n=entry.number,
                version=versions[entry.terms_sha256],
                kind=entry.kind,
                subject=entry.subject,
                party=parties[entry.party],
                recorded_by=parties[entry.recorded_by],
                happened_on=entry.happened_on,
                note=note,
                note_salt=salt,
                reverses=made[entry.reverses] if entry.reverses else None,
                recorded_at=entry.recorded_at,
                document=line,
                sha256=sha256,
            )
            _post(log, made[sha256], entry, parties)
        except KeyError as error:
            raise Damaged(where, f"there is no {error.args[0]!r:.80} for it") from error
        except Damaged:
            raise
        except (TypeError, ValueError, AttributeError, DatabaseError, UnipactError) as error:
            said = str(error).strip().partition("\n")[0][:200]
            raise Damaged(where, f"it cannot be a transaction: {said}") from error
    if notes:
        raise Damaged(layout.NOTES, f"there is no transaction {min(notes)}")


def _post(log: Log, made: Transaction, entry: Entry, parties: Mapping[str, Party]) -> None:
    for line in entry.postings:
        name = line.account
        account, _ = Account.objects.get_or_create(
            agreement=log.agreement,
            party=parties[name.party],
            field=name.field,
            kind=name.kind,
            unit=name.unit,
            defaults={"digits": name.digits},
        )
        if account.digits != name.digits:
            raise ValueError(f"{name.unit} is kept with {account.digits} decimals")
        Posting.objects.create(transaction=made, account=account, amount=line.steps)
    Transaction.objects.filter(pk=made.pk).update(posted_at=entry.recorded_at)


def _entry(said: Mapping[str, Any]) -> Entry:
    return Entry(
        agreement=said["agreement"],
        terms_sha256=_bare(said["terms"]),
        number=said["number"],
        kind=said["kind"],
        subject=said["subject"],
        party=said["party"],
        recorded_by=said["recorded_by"],
        happened_on=date.fromisoformat(said["happened_on"]),
        recorded_at=datetime.fromisoformat(said["recorded_at"]),
        postings=tuple(_posting(each) for each in said["postings"]),
        reverses=said["reverses"] and _bare(said["reverses"]),
        note_sha256=said["note"] and _bare(said["note"]),
    )


def _posting(said: Mapping[str, Any]) -> PostingLine:
    # The text has as many decimals as its account keeps.
    digits = len(said["amount"].partition(".")[2])
    name = AccountName(said["party"], said["field"], said["account"], said["unit"], digits)
    return PostingLine(name, steps_of(said["amount"], digits))


def _bare(text: str) -> str:
    return text.removeprefix("sha256:")


def _notes(archive: Archive) -> dict[int, tuple[str, str]]:
    found: dict[int, tuple[str, str]] = {}
    for where, each in archive.rows(layout.NOTES, _NOTES):
        if each["number"] in found or len(each["note"]) > _LONGEST_NOTE:
            raise Damaged(where, "it is there twice, or too long")
        found[each["number"]] = (each["salt"], each["note"])
    return found
