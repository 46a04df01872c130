"""SQL for the rows of one evaluation: what the metric selects, cut to spans and parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from unipact.agreement.engine.terms import Parameter as ParameterValue
from unipact.agreement.engine.terms import Span
from unipact.analysis.evaluation.compiler import Selection
from unipact.analysis.lake.files import quoted
from unipact.analysis.registry import Input, Metric, Ratio, Scope

DAY_US = 86_400_000_000
_SHIFT_DAYS = 1_000_000


@dataclass(frozen=True, slots=True)
class Query:
    """SQL text and the values of its question marks."""

    sql: str
    values: tuple[object, ...]


def bound_columns(
    metric: Metric | Ratio, where: Mapping[str, ParameterValue]
) -> tuple[tuple[str, ParameterValue], ...]:
    """Column and value of each parameter that the evaluation itself applies."""
    return tuple(
        (each.column, where[each.name])
        for each in metric.parameters
        if each.column and each.name in where
    )


def rows_query(
    selection: Selection,
    time: str | None,
    scope: Scope,
    spans: Sequence[Span] | None,
    equal: Sequence[tuple[str, ParameterValue]] = (),
) -> Query:
    """The selected rows within ``spans`` (None: of any time) whose columns have the values."""
    conditions = ["true"]
    values: list[object] = []
    for column, value in equal:
        conditions.append(f"{quoted(column)} = ?")
        values.append(value)
    if spans is not None and time is not None:
        inside = []
        for span in spans:
            inside.append(f"({quoted(time)} >= ? AND {quoted(time)} < ?)")
            values += [scope.instant(span.start), scope.instant(span.until)]
        conditions.append(f"({' OR '.join(inside)})")
    text = f"SELECT * FROM ({selection.sql}) AS selected WHERE {' AND '.join(conditions)}"
    return Query(text, tuple(values))


def input_spans(asked: Input, scope: Scope) -> tuple[Span, ...] | None:
    """The spans that an input's window means in ``scope``; None for all rows."""
    if asked.window == "all":
        return None
    if asked.window == "until":
        return (Span(date(1900, 1, 1), scope.until),)
    return scope.spans if asked.window == "baseline_and_period" else scope.spans[-1:]


def local_day(column: str, zone: str, span: Span) -> str:
    """SQL for the day of ``column`` in ``zone``, as days since 1970-01-01.

    Where the zone keeps one offset through ``span`` this is integer arithmetic, an order of
    magnitude faster than asking the calendar for every row.
    """
    offset = _fixed_offset(zone, span)
    if offset is None:
        # Zone names come from the checked agreement; they hold no quotes.
        local = f"CAST(timezone('{zone}', {quoted(column)}) AS DATE)"
        return f"date_diff('day', DATE '1970-01-01', {local})"
    shifted = f"(epoch_us({quoted(column)}) + {offset + _SHIFT_DAYS * DAY_US})"
    return f"({shifted} // {DAY_US} - {_SHIFT_DAYS})"


def _fixed_offset(zone: str, span: Span) -> int | None:
    """Microseconds east of UTC through all of ``span``, or None where the offset changes."""
    place = ZoneInfo(zone)
    moment = datetime(span.start.year, span.start.month, span.start.day, tzinfo=UTC)
    offsets = set()
    for number in range(-1, span.days + 2):
        offsets.add((moment + timedelta(days=number)).astimezone(place).utcoffset())
        if len(offsets) > 1:
            return None
    only = offsets.pop()
    return None if only is None else only // timedelta(microseconds=1)
