"""A person's calendar as programs fetch it: they send no header, so the address is the secret."""

from __future__ import annotations

import hashlib

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_safe

from unipact.agreement.formats.icalendar import CONTENT_TYPE
from unipact.agreement.queries.calendars import feed_bytes, feed_open
from unipact.errors import NotFound
from unipact.web.address import network_of
from unipact.web.throttle import CALENDAR, SECRET_ADDRESS, give_back, take


@login_not_required
@sensitive_variables("secret")
@require_safe
def calendar(request: HttpRequest, secret: str) -> HttpResponseBase:
    """The deadlines of the person's party, in every agreement, as iCalendar.

    Only addresses that open nothing count against the network that they come from.
    """
    network = network_of(request)
    take(SECRET_ADDRESS, network, now=timezone.now())
    try:
        feed = feed_open(secret)
    except NotFound:
        return _private(render(request, "calendar_closed.html", {}, status=404))
    give_back(SECRET_ADDRESS, network)
    take(CALENDAR, str(feed.id), now=timezone.now())
    address = request.build_absolute_uri("/").rstrip("/")
    content = feed_bytes(feed, now=timezone.now(), address=address)
    response = HttpResponse(content, content_type=CONTENT_TYPE)
    response.headers["Content-Disposition"] = 'inline; filename="unipact.ics"'
    response.headers["ETag"] = f'"{hashlib.sha256(content).hexdigest()}"'
    kept = get_conditional_response(request, etag=response.headers["ETag"], response=response)
    return _private(kept or response, keep="private, no-cache")


def _private(response: HttpResponseBase, keep: str = "private, no-store") -> HttpResponseBase:
    response.headers["Cache-Control"] = keep
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
