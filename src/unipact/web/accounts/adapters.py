"""What we ask of allauth beyond its defaults: our limits, our words, sealed secrets, no sign-up."""

from __future__ import annotations

import unicodedata
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.app_settings import REAUTHENTICATION_TIMEOUT
from allauth.account.authentication import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib import messages
from django.contrib.auth import authenticate
from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from unipact.errors import TooMany
from unipact.web.accounts.mailing import RESET_LETTER, send
from unipact.web.accounts.sealing import seal, unseal
from unipact.web.address import network_of
from unipact.web.throttle import (
    SIGN_IN_ACCOUNT,
    SIGN_IN_ADDRESS,
    SIGN_IN_HERE,
    Limit,
    give_back,
    take,
)

#: The events that somebody is told of, by the name that allauth has for them.
_TOLD = {
    "account/messages/password_changed.txt": _("Your password was changed."),
    "mfa/messages/totp_activated.txt": _("Your second factor is set up."),
    "mfa/messages/totp_deactivated.txt": _("Your second factor was removed."),
}


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made by invitation; passwords are tried within our limits."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "incorrect_password": _("This is not your password."),
        "invalid_password_reset": _("This link is no longer valid."),
        "username_password_mismatch": _("The name or the password is wrong."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_ajax(self, request: HttpRequest) -> bool:
        # Our pages answer pages; programs have the API.
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return network_of(request)

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        *_: Any,
        **__: Any,
    ) -> None:
        """Tell of what matters, in our words, to who will see it: somebody signed in."""
        told = _TOLD.get(message_template or "")
        if told is not None and request.user.is_authenticated:
            messages.add_message(request, level, told)

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """Check name and password; the permit is taken first and given back if they are right.

        Whether there is such an account shows neither in the answer nor in its time: the limits
        count for any name, and Django hashes a password for unknown names too.

        Raises:
            TooMany: too many were wrong for this account here, this account, or this network.
        """
        limits = _limits(network_of(request), str(credentials.get("username", "")))
        _take_all(limits)
        user = authenticate(request, **credentials)
        if user is not None:
            for limit, subject in limits:
                give_back(limit, subject)
        return user

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Whether the person did not give the password in the last minutes, at sign-in or since."""
        now = timezone.now().timestamp()
        return not any(
            record["method"] == "password" and now - record["at"] < REAUTHENTICATION_TIMEOUT
            for record in get_authentication_records(self.request, self.request.user)
        )

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """The password alone: who took a phone must not be able to take the account."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        return [each for each in methods if each["id"] == "reauthenticate"]

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account")

    def send_password_reset_mail(
        self, user: AbstractBaseUser, email: str, context: dict[str, Any]
    ) -> None:
        # An account that was never opened is opened by its invitation.
        to = email if user.has_usable_password() else ""
        words = {name: context[name] for name in ("username", "password_reset_url")}
        send(RESET_LETTER, to, words)


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets are sealed; words and labels are ours."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("The code is wrong, or was used already."),
    }

    def encrypt(self, text: str) -> str:
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(encrypted_text)

    def get_totp_label(self, user: AbstractBaseUser) -> str:
        return user.get_username()

    def get_totp_issuer(self) -> str:
        return f"unipact {self.request.get_host()}"


def _limits(network: str, name: str) -> tuple[tuple[Limit, str], ...]:
    # One account is one subject, however its name is typed.
    account = unicodedata.normalize("NFKC", name).strip().casefold()
    return (
        (SIGN_IN_HERE, f"{network} {account}"),
        (SIGN_IN_ACCOUNT, account),
        (SIGN_IN_ADDRESS, network),
    )


def _take_all(limits: tuple[tuple[Limit, str], ...]) -> None:
    now = timezone.now()
    taken: list[tuple[Limit, str]] = []
    try:
        for limit, subject in limits:
            take(limit, subject, now=now)
            taken.append((limit, subject))
    except TooMany:
        for limit, subject in taken:
            give_back(limit, subject)
        raise
