"""What a field declares: its lake tables, its metrics, and the manifest that lists them.

Everything here is frozen and says *what*; how it is stored and computed is the business of
``unipact.analysis.lake`` and ``unipact.analysis.evaluation``. Importing this module starts no
engine: Ibis is touched only inside the functions that a declaration carries, when they are called.

A metric is one of three things:

``Metric``
    one Ibis aggregate over the rows that one Ibis expression selects: a sum, a count, or a *level*
    (anything that cannot be added up over time, such as an exact number of distinct persons);
``Ratio``
    two such sums or counts over the same rows, divided in float64, without a value at zero;
``Computed``
    a versioned pure function over the rows that expressions select.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from zoneinfo import ZoneInfo

import pyarrow as pa

from unipact.agreement.engine.ports import Interval
from unipact.agreement.engine.terms import Direction, Span, Text
from unipact.agreement.engine.terms import Parameter as ParameterValue
from unipact.errors import Conflict, Finding, Invalid

if TYPE_CHECKING:
    from ibis.expr.types import Scalar, Table

Visibility = Literal["own", "shared", "public"]
Kind = Literal["sum", "count", "level"]
Window = Literal["period", "baseline_and_period", "until", "all"]

_TABLE_NAME = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")
PARAMETER_TYPES: Mapping[str, type] = {"text": str, "integer": int, "boolean": bool}


@dataclass(frozen=True, slots=True, kw_only=True)
class LakeTable:
    """A table that a field publishes to the lake, append-only.

    Attributes:
        name: ``field.table``, as metrics and people name it.
        schema: column names and Arrow types; times are ``timestamp[us, UTC]``; a column that is
            not nullable is refused when empty.
        key: the columns that together identify a row.
        time: the column that says when, or None for a table without a time.
        units: the unit of every number (UCUM codes where they exist, ``1`` for a share).
        interval_s: how many seconds from ``time`` on each row covers; None where a row is an
            event, which covers its whole day.
    """

    name: str
    schema: pa.Schema
    key: tuple[str, ...]
    time: str | None
    label: Text
    description: Text
    units: Mapping[str, str] = field(default_factory=dict)
    interval_s: int | None = None

    def first_day_out(self, last: datetime, zone: str) -> date:
        """The first day of ``zone`` that rows up to the one at ``last`` do not fill."""
        place = ZoneInfo(zone)
        if self.interval_s is None:
            return last.astimezone(place).date() + timedelta(days=1)
        return (last + timedelta(seconds=self.interval_s)).astimezone(place).date()


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One thing that a commitment may say about a metric, in its ``where``.

    With ``column`` the evaluation keeps the selected rows whose column equals the value, and can
    answer many requests from one scan; without, the metric's own functions read
    ``scope.where[name]``.
    """

    name: str
    type: Literal["text", "integer", "boolean"]
    label: Text
    required: bool = False
    choices: tuple[str, ...] = ()
    column: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What one evaluation is about.

    ``until`` is the first day that no longer counts: the earlier of the period's end and the day
    after ``as_of``. Days are days of ``zone``; ``level`` is that of any interval wanted (0–1).
    """

    where: Mapping[str, ParameterValue]
    period: Span
    until: date
    zone: str
    baseline: Span | None = None
    as_of: date | None = None
    target: Decimal | None = None
    direction: Direction | None = None
    level: Decimal = Decimal("0.90")

    def instant(self, day: date) -> datetime:
        """The UTC instant at which ``day`` begins in the scope's zone."""
        local = datetime.combine(day, time(), tzinfo=ZoneInfo(self.zone))
        return local.astimezone(UTC)

    @property
    def spans(self) -> tuple[Span, ...]:
        """The baseline, where there is one, and the part of the period that counts."""
        reported = Span(self.period.start, max(self.until, self.period.start))
        return (self.baseline, reported) if self.baseline else (reported,)


