"""Where the reader of a page stands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from unipact.agreement.queries.standpoint import Standpoint, actor_of, standpoint_of
from unipact.agreement.roles import Act
from unipact.errors import Finding, Invalid

View = Callable[..., HttpResponse]


def post_or_back(page: str, act: Act) -> Callable[[View], View]:
    """Take forms only. Whoever comes by a link, or back from the sign-in, is led to ``page``.

    Raises:
        NotPermitted: the role does not permit ``act``, for which the form would be.
    """

    def decorated(view: View) -> View:
        @wraps(view)
        def handle(request: HttpRequest, agreement: str, **parts: Any) -> HttpResponse:
            if request.method in {"GET", "HEAD"}:
                here_of(request, agreement).actor.require(act)
                return redirect(page, agreement=agreement)
            return view(request, agreement, **parts)

        return require_http_methods(["GET", "HEAD", "POST"])(handle)

    return decorated


def here_of(request: HttpRequest, agreement: str | None = None) -> Standpoint:
    """The reader's standpoint; the layout finds it on the request.

    Raises:
        Invalid: ``as_of`` in the address is no date.
        NotPermitted, NotFound: as ``standpoint_of``.
    """
    asked = request.GET.get("as_of")
    try:
        as_of = date.fromisoformat(asked) if asked else None
    except ValueError as error:
        raise Invalid(
            "the day is wrong", findings=[Finding("as_of", "it is no day", "Write 2019-12-31.")]
        ) from error
    actor = actor_of(request.user.pk, request.user.get_username())
    here = standpoint_of(actor, agreement=agreement, as_of=as_of)
    request.standpoint = here  # type: ignore[attr-defined]
    if here.document is not None:
        # Times show in the agreement's own zone; the zone is that of the thread, so set each time.
        timezone.activate(here.document["agreement"]["zone"])
    return here
