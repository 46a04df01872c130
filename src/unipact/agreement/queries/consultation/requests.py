"""Which requests of the reader's party are about a proposal; ``queries.log.requests`` has all."""

from __future__ import annotations

from unipact.agreement.engine.register import acts
from unipact.agreement.formats.log.entry import read_act
from unipact.agreement.models import SigningRequest
from unipact.agreement.queries.consultation.ground import Ground


def requests_on(ground: Ground, proposal: str) -> tuple[int, ...]:
    """The requests of the reader's party on a proposal, newest first: an amendment, a decision."""
    found = SigningRequest.objects.filter(log=ground.log, party__slug=ground.party)
    lines = found.order_by("-pk").values_list("pk", "line")
    return tuple(pk for pk, line in lines if _proposal(ground, read_act(bytes(line))) == proposal)


def _proposal(ground: Ground, act: acts.Act) -> str | None:
    if isinstance(act, acts.Proposing):
        return act.change.proposal
    if isinstance(act, acts.Decision):
        return ground.register.changes.get(act.change_sha256)
    return None
