"""Asking for an evaluation from a page."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from unipact.agreement.views import here_of
from unipact.web.evaluate import evaluation_make


@require_POST
def evaluate(request: HttpRequest, agreement: str) -> HttpResponse:
    """Compute every commitment at what the lake holds now, and show the page again."""
    here = here_of(request, agreement)
    made = evaluation_make(here, as_of=None, now=timezone.now())
    messages.success(request, _("Evaluated as of %(day)s.") % {"day": made.as_of})
    return redirect("agreement:agreement", agreement=made.slug)
