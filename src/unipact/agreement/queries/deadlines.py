"""The deadlines of an agreement, as one party has them: from the signed log and from the terms.

There is no name of a person in any of them: they are put into calendars and mails.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from unipact.agreement.engine.term_end import end_of
from unipact.agreement.engine.terms import Agreement, Text
from unipact.agreement.models import LogEntry
from unipact.agreement.queries.consultation import (
    consultation_of,
    disputes_of,
    notices_of,
    reports_of,
    reviews_of,
)
from unipact.agreement.queries.consultation.ground import Ground, ground_of
from unipact.agreement.queries.deadlines_of_terms import (
    DEADLINE_KINDS,
    Deadline,
    DeadlineKind,
    of_terms,
    page,
    uid,
)
from unipact.agreement.queries.log.requests import cosigning, own_requests
from unipact.agreement.queries.standpoint import Standpoint
from unipact.agreement.queries.terms import terms_of
from unipact.agreement.roles import Act

__all__ = ["DEADLINE_KINDS", "Deadline", "DeadlineKind", "Deadlines", "deadlines_of"]

_WAITS = frozenset({"submitted", "unreviewed"})
#: So much of the time ahead is drawn.
_DRAWN = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Mark:
    """A deadline on the line of the year ahead; ``at`` in thousandths of it."""

    at: int
    is_mine: bool


@dataclass(frozen=True, slots=True)
class Deadlines:
    """The deadlines of a party, the earliest first, seen on ``today`` in the agreement's zone."""

    agreement: str
    party: str
    today: date
    rows: tuple[Deadline, ...]

    @property
    def overdue(self) -> tuple[Deadline, ...]:
        """What is past its day and still waits."""
        return tuple(each for each in self.rows if each.is_limited and each.day < self.today)

    @property
    def this_month(self) -> tuple[Deadline, ...]:
        """What is due from today to the end of the month."""
        month = (self.today.year, self.today.month)
        return tuple(
            each
            for each in self.rows
            if each.is_limited
            and each.day >= self.today
            and (each.day.year, each.day.month) == month
        )

    @property
    def later(self) -> tuple[Deadline, ...]:
        """What is due after this month."""
        month = (self.today.year, self.today.month)
        return tuple(
            each
            for each in self.rows
            if each.is_limited and (each.day.year, each.day.month) > month
        )

    @property
    def waiting(self) -> tuple[Deadline, ...]:
        """What waits for the party without a day that is agreed for it."""
        return tuple(each for each in self.rows if not each.is_limited)

    @property
    def marks(self) -> tuple[Mark, ...]:
        """What is due in the year ahead, on a line from today."""
        return tuple(
            Mark(round((each.day - self.today) * 1000 / _DRAWN), self.party in each.waits_for)
            for each in self.rows
            if each.is_limited and self.today <= each.day <= self.today + _DRAWN
        )

    @property
    def drawn_until(self) -> date:
        """The last day of the line."""
        return self.today + _DRAWN


def deadlines_of(here: Standpoint, *, now: datetime) -> Deadlines:
    """What is due or waits, for the reader's party, at ``now``.

    Requests and checkpoints that wait are the party's own, and told to who may sign or keep keys.

    Raises:
        NotPermitted: the role may not see the log.
        Unavailable: the log does not verify.
    """
    ground = ground_of(here, now)
    terms = terms_of(here) if ground is None else ground.terms.agreement
    zone = ZoneInfo(terms.zone)
    today = now.astimezone(zone).date()
    rows = [*_dated(here, terms, now, today), *_requests(here, terms, zone)]
    if ground is not None:
        rows += _proposals(here, terms, now, zone)
        rows += _evidence(here, terms, now, zone)
        rows += _disputes(here, terms, now, zone)
        rows += _reports(ground, terms, zone)
        rows += _cosigning(ground, terms, zone)
    rows.sort(key=lambda each: (each.day, each.uid))
    return Deadlines(here.slug, here.actor.party, today, tuple(rows))


def _dated(here: Standpoint, terms: Agreement, now: datetime, today: date) -> Iterator[Deadline]:
    found = notices_of(here, now=now)
    end, ended = (found.end, found.ended) if found else (end_of(terms, (), today), None)
    known_at = max((each.at for each in found.notices), default=None) if found else None
    party = here.actor.party
    concerned = {
        page(terms, f"commitments/{each.id}/")
        for each in terms.commitments
        if party in (*each.owed_by, *each.owed_to)
    }
    for each in of_terms(terms, end, ended=ended, known_at=known_at, today=today):
        if each.kind not in {"target", "milestone"} or each.path in concerned:
            yield each


