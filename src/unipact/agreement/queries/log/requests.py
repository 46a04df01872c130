"""What waits for a party's signature elsewhere, and what it cosigned last; each sees its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from unipact.agreement.engine.register import acts
from unipact.agreement.engine.register.register import Register
from unipact.agreement.engine.terms import Text
from unipact.agreement.formats.log.entry import read_act
from unipact.agreement.log.folded import register_of
from unipact.agreement.log.stored import cosigning_request
from unipact.agreement.log.vault import keys_held
from unipact.agreement.models import Cosignature, Log, SigningRequest
from unipact.agreement.queries.log.meaning import TYPES, in_both, meanings, names_of
from unipact.agreement.roles import Act, Actor
from unipact.errors import NotFound


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A line that a party was asked to sign.

    Attributes:
        line: the line that is signed, as text.
        key: the vkey that has to sign it.
        is_inside: whether that key lives in this server, so that a click signs.
        is_signed: the party signed; the other party's signature is waited for.
    """

    id: int
    type: str
    type_name: Text
    meaning: Text
    made_at: datetime
    line: str
    key: str
    is_inside: bool
    is_signed: bool


@dataclass(frozen=True, slots=True)
class Cosigning:
    """What a party cosigned last, and what waits; ``is_inside`` where its key does it at once."""

    key: str
    is_inside: bool
    seen_size: int
    seen_at: datetime | None
    size: int
    log_key: str

    @property
    def pending(self) -> int:
        """How many entries the party has not cosigned."""
        return self.size - self.seen_size


def request_rows(party: str, agreement: str) -> tuple[RequestRow, ...]:
    """The requests of one party, newest first: the callers answer for whom that is."""
    asked = list(
        SigningRequest.objects.filter(log__agreement__slug=agreement, party__slug=party)
        .select_related("log__agreement", "party")
        .order_by("-pk")
    )
    if not asked:
        return ()
    log = asked[0].log
    register = register_of(log)
    lines = [bytes(each.line) for each in asked]
    told = [read_act(line) for line in lines]
    names = names_of(log, register, told=told)
    held = keys_held(log)
    rows = []
    for each, line, act in zip(asked, lines, told, strict=True):
        key = _key(act, register, party)
        rows.append(
            RequestRow(
                id=each.pk,
                type=act.type,
                type_name=in_both(lambda act=act: str(TYPES[act.type])),  # type: ignore[misc]
                meaning=meanings(act, register, names),
                made_at=each.made_at,
                line=line.decode(),
                key=key,
                is_inside=key in held,
                is_signed=each.signature is not None,
            )
        )
    return tuple(rows)


def own_requests(actor: Actor, agreement: str) -> tuple[RequestRow, ...]:
    """The requests of the actor's own party, newest first.

    Raises:
        NotPermitted: the role may not.
    """
    actor.require(Act.ACT_SIGN)
    return request_rows(actor.party, agreement)


def request_found(party: str, agreement: str, request: int) -> RequestRow:
    """One request of a party.

    Raises:
        NotFound: the party has no such request.
    """
    for each in request_rows(party, agreement):
        if each.id == request:
            return each
    raise NotFound("there is no such request")


def own_request(actor: Actor, agreement: str, request: int) -> RequestRow:
    """One request of the actor's own party.

    Raises:
        NotPermitted: the role may not.
        NotFound: the party has no such request.
    """
    actor.require(Act.ACT_SIGN)
    return request_found(actor.party, agreement, request)


def requests_waiting(actor: Actor, agreement: str) -> int:
    """How many requests wait for the actor's own party; 0 for a role that signs nothing."""
    if not actor.may(Act.ACT_SIGN):
        return 0
    return SigningRequest.objects.filter(
        log__agreement__slug=agreement, party__slug=actor.party, signature__isnull=True
    ).count()


def cosigning(log: Log, party: str) -> Cosigning:
    """Where a party stands with cosigning.

    Raises:
        NotFound: it is no party of this log.
    """
    register = register_of(log)
    if party not in register.keys:
        raise NotFound(f"{party} is no party of this log")
    key = register.keys[party].cosign
    last = Cosignature.objects.filter(log=log, party__slug=party).order_by("-size").first()
    return Cosigning(
        key=key,
        is_inside=key in keys_held(log),
        seen_size=last.size if last else 0,
        seen_at=datetime.fromtimestamp(last.time, UTC) if last else None,
        size=log.size,
        log_key=register.log_key,
    )


def cosigning_file(log: Log, party: str, *, old: int | None = None) -> bytes:
    """What the party cosigns elsewhere, from ``old`` entries or from what it cosigned last here.

    Raises:
        NotFound: the log is not that long, or it is no party of this log.
    """
    seen = cosigning(log, party).seen_size if old is None else old
    return cosigning_request(log, seen)


def _key(act: acts.Act, register: Register, party: str) -> str:
    if isinstance(act, acts.Founding):
        return act.keys[party].consent
    return register.keys[party].consent
