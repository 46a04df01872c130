"""What is asked of a metric, and what was found: the plain values between the steps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from fractions import Fraction

from unipact.agreement.engine.ports import MetricRequest
from unipact.agreement.engine.terms import Span, Text
from unipact.analysis.evaluation.outlook import Measured
from unipact.analysis.evaluation.rollup import Values
from unipact.analysis.evaluation.rows import bound_columns
from unipact.analysis.evaluation.session import Session
from unipact.analysis.registry import AnyMetric, Computed, ComputedResult, Scope


@dataclass(frozen=True, slots=True)
class Asked:
    """A checked request; ``request`` is None where only the value is wanted."""

    metric: AnyMetric
    scope: Scope
    request: MetricRequest | None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the request's parameters bind, in the declaration's order."""
        if isinstance(self.metric, Computed):
            return ()
        return tuple(column for column, _ in bound_columns(self.metric, self.scope.where))

    @property
    def values(self) -> Values:
        """The values of those columns."""
        if isinstance(self.metric, Computed):
            return ()
        return tuple(value for _, value in bound_columns(self.metric, self.scope.where))

    @property
    def shape(self) -> tuple[object, ...]:
        """Requests of one shape are answered by one scan."""
        bound = {each.name for each in self.metric.parameters if each.column}
        free = sorted((name, said) for name, said in self.scope.where.items() if name not in bound)
        scope = self.scope
        return (
            self.metric.name,
            self.metric.version,
            self.columns,
            *free,
            scope.baseline,
            scope.zone,
        )

    @property
    def reported(self) -> Span:
        """The part of the period that counts."""
        return self.scope.spans[-1]


@dataclass(frozen=True, slots=True)
class Found:
    """The value, not yet rounded, or the gap; and what history and forecast are made of."""

    value: Decimal | None
    gap: Text | None = None
    measured_until: date | None = None
    value_in: Callable[[Span], Decimal | None] | None = None
    measured: Measured | None = None
    result: ComputedResult | None = None


def table_until(session: Session, tables: Sequence[str], asked: Asked) -> date:
    """The first day that the tables do not fill, at most the scope's ``until``."""
    filled = filled_until(session, tables, asked.scope.zone)
    return min(filled, asked.scope.until) if filled else asked.scope.until


def filled_until(session: Session, tables: Iterable[str], zone: str) -> date | None:
    """The first day of ``zone`` that no table fills; None where none of them has a time."""
    states, declared = session.snapshot.tables, session.registry.tables
    days = [
        declared[name].first_day_out(each.last, zone)
        for name in tables
        if name in declared and name in states
        for each in states[name].entries
        if each.last
    ]
    return max(days, default=None)


def exact(amount: Fraction) -> Decimal:
    """A decimal fraction as a decimal, without loss."""
    with localcontext(prec=80):
        return Decimal(amount.numerator) / Decimal(amount.denominator)


def quotient(num: Fraction | Decimal, den: Fraction | Decimal | None) -> Decimal | None:
    """A ratio as every engine divides it: both as float64; None by zero."""
    return Decimal(float(num) / float(den)) if den else None
