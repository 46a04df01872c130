"""The ledger: contributions made and benefits received, posted at one go and never changed.

What was recorded wrongly is reversed by another transaction that names it.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from django.db import transaction

from unipact.agreement.engine.fixed_point import digits_of, steps_of
from unipact.agreement.engine.ledger import (
    AccountName,
    Entry,
    LedgerKind,
    PostingLine,
    reversal,
    transfer,
    unbalanced,
)
from unipact.agreement.engine.quantities import same_unit
from unipact.agreement.formats.ledger import note_sha256, transaction_document
from unipact.agreement.models import Account, Evaluation, Posting, Transaction
from unipact.agreement.roles import Actor
from unipact.agreement.services.ledger_desk import (
    Desk,
    day_of,
    desk_of,
    note_of,
    transaction_found,
    wrong,
)
from unipact.agreement.services.ledger_log import transaction_entered
from unipact.errors import Conflict, Invalid, NotFound

# As the schema of agreement files has it.
_UNIT = re.compile(r"[A-Za-z][A-Za-z0-9/-]{0,31}")


@dataclass(frozen=True, slots=True)
class _Told:
    """What a transaction tells, before it has a number."""

    kind: LedgerKind
    subject: str
    party: str
    happened_on: date
    postings: Sequence[PostingLine]
    note: str
    reverses: Transaction | None = None


def contribution_record(
    *,
    actor: Actor | None,
    agreement: str,
    contribution: str,
    amount: str,
    happened_on: date,
    note: str = "",
    party: str | None = None,
    now: datetime,
) -> Transaction:
    """Record that one's own party made (a part of) a contribution, in the contribution's unit.

    Who: roles with ``ledger_record``, for contributions of their own party; the command line
    (``actor`` None) names the ``party``. The other party has not acknowledged it by that.

    Raises:
        NotPermitted: the role may not.
        NotFound: the party has no such agreement.
        Conflict: no version of it is in force.
        Invalid: the contribution is unknown or the other party's, the amount is not above zero or
            finer than the unit is kept, the day is before the signing or after today, or the note
            is no plain text.
    """
    with transaction.atomic():
        desk = desk_of(actor, agreement, party, now)
        planned = desk.contribution(contribution)
        if planned.party != desk.party.slug:
            raise wrong("contribution", "it is the other party's, which records it itself")
        told = _Told(
            "contribution",
            planned.id,
            desk.party.slug,
            day_of(desk, happened_on, now=now),
            _moved(desk, "contribution", planned.field, planned.unit, amount),
            note_of(note),
        )
        return _post(desk, told, now=now)


def benefit_record(
    *,
    actor: Actor | None,
    agreement: str,
    benefit: str,
    amount: str,
    unit: str,
    happened_on: date,
    note: str = "",
    party: str | None = None,
    now: datetime,
) -> Transaction:
    """Record that one's own party got something of a benefit that no metric measures.

    Who: roles with ``ledger_record``, for benefits of their own party; the command line (``actor``
    None) names the ``party``. ``unit`` is a currency or any unit that an agreement may use.

    Raises:
        NotPermitted: the role may not.
        NotFound: the party has no such agreement.
        Conflict: no version of it is in force.
        Invalid: the benefit is unknown or the other party's, its metric measures it in this unit,
            or the amount, unit, day or note is wrong.
    """
    with transaction.atomic():
        desk = desk_of(actor, agreement, party, now)
        named = next((each for each in desk.terms.benefits if each.id == benefit), None)
        if named is None:
            raise wrong("benefit", "the agreement has no such benefit", "Choose one.")
        if named.party != desk.party.slug:
            raise wrong("benefit", "it is the other party's, which records it itself")
        if not _UNIT.fullmatch(unit):
            raise wrong("unit", "it is no unit", "Like CNY, piece or person-month.")
        if unit == "share":
            raise wrong("unit", "shares are not summed", "Record what they are shares of.")
        if _is_measured(desk, benefit, unit):
            raise wrong("unit", "a metric measures it in this unit", "Its value is computed.")
        told = _Told(
            "benefit",
            named.id,
            desk.party.slug,
            day_of(desk, happened_on, now=now),
            _moved(desk, "benefit", named.field, unit, amount),
            note_of(note),
        )
        return _post(desk, told, now=now)


def transaction_reverse(
    *,
    actor: Actor | None,
    agreement: str,
    number: int,
    reason: str,
    party: str | None = None,
    now: datetime,
) -> Transaction:
    """Take back a transaction that one's own party recorded, whole, on the day that it named.

    Who: roles with ``ledger_record`` of the party that recorded it; the command line (``actor``
    None) names the ``party``. Both stay in the ledger.

    Raises:
        NotPermitted: the role may not.
        NotFound: there is no such agreement or transaction.
        Conflict: the other party recorded it, it was reversed already, or is a reversal itself.
        Invalid: there is no reason.
    """
    with transaction.atomic():
        desk = desk_of(actor, agreement, party, now)
        made = transaction_found(desk, number)
        if made.recorded_by_id != desk.party.pk:
            raise Conflict("whoever recorded it takes it back; the other party contests it")
        if made.reverses_id is not None:
            raise Conflict("a reversal is not reversed: record it anew")
        if Transaction.objects.filter(reverses=made).exists():
            raise Conflict(f"transaction {number} was taken back already")
        told = _Told(
            cast("LedgerKind", made.kind),
            made.subject,
            made.party.slug,
            made.happened_on,
            reversal(_lines(made)),
            note_of(reason, where="reason", is_needed=True),
            reverses=made,
        )
        return _post(desk, told, now=now)


def note_erase(*, agreement: str, number: int) -> Transaction:
    """Erase the note of a transaction, for example because it names somebody.

    Who: the command line only. The document and its hash stay as they are: they never held the
    note, only a salted hash of it, and the salt goes too.

    Raises:
        NotFound: there is no such transaction.
    """
    found = Transaction.objects.filter(agreement__slug=agreement, n=number)
    if not found.update(note="", note_salt=""):
        raise NotFound(f"there is no transaction {number} of {agreement}")
    erased: Transaction = found.get()
    return erased


def _moved(
    desk: Desk, kind: LedgerKind, field: str, unit: str, amount: str
) -> tuple[PostingLine, ...]:
    kept = Account.objects.filter(agreement=desk.agreement, unit=unit).first()
    digits = kept.digits if kept else digits_of(unit)
    steps = steps_of(amount.strip(), digits)
    if steps <= 0:
        raise wrong("amount", "an amount is above zero")
    return transfer(kind, party=desk.party.slug, field=field, unit=unit, digits=digits, steps=steps)


def _lines(made: Transaction) -> tuple[PostingLine, ...]:
    return tuple(
        PostingLine(
            AccountName(
                each.account.party.slug,
                each.account.field,
                each.account.kind,
                each.account.unit,
                each.account.digits,
            ),
            each.amount,
        )
        for each in made.postings.select_related("account__party")
    )


def _post(desk: Desk, told: _Told, *, now: datetime) -> Transaction:
    """Write a draft with its postings, and post it."""
    if odd := unbalanced(told.postings):
        raise Invalid(f"the postings do not sum to zero: {odd}")
    last = Transaction.objects.filter(agreement=desk.agreement).order_by("-n").first()
    salt = secrets.token_hex(16) if told.note else ""
    entry = Entry(
        agreement=desk.agreement.slug,
        terms_sha256=desk.version.sha256,
        number=last.n + 1 if last else 1,
        kind=told.kind,
        subject=told.subject,
        party=told.party,
        recorded_by=desk.party.slug,
        happened_on=told.happened_on,
        recorded_at=now,
        postings=tuple(told.postings),
        reverses=told.reverses.sha256 if told.reverses else None,
        note_sha256=note_sha256(salt, told.note) if told.note else None,
    )
    document = transaction_document(entry)
    made: Transaction = Transaction.objects.create(
        agreement=desk.agreement,
        n=entry.number,
        version=desk.version,
        kind=told.kind,
        subject=told.subject,
        party=desk.party,
        recorded_by=desk.party,
        happened_on=told.happened_on,
        note=told.note,
        note_salt=salt,
        reverses=told.reverses,
        recorded_at=now,
        document=document,
        sha256=hashlib.sha256(document).hexdigest(),
    )
    for line in told.postings:
        account, _ = Account.objects.get_or_create(
            agreement=desk.agreement,
            party=desk.party,
            field=line.account.field,
            kind=line.account.kind,
            unit=line.account.unit,
            defaults={"digits": line.account.digits},
        )
        Posting.objects.create(transaction=made, account=account, amount=line.steps)
    Transaction.objects.filter(pk=made.pk).update(posted_at=now)
    made.posted_at = now
    transaction_entered(made, party=desk.party, decision="post", may_sign=desk.may_sign, now=now)
    return made


def _is_measured(desk: Desk, benefit: str, unit: str) -> bool:
    """Whether the latest evaluation measured the benefit in this very unit."""
    latest = Evaluation.objects.filter(version=desk.version).order_by("-as_of", "-made_at").first()
    if latest is None:
        return False
    document: dict[str, Any] = json.loads(bytes(latest.document))
    found = next((each for each in document["benefits"] if each["id"] == benefit), None)
    return (
        found is not None
        and found["value"] is not None
        and same_unit(unit, found["metric"]["unit"])
    )
