"""Forms of the account pages: allauth's, within our limits."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.account.forms import LoginForm, ResetPasswordForm, SetPasswordForm
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from django.contrib.auth import get_user_model
from django.contrib.auth.tokens import default_token_generator
from django.http import HttpRequest
from django.utils import timezone

from unipact.errors import TooMany
from unipact.web.accounts.mailing import RESET_LETTER, send
from unipact.web.accounts.sealing import seal_again
from unipact.web.throttle import SECOND_FACTOR, Limit, give_back, take

#: A code is good for three steps of 30 s (the clock of a phone may be one step off) and good once.
_USED_CODE = Limit("second-factor-code", 1, 150)
_SEALED = ("secret", "seed")


class SignInForm(LoginForm):  # type: ignore[misc]
    """Name and password."""

    def add_prefix(self, field_name: str) -> str:
        """The name's field is called as password managers know it."""
        return "username" if field_name == "login" else str(super().add_prefix(field_name))


class ForgottenForm(ResetPasswordForm):  # type: ignore[misc]
    """A mail address. What nobody has costs as much time as what somebody has."""

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        if not self.users:
            nobody = get_user_model()(username=self.cleaned_data["email"])
            key = f"0-{default_token_generator.make_token(nobody)}"
            link = get_account_adapter().get_reset_password_from_key_url(key)
            send(RESET_LETTER, "", {"username": nobody.get_username(), "password_reset_url": link})
        return str(super().save(request, **kwargs))


class NewPasswordForm(SetPasswordForm):  # type: ignore[misc]
    """A new password, twice; the present one was asked for on the page before."""


class SetUpForm(ActivateTOTPForm):  # type: ignore[misc]
    """The first code of an app: it shows that the app has the secret."""

    def clean_code(self) -> str:
        code = str(super().clean_code())
        _use_once(self.user, code)
        return code


class CodeForm(AuthenticateForm):  # type: ignore[misc]
    """A code of the app, or one of the recovery codes."""

    def clean_code(self) -> str:
        """Check the code; the permit is taken first and given back if it is right.

        Raises:
            TooMany: too many were wrong for this account.
        """
        subject = str(self.user.pk)
        take(SECOND_FACTOR, subject, now=timezone.now())
        code = str(super().clean_code())
        if self.authenticator.type == Authenticator.Type.TOTP:
            _use_once(self.user, code)
        give_back(SECOND_FACTOR, subject)
        return code

    def save(self) -> None:
        super().save()
        _seal_again(self.user)


def _use_once(user: Any, code: str) -> None:
    digits = "".join(filter(str.isdigit, code))
    try:
        take(_USED_CODE, f"{user.pk} {digits}", now=timezone.now())
    except TooMany:
        raise get_adapter().validation_error("incorrect_code") from None


def _seal_again(user: Any) -> None:
    """Move what is sealed under an earlier secret key to the present one."""
    from django.conf import settings

    if not settings.SECRET_KEY_FALLBACKS:
        return
    for each in Authenticator.objects.filter(user=user):
        each.data |= {name: seal_again(each.data[name]) for name in _SEALED if name in each.data}
        each.save(update_fields=["data"])
