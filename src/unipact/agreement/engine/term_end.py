"""When an agreement ends: its term, what renews it, and the notices that the parties gave.

Everything is computed for a day from what is known on it: a notice that is given later is not
there yet. Spans are half open: an agreement that ends ``until`` a day is not in force on it.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import count
from typing import Literal

from unipact.agreement.engine.terms import Agreement, Renewal, Text

RENEWAL = "renewal"
"""The clause that a notice against the next renewal names; no exit has this id."""

TermState = Literal["agreed", "in_force", "expired", "ended"]
NoticeFault = Literal[
    "unknown_party", "unknown_clause", "not_entitled", "no_such_end", "not_in_term", "too_late"
]

NOTICE_FAULTS: Mapping[NoticeFault, Text] = {
    "unknown_party": Text("No party of the agreement gave it.", "发出通知者不是协议当事方。"),
    "unknown_clause": Text("The agreement has no such clause.", "协议中没有该条款。"),
    "not_entitled": Text(
        "The clause does not name this party.", "该条款未赋予此当事方终止协议的权利。"
    ),
    "no_such_end": Text(
        "The agreement would not renew on that day, so there is nothing to stop.",
        "协议当日不会续期，故无可阻止。",
    ),
    "not_in_term": Text(
        "That day is not after the begin of the term.", "该日期不在协议期起始日之后。"
    ),
    "too_late": Text(
        "It was given later than the days of notice before that day.",
        "发出时距该日期已不足规定的提前通知天数。",
    ),
}


@dataclass(frozen=True, slots=True)
class Notice:
    """A party's notice under a clause.

    ``clause`` is ``"renewal"`` or the id of an exit. ``effective_on`` is the first day on which
    the agreement no longer binds; for a notice against renewal that is the end it is to have.
    """

    party: str
    clause: str
    given_on: date
    effective_on: date


@dataclass(frozen=True, slots=True)
class TermEnd:
    """How the agreement stands on a day.

    Attributes:
        state: ``agreed`` before the term begins, then ``in_force``; ``expired`` where the term
            ran out, not renewed; ``ended`` where a party left by an exit.
        until: the first day after the agreement, as it is known: the earliest end that is still
            possible without another exit. A renewal that nobody can stop any more is in it.
        renewals: how many renewals ``until`` holds.
        notice_by: the last day for a notice that keeps it from renewing at ``until``; None where
            it does not renew there.
        decided_by: the notice from which ``until`` follows, if any.
        void: the notices given by that day that have no effect, each with its fault.
    """

    state: TermState
    until: date
    renewals: int
    notice_by: date | None
    decided_by: Notice | None
    void: tuple[tuple[Notice, NoticeFault], ...]


def end_of(terms: Agreement, notices: Sequence[Notice], day: date) -> TermEnd:
    """How the agreement stands on ``day``, with the notices given by then.

    The first of several ends counts. A notice has effect only if it is given in time for the day
    that it names; one that comes too late is void and does not count for a later end.
    """
    known = [notice for notice in notices if notice.given_on <= day]
    faults = [(notice, notice_fault(terms, notice)) for notice in known]
    # In one order, so that the order of the notices decides nothing.
    good = sorted(
        (notice for notice, fault in faults if fault is None),
        key=lambda n: (n.effective_on, n.given_on, n.party, n.clause),
    )
    end = _first_end(terms, good, day)
    state: TermState = "agreed" if day < terms.term.start else "in_force"
    if day >= end.until:
        is_left = end.decided_by is not None and end.decided_by.clause != RENEWAL
        state = "ended" if is_left else "expired"
    void = tuple((notice, fault) for notice, fault in faults if fault is not None)
    return TermEnd(state, end.until, end.renewals, end.notice_by, end.decided_by, void)


def notice_fault(terms: Agreement, notice: Notice) -> NoticeFault | None:
    """Why a notice has no effect under the terms, or None where it has."""
    fault: NoticeFault | None = None
    clause = next((each for each in terms.exits if each.id == notice.clause), None)
    if notice.party not in {party.id for party in terms.parties}:
        fault = "unknown_party"
    elif notice.clause == RENEWAL and terms.renewal is not None:
        fault = _renewal_fault(terms, terms.renewal, notice)
    elif clause is None:
        fault = "unknown_clause"
    elif notice.party not in clause.may:
        fault = "not_entitled"
    elif notice.effective_on <= terms.term.start:
        fault = "not_in_term"
    elif notice.given_on > latest_notice(notice.effective_on, clause.notice_days):
        fault = "too_late"
    return fault


def latest_notice(end: date, notice_days: int) -> date:
    """The last day for a notice that takes effect on ``end``.

    The day of a notice is always still in the agreement: no days of notice count as one.
    """
    return date.fromordinal(max(1, end.toordinal() - max(1, notice_days)))


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last of a month that is too short for it.

    After the calendar's last year, its last day.
    """
    years, month = divmod(day.month - 1 + months, 12)
    if day.year + years > date.max.year:
        return date.max
    last = monthrange(day.year + years, month + 1)[1]
    return date(day.year + years, month + 1, min(day.day, last))


@dataclass(frozen=True, slots=True)
class _Possible:
    """An end of the term: after how many renewals, and whether another one follows it."""

    until: date
    renewals: int
    is_last: bool


@dataclass(frozen=True, slots=True)
class _End:
    until: date
    renewals: int
    notice_by: date | None = None
    decided_by: Notice | None = None


def _ends(terms: Agreement) -> Iterator[_Possible]:
    """Every end that the term can have, counted from the first, so that no day drifts."""
    first, renewal = terms.term.until, terms.renewal
    for number in count():
        until = months_after(first, number * renewal.months) if renewal else first
        is_last = renewal is None or number == renewal.most or until == date.max
        yield _Possible(until, number, is_last)
        if is_last:
            return


def _renewal_fault(terms: Agreement, renewal: Renewal, notice: Notice) -> NoticeFault | None:
    end = next(each for each in _ends(terms) if each.is_last or each.until >= notice.effective_on)
    if end.is_last or end.until != notice.effective_on:
        return "no_such_end"
    latest = latest_notice(notice.effective_on, renewal.notice_days)
    return "too_late" if notice.given_on > latest else None


def _first_end(terms: Agreement, good: Sequence[Notice], day: date) -> _End:
    stops = {n.effective_on: n for n in reversed(good) if n.clause == RENEWAL}
    leaving = next((notice for notice in good if notice.clause != RENEWAL), None)
    for end in _ends(terms):
        if leaving and leaving.effective_on < end.until:
            return _End(leaving.effective_on, end.renewals, None, leaving)
        if end.is_last or end.until in stops:
            return _End(end.until, end.renewals, None, stops.get(end.until))
        if leaving and leaving.effective_on == end.until:
            return _End(end.until, end.renewals, None, leaving)
        notice_days = terms.renewal.notice_days if terms.renewal else 0
        latest = latest_notice(end.until, notice_days)
        if day <= latest:
            return _End(end.until, end.renewals, latest)
    raise AssertionError("the last end is always one")
