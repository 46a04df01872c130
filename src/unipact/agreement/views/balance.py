"""The pages of the balance: both sides, one transaction, and the forms of who may record."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from unipact.agreement.models import VersionState
from unipact.agreement.queries.balance import balance
from unipact.agreement.queries.balance_picture import course_pictures, drawing
from unipact.agreement.queries.ledger import (
    TRANSACTION_PAGE,
    answer_rows,
    transaction_row,
    transaction_rows,
    valuation_rows,
)
from unipact.agreement.queries.standpoint import Standpoint
from unipact.agreement.queries.terms import terms_of
from unipact.agreement.roles import Act
from unipact.agreement.services import (
    benefit_record,
    contribution_record,
    transaction_acknowledge,
    transaction_contest,
    transaction_reverse,
    valuation_state,
)
from unipact.agreement.views.filled import Filled, filled, page_asked
from unipact.agreement.views.here import here_of, post_or_back
from unipact.errors import Conflict, Finding, Invalid

_RECORD = ("subject", "amount", "unit", "happened_on", "note")
_VALUE = ("contribution", "amount", "currency", "from_on", "reason")


@require_GET
def balance_page(request: HttpRequest, agreement: str) -> HttpResponse:
    """What each party gave and got, beside the plan, over time, and the records behind it."""
    here = here_of(request, agreement)
    terms = terms_of(here)
    found = balance(here, day=here.as_of if request.GET.get("as_of") else None)
    rows = transaction_rows(here, before=page_asked(request))
    in_kind = [line for side in found.parties for line in side.lines if line.kind != "money"]
    context = {
        "balance": found,
        "terms": terms,
        "party_names": {each.party: each.name for each in found.parties},
        "courses": course_pictures(found, terms),
        "drawings": {
            line.id: drawing(line, terms.term, found.day)
            for side in found.parties
            for line in side.lines
        },
        # What nobody values yet is one sentence, not a table of dashes.
        "valued": [line for line in in_kind if line.by_party],
        "unvalued": [line for line in in_kind if not line.by_party],
        "rows": rows,
        "next_before": rows[-1].number if len(rows) == TRANSACTION_PAGE else None,
        "may_record": _may_record(here),
    }
    return render(request, "agreement/balance.html", context)


@require_GET
def transaction_page(request: HttpRequest, agreement: str, number: int) -> HttpResponse:
    """One transaction: what it says, what the other party says to it, and its hash."""
    return _transaction(request, here_of(request, agreement), number)


@require_http_methods(["GET", "HEAD", "POST"])
def record_page(request: HttpRequest, agreement: str) -> HttpResponse:
    """Record a contribution that one's own party made, or a benefit that it received."""
    here = here_of(request, agreement)
    here.actor.require(Act.LEDGER_RECORD)
    form = Filled({"subject": request.GET.get("subject", "")})
    if request.method == "POST":
        try:
            made = _record(request, here)
        except (Invalid, Conflict) as error:
            form = filled(request, _about_subject(error), _RECORD)
        else:
            messages.success(request, _("No. %(n)s is recorded.") % {"n": made})
            return redirect("agreement:transaction", agreement=here.slug, number=made)
    terms = terms_of(here)
    context = {
        "form": form,
        "contributions": [each for each in terms.contributions if each.party == here.actor.party],
        "benefits": [each for each in terms.benefits if each.party == here.actor.party],
        "currency": _currency(here),
    }
    return render(request, "agreement/record.html", context, status=form.status)


@require_http_methods(["GET", "HEAD", "POST"])
def value_page(request: HttpRequest, agreement: str) -> HttpResponse:
    """State what one unit of a contribution in kind is worth to one's own party."""
    here = here_of(request, agreement)
    here.actor.require(Act.LEDGER_RECORD)
    terms = terms_of(here)
    form = Filled(
        {"contribution": request.GET.get("contribution", ""), "currency": _currency(here)}
        | {"from_on": terms.term.start.isoformat()}
    )
    if request.method == "POST":
        try:
            valuation_state(
                actor=here.actor,
                agreement=here.slug,
                contribution=request.POST.get("contribution", ""),
                amount=request.POST.get("amount", ""),
                currency=request.POST.get("currency", "").strip(),
                from_on=_day(request, "from_on"),
                reason=request.POST.get("reason", ""),
                now=timezone.now(),
            )
        except (Invalid, Conflict) as error:
            form = filled(request, error, _VALUE)
        else:
            messages.success(request, _("The valuation is stated."))
            return redirect("agreement:balance", agreement=here.slug)
    context = {
        "form": form,
        "contributions": [each for each in terms.contributions if each.kind != "money"],
        "party_names": {
            each.id: {"en": each.name.en, "zh": each.name.zh} for each in terms.parties
        },
        "stated": valuation_rows(here)[::-1],
    }
    return render(request, "agreement/value.html", context, status=form.status)


