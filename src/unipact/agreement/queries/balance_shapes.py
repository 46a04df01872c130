"""The shapes in which the balance is told; every number is plain decimal text in its own unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Sums:
    """Planned in all, due by the day, made with what the other says to it, and what is missing.

    ``outstanding`` is due less made; below zero where more was made than was due.
    """

    unit: str
    planned: str
    due: str
    made: str
    acknowledged: str
    contested: str
    unanswered: str
    outstanding: str

    @property
    def is_contested(self) -> bool:
        """Whether some of it is contested."""
        return Fraction(self.contested) > 0

    @property
    def is_unanswered(self) -> bool:
        """Whether the other party has not answered to some of it."""
        return Fraction(self.unanswered) > 0

    @property
    def is_behind(self) -> bool:
        """Whether less was made than was due."""
        return Fraction(self.outstanding) > 0

    @property
    def is_ahead(self) -> bool:
        """Whether more was made than was due."""
        return Fraction(self.outstanding) < 0

    @property
    def ahead(self) -> str:
        """By how much more."""
        return self.outstanding.removeprefix("-")


@dataclass(frozen=True, slots=True)
class Value:
    """A sum of valuations in one currency."""

    amount: str
    currency: str


@dataclass(frozen=True, slots=True)
class PartyWorth:
    """What something in kind is worth to ``party``: the price of a unit, and of what was made."""

    party: str
    price: Value
    from_on: date
    reason: str
    values: tuple[Value, ...]
    unvalued: str

    @property
    def is_unvalued(self) -> bool:
        """Whether some of it came before the party's first valuation."""
        return Fraction(self.unvalued) > 0


@dataclass(frozen=True, slots=True)
class Step:
    """A day of a line's course: what was planned and made up to then."""

    on: date
    planned: str
    made: str


@dataclass(frozen=True, slots=True)
class Line:
    """A contribution; ``worth`` says whether the parties' valuations agree (in kind only)."""

    id: str
    party: str
    field: str
    kind: str
    title: Texts
    sums: Sums
    worth: str
    by_party: tuple[PartyWorth, ...]
    agreed: tuple[Value, ...]
    course: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Received:
    """What a party recorded of a benefit in one unit."""

    unit: str
    made: str
    acknowledged: str
    contested: str
    unanswered: str

    @property
    def is_contested(self) -> bool:
        """Whether some of it is contested."""
        return Fraction(self.contested) > 0

    @property
    def is_unanswered(self) -> bool:
        """Whether the other party has not answered to some of it."""
        return Fraction(self.unanswered) > 0


@dataclass(frozen=True, slots=True)
class BenefitLine:
    """A benefit: its metric's value at the evaluation, and what was recorded beside it."""

    id: str
    party: str
    field: str
    title: Texts
    metric: str
    value: str | None
    unit: str | None
    evidence: str | None
    received: tuple[Received, ...]


@dataclass(frozen=True, slots=True)
class PartyBalance:
    """A party's side: sums of money by currency, value in kind by currency where both agree."""

    party: str
    name: Texts
    is_ours: bool
    money: tuple[Sums, ...]
    agreed: tuple[Value, ...]
    lines: tuple[Line, ...]
    benefits: tuple[BenefitLine, ...]


@dataclass(frozen=True, slots=True)
class Course:
    """The money of one currency over time: party → its steps."""

    unit: str
    parties: Mapping[str, tuple[Step, ...]]


@dataclass(frozen=True, slots=True)
class Balance:
    """Both sides on a day; ``fields`` names each field, ``is_empty`` while nothing was recorded."""

    day: date
    fields: Mapping[str, Texts]
    parties: tuple[PartyBalance, ...]
    courses: tuple[Course, ...]
    is_empty: bool
