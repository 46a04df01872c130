"""A person's own page, the way to it, and forms that were filled in by nobody."""

from __future__ import annotations

from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.test import Client

from unipact.agreement.roles import Role
from unipact.agreement.services import agreement_import, membership_grant
from unipact.web.tests.clock import NOON

_EXAMPLE = Path(__file__).parents[4] / "examples/usst-huawei-2019/agreement.toml"
_PASSWORD = "correct horse battery"


@pytest.fixture
def inside(client: Client, wang: User) -> Client:
    """Wang's window, signed in, in English."""
    client.cookies["django_language"] = "en"
    client.post("/sign-in/", {"username": "wang", "password": _PASSWORD})
    return client


def test_the_page_says_who_somebody_is_here(inside: Client) -> None:
    agreement_import(actor=None, content=_EXAMPLE.read_bytes(), now=NOON, state="in_force")
    membership_grant(username="wang", party="huawei", role=Role.ANALYST, now=NOON)
    page = inside.get("/account/").content.decode()
    assert "<dd>wang</dd>" in page
    assert "<dd>Data analyst</dd>" in page
    assert "<dd>Huawei Technologies Co., Ltd.</dd>" in page
    for door in ("/account/password/", "/account/second-factor/", "/sign-out/"):
        assert door in page


def test_who_acts_for_no_party_has_an_account_all_the_same(inside: Client) -> None:
    page = inside.get("/account/").content.decode()
    assert "This account acts for no party." in page
    for door in ("password/", "second-factor/", "second-factor/set-up/", "confirm/"):
        assert inside.get(f"/account/{door}").status_code == 200


def test_every_page_leads_to_it(inside: Client) -> None:
    page = inside.get("/account/password/").content.decode()
    assert '<a class="who" href="/account/"' in page


def test_it_opens_to_nobody_else(client: Client, db: None) -> None:
    for door in (
        "",
        "confirm/",
        "password/",
        "second-factor/",
        "second-factor/set-up/",
        "second-factor/remove/",
        "second-factor/recovery-codes/",
        "second-factor/recovery-codes/new/",
    ):
        answer = client.get(f"/account/{door}")
        assert answer.headers["Location"] == f"/sign-in/?next=/account/{door}"


@pytest.mark.parametrize(
    "door", ["password/", "second-factor/set-up/", "confirm/", "password/forgotten/"]
)
def test_an_empty_form_is_shown_again(inside: Client, door: str) -> None:
    answer = inside.post(f"/account/{door}", {})
    assert answer.status_code == 200
    assert 'aria-invalid="true"' in answer.content.decode()


@pytest.mark.parametrize("door", ["remove/", "recovery-codes/"])
def test_what_is_not_set_up_is_not_there(inside: Client, door: str) -> None:
    assert inside.get(f"/account/second-factor/{door}").status_code == 404


def test_recovery_codes_come_with_an_app_alone(inside: Client, wang: User) -> None:
    answer = inside.post("/account/second-factor/recovery-codes/new/")
    assert answer.status_code == 200
    assert 'role="alert"' in answer.content.decode()
    assert not Authenticator.objects.filter(user=wang).exists()


@pytest.mark.parametrize("where", ["https://evil.example/", "//evil.example/", "javascript:x"])
def test_the_password_given_again_leads_to_no_other_host(inside: Client, where: str) -> None:
    answer = inside.post("/account/confirm/", {"password": _PASSWORD, "next": where})
    assert answer.headers["Location"] == "/"
