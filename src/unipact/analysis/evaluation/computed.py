"""Run a computed metric: fetch its input rows, call its function, check what it says."""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_HALF_EVEN, Decimal, localcontext

import pyarrow as pa
import pyarrow.compute as pc

from unipact.analysis.evaluation.compiler import Compiler
from unipact.analysis.evaluation.rows import Query, input_spans, rows_query
from unipact.analysis.evaluation.session import Session
from unipact.analysis.lake.files import quoted
from unipact.analysis.registry import Computed, ComputedResult, Input, Scope
from unipact.errors import Finding, Invalid

# Intervals are stated to a millionth of their unit: enough to audit, and stable between machines.
INTERVAL_TYPE = pa.decimal128(38, 6)


def run(session: Session, compiler: Compiler, metric: Computed, scope: Scope) -> ComputedResult:
    """The function's result, with ``intervals`` as decimals and the value that follows from them.

    Raises:
        Invalid: the function gave neither value nor gap, or a value that is not that of its
            intervals: a fault in the field's code.
    """
    session.show(metric.tables)
    inputs = {}
    for asked in metric.inputs:
        rows = input_rows(compiler, metric, asked, scope)
        order = ", ".join(quoted(each) for each in asked.key)
        inputs[asked.name] = session.fetch(f"{rows.sql} ORDER BY {order}", rows.values)
    result = metric.compute(inputs, scope)
    if (result.value is None) == (result.gap is None):
        raise _fault(metric, "its function must give either a value or a gap")
    if result.value is None:
        return result
    if result.intervals is None:
        raise _fault(metric, "its function gave a value without intervals")
    intervals = _as_decimals(result.intervals)
    value = value_of(metric, intervals)
    if value is None or abs(value - result.value) > Decimal(1).scaleb(-metric.decimals):
        raise _fault(metric, f"its value {result.value} is not that of its intervals, {value}")
    return replace(result, intervals=intervals, value=value)


def input_rows(compiler: Compiler, metric: Computed, asked: Input, scope: Scope) -> Query:
    """The rows of one input in ``scope``, in no order."""
    selection = compiler.selection(asked, f"{metric.name}@{metric.version}.{asked.name}", scope)
    return rows_query(selection, asked.time, scope, input_spans(asked, scope))


def sums_of(intervals: pa.Table) -> dict[str, Decimal]:
    """The exact sum of every decimal column."""
    return {
        each.name: pc.sum(intervals.column(each.name)).as_py() or Decimal(0)
        for each in intervals.schema
        if pa.types.is_decimal(each.type)
    }


def value_of(metric: Computed, intervals: pa.Table) -> Decimal | None:
    """The value that the sums of the intervals give, not yet rounded; None by zero."""
    sums = sums_of(intervals)
    missing = {metric.numerator, metric.denominator or metric.numerator} - sums.keys()
    if missing:
        raise _fault(metric, f"its intervals have no numbers named {', '.join(sorted(missing))}")
    if metric.denominator is None:
        return sums[metric.numerator]
    below = sums[metric.denominator]
    return Decimal(float(sums[metric.numerator]) / float(below)) if below else None


def rounded(value: Decimal, decimals: int) -> Decimal:
    """``value`` to ``decimals`` places, half to even, never as ``-0``."""
    with localcontext(prec=80):
        exact = value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_EVEN)
    return abs(exact) if exact.is_zero() else exact


def _as_decimals(intervals: pa.Table) -> pa.Table:
    columns = []
    for each in intervals.schema:
        column = intervals.column(each.name)
        if pa.types.is_floating(each.type):
            column = pc.round(column, ndigits=6, round_mode="half_to_even").cast(INTERVAL_TYPE)
        columns.append(column)
    return pa.table(columns, names=intervals.schema.names)


def _fault(metric: Computed, what: str) -> Invalid:
    place = f"{metric.name}@{metric.version}"
    return Invalid(f"{place} cannot be computed", findings=[Finding(place, what)])
