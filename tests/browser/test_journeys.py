"""What officers of both parties do, with the keyboard alone and in both languages."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.console import AGREEMENT, ENERGY, LANGUAGES, OFFICERS, Console, tab_to


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("officer", OFFICERS)
def test_an_officer_goes_from_the_door_to_the_rows_by_keyboard(
    console: Console, officer: str, language: str
) -> None:
    page = console.window(language=language)
    page.goto(f"{console.address}/sign-in/")
    tab_to(page, f"button[value={officer}]")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{console.address}/")
    tab_to(page, f"main a[href='{ENERGY}']")
    page.keyboard.press("Enter")
    expect(page.locator(".head-pill .pill-undecided")).to_be_visible()
    tab_to(page, "main a[href*='/evidence/']")
    page.keyboard.press("Enter")
    expect(page.locator("#rows tbody tr").first).to_be_visible()
    first = page.locator("#rows tbody tr").first.inner_text()
    tab_to(page, "#rows .actions a[hx-get]")
    page.keyboard.press("Enter")
    expect(page.locator("#rows tbody tr").first).not_to_have_text(first)


def test_the_menu_of_a_phone_opens_by_keyboard(console: Console) -> None:
    page = console.signed_in("university-officer", width=390)
    report = page.locator(f".menu a[href='{AGREEMENT}/report/']")
    expect(report).not_to_be_visible()
    tab_to(page, ".navbar-toggler")
    page.keyboard.press("Enter")
    expect(report).to_be_visible()
    report.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".sheet h1")).to_be_visible()


def test_the_language_changes_where_one_stands(console: Console) -> None:
    page = console.signed_in("university-officer", language="zh-hans")
    console.open(page, ENERGY)
    page.locator(".language button[value=en]").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert page.url == console.address + ENERGY
    expect(page.locator("h1")).to_have_text("Electricity saved across all metered buildings")


def test_what_the_other_party_reads_stands_where_the_owner_sees_it(console: Console) -> None:
    reader = console.signed_in("enterprise-manager", language="en")
    console.open(reader, "/campus/meters/b2/")
    owner = console.signed_in("university-officer", language="en")
    console.open(owner, f"{AGREEMENT}/people/")
    line = owner.locator("section[aria-labelledby=a-head] tbody tr").first
    expect(line).to_contain_text("enterprise-manager")
    expect(line).to_contain_text("Readings of a meter")


def test_the_page_says_all_of_it_without_a_script(console: Console) -> None:
    page = console.signed_in("university-officer", language="en")
    context = console.browser.new_context(
        java_script_enabled=False, storage_state=page.context.storage_state()
    )
    plain = context.new_page()
    plain.goto(f"{console.address}{AGREEMENT}/report/")
    assert plain.locator(".sheet table").count() > 3
    plain.goto(f"{console.address}{ENERGY}")
    plain.locator(".as-table summary").first.click()
    expect(plain.locator(".as-table td").first).to_be_visible()
    context.close()


def test_the_report_prints_without_the_console_around_it(console: Console) -> None:
    page = console.signed_in("university-officer", language="zh-hans")
    console.open(page, f"{AGREEMENT}/report/")
    page.emulate_media(media="print")
    expect(page.locator(".side")).not_to_be_visible()
    expect(page.locator(".illustration")).not_to_be_visible()
    expect(page.locator(".sheet-mark")).to_be_visible()
    assert page.pdf(format="A4").startswith(b"%PDF")


def test_the_pdf_says_that_it_is_being_made_and_stops_saying_so(console: Console) -> None:
    page = console.signed_in("university-officer", language="en")
    console.open(page, f"{AGREEMENT}/report/")
    # The page stays, as it does for a download.
    page.route("**/report.pdf*", lambda route: route.fulfill(status=204))
    page.clock.install()
    note = page.get_by_text("Making the PDF; this takes a few seconds.")
    expect(note).to_be_hidden()
    page.locator("a[data-busy]").click()
    expect(note).to_be_visible()
    page.clock.run_for(10_000)
    expect(note).to_be_hidden()
