"""The transactions of an agreement, as pages, programs and exports read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any, cast

from django.db.models import QuerySet

from unipact.agreement.engine.balance import Answer, Fact, Price, exact_text
from unipact.agreement.engine.currencies import CURRENCIES
from unipact.agreement.engine.fixed_point import text_of
from unipact.agreement.engine.ledger import SIDES, AccountName, Entry, LedgerKind, PostingLine
from unipact.agreement.engine.terms import Benefit, Contribution
from unipact.agreement.formats.ledger import Exported, note_sha256
from unipact.agreement.models import (
    Acknowledgement,
    Agreement,
    Posting,
    Transaction,
    Valuation,
)
from unipact.agreement.queries.standpoint import Standpoint
from unipact.agreement.queries.terms import terms_of
from unipact.agreement.roles import Act, Actor
from unipact.errors import NotFound

TRANSACTION_PAGE = 50


@dataclass(frozen=True, slots=True)
class TransactionRow:
    """A transaction in the list; ``amount`` is ``steps`` of ``10**-digits`` as plain decimal text.

    A reversal has an amount below zero. ``answer`` is what the other party says by now, with its
    ``reason`` where it contests.
    """

    number: int
    kind: str
    subject: str
    title: Mapping[str, str]
    party: str
    recorded_by: str
    field: str
    steps: int
    digits: int
    unit: str
    happened_on: date
    recorded_at: datetime
    note: str
    answer: Answer
    reason: str
    answered_at: datetime | None
    reverses: int | None
    reversed_by: int | None
    sha256: str

    @property
    def amount(self) -> str:
        """The plain decimal text: money with all its decimals, the rest with those it needs."""
        return exact_text(Fraction(self.steps, 10**self.digits), CURRENCIES.get(self.unit, 0))

    @property
    def is_standing(self) -> bool:
        """Whether it counts: neither a reversal nor reversed."""
        return self.reverses is None and self.reversed_by is None

    @property
    def fact(self) -> Fact:
        """What it moved, for the arithmetic of the balance."""
        return Fact(
            self.number,
            self.subject,
            self.unit,
            self.digits,
            self.steps,
            self.happened_on,
            self.answer,
            self.is_standing,
        )


@dataclass(frozen=True, slots=True)
class ValuationRow:
    """A valuation, and the party whose it is."""

    contribution: str
    title: Mapping[str, str]
    unit: str
    party: str
    minor: int
    currency: str
    from_on: date
    reason: str
    stated_at: datetime

    @property
    def amount(self) -> str:
        """The plain decimal text, per whole unit."""
        return text_of(self.minor, CURRENCIES[self.currency])

    @property
    def price(self) -> Price:
        """The valuation, for the arithmetic of the balance."""
        return Price(self.party, self.minor, self.currency, self.from_on, self.reason)


def transaction_rows(
    here: Standpoint, *, before: int | None = None, limit: int | None = TRANSACTION_PAGE
) -> tuple[TransactionRow, ...]:
    """The posted transactions, the highest number first, a page at a time; ``before`` a number.

    Raises:
        NotPermitted: the role may not see the ledger.
    """
    here.actor.require(Act.LEDGER_SEE)
    found = _posted(here.version.agreement)
    if before is not None:
        found = found.filter(n__lt=before)
    return _rows(here, list(found.order_by("-n")[:limit]))


def transaction_row(here: Standpoint, number: int) -> TransactionRow:
    """One posted transaction.

    Raises:
        NotPermitted: the role may not see the ledger.
        NotFound: there is none of this number.
    """
    here.actor.require(Act.LEDGER_SEE)
    rows = _rows(here, list(_posted(here.version.agreement).filter(n=number)))
    if not rows:
        raise NotFound(f"there is no transaction {number}")
    return rows[0]


def transaction_document_of(here: Standpoint, number: int) -> bytes:
    """The canonical document of a transaction: the bytes that its hash is of.

    Raises:
        NotPermitted: the role may not see the ledger.
        NotFound: there is none of this number.
    """
    here.actor.require(Act.LEDGER_SEE)
    found = Transaction.objects.filter(
        agreement=here.version.agreement, n=number, posted_at__isnull=False
    )
    kept = found.values_list("document", flat=True).first()
    if kept is None:
        raise NotFound(f"there is no transaction {number}")
    return bytes(kept)


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """What the other party said to a transaction, and when."""

    party: str
    answer: str
    reason: str
    answered_at: datetime


def answer_rows(here: Standpoint, number: int) -> tuple[AnswerRow, ...]:
    """Every answer to a transaction, the latest first.

    Raises:
        NotPermitted: the role may not see the ledger.
    """
    here.actor.require(Act.LEDGER_SEE)
    found = Acknowledgement.objects.filter(
        transaction__agreement=here.version.agreement, transaction__n=number
    )
    return tuple(
        AnswerRow(each.party.slug, each.answer, each.reason, each.answered_at)
        for each in found.select_related("party").order_by("-id")
    )


def valuation_rows(here: Standpoint) -> tuple[ValuationRow, ...]:
    """Every valuation of either party, in the order in which they were stated.

    Raises:
        NotPermitted: the role may not see the ledger.
    """
    here.actor.require(Act.LEDGER_SEE)
    titles = titles_of(here)
    stated = Valuation.objects.filter(agreement=here.version.agreement)
    return tuple(
        ValuationRow(
            each.contribution,
            _title(titles, each.contribution),
            each.unit,
            each.valued_by.slug,
            each.minor,
            each.currency,
            each.from_on,
            each.reason,
            each.stated_at,
        )
        for each in stated.select_related("valued_by").order_by("id")
    )


def titles_of(here: Standpoint) -> dict[str, Mapping[str, str]]:
    """Id of each contribution and benefit of the shown version → its title in both languages."""
    terms = terms_of(here)
    named: tuple[Contribution | Benefit, ...] = (*terms.contributions, *terms.benefits)
    return {each.id: {"en": each.title.en, "zh": each.title.zh} for each in named}


def exported(agreement: str, actor: Actor | None) -> tuple[Exported, ...]:
    """Every posted transaction, the lowest number first; ``actor`` None is the command line.

    Raises:
        NotPermitted: the role may not see the ledger.
        NotFound: there is no such agreement for the actor's party.
    """
    holders = Agreement.objects.filter(slug=agreement)
    if actor is not None:
        actor.require(Act.LEDGER_SEE)
        holders = holders.filter(parties__slug=actor.party)
    holder = holders.first()
    if holder is None:
        raise NotFound(f"there is no agreement {agreement}")
    made = list(_posted(holder).select_related("version", "reverses").order_by("n"))
    lines, answers = _lines(made), _answers(made)
    return tuple(
        Exported(
            entry=_entry(agreement, each, lines[each.pk]),
            sha256=each.sha256,
            note=each.note,
            answer=answers[each.pk].answer if each.pk in answers else "unanswered",
            reverses=each.reverses.n if each.reverses else None,
        )
        for each in made
    )


def _entry(agreement: str, made: Transaction, lines: Sequence[PostingLine]) -> Entry:
    return Entry(
        agreement=agreement,
        terms_sha256=made.version.sha256,
        number=made.n,
        kind=cast("LedgerKind", made.kind),
        subject=made.subject,
        party=made.party.slug,
        recorded_by=made.recorded_by.slug,
        happened_on=made.happened_on,
        recorded_at=made.recorded_at,
        postings=tuple(lines),
        reverses=made.reverses.sha256 if made.reverses else None,
        note_sha256=note_sha256(made.note_salt, made.note) if made.note else None,
    )


def _posted(agreement: Agreement) -> QuerySet[Any]:
    return Transaction.objects.filter(agreement=agreement, posted_at__isnull=False).select_related(
        "party", "recorded_by", "reverses", "reversed_by"
    )


def _rows(here: Standpoint, made: Sequence[Transaction]) -> tuple[TransactionRow, ...]:
    titles, lines, answers = titles_of(here), _lines(made), _answers(made)
    rows = []
    for each in made:
        _, target = SIDES[cast("LedgerKind", each.kind)]
        moved = next(line for line in lines[each.pk] if line.account.kind == target)
        answer = answers.get(each.pk)
        reversed_by = getattr(each, "reversed_by", None)
        rows.append(
            TransactionRow(
                number=each.n,
                kind=each.kind,
                subject=each.subject,
                title=_title(titles, each.subject),
                party=each.party.slug,
                recorded_by=each.recorded_by.slug,
                field=moved.account.field,
                steps=moved.steps,
                digits=moved.account.digits,
                unit=moved.account.unit,
                happened_on=each.happened_on,
                recorded_at=each.recorded_at,
                note=each.note,
                answer=cast("Answer", answer.answer) if answer else "unanswered",
                reason=answer.reason if answer else "",
                answered_at=answer.answered_at if answer else None,
                reverses=each.reverses.n if each.reverses else None,
                reversed_by=reversed_by.n if reversed_by else None,
                sha256=each.sha256,
            )
        )
    return tuple(rows)


def _lines(made: Sequence[Transaction]) -> dict[int, list[PostingLine]]:
    """The postings of each transaction, in the order in which they were made."""
    lines: dict[int, list[PostingLine]] = {each.pk: [] for each in made}
    found = Posting.objects.filter(**_among(made))
    for each in found.select_related("account__party").order_by("id"):
        account = each.account
        name = AccountName(
            account.party.slug, account.field, account.kind, account.unit, account.digits
        )
        lines[each.transaction_id].append(PostingLine(name, each.amount))
    return lines


def _among(made: Sequence[Transaction]) -> dict[str, Any]:
    """What belongs to ``made``, which are all of an agreement's between two numbers.

    Two bounds, and no list of keys: a database takes only so many parameters.
    """
    if not made:
        return {"pk__in": ()}
    numbers = [each.n for each in made]
    return {
        "transaction__agreement": made[0].agreement_id,
        "transaction__posted_at__isnull": False,
        "transaction__n__range": (min(numbers), max(numbers)),
    }


def _answers(made: Sequence[Transaction]) -> dict[int, Acknowledgement]:
    """The latest answer to each transaction that has one."""
    found = Acknowledgement.objects.filter(**_among(made))
    return {each.transaction_id: each for each in found.order_by("id")}


def _title(titles: Mapping[str, Mapping[str, str]], subject: str) -> Mapping[str, str]:
    """Its title; what the shown version has no more is told by its id."""
    return titles.get(subject) or {"en": subject, "zh": subject}
