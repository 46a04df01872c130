"""How much of the consultation waits for the reader's party: for the badge in the menu."""

from __future__ import annotations

from datetime import datetime

from unipact.agreement.log.folded import register_of
from unipact.agreement.models import SigningRequest
from unipact.agreement.queries.consultation.ground import log_of
from unipact.agreement.queries.standpoint import Standpoint
from unipact.agreement.roles import Act


def waiting(here: Standpoint, *, now: datetime) -> int:
    """Open proposals on which the party has not decided, and its requests; 0 for who may see none.

    On every page, so it asks little: of the log's rows only those that are new.

    Raises:
        Unavailable: the log does not verify.
    """
    log = log_of(here) if here.actor.may(Act.LOG_SEE) else None
    if log is None:
        return 0
    party = here.actor.party
    requests = 0
    if here.actor.may(Act.ACT_SIGN):
        own = SigningRequest.objects.filter(log=log, party__slug=party, signature=None)
        requests = own.count()
    if log.size == 0:
        return requests
    register = register_of(log)
    unix_s = max(register.floor, int(now.timestamp()))
    return requests + sum(
        party in register.terms.consent
        and party not in each.last.decisions
        and register.state_of(each, at=unix_s) == "open"
        for each in register.proposals.values()
    )
