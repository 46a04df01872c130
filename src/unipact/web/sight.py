"""What of the lake a party may see, and the note that it has seen it.

An evidence *document* holds no rows: it is part of the run document, which both parties hold and
verify, so it is refused to nobody who may see evidence. Rows, intervals and meters are facts of
their owner, who may keep them to itself. Whichever of them is read singly is noted.
"""

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


def rows_visible(actor: Actor, evidence: Mapping[str, Any], tables: tuple[str, ...]) -> bool:
    """Whether no row of ``tables`` belongs to another party that keeps it to itself."""
    owners = owners_of(evidence, tables)
    return all(owner == actor.party or seen != "own" for owner, seen in owners.items())


def require_rows_visible(
    actor: Actor, evidence: Mapping[str, Any], tables: tuple[str, ...]
) -> None:
    """Refuse rows, and what is made of them one by one, that their owner keeps to itself.

    Raises:
        NotPermitted: a table belongs to the other party, which does not share it.
    """
    if not rows_visible(actor, evidence, tables):
        raise NotPermitted("the owner keeps these rows to itself")


def note_read(
    actor: Actor, evidence: Mapping[str, Any], tables: tuple[str, ...], *, kind: str
) -> None:
    """Note for each owner that the other party has read what is not public of it."""
    now = timezone.now()
    for owner, visibility in owners_of(evidence, tables).items():
        if visibility != "public":
            access_log_append(
                actor=actor, owner=owner, kind=kind, record=str(evidence["id"]), now=now
            )
