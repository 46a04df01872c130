"""Switching mails about deadlines on: the address counts once its link was opened by the person."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.core.signing import BadSignature, dumps, loads
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET

from unipact.agreement.queries.standpoint import actor_of
from unipact.agreement.roles import Act
from unipact.agreement.services.calendar import reminder_address, reminders_on
from unipact.agreement.views import here_of, post_or_back
from unipact.agreement.views.deadlines import deadlines_shown
from unipact.agreement.views.filled import filled
from unipact.errors import Invalid
from unipact.web.accounts.mailing import send
from unipact.web.throttle import REMINDER_LINK, take

LETTER = "account/email/reminders_confirm"
_SALT = "unipact.reminders"
_OPEN_S = 3 * 24 * 60 * 60


@post_or_back("agreement:deadlines", Act.CALENDAR_SEE)
def ask_for_mails(request: HttpRequest, agreement: str) -> HttpResponse:
    """Send a link to the address that was typed; opening it switches the mails on."""
    here = here_of(request, agreement)
    here.actor.require(Act.CALENDAR_SEE)
    try:
        address = reminder_address(request.POST.get("address", ""))
    except Invalid as error:
        return deadlines_shown(request, here, form=filled(request, error, ("address",)))
    if not settings.UNIPACT_SENDS_MAIL:
        messages.error(request, _("This installation sends no mail: ask its operator."))
        return redirect("agreement:deadlines", agreement=here.slug)
    take(REMINDER_LINK, str(here.actor.user_id), now=timezone.now())
    key = dumps([here.actor.user_id, address], salt=_SALT, compress=True)
    link = request.build_absolute_uri(reverse("reminders-confirm", args=[key]))
    send(LETTER, address, {"username": here.actor.name, "link": link})
    messages.success(
        request, _("A link is on its way to that address. Open it to switch the mails on.")
    )
    return redirect("agreement:deadlines", agreement=here.slug)


@sensitive_variables("key")
@require_GET
def confirm(request: HttpRequest, key: str) -> HttpResponse:
    """Switch the mails on for whoever asked and reads the mail of that address."""
    actor = actor_of(request.user.pk, request.user.get_username())
    actor.require(Act.CALENDAR_SEE)
    try:
        user_id, address = loads(key, salt=_SALT, max_age=_OPEN_S)
    except (BadSignature, ValueError, TypeError):
        user_id, address = None, ""
    if user_id is None or user_id != actor.user_id:
        messages.error(request, _("This link is not good any more: ask for another."))
        return redirect("home")
    language = get_language() or settings.LANGUAGE_CODE
    reminders_on(actor=actor, address=address, language=language, now=timezone.now())
    messages.success(request, _("Mails about deadlines go to you from now on."))
    return redirect("home")
