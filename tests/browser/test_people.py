"""An officer invites a colleague and makes a token; the colleague comes in through the link."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from tests.browser.console import (
    AGREEMENT,
    LANGUAGES,
    WIDTHS,
    Console,
    barriers,
    is_wider_than_its_window,
    tab_to,
)

PEOPLE, ROLES, TOKENS = (f"{AGREEMENT}/{each}/" for each in ("people", "roles", "tokens"))
IMPORT = f"{AGREEMENT}/versions/import/"
PASSPHRASE = "correct horse battery staple"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_colleague_is_invited_by_keyboard_and_comes_in_through_the_link(
    console: Console, language: str
) -> None:
    officer = console.signed_in("university-officer", language=language)
    console.open(officer, PEOPLE)
    tab_to(officer, "#id_note")
    officer.keyboard.type("Li Na")
    tab_to(officer, "#id_role")
    officer.keyboard.press("ArrowDown")
    officer.locator("#id_role").select_option("executive")
    tab_to(officer, "form[aria-labelledby=invite-head] .btn-primary")
    officer.keyboard.press("Enter")
    link = officer.locator("#made-link").input_value()
    assert barriers(officer) == []

    colleague = console.window(language=language)
    colleague.goto(link)
    expect(colleague.locator("html")).to_have_attribute("lang", language)
    assert barriers(colleague) == []
    # A closed account keeps its name, and a home folder may be walked through twice.
    name = f"li.na.{uuid4().hex[:8]}"
    tab_to(colleague, "#id_username")
    colleague.keyboard.type(name)
    tab_to(colleague, "#id_password")
    colleague.keyboard.type(PASSPHRASE)
    colleague.keyboard.press("Enter")
    colleague.wait_for_url(f"{console.address}/")
    expect(colleague.locator("main h1")).to_be_visible()

    console.open(officer, PEOPLE)
    member = officer.locator(".members li", has_text=name)
    expect(member).to_be_visible()
    expect(officer.locator("section[aria-labelledby=log-head] tbody")).to_contain_text(name)
    # The link has been used.
    again = console.window(language=language)
    answer = again.goto(link)
    assert answer is not None
    assert answer.status == 404
    assert barriers(again) == []

    member.locator("a").click()
    officer.locator("a.btn-stop").click()
    expect(officer.locator(".happens")).to_contain_text(name)
    assert barriers(officer) == []
    officer.locator("button.btn-stop").click()
    expect(officer.locator(".note")).to_contain_text(name)
    # The colleague's open window is closed with it.
    colleague.goto(f"{console.address}/")
    expect(colleague).to_have_url(re.compile("/sign-in/"))


def test_a_name_that_is_taken_is_said_beside_the_field_and_stays_there(console: Console) -> None:
    officer = console.signed_in("university-officer", language="en")
    console.open(officer, PEOPLE)
    officer.locator("#id_note").fill("Wang Fang")
    officer.locator("#id_role").select_option("analyst")
    officer.locator("form[aria-labelledby=invite-head] .btn-primary").click()
    colleague = console.window(language="en", width=390)
    colleague.goto(officer.locator("#made-link").input_value())
    colleague.locator("#id_username").fill("university-officer")
    colleague.locator("#id_password").fill(PASSPHRASE)
    colleague.locator(".btn-primary").click()
    expect(colleague.locator("#error_username")).to_contain_text("Somebody has this name already")
    expect(colleague.locator("#id_username")).to_have_value("university-officer")
    assert barriers(colleague) == []
    assert not is_wider_than_its_window(colleague)
    # Withdrawn, so that nothing stays open in the demo.
    console.open(officer, PEOPLE)
    officer.locator("section[aria-labelledby=open-head] button").first.click()
    expect(officer.locator(".note-success")).to_contain_text("Wang Fang")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_token_is_made_shown_once_and_revoked(console: Console, language: str) -> None:
    page = console.signed_in("university-officer", language=language)
    console.open(page, TOKENS)
    page.locator("#id_name").fill(f"meters {language}")
    page.locator("#id_role").select_option("analyst")
    page.locator("#id_purpose_reporting").check()
    page.locator(".token-form .btn-primary").click()
    secret = page.locator("#made-secret").input_value()
    assert secret.startswith("unipact_")
    assert barriers(page) == []
    copied = page.locator("[data-copy=made-secret]")
    expect(copied).to_be_visible()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    copied.click()
    expect(copied.locator("span")).to_have_text(copied.get_attribute("data-copied") or "")
    assert page.evaluate("navigator.clipboard.readText()") == secret

    bearer = {"Authorization": f"Bearer {secret}"}
    me = f"{console.address}/api/v1/me"
    program = console.window().context.request
    assert program.get(me, headers=bearer).status == 200
    console.open(page, TOKENS)
    assert secret not in page.content()
    page.locator("tr", has_text=f"meters {language}").locator("a").first.click()
    assert barriers(page) == []
    page.locator("button.btn-stop").click()
    expect(page.locator(".note-success")).to_contain_text(f"meters {language}")
    assert program.get(me, headers=bearer).status == 401


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_open_fit_and_put_nobody_off(console: Console, language: str, width: int) -> None:
    page = console.signed_in("enterprise-manager", language=language, width=width)
    found: list[str] = []
    for path in (PEOPLE, ROLES, TOKENS, IMPORT, f"{PEOPLE}leave/"):
        if console.open(page, path) != 200:
            found.append(f"{path}: does not open")
        if is_wider_than_its_window(page):
            found.append(f"{path}: it scrolls sideways")
        found += [f"{path}: {each}" for each in barriers(page)]
    assert found == []


def test_a_wrong_draft_is_answered_with_its_lines(console: Console) -> None:
    page = console.signed_in("university-officer", language="en")
    console.open(page, IMPORT)
    wrong = {"name": "agreement.toml", "mimeType": "application/toml", "buffer": b"format = 1\n"}
    page.locator("#id_file").set_input_files(wrong)
    page.locator(".draft-form .btn-primary").click()
    expect(page.locator("#error_file li").first).to_contain_text("agreement.toml:1")
    assert barriers(page) == []


def test_without_a_script_the_secret_is_there_to_be_selected(console: Console) -> None:
    page = console.signed_in("enterprise-manager", language="en")
    context = console.browser.new_context(
        java_script_enabled=False, storage_state=page.context.storage_state()
    )
    plain = context.new_page()
    plain.goto(f"{console.address}{TOKENS}")
    plain.locator("#id_name").fill("no script")
    plain.locator("#id_role").select_option("analyst")
    plain.locator("#id_purpose_reporting").check()
    plain.locator(".token-form .btn-primary").click()
    assert plain.locator("#made-secret").input_value().startswith("unipact_")
    expect(plain.locator("[data-copy]")).to_be_hidden()
    plain.goto(f"{console.address}{TOKENS}")
    plain.locator("tr", has_text="no script").locator("a").first.click()
    plain.locator("button.btn-stop").click()
    expect(plain.locator(".note-success")).to_contain_text("no script")
    context.close()
