"""The ledger: what each party gave and got, what the other says to it, and what it is worth."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router, Status

from unipact.agreement.api.asking import asking, standing
from unipact.agreement.api.forms import Before, Id, Number
from unipact.agreement.api.ledger_forms import (
    AnswerAsked,
    BalanceAnswer,
    BalanceAsked,
    LedgerExportAsked,
    ReversalAsked,
    TransactionAsked,
    TransactionLine,
    Transactions,
    ValuationAsked,
    ValuationLine,
    Valuations,
)
from unipact.agreement.formats.ledger import beancount_text, csv_text
from unipact.agreement.queries.balance import balance
from unipact.agreement.queries.balance_shapes import Balance
from unipact.agreement.queries.ledger import (
    TRANSACTION_PAGE,
    TransactionRow,
    exported,
    transaction_document_of,
    transaction_row,
    transaction_rows,
    valuation_rows,
)
from unipact.agreement.roles import Act
from unipact.agreement.services import (
    benefit_record,
    contribution_record,
    transaction_acknowledge,
    transaction_contest,
    transaction_reverse,
    valuation_state,
)
from unipact.errors import Finding, Invalid

router = Router(tags=["ledger"])

_AT = "/agreements/{agreement}/ledger/transactions"
_TYPES = {"beancount": "text/plain; charset=utf-8", "csv": "text/csv; charset=utf-8"}
_TEXT = {"schema": {"type": "string"}}


@router.get(
    "/agreements/{agreement}/balance", response=BalanceAnswer, summary="What each gave and got"
)
def balance_of(request: HttpRequest, agreement: Id, asked: Query[BalanceAsked]) -> Balance:
    """Planned, made and outstanding, each in its own unit; benefits beside them."""
    return balance(standing(request, agreement), day=asked.day)


@router.get(_AT, response=Transactions, summary="The transactions of the ledger")
def transactions(request: HttpRequest, agreement: Id, asked: Query[Before]) -> dict[str, Any]:
    """What either party recorded, and what the other says to it. Nothing is ever changed."""
    rows = transaction_rows(standing(request, agreement), before=asked.before)
    return {
        "items": rows,
        "next": rows[-1].number if len(rows) == TRANSACTION_PAGE else None,
    }


@router.post(_AT, response={201: TransactionLine}, summary="Record a contribution or a benefit")
def transaction_record(request: HttpRequest, agreement: Id, asked: TransactionAsked) -> Any:
    """Of one's own party. The other party has not acknowledged it by that."""
    actor, now = asking(request), timezone.now()
    actor.require(Act.LEDGER_RECORD)
    here = standing(request, agreement)
    if asked.kind == "benefit":
        made = benefit_record(
            actor=actor,
            agreement=here.slug,
            benefit=asked.subject,
            amount=asked.amount,
            unit=asked.unit or "",
            happened_on=asked.happened_on,
            note=asked.note,
            now=now,
        )
    else:
        if asked.unit is not None:
            finding = Finding(
                "unit", "a contribution has the unit of the agreement", "Leave it out."
            )
            raise Invalid("this cannot be recorded", findings=[finding])
        made = contribution_record(
            actor=actor,
            agreement=here.slug,
            contribution=asked.subject,
            amount=asked.amount,
            happened_on=asked.happened_on,
            note=asked.note,
            now=now,
        )
    return Status(201, transaction_row(here, made.n))


@router.get(f"{_AT}/{{number}}", response=TransactionLine, summary="One transaction")
def transaction(request: HttpRequest, agreement: Id, number: Number) -> TransactionRow:
    """With the other party's latest word."""
    return transaction_row(standing(request, agreement), number)


@router.get(
    f"{_AT}/{{number}}/document",
    summary="The document of a transaction",
    openapi_extra={
        "responses": {200: {"content": {"application/json": {"schema": {"type": "object"}}}}}
    },
)
def transaction_document(request: HttpRequest, agreement: Id, number: Number) -> HttpResponse:
    """`unipact-transaction/1`, the canonical bytes (RFC 8785) that `sha256` is of."""
    content = transaction_document_of(standing(request, agreement), number)
    return HttpResponse(content, content_type="application/json")


@router.post(
    f"{_AT}/{{number}}/acknowledgement",
    response={201: TransactionLine},
    summary="Acknowledge or contest",
)
def transaction_answer(
    request: HttpRequest, agreement: Id, number: Number, asked: AnswerAsked
) -> Any:
    """What the other party recorded. The latest answer counts; the same one twice is one."""
    actor, now = asking(request), timezone.now()
    actor.require(Act.LEDGER_RECORD)
    here = standing(request, agreement)
    if asked.answer == "contested":
        transaction_contest(
            actor=actor, agreement=here.slug, number=number, reason=asked.reason, now=now
        )
    else:
        transaction_acknowledge(actor=actor, agreement=here.slug, number=number, now=now)
    return Status(201, transaction_row(here, number))


@router.post(
    f"{_AT}/{{number}}/reversal",
    response={201: TransactionLine},
    summary="Take back what one recorded",
)
def transaction_take_back(
    request: HttpRequest, agreement: Id, number: Number, asked: ReversalAsked
) -> Any:
    """By another transaction that names it; both stay in the ledger."""
    actor = asking(request)
    actor.require(Act.LEDGER_RECORD)
    here = standing(request, agreement)
    made = transaction_reverse(
        actor=actor,
        agreement=here.slug,
        number=number,
        reason=asked.reason,
        now=timezone.now(),
    )
    return Status(201, transaction_row(here, made.n))


@router.get(
    "/agreements/{agreement}/ledger/export",
    summary="The whole ledger as text",
    openapi_extra={"responses": {200: {"content": {"text/plain": _TEXT, "text/csv": _TEXT}}}},
)
def ledger_export(
    request: HttpRequest, agreement: Id, asked: Query[LedgerExportAsked]
) -> HttpResponse:
    """For beancount, which checks every sum by itself, or as CSV with a line for each posting."""
    here = standing(request, agreement)
    found = exported(here.slug, here.actor)
    text = csv_text(found) if asked.format == "csv" else beancount_text(found, title=here.slug)
    return HttpResponse(text, content_type=_TYPES[asked.format])


@router.get(
    "/agreements/{agreement}/valuations", response=Valuations, summary="The parties' valuations"
)
def valuations(request: HttpRequest, agreement: Id) -> dict[str, Any]:
    """Of contributions in kind, side by side; a later one of the same day counts."""
    return {"items": valuation_rows(standing(request, agreement))}


@router.post(
    "/agreements/{agreement}/valuations", response={201: ValuationLine}, summary="State a valuation"
)
def valuation_record(request: HttpRequest, agreement: Id, asked: ValuationAsked) -> Any:
    """One's own party's, of a contribution in kind of either party; nothing is overwritten."""
    actor = asking(request)
    actor.require(Act.LEDGER_RECORD)
    here = standing(request, agreement)
    valuation_state(
        actor=actor,
        agreement=here.slug,
        contribution=asked.contribution,
        amount=asked.amount,
        currency=asked.currency,
        from_on=asked.from_on,
        reason=asked.reason,
        now=timezone.now(),
    )
    rows = valuation_rows(here)
    return Status(201, [each for each in rows if each.party == actor.party][-1])
