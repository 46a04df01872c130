"""Whatever is wrong in a request, a problem says what, and nothing is written."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.utils import timezone

from unipact.agreement.models import Agreement
from unipact.agreement.roles import Purpose, Role
from unipact.agreement.services import token_make
from unipact.agreement.tests.kept import CONTENT, kept_evaluations, kept_version

pytestmark = pytest.mark.django_db

TOKEN = {"name": "a", "role": "analyst", "purpose": "reporting"}


def _secret(purpose: Purpose, party: str = "uni", role: Role = Role.COOPERATION_OFFICER) -> str:
    _, secret = token_make(
        actor=None,
        party=party,
        role=role,
        purpose=purpose,
        name="t",
        days=1,
        now=timezone.now(),
    )
    return secret


@pytest.fixture
def secrets() -> dict[Purpose, str]:
    """An officer's token for each purpose, over the small agreement."""
    kept_evaluations(kept_version())
    return {purpose: _secret(purpose) for purpose in Purpose}


def _records() -> dict[str, list[Any]]:
    """Every row of every model of ours, but for what the doors count."""
    return {
        model.__name__: [
            {name: value for name, value in row.items() if name != "last_used_at"}
            for row in model._default_manager.order_by("pk").values()
        ]
        for model in apps.get_models()
        if model.__module__.startswith("unipact.") and model.__name__ != "Rate"
    }


def _post(secret: str, address: str, data: Any, kind: str = "application/json", **headers: str):
    return Client(raise_request_exception=False).post(
        f"/api/v1{address}",
        data=data,
        content_type=kind,
        headers={"authorization": f"Bearer {secret}", "idempotency-key": "k", **headers},
    )


def _is_problem(answer: Any, status: int) -> bool:
    said = answer.json()
    return (
        answer.status_code == said["status"] == status
        and answer.headers["Content-Type"] == "application/problem+json"
        and said["type"].startswith("urn:unipact:problem:")
    )


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ("{", 400),
        ("[]", 422),
        ("null", 422),
        ('"text"', 422),
        ("[" * 100_000, 400),
        (json.dumps({**TOKEN, "surprise": 1}), 422),
        (json.dumps({**TOKEN, "days": "many"}), 422),
        (json.dumps({**TOKEN, "days": 0}), 422),
        (json.dumps({**TOKEN, "days": 10**400}), 422),
        (json.dumps({**TOKEN, "days": 1.5}), 422),
        (json.dumps({**TOKEN, "days": True}), 422),
        ('{"name": "a", "role": "analyst", "purpose": "reporting", "days": NaN}', 422),
        (json.dumps({**TOKEN, "role": "king"}), 422),
        # A role of the other party, and one that is nobody's.
        (json.dumps({**TOKEN, "role": "relations_manager"}), 422),
        (json.dumps({**TOKEN, "name": ["a"]}), 422),
        (json.dumps({"name": "a"}), 422),
        (b"\xff\xfe\x00", 400),
    ],
)
def test_a_body_that_does_not_fit_is_a_problem(secrets, data, status) -> None:
    before = _records()
    answer = _post(secrets[Purpose.ADMINISTRATION], "/tokens", data)
    assert _is_problem(answer, status), answer.content
    assert _records() == before


@pytest.mark.parametrize(
    "name",
    [
        "",
        "   ",
        "x" * 101,
        "x" * 100_000,
        "abc\x00def",
        "line\nline",
        "right\u202eleft",
        "zero\u200bwidth",
        "\ufeffmark",
        "\ud800",
        "\u3164",
        "e" + "\u0301" * 50,
        "\U000e0041tag",
    ],
)
def test_a_hostile_name_is_refused_with_its_place(secrets, name) -> None:
    before = _records()
    for address, field, body in (
        ("/tokens", "name", {**TOKEN, "name": name}),
        ("/invitations", "note", {"role": "analyst", "note": name}),
    ):
        answer = _post(secrets[Purpose.ADMINISTRATION], address, json.dumps(body))
        assert _is_problem(answer, 422), answer.content
        assert any(field in each["where"] for each in answer.json()["errors"])
    assert _records() == before


