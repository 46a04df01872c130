"""The pages of the spine: parse the request, ask a query, answer."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from unipact.agreement.queries.commitments import (
    commitment_found,
    commitment_rows,
    counted,
    current_period,
    field_found,
    side_of,
)
from unipact.agreement.queries.history import history_chart
from unipact.agreement.queries.milestones import milestone_line
from unipact.agreement.queries.standpoint import Standpoint, actor_of, standpoint_of
from unipact.errors import Finding, Invalid


def here_of(request: HttpRequest, agreement: str | None = None) -> Standpoint:
    """The reader's standpoint; the layout finds it on the request.

    Raises:
        Invalid: ``as_of`` in the address is no date.
        NotPermitted, NotFound: as ``standpoint_of``.
    """
    asked = request.GET.get("as_of")
    try:
        as_of = date.fromisoformat(asked) if asked else None
    except ValueError as error:
        raise Invalid(
            "the day is wrong", findings=[Finding("as_of", "it is no day", "Write 2019-12-31.")]
        ) from error
    actor = actor_of(request.user.pk, request.user.get_username())
    here = standpoint_of(actor, agreement=agreement, as_of=as_of)
    request.standpoint = here  # type: ignore[attr-defined]
    return here


@require_GET
def commitments_page(request: HttpRequest, agreement: str) -> HttpResponse:
    """Every commitment, filtered by standing where the address says so."""
    here = here_of(request, agreement)
    rows = commitment_rows(here.document, here.actor.party) if here.document else ()
    counts = counted(rows)
    chosen = request.GET.get("standing", "")
    shown = [row for row in rows if row.standing == chosen] if chosen in counts else list(rows)
    return render(
        request,
        "agreement/commitments.html",
        {"rows": shown, "counts": counts, "chosen": chosen, "total": len(rows)},
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
        },
    )
