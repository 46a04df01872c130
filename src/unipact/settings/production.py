"""An installation that others reach. Every secret and name comes from the environment.

Needed: ``UNIPACT_SECRET_KEY``, ``UNIPACT_HOSTS`` (names, separated by commas). A secret key that
was replaced goes to ``UNIPACT_SECRET_KEY_BEFORE`` until everybody has signed in again. Behind a
proxy that ends TLS and sets ``X-Forwarded-Proto`` itself, set ``UNIPACT_PROXY_TLS=1``.
"""

from __future__ import annotations

import os

from django.core.exceptions import ImproperlyConfigured

from unipact.settings.base import *


def _required(name: str, what: str) -> str:
    value = os.environ.get(name, "").strip()
    if not value:
        raise ImproperlyConfigured(f"{name} is not set: {what}")
    return value


SECRET_KEY = _required("UNIPACT_SECRET_KEY", "a long random text that stays secret")
if len(SECRET_KEY) < 50:
    raise ImproperlyConfigured("UNIPACT_SECRET_KEY is too short: use at least 50 characters")
_before = os.environ.get("UNIPACT_SECRET_KEY_BEFORE", "").strip()
SECRET_KEY_FALLBACKS = [_before] if _before else []
if UNIPACT_SECOND_FACTOR not in {"officers", "everyone", "offered"}:
    raise ImproperlyConfigured("UNIPACT_SECOND_FACTOR is officers, everyone or offered")
ALLOWED_HOSTS = [
    name.strip()
    for name in _required("UNIPACT_HOSTS", "the host names that the console answers to").split(",")
]
CSRF_TRUSTED_ORIGINS = [f"https://{name}" for name in ALLOWED_HOSTS if not name.startswith(".")]

ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https"
SECURE_SSL_REDIRECT = True
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
if os.environ.get("UNIPACT_PROXY_TLS") == "1":
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

SESSION_COOKIE_NAME = "__Host-session"
CSRF_COOKIE_NAME = "__Host-csrf"

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
}
