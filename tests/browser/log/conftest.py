"""A page from which the log verifier can be asked."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.log.window import served


@pytest.fixture(scope="module")
def page(chromium: Browser) -> Iterator[Page]:
    """A page from which the verifier can be asked."""
    with served() as site:
        context = chromium.new_context()
        page = context.new_page()
        page.goto(site.address)
        yield page
        context.close()
