"""What the agreement needs of whoever computes metrics, and nothing more.

``unipact.analysis`` fulfils it and ``unipact.installation`` joins the two, so that the spine
knows no field and no engine. All texts that people read come in both languages.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

from unipact.agreement.engine.terms import Direction, Parameter, Span, Text


@dataclass(frozen=True, slots=True)
class MetricRequest:
    """One question: the value of a metric for one target of one commitment.

    ``as_of`` is the last day that counts. ``level`` is the level of the interval wanted (0–1).
    ``marks`` are days of the period up to ``as_of`` whose cumulative value is wanted as well.
    """

    commitment: str
    target_id: str
    metric: str
    version: int
    where: Mapping[str, Parameter]
    baseline: Span | None
    period: Span
    due: date
    as_of: date
    zone: str
    target: Decimal
    direction: Direction
    level: Decimal
    least_elapsed: Decimal
    marks: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class Interval:
    """A two-sided interval for the value, at ``level`` (0–1); ``method`` is said in words."""

    level: Decimal
    low: Decimal
    high: Decimal
    method: Text


@dataclass(frozen=True, slots=True)
class Step:
    """One interval of a metric's history.

    ``value`` is the metric over that interval alone, ``cumulative`` from the start of the period
    to its end: both in the metric's unit, or None where nothing was measured.
    """

    span: Span
    value: Decimal | None
    cumulative: Decimal | None


@dataclass(frozen=True, slots=True)
class Mark:
    """The cumulative value from the start of a period to the end of one day, that day included.

    ``interval`` and ``coverage`` are of that value, as in ``MetricAnswer``.
    """

    value: Decimal
    interval: Interval | None = None
    coverage: Decimal | None = None


@dataclass(frozen=True, slots=True)
class FanStep:
    """The forecast of the cumulative value at the end of ``until`` (exclusive day)."""

    until: date
    low: Decimal
    middle: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class Forecast:
    """The value expected at the due date.

    Attributes:
        probability: chance that the target is met, 0–1.
        low, middle, high: the interval at the request's level, and the median.
        burn: where the straight line through what was measured so far ends.
        fan: the way there, for the picture.
        method: how it was made, in words.
        seed: of the generator, so that it can be made again.
    """

    probability: Decimal
    low: Decimal
    middle: Decimal
    high: Decimal
    burn: Decimal
    fan: tuple[FanStep, ...]
    method: Text
    seed: int


@dataclass(frozen=True, slots=True)
class MetricAnswer:
    """The answer to one request; exactly one of ``value`` and ``gap`` is given.

    Attributes:
        value: rounded to the metric's declared decimals.
        interval: uncertainty of the *measurement* at the as-of day, where the metric states one.
        forecast: for a running period; None with ``forecast_gap`` saying why not.
        series: the history inside the period, for the picture.
        evidence: the evidence document (``agreement/schemas/evidence.schema.json``).
        gap: why there is no value ("no data source yet", "no readings in the period" …).
        measured_until: the first day that the value does not cover.
        coverage: the share (0–1) of what should have been measured that was, from the start of
            the period to the as-of day; None where the metric names no measure of it.
        marks: by day, each of the request's marks that was measured to the end of that day.
    """

    value: Decimal | None
    gap: Text | None = None
    interval: Interval | None = None
    forecast: Forecast | None = None
    forecast_gap: Text | None = None
    series: tuple[Step, ...] = ()
    evidence: Mapping[str, Any] | None = None
    measured_until: date | None = None
    coverage: Decimal | None = None
    marks: Mapping[date, Mark] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MetricDescription:
    """What a metric is, for people: from its one declaration in the registry."""

    name: str
    version: int
    label: Text
    description: Text
    unit: str
    decimals: int
    direction: Direction | None
    source: str
    sha256: str
    parameters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SnapshotInfo:
    """The state of the lake that everything was computed on: ``tables`` is name → version."""

    id: str
    tables: Mapping[str, int]
    data_until: date | None


class MetricSource(Protocol):
    """Computes metrics at one snapshot that was resolved when the source was made."""

    @property
    def snapshot(self) -> SnapshotInfo:
        """The snapshot that every value is computed on."""
        ...

    @property
    def software(self) -> Mapping[str, str]:
        """Name → version of everything that the values depend on."""
        ...

    def describe(self, metric: str, version: int) -> MetricDescription | None:
        """The metric's description, or None where no field that runs declares it."""
        ...

    def evaluate(self, requests: Sequence[MetricRequest]) -> Sequence[MetricAnswer]:
        """One answer for each request, in their order."""
        ...
