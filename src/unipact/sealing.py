"""Secrets at rest: sealed under a key that follows from the installation's secret key.

Fernet (AES-128-CBC with HMAC-SHA-256) under a key by HKDF (RFC 5869). Each purpose has a key of its
own. What an earlier secret key sealed is opened as long as that key is still known.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from unipact.errors import Unavailable


class Sealer:
    """Seals texts for one purpose; ``secrets`` are the present secret key, then earlier ones."""

    def __init__(self, purpose: bytes, secrets: Sequence[str | bytes]) -> None:
        self._purpose = purpose
        self._keys = MultiFernet([self._key(each) for each in secrets])

    def seal(self, text: str) -> str:
        """The text as it is kept."""
        return self._keys.encrypt(text.encode()).decode("ascii")

    def unseal(self, sealed: str) -> str:
        """The text again.

        Raises:
            Unavailable: it was sealed under a secret key that is no longer known.
        """
        try:
            return self._keys.decrypt(sealed).decode()
        except InvalidToken as error:
            raise Unavailable("it was sealed under another secret key") from error

    def _key(self, secret: str | bytes) -> Fernet:
        material = secret if isinstance(secret, bytes) else secret.encode()
        derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=self._purpose).derive(
            material
        )
        return Fernet(base64.urlsafe_b64encode(derived))