@pytest.mark.parametrize(
    "address",
    [
        "/agreements/%00",
        "/agreements/pact%00",
        "/agreements/..%2f..%2fetc%2fpasswd",
        "/agreements/../tokens",
        "/agreements/pact/commitments/%2e%2e",
        "/agreements/pact/versions/99999999999999999999/agreement.toml",
        "/agreements/pact/versions/-1/agreement.toml",
        "/agreements/pact/versions/1e3/agreement.toml",
        "/agreements/pact/evidence/zz",
        "/agreements/pact/evidence/" + "0" * 63 + "/rows",
        "/agreements/" + "a" * 5000,
        "/agreements/p%20act",
        "/agreements/%F0%9F%92%A9",
        "/metrics/x/0",
        "/tokens/9223372036854775808",
        "/people/%00",
        "//agreements",
        "/agreements/",
        "/nothing",
    ],
)
def test_tricks_with_the_path_lead_nowhere(secrets, address) -> None:
    before = _records()
    for purpose, secret in secrets.items():
        for method in ("get", "delete", "patch", "put"):
            send = getattr(Client(raise_request_exception=False), method)
            answer = send(f"/api/v1{address}", headers={"authorization": f"Bearer {secret}"})
            assert answer.status_code in {301, 400, 403, 404, 405, 415, 422}, (
                purpose,
                method,
                answer.status_code,
            )
    assert _records() == before


@pytest.mark.parametrize("address", ["//api/v1/me", "/API/v1/me", "/api/v1/me/", "/api//v1/me"])
def test_no_spelling_of_the_address_opens_it_without_a_token(secrets, address) -> None:
    answer = Client().get(address)
    assert answer.status_code in {301, 302, 401, 404}
    assert b'"party"' not in answer.content


@pytest.mark.parametrize(
    "question",
    [
        "as_of=yesterday",
        "as_of=2019-02-30",
        "as_of=2019-12-31&as_of=2019-09-30",
        "side=mine",
        "asof=2019-12-31",
        "as_of=2019-12-31%00",
        "field=" + "x" * 65,
        "field=nothing",
        "standing=zzz",
    ],
)
def test_a_question_that_is_not_understood_is_refused(secrets, question) -> None:
    answer = Client().get(
        f"/api/v1/agreements/pact/commitments?{question}",
        headers={"authorization": f"Bearer {secrets[Purpose.REPORTING]}"},
    )
    assert _is_problem(answer, 422), answer.content
    assert answer.json()["errors"][0]["where"]


def test_a_body_that_is_too_long_is_refused_before_it_is_read(secrets, settings) -> None:
    settings.UNIPACT_MAX_BODY_API = 1_000
    before = _records()
    answer = _post(
        secrets[Purpose.RECORDS], "/agreements/pact/versions", b"#" * 1_001, "application/toml"
    )
    assert _is_problem(answer, 413)
    assert _records() == before


def test_another_kind_of_body_is_refused(secrets) -> None:
    before = _records()
    for address, purpose, kind in (
        ("/tokens", Purpose.ADMINISTRATION, "application/xml"),
        ("/tokens", Purpose.ADMINISTRATION, "application/x-www-form-urlencoded"),
        ("/agreements/pact/versions", Purpose.RECORDS, "application/json"),
    ):
        assert _is_problem(_post(secrets[purpose], address, b"{}", kind), 415)
    assert _records() == before


def test_a_token_of_the_other_party_opens_nothing_of_ours(secrets) -> None:
    Agreement.objects.create(slug="alone").parties.add(
        Agreement.objects.get(slug="pact").parties.get(slug="uni")
    )
    theirs = _secret(Purpose.REPORTING, "firm", Role.EXECUTIVE)
    for secret in (theirs, secrets[Purpose.REPORTING]):
        answer = Client().get(
            "/api/v1/agreements/alone", headers={"authorization": f"Bearer {secret}"}
        )
        assert _is_problem(answer, 404)


def test_a_file_that_is_no_next_version_names_its_places_and_writes_nothing(secrets) -> None:
    before = _records()
    for content, status in (
        (b"\xff", 422),
        (b"not toml at all", 422),
        (b"a." * 1_500 + b"a = 1", 422),
        (b"a = " + b"[" * 100_000, 422),
        (CONTENT.replace(b'id = "pact"', b'id = "other"', 1), 422),
        (CONTENT.replace(b"A small pact.", b"Another pact.", 1), 409),
    ):
        answer = _post(
            secrets[Purpose.RECORDS], "/agreements/pact/versions", content, "application/toml"
        )
        assert _is_problem(answer, status), (content[:30], answer.content)
    assert _records() == before
