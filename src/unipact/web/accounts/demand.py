"""Who must have a second factor, and the gate that stands until it is set up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext

from unipact.agreement.queries.standpoint import actor_of
from unipact.errors import NotPermitted
from unipact.web.problems import problem

Handler = Callable[[HttpRequest], HttpResponse]

SET_UP = "mfa_activate_totp"
#: What opens to somebody whose second factor is demanded and missing.
_OPEN = frozenset({SET_UP, "mfa_index", "account_reauthenticate", "sign-out", "set-language"})


def is_demanded(user: AbstractBaseUser | AnonymousUser) -> bool:
    """Whether this person must have a second factor (``UNIPACT_SECOND_FACTOR``)."""
    rule: str = settings.UNIPACT_SECOND_FACTOR
    if rule == "offered" or not user.is_authenticated:
        return False
    if rule == "everyone":
        return True
    try:
        return actor_of(user.pk, user.get_username()).is_officer
    except NotPermitted:
        return False


def is_missing(user: AbstractBaseUser | AnonymousUser) -> bool:
    """Whether this person must have a second factor and has none."""
    return is_demanded(user) and not is_mfa_enabled(user, [Authenticator.Type.TOTP])


class SecondFactorMiddleware:
    """Sends who lacks a demanded second factor to the page that sets it up, and nowhere else."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._handler(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Refuse the view, unless it is one that leads to the second factor."""
        match = request.resolver_match
        if match is not None and match.view_name in _OPEN:
            return None
        if not is_missing(request.user):
            return None
        answer = problem(
            request,
            403,
            slug="second-factor-required",
            detail=gettext("Your role needs a second factor. Set it up first."),
        )
        is_page = answer.headers["Content-Type"].startswith("text/html")
        if is_page and not request.headers.get("HX-Request"):
            return redirect(SET_UP)
        return answer