@post_or_back("agreement:balance", Act.LEDGER_RECORD)
def answer(request: HttpRequest, agreement: str, number: int) -> HttpResponse:
    """Acknowledge or contest what the other party recorded."""

    def act(here: Standpoint) -> str:
        given: dict[str, Any] = {"actor": here.actor, "agreement": here.slug, "number": number}
        if request.POST.get("answer") == "acknowledged":
            transaction_acknowledge(**given, now=timezone.now())
            return _("No. %(n)s is acknowledged.") % {"n": number}
        reason = request.POST.get("reason", "")
        transaction_contest(**given, reason=reason, now=timezone.now())
        return _("No. %(n)s is contested.") % {"n": number}

    return _acted(request, agreement, number, act, "reason")


@post_or_back("agreement:balance", Act.LEDGER_RECORD)
def take_back(request: HttpRequest, agreement: str, number: int) -> HttpResponse:
    """Reverse what one's own party recorded."""

    def act(here: Standpoint) -> str:
        made = transaction_reverse(
            actor=here.actor,
            agreement=here.slug,
            number=number,
            reason=request.POST.get("reason", ""),
            now=timezone.now(),
        )
        said = _("No. %(n)s is taken back by no. %(other)s.")
        return said % {"n": number, "other": made.n}

    return _acted(request, agreement, number, act, "reason")


def _acted(
    request: HttpRequest,
    agreement: str,
    number: int,
    act: Callable[[Standpoint], str],
    field: str,
) -> HttpResponse:
    here = here_of(request, agreement)
    here.actor.require(Act.LEDGER_RECORD)
    try:
        messages.success(request, act(here))
    except (Invalid, Conflict) as error:
        return _transaction(request, here, number, filled(request, error, (field,)))
    return redirect("agreement:transaction", agreement=here.slug, number=number)


def _transaction(
    request: HttpRequest, here: Standpoint, number: int, form: Filled | None = None
) -> HttpResponse:
    form = form or Filled()
    row = transaction_row(here, number)
    is_ours = row.recorded_by == here.actor.party
    may_record = _may_record(here)
    terms = terms_of(here)
    context = {
        "row": row,
        "answers": answer_rows(here, number),
        "form": form,
        "is_ours": is_ours,
        "may_answer": may_record and not is_ours and row.reversed_by is None,
        "may_take_back": may_record and is_ours and row.is_standing,
        "party_names": {
            each.id: {"en": each.name.en, "zh": each.name.zh} for each in terms.parties
        },
        "field_names": {each.id: {"en": each.name.en, "zh": each.name.zh} for each in terms.fields},
    }
    return render(request, "agreement/transaction.html", context, status=form.status)


def _record(request: HttpRequest, here: Standpoint) -> int:
    """Record what the form says; the number of the transaction."""
    kind, _colon, name = request.POST.get("subject", "").partition(":")
    unit = request.POST.get("unit", "").strip()
    given: dict[str, Any] = {
        "actor": here.actor,
        "agreement": here.slug,
        "amount": request.POST.get("amount", ""),
        "note": request.POST.get("note", ""),
        "now": timezone.now(),
    }
    if kind == "benefit":
        happened_on = _day(request, "happened_on")
        return benefit_record(benefit=name, unit=unit, happened_on=happened_on, **given).n
    if kind != "contribution":
        finding = Finding("subject", "nothing is chosen", "Choose one.")
        raise Invalid("nothing is chosen", findings=[finding])
    planned = next((each for each in terms_of(here).contributions if each.id == name), None)
    if unit and planned is not None and unit != planned.unit:
        finding = Finding("unit", "a contribution has the unit of the agreement", "Leave it empty.")
        raise Invalid("this cannot be recorded", findings=[finding])
    return contribution_record(
        contribution=name, happened_on=_day(request, "happened_on"), **given
    ).n


def _about_subject(error: Invalid | Conflict) -> Invalid | Conflict:
    """The same refusal; what is said of the contribution or benefit stands at the one choice."""
    findings = [
        Finding("subject", each.what, each.mend)
        if each.where in {"contribution", "benefit"}
        else each
        for each in error.findings
    ]
    return type(error)(error.message, findings=findings)


def _day(request: HttpRequest, name: str) -> date:
    text = request.POST.get(name, "").strip()
    # Only 2019-12-31: the standard library reads week dates and bare digits as well.
    if len(text) == len("2019-12-31"):
        with suppress(ValueError):
            return date.fromisoformat(text)
    finding = Finding(name, "it is no day", "Write 2019-12-31.")
    raise Invalid("the day is wrong", findings=[finding])


def _currency(here: Standpoint) -> str:
    """The currency that most of the agreement's money is in."""
    units = [each.unit for each in terms_of(here).contributions if each.kind == "money"]
    return max(units, key=units.count, default="CNY")


def _may_record(here: Standpoint) -> bool:
    return here.actor.may(Act.LEDGER_RECORD) and here.version.state == VersionState.IN_FORCE
