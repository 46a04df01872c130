"""History and forecast of a computed metric, from the intervals that its function gave."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pyarrow as pa

from unipact.agreement.engine.terms import Span
from unipact.analysis.engine.forecast import Floats
from unipact.analysis.evaluation import gaps
from unipact.analysis.evaluation.found import Asked, Found, quotient
from unipact.analysis.evaluation.outlook import Measured
from unipact.analysis.registry import Computed, ComputedResult


def found_in_intervals(
    metric: Computed, asked: Asked, result: ComputedResult, filled: date
) -> Found:
    """The value, and what its intervals say of shorter spans and of the days to come.

    ``filled`` is the first day that the tables do not fill.
    """
    if result.value is None or result.intervals is None:
        return Found(None, result.gap, result.measured_until, result=result)
    intervals = result.intervals
    starts = [each.as_py() for each in intervals.column("start")]
    ends = [each.as_py() for each in intervals.column("until")]
    num = intervals.column(metric.numerator).to_pylist()
    den = intervals.column(metric.denominator).to_pylist() if metric.denominator else None
    until = min(result.measured_until or max(ends, default=asked.reported.start), filled)
    if until <= asked.reported.start:
        return Found(None, gaps.no_whole_day(asked.reported.start), result=result)

    def value_in(span: Span) -> Decimal | None:
        inside = [
            place
            for place, (first, last) in enumerate(zip(starts, ends, strict=True))
            if span.start <= first and last <= span.until
        ]
        if not inside:
            return None
        total = sum((num[each] or Decimal(0) for each in inside), Decimal(0))
        if den is None:
            return total
        return quotient(total, sum((den[each] or Decimal(0) for each in inside), Decimal(0)))

    measured = None
    if all(last - first == timedelta(days=1) for first, last in zip(starts, ends, strict=True)):
        measured = Measured(
            _daily(intervals, metric.numerator, starts, asked.reported.start, until),
            _daily(intervals, metric.denominator, starts, asked.reported.start, until)
            if metric.denominator
            else None,
            np.empty(0),
            None,
            until,
        )
    return Found(result.value, None, until, value_in, measured, result)


def _daily(
    intervals: pa.Table, column: str, starts: list[date], start: date, until: date
) -> Floats:
    """A column by day of the period, 0 where the function left a day out."""
    amounts = np.zeros((until - start).days)
    for day, amount in zip(starts, intervals.column(column).to_pylist(), strict=True):
        if start <= day < until:
            amounts[(day - start).days] += float(amount or 0)
    return amounts
