"""What of the lake a party may see, and the note that it has seen it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from unipact.agreement.roles import Actor
from unipact.agreement.services import access_log_append
from unipact.errors import NotPermitted
from unipact.web.lake import owners_of


def tables_of(evidence: Mapping[str, Any]) -> tuple[str, ...]:
    """The lake's tables whose rows are behind a piece of evidence."""
    return tuple(
        dict.fromkeys(name for each in evidence["rows"]["sets"] for name in each["tables"])
    )


def require_visible(
    actor: Actor, evidence: Mapping[str, Any], tables: tuple[str, ...], *, kind: str
) -> None:
    """Refuse what its owner keeps to itself; note what is shared and read.

    Raises:
        NotPermitted: a table belongs to the other party, which does not share it.
    """
    now = timezone.now()
    owners = owners_of(evidence, tables)
    if any(seen == "own" and owner != actor.party for owner, seen in owners.items()):
        raise NotPermitted("the owner keeps these rows to itself")
    for owner, visibility in owners.items():
        if visibility == "shared":
            access_log_append(
                actor=actor, owner=owner, kind=kind, record=str(evidence["id"]), now=now
            )
