"""The one place that turns an error into an answer: a page, a fragment, or problem+json (RFC 9457).

Which of the three follows from the request: htmx asks for a fragment, ``Accept`` names JSON, and
everybody else is a person with a browser.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from unipact.errors import (
    Conflict,
    Invalid,
    NotFound,
    NotPermitted,
    TooMany,
    Unavailable,
    UnipactError,
)

_LOG = logging.getLogger(__name__)

_STATUS: Mapping[type[UnipactError], int] = {
    Invalid: 422,
    NotPermitted: 403,
    NotFound: 404,
    Conflict: 409,
    TooMany: 429,
    Unavailable: 503,
}
_TITLES: Mapping[int, Promise] = {
    400: _("The request was not understood"),
    401: _("No valid token came with this request"),
    403: _("You may not see or do this"),
    404: _("There is nothing here"),
    405: _("This cannot be done here"),
    409: _("This does not fit the present state"),
    413: _("This is too large"),
    415: _("This is of a kind that is not read here"),
    422: _("Something in the input is wrong"),
    429: _("This was tried too often"),
    500: _("Something went wrong on our side"),
    503: _("Something that is needed cannot be reached"),
}
_NEXT: Mapping[int, Promise] = {
    400: _("Nothing was changed. Go back and try again."),
    401: _("Send a token that is neither expired nor revoked: Authorization: Bearer …"),
    403: _(
        "Nothing was changed. If you need this for your work, "
        "ask whoever speaks for your party for a role that permits it."
    ),
    404: _("The address may be old, or the record may not be yours to see."),
    405: _("Nothing was changed. Go back to the page that led here."),
    409: _("Nothing was changed. Load the page again and look at what has happened since."),
    413: _("Nothing was changed. Send less at a time."),
    415: _("Nothing was changed. Send it as the documentation of this operation says."),
    422: _("Nothing was changed. Mend what is named below and try again."),
    429: _("Nothing was changed. Wait a while and try again."),
    500: _("Nothing was changed. The fault was written to the log; try again in a moment."),
    503: _("Nothing was changed. Try again in a moment."),
}
# A program has no colleague to ask.
_NEXT_OF_TOKENS: Mapping[int, Promise] = {
    403: _("The token's role or purpose does not permit this; GET /api/v1/me says what it may do."),
}

# RFC 9110 has a narrower word for some of our errors than their kind has.
_STATUS_OF_SLUG: Mapping[str, int] = {
    "idempotency-key-missing": 400,
    "unsupported-media-type": 415,
}

Handler = Callable[[HttpRequest], HttpResponse]


class ProblemMiddleware:
    """Answers our own errors wherever a view raises them; stands innermost."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self._handler(request)
        if answer.status_code != 405 or answer.content or request.path.startswith("/api/"):
            return answer
        said = problem(request, 405, slug="method-not-allowed")
        said.headers["Allow"] = answer.headers.get("Allow", "")
        return said

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The answer to an error of ours; any other stays Django's."""
        if isinstance(error, UnipactError):
            return problem_of(request, error)
        return None


def problem_of(request: HttpRequest, error: UnipactError) -> HttpResponse:
    """The answer to one of our errors."""
    status = _STATUS_OF_SLUG.get(error.slug) or next(
        (code for kind, code in _STATUS.items() if isinstance(error, kind)),
        500,
    )
    findings = [
        {"where": each.where, "what": each.what, "mend": each.mend} for each in error.findings
    ]
    # A refusal or an absence tells nothing of what lies behind the door.
    detail = "" if status in {403, 404} else error.message
    answer = problem(request, status, slug=error.slug, detail=detail, findings=findings)
    if isinstance(error, TooMany):
        answer.headers["Retry-After"] = str(error.retry_after_s)
    return answer


def unauthenticated(request: HttpRequest) -> HttpResponse:
    """Nobody whom the API knows; whether a token was wrong, expired or revoked is not told."""
    answer = problem(request, 401, slug="unauthenticated")
    answer.headers["WWW-Authenticate"] = 'Bearer realm="unipact"'
    return answer


def problem(
    request: HttpRequest,
    status: int,
    *,
    slug: str,
    detail: str = "",
    findings: list[dict[str, str]] | None = None,
) -> HttpResponse:
    """A problem in the shape that the request asked for."""
    title = str(_TITLES.get(status, _TITLES[500]))
    next_step = _NEXT.get(status, "")
    if request.path.startswith("/api/"):
        next_step = _NEXT_OF_TOKENS.get(status, next_step)
    if _wants_json(request):
        body: dict[str, Any] = {
            "type": f"urn:unipact:problem:{slug}",
            "title": title,
            "status": status,
            "detail": detail or str(next_step),
            "instance": request.path,
        }
        if findings:
            body["errors"] = findings
        return JsonResponse(
            body,
            status=status,
            content_type="application/problem+json",
            json_dumps_params={"ensure_ascii": False},
        )
    fragment = bool(request.headers.get("HX-Request"))
    return render(
        request,
        "problem/_problem.html" if fragment else "problem/problem.html",
        {
            "status": status,
            "title": title,
            "detail": detail,
            "next": next_step,
            "findings": findings or [],
        },
        status=status,
    )


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """A request that no view could read."""
    return problem(request, 400, slug="bad-request")


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """A refusal of Django's own."""
    return problem(request, 403, slug=NotPermitted.slug)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """An address that leads nowhere."""
    return problem(request, 404, slug=NotFound.slug)


def server_error(request: HttpRequest) -> HttpResponse:
    """A fault of ours; the log has it."""
    return problem(request, 500, slug="error")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that did not come from our own page, or from one that grew too old."""
    _LOG.warning("CSRF check failed: %s %s", request.path, reason)
    return problem(
        request,
        403,
        slug="csrf",
        detail=str(_("The form has grown too old. Load the page again and send it once more.")),
    )


def _wants_json(request: HttpRequest) -> bool:
    if request.path.startswith("/api/") or request.path.endswith(".json"):
        return True
    preferred = request.get_preferred_type(
        ["text/html", "application/json", "application/problem+json"]
    )
    return preferred in {"application/json", "application/problem+json"}
