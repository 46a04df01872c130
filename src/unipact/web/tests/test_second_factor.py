"""A second factor: set up, asked for, good once, limited, sealed, and demanded where it must be."""

from __future__ import annotations

import re
import threading
from io import StringIO
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from django.conf import LazySettings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from unipact.agreement.roles import Role
from unipact.agreement.services import agreement_import, membership_grant
from unipact.errors import Unavailable
from unipact.web.accounts.sealing import seal, seal_again, unseal
from unipact.web.tests.clock import NOON, Clock
from unipact.web.tests.one_time import STEP_S, code
from unipact.web.throttle import SECOND_FACTOR

_PASSWORD = "correct horse battery"
_EXAMPLE = Path(__file__).parents[4] / "examples/usst-huawei-2019/agreement.toml"


def _sign_in(client: Client, name: str = "wang"):
    return client.post("/sign-in/", {"username": name, "password": _PASSWORD})


def _set_up(client: Client, clock: Clock) -> str:
    """Set an app up for somebody signed in; returns its secret."""
    page = client.get("/account/second-factor/set-up/").content.decode()
    found = re.search(r'id="secret">([A-Z2-7]{32})<', page)
    assert found is not None
    secret = found.group(1)
    answer = client.post("/account/second-factor/set-up/", {"code": code(secret, clock.second)})
    assert answer.headers["Location"] == "/account/second-factor/recovery-codes/"
    return secret


def _recovery_codes(client: Client) -> list[str]:
    page = client.get("/account/second-factor/recovery-codes/").content.decode()
    return re.findall(r"<li><code>(\d{8})</code>", page)


@pytest.fixture
def secret(client: Client, wang: User, clock: Clock) -> str:
    """The secret of wang's app; wang is signed out, and a new code is due."""
    _sign_in(client)
    found = _set_up(client, clock)
    client.post("/sign-out/")
    clock.move(seconds=3 * STEP_S)
    return found


def _give(client: Client, given: str):
    return client.post("/sign-in/second-factor/", {"code": given})


def test_the_reference_values_of_the_standard() -> None:
    # RFC 6238 appendix B, SHA-1, the last six of eight digits.
    shared = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    at = {59: "287082", 1111111109: "081804", 1234567890: "005924", 20000000000: "353130"}
    assert {second: code(shared, second) for second in at} == at


def test_the_password_alone_no_longer_opens(client: Client, secret: str, clock: Clock) -> None:
    answer = _sign_in(client)
    assert answer.headers["Location"] == "/sign-in/second-factor/"
    assert client.get("/account/").headers["Location"] == "/sign-in/?next=/account/"
    before = client.session.session_key
    answer = _give(client, code(secret, clock.second))
    assert answer.headers["Location"] == "/"
    assert client.get("/account/").status_code == 200
    assert client.session.session_key != before


def test_the_session_is_a_new_one_after_the_password_too(client: Client, secret: str) -> None:
    client.session["planted"] = 1
    planted = client.session
    planted.save()
    client.cookies["sessionid"] = str(planted.session_key)
    _sign_in(client)
    assert client.session.session_key != planted.session_key
    thief = Client()
    thief.cookies["sessionid"] = str(planted.session_key)
    assert thief.get("/sign-in/second-factor/").headers["Location"] == "/sign-in/"


def test_nobody_comes_to_the_second_door_without_the_first(client: Client, db: None) -> None:
    assert client.get("/sign-in/second-factor/").headers["Location"] == "/sign-in/"
    assert _give(client, "123456").headers["Location"] == "/sign-in/"


def test_the_address_asked_for_opens_after_both(client: Client, secret: str, clock: Clock) -> None:
    client.post("/sign-in/?next=/account/password/", {"username": "wang", "password": _PASSWORD})
    answer = _give(client, code(secret, clock.second))
    assert answer.headers["Location"] == "/account/password/"


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_a_clock_may_be_one_step_off(client: Client, secret: str, clock: Clock, steps: int) -> None:
    _sign_in(client)
    assert _give(client, code(secret, clock.second + steps * STEP_S)).status_code == 302


