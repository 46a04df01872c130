"""Bare Django views in the server of the API's benchmark: what an answer costs without us.

All but one go through the same middleware as everything else; ``/bare/alone`` is answered before
any of it, and says what the server, Python and Django's request and response cost by themselves.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt

from unipact.web.models import Rate

#: The row that ``/bare/row`` reads.
ROW = "benchmark"
_SAID = {"party": "usst", "side": "university", "role": "analyst", "purpose": "verification"}

Handler = Callable[[HttpRequest], HttpResponse]


def alone(handler: Handler) -> Handler:
    """Middleware: answer one address at once, before all other middleware."""

    def handle(request: HttpRequest) -> HttpResponse:
        if request.path_info != "/bare/alone":
            return handler(request)
        answer = JsonResponse(_SAID)
        answer.headers["Content-Length"] = str(len(answer.content))
        return answer

    return handle


@login_not_required
def constant(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Answer a constant."""
    return JsonResponse(_SAID)


@login_not_required
def row(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Read one row by its key."""
    return JsonResponse({**_SAID, "until": Rate.objects.get(pk=ROW).busy_until_us})


@csrf_exempt
@login_not_required
def insert(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Insert one row, in a transaction of its own."""
    made = Rate.objects.create(key=secrets.token_hex(32), busy_until_us=1)
    return JsonResponse({"key": made.key}, status=201)


@login_not_required
def worker(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Say which process answers."""
    return HttpResponse(str(os.getpid()), content_type="text/plain")


urlpatterns = [
    path("bare/constant", constant),
    path("bare/row", row),
    path("bare/insert", insert),
    path("bare/worker", worker),
    path("", include("unipact.web.urls")),
]
handler400 = "unipact.web.problems.bad_request"
handler403 = "unipact.web.problems.permission_denied"
handler404 = "unipact.web.problems.page_not_found"
handler500 = "unipact.web.problems.server_error"
