"""What waits for a signature that the reader's party makes elsewhere: the party's own affair."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

from django.db.models import QuerySet

from unipact.agreement.engine.register import acts
from unipact.agreement.engine.register.register import Register
from unipact.agreement.formats.log.entry import read_act
from unipact.agreement.log.folded import register_of
from unipact.agreement.models import Log, SigningRequest
from unipact.agreement.queries.consultation.ground import log_of
from unipact.agreement.queries.consultation.rows import RequestRow
from unipact.agreement.queries.standpoint import Standpoint
from unipact.agreement.roles import Act
from unipact.errors import NotFound


def requests_of(here: Standpoint) -> tuple[RequestRow, ...]:
    """The requests of the reader's party, newest first; the founding's is among them.

    Raises:
        NotPermitted: the role may not sign for the party.
    """
    here.actor.require(Act.ACT_SIGN)
    log = log_of(here)
    return () if log is None else rows_of(log, here.actor.party)


def request_of(here: Standpoint, request: int) -> RequestRow:
    """One request of the reader's party.

    Raises:
        NotPermitted: the role may not sign for the party.
        NotFound: the party has no such request.
    """
    found = next((each for each in requests_of(here) if each.id == request), None)
    if found is None:
        raise NotFound("there is no such request")
    return found


def request_line(here: Standpoint, request: int) -> bytes:
    """The line to sign, byte for byte: what ``unipact sign`` takes.

    Raises:
        NotPermitted: the role may not sign for the party.
        NotFound: the party has no such request.
    """
    here.actor.require(Act.ACT_SIGN)
    log = log_of(here)
    found = None if log is None else _of(log, here.actor.party).filter(pk=request).first()
    if found is None:
        raise NotFound("there is no such request")
    return bytes(found.line)


def rows_of(log: Log, party: str) -> tuple[RequestRow, ...]:
    """The requests of a party, newest first."""
    register = register_of(log)
    return tuple(_row(each, register, party) for each in _of(log, party).order_by("-pk"))


def count_of(log: Log, party: str) -> int:
    """How many requests of a party wait for its signature."""
    return _of(log, party).filter(signature=None).count()


def _of(log: Log, party: str) -> QuerySet[SigningRequest]:
    return SigningRequest.objects.filter(log=log, party__slug=party)


def _row(request: SigningRequest, register: Register, party: str) -> RequestRow:
    line = bytes(request.line)
    act = read_act(line)
    facts: dict[str, Any] = json.loads(line)
    is_founding = isinstance(act, acts.Founding)
    return RequestRow(
        id=request.pk,
        type=act.type,
        made_at=request.made_at,
        facts=facts,
        proposal=_proposal(act, register),
        key=(act.keys if isinstance(act, acts.Founding) else register.keys)[party].consent,
        is_signed=is_founding and request.signature is not None,
    )


def _proposal(act: acts.Act, register: Register) -> str | None:
    if isinstance(act, acts.Proposing):
        return act.change.proposal
    with suppress(KeyError):
        if isinstance(act, acts.Decision):
            return register.changes[act.change_sha256]
    return None
