"""A write that is sent twice happens once, whatever happens in between."""

from __future__ import annotations

import json
import threading

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from unipact.agreement.formats.agreement_toml import AgreementFile, read_agreement
from unipact.agreement.models import Token
from unipact.agreement.roles import Purpose, Role
from unipact.agreement.services import token_make, token_revoke
from unipact.agreement.tests.kept import CONTENT, kept_version
from unipact.web.models import KeptAnswer

ASKED = {"name": "nightly report", "role": "analyst", "purpose": "reporting"}


@pytest.fixture
def secret(db) -> str:
    """A token that may make tokens."""
    kept_version()
    return _secret()


def _secret() -> str:
    _, secret = token_make(
        actor=None,
        party="uni",
        role=Role.COOPERATION_OFFICER,
        purpose=Purpose.ADMINISTRATION,
        name="admin",
        days=30,
        now=timezone.now(),
    )
    return secret


def _write(secret: str, key: str | None, asked: object = ASKED, kind: str = "application/json"):
    headers = {"authorization": f"Bearer {secret}"}
    if key is not None:
        headers["idempotency-key"] = key
    data = asked if isinstance(asked, str) else json.dumps(asked)
    return Client().post("/api/v1/tokens", data=data, content_type=kind, headers=headers)


def test_the_same_request_with_the_same_key_happens_once(secret: str) -> None:
    first, second = _write(secret, "k"), _write(secret, "k")
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["token"] == second.json()["token"]
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"
    assert Token.objects.filter(name=ASKED["name"]).count() == 1


def test_another_key_is_another_act(secret: str) -> None:
    _write(secret, "k")
    _write(secret, "l")
    assert Token.objects.filter(name=ASKED["name"]).count() == 2


def test_a_secret_is_shown_once_and_kept_nowhere(secret: str) -> None:
    shown = _write(secret, "k").json()["secret"]
    assert shown.startswith("unipact_")
    assert _write(secret, "k").json()["secret"] is None
    kept = b"".join(bytes(each.body) for each in KeptAnswer.objects.all())
    assert shown.encode() not in kept
    assert shown not in str(list(Token.objects.values()))


@pytest.mark.parametrize(
    ("asked", "kind"),
    [
        ({**ASKED, "name": "other"}, "application/json"),
        (json.dumps(ASKED) + " ", "application/json"),
    ],
)
def test_the_same_key_with_another_body_is_refused(secret: str, asked: object, kind: str) -> None:
    _write(secret, "k")
    answer = _write(secret, "k", asked, kind)
    assert answer.status_code == 422
    assert answer.json()["type"] == "urn:unipact:problem:idempotency-key-reused"
    assert Token.objects.count() == 2


@pytest.mark.parametrize("key", [None, "", "x" * 256, "ключ", "a\tb"])
def test_a_write_without_a_good_key_is_refused_and_nothing_is_written(secret: str, key) -> None:
    answer = _write(secret, key)
    assert answer.status_code == 400
    assert answer.json()["type"] == "urn:unipact:problem:idempotency-key-missing"
    assert Token.objects.count() == 1


def test_a_refusal_is_not_kept_so_it_can_be_mended_with_the_same_key(secret: str) -> None:
    assert _write(secret, "k", {**ASKED, "days": 0}).status_code == 422
    assert not KeptAnswer.objects.exists()
    assert _write(secret, "k").status_code == 201


def test_keys_of_one_token_mean_nothing_to_another(secret: str) -> None:
    first, second = _write(secret, "k"), _write(_secret(), "k")
    assert first.json()["token"]["id"] != second.json()["token"]["id"]


def test_a_revoked_token_cannot_ask_for_the_answer_again(secret: str) -> None:
    _write(secret, "k")
    maker = Token.objects.get(name="admin")
    token_revoke(actor=None, token=maker.pk, now=timezone.now())
    assert _write(secret, "k").status_code == 401


@pytest.mark.django_db(transaction=True)
def test_while_a_file_is_read_no_transaction_is_open(monkeypatch) -> None:
    """SQLite has one writer: a file that takes long to read must not keep it."""
    kept_version()
    _, secret = token_make(
        actor=None,
        party="uni",
        role=Role.COOPERATION_OFFICER,
        purpose=Purpose.RECORDS,
        name="records",
        days=30,
        now=timezone.now(),
    )
    seen = []

    def read(content: bytes) -> AgreementFile:
        seen.append(connection.in_atomic_block)
        return read_agreement(content)

    monkeypatch.setattr("unipact.agreement.services.agreements.read_agreement", read)
    headers = {"authorization": f"Bearer {secret}", "idempotency-key": "k"}
    sent = [
        Client().post(
            "/api/v1/agreements/pact/versions",
            data=CONTENT,
            content_type="application/toml",
            headers=headers,
        )
        for _ in range(2)
    ]
    assert [each.status_code for each in sent] == [201, 201]
    assert sent[1].headers["Idempotency-Replayed"] == "true"
    assert seen == [False]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_the_same_request_at_the_same_moment_happens_once() -> None:
    kept_version()
    secret = _secret()
    answers = []

    def send() -> None:
        answers.append(_write(secret, "k"))
        connection.close()

    senders = [threading.Thread(target=send) for _ in range(8)]
    for each in senders:
        each.start()
    for each in senders:
        each.join()
    assert [each.status_code for each in answers] == [201] * 8
    assert len({each.json()["token"]["id"] for each in answers}) == 1
    assert Token.objects.filter(name=ASKED["name"]).count() == 1
    assert len([each for each in answers if each.json()["secret"]]) == 1
