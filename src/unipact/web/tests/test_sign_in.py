"""Sign-in is tried a few times and no more; it tells nothing; sessions are new and end."""

from __future__ import annotations

import re
import threading

import pytest
from django.conf import LazySettings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver
from django.urls.resolvers import URLResolver

from unipact.web.tests.clock import Clock
from unipact.web.throttle import SIGN_IN_ACCOUNT, SIGN_IN_ADDRESS, SIGN_IN_HERE

_PASSWORD = "correct horse battery"
_WRONG = "wrong horse battery"


def _try(client: Client, name: str, password: str = _WRONG, network: str = "203.0.113.7"):
    return client.post("/sign-in/", {"username": name, "password": password}, REMOTE_ADDR=network)


def test_a_right_password_opens_and_a_wrong_one_does_not(client: Client, wang: User) -> None:
    assert _try(client, "wang").status_code == 200
    assert "_auth_user_id" not in client.session
    answer = _try(client, "wang", _PASSWORD)
    assert answer.headers["Location"] == "/"
    assert client.session["_auth_user_id"] == str(wang.pk)


def test_too_many_wrong_passwords_are_refused_with_the_time_to_wait(
    client: Client, wang: User, clock: Clock
) -> None:
    answers = [_try(client, "wang") for _ in range(SIGN_IN_HERE.permits + 1)]
    assert [each.status_code for each in answers] == [200] * SIGN_IN_HERE.permits + [429]
    assert answers[-1].headers["Retry-After"] == "180"
    client.cookies["django_language"] = "en"
    page = _try(client, "wang").content.decode()
    assert "Too many attempts. Try again in 3 minutes." in page
    assert 'value="wang"' in page
    # The right password does not help now, and helps when the time is over.
    assert _try(client, "wang", _PASSWORD).status_code == 429
    clock.move(seconds=180)
    assert _try(client, "wang", _PASSWORD).status_code == 302


def test_the_refusal_is_the_same_for_a_name_that_nobody_has(
    client: Client, wang: User, clock: Clock
) -> None:
    pages = {}
    for name in ("wang", "nobody"):
        answers = [_try(client, name) for _ in range(SIGN_IN_HERE.permits + 1)]
        told = [re.findall(r'role="alert">.*?</p>', each.content.decode()) for each in answers]
        pages[name] = [(a.status_code, a.headers.get("Retry-After")) for a in answers], told
    assert pages["wang"] == pages["nobody"]


