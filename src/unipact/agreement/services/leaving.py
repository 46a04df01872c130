"""Leaving: noting that a party took everything along, and making all of it again elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from django.db import transaction

from unipact.agreement.engine.register.acts import KeyPair
from unipact.agreement.formats.bundle.ustar import Damaged
from unipact.agreement.formats.bundle.verify import Question
from unipact.agreement.formats.leaving import layout
from unipact.agreement.formats.leaving.reader import Archive, read_archive
from unipact.agreement.log.leaving.inward import made_at_of, people_named, records_restore
from unipact.agreement.log.restoring import bundle_restore
from unipact.agreement.log.stored import checkpoint_at
from unipact.agreement.models import Log, Party, PeopleLog
from unipact.agreement.roles import Act, Actor
from unipact.errors import Invalid, NotFound

_MEND = "Nothing was changed. Take another copy of the file, or leave again."


@dataclass(frozen=True, slots=True)
class Returned:
    """An agreement that is here again; ``people`` (name, role) have to be invited anew."""

    log: Log
    archive: Archive
    people: tuple[tuple[str, str], ...]


def leaving_note(*, actor: Actor | None, agreement: str, party: str, now: datetime) -> None:
    """Note in the party's log of people that everything was taken along, and by whom.

    Who: roles with ``leaving_export``, for their own party; ``actor`` None is the command line.

    Raises:
        NotPermitted: the role may not.
        NotFound: there is no such party, or it is not the actor's.
    """
    if actor is not None:
        actor.require(Act.LEAVING_EXPORT)
    found = Party.objects.filter(slug=party, agreements__slug=agreement).first()
    if found is None or (actor is not None and actor.party != party):
        raise NotFound(f"{party} has no agreement {agreement}")
    PeopleLog.objects.create(
        at=now,
        party=found,
        by="" if actor is None else actor.name,
        act="took-along",
        subject=agreement,
        detail="" if actor is None else actor.role.value,
    )


def leaving_restore(
    *,
    stream: BinaryIO,
    keys: Sequence[KeyPair],
    now: datetime,
    before_commit: Callable[[Archive], None] = lambda _: None,
) -> Returned:
    """Make an agreement again from a leaving archive, after a full verification; all or nothing.

    Who: whoever runs the installation. ``before_commit`` is called when all records are written,
    in their transaction: what it raises undoes them.

    Raises:
        Invalid: a member is damaged, or the bundle in it is not accepted; it is named.
        Conflict: the agreement is here already.
    """
    try:
        archive = read_archive(stream)
        with transaction.atomic():
            people = people_named(archive)
            log = _bundle(archive, keys, now)
            _require_said(archive, log)
            records_restore(archive, log, now=now)
            before_commit(archive)
    except Damaged as error:
        findings = [type(each)(each.where, each.what, _MEND) for each in error.findings]
        raise Invalid("the archive is wrong", findings=findings) from error
    return Returned(log, archive, people)


def _bundle(archive: Archive, keys: Sequence[KeyPair], now: datetime) -> Log:
    section, made_at = archive.section(layout.BUNDLE), made_at_of(archive)
    try:
        return bundle_restore(section, Question(keys=keys), now=now, made_at=made_at)
    except Invalid as error:
        for each in error.findings:
            raise Damaged(f"{layout.BUNDLE}, {each.where}", each.what) from error
        raise


def _require_said(archive: Archive, log: Log) -> None:
    """Refuse a manifest that says other things of the log than the log does."""
    about, root = archive.about, checkpoint_at(log, log.size).root.hex()
    said = (about.agreement, about.origin, about.size, about.root)
    if said != (log.agreement.slug, log.origin, log.size, root):
        raise Damaged(layout.MANIFEST, f"its bundle is of {log.origin} with {log.size} entries")
