"""Two people in two windows: one records what was given, the other contests and acknowledges it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.console import (
    AGREEMENT,
    LANGUAGES,
    Console,
    barriers,
    is_wider_than_its_window,
    tab_to,
)

BALANCE = f"{AGREEMENT}/balance/"


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_one_records_by_keyboard_the_other_contests_and_acknowledges(
    console: Console, language: str
) -> None:
    giver = console.signed_in("enterprise-manager", language=language)
    console.open(giver, f"{BALANCE}record/")
    tab_to(giver, "#id_subject")
    giver.locator("#id_subject").select_option("contribution:huawei-skill-data")
    tab_to(giver, "#id_amount")
    giver.keyboard.type("1.5")
    giver.locator("#id_happened_on").fill("2019-12-30")
    tab_to(giver, "form.token-form .btn-primary")
    giver.keyboard.press("Enter")
    # Pieces are whole: the page says so beside the field, and keeps what was typed.
    expect(giver.locator("#error_amount")).to_be_visible()
    expect(giver.locator("#id_amount")).to_have_value("1.5")
    assert barriers(giver) == []
    giver.locator("#id_amount").fill("1")
    giver.locator("form.token-form .btn-primary").press("Enter")
    giver.wait_for_url(re.compile(r"/balance/\d+/$"))
    assert barriers(giver) == []

    other = console.signed_in("university-officer", language=language, width=390)
    other.goto(giver.url)
    other.locator("#id_reason").fill("no file arrived")
    other.locator(".btn-stop").click()
    expect(other.locator(".head-pill .pill-missed")).to_be_visible()
    giver.reload()
    expect(giver.locator(".happens")).to_contain_text("no file arrived")
    other.locator("main form .btn-primary").click()
    expect(other.locator(".head-pill .pill-met")).to_be_visible()
    assert barriers(other) == []
    assert not is_wider_than_its_window(other)


def test_the_balance_says_all_of_it_without_a_script(console: Console) -> None:
    context = console.browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{console.address}/sign-in/")
    page.locator("button[value=university-executive]").click()
    page.goto(console.address + BALANCE)
    page.locator(".as-table summary").first.click()
    expect(page.locator(".as-table tbody tr").first).to_be_visible()
    assert page.locator("svg.course").count() >= 15
    assert page.locator("main form").count() == 0
    context.close()
