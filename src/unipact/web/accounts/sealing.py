"""Secrets of second factors at rest.

What an earlier secret key sealed is opened by ``SECRET_KEY_FALLBACKS`` and sealed anew when its
owner signs in.
"""

from __future__ import annotations

from django.conf import settings

from unipact.errors import Unavailable
from unipact.sealing import Sealer

#: Another use of the secret key gets another text, and so another key.
_PURPOSE = b"unipact second factor 1"


def seal(text: str) -> str:
    """The text as the database keeps it."""
    return _sealer().seal(text)


def unseal(sealed: str) -> str:
    """The text again.

    Raises:
        Unavailable: it was sealed under a secret key that this installation no longer has.
    """
    try:
        return _sealer().unseal(sealed)
    except Unavailable as error:
        raise Unavailable("a second factor was sealed under another secret key") from error


def seal_again(sealed: str) -> str:
    """The same text, sealed under the present secret key."""
    return seal(unseal(sealed))


def _sealer() -> Sealer:
    return Sealer(_PURPOSE, (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))
