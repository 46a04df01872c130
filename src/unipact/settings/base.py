"""What every installation has in common. Nothing here is a secret, and nothing is open by default.

Read from the environment: ``UNIPACT_HOME`` (folder of the lake and the SQLite file, ``./var``),
``UNIPACT_DATABASE_URL`` (PostgreSQL; SQLite without it), ``UNIPACT_TIME_ZONE``, and what
docs/reference/settings.md names besides.
"""

from __future__ import annotations

import os
from pathlib import Path

from unipact.settings.environment import database_of, whole, zone
from unipact.settings.mail import mail

PACKAGE = Path(__file__).resolve().parent.parent

UNIPACT_HOME = Path(os.environ.get("UNIPACT_HOME", "var")).absolute()
UNIPACT_DEMO = False
# Requests that one token may send in a minute.
UNIPACT_TOKEN_REQUESTS = whole("UNIPACT_TOKEN_REQUESTS", 3_000, least=1, most=1_000_000)
# Proxies of our own between the network and the console; each appends to X-Forwarded-For.
UNIPACT_PROXY_HOPS = whole("UNIPACT_PROXY_HOPS", 0, most=16)

# Whose account must have a second factor: that of officers, of everyone, or of nobody (offered).
UNIPACT_SECOND_FACTOR = os.environ.get("UNIPACT_SECOND_FACTOR", "officers")
# A session ends that long after its last request (and SESSION_COOKIE_AGE after it began).
UNIPACT_IDLE_S = 2 * 60 * 60
# The logs of agreements are named after it: NAME/AGREEMENT stays in every signed text for life.
UNIPACT_LOG_NAME = os.environ.get("UNIPACT_LOG_NAME", "unipact.example")
# The longest body of a request: of a form, and of what programs send to /api/.
UNIPACT_MAX_BODY = whole("UNIPACT_MAX_BODY", 2 * 1024 * 1024, least=1)
UNIPACT_MAX_BODY_API = whole("UNIPACT_MAX_BODY_API", 8 * 1024 * 1024, least=1)
DATA_UPLOAD_MAX_MEMORY_SIZE = max(UNIPACT_MAX_BODY, UNIPACT_MAX_BODY_API)
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
DATA_UPLOAD_MAX_NUMBER_FILES = 5

DEBUG = False
ALLOWED_HOSTS: list[str] = []

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "unipact.web",
    "unipact.agreement",
    "unipact.campus",
    # After ours, so that our templates come first.
    "allauth",
    "allauth.account",
    "allauth.mfa",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "unipact.web.middleware.security_headers",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    # Before anything reads the body.
    "unipact.web.middleware.body_limits",
    "unipact.web.api.door.ApiConditionalGet",
    "unipact.web.api.door.ApiDoor",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "unipact.web.accounts.sessions.session_limits",
    "allauth.account.middleware.AccountMiddleware",
    # Deny by default: a view is open to strangers only where it says so.
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "unipact.web.accounts.demand.SecondFactorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "unipact.web.problems.ProblemMiddleware",
]

ROOT_URLCONF = "unipact.web.urls"
WSGI_APPLICATION = "unipact.web.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "unipact.web.context.shell",
            ],
        },
    },
]

DATABASES = {"default": database_of("UNIPACT_DATABASE_URL", UNIPACT_HOME)}
# In the database, because codes that were used once must be known to every worker.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "web_cache",
        # A full cache forgets codes and limits: no stranger may be able to fill it.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "unipact.web.accounts.rules.UnlikeTheName"},
    {"NAME": "unipact.web.accounts.rules.Long", "OPTIONS": {"min_length": 12}},
    {"NAME": "unipact.web.accounts.rules.Uncommon"},
    {"NAME": "unipact.web.accounts.rules.NotDigitsAlone"},
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "sign-in"
# A link by mail that sets a new password.
PASSWORD_RESET_TIMEOUT = 60 * 60

ACCOUNT_ADAPTER = "unipact.web.accounts.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"
ACCOUNT_SESSION_REMEMBER = False
# Sign-in and codes have limits of our own (web/throttle.py), which hold across workers.
ACCOUNT_RATE_LIMITS = {"login": None, "login_failed": None}
MFA_ADAPTER = "unipact.web.accounts.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_TOLERANCE = 1
# Addresses come with the invitation and are not verified by allauth.
MFA_ALLOW_UNVERIFIED_EMAIL = True

UNIPACT_SENDS_MAIL = bool(os.environ.get("UNIPACT_EMAIL_URL"))
globals().update(
    mail(os.environ.get("UNIPACT_EMAIL_URL", ""), os.environ.get("UNIPACT_EMAIL_FROM", ""))
)

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = True
CSRF_FAILURE_VIEW = "unipact.web.problems.csrf_failure"
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = True
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

USE_I18N = True
USE_TZ = True
TIME_ZONE = zone("UNIPACT_TIME_ZONE", "Asia/Shanghai")
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "web" / "locale"]
FORMAT_MODULE_PATH = ["unipact.web.locale_formats"]
USE_THOUSAND_SEPARATOR = True

STATIC_URL = "static/"
STATIC_ROOT: Path | None = UNIPACT_HOME / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "filters": {"secrets": {"()": "unipact.web.logs.WithoutSecrets"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["secrets"]}
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}
