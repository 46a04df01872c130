"""What is due by the terms themselves: milestones, targets, instalments, committee, end of term.

Only days that are still ahead: what became of one that is over stands at its commitment and in the
balance.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Literal, get_args

from unipact.agreement.engine.quantities import target_text
from unipact.agreement.engine.term_end import TermEnd, months_after
from unipact.agreement.engine.terms import Agreement, Commitment, Contribution, Text

DeadlineKind = Literal[
    "proposal",
    "evidence",
    "dispute",
    "report",
    "request",
    "cosigning",
    "milestone",
    "target",
    "instalment",
    "committee",
    "notice",
    "term_end",
]
DEADLINE_KINDS: tuple[DeadlineKind, ...] = get_args(DeadlineKind)

#: Meetings come again without end where a term renews always: so many days ahead are shown.
_MEETINGS_AHEAD = timedelta(days=731)


@dataclass(frozen=True, slots=True)
class Deadline:
    """Something that is due, or that waits for a party.

    Attributes:
        uid: names it for life, the same for both parties and in every feed.
        day: the day in the agreement's zone on which it is due. Where ``is_limited`` is false,
            nothing sets a day: it is the one since which it waits.
        at: the moment, where a moment and no whole day is agreed.
        since: when it came to be; never the time of asking, so that the same log gives the same.
        path: the console's page on which something can be done about it, or read.
        waits_for: ids of the parties that have to do it; none where nobody has to do anything.
    """

    uid: str
    kind: DeadlineKind
    title: Text
    path: str
    day: date
    since: datetime
    waits_for: tuple[str, ...]
    at: datetime | None = None
    is_limited: bool = True


def of_terms(
    terms: Agreement, end: TermEnd, *, ended: date | None, known_at: datetime | None, today: date
) -> Iterator[Deadline]:
    """What is due from ``today`` on under the terms.

    ``ended`` is the day to which both parties ended the agreement, if they did: nothing is due
    from it on. ``known_at`` is when a notice last moved the end of the term, if one did.
    """
    until = min(ended, end.until) if ended else end.until
    if today >= until:
        return
    is_last = ended is not None or end.decided_by is not None or end.notice_by is None
    over = until if is_last else date.max
    since = datetime.combine(terms.signed_on, time(), UTC)
    for each in _promised(terms, since):
        if today <= each.day < over:
            yield each
    yield from _meetings(terms, since, today=today, until=until)
    yield from _ending(terms, end, until, since=max(since, known_at or since), today=today)


def page(terms: Agreement, rest: str) -> str:
    """The path of a page of the agreement in the console."""
    return f"/agreements/{terms.id}/{rest}"


def uid(terms: Agreement, *parts: object) -> str:
    """A name that no other deadline of any agreement has."""
    return f"{'.'.join(map(str, parts))}@{terms.id}.unipact"


def _promised(terms: Agreement, since: datetime) -> Iterator[Deadline]:
    for commitment in terms.commitments:
        yield from _of_commitment(terms, commitment, since)
    for contribution in terms.contributions:
        yield from _instalments(terms, contribution, since)


def _of_commitment(terms: Agreement, commitment: Commitment, since: datetime) -> Iterator[Deadline]:
    path, title = page(terms, f"commitments/{commitment.id}/"), commitment.title
    for target in commitment.targets:
        wanted = target_text(commitment.direction, target.value, commitment.unit)
        yield Deadline(
            uid(terms, "target", commitment.id, target.id),
            "target",
            Text(f"Target: {title.en}: {wanted.en}", f"目标：{title.zh}：{wanted.zh}"),
            path,
            target.due,
            since,
            commitment.owed_by,
        )
    for step in commitment.milestones:
        yield Deadline(
            uid(terms, "milestone", commitment.id, step.id),
            "milestone",
            Text(
                f"Milestone: {step.title.en} ({title.en})", f"里程碑：{step.title.zh}（{title.zh}）"
            ),
            path,
            step.due,
            since,
            commitment.owed_by,
        )


def _instalments(
    terms: Agreement, contribution: Contribution, since: datetime
) -> Iterator[Deadline]:
    title, unit = contribution.title, contribution.unit
    before: Mapping[date, int] = {}
    for each in contribution.schedule:
        # Two on one day are told apart by their order in the file.
        nth = before.get(each.on, 0)
        before = {**before, each.on: nth + 1}
        amount = f"{each.amount:f} {unit}"
        yield Deadline(
            uid(terms, "instalment", contribution.id, each.on, *([nth] if nth else [])),
            "instalment",
            Text(f"Instalment: {title.en}: {amount}", f"分期投入：{title.zh}：{amount}"),
            page(terms, "balance/"),
            each.on,
            since,
            (contribution.party,),
        )


def _meetings(terms: Agreement, since: datetime, *, today: date, until: date) -> Iterator[Deadline]:
    months = terms.governance.steering_committee_months
    parties = tuple(each.id for each in terms.parties)
    for nth in count(1):
        day = months_after(terms.term.start, nth * months)
        if day >= until or day - today > _MEETINGS_AHEAD:
            return
        if day >= today:
            yield Deadline(
                uid(terms, "committee", nth),
                "committee",
                Text("The steering committee meets by this day", "指导委员会应在此日前召开会议"),
                page(terms, ""),
                day,
                since,
                parties,
            )


def _ending(
    terms: Agreement, end: TermEnd, until: date, *, since: datetime, today: date
) -> Iterator[Deadline]:
    path = page(terms, "consultation/notice/")
    if end.notice_by is not None and until == end.until and today <= end.notice_by:
        yield Deadline(
            uid(terms, "notice", until),
            "notice",
            Text(
                f"Last day for notice: without it the agreement renews on {until}",
                f"发出通知的最后一日：如不通知，协议将于 {until} 续期",
            ),
            path,
            end.notice_by,
            since,
            (),
        )
    renews = end.notice_by is not None and until == end.until
    last = until - timedelta(days=1)
    yield Deadline(
        uid(terms, "term-end", until),
        "term_end",
        Text(
            "Last day of the term; it renews unless notice is given",
            "协议期最后一日；如无通知则续期",
        )
        if renews
        else Text("Last day of the agreement", "协议的最后一日"),
        path,
        last,
        since,
        (),
    )
