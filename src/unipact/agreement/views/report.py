"""The report of the cooperation as a page; ``web.report`` gives it as PDF and JSON."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.http import require_GET

from unipact.agreement.queries.report.content import report_of
from unipact.agreement.queries.report.edition import edition_of, in_year, require_one
from unipact.agreement.queries.report.pages import body_context, language_named, spoken
from unipact.agreement.queries.standpoint import Standpoint
from unipact.agreement.roles import Act
from unipact.agreement.views.here import here_of
from unipact.errors import Finding, Invalid


def report_here(request: HttpRequest, agreement: str) -> Standpoint:
    """The standpoint before a report: its day by ``as_of``, or the latest of ``year``.

    Raises:
        Invalid: ``as_of`` or ``year`` is wrong, or both are named.
        NotPermitted, NotFound: as ``here_of``; or nothing was evaluated in that year.
    """
    year = request.GET.get("year") or None
    require_one(request.GET.get("as_of") or None, year)
    if year is not None and not (year.isascii() and year.isdecimal() and len(year) == 4):
        finding = Finding("year", "it is no year", "Write 2019.")
        raise Invalid("the year is wrong", findings=[finding])
    here = here_of(request, agreement)
    here.actor.require(Act.REPORT_SEE)
    here = in_year(here, int(year) if year else None)
    request.standpoint = here  # type: ignore[attr-defined]
    return here


@require_GET
def report_page(request: HttpRequest, agreement: str) -> HttpResponse:
    """The report of a reporting year, in the language of the page or the one that is named."""
    here = report_here(request, agreement)
    language = language_named(request.GET.get("language"))
    context = {"language": language, "spoken": spoken(language)}
    if here.evaluation is not None:
        context |= body_context(report_of(edition_of(here)), console=here.slug)
    with translation.override(spoken(language)):
        return render(request, "agreement/report.html", context)
