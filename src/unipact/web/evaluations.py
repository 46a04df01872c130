"""Asking for an evaluation from a page."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from unipact.agreement.queries.commitments import commitment_rows
from unipact.agreement.queries.overview import changes
from unipact.agreement.queries.standpoint import Standpoint
from unipact.agreement.roles import Act
from unipact.agreement.views import here_of, post_or_back
from unipact.web.evaluate import evaluation_make


@post_or_back("agreement:agreement", Act.EVALUATION_RECORD)
def evaluate(request: HttpRequest, agreement: str) -> HttpResponse:
    """Compute every commitment at what the lake holds now, and show the page again."""
    here = here_of(request, agreement)
    made = evaluation_make(here, as_of=None, now=timezone.now())
    messages.success(request, _said(here, made))
    return redirect("agreement:agreement", agreement=made.slug)


def _said(before: Standpoint, made: Standpoint) -> str:
    """The day, and whether anything came out otherwise than what the reader saw before."""
    if before.document is None or made.document is None:
        return _("Evaluated as of %(day)s.") % {"day": made.as_of}
    n = len(changes(before.document, commitment_rows(made.document, made.actor.party)))
    if n == 0:
        return _("Evaluated as of %(day)s. The result is the same as before.") % {"day": made.as_of}
    said = ngettext(
        "Evaluated as of %(day)s. %(n)s commitment stands or measures otherwise than before.",
        "Evaluated as of %(day)s. %(n)s commitments stand or measure otherwise than before.",
        n,
    )
    return said % {"day": made.as_of, "n": n}
