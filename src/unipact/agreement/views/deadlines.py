"""What is due and what waits, and the reader's own calendar of it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from unipact.agreement.formats.secret import calendar_path
from unipact.agreement.queries.calendars import feed_of, reminder_address_of
from unipact.agreement.queries.deadlines import deadlines_of
from unipact.agreement.queries.standpoint import Standpoint
from unipact.agreement.roles import Act
from unipact.agreement.services.calendar import feed_make, feed_revoke, reminders_off
from unipact.agreement.views.filled import Filled
from unipact.agreement.views.here import here_of, post_or_back


@sensitive_variables("secret")
@require_http_methods(["GET", "HEAD", "POST"])
def deadlines_page(request: HttpRequest, agreement: str) -> HttpResponse:
    """The list; a POST makes the reader's calendar, and its answer shows the address, this once."""
    here = here_of(request, agreement)
    here.actor.require(Act.CALENDAR_SEE)
    if request.method != "POST":
        return deadlines_shown(request, here)
    secret = feed_make(actor=here.actor, language=get_language() or "", now=timezone.now())
    return deadlines_shown(request, here, address=_absolute(request, secret))


def deadlines_shown(
    request: HttpRequest, here: Standpoint, *, address: str = "", form: Filled | None = None
) -> HttpResponse:
    """The page, with an address that was made, or with the mail form as it was filled in."""
    form = form or Filled({"address": getattr(request.user, "email", "")})
    found = deadlines_of(here, now=timezone.now())
    context: dict[str, Any] = {
        "found": found,
        "parts": [
            (_("Overdue"), "overdue", found.overdue),
            (_("This month"), "this-month", found.this_month),
            (_("Later"), "later", found.later),
            (_("Waits for your party, without a day"), "waiting", found.waiting),
        ],
        "feed": feed_of(here.actor),
        "mails_to": reminder_address_of(here.actor),
        "address": address,
        "form": form,
    }
    answer = render(request, "agreement/deadlines.html", context, status=form.status)
    if address:
        answer.headers["Cache-Control"] = "private, no-store"
    return answer


@post_or_back("agreement:deadlines", Act.CALENDAR_SEE)
def close_calendar(request: HttpRequest, agreement: str) -> HttpResponse:
    """Close the reader's calendar: its address opens nothing any more."""
    here = here_of(request, agreement)
    feed_revoke(actor=here.actor, now=timezone.now())
    messages.success(request, _("Your calendar's address opens nothing any more."))
    return redirect("agreement:deadlines", agreement=here.slug)


@post_or_back("agreement:deadlines", Act.CALENDAR_SEE)
def end_mails(request: HttpRequest, agreement: str) -> HttpResponse:
    """Send the reader no mail about deadlines any more."""
    here = here_of(request, agreement)
    reminders_off(actor=here.actor, now=timezone.now())
    messages.success(request, _("No mail about deadlines goes to you any more."))
    return redirect("agreement:deadlines", agreement=here.slug)


def _absolute(request: HttpRequest, secret: str) -> str:
    return request.build_absolute_uri(calendar_path(secret))
