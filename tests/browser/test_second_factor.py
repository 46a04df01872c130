"""A person with a password sets a second factor up, and comes in with it: by keyboard alone."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.console import LANGUAGES, Console, barriers, is_wider_than_its_window, tab_to
from tests.databases import settings_of
from unipact.web.tests.one_time import STEP_S, code

_PASSWORD = "correct horse battery"
_NEXT = "staple under the moon"
_NAMES = {"zh-hans": "li-lei", "en": "han-mei"}
_MAKE = (
    "from django.contrib.auth import get_user_model as m;"
    f"[m().objects.create_user(n + x, password='{_PASSWORD}')"
    f" for n in {sorted(_NAMES.values())} for x in ('', '-2')]"
)


@pytest.fixture(scope="module")
def people(home: Path, address: str) -> None:
    """People with passwords on the running console."""
    given = {
        **os.environ,
        "UNIPACT_HOME": str(home),
        "DJANGO_SETTINGS_MODULE": "unipact.settings.demo",
        **settings_of(home),
    }
    subprocess.run(
        [sys.executable, "-m", "django", "shell", "--command", _MAKE],
        env=given,
        check=True,
        capture_output=True,
    )


def _looks_right(page: Page) -> None:
    assert barriers(page) == [], page.url
    assert not is_wider_than_its_window(page), page.url


def _enter(page: Page) -> None:
    """Press Enter, and wait for the page that follows."""
    with page.expect_navigation():
        page.keyboard.press("Enter")


def _sign_in(page: Page, console: Console, name: str, password: str = _PASSWORD) -> None:
    page.goto(f"{console.address}/sign-in/?next=/account/")
    tab_to(page, ".door-password summary")
    page.keyboard.press("Enter")
    tab_to(page, "#id_username")
    page.keyboard.type(name)
    page.keyboard.press("Tab")
    page.keyboard.type(password)
    _enter(page)


def _give(page: Page, given: str) -> None:
    tab_to(page, "#id_code")
    page.keyboard.type(given)
    _enter(page)


def _sign_out(page: Page, console: Console) -> None:
    console.open(page, "/account/")
    tab_to(page, "main form[action='/sign-out/'] button")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{console.address}/sign-in/")


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(("language", "width"), [("zh-hans", 390), ("en", 1440)])
def test_a_second_factor_from_the_set_up_to_the_lost_phone(
    console: Console, language: str, width: int
) -> None:
    name = _NAMES[language]
    page = console.window(language=language, width=width)
    page.set_default_timeout(20_000)
    _sign_in(page, console, name)
    expect(page.locator("html")).to_have_attribute("lang", language)
    _looks_right(page)

    tab_to(page, "main a[href='/account/second-factor/']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/account/second-factor/")
    _looks_right(page)
    tab_to(page, "main a[href='/account/second-factor/set-up/']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/set-up/")
    expect(page.locator(".factor-picture")).to_be_visible()
    assert page.locator(".factor-picture").evaluate("image => image.naturalWidth") > 0
    _looks_right(page)
    secret = page.locator("#secret").inner_text()
    # The server's clock cannot be held: the code of this step, and later that of the next.
    second = int(time.time())
    _give(page, "000000" if code(secret, second) != "000000" else "000001")
    expect(page.locator("#error_code")).to_be_visible()
    assert page.locator("#secret").inner_text() == secret
    _looks_right(page)
    second = int(time.time())
    _give(page, code(secret, second))
    page.wait_for_url("**/recovery-codes/")
    codes = page.locator(".factor-codes code").all_inner_texts()
    assert len(codes) == 10
    _looks_right(page)
    tab_to(page, "main a[download]")
    with page.expect_download() as kept:
        page.keyboard.press("Enter")
    assert Path(kept.value.path()).read_text(encoding="utf-8").split() == codes

    _sign_out(page, console)
    _sign_in(page, console, name)
    page.wait_for_url("**/sign-in/second-factor/")
    _looks_right(page)
    _give(page, code(secret, second + STEP_S))
    console.open(page, "/account/second-factor/")
    expect(page.locator("#codes-head")).to_be_visible()
    _looks_right(page)

    _sign_out(page, console)
    _sign_in(page, console, name)
    _give(page, codes[6])
    expect(page.locator("main .facts").first).to_contain_text(name)


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_forgot_the_password_is_sent_to_the_mail(console: Console, language: str) -> None:
    page = console.window(language=language, width=390)
    page.goto(f"{console.address}/sign-in/")
    tab_to(page, ".door-password summary")
    page.keyboard.press("Enter")
    tab_to(page, "main a[href='/account/password/forgotten/']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/forgotten/")
    _looks_right(page)
    tab_to(page, "#id_email")
    page.keyboard.type("nobody@example.org")
    page.keyboard.press("Enter")
    page.wait_for_url("**/forgotten/sent/")
    _looks_right(page)


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(("language", "width"), [("en", 390), ("zh-hans", 1440)])
def test_a_password_is_changed_by_keyboard(console: Console, language: str, width: int) -> None:
    name = f"{_NAMES[language]}-2"
    page = console.window(language=language, width=width)
    _sign_in(page, console, name)
    console.open(page, "/account/password/")
    _looks_right(page)
    for first in ("short", _NEXT):
        tab_to(page, "#id_password1")
        page.keyboard.type(first)
        page.keyboard.press("Tab")
        page.keyboard.type(first)
        _enter(page)
        if first == "short":
            expect(page.locator("#error_password1")).to_be_visible()
            _looks_right(page)
    assert page.url == f"{console.address}/account/", page.inner_text("main")
    expect(page.locator("main .note")).to_be_visible()
    _looks_right(page)
    _sign_out(page, console)
    _sign_in(page, console, name, _NEXT)
    console.open(page, "/account/confirm/?next=/account/")
    _looks_right(page)
    tab_to(page, "#id_password")
    page.keyboard.type(_NEXT)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{console.address}/account/")
