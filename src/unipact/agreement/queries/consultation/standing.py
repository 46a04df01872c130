"""Disputes, waivers, notices with the end of the agreement, and signed editions of reports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from unipact.agreement.engine import term_end
from unipact.agreement.engine.register.records import Disputed, Edition, Noticed
from unipact.agreement.engine.register.register import day_of
from unipact.agreement.engine.term_end import RENEWAL, NoticeFault, TermEnd, end_of
from unipact.agreement.engine.terms import Text
from unipact.agreement.queries.consultation.ground import (
    Ground,
    Reason,
    at,
    both,
    ground_of,
    reasons,
)
from unipact.agreement.queries.standpoint import Standpoint
from unipact.agreement.roles import Act

Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class DisputeRow:
    """A dispute on a commitment's period; ``closed`` are the parties that closed it.

    While it is open the period is shown as disputed; ``waiting_for`` have not closed it.
    """

    id: str
    commitment: str
    period: str
    title: Texts
    party: str
    at: datetime
    index: int
    reason: Reason | None
    closed: tuple[str, ...]
    waiting_for: tuple[str, ...]
    may_close: bool

    @property
    def is_open(self) -> bool:
        """Whether somebody has not closed it."""
        return bool(self.waiting_for)


@dataclass(frozen=True, slots=True)
class WaiverRow:
    """A commitment's period that both parties waived by entry ``index``, from a proposal."""

    commitment: str
    period: str
    title: Texts
    index: int
    proposal: str


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """A notice; ``fault`` says why it has no effect under the terms in force, if it has none."""

    party: str
    at: datetime
    clause: str
    on: date
    index: int
    version: int
    fault: NoticeFault | None
    decides: bool


@dataclass(frozen=True, slots=True)
class ClauseRow:
    """A clause by which notice is given.

    Attributes:
        clause: ``renewal`` or the id of an exit; ``text`` the exit's wording.
        may: the parties that it names.
        earliest: the first day that a notice given today may name.
        notice_by: for the renewal, the last day for a notice before the coming end.
        may_give: whether the reader may give this notice now.
    """

    clause: str
    text: Texts | None
    may: tuple[str, ...]
    notice_days: int
    earliest: date
    notice_by: date | None
    may_give: bool


@dataclass(frozen=True, slots=True)
class Notices:
    """How the agreement stands today: ``ended`` by consent of both, else ``end`` by its clauses.

    ``until`` is the first day after the agreement, as it is known; the earlier of the two counts.
    """

    end: TermEnd
    ended: date | None
    notices: tuple[NoticeRow, ...]
    clauses: tuple[ClauseRow, ...]

    @property
    def until(self) -> date:
        """The first day on which the agreement binds nobody."""
        return min(self.ended, self.end.until) if self.ended else self.end.until


@dataclass(frozen=True, slots=True)
class EditionRow:
    """An edition of a year's report; published when every party signed it.

    ``is_last``: a later edition corrects the earlier ones, which are signed no more.
    """

    year: int
    edition: int
    sha256: str
    index: int
    signed: tuple[str, ...]
    waiting_for: tuple[str, ...]
    is_last: bool
    may_sign: bool

    @property
    def is_published(self) -> bool:
        """Whether every party signed it."""
        return not self.waiting_for


def disputes_of(here: Standpoint, *, now: datetime) -> tuple[DisputeRow, ...]:
    """Every dispute, the newest first.

    Raises:
        NotPermitted: the role may not see the log.
        Unavailable: the log does not verify.
    """
    ground = ground_of(here, now)
    if ground is None:
        return ()
    found = sorted(ground.register.disputes.items(), key=lambda item: -item[1].index)
    said = reasons(ground.log, (each.reason_sha256 for _, each in found))
    return tuple(_dispute(ground, key, each, said) for key, each in found)


def waivers_of(here: Standpoint, *, now: datetime) -> tuple[WaiverRow, ...]:
    """Every waiver that both parties agreed, the newest first; raises as ``disputes_of``."""
    ground = ground_of(here, now)
    if ground is None:
        return ()
    closed = {each.closed: each.id for each in ground.register.proposals.values()}
    found = sorted(ground.register.waived.items(), key=lambda item: -item[1])
    return tuple(
        WaiverRow(
            commitment=commitment,
            period=period,
            title=both(ground.commitment_title(commitment)),
            index=index,
            proposal=closed[index],
        )
        for (commitment, period), index in found
    )


