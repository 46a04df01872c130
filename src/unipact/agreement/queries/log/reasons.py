"""The reason that an entry gave, for the party that may erase it."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass

from unipact.agreement.engine.register.acts import Founding
from unipact.agreement.formats.log.entry import read_entry
from unipact.agreement.formats.log.named import reason_named
from unipact.agreement.models import Log, LogDocument, LogEntry
from unipact.agreement.roles import Act, Actor
from unipact.errors import NotFound


@dataclass(frozen=True, slots=True)
class OwnReason:
    """A reason that one's party gave and that is still here; it may lack one language."""

    index: int
    sha256: str
    en: str
    zh: str


def own_reason(actor: Actor, log: Log, index: int) -> OwnReason:
    """The reason that the actor's party gave in an entry.

    Raises:
        NotPermitted: the role may not erase it.
        NotFound: there is no such entry, the other party's or one without a reason; or it is
            erased.
    """
    actor.require(Act.ACT_SIGN)
    found = own_reason_or_none(actor, log, index)
    if found is None:
        raise NotFound("this entry gives no reason of your party that is still here")
    return found


def own_reason_or_none(actor: Actor, log: Log, index: int) -> OwnReason | None:
    """As ``own_reason``; None instead of an error."""
    data = LogEntry.objects.filter(log=log, index=index).values_list("data", flat=True).first()
    if data is None or not actor.may(Act.ACT_SIGN):
        return None
    act = read_entry(bytes(data)).act
    if isinstance(act, Founding) or act.party != actor.party:
        return None
    sha256 = reason_named(act)
    kept = LogDocument.objects.filter(log=log, sha256=sha256, kind="reason")
    content = kept.values_list("content", flat=True).first()
    if content is None:
        return None
    said = {"en": "", "zh": ""}
    # What was changed by hand can be erased all the same.
    with suppress(ValueError, TypeError):
        said |= json.loads(bytes(content))
    return OwnReason(index, sha256, str(said["en"]), str(said["zh"]))
