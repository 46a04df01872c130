"""Secrets of second factors at rest: sealed under a key that follows from the secret key.

Fernet (AES-128-CBC with HMAC-SHA-256) under a key by HKDF (RFC 5869). What an earlier secret key
sealed is opened by ``SECRET_KEY_FALLBACKS`` and sealed anew when its owner signs in.
"""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from unipact.errors import Unavailable

#: Another use of the secret key gets another text, and so another key.
_PURPOSE = b"unipact second factor 1"


def seal(text: str) -> str:
    """The text as the database keeps it."""
    return _keys().encrypt(text.encode()).decode("ascii")


def unseal(sealed: str) -> str:
    """The text again.

    Raises:
        Unavailable: it was sealed under a secret key that this installation no longer has.
    """
    try:
        return _keys().decrypt(sealed).decode()
    except InvalidToken as error:
        raise Unavailable("a second factor was sealed under another secret key") from error


def seal_again(sealed: str) -> str:
    """The same text, sealed under the present secret key."""
    return seal(unseal(sealed))


def _keys() -> MultiFernet:
    return MultiFernet(
        [_key(secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    )


def _key(secret: str | bytes) -> Fernet:
    material = secret if isinstance(secret, bytes) else secret.encode()
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE).derive(material)
    return Fernet(base64.urlsafe_b64encode(derived))
