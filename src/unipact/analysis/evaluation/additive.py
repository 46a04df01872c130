"""Values, history and forecast of sums, counts and ratios, all from one roll-up by day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from functools import partial

import numpy as np

from unipact.agreement.engine.terms import Span
from unipact.analysis.engine.forecast import SEASON_DAYS
from unipact.analysis.evaluation import gaps
from unipact.analysis.evaluation.compiler import Compiler
from unipact.analysis.evaluation.found import Asked, Found, exact, quotient, table_until
from unipact.analysis.evaluation.outlook import Measured
from unipact.analysis.evaluation.rollup import EMPTY, DaySeries, day_number, roll_up
from unipact.analysis.evaluation.session import Session
from unipact.analysis.registry import Metric, Ratio


def find(
    session: Session,
    compiler: Compiler,
    metric: Metric | Ratio,
    asked: Sequence[Asked],
    *,
    history: bool,
) -> list[Found]:
    """An answer for each of ``asked``, which have one shape; ``history`` also reads a year back."""
    start = min(each.scope.period.start for each in asked)
    if history:
        start -= timedelta(days=SEASON_DAYS)
    span = Span(start, max(each.reported.until for each in asked))
    wanted = list(dict.fromkeys(each.values for each in asked))
    rolled = roll_up(session, compiler, metric, asked[0].scope, asked[0].columns, wanted, span)
    return [_found(session, metric, each, rolled.get(each.values, EMPTY)) for each in asked]


def _found(session: Session, metric: Metric | Ratio, asked: Asked, series: DaySeries) -> Found:
    reported = asked.reported
    counts = isinstance(metric, Metric) and metric.kind == "count"
    until = table_until(session, metric.tables, asked)
    last = series.last_day(reported)
    if not counts:
        until = min(until, last + timedelta(days=1)) if last else reported.start
    if until <= reported.start:
        if last is not None:
            return Found(None, gaps.no_whole_day(reported.start))
        return Found(None, gaps.no_rows(reported.start.isoformat(), reported.until.isoformat()))
    value = _value(series, counts, reported)
    if value is None:
        return Found(None, gaps.NOTHING_TO_DIVIDE_BY, until)
    return Found(
        value,
        measured_until=until,
        value_in=partial(_value, series, counts),
        measured=_measured(series, Span(reported.start, until)),
    )


def _value(series: DaySeries, counts: bool, span: Span) -> Decimal | None:
    num, den, days = series.sums(span)
    if series.den is not None:
        return quotient(num, den)
    return exact(num) if days or counts else None


def _measured(series: DaySeries, span: Span) -> Measured:
    num, den = series.daily(span)
    before = Span(span.start - timedelta(days=SEASON_DAYS), span.start)
    if series.days.size and series.days[0] <= day_number(before.start) + 6:
        earlier = series.daily(before)
    else:
        earlier = (np.empty(0), np.empty(0) if den is not None else None)
    return Measured(num, den, *earlier, span.until)
