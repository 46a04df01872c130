"""Whom a token lets in, for how long, and how often."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from unipact.agreement.models import Token
from unipact.agreement.roles import Purpose, Role
from unipact.agreement.services import token_make, token_revoke
from unipact.agreement.tests.kept import kept_evaluations, kept_version
from unipact.errors import TooMany
from unipact.web.api.door import ApiDoor
from unipact.web.api.leases import Leases
from unipact.web.throttle import SECRET_ADDRESS, Limit

pytestmark = pytest.mark.django_db


@pytest.fixture
def made():
    kept_evaluations(kept_version())
    return token_make(
        actor=None,
        party="firm",
        role=Role.EXECUTIVE,
        purpose=Purpose.REPORTING,
        name="dashboard",
        days=1,
        now=timezone.now(),
    )


def _ask(authorization: str | None, address: str = "/api/v1/me", **extra):
    headers = {} if authorization is None else {"authorization": authorization}
    return Client(**extra).get(address, headers=headers)


def test_a_token_says_for_whom_it_acts(made) -> None:
    said = _ask(f"Bearer {made[1]}").json()
    assert (said["party"], said["side"], said["role"], said["purpose"]) == (
        "firm",
        "enterprise",
        "executive",
        "reporting",
    )
    assert "agreement_see" in said["acts"]
    assert "agreement_import" not in said["acts"]


def test_a_token_ends_with_its_time_and_when_it_is_revoked(made) -> None:
    token, secret = made
    assert _ask(f"Bearer {secret}").status_code == 200
    token_revoke(actor=None, token=token.pk, now=timezone.now())
    revoked = _ask(f"Bearer {secret}")
    Token.objects.update(revoked_at=None, made_at=timezone.now() - timedelta(days=2))
    Token.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    expired = _ask(f"Bearer {secret}")
    unknown = _ask(f"Bearer unipact_{'x' * 43}")
    assert revoked.status_code == expired.status_code == unknown.status_code == 401
    assert revoked.json() == expired.json() == unknown.json()


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Basic dXNlcjpwYXNz",
        "Bearer unipact_",
        "unipact_x",
        "Bearer \x00",
    ],
)
def test_what_is_no_token_lets_nobody_in(made, authorization) -> None:
    answer = _ask(authorization)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_session_opens_no_door_of_the_api(made, django_user_model) -> None:
    client = Client()
    client.force_login(django_user_model.objects.create_superuser("root"))
    assert client.get("/api/v1/me").status_code == 401


def test_a_token_opens_no_page(made) -> None:
    assert _ask(f"Bearer {made[1]}", "/agreements/pact/").status_code == 302


def test_guessing_from_one_network_is_stopped_and_others_go_on(made) -> None:
    for _ in range(SECRET_ADDRESS.permits):
        assert _ask("Bearer unipact_guess", REMOTE_ADDR="198.51.100.1").status_code == 401
    stopped = _ask("Bearer unipact_guess", REMOTE_ADDR="198.51.100.1")
    assert stopped.status_code == 429
    assert int(stopped.headers["Retry-After"]) > 0
    assert _ask("Bearer unipact_guess", REMOTE_ADDR="198.51.100.2").status_code == 401
    assert _ask(f"Bearer {made[1]}", REMOTE_ADDR="198.51.100.1").status_code == 200


def test_workers_spend_one_limit_together(made) -> None:
    token, limit, now = made[0].pk, Limit("test", 120, 60), timezone.now()
    workers = [Leases() for _ in range(3)]
    spent = 0
    for number in range(400):
        with suppress(TooMany):
            workers[number % 3].spend(token, limit, now=now)
            spent += 1
    assert spent == limit.permits


def test_a_lot_that_was_not_spent_in_time_is_void(made) -> None:
    token, limit, now = made[0].pk, Limit("test", 120, 60), timezone.now()
    worker = Leases()
    worker.spend(token, limit, now=now)
    later = now + timedelta(seconds=61)
    spent = 0
    for _ in range(400):
        with suppress(TooMany):
            worker.spend(token, limit, now=later)
            spent += 1
    assert spent == limit.permits


def test_too_many_requests_of_a_token_are_told_when_to_come_again(
    made, settings, monkeypatch
) -> None:
    monkeypatch.setattr(ApiDoor, "_leases", Leases())
    settings.UNIPACT_TOKEN_REQUESTS = 3
    found = [_ask(f"Bearer {made[1]}") for _ in range(5)]
    assert [each.status_code for each in found] == [200, 200, 200, 429, 429]
    assert 0 < int(found[-1].headers["Retry-After"]) <= 20
