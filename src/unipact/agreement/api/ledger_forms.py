"""What the API takes and gives of the ledger and the balance."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from ninja import Schema
from pydantic import Field

from unipact.agreement.api.forms import Strict, Texts

Amount = Annotated[
    str,
    Field(max_length=40, description="Plain decimal text, such as `3000000.00`; no exponent."),
]
Name = Annotated[str, Field(max_length=64)]
Note = Annotated[str, Field(max_length=400)]


class BalanceAsked(Strict):
    """On which day."""

    day: date | None = Field(
        None, description="The last that counts; that of the latest evaluation or record if none."
    )


class LedgerExportAsked(Strict):
    """In which format."""

    format: Literal["beancount", "csv"] = "beancount"


class TransactionAsked(Strict):
    """A contribution of one's own party that was made, or a benefit that it received."""

    kind: Literal["contribution", "benefit"]
    subject: Name = Field(description="Id of the contribution or benefit in the agreement file.")
    amount: Amount
    unit: str | None = Field(
        None,
        max_length=32,
        description="Of a benefit, always. A contribution has that of the agreement.",
    )
    happened_on: date
    note: Note = Field("", description="Short and plain; without names of people.")


class ReversalAsked(Strict):
    """Why a transaction is taken back."""

    reason: Note


class AnswerAsked(Strict):
    """What one's party says to a transaction of the other."""

    answer: Literal["acknowledged", "contested"]
    reason: Note = Field("", description="Needed where it is contested.")


class ValuationAsked(Strict):
    """What one whole unit of a contribution in kind is worth to one's own party."""

    contribution: Name
    amount: Amount
    currency: str = Field(max_length=3, description="ISO 4217.")
    from_on: date = Field(description="The first day that it holds for.")
    reason: Note


class TransactionLine(Schema):
    """A transaction. ``answer`` and ``reason`` are the other party's latest word."""

    number: int
    kind: str
    subject: str
    title: Texts
    party: str
    recorded_by: str
    field: str
    amount: str = Field(description="Below zero where it takes another back.")
    unit: str
    happened_on: date
    recorded_at: datetime
    note: str
    answer: str
    reason: str
    answered_at: datetime | None
    reverses: int | None
    reversed_by: int | None
    sha256: str = Field(description="Of its document, `unipact-transaction/1` in RFC 8785.")


class Transactions(Schema):
    """Transactions, highest number first; ``next`` is `before` of the next page."""

    items: list[TransactionLine]
    next: int | None


class ValuationLine(Schema):
    """A party's valuation of one whole unit."""

    contribution: str
    title: Texts
    unit: str
    party: str
    amount: str
    currency: str
    from_on: date
    reason: str
    stated_at: datetime


class Valuations(Schema):
    """Every valuation of either party, in the order in which they were stated."""

    items: list[ValuationLine]


class SumsLine(Schema):
    """Planned, due, made and outstanding (due less made), in ``unit``."""

    unit: str
    planned: str
    due: str
    made: str
    acknowledged: str
    contested: str
    unanswered: str
    outstanding: str


class ValueLine(Schema):
    """A sum of valuations in one currency."""

    amount: str
    currency: str


class PartyWorthLine(Schema):
    """What a contribution in kind is worth to a party; ``unvalued`` has no price of its day."""

    party: str
    price: ValueLine
    from_on: date
    reason: str
    values: list[ValueLine]
    unvalued: str


class StepLine(Schema):
    """A day on which something was planned or made, with both sums up to it."""

    on: date
    planned: str
    made: str


class ContributionLine(Schema):
    """A contribution; ``worth`` says whether the parties' valuations agree."""

    id: str
    party: str
    field: str
    kind: str
    title: Texts
    sums: SumsLine
    worth: Literal["none", "one_sided", "differs", "agreed"]
    by_party: list[PartyWorthLine]
    agreed: list[ValueLine]
    course: list[StepLine]


class ReceivedLine(Schema):
    """What was recorded of a benefit in one unit."""

    unit: str
    made: str
    acknowledged: str
    contested: str
    unanswered: str


class BenefitBalance(Schema):
    """A benefit: its metric's value, where there is one, and what was recorded."""

    id: str
    party: str
    field: str
    title: Texts
    metric: str
    value: str | None
    unit: str | None
    evidence: str | None
    received: list[ReceivedLine]


class PartyBalanceLine(Schema):
    """A party's side. Only money of one currency is summed, and only what both value alike."""

    party: str
    name: Texts
    is_ours: bool
    money: list[SumsLine]
    agreed: list[ValueLine]
    lines: list[ContributionLine]
    benefits: list[BenefitBalance]


class BalanceAnswer(Schema):
    """Both sides on a day, one's own first."""

    day: date
    parties: list[PartyBalanceLine]
