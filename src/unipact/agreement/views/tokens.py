"""The pages of the tokens: list them, make one and show its secret once, revoke one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from unipact.agreement.queries.roles import purpose_rows
from unipact.agreement.queries.standpoint import Standpoint
from unipact.agreement.queries.tokens import TOKEN_PAGE, token_found, token_row, token_rows
from unipact.agreement.roles import MATRIX, Act, Purpose, Role
from unipact.agreement.services import token_make, token_revoke
from unipact.agreement.services.tokens import LONGEST_DAYS
from unipact.agreement.views.filled import Filled, chosen, filled, page_asked, whole_number
from unipact.agreement.views.here import here_of
from unipact.errors import Finding, Invalid

_FIELDS = ("name", "role", "purpose", "days")
_DAYS = 90


@require_http_methods(["GET", "HEAD", "POST"])
def tokens_page(request: HttpRequest, agreement: str) -> HttpResponse:
    """The party's tokens; a POST makes one, and its answer shows the secret, this once."""
    here = here_of(request, agreement)
    here.actor.require(Act.TOKENS_MANAGE)
    form = Filled({"days": str(_DAYS)})
    if request.method != "POST":
        return _tokens(request, here, form)
    try:
        # Each field by itself, so that one answer names all that is wrong.
        name = request.POST.get("name", "")
        role, purpose, days = _choices(request)
        token, secret = token_make(
            actor=here.actor,
            party=here.actor.party,
            role=role,
            purpose=purpose,
            name=name,
            days=days,
            now=timezone.now(),
        )
    except Invalid as error:
        return _tokens(request, here, filled(request, error, _FIELDS))
    made = {
        "token": token_row(token, timezone.now()),
        "secret": secret,
        "address": request.build_absolute_uri("/api/v1/me"),
    }
    return _tokens(request, here, form, made=made)


def _choices(request: HttpRequest) -> tuple[Role, Purpose, int]:
    """What was chosen for a new token.

    Raises:
        Invalid: something was not; the findings name every field.
    """
    findings: list[Finding] = []
    role, purpose, days = None, None, None
    try:
        role = chosen(Role, request, "role")
    except Invalid as error:
        findings += error.findings
    try:
        purpose = chosen(Purpose, request, "purpose")
    except Invalid as error:
        findings += error.findings
    try:
        days = whole_number(request, "days")
    except Invalid as error:
        findings += error.findings
    if role is None or purpose is None or days is None:
        raise Invalid("the token cannot be made", findings=findings)
    return role, purpose, days


def _tokens(request: HttpRequest, here: Standpoint, form: Filled, **more: Any) -> HttpResponse:
    rows = token_rows(here.actor, now=timezone.now(), before=page_asked(request))
    purposes = purpose_rows()
    context = {
        "tokens": rows,
        "next_before": rows[-1].id if len(rows) == TOKEN_PAGE else None,
        "roles": MATRIX.roles(here.actor.side),
        "purposes": purposes,
        "purpose_names": {each.purpose.value: each.name for each in purposes},
        "form": form,
        "longest_days": LONGEST_DAYS,
        "may_manage_tokens": True,
    }
    return render(request, "agreement/tokens.html", context | more, status=form.status)


@require_http_methods(["GET", "HEAD", "POST"])
def revoke_page(request: HttpRequest, agreement: str, token: int) -> HttpResponse:
    """Say what ends with a token, and revoke it when that is confirmed."""
    here = here_of(request, agreement)
    found = token_found(here.actor, token, now=timezone.now())
    if request.method == "POST":
        token_revoke(actor=here.actor, token=token, now=timezone.now())
        messages.success(request, _("The token %(name)s is revoked.") % {"name": found.name})
        return redirect("agreement:tokens", agreement=here.slug)
    return render(request, "agreement/revoke.html", {"token": found})
