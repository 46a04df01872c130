"""The balance: what each party brings and gets, planned and made, and what it is worth to whom.

Every number is plain decimal text in its own unit. Only money of one currency is summed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, cast

from unipact.agreement.engine.balance import (
    Price,
    Worth,
    cumulated,
    due,
    exact_text,
    made,
    worth,
)
from unipact.agreement.engine.currencies import CURRENCIES
from unipact.agreement.engine.terms import Agreement as Terms
from unipact.agreement.engine.terms import Contribution, ContributionKind, Text
from unipact.agreement.models import Party
from unipact.agreement.queries.balance_shapes import (
    Balance,
    BenefitLine,
    Course,
    Line,
    PartyBalance,
    PartyWorth,
    Received,
    Step,
    Sums,
    Texts,
    Value,
)
from unipact.agreement.queries.ledger import (
    TransactionRow,
    ValuationRow,
    transaction_rows,
    valuation_rows,
)
from unipact.agreement.queries.standpoint import Standpoint, standpoint_of
from unipact.agreement.queries.terms import terms_of
from unipact.agreement.roles import MATRIX, Act, Actor, Side
from unipact.errors import NotFound


@dataclass(frozen=True, slots=True)
class _Counted:
    """A contribution with exact numbers, from which sums are taken."""

    line: Line
    schedule: tuple[tuple[date, Fraction], ...]
    rows: tuple[TransactionRow, ...]
    worth: Worth


def balance(here: Standpoint, *, day: date | None = None) -> Balance:
    """The balance of the shown version; one's own party comes first.

    ``day`` is the last that counts: the day of the evaluation, or that of the latest record where
    it is later, unless one is named.

    Raises:
        NotPermitted: the role may not see the ledger.
    """
    here.actor.require(Act.LEDGER_SEE)
    terms = terms_of(here)
    rows = transaction_rows(here, limit=None)
    day = day or max(
        (here.as_of or terms.term.start, *(each.happened_on for each in rows if each.is_standing))
    )
    stated = valuation_rows(here)
    parties = [each.id for each in terms.parties]
    counted = [
        _counted(each, rows, stated, parties, day)
        for each in (*terms.contributions, *_contributions_of_before(terms, rows))
    ]
    ordered = sorted(terms.parties, key=lambda each: each.id != here.actor.party)
    return Balance(
        day,
        {each.id: {"en": each.name.en, "zh": each.name.zh} for each in terms.fields},
        tuple(
            PartyBalance(
                each.id,
                {"en": each.name.en, "zh": each.name.zh},
                each.id == here.actor.party,
                _money(one for one in counted if one.line.party == each.id),
                _agreed(one for one in counted if one.line.party == each.id),
                tuple(one.line for one in counted if one.line.party == each.id),
                _benefits(here, each.id, rows, day),
            )
            for each in ordered
        ),
        _courses(counted, [each.id for each in ordered], day),
        not rows,
    )


def balance_kept(agreement: str, *, party: str | None = None, day: date | None = None) -> Balance:
    """The balance for the command line, which sees all; ``party`` comes first.

    Raises:
        NotFound: there is no such agreement, or ``party`` is none of its parties.
    """
    found = Party.objects.filter(agreements__slug=agreement).order_by("pk")
    if party is not None:
        found = found.filter(slug=party)
    first = found.first()
    if first is None:
        raise NotFound(f"there is no agreement {agreement}" + (f" of {party}" if party else ""))
    side = Side(first.role)
    actor = Actor("", first.slug, side, MATRIX.officers[side])
    return balance(standpoint_of(actor, agreement=agreement), day=day)


def _contributions_of_before(terms: Terms, rows: Sequence[TransactionRow]) -> list[Contribution]:
    """What was made under an earlier version and is planned no more, or in another unit now."""
    known = {(each.id, each.unit) for each in terms.contributions}
    before: dict[tuple[str, str], Contribution] = {}
    for row in reversed(rows):
        key = (row.subject, row.unit)
        if row.kind == "contribution" and key not in known:
            kind = cast("ContributionKind", "money" if row.unit in CURRENCIES else "other")
            title = Text(row.title["en"], row.title["zh"])
            before[key] = Contribution(
                row.subject, row.party, row.field, kind, title, Decimal(0), row.unit
            )
    return list(before.values())


def _counted(
    contribution: Contribution,
    rows: Sequence[TransactionRow],
    stated: Sequence[ValuationRow],
    parties: Sequence[str],
    day: date,
) -> _Counted:
    unit = contribution.unit
    own = tuple(
        each
        for each in rows
        if each.kind == "contribution" and (each.subject, each.unit) == (contribution.id, unit)
    )
    facts = [each.fact for each in own]
    schedule = tuple((each.on, Fraction(each.amount)) for each in contribution.schedule)
    is_money = contribution.kind == "money"
    prices: list[Price] = [
        each.price
        for each in stated
        if not is_money and (each.contribution, each.unit) == (contribution.id, unit)
    ]
    found = worth(facts, prices, parties, day)
    line = Line(
        contribution.id,
        contribution.party,
        contribution.field,
        contribution.kind,
        {"en": contribution.title.en, "zh": contribution.title.zh},
        _sums(unit, Fraction(contribution.amount), schedule, own, day),
        found.agreement,
        tuple(
            PartyWorth(
                each.party,
                _value(each.price.amount, each.price.currency),
                each.price.from_on,
                each.price.reason,
                tuple(_value(amount, code) for code, amount in sorted(each.values.items())),
                exact_text(each.unvalued),
            )
            for each in found.by_party
        ),
        tuple(_value(amount, code) for code, amount in sorted(found.agreed.items())),
        _course(schedule, own, unit, day),
    )
    return _Counted(line, schedule, own, found)


def _sums(
    unit: str,
    planned: Fraction,
    schedule: Iterable[tuple[date, Fraction]],
    rows: Iterable[TransactionRow],
    day: date,
) -> Sums:
    got = made((each.fact for each in rows), day)
    asked = due(schedule, day)
    return Sums(
        unit,
        *(
            _text(each, unit)
            for each in (
                *(planned, asked, got.total, got.acknowledged, got.contested, got.unanswered),
                asked - got.total,
            )
        ),
    )


def _money(counted: Iterable[_Counted]) -> tuple[Sums, ...]:
    """The sums of money, by currency."""
    by_currency: dict[str, list[_Counted]] = {}
    for each in counted:
        if each.line.kind == "money":
            by_currency.setdefault(each.line.sums.unit, []).append(each)
    return tuple(_added(unit, each) for unit, each in sorted(by_currency.items()))


def _added(unit: str, counted: Sequence[_Counted]) -> Sums:
    names = ("planned", "due", "made", "acknowledged", "contested", "unanswered", "outstanding")
    return Sums(
        unit,
        *(
            _text(
                sum((Fraction(getattr(each.line.sums, name)) for each in counted), Fraction()), unit
            )
            for name in names
        ),
    )


def _agreed(counted: Iterable[_Counted]) -> tuple[Value, ...]:
    """What came in kind is worth where both parties say the same, by currency."""
    sums: dict[str, Fraction] = {}
    for each in counted:
        for code, amount in each.worth.agreed.items():
            sums[code] = sums.get(code, Fraction()) + amount
    return tuple(_value(amount, code) for code, amount in sorted(sums.items()))


def _course(
    schedule: Iterable[tuple[date, Fraction]],
    rows: Iterable[TransactionRow],
    unit: str,
    day: date,
) -> tuple[Step, ...]:
    """Each day on which something was planned or made, with both sums up to it."""
    planned = cumulated(schedule)
    facts = [each.fact for each in rows if each.is_standing and each.happened_on <= day]
    happened = cumulated((each.happened_on, each.amount) for each in facts)
    days = sorted({on for on, _ in (*planned, *happened)})
    return tuple(
        Step(on, _text(_up_to(planned, on), unit), _text(_up_to(happened, on), unit)) for on in days
    )


def _courses(counted: Sequence[_Counted], parties: Sequence[str], day: date) -> tuple[Course, ...]:
    money = [each for each in counted if each.line.kind == "money"]
    units = sorted({each.line.sums.unit for each in money})
    courses = []
    for unit in units:
        by_party = {}
        for party in parties:
            own = [
                each for each in money if (each.line.party, each.line.sums.unit) == (party, unit)
            ]
            schedule = [part for each in own for part in each.schedule]
            rows = [row for each in own for row in each.rows]
            if own:
                by_party[party] = _course(schedule, rows, unit, day)
        courses.append(Course(unit, by_party))
    return tuple(courses)


def _benefits(
    here: Standpoint, party: str, rows: Sequence[TransactionRow], day: date
) -> tuple[BenefitLine, ...]:
    """The party's benefits of the shown version, and those recorded under one before."""
    measured: Mapping[str, Any] = {
        each["id"]: each for each in (here.document["benefits"] if here.document else ())
    }
    of_terms = terms_of(here).benefits
    named = [
        (each.id, each.field, {"en": each.title.en, "zh": each.title.zh})
        for each in of_terms
        if each.party == party
    ]
    metrics = {each.id: f"{each.metric}@{each.metric_version}" for each in of_terms}
    own = [each for each in rows if each.kind == "benefit" and each.party == party]
    before = {each.subject: each for each in reversed(own) if each.subject not in metrics}
    named += [(each.subject, each.field, dict(each.title)) for each in before.values()]
    return tuple(
        _benefit(
            name,
            party,
            field,
            title,
            metrics.get(name, ""),
            measured.get(name),
            [each for each in own if each.subject == name],
            day,
        )
        for name, field, title in named
    )


def _benefit(
    name: str,
    party: str,
    field: str,
    title: Texts,
    metric: str,
    measured: Mapping[str, Any] | None,
    rows: Sequence[TransactionRow],
    day: date,
) -> BenefitLine:
    value = measured["value"] if measured else None
    evidence = measured["evidence"] if measured else None
    received = []
    for unit in sorted({each.unit for each in rows}):
        got = made((each.fact for each in rows if each.unit == unit), day)
        parts = (got.total, got.acknowledged, got.contested, got.unanswered)
        received.append(Received(unit, *(_text(part, unit) for part in parts)))
    return BenefitLine(
        name,
        party,
        field,
        title,
        metric,
        value,
        measured["metric"]["unit"] if measured and value is not None else None,
        evidence["id"] if evidence else None,
        tuple(received),
    )


def _up_to(sums: Sequence[tuple[date, Fraction]], day: date) -> Fraction:
    return next((total for on, total in reversed(sums) if on <= day), Fraction())


def _text(number: Fraction, unit: str) -> str:
    return exact_text(number, CURRENCIES.get(unit, 0))


def _value(amount: Fraction, currency: str) -> Value:
    return Value(exact_text(amount, CURRENCIES[currency]), currency)
