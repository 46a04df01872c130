"""What the doors forget of a person whose membership ends, in the transaction that ends it."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractBaseUser


def forget(*, user: AbstractBaseUser, **_: Any) -> None:
    """Delete the second factors, the recovery codes and the mail addresses of ``user``."""
    from allauth.account.models import EmailAddress
    from allauth.mfa.models import Authenticator

    Authenticator.objects.filter(user=user).delete()
    EmailAddress.objects.filter(user=user).delete()
