"""The evidence under a value: the document, the rows behind it, and the check that it still holds.

The document's schema is ``agreement/schemas/evidence.schema.json``. It names the snapshot by
content, so that whoever holds the same rows can compute the value and the digests again.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, cast

import duckdb
import pyarrow as pa
import rfc8785

from unipact.agreement.engine.terms import Direction, Span
from unipact.analysis.evaluation import computed
from unipact.analysis.evaluation.compiler import Compiler
from unipact.analysis.evaluation.digest import rows_digest, table_digest
from unipact.analysis.evaluation.rows import Query, bound_columns, rows_query
from unipact.analysis.evaluation.session import Session
from unipact.analysis.lake.files import quoted
from unipact.analysis.registry import AnyMetric, Computed, ComputedResult, Scope
from unipact.errors import Finding, Invalid, NotFound

FORMAT = "unipact-evidence/1"
INTERVALS_KEY = ("start",)
_MOST_ROWS = 1_000


@dataclass(frozen=True, slots=True)
class RowSet:
    """One set of evidence rows: a query without order, its columns and its key."""

    name: str
    tables: tuple[str, ...]
    key: tuple[str, ...]
    schema: pa.Schema
    rows: Query


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of a set, in the order of its key.

    Attributes:
        columns: name and Arrow type of each column.
        rows: JSON values; decimals as strings, times as ISO 8601 in UTC.
        cursor: asks for the next page; None on the last.
    """

    set: str
    columns: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str | int | float | bool | None, ...], ...]
    cursor: str | None


def row_sets(compiler: Compiler, metric: AnyMetric, scope: Scope) -> Iterator[RowSet]:
    """The sets of rows that ``metric`` is computed from in ``scope``."""
    if isinstance(metric, Computed):
        for asked in metric.inputs:
            name = f"{metric.name}@{metric.version}.{asked.name}"
            schema = compiler.selection(asked, name, scope).schema
            rows = computed.input_rows(compiler, metric, asked, scope)
            yield RowSet(asked.name, asked.tables, asked.key, schema, rows)
        return
    selection = compiler.selection(metric, metric.name, scope)
    equal = bound_columns(metric, scope.where)
    rows = rows_query(selection, metric.time, scope, scope.spans[-1:], equal)
    yield RowSet("rows", metric.tables, metric.key, selection.schema, rows)


def document(
    session: Session,
    compiler: Compiler,
    metric: AnyMetric,
    scope: Scope,
    value: Decimal,
    software: Mapping[str, str],
    result: ComputedResult | None = None,
) -> dict[str, Any]:
    """The evidence of ``value``: of ``metric`` in ``scope`` at the session's snapshot."""
    session.show(metric.tables)
    sets = []
    for each in row_sets(compiler, metric, scope):
        count, digest = rows_digest(session, each.rows, each.schema, each.key)
        sets.append(
            {
                "name": each.name,
                "tables": list(each.tables),
                "key": list(each.key),
                "columns": _columns(each.schema),
                "count": count,
                "digest": digest,
            }
        )
    content: dict[str, Any] = {
        "format": FORMAT,
        "metric": {
            "name": metric.name,
            "version": metric.version,
            "sha256": compiler.sha256(metric),
        },
        "snapshot": session.snapshot.document,
        "parameters": _parameters(scope),
        "software": dict(sorted(software.items())),
        "value": f"{value:f}",
        "unit": metric.unit,
        "rows": {
            "sets": sets,
            "count": sum(each["count"] for each in sets),
            "digest": _combined(sets),
        },
        "quality": dict(result.quality) if result else {},
    }
    if isinstance(metric, Computed) and result and result.intervals is not None:
        content["intervals"] = _intervals(session, metric, result.intervals)
    return {"id": _sha256(rfc8785.dumps(content)), **content}


def scope_of(evidence: Mapping[str, Any]) -> Scope:
    """The scope that an evidence document states."""
    said = evidence["parameters"]
    return Scope(
        where=said["where"],
        period=_span(said["period"]),
        until=date.fromisoformat(said["until"]),
        zone=said["zone"],
        baseline=_span(said["baseline"]) if said["baseline"] else None,
        target=None if said["target"] is None else Decimal(said["target"]),
        direction=cast("Direction | None", said["direction"]),
        level=Decimal(said["level"]),
    )


def page(
    session: Session,
    chosen: RowSet,
    cursor: str | None,
    limit: int,
) -> Page:
    """Up to ``limit`` rows of ``chosen`` after ``cursor``, by key: cheap on any page.

    Raises:
        Invalid: the cursor is not one that an earlier page gave, or the limit is not 1–1000.
    """
    _check_limit(limit)
    session.show(chosen.tables)
    key = ", ".join(quoted(each) for each in chosen.key)
    values = list(chosen.rows.values)
    after = "true"
    if cursor is not None:
        marks = ", ".join(
            f"CAST(? AS {_duck_type(chosen.schema.field(name).type)})" for name in chosen.key
        )
        after = f"({key}) > ({marks})"
        last = _after(cursor, len(chosen.key))
        try:
            session.connection.execute(f"SELECT {marks}", last).fetchall()
        except duckdb.Error as error:
            # Of the right shape, but a text where the key has a time or a number.
            raise _bad_cursor() from error
        values += last
    found = session.fetch(
        f"SELECT * FROM ({chosen.rows.sql}) AS cut WHERE {after} ORDER BY {key} LIMIT {limit + 1}",
        values,
    )
    rows = [tuple(_shown(value) for value in row.values()) for row in found.to_pylist()]
    more = None
    if len(rows) > limit:
        places = [chosen.schema.get_field_index(name) for name in chosen.key]
        more = _cursor([rows[limit - 1][place] for place in places])
    columns = tuple((each.name, str(each.type)) for each in chosen.schema)
    return Page(chosen.name, columns, tuple(rows[:limit]), more)


