"""What the parties say to the ledger: answers to what the other recorded, and valuations."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from unipact.agreement.engine.currencies import CURRENCIES
from unipact.agreement.engine.money import Money
from unipact.agreement.models import Acknowledgement, LedgerAnswer, Valuation
from unipact.agreement.roles import Actor
from unipact.agreement.services.ledger_desk import desk_of, note_of, transaction_found, wrong
from unipact.agreement.services.ledger_log import transaction_entered
from unipact.errors import Conflict


def transaction_acknowledge(
    *,
    actor: Actor | None,
    agreement: str,
    number: int,
    party: str | None = None,
    now: datetime,
) -> Acknowledgement:
    """Acknowledge what the other party recorded; the same answer twice is kept once.

    Who: roles with ``ledger_record`` of the party that did not record it; the command line
    (``actor`` None) names the ``party``.

    Raises:
        NotPermitted: the role may not.
        NotFound: there is no such agreement or transaction.
        Conflict: one's own party recorded it, or it was taken back.
    """
    return _answer(actor, agreement, number, LedgerAnswer.ACKNOWLEDGED, "", party, now)


def transaction_contest(
    *,
    actor: Actor | None,
    agreement: str,
    number: int,
    reason: str,
    party: str | None = None,
    now: datetime,
) -> Acknowledgement:
    """Contest what the other party recorded, with the reason; it stays, and is shown as contested.

    Who: as ``transaction_acknowledge``. A later acknowledgement settles it.

    Raises:
        NotPermitted: the role may not.
        NotFound: there is no such agreement or transaction.
        Conflict: one's own party recorded it, or it was taken back.
        Invalid: there is no reason.
    """
    return _answer(actor, agreement, number, LedgerAnswer.CONTESTED, reason, party, now)


def valuation_state(
    *,
    actor: Actor | None,
    agreement: str,
    contribution: str,
    amount: str,
    currency: str,
    from_on: date,
    reason: str,
    party: str | None = None,
    now: datetime,
) -> Valuation:
    """State what one whole unit of a contribution in kind is worth to one's own party.

    Who: roles with ``ledger_record``, on contributions of either party; the command line (``actor``
    None) names the ``party``. It holds from ``from_on`` until a later one; nothing is overwritten.

    Raises:
        NotPermitted: the role may not.
        NotFound: the party has no such agreement.
        Conflict: no version of it is in force.
        Invalid: the contribution is unknown or money, the amount is below zero or finer than the
            currency, the day lies before the signing, or there is no reason.
    """
    with transaction.atomic():
        desk = desk_of(actor, agreement, party, now)
        planned = desk.contribution(contribution)
        if planned.kind == "money":
            raise wrong("contribution", "money needs no valuation")
        if currency not in CURRENCIES:
            raise wrong("currency", "it is no ISO 4217 currency", "Like CNY.")
        worth = Money.of(amount.strip(), currency)
        if worth.minor < 0:
            raise wrong("amount", "it is below zero")
        if from_on < desk.terms.signed_on:
            raise wrong("from_on", f"it lies before the signing ({desk.terms.signed_on})")
        stated: Valuation = Valuation.objects.create(
            agreement=desk.agreement,
            contribution=planned.id,
            unit=planned.unit,
            valued_by=desk.party,
            minor=worth.minor,
            currency=worth.currency,
            from_on=from_on,
            reason=note_of(reason, where="reason", is_needed=True),
            stated_at=now,
        )
        return stated


def _answer(
    actor: Actor | None,
    agreement: str,
    number: int,
    answer: LedgerAnswer,
    reason: str,
    party: str | None,
    now: datetime,
) -> Acknowledgement:
    with transaction.atomic():
        desk = desk_of(actor, agreement, party, now)
        made = transaction_found(desk, number)
        reason = note_of(reason, where="reason", is_needed=answer == LedgerAnswer.CONTESTED)
        if made.recorded_by_id == desk.party.pk:
            raise Conflict("the other party answers what one's own party recorded")
        if made.reverses_id is None and hasattr(made, "reversed_by"):
            raise Conflict(f"transaction {number} was taken back")
        latest: Acknowledgement | None = made.acknowledgements.order_by("-id").first()
        if latest is not None and (latest.answer, latest.reason) == (answer.value, reason):
            return latest
        said: Acknowledgement = Acknowledgement.objects.create(
            transaction=made,
            party=desk.party,
            answer=answer.value,
            reason=reason,
            answered_at=now,
        )
        is_contest = answer == LedgerAnswer.CONTESTED
        transaction_entered(
            made,
            party=desk.party,
            decision="contest" if is_contest else "acknowledge",
            reason=reason,
            may_sign=desk.may_sign,
            now=now,
        )
        return said
