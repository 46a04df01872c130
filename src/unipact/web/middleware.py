"""What holds for every answer and every request: headers, and the longest body."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext

from unipact.web.api_language import language_asked
from unipact.web.problems import problem

Handler = Callable[[HttpRequest], HttpResponse]

# A page may load nothing but our own files, and no inline script.
_SOURCES = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
POLICY = "; ".join(f"{name} {value}" for name, value in _SOURCES.items())
# Features of the device that no page uses.
_FEATURES = (
    "camera",
    "display-capture",
    "geolocation",
    "microphone",
    "payment",
    "publickey-credentials-get",
    "serial",
    "usb",
)
_HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{name}=()" for name in _FEATURES),
}
_KIB = 1024


def security_headers(handler: Handler) -> Handler:
    """Give every answer the policies, and keep what is no static file out of every cache.

    A view that names a policy or a lifetime of its own keeps it.
    """

    def handle(request: HttpRequest) -> HttpResponse:
        response = handler(request)
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        # An answer with a tag may be kept by its reader, and is asked for again each time.
        kept = "private, no-cache" if response.has_header("ETag") else "private, no-store"
        response.headers.setdefault("Cache-Control", kept)
        return response

    return handle


def body_limits(handler: Handler) -> Handler:
    """Refuse a body that is too long by its announced length, before anybody reads it.

    A body without an announced length is empty to Django, whatever was sent.
    """

    def handle(request: HttpRequest) -> HttpResponse:
        is_api = request.path.startswith("/api/")
        most: int = settings.UNIPACT_MAX_BODY_API if is_api else settings.UNIPACT_MAX_BODY
        if _announced(request) <= most:
            return handler(request)
        with language_asked(request) if is_api else nullcontext():
            detail = gettext("A request here may have at most %(kib)s KiB.") % {"kib": most // _KIB}
            return problem(request, 413, slug="too-large", detail=detail)

    return handle


def _announced(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0
