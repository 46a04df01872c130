"""How an act of a party becomes an entry, or a request for a signature made elsewhere."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import transaction

from unipact.agreement.engine.register.acts import Act
from unipact.agreement.engine.register.fold import take
from unipact.agreement.engine.register.register import Register
from unipact.agreement.formats.log.entry import act_line, read_act
from unipact.agreement.log.appending import entry_append, log_locked
from unipact.agreement.log.folded import Folded, folded, forget
from unipact.agreement.log.vault import key_held
from unipact.agreement.models import Log, LogDocument, LogEntry, Party, SigningRequest
from unipact.agreement.roles import Act as Permitted
from unipact.agreement.roles import Actor
from unipact.agreement.services.memberships import require_still
from unipact.errors import Conflict, Finding, Invalid, NotFound
from unipact.tlog.keys import SigningKey
from unipact.tlog.note import Note


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs an act: an actor with its party's key inside, or whoever holds ``key``.

    The command line has no actor: it names the party, and signs with the key that it was given or
    with the one inside.
    """

    party: str
    actor: Actor | None = None
    key: SigningKey | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """What an act led to: an entry of the log, or a request that waits for its signature."""

    entry: LogEntry | None = None
    request: SigningRequest | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an act begins: the locked log, what it comes to, and the moment that is stated."""

    log: Log
    folded: Folded
    party: Party
    at: str

    @property
    def register(self) -> Register:
        """What the log comes to."""
        return self.folded.register


@contextmanager
def standing(
    *, signer: Signer, agreement: str, now: datetime, act: Permitted = Permitted.ACT_SIGN
) -> Iterator[Standing]:
    """The locked log of an agreement, for an act of one of its parties, in one transaction.

    Raises:
        NotPermitted: the actor's role may not, or the actor was let go meanwhile.
        NotFound: the party has no such agreement.
        Conflict: its log was not founded yet.
    """
    if signer.actor is not None:
        signer.actor.require(act)
    with transaction.atomic():
        log = log_locked(agreement)
        party = log.parties.get(signer.party) if log else None
        if log is None or party is None:
            party = Party.objects.filter(slug=signer.party, agreements__slug=agreement).first()
        if party is None:
            finding = Finding("agreement", f"{signer.party} has no agreement {agreement} here")
            raise NotFound("no such agreement", findings=[finding])
        if signer.actor is not None:
            require_still(signer.actor, now)
        if log is None or log.size == 0:
            raise Conflict(
                "the log of this agreement was not founded yet",
                findings=[Finding("log", "it has no entry", "Both parties found it first.")],
            )
        yield standing_at(log, party, now)


def standing_at(log: Log, party: Party, now: datetime) -> Standing:
    """Where a party's act begins, given the log that the caller has locked."""
    found = folded(log)
    found.register.raise_floor(max(int(now.timestamp()), log.floor))
    return Standing(log, found, party, moment(now))


def act_signed(
    here: Standing,
    act: Act,
    *,
    signer: Signer,
    now: datetime,
    documents: Mapping[str, tuple[str, bytes]] | None = None,
    may_sign: bool = True,
) -> Done:
    """Sign an act and append it, or leave a request where the party's key is elsewhere.

    ``documents`` are kept with it: kind and bytes by their SHA-256. Without ``may_sign`` a request
    is left in any case.

    Raises:
        RuleBroken: the act does not fit the log.
        Invalid: the given key is not the party's, or a document has another hash.
    """
    for sha256, (kind, content) in (documents or {}).items():
        if hashlib.sha256(content).hexdigest() != sha256:
            raise Invalid(f"the {kind} that is signed is not the one that was named by its hash")
        LogDocument.objects.get_or_create(
            log=here.log, sha256=sha256, defaults={"kind": kind, "content": content}
        )
    line = act_line(act)
    key = signer.key or key_held(here.log, here.register.keys[here.party.slug].consent)
    if key is not None and may_sign:
        data = bytes(Note(line, (key.sign(line),)))
        return Done(entry=entry_append(log=here.log, data=data, now=now, found=here.folded))
    # What no reader could read would wait for a signature in vain.
    read_act(line)
    _require_fit(here, act)
    made = SigningRequest.objects.create(log=here.log, party=here.party, line=line, made_at=now)
    return Done(request=made)


def moment(now: datetime) -> str:
    """The moment as entries state it."""
    return now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _require_fit(here: Standing, act: Act) -> None:
    """Refuse now what could not be appended later; the register forgets the try."""
    try:
        take(folded(here.log).register, act)
    finally:
        forget(here.log)