@pytest.mark.parametrize("steps", [-3, -2, 2, 3])
def test_an_older_or_later_code_is_wrong(
    client: Client, secret: str, clock: Clock, steps: int
) -> None:
    _sign_in(client)
    answer = _give(client, code(secret, clock.second + steps * STEP_S))
    assert answer.status_code == 200
    assert 'aria-invalid="true"' in answer.content.decode()


@pytest.mark.parametrize("later_s", [0, 20, 29, 31, 59])
def test_a_code_is_good_once(client: Client, secret: str, clock: Clock, later_s: int) -> None:
    _sign_in(client)
    early = code(secret, clock.second + STEP_S)
    assert _give(client, early).status_code == 302
    client.post("/sign-out/")
    clock.move(seconds=later_s)
    # Another worker shares the database and nothing else.
    cache.clear()
    other = Client()
    _sign_in(other)
    assert _give(other, early).status_code == 200
    assert _give(other, f"{early[:3]} {early[3:]}").status_code == 200
    assert "_auth_user_id" not in other.session


def test_the_code_that_set_the_app_up_signs_nobody_in(
    client: Client, wang: User, clock: Clock
) -> None:
    _sign_in(client)
    found = _set_up(client, clock)
    client.post("/sign-out/")
    _sign_in(client)
    assert _give(client, code(found, clock.second)).status_code == 200


def test_too_many_wrong_codes_are_refused_for_the_account(
    client: Client, secret: str, clock: Clock
) -> None:
    right = code(secret, clock.second)
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    statuses = []
    for _ in range(SECOND_FACTOR.permits + 1):
        # Signing in again gives no new permits.
        each = Client()
        _sign_in(each)
        statuses.append(_give(each, wrong).status_code)
    assert statuses == [200] * SECOND_FACTOR.permits + [429]
    _sign_in(client)
    refused = _give(client, right)
    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "180"
    clock.move(seconds=180)
    assert _give(client, code(secret, clock.second)).status_code == 302


@pytest.mark.parametrize("given", ["", "12345", "abcdef", "０００００1", "1" * 500, "a\0b"])
def test_what_is_no_code_is_a_wrong_code(client: Client, secret: str, given: str) -> None:
    _sign_in(client)
    assert _give(client, given).status_code == 200


def test_no_code_at_all_is_a_wrong_code(client: Client, secret: str) -> None:
    _sign_in(client)
    answer = client.post("/sign-in/second-factor/", {})
    assert answer.status_code == 200
    assert 'name="code"' in answer.content.decode()


# --- recovery codes ------------------------------------------------------------------------------


def test_recovery_codes_are_shown_once(client: Client, wang: User, clock: Clock) -> None:
    _sign_in(client)
    _set_up(client, clock)
    page = client.get("/account/second-factor/recovery-codes/").content.decode()
    codes = re.findall(r"<li><code>(\d{8})</code>", page)
    assert len(set(codes)) == 10
    kept = re.search(r'href="data:text/plain;charset=utf-8,([^"]+)"', page)
    assert kept is not None
    assert kept.group(1) == "".join(f"{each}%0A" for each in codes)
    again = client.get("/account/second-factor/recovery-codes/").content.decode()
    assert not any(each in again for each in codes)


def test_a_recovery_code_opens_once(client: Client, wang: User, clock: Clock) -> None:
    _sign_in(client)
    _set_up(client, clock)
    codes = _recovery_codes(client)
    client.post("/sign-out/")
    for status in (302, 200):
        each = Client()
        _sign_in(each)
        assert _give(each, codes[3]).status_code == status
    _sign_in(client)
    assert _give(client, codes[4]).status_code == 302
    client.cookies["django_language"] = "en"
    page = client.get("/account/second-factor/").content.decode()
    assert "8 recovery codes are left" in page


