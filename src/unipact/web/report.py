"""The report as PDF and JSON: here, because the lake knows who asks to be named as a source."""

from __future__ import annotations

from functools import partial

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from unipact.agreement.queries.report.edition import Edition, edition_of
from unipact.agreement.queries.report.form import report_json
from unipact.agreement.queries.report.pages import language_named
from unipact.agreement.queries.report.pdf import report_pdf
from unipact.agreement.views.report import report_here
from unipact.web.lake import attributions
from unipact.web.throttle import HEAVY_WORK, take


@require_GET
def pdf(request: HttpRequest, agreement: str) -> HttpResponse:
    """The report on paper, in the language of the page or the one that is named.

    One that has to be made takes a permit of the party's heavy work.
    """
    here = report_here(request, agreement)
    edition = edition_of(here)
    language = language_named(request.GET.get("language"))
    permit = partial(take, HEAVY_WORK, here.actor.party, now=timezone.now())
    content = report_pdf(edition, language, attributions(), before_making=permit)
    return _file(content, "application/pdf", f"{edition.file_stem}-{language}.pdf")


@require_GET
def document(request: HttpRequest, agreement: str) -> HttpResponse:
    """The report for programs; it holds both languages, whichever is named."""
    edition: Edition = edition_of(report_here(request, agreement))
    language_named(request.GET.get("language"))
    return _file(report_json(edition), "application/json", f"{edition.file_stem}.json")


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    # A slug and a day: nothing in the name needs quoting.
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return response
