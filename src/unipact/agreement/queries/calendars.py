"""Deadlines as a calendar: a person's, over all agreements of the party, or one agreement's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from unipact.agreement.formats.icalendar import Event, calendar_bytes
from unipact.agreement.formats.secret import secret_digest
from unipact.agreement.models import CalendarFeed, ReminderChoice
from unipact.agreement.queries.deadlines import Deadline, Deadlines, deadlines_of
from unipact.agreement.queries.standpoint import actor_of, agreements_of
from unipact.agreement.roles import Actor
from unipact.errors import NotFound

#: So many days before, a calendar reminds of what waits for the party.
ALARMS_DAYS = (14, 3)


@dataclass(frozen=True, slots=True)
class FeedRow:
    """The calendar that a person made."""

    id: int
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Feed:
    """Whose calendar an address opens, and in which language it is."""

    id: int
    actor: Actor
    language: str


def feed_of(actor: Actor) -> FeedRow | None:
    """The actor's calendar, if one is made."""
    found = CalendarFeed.objects.filter(membership__user_id=actor.user_id or 0).first()
    return FeedRow(found.pk, found.made_at) if found else None


def reminder_address_of(actor: Actor) -> str:
    """Where mails about deadlines go to; empty while none do."""
    found = ReminderChoice.objects.filter(membership__user_id=actor.user_id or 0).first()
    return found.address if found else ""


def feed_open(secret: str) -> Feed:
    """The calendar that a secret opens, while it does.

    Raises:
        NotFound: it opens nothing (any more); the answer does not tell which.
    """
    found = (
        CalendarFeed.objects.filter(sha256=secret_digest(secret), membership__user__is_active=True)
        .select_related("membership__user")
        .first()
    )
    if found is None:
        raise NotFound("there is no such calendar")
    user = found.membership.user
    return Feed(found.pk, actor_of(user.pk, user.get_username()), found.language)


def feed_bytes(feed: Feed, *, now: datetime, address: str) -> bytes:
    """The calendar as programs read it; ``address`` is the console's, without a slash at its end.

    Raises:
        Unavailable: a log does not verify.
    """
    found = [deadlines_of(here, now=now) for here in agreements_of(feed.actor)]
    return calendar_of(found, language=feed.language, address=address)


def calendar_of(found: Iterable[Deadlines], *, language: str, address: str) -> bytes:
    """Deadlines of agreements as one calendar: iCalendar, RFC 5545."""
    name = "unipact · 到期事项" if language.startswith("zh") else "unipact · Deadlines"
    return calendar_bytes(
        name, (_event(each, of, language, address) for of in found for each in of.rows)
    )


def _event(each: Deadline, of: Deadlines, language: str, address: str) -> Event:
    is_mine = of.party in each.waits_for
    whom = ", ".join(each.waits_for)
    described = {
        "zh": f"协议 {of.agreement}。" + (f"待办方：{whom}。" if whom else ""),
        "en": f"Agreement {of.agreement}." + (f" Waits for: {whom}." if whom else ""),
    }["zh" if language.startswith("zh") else "en"]
    return Event(
        uid=each.uid,
        stamp=each.since,
        on=each.at or each.day,
        summary=each.title.to(language),
        description=described,
        url=f"{address}{each.path}",
        category=each.kind,
        alarms_days=ALARMS_DAYS if is_mine and each.is_limited else (),
    )
