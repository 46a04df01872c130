"""Sums and counts by day: one scan answers every request of a metric, its history and forecast.

Periods begin and end with days of the request's zone, so that days are always fine enough; sums
and counts add up, so that adding days gives what one query over the period would have given. Both
are exact: integers and decimals, never floats.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from unipact.agreement.engine.terms import Parameter as ParameterValue
from unipact.agreement.engine.terms import Span
from unipact.analysis.evaluation.compiler import ROWS, Compiler
from unipact.analysis.evaluation.rows import local_day, rows_query
from unipact.analysis.evaluation.session import Session
from unipact.analysis.lake.files import quoted
from unipact.analysis.registry import Metric, Ratio, Scope

EPOCH = date(1970, 1, 1)
Values = tuple[ParameterValue, ...]


@dataclass(frozen=True, slots=True)
class Additive:
    """Exact daily amounts as integers of ``10 ** -scale``, and their running totals."""

    amounts: NDArray[np.int64]
    totals: NDArray[np.int64]
    scale: int

    def between(self, first: int, last: int) -> Fraction:
        """The sum of the days at positions ``first`` up to, and without, ``last``."""
        return Fraction(int(self.totals[last] - self.totals[first]), 10**self.scale)


@dataclass(frozen=True, slots=True)
class DaySeries:
    """A metric by day: only days with a measured value are in it.

    ``days`` are days since 1970-01-01 in the request's zone, ascending.
    """

    days: NDArray[np.int64]
    num: Additive
    den: Additive | None

    def sums(self, span: Span) -> tuple[Fraction, Fraction | None, int]:
        """Numerator, denominator and the number of measured days in ``span``."""
        first, last = np.searchsorted(self.days, [day_number(span.start), day_number(span.until)])
        den = self.den.between(int(first), int(last)) if self.den else None
        return self.num.between(int(first), int(last)), den, int(last - first)

    def last_day(self, span: Span) -> date | None:
        """The last measured day in ``span``."""
        first, last = np.searchsorted(self.days, [day_number(span.start), day_number(span.until)])
        return EPOCH + timedelta(days=int(self.days[last - 1])) if last > first else None

    def daily(self, span: Span) -> tuple[NDArray[np.float64], NDArray[np.float64] | None]:
        """Numerator and denominator of every day of ``span`` as float64, 0 where none was."""
        start = day_number(span.start)
        first, last = np.searchsorted(self.days, [start, day_number(span.until)])
        places = self.days[first:last] - start
        filled = []
        for each in (self.num, self.den):
            if each is not None:
                amounts = np.zeros(span.days)
                amounts[places] = each.amounts[first:last] / 10.0**each.scale
                filled.append(amounts)
        return filled[0], filled[1] if len(filled) > 1 else None


_NONE = np.empty(0, np.int64)
EMPTY = DaySeries(_NONE, Additive(_NONE, np.zeros(1, np.int64), 0), None)


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - EPOCH).days


def roll_up(
    session: Session,
    compiler: Compiler,
    metric: Metric | Ratio,
    scope: Scope,
    columns: Sequence[str],
    wanted: Sequence[Values],
    span: Span,
) -> Mapping[Values, DaySeries]:
    """Daily sums of ``metric`` in ``span`` for each of ``wanted``: values of ``columns``.

    One scan of the lake, whatever the number of ``wanted``. A combination without rows has no
    entry in the answer.
    """
    if metric.time is None:
        raise ValueError(f"{metric.name} has no time to roll up by")
    session.show(metric.tables)
    selection = compiler.selection(metric, metric.name, scope)
    equal = list(zip(columns, wanted[0], strict=True)) if len(wanted) == 1 else []
    rows = rows_query(selection, metric.time, scope, [span], equal)
    conditions, values = ["true"], list(rows.values)
    for place, column in enumerate(columns if len(wanted) > 1 else ()):
        kept = sorted({each[place] for each in wanted})
        conditions.append(f"{quoted(column)} IN ({', '.join('?' * len(kept))})")
        values += kept
    day = local_day(metric.time, scope.zone, span)
    aggregate = compiler.aggregate(metric, selection.schema, (*columns, "_day"))
    found = session.fetch(
        f"WITH {ROWS} AS (SELECT *, {day} AS _day FROM ({rows.sql}) AS cut "
        f"WHERE {' AND '.join(conditions)}) {aggregate}",
        values,
    )
    return _by_values(found, columns)


def _by_values(found: pa.Table, columns: Sequence[str]) -> dict[Values, DaySeries]:
    # A condition that no row of a day meets sums to nothing: of a ratio, 0 of that day's whole.
    measured = "den" if "den" in _names(found) else "num"
    found = found.filter(pc.is_valid(found.column(measured)))
    found = found.sort_by([(name, "ascending") for name in (*columns, "_day")])
    if not found.num_rows:
        return {}
    days = found.column("_day").to_numpy().astype(np.int64)
    parts = {name: _scaled(found.column(name)) for name in ("num", "den") if name in _names(found)}
    starts = _group_starts(found, columns)
    ends = [*starts[1:], found.num_rows]
    answer: dict[Values, DaySeries] = {}
    for first, last in zip(starts, ends, strict=True):
        key = tuple(found.column(name)[first].as_py() for name in columns)
        cut = {name: _additive(part[0][first:last], part[1]) for name, part in parts.items()}
        answer[key] = DaySeries(days[first:last], cut["num"], cut.get("den"))
    return answer


def _names(found: pa.Table) -> list[str]:
    names: list[str] = found.schema.names
    return names


def _group_starts(found: pa.Table, columns: Sequence[str]) -> list[int]:
    changes = np.zeros(found.num_rows, dtype=bool)
    changes[0] = True
    for name in columns:
        column = found.column(name).combine_chunks()
        differs = pc.not_equal(column.slice(1), column.slice(0, len(column) - 1))
        changes[1:] |= differs.to_numpy(zero_copy_only=False).astype(bool)
    return [int(each) for each in np.flatnonzero(changes)]


def _scaled(column: pa.ChunkedArray) -> tuple[NDArray[np.int64], int]:
    """A decimal or integer column as integers of ``10 ** -scale``.

    They are Python integers in an object array where 64 bits would not do for their sum.
    """
    array = column.combine_chunks()
    scale = array.type.scale if pa.types.is_decimal(array.type) else 0
    filled = pc.fill_null(array, Decimal(0) if scale or pa.types.is_decimal(array.type) else 0)
    if not pa.types.is_decimal128(array.type):
        return filled.to_numpy(zero_copy_only=False).astype(np.int64), 0
    words = np.frombuffer(filled.buffers()[1], np.int64)[filled.offset * 2 :]
    low, high = words[: 2 * len(filled) : 2], words[1 : 2 * len(filled) : 2]
    fits = bool(np.all(high == low >> 63))
    if fits and float(np.abs(low.astype(np.float64)).sum()) < 2.0**62:
        return low, scale
    wide = [int(Fraction(each) * 10**scale) for each in filled.to_pylist()]
    return np.array(wide, dtype=object), scale


def _additive(amounts: NDArray[np.int64], scale: int) -> Additive:
    totals = np.concatenate([np.zeros(1, amounts.dtype), np.cumsum(amounts)])
    return Additive(amounts, totals, scale)
