"""The doors of an account: sign-in, second factor, password, and the person's own page."""

from __future__ import annotations

import math
from typing import Any
from urllib.parse import urlencode

from allauth.account import views as account
from allauth.account.adapter import get_adapter
from allauth.mfa.base import views as mfa
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from unipact.agreement.queries.standpoint import actor_of
from unipact.agreement.roles import Actor
from unipact.agreement.views import here_of
from unipact.errors import NotFound, NotPermitted, TooMany
from unipact.web.accounts.demand import is_demanded, is_missing
from unipact.web.accounts.forms import (
    CodeForm,
    ForgottenForm,
    NewPasswordForm,
    SetUpForm,
    SignInForm,
)
from unipact.web.demo import demo_parties
from unipact.web.problems import problem

_LIMIT_OF_ALLAUTH_S = 60


class _Limited:
    """Shows the page again, with status 429, where somebody tried too often."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """As allauth's own, and the refusal on the same page."""
        try:
            answer: HttpResponse = super().post(request, *args, **kwargs)  # type: ignore[misc]
        except TooMany as error:
            return self._refused(error)
        return answer

    def _refused(self, error: TooMany) -> HttpResponse:
        minutes = math.ceil(error.retry_after_s / 60)
        refusal = ngettext(
            "Too many attempts. Try again in %(minutes)s minute.",
            "Too many attempts. Try again in %(minutes)s minutes.",
            minutes,
        ) % {"minutes": minutes}
        view: Any = self
        answer: HttpResponse = view.render_to_response(
            view.get_context_data(form=self._fresh_form(), refusal=refusal)
        )
        answer.status_code = 429
        answer.headers["Retry-After"] = str(error.retry_after_s)
        return answer

    def _fresh_form(self) -> Any:
        """The form without what was sent: asking it for errors would check it again."""
        view: Any = self
        given = view.get_form_kwargs()
        kept = {name: value for name, value in given.items() if name not in {"data", "files"}}
        return view.get_form_class()(**kept)


def _has_password(request: HttpRequest) -> bool:
    user = request.user
    return user.is_authenticated and user.has_usable_password()


class _OwnPassword:
    """Opens for accounts that have a password; the demo's open accounts have none to keep."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """As allauth's own."""
        if not _has_password(request):
            return redirect("account")
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        return answer


class _Confirmed(_OwnPassword):
    """Opens only after the password was given in the last minutes.

    allauth would keep the refused form in the session until then, a new password among it.
    """

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """As allauth's own."""
        if _has_password(request) and get_adapter().is_reauthentication_required(app="unipact"):
            query = urlencode({"next": request.path})
            return redirect(f"{reverse('account_reauthenticate')}?{query}")
        return super().dispatch(request, *args, **kwargs)


class _Framed:
    """Stands in the layout of somebody signed in, with the menu as far as it is theirs."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """As allauth's own."""
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]
        stand(self.request)  # type: ignore[attr-defined]
        context["second_factor_missing"] = is_missing(self.request.user)  # type: ignore[attr-defined]
        return context


def stand(request: HttpRequest) -> Actor | None:
    """Who the person is for a party, if for any; the layout gets its standpoint."""
    if is_missing(request.user):
        return None
    try:
        actor = actor_of(request.user.pk, request.user.get_username())
        here_of(request)
    except NotPermitted:
        return None
    except NotFound:
        # No agreement yet: the menu has nothing to show.
        return actor
    return actor


class SignIn(_Limited, account.LoginView):  # type: ignore[misc]
    """The door. On the demo it also names the open accounts."""

    template_name = "sign_in.html"
    form_class = SignInForm

    def form_valid(self, form: SignInForm) -> HttpResponse:
        """Go in, or on to the second factor; either way under a new session key."""
        answer: HttpResponse = super().form_valid(form)
        if not self.request.user.is_authenticated:
            self.request.session.cycle_key()
        return answer

    def get_initial(self) -> dict[str, Any]:
        """The name, where the form is shown again."""
        return {"login": self.request.POST.get("username", "")}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The form, and on the demo the accounts beside it."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"demo_parties": demo_parties()}


class SignOut(account.LogoutView):  # type: ignore[misc]
    """The way out; also out of a sign-in that waits for its second factor."""

    http_method_names = ("post", "options")


