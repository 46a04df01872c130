"""A person's calendar and mails about deadlines: an address to subscribe to, mails on and off."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.forms import EmailField, ValidationError

from unipact.agreement.formats.secret import secret_digest
from unipact.agreement.models import CalendarFeed, Membership, ReminderChoice, ReminderSent
from unipact.agreement.roles import Act, Actor
from unipact.agreement.services.memberships import party_locked, require_still
from unipact.errors import Finding, Invalid

_ADDRESS = EmailField(max_length=254)


def feed_make(*, actor: Actor, language: str, now: datetime) -> str:
    """Make the secret of the actor's calendar, told only here; the one before opens nothing more.

    Who: every person, for themselves. It ends with the membership.

    Raises:
        NotPermitted: a program has no calendar.
    """
    actor.require(Act.CALENDAR_SEE)
    with transaction.atomic():
        membership = _own(actor, now)
        secret = secrets.token_urlsafe(32)
        made = {"sha256": secret_digest(secret), "language": language, "made_at": now}
        CalendarFeed.objects.update_or_create(membership=membership, defaults=made)
    return secret


def feed_revoke(*, actor: Actor, now: datetime) -> bool:
    """Close the actor's calendar at once; whether there was one.

    Who: every person, for themselves.

    Raises:
        NotPermitted: a program has no calendar.
    """
    actor.require(Act.CALENDAR_SEE)
    with transaction.atomic():
        gone, _ = CalendarFeed.objects.filter(membership=_own(actor, now)).delete()
    return bool(gone)


def reminder_address(address: str) -> str:
    """A mail address as it was typed, without the blanks around it.

    Raises:
        Invalid: it is none.
    """
    try:
        return str(_ADDRESS.clean(address.strip()))
    except ValidationError as error:
        finding = Finding("address", "it is no mail address", "Type it anew.")
        raise Invalid("the address is wrong", findings=[finding]) from error


def reminders_on(*, actor: Actor, address: str, language: str, now: datetime) -> None:
    """Send mails about deadlines to the actor, at an address whose link the actor opened.

    Who: every person, for themselves.

    Raises:
        NotPermitted: a program gets no mail.
        Invalid: it is no mail address.
    """
    actor.require(Act.CALENDAR_SEE)
    chosen = {"address": reminder_address(address), "language": language, "confirmed_at": now}
    with transaction.atomic():
        ReminderChoice.objects.update_or_create(membership=_own(actor, now), defaults=chosen)


def reminders_off(*, actor: Actor, now: datetime) -> bool:
    """Send the actor no mail any more, and forget the address; whether any was sent before.

    Who: every person, for themselves.

    Raises:
        NotPermitted: a program gets no mail.
    """
    actor.require(Act.CALENDAR_SEE)
    with transaction.atomic():
        gone, _ = ReminderChoice.objects.filter(membership=_own(actor, now)).delete()
    return bool(gone)


def reminders_note(*, user_id: int, stages: Iterable[tuple[str, str]], now: datetime) -> None:
    """Note of which deadlines, at which stage, a mail told a person; after it was sent.

    All of a mail or none; what stands there already stays as it is.
    """
    rows = [
        ReminderSent(user_id=user_id, deadline=deadline, stage=stage, sent_at=now)
        for deadline, stage in stages
    ]
    with transaction.atomic():
        ReminderSent.objects.bulk_create(rows, ignore_conflicts=True)


def _own(actor: Actor, now: datetime) -> Membership:
    """The actor's membership, under the lock of the party: nobody is let go meanwhile."""
    party = party_locked(actor.party)
    require_still(actor, now)
    return Membership.objects.get(user_id=actor.user_id or 0, party=party)
