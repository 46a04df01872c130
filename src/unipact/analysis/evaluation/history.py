"""The steps of a metric's history inside a period, for the picture."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from unipact.agreement.engine.ports import Step
from unipact.agreement.engine.terms import Span

_DAYS_UP_TO = 31
_MONTHS_UP_TO = 24


def steps_of(period: Span, until: date) -> tuple[Span, ...]:
    """Days for up to a month, calendar months for up to two years, else quarters; at most ~24.

    The first and last step are cut to the part of the period before ``until``.
    """
    end = min(period.until, until)
    if end <= period.start:
        return ()
    if period.days <= _DAYS_UP_TO:
        edges = [period.start + timedelta(days=each) for each in range(period.days + 1)]
    else:
        months = 1 if _months_between(period) <= _MONTHS_UP_TO else 3
        edges = [period.start, *_month_starts(period, months), period.until]
    inside = [each for each in edges if each < end] + [end]
    return tuple(Span(first, last) for first, last in pairwise(inside))


def series_of(
    spans: Sequence[Span], start: date, value_in: Callable[[Span], Decimal | None]
) -> tuple[Step, ...]:
    """Each step's own value and the value from ``start`` to its end."""
    return tuple(Step(span, value_in(span), value_in(Span(start, span.until))) for span in spans)


def _months_between(period: Span) -> int:
    years = period.until.year - period.start.year
    return 12 * years + period.until.month - period.start.month


def _month_starts(period: Span, every: int) -> list[date]:
    starts: list[date] = []
    year, month = period.start.year, period.start.month
    while True:
        month += 1
        if month > 12:
            year, month = year + 1, 1
        start = date(year, month, 1)
        if start >= period.until:
            return starts
        if (month - 1) % every == 0:
            starts.append(start)
