"""What was planned, what was made, and what is outstanding: each in its own unit, exactly.

Sums are taken over money of one currency and over nothing else. What came in kind is counted per
contribution, and valued only as the parties value it. Numbers are ``Fraction``: no rounding at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal

from unipact.agreement.engine.currencies import CURRENCIES

Answer = Literal["acknowledged", "contested", "unanswered"]
ANSWERS: tuple[Answer, ...] = ("acknowledged", "contested", "unanswered")
#: Whether the parties' valuations of what was made agree: all of it, not all, or no two of them.
Agreement = Literal["none", "one_sided", "differs", "agreed"]


@dataclass(frozen=True, slots=True)
class Fact:
    """What a transaction moved: ``steps`` of ``10**-digits``, below zero for a reversal.

    ``is_standing`` unless it is a reversal or was reversed.
    """

    number: int
    subject: str
    unit: str
    digits: int
    steps: int
    happened_on: date
    answer: Answer
    is_standing: bool

    @property
    def amount(self) -> Fraction:
        """In whole units."""
        return Fraction(self.steps, 10**self.digits)


@dataclass(frozen=True, slots=True)
class Price:
    """A party's valuation of one whole unit, in ``minor`` units of ``currency``, from a day on."""

    party: str
    minor: int
    currency: str
    from_on: date
    reason: str

    @property
    def amount(self) -> Fraction:
        """In whole units of the currency."""
        return Fraction(self.minor, 10 ** CURRENCIES[self.currency])


@dataclass(frozen=True, slots=True)
class Made:
    """What was made, and how much of it the other party acknowledged, contested or left open."""

    total: Fraction
    acknowledged: Fraction
    contested: Fraction
    unanswered: Fraction


@dataclass(frozen=True, slots=True)
class Valued:
    """The value of what was made, as ``party`` values it: by currency; ``unvalued`` has no price.

    ``price`` is the latest up to the day.
    """

    party: str
    price: Price
    values: dict[str, Fraction]
    unvalued: Fraction


@dataclass(frozen=True, slots=True)
class Worth:
    """What was made in kind is worth to each party, and by currency where both say the same."""

    agreement: Agreement
    by_party: tuple[Valued, ...]
    agreed: dict[str, Fraction]


def made(facts: Iterable[Fact], day: date) -> Made:
    """The sum of what happened up to and with ``day``; the facts are of one unit."""
    up_to = [each for each in facts if each.happened_on <= day and each.is_standing]
    sums = {
        answer: sum((each.amount for each in up_to if each.answer == answer), Fraction(0))
        for answer in ANSWERS
    }
    return Made(sum(sums.values(), Fraction(0)), **sums)


def due(schedule: Iterable[tuple[date, Fraction]], day: date) -> Fraction:
    """What the schedule asks for up to and with ``day``."""
    return sum((amount for on, amount in schedule if on <= day), Fraction(0))


def cumulated(parts: Iterable[tuple[date, Fraction]]) -> list[tuple[date, Fraction]]:
    """The running sum after each day on which something is added."""
    sums: list[tuple[date, Fraction]] = []
    total = Fraction(0)
    for on, amount in sorted(parts, key=lambda part: part[0]):
        total += amount
        if sums and sums[-1][0] == on:
            sums.pop()
        sums.append((on, total))
    return sums


def price_at(prices: Sequence[Price], party: str, day: date) -> Price | None:
    """The party's valuation that holds on ``day``; ``prices`` in the order in which they came.

    The one with the latest first day counts, and among those of one day the one stated last.
    """
    held = [each for each in prices if each.party == party and each.from_on <= day]
    return max(reversed(held), key=lambda each: each.from_on) if held else None


def worth(
    facts: Iterable[Fact], prices: Sequence[Price], parties: Sequence[str], day: date
) -> Worth:
    """What was made up to ``day`` is worth, each fact at the price of its own day."""
    up_to = [each for each in facts if each.happened_on <= day and each.is_standing]
    by_party = tuple(
        valued for party in parties if (valued := _valued(up_to, prices, party, day)) is not None
    )
    agreed: dict[str, Fraction] = {}
    are_agreed = []
    for fact in up_to:
        found = [price_at(prices, party, fact.happened_on) for party in parties]
        first = found[0] if found else None
        same = first is not None and all(
            each is not None and (each.minor, each.currency) == (first.minor, first.currency)
            for each in found
        )
        are_agreed.append(same)
        if same and first is not None:
            agreed[first.currency] = (
                agreed.get(first.currency, Fraction(0)) + fact.amount * first.amount
            )
    return Worth(_agreement(by_party, parties, are_agreed), by_party, agreed)


def exact_text(number: Fraction, least_digits: int = 0) -> str:
    """The plain decimal text of a number, with as many decimals as it has and at least so many.

    Raises:
        ValueError: it has no end as a decimal.
    """
    digits = least_digits
    while (number * 10**digits).denominator != 1:
        digits += 1
        if digits > _MOST_DIGITS:
            raise ValueError(f"{number} has no end as a decimal")
    steps = int(number * 10**digits)
    sign, figures = ("-" if steps < 0 else ""), str(abs(steps)).rjust(digits + 1, "0")
    return f"{sign}{figures[:-digits]}.{figures[-digits:]}" if digits else sign + figures


# An agreement file has numbers of at most 40 characters; a product has the decimals of both.
_MOST_DIGITS = 100


def _valued(facts: Sequence[Fact], prices: Sequence[Price], party: str, day: date) -> Valued | None:
    latest = price_at(prices, party, day)
    if latest is None:
        return None
    values: dict[str, Fraction] = {}
    unvalued = Fraction(0)
    for fact in facts:
        price = price_at(prices, party, fact.happened_on)
        if price is None:
            unvalued += fact.amount
        else:
            value = values.get(price.currency, Fraction(0))
            values[price.currency] = value + fact.amount * price.amount
    return Valued(party, latest, values, unvalued)


def _agreement(
    by_party: Sequence[Valued],
    parties: Sequence[str],
    are_agreed: Sequence[bool],
) -> Agreement:
    if not by_party:
        return "none"
    if len(by_party) < len(parties):
        return "one_sided"
    if are_agreed:
        return "agreed" if all(are_agreed) else "differs"
    # Nothing was made yet: the prices of the day themselves say it.
    said = {(each.price.minor, each.price.currency) for each in by_party}
    return "agreed" if len(said) == 1 else "differs"