def test_new_recovery_codes_replace_the_old(client: Client, wang: User, clock: Clock) -> None:
    _sign_in(client)
    _set_up(client, clock)
    old = _recovery_codes(client)
    client.post("/account/second-factor/recovery-codes/new/")
    new = _recovery_codes(client)
    assert len(new) == 10
    assert set(old).isdisjoint(new)
    client.post("/sign-out/")
    _sign_in(client)
    assert _give(client, old[0]).status_code == 200
    assert _give(client, new[0]).status_code == 302


# --- the password again --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "door",
    ["password/", "second-factor/set-up/"],
)
def test_after_a_while_the_password_is_asked_for_again(
    client: Client, wang: User, clock: Clock, door: str
) -> None:
    _sign_in(client)
    assert client.get(f"/account/{door}").status_code == 200
    clock.move(minutes=6)
    address = client.get(f"/account/{door}").headers["Location"]
    assert address.startswith("/account/confirm/?next=")
    assert client.post(address, {"password": "wrong horse"}).status_code == 200
    answer = client.post(address, {"password": _PASSWORD})
    assert answer.headers["Location"] == f"/account/{door}"
    assert client.get(f"/account/{door}").status_code == 200


def test_a_refused_form_is_not_kept_until_the_password_is_given(
    client: Client, wang: User, clock: Clock
) -> None:
    _sign_in(client)
    clock.move(minutes=6)
    client.post("/account/password/", {"password1": "a secret new one", "password2": "x"})
    assert "a secret new one" not in str(dict(client.session))


def test_confirming_is_limited_as_signing_in_is(client: Client, wang: User, clock: Clock) -> None:
    _sign_in(client)
    clock.move(minutes=6)
    statuses = [
        client.post("/account/confirm/", {"password": "wrong horse"}).status_code for _ in range(6)
    ]
    assert statuses == [200] * 5 + [429]


def test_the_app_is_removed_with_its_recovery_codes(
    client: Client, wang: User, clock: Clock
) -> None:
    _sign_in(client)
    _set_up(client, clock)
    assert client.get("/account/second-factor/remove/").status_code == 200
    client.post("/account/second-factor/remove/")
    assert not Authenticator.objects.exists()
    client.post("/sign-out/")
    assert _sign_in(client).headers["Location"] == "/"


def test_the_operator_lets_in_who_lost_phone_and_codes(client: Client, secret: str) -> None:
    call_command("secondfactor", "--remove", "wang", stdout=StringIO())
    assert not Authenticator.objects.exists()
    assert _sign_in(client).headers["Location"] == "/"
    for name in ("wang", "nobody"):
        with pytest.raises(CommandError, match=name):
            call_command("secondfactor", "--remove", name)


# --- at rest -------------------------------------------------------------------------------------


def test_secrets_are_sealed_at_rest(client: Client, secret: str) -> None:
    kept = {each.type: each.data for each in Authenticator.objects.all()}
    sealed = kept["totp"]["secret"]
    assert secret not in str(kept)
    assert unseal(sealed) == secret
    assert len(unseal(kept["recovery_codes"]["seed"])) == 80
    assert seal("x") != seal("x")


def test_the_secret_key_may_be_replaced(
    client: Client, secret: str, clock: Clock, settings: LazySettings
) -> None:
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "the next key" * 5
    _sign_in(client)
    assert _give(client, code(secret, clock.second)).status_code == 302
    # Who signed in no longer needs the key before.
    settings.SECRET_KEY_FALLBACKS = []
    assert unseal(Authenticator.objects.get(type="totp").data["secret"]) == secret
    assert unseal(Authenticator.objects.get(type="recovery_codes").data["seed"])


def test_a_secret_under_a_lost_key_is_told(
    client: Client, secret: str, settings: LazySettings
) -> None:
    settings.SECRET_KEY = "another key" * 5
    _sign_in(client)
    assert _give(client, "123456").status_code == 503
    with pytest.raises(Unavailable):
        seal_again(Authenticator.objects.get(type="totp").data["secret"])


# --- demanded ------------------------------------------------------------------------------------


@pytest.fixture
def officer(wang: User) -> User:
    """Somebody who speaks for a party."""
    agreement_import(actor=None, content=_EXAMPLE.read_bytes(), now=NOON, state="in_force")
    membership_grant(username="wang", party="usst", role=Role.COOPERATION_OFFICER, now=NOON)
    return wang


