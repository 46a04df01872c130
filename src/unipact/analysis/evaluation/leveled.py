"""Values of many spans by one join.

So levels are found, the state of tables without a time, and where no history is wanted sums and
counts as well, which this answers faster than a roll-up by day.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import partial

import numpy as np

from unipact.agreement.engine.terms import Span
from unipact.analysis.evaluation import gaps
from unipact.analysis.evaluation.compiler import Compiler
from unipact.analysis.evaluation.found import Asked, Found, quotient, table_until
from unipact.analysis.evaluation.history import steps_of
from unipact.analysis.evaluation.levels import NOTHING, Level, Wanted, levels
from unipact.analysis.evaluation.outlook import Measured
from unipact.analysis.evaluation.rollup import Values
from unipact.analysis.evaluation.session import Session
from unipact.analysis.registry import Metric, Ratio

_FORECAST_STEPS = 52
_BLOCK_STEPS = 2


def find(
    session: Session,
    compiler: Compiler,
    metric: Metric | Ratio,
    asked: Sequence[Asked],
    *,
    history: bool,
) -> list[Found]:
    """An answer for each of ``asked``, which have one shape."""
    plans = [_spans(session, metric, each, history) for each in asked]
    wanted = [
        Wanted(span, each.values)
        for each, spans in zip(asked, plans, strict=True)
        for span in spans
    ]
    found = levels(session, compiler, metric, asked[0].scope, asked[0].columns, wanted)
    return [_found(session, metric, each, found, history) for each in asked]


def _spans(
    session: Session, metric: Metric | Ratio, asked: Asked, history: bool
) -> list[Span | None]:
    if metric.time is None:
        return [None]
    spans: list[Span | None] = [asked.reported]
    if history:
        until = table_until(session, metric.tables, asked)
        start = asked.reported.start
        for step in steps_of(asked.scope.period, until):
            spans += [step, Span(start, step.until)]
        spans += _cumulative(asked, until)
    return spans


def _cumulative(asked: Asked, until: date) -> list[Span]:
    """From the start to the end of each step that the forecast is made of."""
    period = asked.scope.period
    days = _step_days(asked)
    ends = (period.start + timedelta(days=days * (each + 1)) for each in range(_FORECAST_STEPS))
    return [Span(period.start, end) for end in ends if end <= until]


def _step_days(asked: Asked) -> int:
    return max(1, -(-asked.scope.period.days // _FORECAST_STEPS))


def _found(
    session: Session,
    metric: Metric | Ratio,
    asked: Asked,
    found: Mapping[Wanted, Level],
    history: bool,
) -> Found:
    reported = asked.reported
    span = None if metric.time is None else reported
    value = _value(metric, asked.values, found, span)
    if metric.time is None:
        return Found(value, None if value is not None else gaps.NOTHING_TO_DIVIDE_BY)
    until = table_until(session, metric.tables, asked)
    if until <= reported.start or (found[Wanted(span, asked.values)].rows == 0 and value is None):
        return Found(None, gaps.no_rows(reported.start.isoformat(), reported.until.isoformat()))
    if value is None and isinstance(metric, Ratio):
        return Found(None, gaps.NOTHING_TO_DIVIDE_BY, until)
    if value is None:
        return Found(None, gaps.no_rows(reported.start.isoformat(), reported.until.isoformat()))
    return Found(
        value,
        measured_until=until,
        value_in=partial(_value, metric, asked.values, found) if history else None,
        measured=_measured(metric, asked, found, until) if history else None,
    )


def _value(
    metric: Metric | Ratio, values: Values, found: Mapping[Wanted, Level], span: Span | None
) -> Decimal | None:
    level = found.get(Wanted(span, values), NOTHING)
    if isinstance(metric, Ratio):
        # A condition that no row meets sums to nothing, which is 0 of the whole.
        return quotient(level.num or Decimal(0), level.den)
    if metric.kind == "count" and level.num is None:
        return Decimal(0)
    return level.num


def _measured(
    metric: Metric | Ratio, asked: Asked, found: Mapping[Wanted, Level], until: date
) -> Measured:
    """The steps by which the level rose (or fell) after the first, up to the last whole one."""
    spans = _cumulative(asked, until)
    reached = [float(_value(metric, asked.values, found, span) or 0) for span in spans]
    return Measured(
        np.diff(reached),
        None,
        np.empty(0),
        None,
        spans[-1].until if spans else asked.reported.start,
        _step_days(asked),
        _BLOCK_STEPS,
        reached[0] if reached else 0.0,
    )
