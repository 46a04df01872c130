"""The page on which somebody accepts an invitation: open to strangers, to whoever has the link."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from unipact.agreement.services import invitation_accept, invitation_open
from unipact.agreement.views.filled import Filled, filled
from unipact.errors import Conflict, Invalid, NotFound
from unipact.web.address import network_of
from unipact.web.throttle import INVITATION_FORM, SECRET_ADDRESS, give_back, take

# Only this site's name leaves the page, never its path, which is the secret. Not "no-referrer":
# browsers then send "Origin: null" with the form, which the check against forgery refuses.
_REFERRER = "strict-origin"


@login_not_required
@sensitive_post_parameters("password")
@sensitive_variables("secret")
@require_http_methods(["GET", "HEAD", "POST"])
def invitation_page(request: HttpRequest, secret: str) -> HttpResponse:
    """Say who invites for what; a POST makes the account, which is signed in then.

    Only links that open nothing count against the network that they come from. A form that is
    wrong counts against its invitation: its answer tells which names are taken.
    """
    network = network_of(request)
    take(SECRET_ADDRESS, network, now=timezone.now())
    try:
        invitation = invitation_open(secret=secret, now=timezone.now())
        give_back(SECRET_ADDRESS, network)
        form = Filled()
        if request.method == "POST":
            take(INVITATION_FORM, str(invitation.pk), now=timezone.now())
            user = invitation_accept(
                secret=secret,
                username=request.POST.get("username", ""),
                password=request.POST.get("password", ""),
                email=request.POST.get("email", ""),
                now=timezone.now(),
            )
            give_back(INVITATION_FORM, str(invitation.pk))
            login(request, user, backend="django.contrib.auth.backends.ModelBackend")
            return redirect(settings.LOGIN_REDIRECT_URL)
    except NotFound:
        return _private(render(request, "invitation_closed.html", {}, status=404))
    except (Invalid, Conflict) as error:
        form = filled(request, error, ("username", "email", "password"))
    party, inviting = invitation.party, invitation.inviting_party
    context = {
        "party": {"en": party.name_en, "zh": party.name_zh},
        "inviting": {"en": inviting.name_en, "zh": inviting.name_zh},
        "is_own": inviting == party,
        "role": invitation.role,
        "expires_at": invitation.expires_at,
        "form": form,
    }
    return _private(render(request, "invitation.html", context, status=form.status))


def _private(response: HttpResponse) -> HttpResponse:
    response.headers["Referrer-Policy"] = _REFERRER
    response.headers["Cache-Control"] = "private, no-store"
    return response
