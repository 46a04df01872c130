"""The page on which a draft of the next version comes in."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from unipact.agreement.roles import Act
from unipact.agreement.services import agreement_import
from unipact.agreement.views.filled import Filled, filled, said
from unipact.agreement.views.here import here_of
from unipact.errors import Conflict, Finding, Invalid

#: An agreement file is text that people read; the example has 60 KiB.
_MOST_KIB = 1024


@require_http_methods(["GET", "HEAD", "POST"])
def import_page(request: HttpRequest, agreement: str) -> HttpResponse:
    """Take an agreement file as the party's own draft; what is wrong is named line by line."""
    here = here_of(request, agreement)
    here.actor.require(Act.AGREEMENT_IMPORT)
    if request.method != "POST":
        return render(request, "agreement/draft.html", {"form": Filled()})
    now = timezone.now()
    try:
        version = agreement_import(
            actor=here.actor, content=content_of(request), now=now, agreement=here.slug
        )
    except (Invalid, Conflict) as error:
        form = filled(request, error, ("file",))
        # What is wrong in the file keeps its place, and the words of `unipact check`.
        findings = [each for each in error.findings if each.where != "file"]
        context = {"form": form, "findings": findings, "refusal": said(error.message)}
        return render(request, "agreement/draft.html", context, status=form.status)
    if version.imported_at == now:
        text = _("Version %(n)s is here as your party's own draft.")
    else:
        text = _("These terms are here already, as version %(n)s.")
    messages.success(request, text % {"n": version.n})
    return redirect("agreement:agreement", agreement=here.slug)


def content_of(request: HttpRequest) -> bytes:
    """The bytes of the agreement file that was chosen in a form.

    Raises:
        Invalid: none was chosen, or it is larger than any agreement.
    """
    file = request.FILES.get("file")
    if file is None:
        finding = Finding("file", "no file is chosen", "Choose one.")
        raise Invalid("no file is chosen", findings=[finding])
    if (file.size or 0) > _MOST_KIB * 1024:
        finding = Finding("file", f"the file is larger than {_MOST_KIB} KiB")
        raise Invalid("the file is too large", findings=[finding])
    content: bytes = file.read()
    return content
