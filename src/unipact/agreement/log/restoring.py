"""An agreement made anew from its bundle: in an empty installation, or over rows that were changed.

The bundle is verified first, with the public keys of both parties, so nothing comes in that they
did not sign. What a bundle does not hold (checkpoints between those in it, private keys) stays out.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from hashlib import sha256
from types import MappingProxyType
from typing import BinaryIO

from django.db import transaction

from unipact.agreement.engine.register.register import Register
from unipact.agreement.formats.agreement_toml import read_agreement
from unipact.agreement.formats.bundle import layout
from unipact.agreement.formats.bundle.contents import Contents, read_contents
from unipact.agreement.formats.bundle.history import Earlier, floor_of
from unipact.agreement.formats.bundle.split import batches
from unipact.agreement.formats.bundle.ustar import Member, members, pieces
from unipact.agreement.formats.bundle.verify import Question, verify_bundle
from unipact.agreement.formats.log.entry import read_entry
from unipact.agreement.formats.log.named import documents_named
from unipact.agreement.log.appending import bring_into_force
from unipact.agreement.log.folded import register_of
from unipact.agreement.log.parties import party_kept
from unipact.agreement.models import (
    Agreement,
    AgreementVersion,
    Cosignature,
    Evaluation,
    Log,
    LogDocument,
    LogEntry,
)
from unipact.errors import Conflict, Finding, Invalid
from unipact.tlog.checkpoint import Checkpoint
from unipact.tlog.merkle import Frontier, leaf_hash
from unipact.tlog.note import Note, cosigned_at

_AT_ONCE = 500


def bundle_restore(
    stream: BinaryIO,
    question: Question,
    *,
    now: datetime,
    made_at: Mapping[str, datetime] = MappingProxyType({}),
) -> Log:
    """Make the agreement of a bundle, with its log, versions and documents; all or nothing.

    The bundle of the restored log is the same file, byte for byte. ``made_at`` says when
    evaluations were made, by their SHA-256, where that is known.

    Raises:
        Invalid: the bundle is not accepted; the finding names the entry.
        Conflict: the agreement is here already, or a party's id is another legal person's here.
    """
    verdict = verify_bundle(stream, question)
    if not verdict.accepted or verdict.register is None:
        finding = Finding(verdict.where, verdict.what)
        raise Invalid("the bundle is not accepted", findings=[finding])
    contents, register = read_contents(stream), verdict.register
    slug = register.terms.agreement
    with transaction.atomic():
        if Agreement.objects.filter(slug=slug).exists():
            finding = Finding(
                slug, "it is in this installation already", "Restore into an empty one."
            )
            raise Conflict("the agreement is here already", findings=[finding])
        log = _log(contents, register)
        kinds = _entries(contents, log, now)
        _documents(contents, log, kinds)
        _checkpoints(contents, log)
        bring_into_force(log, register_of(log), now=now)
        _evaluations(log, now, made_at)
    return log


def records_rebuild(log: Log, *, now: datetime) -> int:
    """Make the rows of versions again what the log says; how many had to be changed.

    What nobody signed, or whose file was changed, becomes withdrawn; drafts stay as they are,
    because they bind nobody.

    Raises:
        Unavailable: the log itself does not verify: restore it from a bundle.
        Conflict: the file of a signed version was changed in place; only a bundle brings it back.
    """
    with transaction.atomic():
        register = register_of(log)
        signed = {each.terms.sha256: each.terms for each in register.bound}
        wanted: dict[int, str] = {}
        for version in log.agreement.versions.filter(drafted_by__isnull=True).order_by("n"):
            terms = signed.get(version.sha256)
            if terms is not None and sha256(bytes(version.original)).hexdigest() != (
                terms.file_sha256
            ):
                raise Conflict(
                    f"the file of {version} was changed by hand: restore it from a bundle"
                )
            state = "withdrawn"
            if terms is not None:
                state = "in_force" if terms.sha256 == register.terms.sha256 else "superseded"
            if version.state != state:
                wanted[version.pk] = state
        # One version is in force at any moment: whatever is not goes first.
        for pk, state in sorted(wanted.items(), key=lambda each: each[1] == "in_force"):
            AgreementVersion.objects.filter(pk=pk).update(state=state)
        before = log.agreement.versions.count()
        bring_into_force(log, register, now=now)
        return len(wanted) + log.agreement.versions.count() - before


def _log(contents: Contents, register: Register) -> Log:
    first = register.bound[0].terms
    original = b"".join(pieces(contents.stream, contents.agreements[first.file_sha256]))
    agreement = Agreement.objects.create(slug=first.agreement)
    for terms in read_agreement(original).agreement.parties:
        agreement.parties.add(party_kept(terms))
    log: Log = Log.objects.create(
        agreement=agreement, origin=contents.checkpoint.origin, size=contents.checkpoint.size
    )
    return log


def _entries(contents: Contents, log: Log, now: datetime) -> dict[str, str]:
    """Keep the entries; the kind of each document that they name, by its hash."""
    frontier = Frontier()
    kinds: dict[str, str] = {}
    rows: list[LogEntry] = []
    notes = {checkpoint.size: note for note, checkpoint in _noted(contents)}
    for found in batches(contents.stream, contents.entries):
        for data in found:
            act = read_entry(data).act
            kinds.update(documents_named(act))
            hashes = frontier.append(leaf_hash(data))
            note = notes.get(frontier.size)
            rows.append(
                LogEntry(
                    log=log,
                    index=frontier.size - 1,
                    type=act.type,
                    data=data,
                    hashes=b"".join(hashes),
                    checkpoint=bytes(Note(note.text, note.signatures[:1])) if note else b"",
                    received_at=now,
                )
            )
        LogEntry.objects.bulk_create(rows, batch_size=_AT_ONCE)
        rows.clear()
    return kinds


def _documents(contents: Contents, log: Log, kinds: dict[str, str]) -> None:
    for member in members(contents.stream):
        kind = _kind(member, kinds)
        if kind is not None:
            LogDocument.objects.create(
                log=log,
                sha256=kind[0],
                kind=kind[1],
                content=b"".join(pieces(contents.stream, member)),
            )


def _kind(member: Member, kinds: dict[str, str]) -> tuple[str, str] | None:
    if named := layout.AGREEMENT(member.name):
        return named[1], "agreement"
    if named := layout.DOCUMENT(member.name):
        return named[1], kinds[named[1]]
    return None


def _checkpoints(contents: Contents, log: Log) -> None:
    parties = list(log.agreement.parties.order_by("slug"))
    for note, checkpoint in _noted(contents):
        Cosignature.objects.bulk_create(
            Cosignature(
                log=log,
                party=party,
                size=checkpoint.size,
                line=signature.line,
                time=cosigned_at(signature),
            )
            for party, signature in zip(parties, note.signatures[1:], strict=True)
        )
        log.floor = max(log.floor, floor_of(note))
    log.save(update_fields=["floor"])


def _noted(contents: Contents) -> Iterator[tuple[Note, Checkpoint]]:
    """The checkpoints of the bundle, the final one last."""
    earlier = Earlier(contents)
    while earlier.next is not None:
        yield earlier.next
        earlier.advance()
    yield contents.note, contents.checkpoint


def _evaluations(log: Log, now: datetime, made_at: Mapping[str, datetime]) -> None:
    """Keep the run documents that were put forward as evaluations, so that pages show them."""
    versions = {each.sha256: each for each in log.agreement.versions.all()}
    for found in LogDocument.objects.filter(log=log, kind="run"):
        document = json.loads(bytes(found.content))
        version = versions.get(str(document["agreement"]["sha256"]).removeprefix("sha256:"))
        if version is not None:
            Evaluation.objects.get_or_create(
                version=version,
                sha256=found.sha256,
                defaults={
                    "as_of": date.fromisoformat(document["as_of"]),
                    "snapshot_id": document["snapshot"]["id"],
                    "document": bytes(found.content),
                    "made_at": made_at.get(found.sha256, now),
                },
            )
