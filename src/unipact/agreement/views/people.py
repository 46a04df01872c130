"""The page of the people, and what may be done to them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from unipact.agreement.queries.people import ACCESS_PAGE, accesses, people
from unipact.agreement.roles import Act
from unipact.agreement.views.here import here_of


@require_GET
def people_page(request: HttpRequest, agreement: str) -> HttpResponse:
    """Who acts for the parties; and, for officers, what the other party read of ours."""
    here = here_of(request, agreement)
    here.actor.require(Act.PEOPLE_SEE)
    before = request.GET.get("before", "")
    lines = (
        accesses(here, before=int(before) if before.isdecimal() else None)
        if here.actor.may(Act.ACCESS_LOG_SEE)
        else ()
    )
    return render(
        request,
        "agreement/people.html",
        {
            "parties": people(here),
            "accesses": lines,
            "next_before": lines[-1].id if len(lines) == ACCESS_PAGE else None,
        },
    )
