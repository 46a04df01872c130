"""How mail leaves an installation: the server that a URL names, or none."""

from __future__ import annotations

from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

_PORTS = {"smtp": 25, "smtps": 465}
#: Somebody waits for no mail server longer than this.
_TIMEOUT_S = 10


def _has_port(parts: SplitResult) -> bool:
    try:
        return parts.port is None or parts.port > 0
    except ValueError:
        return False


def mail(url: str, sender: str) -> dict[str, Any]:
    """Django's settings for ``smtp://user:password@host:587?tls=1``; ``smtps://`` is TLS at once.

    Without a URL nothing is sent.

    Raises:
        ImproperlyConfigured: the URL names another kind of server, or no address to send from
            was given.
    """
    if not url:
        return {"EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend"}
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname or not _has_port(parts):
        raise ImproperlyConfigured(
            "UNIPACT_EMAIL_URL must look like smtp://user:password@host:587?tls=1"
        )
    if "@" not in sender:
        raise ImproperlyConfigured("UNIPACT_EMAIL_FROM must be the address that mail is sent from")
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or _PORTS[parts.scheme],
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": dict(parse_qsl(parts.query)).get("tls") == "1",
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_TIMEOUT": _TIMEOUT_S,
        "DEFAULT_FROM_EMAIL": sender,
    }