Select = Callable[[Mapping[str, "Table"], Scope], "Table"]
Measure = Callable[["Table"], "Scalar"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """What every kind of metric says of itself.

    Attributes:
        unit, decimals: of the value; it is rounded half to even to ``decimals`` places.
        direction: which way is better, or None where the metric has no such way.
        grain: what one evidence row stands for, in words: ``meter and hour``.
        source: the standard, or the place in it, that defines the measure.
        owner: the field that answers for it.
        completeness: ``name@version`` of the ratio that says, for the same parameters, which share
            of what should have been measured was; None where nothing is expected to be measured.
    """

    name: str
    version: int
    label: Text
    description: Text
    unit: str
    decimals: int
    direction: Direction | None
    grain: str
    source: str
    owner: str
    parameters: tuple[Parameter, ...] = ()
    completeness: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Selected(Declared):
    """A metric over the rows that one Ibis expression selects.

    Attributes:
        tables: the lake tables that ``select`` reads.
        select: the evidence rows for a scope, *without* the period: the evaluation cuts them.
        key: columns of the selected rows that identify one.
        time: the column on which the period is cut; None measures the state at the snapshot.
    """

    tables: tuple[str, ...]
    select: Select
    key: tuple[str, ...]
    time: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric(Selected):
    """An Ibis aggregate over selected rows.

    Attributes:
        measure: the aggregate of such rows; decimal or integer, since float sums depend on the
            order in which they are added.
        kind: ``sum`` and ``count`` add up over time, a ``level`` does not.
    """

    measure: Measure
    kind: Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio(Selected):
    """One aggregate by another, over the same selected rows; both are sums or counts.

    Both sides are cast to float64 before they are divided, so that every engine gives the same
    number, and a zero denominator gives no value.
    """

    numerator: Measure
    denominator: Measure


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """Rows that a computed metric is given, as an Arrow table sorted by ``key``.

    ``window`` says which rows: of the period so far; of the baseline as well; everything before
    the scope's ``until``; or all. ``time`` is needed for any of them but the last.
    """

    name: str
    tables: tuple[str, ...]
    select: Select
    key: tuple[str, ...]
    time: str | None
    window: Window = "baseline_and_period"


@dataclass(frozen=True, slots=True, kw_only=True)
class ComputedResult:
    """What a computed metric's function found.

    Attributes:
        value: in the metric's unit, not yet rounded; exactly one of ``value`` and ``gap`` is given.
        interval: uncertainty of the measurement at the scope's level.
        intervals: one row for each interval of the reporting period, sorted: ``start`` and
            ``until`` (``date32``, days of the scope's zone, half open) and decimal or float64
            columns, among them those that the metric names in ``numerator`` and ``denominator``.
        quality: facts on the data and the model for the evidence: JSON values, numbers as
            decimal strings.
        gap: why there is no value.
        measured_until: the first day that the value does not cover.
    """

    value: Decimal | None
    interval: Interval | None = None
    intervals: pa.Table | None = None
    quality: Mapping[str, Any] = field(default_factory=dict)
    gap: Text | None = None
    measured_until: date | None = None


Compute = Callable[[Mapping[str, pa.Table], Scope], ComputedResult]


@dataclass(frozen=True, slots=True, kw_only=True)
class Computed(Declared):
    """A pure, versioned function over selected rows.

    Attributes:
        inputs: the rows, by name, that ``compute`` is given.
        compute: the function: same rows and scope, same result, to the bit.
        engine: what it is and its version, for the metric's hash: ``campus.savings/1``.
        numerator, denominator: the columns of the result's ``intervals`` whose sums give the
            value: the sum of ``numerator`` or, with ``denominator``, their ratio.
        interval_grain: what one interval is: ``day``, ``month``.

    ``grain`` is that of the input rows.
    """

    inputs: tuple[Input, ...]
    compute: Compute
    engine: str
    numerator: str
    denominator: str | None = None
    interval_grain: str = "day"

    @property
    def tables(self) -> tuple[str, ...]:
        """Every lake table that the inputs read."""
        return tuple(dict.fromkeys(name for each in self.inputs for name in each.tables))


AnyMetric = Metric | Ratio | Computed


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Whose data a batch is, who may see it, and under what terms it came."""

    owner: str
    visibility: Visibility
    source: Text
    licence: Text
    attribution: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportSource:
    """What an importer is asked to read: ``files`` by role, each an existing path."""

    kind: str
    files: Mapping[str, Path]
    provenance: Provenance
    options: Mapping[str, ParameterValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Rows for one or more lake tables that become visible together or not at all.

    ``key`` names the batch for ever: the same key with the same rows is published once, with
    other rows it is refused. Each entry of ``tables`` starts a fresh stream of record batches
    in the table's schema, always in the same order.
    """

    key: str
    provenance: Provenance
    tables: Mapping[str, Callable[[], Iterator[pa.RecordBatch]]]


Importer = Callable[[ImportSource], Batch]


@dataclass(frozen=True, slots=True, kw_only=True)
class NavigationEntry:
    """A line of the console's menu: ``route`` is a URL name, ``icon`` a Tabler icon's."""

    label: Text
    route: str
    icon: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldManifest:
    """A field as the rest of the installation sees it.

    ``importers`` maps the ``kind`` in a sources file to the function that reads it; ``cli``,
    ``urls`` and ``api`` are dotted paths (``unipact.campus.commands:app``,
    ``unipact.campus.urls``, ``unipact.campus.api.routes:router``) that nobody imports before they
    are needed.
    """

    id: str
    name: Text
    tables: tuple[LakeTable, ...] = ()
    metrics: tuple[AnyMetric, ...] = ()
    importers: Mapping[str, Importer] = field(default_factory=dict)
    navigation: tuple[NavigationEntry, ...] = ()
    cli: str | None = None
    urls: str | None = None
    api: str | None = None


class Registry:
    """The declarations of every field that runs, checked once.

    Raises:
        Conflict: two fields declare the same table, metric version or importer.
        Invalid: a declaration is wrong; the findings name each place.
    """

    def __init__(self, manifests: Sequence[FieldManifest]) -> None:
        self.manifests = tuple(manifests)
        self.tables: dict[str, LakeTable] = {}
        self.metrics: dict[tuple[str, int], AnyMetric] = {}
        self.importers: dict[str, Importer] = {}
        for manifest in self.manifests:
            for table in manifest.tables:
                _add(self.tables, table.name, table, "lake table")
            for metric in manifest.metrics:
                _add(self.metrics, (metric.name, metric.version), metric, "metric")
            for kind, importer in manifest.importers.items():
                _add(self.importers, kind, importer, "importer")
        findings = [each for table in self.tables.values() for each in _table_findings(table)]
        findings += [each for metric in self.metrics.values() for each in self._findings(metric)]
        if findings:
            raise Invalid("a field's declarations are wrong", findings=findings)

    def _findings(self, metric: AnyMetric) -> Iterator[Finding]:
        where = f"{metric.name}@{metric.version}"
        if not _TABLE_NAME.fullmatch(metric.name):
            yield Finding(where, "a metric is named field.metric, in small letters")
        if metric.version < 1:
            yield Finding(where, "versions count from 1")
        if not metric.unit:
            yield Finding(where, "it has no unit", "A share or a plain number has the unit 1.")
        if not 0 <= metric.decimals <= 12:
            yield Finding(where, f"{metric.decimals} decimals are not between 0 and 12")
        if not (metric.source and metric.owner and metric.grain):
            yield Finding(where, "source, owner and grain must each say something")
        for name in metric.tables:
            if name not in self.tables:
                yield Finding(where, f"no field that runs publishes the table {name}")
        names = [each.name for each in metric.parameters]
        for name in sorted({each for each in names if names.count(each) > 1}):
            yield Finding(where, f"the parameter {name} is declared twice")
        for each in metric.parameters:
            if each.choices and each.type != "text":
                yield Finding(where, f"the parameter {each.name} has choices but is no text")
            if each.column and isinstance(metric, Computed):
                yield Finding(
                    where,
                    f"the parameter {each.name} names a column",
                    "A computed metric's inputs read scope.where.",
                )
        if metric.completeness is not None:
            yield from self._completeness_findings(where, metric, metric.completeness)

    def completeness_of(self, metric: AnyMetric) -> Ratio | None:
        """The ratio that says how complete the metric's data are, where it names one."""
        name, _, version = (metric.completeness or "").partition("@")
        found = self.metrics.get((name, int(version))) if version.isdecimal() else None
        return found if isinstance(found, Ratio) else None

    def _completeness_findings(self, where: str, metric: AnyMetric, said: str) -> Iterator[Finding]:
        found = self.completeness_of(metric)
        if found is None or found.time is None or found.unit != "1":
            yield Finding(
                where,
                f"its completeness {said} is no share over time that a field that runs declares",
            )
            return
        known = {each.name: each.type for each in found.parameters}
        for each in metric.parameters:
            if known.get(each.name) != each.type:
                yield Finding(where, f"its completeness {said} has no parameter {each.name}")


def scope_where(
    metric: AnyMetric, where: Mapping[str, ParameterValue], place: str
) -> dict[str, ParameterValue]:
    """Check a commitment's ``where`` against the metric's parameters and return it, sorted.

    Raises:
        Invalid: a parameter is unknown, missing, of another type, or not among the choices.
    """
    declared = {each.name: each for each in metric.parameters}
    findings = [
        Finding(f"{place}.{name}", f"{metric.name} has no such parameter", _known(declared))
        for name in where
        if name not in declared
    ]
    for name, each in declared.items():
        if name not in where:
            if each.required:
                findings.append(Finding(f"{place}.{name}", f"{metric.name} needs it"))
        elif type(where[name]) is not PARAMETER_TYPES[each.type]:
            findings.append(Finding(f"{place}.{name}", f"{where[name]!r} is no {each.type}"))
        elif each.choices and where[name] not in each.choices:
            mend = f"Choose one of: {', '.join(each.choices)}."
            findings.append(Finding(f"{place}.{name}", f"{where[name]!r} is no choice", mend))
    if findings:
        raise Invalid(
            f"the parameters do not fit {metric.name}@{metric.version}", findings=findings
        )
    return dict(sorted(where.items()))


def scope_until(period: Span, as_of: date) -> date:
    """The first day that does not count: the period's end or the day after ``as_of``."""
    return min(period.until, as_of + timedelta(days=1))


def _known(declared: Mapping[str, Parameter]) -> str:
    return f"It has: {', '.join(sorted(declared)) or 'none'}."


def _add(declared: dict[Any, Any], key: object, value: object, what: str) -> None:
    if key in declared:
        shown = "@".join(map(str, key)) if isinstance(key, tuple) else key
        raise Conflict(f"the {what} {shown} is declared twice")
    declared[key] = value


def _table_findings(table: LakeTable) -> Iterator[Finding]:
    names = table.schema.names
    if not _TABLE_NAME.fullmatch(table.name):
        yield Finding(table.name, "a lake table is named field.table, in small letters")
    if not table.key:
        yield Finding(table.name, "it has no key")
    for name in {*table.key, *table.units, *([table.time] if table.time else [])} - set(names):
        yield Finding(table.name, f"it has no column {name}")
    for each in table.schema:
        if pa.types.is_timestamp(each.type) and (each.type.unit, each.type.tz) != ("us", "UTC"):
            yield Finding(table.name, f"{each.name} is {each.type}", "Use timestamp[us, tz=UTC].")
        if each.name in table.key and each.nullable:
            yield Finding(table.name, f"the key column {each.name} is nullable")
        numeric = (pa.types.is_floating, pa.types.is_decimal, pa.types.is_integer)
        if any(test(each.type) for test in numeric) and each.name not in {*table.key, *table.units}:
            yield Finding(table.name, f"the number {each.name} has no unit")
