"""The demo on one's own machine: open accounts, plain HTTP on the loopback address only."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from tempfile import mkstemp

from django.core.management.utils import get_random_secret_key

from unipact.settings.base import *

UNIPACT_DEMO = True
UNIPACT_SECOND_FACTOR = os.environ.get("UNIPACT_SECOND_FACTOR", "offered")
# Mail is laid into a folder, to be read there.
UNIPACT_SENDS_MAIL = True
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = UNIPACT_HOME / "mail"
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]

_key_file = UNIPACT_HOME / "demo-secret-key"


def _secret_key() -> str:
    """A key made once per home folder, so that workers agree and a restart keeps sessions."""
    if not _key_file.exists():
        UNIPACT_HOME.mkdir(parents=True, exist_ok=True)
        descriptor, name = mkstemp(dir=UNIPACT_HOME)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(get_random_secret_key())
        # A link appears whole or not at all, and only the first of two workers makes it.
        with suppress(FileExistsError):
            os.link(name, _key_file)
        Path(name).unlink()
    return _key_file.read_text(encoding="ascii")


SECRET_KEY = _secret_key()

# The loopback address speaks no TLS; everywhere else cookies are secure.
SESSION_COOKIE_SECURE = False
CSRF_COOKIE_SECURE = False
LANGUAGE_COOKIE_SECURE = False

# Served from the source folders: collecting them first would cost the demo its start.
WHITENOISE_USE_FINDERS = True
STATIC_ROOT = None
