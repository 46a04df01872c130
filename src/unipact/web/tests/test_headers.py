"""The headers of every kind of answer, and the longest body of a request."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from unipact.web.middleware import POLICY, body_limits, security_headers
from unipact.web.tests.test_settings import production_settings

_EVERYWHERE = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_STATIC = "/static/web/console.css"


@pytest.mark.parametrize(
    ("address", "accept", "status"),
    [
        ("/sign-in/", "text/html", 200),
        ("/account/", "text/html", 302),
        ("/nowhere/", "text/html", 404),
        ("/nowhere/", "application/json", 404),
        (_STATIC, "text/css", 200),
    ],
)
def test_every_answer_has_the_headers(
    client: Client, db: None, address: str, accept: str, status: int
) -> None:
    answer = client.get(address, headers={"accept": accept})
    assert answer.status_code == status
    assert {name: answer.headers[name] for name in _EVERYWHERE} == _EVERYWHERE
    features = answer.headers["Permissions-Policy"].split(", ")
    assert {"camera=()", "geolocation=()", "microphone=()", "payment=()"} <= set(features)
    if address != _STATIC:
        assert answer.headers["X-Frame-Options"] == "DENY"
    answer.close()


def test_the_policy_opens_nothing_to_strangers() -> None:
    rules = dict(rule.split(" ", 1) for rule in POLICY.split("; "))
    assert rules["default-src"] == "'none'"
    assert rules["frame-ancestors"] == "'none'"
    assert rules["base-uri"] == "'none'"
    for name in ("script-src", "style-src", "connect-src", "form-action", "font-src"):
        assert rules[name] == "'self'"
    assert rules["img-src"] == "'self' data:"


@pytest.mark.parametrize("address", ["/account/", "/account/second-factor/set-up/", "/", "/x/"])
def test_no_cache_keeps_what_somebody_saw(client: Client, wang: User, address: str) -> None:
    client.force_login(wang)
    kept = client.get(address).headers["Cache-Control"]
    assert "no-store" in kept
    assert "private" in kept


def test_static_files_may_be_kept(client: Client, db: None) -> None:
    answer = client.get(_STATIC)
    assert "public" in answer.headers["Cache-Control"]
    answer.close()


def test_a_view_keeps_its_own_policy_and_lifetime() -> None:
    own = {"Content-Security-Policy": "sandbox", "Cache-Control": "private, max-age=60"}
    answer = security_headers(lambda _: HttpResponse(headers=own))(HttpRequest())
    assert {name: answer.headers[name] for name in own} == own


def test_an_answer_with_a_tag_may_be_asked_for_again() -> None:
    answer = security_headers(lambda _: HttpResponse(headers={"ETag": '"1"'}))(HttpRequest())
    assert answer.headers["Cache-Control"] == "private, no-cache"


def test_over_tls_the_browser_is_told_to_stay_there(
    client: Client, db: None, settings: LazySettings
) -> None:
    found = production_settings()
    settings.SECURE_HSTS_SECONDS = found["SECURE_HSTS_SECONDS"]
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = found["SECURE_HSTS_INCLUDE_SUBDOMAINS"]
    settings.SECURE_HSTS_PRELOAD = found["SECURE_HSTS_PRELOAD"]
    settings.SECURE_SSL_REDIRECT = found["SECURE_SSL_REDIRECT"]
    fresh = Client()
    answer = fresh.get("/sign-in/", secure=True)
    assert (
        answer.headers["Strict-Transport-Security"]
        == "max-age=31536000; includeSubDomains; preload"
    )
    assert fresh.get("/sign-in/").headers["Location"] == "https://testserver/sign-in/"


def test_the_cookies_of_production_are_closed() -> None:
    found = production_settings()
    for cookie in ("SESSION", "CSRF"):
        assert found[f"{cookie}_COOKIE_NAME"].startswith("__Host-")
        assert found[f"{cookie}_COOKIE_SECURE"] is True
        assert found[f"{cookie}_COOKIE_HTTPONLY"] is True
        assert found[f"{cookie}_COOKIE_SAMESITE"] == "Lax"
    assert found["SESSION_EXPIRE_AT_BROWSER_CLOSE"] is True


# --- bodies --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        ({"accept": "text/html"}, "text/html"),
        ({"hx-request": "true"}, "text/html"),
        ({"accept": "application/json"}, "application/problem+json"),
    ],
)
def test_a_form_that_is_too_long_is_refused_in_the_shape_that_was_asked_for(
    client: Client, db: None, settings: LazySettings, headers: dict[str, str], kind: str
) -> None:
    settings.UNIPACT_MAX_BODY = 1024
    answer = client.post("/sign-in/", {"username": "x" * 2000}, headers=headers)
    assert answer.status_code == 413
    assert answer.headers["Content-Type"].startswith(kind)
    assert (b"<html" in answer.content) == (headers.get("accept") == "text/html")
    if kind.endswith("json"):
        assert json.loads(answer.content)["type"].endswith("too-large")


def test_the_body_is_not_read() -> None:
    class Unread:
        def read(self, *_: object) -> bytes:
            raise AssertionError("somebody reads it")

    request = RequestFactory().post("/sign-in/", headers={"accept": "application/json"})
    request.META |= {"CONTENT_LENGTH": str(2 * 1024 * 1024 + 1), "wsgi.input": Unread()}
    answer = body_limits(lambda _: HttpResponse("read"))(request)
    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("path", "length", "status"),
    [
        ("/sign-in/", 2 * 1024 * 1024, 200),
        ("/sign-in/", 2 * 1024 * 1024 + 1, 413),
        ("/api/v1/agreements", 8 * 1024 * 1024, 200),
        ("/api/v1/agreements", 8 * 1024 * 1024 + 1, 413),
        ("/apiary/", 2 * 1024 * 1024 + 1, 413),
        ("/sign-in/", "many", 200),
        ("/sign-in/", "", 200),
    ],
)
def test_programs_may_send_more_than_forms(path: str, length: int | str, status: int) -> None:
    request = RequestFactory().get(path, headers={"accept": "application/json"})
    request.META["CONTENT_LENGTH"] = str(length)
    assert body_limits(lambda _: HttpResponse())(request).status_code == status


def test_djangos_own_limit_lets_through_what_ours_lets_through() -> None:
    found = production_settings()
    assert found["DATA_UPLOAD_MAX_MEMORY_SIZE"] == 8 * 1024 * 1024
    assert found["UNIPACT_MAX_BODY"] == 2 * 1024 * 1024
    larger = production_settings(UNIPACT_MAX_BODY_API=str(16 * 1024 * 1024))
    assert larger["DATA_UPLOAD_MAX_MEMORY_SIZE"] == 16 * 1024 * 1024


def test_too_many_fields_are_a_bad_request(client: Client, db: None) -> None:
    answer = client.post("/sign-in/", {f"field-{n}": "1" for n in range(300)})
    assert answer.status_code == 400


def test_no_view_turns_its_protection_off() -> None:
    package = Path(__file__).resolve().parents[2]
    for path in package.rglob("*.py"):
        if "tests" not in path.parts:
            assert "xframe_options_exempt" not in path.read_text(encoding="utf-8"), path
