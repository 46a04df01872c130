"""What an agreement declares that its parts refer to, and the checks that many parts share."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from unipact.agreement.engine.quantities import same_unit
from unipact.agreement.engine.terms import Parameter, Span
from unipact.agreement.formats.cursor import Cursor
from unipact.agreement.formats.structure import shown


@dataclass(frozen=True, slots=True)
class KnownParameter:
    """What a metric asks of one key of ``where``; ``type`` is ``str``, ``int`` or ``bool``."""

    type: type[Parameter]
    required: bool
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KnownMetric:
    """What an agreement must say right about a metric that runs."""

    unit: str
    parameters: Mapping[str, KnownParameter] = dataclasses.field(default_factory=dict)


KnownMetrics = Mapping[str, Mapping[str, KnownMetric]]
"""App that runs → ``name@version`` of each metric that it declares → the metric."""

_TYPES: Mapping[type, str] = {str: "text", int: "a whole number", bool: "true or false"}


@dataclass(frozen=True, slots=True)
class Scope:
    """The ids, the term and the metrics that are known; ``term`` is None where it is wrong."""

    parties: frozenset[str]
    fields: frozenset[str]
    term: Span | None
    known_metrics: KnownMetrics | None

    def refer(self, place: Cursor, known: frozenset[str], kind: str) -> None:
        """Report a reference to something that is not declared."""
        if isinstance(place.value, str) and place.value not in known:
            what = f'there is no {kind} "{place.value[:60]}"'
            place.say(what, place.near(place.value, known))

    def inside(self, place: Cursor, day: date | None, what: str) -> None:
        """Report a day outside the term."""
        if day and self.term and not self.term.start <= day < self.term.until:
            place.say(
                f"{what} on {day} lies outside the term ({self.term.start} to before "
                f"{self.term.until})"
            )

    def minor_digits(
        self, place: Cursor, amount: Decimal | None, currency: str | None, digits: int | None
    ) -> None:
        """Report an amount of money finer than its currency; ``digits`` None is no money."""
        if amount is None or digits is None:
            return
        decimals = -int(amount.as_tuple().exponent)
        if decimals > digits:
            place.say(f"{place.value} has {decimals} decimals; {currency} has {digits}")

    def metric(self, binding: Cursor) -> None:
        """Report a metric that its app runs without, another unit than its, and parameters.

        ``binding`` is a commitment or a benefit: the table with ``metric``, ``where`` and
        perhaps ``unit``.
        """
        place = binding.at("metric")
        reference = place.value
        if self.known_metrics is None or not isinstance(reference, str):
            return
        app = reference.partition(".")[0]
        declared = self.known_metrics.get(app)
        if declared is None:
            return
        if reference not in declared:
            what = f"{shown(reference)} is no metric that {app} declares"
            place.say(what, place.near(reference, declared))
            return
        metric = declared[reference]
        unit = binding.text("unit")
        if unit is not None and not same_unit(unit, metric.unit):
            what = f'the unit is "{unit[:32]}", but {reference} counts in "{metric.unit}"'
            binding.at("unit").say(what)
        _parameters(binding.at("where"), reference, metric)


def _parameters(where: Cursor, reference: str, metric: KnownMetric) -> None:
    """Report each key of ``where`` that the metric does not take, or not so."""
    given = where.value if isinstance(where.value, Mapping) else {}
    for key, value in given.items():
        place = where.at(key)
        known = metric.parameters.get(key)
        if known is None:
            what = f"{reference} has no parameter {shown(key)}"
            place.say(what, place.near(key, metric.parameters))
        elif type(value) is not known.type:
            place.say(f"{shown(value)} is not {_TYPES[known.type]}")
        elif known.choices and value not in known.choices:
            place.say(f"{shown(value)} is not one of {', '.join(known.choices)}")
    for key, known in metric.parameters.items():
        if known.required and key not in given:
            where.say(f"{reference} needs the parameter {key}", f"Write `where.{key} = …`")