class SecondFactor(_Limited, mfa.AuthenticateView):  # type: ignore[misc]
    """The second door: a code of the app, or a recovery code."""

    template_name = "mfa/authenticate.html"
    form_class = CodeForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The form, and the refusal where there is one."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | kwargs

    def _build_forms(self) -> CodeForm | None:
        # allauth takes a form without a code for one of a security key, which we do not offer.
        sent = self.request.POST if self.request.method == "POST" else None
        self.webauthn_form = None
        self.auth_form = CodeForm(user=self.stage.login.user, data=sent)
        return None if sent is None else self.auth_form

    def _fresh_form(self) -> CodeForm:
        self.auth_form = CodeForm(user=self.stage.login.user)
        return self.auth_form


class Confirm(_Limited, _Framed, account.ReauthenticateView):  # type: ignore[misc]
    """The password again, before something that must not happen behind a person's back."""

    template_name = "account/reauthenticate.html"


class Password(_Confirmed, _Framed, account.PasswordChangeView):  # type: ignore[misc]
    """A new password; every other session of the person ends."""

    template_name = "account/password_change.html"
    form_class = NewPasswordForm


class Forgotten(account.PasswordResetView):  # type: ignore[misc]
    """Asks for a link by mail; the answer is the same whether or not there is such an account."""

    template_name = "account/password_reset.html"
    form_class = ForgottenForm

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Send the link, if this installation sends mail at all."""
        if not settings.UNIPACT_SENDS_MAIL:
            answer: HttpResponse = self.get(request)
        else:
            answer = super().post(request, *args, **kwargs)
        return answer

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The form, or the word that no mail is sent."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"sends_mail": settings.UNIPACT_SENDS_MAIL}


class ForgottenSent(account.PasswordResetDoneView):  # type: ignore[misc]
    """Says that a link is on its way, if there is such an account."""

    template_name = "account/password_reset_done.html"


class Reset(account.PasswordResetFromKeyView):  # type: ignore[misc]
    """The link of the mail: a new password without the old one. It opens nothing by itself."""

    template_name = "account/password_reset_from_key.html"


class ResetDone(account.PasswordResetFromKeyDoneView):  # type: ignore[misc]
    """Says that the new password counts from now on."""

    template_name = "account/password_reset_from_key_done.html"


class SecondFactorIndex(_OwnPassword, _Framed, mfa.IndexView):  # type: ignore[misc]
    """What the person has as a second factor."""

    template_name = "mfa/index.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The app and the recovery codes that are left."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        codes = context["authenticators"].get(Authenticator.Type.RECOVERY_CODES)
        return context | {
            "app": context["authenticators"].get(Authenticator.Type.TOTP),
            "codes_left": len(codes.get_unused_codes()) if codes else 0,
        }


class SetUp(_Confirmed, _Framed, totp.ActivateTOTPView):  # type: ignore[misc]
    """Sets an app up: its secret as a picture and as text, and its first code."""

    template_name = "mfa/set_up.html"
    form_class = SetUpForm


class TakeDown(_Confirmed, _Framed, totp.DeactivateTOTPView):  # type: ignore[misc]
    """Removes the app, and the recovery codes with it."""

    template_name = "mfa/take_down.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The question, and what follows where a second factor is demanded."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"is_demanded": is_demanded(self.request.user)}


class RecoveryCodes(_Confirmed, _Framed, recovery.ViewRecoveryCodesView):  # type: ignore[misc]
    """The recovery codes, shown once."""

    template_name = "mfa/recovery_codes.html"


class NewRecoveryCodes(_Confirmed, _Framed, recovery.GenerateRecoveryCodesView):  # type: ignore[misc]
    """New recovery codes; the old ones count no longer."""

    template_name = "mfa/recovery_codes_new.html"


@require_GET
def my_account(request: HttpRequest) -> HttpResponse:
    """The person's own page: who they are here, and the doors to password and second factor."""
    actor = stand(request)
    return render(
        request,
        "account/account.html",
        {
            "actor": actor,
            "has_password": _has_password(request),
            "has_second_factor": is_mfa_enabled(request.user, [Authenticator.Type.TOTP]),
            "is_demanded": is_demanded(request.user),
        },
    )


@login_not_required
def too_many(request: HttpRequest) -> HttpResponse:
    """The answer where a limit of allauth's own is used up."""
    answer = problem(request, 429, slug=TooMany.slug)
    answer.headers["Retry-After"] = str(_LIMIT_OF_ALLAUTH_S)
    return answer