def interval_page(intervals: pa.Table, cursor: str | None, limit: int) -> Page:
    """Up to ``limit`` of a computed metric's intervals after ``cursor``; errors as ``page``."""
    _check_limit(limit)
    first = _after(cursor, 1)[0] if cursor is not None else 0
    if not isinstance(first, int) or not 0 <= first <= intervals.num_rows:
        raise _bad_cursor()
    found = intervals.sort_by([(each, "ascending") for each in INTERVALS_KEY])
    part = found.slice(first, limit).to_pylist()
    rows = tuple(tuple(_shown(value) for value in row.values()) for row in part)
    more = _cursor([first + limit]) if first + limit < found.num_rows else None
    columns = tuple((each.name, str(each.type)) for each in found.schema)
    return Page("intervals", columns, rows, more)


def chosen_set(sets: Sequence[RowSet], name: str | None) -> RowSet:
    """The set called ``name``, or the first.

    Raises:
        NotFound: there is none of that name.
    """
    for each in sets:
        if name in (None, each.name):
            return each
    raise NotFound(f"this evidence has no rows named {name}")


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Finding]:
    """What two documents of one value disagree on; software versions may differ."""
    findings = []
    for place in ("metric", "snapshot", "parameters", "value", "unit", "rows", "intervals"):
        if before.get(place) != after.get(place):
            what = f"stated {_brief(before.get(place))}, computed {_brief(after.get(place))}"
            findings.append(Finding(place, what))
    content = {name: part for name, part in before.items() if name != "id"}
    if before["id"] != _sha256(rfc8785.dumps(content)):
        findings.append(Finding("id", "is not the hash of the document"))
    return findings


def _brief(part: Any) -> str:
    text = json.dumps(part, sort_keys=True, ensure_ascii=False)
    return text if len(text) <= 200 else f"{text[:200]}…"


def _intervals(session: Session, metric: Computed, intervals: pa.Table) -> dict[str, Any]:
    count, digest = table_digest(session, intervals, INTERVALS_KEY)
    return {
        "grain": metric.interval_grain,
        "count": count,
        "columns": _columns(intervals.schema),
        "digest": digest,
        "sums": {name: f"{value:f}" for name, value in computed.sums_of(intervals).items()},
        "numerator": metric.numerator,
        "denominator": metric.denominator,
    }


def _parameters(scope: Scope) -> dict[str, Any]:
    return {
        "where": dict(sorted(scope.where.items())),
        "baseline": _said(scope.baseline) if scope.baseline else None,
        "period": _said(scope.period),
        "until": scope.until.isoformat(),
        "zone": scope.zone,
        "level": f"{scope.level:f}",
        "target": None if scope.target is None else f"{scope.target:f}",
        "direction": scope.direction,
    }


def _said(span: Span) -> dict[str, str]:
    return {"from": span.start.isoformat(), "until": span.until.isoformat()}


def _span(said: Mapping[str, str]) -> Span:
    return Span(date.fromisoformat(said["from"]), date.fromisoformat(said["until"]))


def _columns(schema: pa.Schema) -> list[dict[str, str]]:
    return [{"name": each.name, "type": str(each.type)} for each in schema]


def _combined(sets: Sequence[Mapping[str, Any]]) -> str:
    if len(sets) == 1:
        return str(sets[0]["digest"])
    return _sha256("".join(f"{each['name']}\t{each['digest']}\n" for each in sets).encode())


def _sha256(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _shown(value: Any) -> str | int | float | bool | None:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    return cast("str | int | float | bool | None", value)


def _duck_type(kind: pa.DataType) -> str:
    if pa.types.is_timestamp(kind):
        return "TIMESTAMP WITH TIME ZONE"
    if pa.types.is_date(kind):
        return "DATE"
    if pa.types.is_integer(kind):
        return "BIGINT"
    if pa.types.is_decimal(kind):
        return f"DECIMAL({kind.precision}, {kind.scale})"
    return "BOOLEAN" if pa.types.is_boolean(kind) else "VARCHAR"


def _cursor(values: list[Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode()


def _after(cursor: str, length: int) -> list[Any]:
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor.encode()))
    except ValueError as error:
        raise _bad_cursor() from error
    if not isinstance(values, list) or len(values) != length:
        raise _bad_cursor()
    if not all(isinstance(each, str | int) for each in values):
        raise _bad_cursor()
    return values


def _check_limit(limit: int) -> None:
    if not 1 <= limit <= _MOST_ROWS:
        what = f"a page has 1 to {_MOST_ROWS} rows, not {limit}"
        raise Invalid(what, findings=[Finding("limit", what)])


def _bad_cursor() -> Invalid:
    what = "is not a cursor that a page gave"
    return Invalid(f"the cursor {what}", findings=[Finding("cursor", what)])
