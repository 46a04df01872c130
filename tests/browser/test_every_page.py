"""Every page, in both languages, on a desk and on a phone: open, fit, reachable, as a picture."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.console import (
    LANGUAGES,
    PAGES,
    WIDTHS,
    Console,
    barriers,
    is_wider_than_its_window,
)
from tests.browser.pictures import write_picture

PICTURES = Path(__file__).resolve().parents[2] / "docs" / "pictures"
_LONGEST_PX = {1440: 1800, 390: 2400}


def _keep_picture(page: Page, name: str, width: int, language: str) -> None:
    """Write the page's picture to docs, where somebody asked for new ones."""
    if os.environ.get("UNIPACT_PICTURES") == "1":
        path = PICTURES / f"{name}-{width}-{language.removesuffix('-hans')}.png"
        write_picture(page, path, width=width, longest=_LONGEST_PX[width])


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_opens_fits_and_puts_nobody_off(
    console: Console, language: str, width: int
) -> None:
    page = console.signed_in("university-officer", language=language, width=width)
    found: list[str] = []
    for name, path in PAGES.items():
        status = console.open(page, path)
        if status != (404 if name == "problem" else 200):
            found.append(f"{name}: {status}")
        if is_wider_than_its_window(page):
            found.append(f"{name}: it scrolls sideways")
        found += [f"{name}: {each}" for each in barriers(page)]
        _keep_picture(page, name, width, language)
    assert found == []


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sign_in_page_opens_fits_and_puts_nobody_off(
    console: Console, language: str, width: int
) -> None:
    page = console.window(language=language, width=width)
    page.goto(f"{console.address}/sign-in/")
    assert page.locator("html").get_attribute("lang") == language
    assert not is_wider_than_its_window(page)
    assert barriers(page) == []
    _keep_picture(page, "sign-in", width, language)


@pytest.mark.parametrize("width", WIDTHS)
def test_the_other_party_sees_the_home_page_from_its_own_side(console: Console, width: int) -> None:
    page = console.signed_in("enterprise-manager", language="en", width=width)
    assert "Huawei" in page.locator("main .over").first.inner_text()
    assert barriers(page) == []
    _keep_picture(page, "home-enterprise", width, "en")
