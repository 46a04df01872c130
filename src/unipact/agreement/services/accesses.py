"""Noting what one party reads of the other."""

from __future__ import annotations

from datetime import datetime, timedelta

from unipact.agreement.models import AccessLog, Party
from unipact.agreement.roles import Actor
from unipact.errors import NotFound

#: Within this one line stands for every read of a record by the same reader.
_ONE_READ = timedelta(hours=1)


def access_log_append(
    *, actor: Actor, owner: str, kind: str, record: str, now: datetime
) -> AccessLog | None:
    """Note that the actor read a record of the other party; one's own is not noted.

    A reader, which is one user or one token, has one line per record within an hour, and gets that
    line back: a program that pages through rows has read them once, and must not bury the rest.

    Who: anybody, person or program, whose read is being answered. ``owner`` is the
    party whose record it is.

    Raises:
        NotFound: there is no such party.
    """
    if owner == actor.party:
        return None
    parties = {each.slug: each for each in Party.objects.filter(slug__in=(owner, actor.party))}
    if owner not in parties:
        raise NotFound(f"there is no party {owner}")
    read = {
        "user_id": actor.user_id,
        "token_id": actor.token_id,
        "reader": parties[actor.party],
        "owner": parties[owner],
        "kind": kind,
        "record": record,
    }
    lately = AccessLog.objects.filter(**read, at__gt=now - _ONE_READ)
    line: AccessLog = lately.first() or AccessLog.objects.create(**read, at=now)
    return line
