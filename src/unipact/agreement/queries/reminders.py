"""Whom to remind of which deadlines, by mail: each deadline once at each stage, and no more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal

from unipact.agreement.models import ReminderChoice, ReminderSent
from unipact.agreement.queries.deadlines import Deadline, Deadlines, deadlines_of
from unipact.agreement.queries.standpoint import actor_of, agreements_of
from unipact.agreement.roles import Act

Stage = Literal["new", "14", "3", "0"]
#: Days left from which on a stage is reached; the tightest that is reached counts.
_STAGES: tuple[tuple[int, Stage], ...] = ((0, "0"), (3, "3"), (14, "14"))
#: What somebody has to do about the log is told when it comes; the terms were known all along.
_TOLD_WHEN_NEW = frozenset({"proposal", "evidence", "dispute", "report", "request", "cosigning"})


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline of which a person is to be told, and at which stage."""

    deadline: Deadline
    agreement: str
    stage: Stage
    days_left: int | None


@dataclass(frozen=True, slots=True)
class Digest:
    """One mail: to whom, in which language, about what."""

    user_id: int
    username: str
    party: str
    address: str
    language: str
    due: tuple[Due, ...]


def digests_due(*, now: datetime) -> Iterator[Digest]:
    """The mails that are due at ``now``, in the order of the accounts: one a person and day.

    Told is what waits for the person's party, and what waits for nobody, such as the end of the
    term. To whom no mail is due there is no digest.

    Raises:
        Unavailable: a log does not verify.
    """
    choices = ReminderChoice.objects.filter(membership__user__is_active=True)
    for choice in choices.select_related("membership__user").order_by("membership__user_id"):
        user = choice.membership.user
        sent = ReminderSent.objects.filter(user=user)
        last = sent.order_by("-sent_at").first()
        if last is not None and last.sent_at.astimezone(UTC).date() >= now.astimezone(UTC).date():
            continue
        actor = actor_of(user.pk, user.get_username())
        if not actor.may(Act.CALENDAR_SEE):
            continue
        told = set(sent.values_list("deadline", "stage"))
        due = tuple(
            each
            for here in agreements_of(actor)
            for each in _due(deadlines_of(here, now=now), told)
        )
        if due:
            yield Digest(
                user.pk, user.get_username(), actor.party, choice.address, choice.language, due
            )


def _due(found: Deadlines, told: set[tuple[str, str]]) -> Iterator[Due]:
    known = {deadline for deadline, _ in told}
    for each in found.rows:
        if each.waits_for and found.party not in each.waits_for:
            continue
        stage = stage_of(each, found.today)
        if stage == "new" and (each.uid in known or each.kind not in _TOLD_WHEN_NEW):
            continue
        if (each.uid, stage) not in told:
            left = (each.day - found.today).days if each.is_limited else None
            yield Due(each, found.agreement, stage, left)


def stage_of(deadline: Deadline, today: date) -> Stage:
    """How near a deadline is: ``new`` while it is farther than 14 days, or has no day at all."""
    if deadline.is_limited:
        left = (deadline.day - today).days
        for most, stage in _STAGES:
            if left <= most:
                return stage
    return "new"
