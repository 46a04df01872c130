"""Which log is meant, and whether the reader may see it."""

from __future__ import annotations

from unipact.agreement.models import Log
from unipact.agreement.roles import Act, Actor
from unipact.errors import NotFound


def log_seen(actor: Actor, agreement: str) -> Log:
    """The log of an agreement of the actor's party.

    Raises:
        NotPermitted: the role may not.
        NotFound: the party has no such agreement, or its log was not founded.
    """
    found = log_or_none(actor, agreement)
    if found is None:
        raise NotFound("the log of this agreement was not founded yet")
    return found


def log_or_none(actor: Actor, agreement: str) -> Log | None:
    """As ``log_seen``; None while it was not founded.

    Raises:
        NotPermitted: the role may not.
    """
    actor.require(Act.LOG_SEE)
    found: Log | None = (
        Log.objects.filter(
            agreement__slug=agreement, agreement__parties__slug=actor.party, size__gt=0
        )
        .select_related("agreement")
        .first()
    )
    return found
