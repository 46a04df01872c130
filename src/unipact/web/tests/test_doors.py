"""The door: sign-in, the demo's open accounts, the language, and the headers of every answer."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.contrib.auth import get_user_model
from django.test import Client

import unipact.errors
from unipact.web.demo import DEMO_ACCOUNTS, demo_accounts_create
from unipact.web.middleware import POLICY

PACKAGE = Path(unipact.__file__).parent
_PASSWORD = "correct horse battery"

pytestmark = pytest.mark.django_db


@pytest.fixture
def somebody() -> str:
    """An account with a password."""
    get_user_model().objects.create_user("wang", password=_PASSWORD)
    return "wang"


def test_the_session_is_a_new_one_after_sign_in(client: Client, somebody: str) -> None:
    client.get("/sign-in/")
    client.session["seen"] = "before"
    planted = client.session
    planted.save()
    client.cookies["sessionid"] = str(planted.session_key)
    answer = client.post("/sign-in/", {"username": somebody, "password": _PASSWORD})
    assert answer.status_code == 302
    assert client.session.session_key != planted.session_key


def test_a_wrong_password_is_told_without_saying_which_part(client: Client, somebody: str) -> None:
    answers = [
        client.post("/sign-in/", {"username": name, "password": "wrong"}).content.decode()
        for name in (somebody, "nobody")
    ]
    assert all('role="alert"' in each for each in answers)
    told = [re.findall(r'role="alert">.*?</p>', each) for each in answers]
    assert told[0] == told[1]


def test_sign_in_leads_to_no_other_host(client: Client, somebody: str) -> None:
    answer = client.post(
        "/sign-in/?next=https://evil.example/", {"username": somebody, "password": _PASSWORD}
    )
    assert answer.headers["Location"] == "/"


def test_outside_the_demo_its_door_is_a_wall(client: Client, settings: LazySettings) -> None:
    get_user_model().objects.create_user(DEMO_ACCOUNTS[0].username)
    settings.UNIPACT_DEMO = False
    answer = client.post("/sign-in/demo/", {"account": DEMO_ACCOUNTS[0].username})
    assert answer.status_code == 404
    assert "_auth_user_id" not in client.session
    assert b"demo-party" not in client.get("/sign-in/").content


def test_outside_the_demo_no_open_accounts_are_made(settings: LazySettings) -> None:
    settings.UNIPACT_DEMO = False
    with pytest.raises(unipact.errors.NotPermitted):
        demo_accounts_create()
    assert not get_user_model().objects.exists()


@pytest.mark.parametrize("account", ["", "root", "wang"])
def test_the_demos_door_opens_its_own_accounts_only(
    client: Client, somebody: str, account: str
) -> None:
    assert somebody == "wang"
    assert client.post("/sign-in/demo/", {"account": account}).status_code == 404


def test_the_demos_door_answers_no_link(client: Client) -> None:
    assert client.get("/sign-in/demo/").status_code == 405


def test_the_language_is_switched_by_a_form_and_stays(client: Client) -> None:
    assert 'lang="zh-hans"' in client.get("/sign-in/").content.decode()
    client.post("/language/", {"language": "en", "next": "/sign-in/"})
    page = client.get("/sign-in/").content.decode()
    assert '<html lang="en"' in page
    assert "Sign in" in page


@pytest.mark.parametrize("address", ["/sign-in/", "/nowhere/", "/static/web/console.css"])
def test_every_answer_says_what_a_page_may_load(client: Client, address: str) -> None:
    answer = client.get(address)
    assert answer.headers["Content-Security-Policy"] == POLICY
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "unsafe" not in POLICY
    answer.close()


def test_no_template_writes_script_or_style_into_the_page() -> None:
    inline = re.compile(
        r"""\sstyle=|<style|\son[a-z]+=|<script(?![^>]*\ssrc=)|javascript:""", re.IGNORECASE
    )
    wrong = [
        f"{path.relative_to(PACKAGE)}: {found.group()}"
        for path in PACKAGE.glob("*/templates/**/*.html")
        # A whole file by itself, which is set as a PDF or handed out as an attachment.
        if path.name != "report_file.html"
        if (found := inline.search(path.read_text(encoding="utf-8")))
    ]
    assert wrong == []


def test_no_page_asks_another_host_for_a_file() -> None:
    foreign = re.compile(r"""(?:src|href)=["']https?://""")
    for path in PACKAGE.glob("*/templates/**/*.html"):
        assert not foreign.search(path.read_text(encoding="utf-8")), path
