"""The test suite: fast password hashes, plain static files, a throw-away home folder."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from unipact.settings.base import *
from unipact.settings.database import database

UNIPACT_HOME = Path(os.environ.get("UNIPACT_HOME") or tempfile.mkdtemp(prefix="unipact-test-"))
UNIPACT_DEMO = True
UNIPACT_SECOND_FACTOR = "offered"
UNIPACT_SENDS_MAIL = True
DATABASES = {"default": database(os.environ.get("UNIPACT_DATABASE_URL", ""), UNIPACT_HOME)}

SECRET_KEY = "tests sign nothing that outlives them"
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# The live server of the browser tests speaks plain HTTP; production's values have their own test.
SESSION_COOKIE_SECURE = False
CSRF_COOKIE_SECURE = False
LANGUAGE_COOKIE_SECURE = False
WHITENOISE_USE_FINDERS = True
STATIC_ROOT = None
