"""The door of the API: who asks, how often, and that a write happens once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import ClassVar, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.http import ConditionalGetMiddleware
from django.utils import timezone
from django.utils.cache import patch_vary_headers

from unipact.agreement.queries.tokens import token_actor
from unipact.agreement.roles import Actor
from unipact.errors import Finding, Invalid, UnipactError
from unipact.web.address import network_of
from unipact.web.api.leases import Leases
from unipact.web.api.once import answered_once
from unipact.web.api_language import language_asked
from unipact.web.problems import problem, problem_of, unauthenticated
from unipact.web.throttle import SECRET_ADDRESS, Limit, take

PREFIX = "/api/"
#: Open to everybody. A thing of a party's may end in the same letters, so the address is whole.
_DOCUMENT = f"{PREFIX}v1/openapi.json"
_WRITES = frozenset({"POST"})
#: The last part of addresses where a write computes for seconds first, and twice does no harm:
#: an evaluation is made once of the same, and a file of an agreement is kept once by its content.
_LONG = frozenset({"evaluations", "versions"})

Handler = Callable[[HttpRequest], HttpResponse]


class MediaType(Invalid):
    """The body is of a kind that the operation does not read."""

    slug = "unsupported-media-type"


class ApiDoor:
    """Middleware around everything under ``/api/``: no session, no cookie, only tokens."""

    _leases: ClassVar[Leases] = Leases()

    def __init__(self, handler: Handler) -> None:
        self._handler = handler

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(PREFIX):
            return self._handler(request)
        with language_asked(request) as language:
            answer = self._answer(request)
        answer.headers.setdefault("Content-Language", language)
        answer.headers.setdefault("Cache-Control", "private, no-cache")
        patch_vary_headers(answer, ("Authorization",))
        return answer

    def process_view(
        self, request: HttpRequest, view: object, args: object, kwargs: object
    ) -> HttpResponse | None:
        """Refuse a question with a part, or a body of a kind, that the operation does not know."""
        asked: frozenset[str] | None = getattr(view, "query_names", None)
        if asked is None:
            return None
        read: frozenset[str] = getattr(view, "body_types", {}).get(request.method, frozenset())
        if read and request.content_type not in read:
            finding = Finding("Content-Type", f"is not {', '.join(sorted(read))}")
            return problem_of(
                request, MediaType("this kind of body is not read here", findings=[finding])
            )
        unknown = sorted(set(request.GET) - asked)
        twice = sorted(
            name for name in set(request.GET) & asked if len(request.GET.getlist(name)) > 1
        )
        if not unknown and not twice:
            return None
        known = ", ".join(sorted(asked)) or "none"
        findings = [Finding(name, "is not known here", f"Known: {known}.") for name in unknown]
        findings += [Finding(name, "is given more than once") for name in twice]
        return problem_of(request, Invalid("the question is wrong", findings=findings))

    def _answer(self, request: HttpRequest) -> HttpResponse:
        if request.path_info == _DOCUMENT:
            return self._handler(request)
        now = timezone.now()
        try:
            actor = _actor(request, now)
            if actor is None:
                take(SECRET_ADDRESS, network_of(request), now=now)
                return unauthenticated(request)
            self._leases.spend(actor.token_id or 0, token_requests(), now=now)
            request.actor = actor  # type: ignore[attr-defined]
            if request.method not in _WRITES:
                return self._whole(request, self._handler(request))
            return answered_once(
                request,
                f"token:{actor.token_id}",
                lambda: self._whole(request, self._handler(request)),
                now=now,
                is_long=request.path_info.rsplit("/", 1)[-1] in _LONG,
            )
        except UnipactError as error:
            return problem_of(request, error)

    def _whole(self, request: HttpRequest, answer: HttpResponse) -> HttpResponse:
        """An answer of the framework's own in our shape."""
        if answer.status_code != 405:
            return answer
        said = problem(request, 405, slug="method-not-allowed")
        allowed = answer.headers.get("Allow", "").split(", ")
        said.headers["Allow"] = ", ".join(allowed + ["HEAD"] * ("GET" in allowed))
        return said


class ApiConditionalGet(ConditionalGetMiddleware):
    """ETags for what the API reads: a hash of the answer, and 304 where the client has it.

    HEAD is answered here as GET is, without the body: only a whole answer has a hash and a length.
    """

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Ask as GET for whoever asks for the head alone."""
        if request.method != "HEAD" or not request.path_info.startswith(PREFIX):
            return cast("HttpResponseBase", super().__call__(request))
        request.method = "GET"
        answer = super().__call__(request)
        request.method = "HEAD"
        if isinstance(answer, HttpResponse):
            if answer.status_code != 304:
                answer.headers["Content-Length"] = str(len(answer.content))
            answer.content = b""
        return cast("HttpResponseBase", answer)

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Django's own, for the API only: pages hold tokens of forms, so no two are the same."""
        if response.status_code != 200 or not request.path_info.startswith(PREFIX):
            return response
        return super().process_response(request, response)


def _actor(request: HttpRequest, now: datetime) -> Actor | None:
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    return token_actor(secret.strip(), now=now) if scheme.lower() == "bearer" else None


def token_requests() -> Limit:
    """How much one token may ask for: ``UNIPACT_TOKEN_REQUESTS`` a minute."""
    return Limit("token-requests", settings.UNIPACT_TOKEN_REQUESTS, 60)