def _proposals(
    here: Standpoint, terms: Agreement, now: datetime, zone: ZoneInfo
) -> Iterator[Deadline]:
    for row in consultation_of(here, now=now).proposals:
        if not row.waits_for_me:
            continue
        words = row.words or Text(f"version {row.proposed}", f"第 {row.proposed} 版")
        then = Text("then it lapses", "逾期失效")
        if row.escalates:
            then = Text("then it goes to the steering committee", "逾期提交指导委员会")
        yield Deadline(
            uid(terms, "proposal", row.id, row.round),
            "proposal",
            Text(
                f"Consent to a proposal or decline it, {then.en}: {words.en}",
                f"对提案表示同意或拒绝，{then.zh}：{words.zh}",
            ),
            page(terms, f"consultation/{row.id}/"),
            row.lapses_at.astimezone(zone).date(),
            row.at,
            (here.actor.party,),
            at=row.lapses_at,
        )


def _evidence(
    here: Standpoint, terms: Agreement, now: datetime, zone: ZoneInfo
) -> Iterator[Deadline]:
    for run in reviews_of(here, now=now).runs:
        n = sum(each.state in _WAITS for each in run.evidence or ())
        if n == 0 or run.party == here.actor.party:
            continue
        yield Deadline(
            uid(terms, "evidence", run.sha256),
            "evidence",
            Text(
                f"Review evidence as of {run.as_of} ({n}), then it counts as unreviewed",
                f"审阅截至 {run.as_of} 的证据（{n} 项），逾期标为“未审阅”",
            ),
            page(terms, "consultation/evidence/"),
            run.review_by.astimezone(zone).date(),
            run.at,
            (here.actor.party,),
            at=run.review_by,
        )


def _disputes(
    here: Standpoint, terms: Agreement, now: datetime, zone: ZoneInfo
) -> Iterator[Deadline]:
    for each in disputes_of(here, now=now):
        if here.actor.party not in each.waiting_for:
            continue
        title, period = each.title, each.period
        yield Deadline(
            uid(terms, "dispute", each.id),
            "dispute",
            Text(
                f"A dispute is open: {title['en']}, {period}",
                f"争议尚未结束：{title['zh']}，{period}",
            ),
            page(terms, f"consultation/disputes/{each.id}/"),
            each.at.astimezone(zone).date(),
            each.at,
            (here.actor.party,),
            is_limited=False,
        )


def _reports(ground: Ground, terms: Agreement, zone: ZoneInfo) -> Iterator[Deadline]:
    waiting = [
        each
        for each in reports_of(ground.here, now=ground.now)
        if each.is_last and ground.party in each.waiting_for
    ]
    received = _received(ground, [each.index for each in waiting])
    for each in waiting:
        year, edition, at = each.year, each.edition, received[each.index]
        yield Deadline(
            uid(terms, "report", year, edition),
            "report",
            Text(
                f"Sign the report of {year}, edition {edition}",
                f"签署 {year} 年度报告（第 {edition} 稿）",
            ),
            page(terms, "consultation/"),
            at.astimezone(zone).date(),
            at,
            (ground.party,),
            is_limited=False,
        )


def _requests(here: Standpoint, terms: Agreement, zone: ZoneInfo) -> Iterator[Deadline]:
    if not here.actor.may(Act.ACT_SIGN):
        return
    for each in own_requests(here.actor, here.slug):
        if each.is_signed:
            continue
        yield Deadline(
            uid(terms, "request", each.id),
            "request",
            Text(
                f"Sign where your key is: {each.meaning.en}",
                f"用本方密钥签署：{each.meaning.zh}",
            ),
            page(terms, "requests/"),
            each.made_at.astimezone(zone).date(),
            each.made_at,
            (here.actor.party,),
            is_limited=False,
        )


def _cosigning(ground: Ground, terms: Agreement, zone: ZoneInfo) -> Iterator[Deadline]:
    if not ground.here.actor.may(Act.KEYS_MANAGE):
        return
    found = cosigning(ground.log, ground.party)
    if found.is_inside or not found.pending:
        return
    at = _received(ground, [found.seen_size])[found.seen_size]
    yield Deadline(
        uid(terms, "cosigning", ground.party, found.seen_size),
        "cosigning",
        Text(
            f"Cosign the log: your party has not signed its last entries ({found.pending})",
            f"联署日志：本方尚未签署最近的条目（{found.pending} 条）",
        ),
        page(terms, "requests/"),
        at.astimezone(zone).date(),
        at,
        (ground.party,),
        is_limited=False,
    )


def _received(ground: Ground, indices: list[int]) -> Mapping[int, datetime]:
    """When entries came in, by their index."""
    if not indices:
        return {}
    rows = LogEntry.objects.filter(log=ground.log, index__in=indices)
    return dict(rows.values_list("index", "received_at"))
