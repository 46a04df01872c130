"""Turn a declaration into SQL, once for each shape, and refuse what two engines would not agree on.

The refusals are those that were measured: expressions whose result differs between DuckDB and
Spark, or between two runs. The rules are checked when a metric is first compiled, so that a field
that declares an unsafe metric fails in its own tests.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from unipact.agreement.engine.terms import Parameter as ParameterValue
from unipact.agreement.engine.terms import Span
from unipact.analysis.registry import (
    AnyMetric,
    Computed,
    Input,
    LakeTable,
    Measure,
    Metric,
    Ratio,
    Registry,
    Scope,
)
from unipact.errors import Finding, Invalid

if TYPE_CHECKING:
    from ibis.expr.types import Table

ROWS = "_rows"
_UNSAFE: Mapping[str, str] = {
    "ApproxCountDistinct": "approximate counts differ between engines: count exactly",
    "ApproxMedian": "approximate medians differ between engines: use the exact median",
    "ApproxQuantile": "approximate quantiles differ between engines: use the exact quantile",
    "ApproxMultiQuantile": "approximate quantiles differ between engines: use exact ones",
    "Hash": "hash values differ between engines",
    "Mode": "which of two equally common values is the mode is not defined",
    "Arbitrary": "which row is taken is not defined: use argmax",
    "First": "the order of rows is not defined: use argmin",
    "Last": "the order of rows is not defined: use argmax",
    "ArrayCollect": "the order of rows is not defined",
    "GroupConcat": "the order of rows is not defined",
    "Sample": "a sample differs each time",
    "RandomScalar": "a random value differs each time",
    "RandomUUID": "a random value differs each time",
    "TimestampNow": "a value must not depend on when it is computed: use the period",
    "DateNow": "a value must not depend on when it is computed: use the period",
    "SQLQueryResult": "write it as an expression: raw SQL cannot be checked",
    "SQLStringView": "write it as an expression: raw SQL cannot be checked",
    "InMemoryTable": "rows come from the lake only",
    "Limit": "which rows a limit keeps is not defined",
    "RowID": "row numbers are not defined",
}
_SUMS = {"Sum", "Mean", "StandardDev", "Variance"}
_ADDITIVE = {"sum": {"Sum"}, "count": {"Count", "CountStar", "Sum"}}


@dataclass(frozen=True, slots=True)
class Selection:
    """Compiled ``select``: SQL text over the lake tables' names, and the schema of its rows."""

    sql: str
    schema: pa.Schema


class Compiler:
    """Compiles the registry's metrics; the answers are kept, since they cost milliseconds each."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._tables: Mapping[str, Table] | None = None
        self._selections: dict[tuple[object, ...], Selection] = {}
        self._aggregates: dict[tuple[object, ...], str] = {}

    def selection(self, metric: Metric | Ratio | Input, name: str, scope: Scope) -> Selection:
        """The evidence rows of ``metric`` in the shape of ``scope``, without its period."""
        free = _free(metric, scope.where)
        key = (name, getattr(metric, "version", metric.name), free, scope.baseline, scope.zone)
        if key not in self._selections:
            shaped = replace(scope, where=dict(free))
            sql, schema = self._select(metric, name, shaped)
            later = Span(date(2101, 1, 1), date(2102, 1, 1))
            other = replace(shaped, period=later, until=later.until, as_of=None, target=None)
            if self._select(metric, name, other)[0] != sql:
                what = "select reads the period, which the evaluation cuts itself"
                raise Invalid(f"{name} cannot be computed", findings=[Finding(name, what)])
            self._selections[key] = Selection(sql, schema)
        return self._selections[key]

    def aggregate(self, metric: Metric | Ratio, schema: pa.Schema, groups: Sequence[str]) -> str:
        """SQL that aggregates ``_rows`` by ``groups``: also the columns ``num``, ``den``, ``n``.

        ``_rows`` has the columns of ``schema`` and those of ``groups`` that are not among them.
        """
        key = (metric.name, metric.version, schema.to_string(), *groups)
        if key not in self._aggregates:
            self._aggregates[key] = _aggregate_sql(metric, schema, groups)
        return self._aggregates[key]

    def sha256(self, metric: AnyMetric) -> str:
        """Hash of the canonical declaration: what the value means, not how it is described."""
        said: dict[str, Any] = {
            "format": "unipact-metric/1",
            "name": metric.name,
            "version": metric.version,
            "unit": metric.unit,
            "decimals": metric.decimals,
            "parameters": [
                [each.name, each.type, each.required, list(each.choices), each.column]
                for each in metric.parameters
            ],
        }
        if isinstance(metric, Computed):
            said["engine"] = metric.engine
            said["inputs"] = [[each.name, list(each.key), each.window] for each in metric.inputs]
            said["value"] = [metric.numerator, metric.denominator]
        else:
            chosen = self.selection(metric, metric.name, _placeholder(metric))
            said["rows"] = chosen.sql
            said["key"] = list(metric.key)
            said["measure"] = self.aggregate(metric, chosen.schema, ())
        text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"

    def _select(
        self, metric: Metric | Ratio | Input, name: str, scope: Scope
    ) -> tuple[str, pa.Schema]:
        import ibis

        if self._tables is None:
            self._tables = {each.name: _unbound(each) for each in self._registry.tables.values()}
        readable = {each: self._tables[each] for each in metric.tables}
        rows = metric.select(readable, scope)
        findings = list(_findings(name, rows.op()))
        columns = set(rows.columns)
        needed = {*metric.key, *([metric.time] if metric.time else [])}
        if not isinstance(metric, Input):
            needed |= {each.column for each in metric.parameters if each.column}
        findings += [
            Finding(name, f"the rows that it selects have no column {each}")
            for each in sorted(needed - columns)
        ]
        if findings:
            raise Invalid(f"{name} cannot be computed", findings=findings)
        return str(ibis.to_sql(rows, dialect="duckdb")), rows.schema().to_pyarrow()


def _free(
    metric: Metric | Ratio | Input, where: Mapping[str, ParameterValue]
) -> tuple[tuple[str, ParameterValue], ...]:
    """The parameters that ``select`` itself reads: those that name no column."""
    if isinstance(metric, Input):
        return tuple(sorted(where.items()))
    bound = {each.name for each in metric.parameters if each.column}
    return tuple(sorted((name, value) for name, value in where.items() if name not in bound))


def _placeholder(metric: Metric | Ratio) -> Scope:
    """A scope that says nothing of one commitment: every parameter at its type's plainest value."""
    plain: Mapping[str, ParameterValue] = {"text": "", "integer": 0, "boolean": False}
    where = {
        each.name: each.choices[0] if each.choices else plain[each.type]
        for each in metric.parameters
    }
    year = Span(date(2000, 1, 1), date(2001, 1, 1))
    return Scope(where=where, period=year, until=year.until, zone="UTC", baseline=year)


