"""Metrics that do not add up: every span of every request in one scan, by a join with the spans.

An exact count of distinct persons of a year is not the sum of its months, so each span that is
wanted (the value, each step of the history) is a line of a small table that the rows are joined
with: measured against one aggregate with a filter for each, the join is hundreds of times faster.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pyarrow as pa

from unipact.agreement.engine.terms import Span
from unipact.analysis.evaluation.compiler import ROWS, Compiler
from unipact.analysis.evaluation.rollup import Values
from unipact.analysis.evaluation.rows import rows_query
from unipact.analysis.evaluation.session import Session
from unipact.analysis.lake.files import quoted
from unipact.analysis.registry import Metric, Ratio, Scope

_AT_ONCE = 512


@dataclass(frozen=True, slots=True)
class Wanted:
    """A span (None: the state at the snapshot) and the values of the bound columns."""

    span: Span | None
    values: Values


@dataclass(frozen=True, slots=True)
class Level:
    """What was measured: ``den`` for a ratio only; ``rows`` is how many rows it rests on."""

    num: Decimal | None
    den: Decimal | None
    rows: int


NOTHING = Level(None, None, 0)


def levels(
    session: Session,
    compiler: Compiler,
    metric: Metric | Ratio,
    scope: Scope,
    columns: Sequence[str],
    wanted: Sequence[Wanted],
) -> Mapping[Wanted, Level]:
    """Each of ``wanted``, from as few scans as there are hundreds of them."""
    session.show(metric.tables)
    distinct = list(dict.fromkeys(wanted))
    found: dict[Wanted, Level] = {}
    for first in range(0, len(distinct), _AT_ONCE):
        part = distinct[first : first + _AT_ONCE]
        found |= _measure(session, compiler, metric, scope, columns, part)
    return {each: found.get(each, NOTHING) for each in wanted}


def _measure(
    session: Session,
    compiler: Compiler,
    metric: Metric | Ratio,
    scope: Scope,
    columns: Sequence[str],
    wanted: Sequence[Wanted],
) -> dict[Wanted, Level]:
    selection = compiler.selection(metric, metric.name, scope)
    if len(wanted) == 1:
        (only,) = wanted
        equal = list(zip(columns, only.values, strict=True))
        span = None if only.span is None else [only.span]
        rows = rows_query(selection, metric.time, scope, span, equal)
        aggregate = compiler.aggregate(metric, selection.schema, ())
        row = session.row(f"WITH {ROWS} AS ({rows.sql}) {aggregate}", rows.values)
        # Without groups even no rows give a line; it must not look like a measured 0.
        return {only: _level(row)} if row["n"] else {}
    spans = [each.span for each in wanted if each.span]
    whole = [Span(min(s.start for s in spans), max(s.until for s in spans))] if spans else None
    rows = rows_query(selection, metric.time, scope, whole)
    matches = [f"rows_.{quoted(name)} = spec._c{place}" for place, name in enumerate(columns)]
    if metric.time and spans:
        time = f"rows_.{quoted(metric.time)}"
        matches += [f"{time} >= spec._from", f"{time} < spec._until"]
    aggregate = compiler.aggregate(metric, selection.schema, ("_spec",))
    session.connection.register("_spec", _spec(scope, columns, wanted))
    try:
        answer = session.fetch(
            f"WITH {ROWS} AS (SELECT rows_.*, spec._spec FROM ({rows.sql}) AS rows_ "
            f"JOIN _spec AS spec ON {' AND '.join(matches) or 'true'}) {aggregate}",
            rows.values,
        )
    finally:
        session.connection.unregister("_spec")
    return {wanted[row["_spec"]]: _level(row) for row in answer.to_pylist()}


def _level(row: Mapping[str, Any]) -> Level:
    return Level(_decimal(row["num"]), _decimal(row.get("den")), row["n"])


def _spec(scope: Scope, columns: Sequence[str], wanted: Sequence[Wanted]) -> pa.Table:
    moment = pa.timestamp("us", tz="UTC")
    spans = [each.span for each in wanted]
    table = {
        "_spec": pa.array(range(len(wanted)), pa.int64()),
        "_from": pa.array([span and scope.instant(span.start) for span in spans], moment),
        "_until": pa.array([span and scope.instant(span.until) for span in spans], moment),
    }
    for place in range(len(columns)):
        table[f"_c{place}"] = pa.array([each.values[place] for each in wanted])
    return pa.table(table)


def _decimal(value: Decimal | float | None) -> Decimal | None:
    return None if value is None else Decimal(value)
