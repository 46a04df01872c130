"""All operations of the API under one address, with one shape of errors."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern
from ninja import NinjaAPI, Router
from ninja.errors import HttpError, ValidationError
from ninja.operation import Operation
from ninja.renderers import JSONRenderer

from unipact import __version__
from unipact.agreement.api import ROUTERS
from unipact.errors import Finding, Invalid, NotFound, UnipactError
from unipact.installation import FIELDS
from unipact.web.api.evaluations import router as evaluations
from unipact.web.api.evidence import router as evidence
from unipact.web.api.leaving import router as leaving
from unipact.web.api.metrics import router as metrics
from unipact.web.api.openapi import completed
from unipact.web.api.reports import router as reports
from unipact.web.problems import problem, problem_of

_LOG = logging.getLogger(__name__)

#: Where the addresses of ``urlpatterns`` stand.
ROOT = "/api/v1/"
_ABOUT = """\
Everything that the console does, for programs. A token acts for one party, in one role and for
one purpose (`GET /me` says which). Texts come in both languages, `en` and `zh`; quantities are
decimal text; times are UTC. Errors are problems of RFC 9457. Every read has an `ETag`; every `POST`
needs an `Idempotency-Key`.
"""


class _Renderer(JSONRenderer):
    json_dumps_params = {"ensure_ascii": False}


class _Api(NinjaAPI):
    def get_openapi_schema(self, *_args: Any, **_kwargs: Any) -> Any:
        """Ninja's document, completed; made once in a worker."""
        if self._document is None:
            self._document = completed(super().get_openapi_schema(path_prefix=ROOT))
        return self._document

    _document: dict[str, Any] | None = None

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """The name of the view, which is the name of the address as well."""
        return operation.view_func.__name__


api = _Api(
    title="unipact",
    version=__version__,
    description=_ABOUT,
    docs_url=None,
    openapi_url="/openapi.json",
    urls_namespace="api",
    renderer=_Renderer(),
)


def _of_fields() -> Iterator[Router]:
    """The operations that the manifests of the fields that run name."""
    for field in FIELDS:
        if address := import_module(field).FIELD.api:
            module, _, attribute = address.partition(":")
            yield getattr(import_module(module), attribute)


for _router in (*ROUTERS, evaluations, evidence, leaving, metrics, reports, *_of_fields()):
    api.add_router("", _router)


@api.exception_handler(UnipactError)
def _ours(request: HttpRequest, error: UnipactError) -> HttpResponse:
    return problem_of(request, error)


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    findings = [Finding(_place(each["loc"]), str(each["msg"])) for each in error.errors]
    return problem_of(request, Invalid("the request does not fit", findings=findings))


@api.exception_handler(HttpError)
def _http(request: HttpRequest, error: HttpError) -> HttpResponse:
    # Ninja raises it where a body cannot be parsed.
    return problem(request, error.status_code, slug="bad-request", detail=str(error))


@api.exception_handler(Http404)
def _absent(request: HttpRequest, error: Http404) -> HttpResponse:  # noqa: ARG001
    return problem(request, 404, slug=NotFound.slug)


@api.exception_handler(Exception)
def _fault(request: HttpRequest, error: Exception) -> HttpResponse:
    _LOG.error("a fault at %s %s", request.method, request.path, exc_info=error)
    return problem(request, 500, slug="error")


def _place(location: tuple[Any, ...]) -> str:
    """Where an input is wrong, in the client's words: ``body.name``, without ninja's own names."""
    parts = [str(each) for each in location]
    if parts[0] in {"body", "query"} and len(parts) > 2:
        parts.pop(1)
    return ".".join(parts)


def _patterns() -> list[URLPattern]:
    """The addresses; each view says what its question may hold, and that it asks for no session."""
    paths = api.get_openapi_schema()["paths"]
    patterns = [each for each in api.urls[0] if isinstance(each, URLPattern)]
    for each in patterns:
        # The door asks for a token; the console's door, which asks for a session, lets it pass.
        each.callback.login_required = False  # type: ignore[attr-defined]
        address = ROOT + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", str(each.pattern))
        operations = paths.get(address, {})
        each.callback.query_names = frozenset(  # type: ignore[attr-defined]
            asked["name"]
            for operation in operations.values()
            for asked in operation["parameters"]
            if asked["in"] == "query"
        )
        each.callback.body_types = {  # type: ignore[attr-defined]
            method.upper(): frozenset(operation.get("requestBody", {}).get("content", ()))
            for method, operation in operations.items()
        }
    return patterns


urlpatterns = _patterns()
app_name = "api"
