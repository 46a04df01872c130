"""How the API answers whatever was asked: in which language, and the head of an answer alone."""

from __future__ import annotations

import pytest
from django.test import Client, RequestFactory
from django.utils import timezone

from unipact.agreement.roles import Purpose, Role
from unipact.agreement.services import token_make
from unipact.agreement.tests.kept import kept_evaluations, kept_version
from unipact.web.wsgi import application

pytestmark = pytest.mark.django_db

COMMITMENTS = "/api/v1/agreements/pact/commitments"


@pytest.fixture
def bearer() -> str:
    kept_evaluations(kept_version())
    _, secret = token_make(
        actor=None,
        party="uni",
        role=Role.COOPERATION_OFFICER,
        purpose=Purpose.REPORTING,
        name="t",
        days=1,
        now=timezone.now(),
    )
    return f"Bearer {secret}"


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        (None, "en"),
        ("*", "en"),
        ("fr", "en"),
        ("en, zh;q=0.5", "en"),
        ("zh;q=0, fr", "en"),
        ("zh", "zh-hans"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-hans"),
        ("fr, zh-TW;q=0.5", "zh-hans"),
    ],
)
def test_the_api_speaks_english_unless_chinese_is_asked_for(bearer, asked, language) -> None:
    headers = {"authorization": bearer} | ({"accept-language": asked} if asked else {})
    answer = Client().get(f"{COMMITMENTS}?field=nothing", headers=headers)
    assert answer.headers["Content-Language"] == language
    assert "Accept-Language" in answer.headers["Vary"]
    assert answer.json()["title"].isascii() is (language == "en")
    assert answer.json()["detail"].isascii()


def test_what_is_refused_before_the_door_is_english_too(settings) -> None:
    settings.UNIPACT_MAX_BODY_API = 10
    answer = Client().post("/api/v1/tokens", data=b"#" * 11, content_type="application/json")
    assert answer.status_code == 413
    assert answer.content.isascii()
    # Pages go on speaking Chinese to whoever names no language.
    assert 'lang="zh-hans"' in Client().get("/sign-in/").content.decode()


def test_head_says_what_get_says_without_the_body(bearer) -> None:
    # Not Django's client: it takes the body from every answer to HEAD itself.
    def ask(method: str, **headers: str):
        request = RequestFactory(headers={"authorization": bearer, **headers})
        return application.get_response(request.generic(method, COMMITMENTS))

    whole, head = ask("GET"), ask("HEAD")
    assert head.status_code == whole.status_code == 200
    assert whole.content
    assert head.content == b""
    for name in ("ETag", "Content-Length", "Content-Type"):
        assert head.headers[name] == whole.headers[name]
    kept = ask("HEAD", if_none_match=whole.headers["ETag"])
    assert (kept.status_code, kept.content) == (304, b"")


def test_head_is_answered_where_get_is_and_nowhere_else(bearer) -> None:
    assert Client().head(COMMITMENTS).status_code == 401
    headers = {"authorization": bearer}
    refused = Client().delete(COMMITMENTS, headers=headers)
    assert (refused.status_code, refused.headers["Allow"]) == (405, "GET, HEAD")
    assert Client().head("/api/v1/agreements/pact/nothing", headers=headers).status_code == 404