def _unbound(table: LakeTable) -> Table:
    import ibis

    return ibis.table(ibis.Schema.from_pyarrow(table.schema), name=table.name)


def _aggregate_sql(metric: Metric | Ratio, schema: pa.Schema, groups: Sequence[str]) -> str:
    import ibis

    fields = {each.name: each.type for each in schema}
    fields |= {name: pa.int64() for name in groups if name not in fields}
    rows = ibis.table(ibis.Schema.from_pyarrow(pa.schema(list(fields.items()))), name=ROWS)
    measures = {"num": _measured(metric, rows)}
    if isinstance(metric, Ratio):
        measures = {
            "num": _additive(metric, metric.numerator, rows, "sum"),
            "den": _additive(metric, metric.denominator, rows, "sum"),
        }
    asked = rows.group_by(list(groups)) if groups else rows
    return str(ibis.to_sql(asked.aggregate(**measures, n=rows.count()), dialect="duckdb"))


def _measured(metric: Metric | Ratio, rows: Table) -> Any:
    if isinstance(metric, Ratio):
        return None
    if metric.kind in _ADDITIVE:
        return _additive(metric, metric.measure, rows, metric.kind)
    measured = metric.measure(rows)
    _refuse(metric, list(_findings(metric.name, measured.op())))
    return measured


def _additive(metric: Metric | Ratio, measure: Measure, rows: Table, kind: str) -> Any:
    measured = measure(rows)
    findings = list(_findings(metric.name, measured.op()))
    root = type(measured.op()).__name__
    if root not in _ADDITIVE["count" if isinstance(metric, Ratio) else kind]:
        what = f"{root} does not add up over time, as a {kind} must"
        findings.append(Finding(metric.name, what, "Declare it as a level."))
    _refuse(metric, findings)
    return measured


def _refuse(metric: Metric | Ratio, findings: list[Finding]) -> None:
    if findings:
        raise Invalid(f"{metric.name} cannot be computed", findings=findings)


def _findings(name: str, root: Any) -> list[Finding]:
    import ibis.expr.operations as ops

    findings = []
    for node in root.find(ops.Node):
        kind = type(node).__name__
        if kind in _UNSAFE:
            findings.append(Finding(name, f"it uses {kind}: {_UNSAFE[kind]}"))
        if kind in _SUMS and node.arg.dtype.is_floating():
            what = f"{kind} over float64 depends on the order of the rows"
            findings.append(Finding(name, what, "Cast the column to a decimal first."))
        if kind == "Cast" and node.arg.dtype.is_decimal() and node.to.is_integer():
            what = "one engine rounds and another cuts a decimal that is cast to an integer"
            findings.append(Finding(name, what, "Round or floor it first."))
        if kind == "Divide" and not node.left.dtype.is_floating():
            what = "the quotient of two decimals has other digits on another engine"
            findings.append(Finding(name, what, "Declare a Ratio, or cast both to float64."))
    return findings
