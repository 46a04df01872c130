"""The demo's open accounts, and the home page of each role."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import get_user_model, login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from unipact.agreement.queries import overview
from unipact.agreement.queries.commitments import commitment_rows, counted
from unipact.agreement.views import here_of
from unipact.errors import NotFound
from unipact.web.demo import DEMO_ACCOUNTS, DemoAccount

_COMING_DAYS = 120


@login_not_required
@require_POST
def demo_sign_in(request: HttpRequest) -> HttpResponse:
    """Enter as one of the demo's accounts; outside the demo there is no such door."""
    account = _demo_account(request.POST.get("account", ""))
    user = get_user_model().objects.filter(username=account.username).first()
    if user is None:
        raise NotFound("the demo's accounts were not loaded")
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    return redirect(settings.LOGIN_REDIRECT_URL)


def _demo_account(username: str) -> DemoAccount:
    if settings.UNIPACT_DEMO:
        for account in DEMO_ACCOUNTS:
            if account.username == username:
                return account
    raise NotFound("there is no such demo account")


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The agreement at a glance, as the reader's party sees it."""
    here = here_of(request)
    document = here.document
    if document is None:
        return render(request, "home_empty.html", {})
    rows = commitment_rows(document, here.actor.party)
    return render(
        request,
        "home.html",
        {
            "document": document,
            "term": overview.term(document),
            "strip": overview.strip(rows),
            "counts": counted(rows),
            "total": len(rows),
            "health": overview.health(document, rows),
            "waiting": overview.waiting(rows),
            "owed": [row for row in rows if row.side in {"owed", "both"} and row.is_live],
            "owed_later": sum(row.side in {"owed", "both"} and not row.is_live for row in rows),
            "due": [row for row in rows if row.side == "due" and row.is_live],
            "due_later": sum(row.side == "due" and not row.is_live for row in rows),
            "changes": overview.changes(here.earlier, rows),
            "earlier": here.earlier,
            "coming": overview.coming(document, rows, _COMING_DAYS),
        },
    )
