"""What the settings promise: production starts only when it is told all it needs, and is closed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from unipact.settings.database import database, postgresql

_SHOW = (
    "import json; from unipact.settings import production as s;"
    "print(json.dumps({n: getattr(s, n) for n in dir(s) if n.isupper() and"
    " isinstance(getattr(s, n), (bool, int, str, list))}, default=str))"
)
_PRODUCTION = "unipact.settings.production"
_SECRET = "s" * 60
_TOLD = {"UNIPACT_SECRET_KEY": _SECRET, "UNIPACT_HOSTS": "pact.example.org"}


def _production(**given: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("UNIPACT_")}
    return subprocess.run(
        [sys.executable, "-c", _SHOW],
        env={**kept, **given},
        capture_output=True,
        text=True,
        check=False,
    )


def production_settings(**given: str) -> dict[str, Any]:
    """The settings of an installation that was told all it needs, and ``given`` besides."""
    done = _production(**_TOLD, **given)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_production_is_closed_and_speaks_tls_only() -> None:
    found = production_settings()
    assert found["DEBUG"] is False
    assert found["UNIPACT_DEMO"] is False
    assert found["ALLOWED_HOSTS"] == ["pact.example.org"]
    for name in ("SESSION_COOKIE", "CSRF_COOKIE", "LANGUAGE_COOKIE"):
        assert found[f"{name}_SECURE"] is True
    assert found["SECURE_SSL_REDIRECT"] is True
    assert found["SECURE_HSTS_SECONDS"] >= 31_536_000
    assert "django.contrib.auth.middleware.LoginRequiredMiddleware" in found["MIDDLEWARE"]


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"UNIPACT_HOSTS": "pact.example.org"}, "UNIPACT_SECRET_KEY"),
        ({"UNIPACT_SECRET_KEY": _SECRET}, "UNIPACT_HOSTS"),
        ({**_TOLD, "UNIPACT_SECOND_FACTOR": "nobody"}, "UNIPACT_SECOND_FACTOR"),
        ({**_TOLD, "UNIPACT_EMAIL_URL": "smtp://mail.example"}, "UNIPACT_EMAIL_FROM"),
        ({**_TOLD, "UNIPACT_MAX_BODY": "2 MiB"}, "UNIPACT_MAX_BODY"),
        ({**_TOLD, "UNIPACT_PROXY_HOPS": "-1"}, "UNIPACT_PROXY_HOPS"),
        ({**_TOLD, "UNIPACT_MAX_BODY": "0"}, "UNIPACT_MAX_BODY must be 1 or more, and is 0"),
        ({**_TOLD, "UNIPACT_MAX_BODY_API": "0"}, "UNIPACT_MAX_BODY_API must be 1 or more"),
        (
            {**_TOLD, "UNIPACT_TOKEN_REQUESTS": "0"},
            "UNIPACT_TOKEN_REQUESTS must be from 1 to 1,000,000, and is 0",
        ),
        ({**_TOLD, "UNIPACT_TOKEN_REQUESTS": "1000001"}, "UNIPACT_TOKEN_REQUESTS"),
        ({**_TOLD, "UNIPACT_TOKEN_REQUESTS": "9" * 5_000}, "UNIPACT_TOKEN_REQUESTS must be from"),
        ({"UNIPACT_SECRET_KEY": "short", "UNIPACT_HOSTS": "x"}, "UNIPACT_SECRET_KEY"),
        ({**_TOLD, "UNIPACT_TIME_ZONE": "Foo"}, "UNIPACT_TIME_ZONE must be a time zone"),
        ({**_TOLD, "UNIPACT_TIME_ZONE": "Asia"}, "UNIPACT_TIME_ZONE must be a time zone"),
        ({**_TOLD, "UNIPACT_TIME_ZONE": "../etc"}, "UNIPACT_TIME_ZONE must be a time zone"),
        ({**_TOLD, "UNIPACT_DATABASE_URL": "mysql://x"}, "UNIPACT_DATABASE_URL must look like"),
        ({**_TOLD, "UNIPACT_DATABASE_URL": "postgresql://h:x/n"}, "UNIPACT_DATABASE_URL must look"),
    ],
)
def test_production_names_what_it_was_not_told(given: dict[str, str], named: str) -> None:
    done = _production(**given)
    assert done.returncode != 0
    assert named in done.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("UNIPACT_TIME_ZONE", "Foo"),
        ("UNIPACT_DATABASE_URL", "mysql://somebody:p%40ss@x/y"),
    ],
)
def test_a_command_says_a_slip_of_the_settings_in_a_line(name: str, value: str) -> None:
    kept = {each: was for each, was in os.environ.items() if not each.startswith("UNIPACT_")}
    done = subprocess.run(
        [Path(sys.executable).parent / "unipact", "agreement", "ls"],
        env={**kept, **_TOLD, "DJANGO_SETTINGS_MODULE": _PRODUCTION, name: value},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert name in done.stderr
    assert "Traceback" not in done.stderr
    assert "p%40ss" not in done.stderr


def test_production_demands_a_second_factor_of_officers_and_sends_no_mail_by_itself() -> None:
    found = production_settings()
    assert found["UNIPACT_SECOND_FACTOR"] == "officers"
    assert found["UNIPACT_SENDS_MAIL"] is False
    assert found["EMAIL_BACKEND"].endswith("dummy.EmailBackend")
    assert found["SECRET_KEY_FALLBACKS"] == []


def test_production_is_told_of_its_mail_server_and_of_the_key_before() -> None:
    found = production_settings(
        UNIPACT_EMAIL_URL="smtp://mail.example:587?tls=1",
        UNIPACT_EMAIL_FROM="pact@example.org",
        UNIPACT_SECRET_KEY_BEFORE="b" * 60,
    )
    assert found["UNIPACT_SENDS_MAIL"] is True
    assert found["EMAIL_HOST"] == "mail.example"
    assert found["EMAIL_USE_TLS"] is True
    assert found["SECRET_KEY_FALLBACKS"] == ["b" * 60]


def test_a_url_names_a_pooled_postgresql() -> None:
    found = postgresql("postgresql://u:p%40ss@db.example:5433/pact")
    assert (found["USER"], found["PASSWORD"], found["HOST"], found["PORT"]) == (
        "u",
        "p@ss",
        "db.example",
        "5433",
    )
    assert found["OPTIONS"] == {"pool": True}


def test_a_socket_folder_goes_in_the_query() -> None:
    assert postgresql("postgresql://u@/pact?host=/run/db")["HOST"] == "/run/db"


@pytest.mark.parametrize("url", ["mysql://u@h/x", "postgresql://h", "nonsense"])
def test_another_kind_of_database_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="UNIPACT_DATABASE_URL"):
        postgresql(url)


def test_without_a_url_it_is_sqlite_in_the_home_folder(tmp_path: Path) -> None:
    assert database("", tmp_path)["NAME"] == tmp_path / "unipact.sqlite3"