def notices_of(here: Standpoint, *, now: datetime) -> Notices | None:
    """When the agreement ends and by which notice, at the day of ``now`` in UTC.

    None where the log was not founded yet; raises as ``disputes_of``.
    """
    ground = ground_of(here, now)
    if ground is None:
        return None
    today = ground.now.date()
    terms = ground.terms.agreement
    given = [(each, _notice(each)) for each in ground.register.notices]
    end = end_of(terms, [notice for _, notice in given], today)
    faults = {id(notice): fault for notice, fault in end.void}
    rows = tuple(
        NoticeRow(
            party=each.party,
            at=at(each.at),
            clause=each.clause,
            on=notice.effective_on,
            index=each.index,
            version=ground.version_of(each.version_sha256) or 0,
            fault=faults.get(id(notice)),
            decides=notice is end.decided_by,
        )
        for each, notice in reversed(given)
    )
    return Notices(end, ground.register.ended, rows, _clauses(ground, end, today))


def reports_of(here: Standpoint, *, now: datetime) -> tuple[EditionRow, ...]:
    """Every edition of every year's report, the latest first; raises as ``disputes_of``."""
    ground = ground_of(here, now)
    if ground is None:
        return ()
    years = sorted(ground.register.reports.items(), reverse=True)
    return tuple(
        _edition(ground, year, each, is_last=each is editions[-1])
        for year, editions in years
        for each in reversed(editions)
    )


def _dispute(ground: Ground, key: str, found: Disputed, said: Mapping[str, Reason]) -> DisputeRow:
    waiting_for = tuple(each for each in ground.register.parties if each not in found.closed)
    return DisputeRow(
        id=key,
        commitment=found.commitment,
        period=found.period,
        title=both(ground.commitment_title(found.commitment)),
        party=found.party,
        at=at(found.at),
        index=found.index,
        reason=said.get(found.reason_sha256),
        closed=tuple(found.closed),
        waiting_for=waiting_for,
        may_close=_may_sign(ground) and ground.party in waiting_for,
    )


def _notice(found: Noticed) -> term_end.Notice:
    return term_end.Notice(
        found.party, found.clause, day_of(found.at), date.fromisoformat(found.on)
    )


def _clauses(ground: Ground, end: TermEnd, today: date) -> tuple[ClauseRow, ...]:
    terms = ground.terms.agreement
    parties = tuple(each.id for each in terms.parties)
    asked: list[tuple[str, Text | None, tuple[str, ...], int]] = [
        (each.id, each.text, each.may, each.notice_days) for each in terms.exits
    ]
    if terms.renewal is not None:
        asked.insert(0, (RENEWAL, None, parties, terms.renewal.notice_days))
    return tuple(_clause(ground, *each, end=end, today=today) for each in asked)


def _clause(
    ground: Ground,
    clause: str,
    text: Text | None,
    may: tuple[str, ...],
    days: int,
    *,
    end: TermEnd,
    today: date,
) -> ClauseRow:
    is_renewal = clause == RENEWAL
    is_given = any(
        (each.party, each.clause, each.version_sha256)
        == (ground.party, clause, ground.register.terms.sha256)
        for each in ground.register.notices
    )
    is_over = end.state in {"expired", "ended"} or ground.register.ended is not None
    is_late = is_renewal and end.notice_by is None
    return ClauseRow(
        clause=clause,
        text=both(text) if text else None,
        may=may,
        notice_days=days,
        earliest=today + timedelta(days=max(1, days)),
        notice_by=end.notice_by if is_renewal else None,
        may_give=_may_sign(ground) and ground.party in may and not (is_given or is_over or is_late),
    )


def _edition(ground: Ground, year: int, found: Edition, *, is_last: bool) -> EditionRow:
    waiting_for = tuple(each for each in ground.register.parties if each not in found.signed)
    return EditionRow(
        year=year,
        edition=found.number,
        sha256=found.report_sha256,
        index=found.index,
        signed=tuple(found.signed),
        waiting_for=waiting_for,
        is_last=is_last,
        may_sign=_may_sign(ground) and is_last and ground.party in waiting_for,
    )


def _may_sign(ground: Ground) -> bool:
    return ground.here.actor.may(Act.ACT_SIGN)
