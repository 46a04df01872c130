"""Which log is meant, and whether the reader may see it."""

from __future__ import annotations

from unipact.agreement.models import Log
from unipact.agreement.roles import Act, Actor
from unipact.errors import Finding, Invalid, NotFound


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


def log_named(agreement: str | None = None) -> Log:
    """A log by its agreement, for the command line; the only one where none is named.

    Raises:
        NotFound: there is none.
        Invalid: there are several, and none was named.
    """
    logs = Log.objects.filter(size__gt=0).select_related("agreement").order_by("agreement__slug")
    if agreement is not None:
        logs = logs.filter(agreement__slug=agreement)
    found = list(logs)
    if not found:
        of = f" of {agreement}" if agreement else ""
        raise NotFound(f"there is no founded log{of}: `unipact log found`")
    if len(found) > 1:
        names = ", ".join(each.agreement.slug for each in found)
        finding = Finding("--agreement", f"there are several: {names}", "Name one.")
        raise Invalid("which log?", findings=[finding])
    return found[0]
