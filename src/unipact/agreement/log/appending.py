"""Appending to the log: the one place at which entries come in, and with them what binds."""

from __future__ import annotations

from datetime import datetime

from unipact.agreement.engine.register.register import Register
from unipact.agreement.engine.states import version_moved
from unipact.agreement.formats.log.entry import Entry, read_entry
from unipact.agreement.log.cosigning import cosign_inside
from unipact.agreement.log.folded import Folded, folded, forget, verified
from unipact.agreement.log.vault import key_held
from unipact.agreement.models import AgreementVersion, Log, LogDocument, LogEntry, VersionState
from unipact.errors import Unavailable
from unipact.tlog.checkpoint import Checkpoint
from unipact.tlog.note import Note


def log_locked(agreement: str) -> Log | None:
    """The log of an agreement, locked until the transaction ends; None where it was not founded."""
    logs = Log.objects.select_for_update(of=("self",)).select_related("agreement")
    return logs.filter(agreement__slug=agreement).first()


def entry_append(*, log: Log, data: bytes, now: datetime, found: Folded | None = None) -> LogEntry:
    """Append a signed entry to a log whose row the caller has locked, in its transaction.

    ``found`` is the log as the caller folded it under this very lock. Whatever the entry brings
    into force is in force when the transaction commits; parties whose cosign keys live inside
    cosign at once.

    Raises:
        Invalid: the bytes are no entry, or a signature does not verify.
        RuleBroken: the entry does not fit the log as it is.
        Unavailable: the log's own key is not here, or the log was changed by hand.
    """
    entry = read_entry(data)
    found = found or folded(log)
    before = found.frontier.root()
    bound = len(found.register.bound)
    try:
        found.register.raise_floor(max(int(now.timestamp()), log.floor))
        verified(entry, found.register)
        hashes = found.take(entry, data)
        row = _row(log, found, entry, hashes, now)
        if len(found.register.bound) > bound:
            bring_into_force(log, found.register, now=now)
        cosign_inside(log, found, row, before=before, now=now)
        log.save(update_fields=["size", "floor"])
    except BaseException:
        forget(log)
        raise
    return row


def bring_into_force(log: Log, register: Register, *, now: datetime) -> None:
    """Make the rows of versions what the log says; they are a cache of it."""
    wanted = {each.terms.sha256: each for each in register.bound}
    held = {
        each.sha256: each
        for each in log.agreement.versions.filter(drafted_by__isnull=True).defer("original")
    }
    for sha256, each in held.items():
        if each.state == VersionState.IN_FORCE and sha256 != register.terms.sha256:
            AgreementVersion.objects.filter(pk=each.pk).update(
                state=version_moved("in_force", "superseded")
            )
    for sha256, bound in wanted.items():
        if sha256 in held:
            continue
        terms = bound.terms
        original = LogDocument.objects.values_list("content", flat=True).get(
            log=log, sha256=terms.file_sha256
        )
        AgreementVersion.objects.create(
            agreement=log.agreement,
            n=terms.version,
            original=bytes(original),
            sha256=sha256,
            file_sha256=terms.file_sha256,
            state="in_force" if sha256 == register.terms.sha256 else "superseded",
            imported_at=now,
        )


def _row(
    log: Log, found: Folded, entry: Entry, hashes: tuple[bytes, ...], now: datetime
) -> LogEntry:
    register = found.register
    row: LogEntry = LogEntry.objects.create(
        log=log,
        index=register.size - 1,
        type=entry.act.type,
        data=entry.data,
        hashes=b"".join(hashes),
        checkpoint=bytes(_checkpoint(log, found)),
        received_at=now,
    )
    log.size = register.size
    return row


def _checkpoint(log: Log, found: Folded) -> Note:
    register = found.register
    key = key_held(log, register.log_key)
    if key is None:
        raise Unavailable(f"the key of the log {log.origin} is not here: it cannot be appended to")
    body = Checkpoint(log.origin, register.size, found.frontier.root()).body
    return Note(body, (key.sign(body),))
