"""What an agreement declares that its parts refer to, and the checks that many parts share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from unipact.agreement.engine.quantities import same_unit
from unipact.agreement.engine.terms import Span
from unipact.agreement.formats.cursor import Cursor
from unipact.agreement.formats.structure import did_you_mean, shown

KnownMetrics = Mapping[str, Mapping[str, str]]
"""App that runs → ``name@version`` of each metric it declares → that metric's unit."""


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
            place.say(what, did_you_mean(place.value, known))

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

    def metric(self, place: Cursor, unit: str | None) -> None:
        """Report a metric that the app it belongs to runs without, or another unit than its."""
        reference = place.value
        if self.known_metrics is None or not isinstance(reference, str):
            return
        app = reference.partition(".")[0]
        declared = self.known_metrics.get(app)
        if declared is None:
            return
        if reference not in declared:
            what = f"{shown(reference)} is no metric that {app} declares"
            place.say(what, did_you_mean(reference, declared))
        elif unit is not None and not same_unit(unit, declared[reference]):
            what = f'the unit is "{unit[:32]}", but {reference} counts in "{declared[reference]}"'
            Cursor(unit, (*place.path[:-1], "unit"), place.found).say(what)
