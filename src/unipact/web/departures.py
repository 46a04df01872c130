"""Leaving with everything: the page, and the archive that it gives; the lake's rows are in it."""

from __future__ import annotations

from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from unipact.agreement.queries.leaving import may_leave_with
from unipact.agreement.roles import Act
from unipact.agreement.views import here_of
from unipact.web.departing import archive_file


@require_http_methods(["GET", "HEAD", "POST"])
def leaving_page(request: HttpRequest, agreement: str) -> HttpResponseBase:
    """What one would leave with, and what not; a form takes it along."""
    here = here_of(request, agreement)
    is_there = may_leave_with(here)
    if request.method != "POST" or not is_there:
        context = {
            "is_there": is_there,
            "may_manage_tokens": here.actor.may(Act.TOKENS_MANAGE),
        }
        return render(request, "agreement/leaving.html", context)
    made = archive_file(here.actor, here.slug, now=timezone.now())
    return FileResponse(
        made, as_attachment=True, filename=made.name_asked, content_type="application/x-tar"
    )
