"""The pages of the spine: parse the request, ask a query, answer."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from unipact.agreement.queries.commitments import (
    commitment_found,
    commitment_rows,
    counted,
    current_period,
    field_found,
    side_of,
)
from unipact.agreement.queries.consultation import DisputeRow, disputes_of
from unipact.agreement.queries.consultation.marks import marks_of
from unipact.agreement.queries.history import history_chart
from unipact.agreement.queries.milestones import milestone_line
from unipact.agreement.queries.overview import term
from unipact.agreement.queries.standpoint import Standpoint, document_bytes
from unipact.agreement.queries.terms import contribution_rows, terms_of, version_named, version_rows
from unipact.agreement.roles import Act
from unipact.agreement.services import agreement_export
from unipact.agreement.views.here import here_of

_SIDES = {"owed": {"owed", "both"}, "due": {"due"}}


@require_GET
def commitments_page(request: HttpRequest, agreement: str) -> HttpResponse:
    """Every commitment, filtered by standing where the address says so."""
    here = here_of(request, agreement)
    rows = commitment_rows(here.document, here.actor.party) if here.document else ()
    counts = counted(rows)
    chosen = request.GET.get("standing", "")
    side = request.GET.get("side", "")
    shown = [row for row in rows if row.standing == chosen] if chosen in counts else list(rows)
    if side in _SIDES:
        shown = [row for row in shown if row.side in _SIDES[side]]
    return render(
        request,
        "agreement/commitments.html",
        {
            "rows": shown,
            "counts": counts,
            "chosen": chosen,
            "side": side,
            "total": len(rows),
            "marks": marks_of(here, now=timezone.now()),
        },
    )


@require_GET
def commitment_page(request: HttpRequest, agreement: str, commitment: str) -> HttpResponse:
    """One commitment: its promise, where it stands and why, and what that rests on."""
    here = here_of(request, agreement)
    found = commitment_found(here, commitment)
    period = current_period(found)
    return render(
        request,
        "agreement/commitment.html",
        {
            "commitment": found,
            "period": period,
            "field": field_found(here, found["field"]),
            "side": side_of(found, here.actor.party),
            "chart": history_chart(found, period),
            "milestones": milestone_line(found, here.document),
            "marks": marks_of(here, now=timezone.now()),
            "disputes": _disputed(here, commitment),
            "may_dispute": here.actor.may(Act.ACT_SIGN),
        },
    )


def _disputed(here: Standpoint, commitment: str) -> list[DisputeRow]:
    """The open disputes on a commitment, for those who may see the log."""
    if not here.actor.may(Act.LOG_SEE):
        return []
    found = disputes_of(here, now=timezone.now())
    return [each for each in found if each.is_open and each.commitment == commitment]


@require_GET
def agreement_page(request: HttpRequest, agreement: str) -> HttpResponse:
    """The agreement: what was agreed, in which versions, who brings and expects what."""
    here = here_of(request, agreement)
    document = here.document
    return render(
        request,
        "agreement/agreement.html",
        {
            "terms": terms_of(here),
            "versions": version_rows(here),
            "term": document and term(document),
            "contributions": document and contribution_rows(document, document["contributions"]),
            "benefits": document and document["benefits"],
            "may_import": here.actor.may(Act.AGREEMENT_IMPORT),
        },
    )


@require_GET
def original(request: HttpRequest, agreement: str, n: int) -> HttpResponse:
    """The agreement file, byte for byte as it was imported."""
    here = here_of(request, agreement)
    content = agreement_export(
        actor=here.actor, version=version_named(here.slug, n, actor=here.actor)
    )
    response = HttpResponse(content, content_type="application/toml")
    name = f"{agreement}-v{n}.toml"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_GET
def run_document(request: HttpRequest, agreement: str) -> HttpResponse:
    """The run document that the pages read, byte for byte: what ``unipact verify`` takes."""
    here = here_of(request, agreement)
    here.actor.require(Act.EVIDENCE_SEE)
    response = HttpResponse(document_bytes(here), content_type="application/json")
    name = f"run-{here.slug}-{here.as_of}.json"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_GET
def field_page(request: HttpRequest, agreement: str, field: str) -> HttpResponse:
    """A field or flow: its commitments, what is brought to it and what is expected of it."""
    here = here_of(request, agreement)
    found = field_found(here, field)
    document = here.document or {}
    rows = [row for row in commitment_rows(document, here.actor.party) if row.field["id"] == field]
    return render(
        request,
        "agreement/field.html",
        {
            "field": found,
            "rows": rows,
            "marks": marks_of(here, now=timezone.now()),
            "counts": counted(rows),
            "is_running": any(row.is_measured for row in rows),
            "contributions": contribution_rows(
                document, [each for each in document["contributions"] if each["field"] == field]
            ),
            "benefits": [each for each in document["benefits"] if each["field"] == field],
        },
    )
