"""How long a session lasts: an absolute end, and an end after a while without any request."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import SESSION_KEY, logout
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

Handler = Callable[[HttpRequest], HttpResponse]

_BEGAN, _SEEN = "began_s", "seen_s"
#: The time of the last request is written down at most this often: a write costs more than a read.
_STEP_S = 60


def session_limits(handler: Handler) -> Handler:
    """End a session that is older than ``SESSION_COOKIE_AGE``, or idle for ``UNIPACT_IDLE_S``.

    Django moves a session's end whenever it saves it, so the absolute end is kept here.
    """

    def handle(request: HttpRequest) -> HttpResponse:
        now = int(timezone.now().timestamp())
        # Who brings no cookie has no session; looking would make every answer vary by cookie.
        if settings.SESSION_COOKIE_NAME in request.COOKIES and SESSION_KEY in request.session:
            _check(request, now)
        answer = handler(request)
        session = request.session
        if session.modified and SESSION_KEY in session and _BEGAN not in session:
            session[_BEGAN] = session[_SEEN] = now
        return answer

    return handle


def _check(request: HttpRequest, now: int) -> None:
    session = request.session
    began, seen = session.get(_BEGAN, now), session.get(_SEEN, now)
    if now - began >= settings.SESSION_COOKIE_AGE or now - seen >= settings.UNIPACT_IDLE_S:
        logout(request)
    elif _BEGAN not in session:
        session[_BEGAN] = session[_SEEN] = now
    elif now - seen >= _STEP_S:
        session[_SEEN] = now
