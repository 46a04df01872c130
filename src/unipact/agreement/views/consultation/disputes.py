"""Opening and closing disputes, and giving notice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from unipact.agreement.queries.commitments import commitment_found
from unipact.agreement.queries.consultation import (
    DisputeRow,
    consultation_of,
    disputes_of,
    notices_of,
)
from unipact.agreement.queries.standpoint import Standpoint
from unipact.agreement.roles import Act
from unipact.agreement.services.consultation import dispute_close, dispute_open, notice_give
from unipact.agreement.views.consultation.acting import answered, day_in, refused, signer_of
from unipact.agreement.views.consultation.shown import ground
from unipact.agreement.views.filled import Filled
from unipact.agreement.views.here import here_of
from unipact.errors import Conflict, Finding, Invalid, NotFound

_FORMS = ["GET", "HEAD", "POST"]


@require_http_methods(_FORMS)
def dispute_page(request: HttpRequest, agreement: str, commitment: str) -> HttpResponse:
    """Open a dispute on a period of a commitment."""
    here = here_of(request, agreement)
    here.actor.require(Act.ACT_SIGN)
    found = commitment_found(here, commitment)
    form = Filled({"period": request.GET.get("period", found["current_period"])})
    if request.method == "POST":
        try:
            done = dispute_open(
                signer=signer_of(here),
                agreement=here.slug,
                commitment=commitment,
                period=_period(request, found),
                reason=request.POST.get("reason", ""),
                now=timezone.now(),
            )
        except (Invalid, Conflict) as error:
            form = refused(request, error, ("period", "reason"), {})
        else:
            said = _("The dispute is open; it is closed when both parties close it.")
            return answered(
                request, here, done, said, "agreement:commitment", commitment=commitment
            )
    context = {**_ground(here), "commitment": found, "form": form}
    return render(request, "agreement/consultation/dispute.html", context, status=form.status)


@require_http_methods(_FORMS)
def closing_page(request: HttpRequest, agreement: str, dispute: str) -> HttpResponse:
    """Close a dispute for one's party; it is closed when both did."""
    here = here_of(request, agreement)
    here.actor.require(Act.ACT_SIGN)
    found = _dispute(here, dispute)
    form = Filled()
    if request.method == "POST":
        try:
            done = dispute_close(
                signer=signer_of(here),
                agreement=here.slug,
                dispute=dispute,
                reason=request.POST.get("reason", ""),
                now=timezone.now(),
            )
        except (Invalid, Conflict) as error:
            form = refused(request, error, ("reason",), {})
        else:
            said = _("Your party closes the dispute; it is closed when both parties did.")
            return answered(request, here, done, said, "agreement:consultation")
    context = {**_ground(here), "dispute": found, "form": form}
    return render(request, "agreement/consultation/closing.html", context, status=form.status)


@require_http_methods(_FORMS)
def notice_page(request: HttpRequest, agreement: str) -> HttpResponse:
    """Give notice by a clause of the agreement: to leave, or that it shall not renew."""
    here = here_of(request, agreement)
    here.actor.require(Act.ACT_SIGN)
    form = Filled()
    if request.method == "POST":
        try:
            done = notice_give(
                signer=signer_of(here),
                agreement=here.slug,
                clause=_clause(request),
                on=day_in(request, "on"),
                now=timezone.now(),
            )
        except (Invalid, Conflict) as error:
            form = refused(request, error, ("clause", "on"), {})
        else:
            said = _("The notice is given.")
            return answered(request, here, done, said, "agreement:consultation")
    notices = notices_of(here, now=timezone.now())
    context = {**_ground(here), "notices": notices, "form": form}
    return render(request, "agreement/consultation/notice.html", context, status=form.status)


def _ground(here: Standpoint) -> dict[str, Any]:
    found = consultation_of(here, now=timezone.now())
    return {**ground(here), "is_key_inside": found.is_key_inside}


def _dispute(here: Standpoint, dispute: str) -> DisputeRow:
    found = disputes_of(here, now=timezone.now())
    for each in found:
        if each.id == dispute:
            return each
    raise NotFound("there is no such dispute")


def _period(request: HttpRequest, commitment: Mapping[str, Any]) -> str:
    """The period that was chosen; the log itself takes any name, so it is checked here."""
    asked = request.POST.get("period", "")
    if asked not in {each["id"] for each in commitment["periods"]}:
        finding = Finding("period", "nothing is chosen", "Choose one.")
        raise Invalid("nothing is chosen", findings=[finding])
    return asked


def _clause(request: HttpRequest) -> str:
    clause = request.POST.get("clause", "")
    if not clause:
        finding = Finding("clause", "nothing is chosen", "Choose one.")
        raise Invalid("nothing is chosen", findings=[finding])
    return clause
