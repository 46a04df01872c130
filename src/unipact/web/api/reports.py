"""The report of a year, in the forms that people and programs read."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Literal

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router
from pydantic import Field

from unipact.agreement.api.asking import asking, standing
from unipact.agreement.api.forms import Id, Strict, answers
from unipact.agreement.queries.report.edition import Edition, edition_of, in_year, require_one
from unipact.agreement.queries.report.form import report_json
from unipact.agreement.queries.report.pages import report_html
from unipact.agreement.queries.report.pdf import report_pdf
from unipact.agreement.roles import Act
from unipact.web.lake import attributions
from unipact.web.throttle import HEAVY_WORK, take

router = Router(tags=["reports"])


class ReportAsked(Strict):
    """Which report; the latest unless a day or a year is named."""

    as_of: date | None = Field(None, description="A day that was evaluated.")
    year: int | None = Field(None, ge=1900, le=9999, description="Its latest evaluation.")


class SpokenReportAsked(ReportAsked):
    """Which report, and in which language."""

    language: Literal["en", "zh"] = "zh"


def _file(kind: str) -> dict[str, object]:
    schema = {"type": "string", "format": "binary"}
    return {"responses": {200: {"description": "OK", "content": {kind: {"schema": schema}}}}}


@router.get(
    "/agreements/{agreement}/report.json", summary="The report", openapi_extra=answers("report")
)
def report(request: HttpRequest, agreement: Id, asked: Query[ReportAsked]) -> HttpResponse:
    """Commitments, forecasts, evidence, methods, and what could not be decided; both languages."""
    content = report_json(_edition(request, agreement, asked))
    return HttpResponse(content, content_type="application/json")


@router.get(
    "/agreements/{agreement}/report.pdf",
    summary="The report to print",
    openapi_extra=_file("application/pdf"),
)
def report_to_print(
    request: HttpRequest, agreement: Id, asked: Query[SpokenReportAsked]
) -> HttpResponse:
    """The same as a tagged PDF in one language.

    One that was not made before takes seconds, and counts like an evaluation.
    """
    edition = _edition(request, agreement, asked)
    permit = partial(take, HEAVY_WORK, asking(request).party, now=timezone.now())
    content = report_pdf(edition, asked.language, attributions(), before_making=permit)
    return HttpResponse(content, content_type="application/pdf")


@router.get(
    "/agreements/{agreement}/report.html",
    summary="The report to read",
    openapi_extra=_file("text/html"),
)
def report_to_read(
    request: HttpRequest, agreement: Id, asked: Query[SpokenReportAsked]
) -> HttpResponse:
    """The same as one file for a browser, in one language."""
    edition = _edition(request, agreement, asked)
    content = report_html(edition, asked.language, attributions())
    answer = HttpResponse(content, content_type="text/html; charset=utf-8")
    # A file with styles of its own, which no page of the console may have.
    answer.headers["Content-Disposition"] = f'attachment; filename="{edition.file_stem}.html"'
    return answer


def _edition(request: HttpRequest, agreement: str, asked: ReportAsked) -> Edition:
    require_one(asked.as_of, asked.year)
    here = standing(request, agreement, asked.as_of)
    here.actor.require(Act.REPORT_SEE)
    return edition_of(in_year(here, asked.year))