def test_a_password_is_hashed_for_a_name_that_nobody_has_too(
    client: Client, wang: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.contrib.auth.hashers import MD5PasswordHasher

    hashed: list[str] = []
    real = MD5PasswordHasher.encode

    def encode(self: MD5PasswordHasher, password: str, salt: str) -> str:
        hashed.append(password)
        return real(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", encode)
    counts = []
    for name in ("wang", "nobody"):
        hashed.clear()
        _try(client, name)
        counts.append(len(hashed))
    assert counts == [1, 1]


def test_a_right_password_costs_no_permit(client: Client, wang: User, clock: Clock) -> None:
    for _ in range(3 * SIGN_IN_HERE.permits):
        assert _try(client, "wang", _PASSWORD).status_code == 302
        client.post("/sign-out/")


def test_one_account_is_limited_from_all_networks_together(wang: User, clock: Clock) -> None:
    statuses = [
        _try(Client(), "wang", network=f"198.51.100.{n}").status_code
        for n in range(SIGN_IN_ACCOUNT.permits + 1)
    ]
    assert statuses == [200] * SIGN_IN_ACCOUNT.permits + [429]


def test_another_spelling_of_the_name_is_the_same_account(wang: User, clock: Clock) -> None:
    names = ["wang", "WANG", " wang", "Ｗang", "wAng"]
    assert len(names) == SIGN_IN_HERE.permits
    assert {_try(Client(), name).status_code for name in names} == {200}
    assert _try(Client(), "wang").status_code == 429


def test_one_network_is_limited_for_all_names_together(db: None, clock: Clock) -> None:
    statuses = [_try(Client(), f"name-{n}").status_code for n in range(SIGN_IN_ADDRESS.permits + 1)]
    assert statuses == [200] * SIGN_IN_ADDRESS.permits + [429]


def test_a_refused_attempt_takes_nothing_from_the_other_limits(wang: User, clock: Clock) -> None:
    for _ in range(SIGN_IN_ACCOUNT.permits * 2):
        _try(Client(), "wang")
    # One network used up its own share of the account's permits, not all of them.
    assert _try(Client(), "wang", network="198.51.100.1").status_code == 200


def test_a_closed_account_is_told_as_a_wrong_password(client: Client, wang: User) -> None:
    wang.is_active = False
    wang.save()
    answer = _try(client, "wang", _PASSWORD)
    assert answer.status_code == 200
    assert 'role="alert"' in answer.content.decode()


@pytest.mark.parametrize("name", ["a\0b", "x" * 10_000, "\u202egnaw", "' OR 1=1 --", ""])
def test_a_hostile_name_is_a_wrong_name(client: Client, db: None, name: str) -> None:
    assert _try(client, name).status_code == 200


# --- sessions ------------------------------------------------------------------------------------


def test_the_way_out_is_a_form_and_the_old_session_is_dead(client: Client, wang: User) -> None:
    _try(client, "wang", _PASSWORD)
    key = client.session.session_key
    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/").headers["Location"] == "/sign-in/"
    assert not Session.objects.filter(session_key=key).exists()
    thief = Client()
    thief.cookies["sessionid"] = str(key)
    assert thief.get("/account/").headers["Location"].startswith("/sign-in/")


def test_an_idle_session_ends_after_two_hours(client: Client, wang: User, clock: Clock) -> None:
    _try(client, "wang", _PASSWORD)
    for _ in range(3):
        clock.move(minutes=119)
        assert client.get("/account/").status_code == 200
    clock.move(minutes=120)
    assert client.get("/account/").headers["Location"] == "/sign-in/?next=/account/"


def test_a_busy_session_ends_after_twelve_hours(client: Client, wang: User, clock: Clock) -> None:
    _try(client, "wang", _PASSWORD)
    statuses = []
    for _ in range(13):
        clock.move(hours=1)
        statuses.append(client.get("/account/").status_code)
    assert statuses == [200] * 11 + [302] * 2


def test_the_last_request_is_written_down_once_a_minute(
    client: Client, wang: User, clock: Clock
) -> None:
    _try(client, "wang", _PASSWORD)

    def saved() -> int:
        with CaptureQueriesContext(connection) as caught:
            client.get("/account/")
        return sum('UPDATE "django_session"' in each["sql"] for each in caught.captured_queries)

    assert [saved(), saved()] == [0, 0]
    clock.move(seconds=60)
    assert [saved(), saved()] == [1, 0]


def test_a_stranger_gets_no_session(client: Client, db: None) -> None:
    client.get("/sign-in/")
    assert "sessionid" not in client.cookies
    assert not Session.objects.exists()


# --- what is mounted -----------------------------------------------------------------------------


def test_nothing_else_of_allauth_is_mounted() -> None:
    found: set[str] = set()

    def walk(resolver: URLResolver) -> None:
        for each in resolver.url_patterns:
            if isinstance(each, URLResolver):
                walk(each)
            elif each.name:
                module = getattr(each.callback, "view_class", each.callback).__module__
                assert not module.startswith("allauth."), each.name
                if module == "unipact.web.accounts.views":
                    found.add(each.name)

    walk(get_resolver())
    assert found == {
        "account",
        "account_change_password",
        "account_login",
        "account_reauthenticate",
        "account_reset_password",
        "account_reset_password_done",
        "account_reset_password_from_key",
        "account_reset_password_from_key_done",
        "mfa_activate_totp",
        "mfa_authenticate",
        "mfa_deactivate_totp",
        "mfa_generate_recovery_codes",
        "mfa_index",
        "mfa_view_recovery_codes",
        "sign-in",
        "sign-out",
    }


@pytest.mark.parametrize(
    "address",
    ["/accounts/signup/", "/signup/", "/account/signup/", "/account/email/", "/accounts/login/"],
)
def test_nobody_signs_up_by_themselves(client: Client, db: None, address: str) -> None:
    assert client.get(address).status_code == 404


def test_the_demos_open_accounts_need_neither_password_nor_second_factor(
    client: Client, db: None, settings: LazySettings
) -> None:
    get_user_model().objects.create_user("university-officer")
    answer = client.post("/sign-in/demo/", {"account": "university-officer"})
    assert answer.headers["Location"] == "/"
    page = client.get("/account/")
    assert page.status_code == 200
    # Nobody may lock the others out of an account that is everybody's.
    for door in ("password/", "second-factor/", "second-factor/set-up/"):
        assert client.get(f"/account/{door}").headers["Location"] == "/account/"


# SQLite's test database lives in the memory of one connection; tests/test_workers.py asks real
# workers there.
@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_attempts_at_once_share_the_permits() -> None:
    get_user_model().objects.create_user("wang", password=_PASSWORD)
    found: list[int] = []

    def work() -> None:
        found.extend(_try(Client(), "wang").status_code for _ in range(5))
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    assert found.count(200) == SIGN_IN_HERE.permits
    assert found.count(429) == 20 - SIGN_IN_HERE.permits