@pytest.mark.parametrize(
    "address", ["/", "/agreements/usst-huawei-2019/", "/account/", "/account/password/"]
)
def test_an_officer_sets_it_up_before_anything_else_opens(
    client: Client, officer: User, settings: LazySettings, clock: Clock, address: str
) -> None:
    settings.UNIPACT_SECOND_FACTOR = "officers"
    _sign_in(client)
    assert client.get(address).headers["Location"] == "/account/second-factor/set-up/"
    assert client.post(address).headers["Location"] == "/account/second-factor/set-up/"
    _set_up(client, clock)
    assert client.get(address).status_code == 200


def test_the_demand_has_the_shape_that_was_asked_for(
    client: Client, officer: User, settings: LazySettings, clock: Clock
) -> None:
    settings.UNIPACT_SECOND_FACTOR = "officers"
    _sign_in(client)
    answer = client.get("/", headers={"accept": "application/json"})
    assert answer.status_code == 403
    assert answer.json()["type"].endswith("second-factor-required")
    part = client.get("/", headers={"hx-request": "true"})
    assert part.status_code == 403
    assert b"<html" not in part.content
    # Signing out and the language stay open.
    assert client.post("/language/", {"language": "en"}).status_code == 302
    assert client.post("/sign-out/").status_code == 302


def test_the_page_that_sets_it_up_tells_nothing_of_the_agreement(
    client: Client, officer: User, settings: LazySettings, clock: Clock
) -> None:
    settings.UNIPACT_SECOND_FACTOR = "officers"
    _sign_in(client)
    page = client.get("/account/second-factor/set-up/").content.decode()
    assert "/agreements/" not in page
    clock.move(minutes=6)
    assert "/agreements/" not in client.get("/account/confirm/").content.decode()


def test_an_officer_who_removes_it_sets_a_new_one_up_before_anything_else(
    client: Client, officer: User, settings: LazySettings, clock: Clock
) -> None:
    settings.UNIPACT_SECOND_FACTOR = "officers"
    _sign_in(client)
    _set_up(client, clock)
    assert client.get("/account/").status_code == 200
    client.post("/account/second-factor/remove/")
    assert client.get("/account/").headers["Location"] == "/account/second-factor/set-up/"


@pytest.mark.parametrize(
    ("rule", "role", "status"),
    [
        ("officers", Role.ANALYST, 200),
        ("everyone", Role.ANALYST, 302),
        ("offered", Role.COOPERATION_OFFICER, 200),
    ],
)
def test_the_setting_says_of_whom_it_is_demanded(
    client: Client, officer: User, settings: LazySettings, rule: str, role: Role, status: int
) -> None:
    get_user_model().objects.create_user("li", password=_PASSWORD)
    membership_grant(username="li", party="usst", role=role, now=NOON)
    settings.UNIPACT_SECOND_FACTOR = rule
    _sign_in(client, "li")
    assert client.get("/account/").status_code == status


def test_who_acts_for_no_party_is_no_officer(
    client: Client, wang: User, settings: LazySettings
) -> None:
    settings.UNIPACT_SECOND_FACTOR = "officers"
    _sign_in(client)
    page = client.get("/account/")
    assert page.status_code == 200
    assert "wang" in page.content.decode()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_one_code_at_once_from_two_workers_opens_one_session(clock: Clock) -> None:
    get_user_model().objects.create_user("wang", password=_PASSWORD)
    first = Client()
    _sign_in(first)
    found = _set_up(first, clock)
    clock.move(seconds=3 * STEP_S)
    clients = [Client() for _ in range(4)]
    for each in clients:
        _sign_in(each)
    statuses: list[int] = []

    def work(each: Client) -> None:
        statuses.append(_give(each, code(found, clock.second)).status_code)
        connection.close()

    workers = [threading.Thread(target=work, args=(each,)) for each in clients]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(statuses) == [200, 200, 200, 302]
