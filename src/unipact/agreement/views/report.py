"""The report of a year, as a page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from unipact.agreement.queries.commitments import commitment_rows
from unipact.agreement.queries.overview import strip, term
from unipact.agreement.queries.report import report_page as report_of
from unipact.agreement.roles import Act
from unipact.agreement.views.here import here_of


@require_GET
def report_page(request: HttpRequest, agreement: str) -> HttpResponse:
    """The report of the period from the term's begin to the as-of day, for print."""
    here = here_of(request, agreement)
    here.actor.require(Act.REPORT_SEE)
    document = here.document
    return render(
        request,
        "agreement/report.html",
        {
            "document": document,
            "report": document and report_of(document, here.actor.party),
            "strip": document and strip(commitment_rows(document, here.actor.party)),
            "term": document and term(document),
        },
    )
