"""The ledger out of a leaving archive: documents, notes, and the postings that they tell."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from unipact.agreement.engine.fixed_point import steps_of
from unipact.agreement.engine.ledger import AccountName, Entry, PostingLine, unbalanced
from unipact.agreement.formats.bundle.ustar import Damaged
from unipact.agreement.formats.leaving import layout
from unipact.agreement.formats.leaving.reader import Archive, Kinds, canonical_object
from unipact.agreement.formats.ledger import note_sha256, transaction_document
from unipact.agreement.log.leaving.rows import keep, named
from unipact.agreement.models import Account, Log, Party, Posting, Transaction

_NOTES: Kinds = {"number": int, "salt": str, "note": str}


def transactions_restore(archive: Archive, log: Log, parties: Mapping[str, Party]) -> None:
    """Make every transaction again, with its postings and its note, and post it.

    Raises:
        Damaged: a document is not in its one form, or does not fit the log; its line is named.
    """
    notes = archive.rows(layout.NOTES, _NOTES)
    # Both are in the order of the numbers, so that one note at a time is held.
    noted = next(notes, None)
    versions = {each.sha256: each for each in log.agreement.versions.defer("original")}
    for where, line in archive.lines(layout.TRANSACTIONS):
        with named(where):
            entry = _entry(canonical_object(line, where))
            if transaction_document(entry) != line or entry.agreement != log.agreement.slug:
                raise ValueError("it is no document of a transaction of this agreement")
            if odd := unbalanced(entry.postings):
                raise ValueError(f"its postings do not sum to zero: {odd}")
            salt = note = ""
            if noted is not None and noted[1]["number"] == entry.number:
                salt, note = noted[1]["salt"], noted[1]["note"]
                if note_sha256(salt, note) != entry.note_sha256:
                    raise Damaged(noted[0], "the note has another hash than its transaction says")
                noted = next(notes, None)
            made = Transaction(
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
                reverses=_reversed(log, entry.reverses) if entry.reverses else None,
                recorded_at=entry.recorded_at,
                document=line,
                sha256=hashlib.sha256(line).hexdigest(),
            )
            keep(made)
            _post(log, made, entry, parties)
    if noted is not None:
        raise Damaged(noted[0], f"there is no transaction {noted[1]['number']} in its place")


def transaction_numbered(log: Log, number: int) -> Transaction:
    """The transaction of a number.

    Raises:
        KeyError: there is none.
    """
    found = Transaction.objects.filter(agreement=log.agreement, n=number).defer("document").first()
    if found is None:
        raise KeyError(number)
    made: Transaction = found
    return made


def _reversed(log: Log, sha256: str) -> Transaction:
    found = Transaction.objects.filter(agreement=log.agreement, sha256=sha256).first()
    if found is None:
        raise KeyError(sha256)
    made: Transaction = found
    return made


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
