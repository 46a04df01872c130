"""A person before the console: signs in, opens pages, looks."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

AGREEMENT = "/agreements/usst-huawei-2019"
ENERGY = f"{AGREEMENT}/commitments/campus-energy-savings-pool/"
OFFICERS = ("university-officer", "enterprise-manager")
LANGUAGES = ("zh-hans", "en")
WIDTHS = {1440: 900, 390: 844}

#: Every page by the name of its picture; ``{evidence}`` is found on the energy commitment, and
#: ``{proposal}`` on the page of the consultation.
PAGES = {
    "home": "/",
    "agreement": f"{AGREEMENT}/",
    "commitments": f"{AGREEMENT}/commitments/",
    "commitment": ENERGY,
    "commitment-forecast": f"{AGREEMENT}/commitments/campus-carbon-budget/",
    "commitment-no-data": f"{AGREEMENT}/commitments/college-placements/",
    "field-campus": f"{AGREEMENT}/fields/smart-campus/",
    "field-no-data": f"{AGREEMENT}/fields/medical-engineering/",
    "balance": f"{AGREEMENT}/balance/",
    "balance-record": f"{AGREEMENT}/balance/record/",
    "balance-value": f"{AGREEMENT}/balance/value/",
    "transaction": f"{AGREEMENT}/balance/7/",
    "people": f"{AGREEMENT}/people/",
    "roles": f"{AGREEMENT}/roles/",
    "tokens": f"{AGREEMENT}/tokens/",
    "deadlines": f"{AGREEMENT}/deadlines/",
    "draft": f"{AGREEMENT}/versions/import/",
    "log": f"{AGREEMENT}/log/",
    "log-entry": f"{AGREEMENT}/log/0/",
    "keys": f"{AGREEMENT}/keys/",
    "requests": f"{AGREEMENT}/requests/",
    "account": "/account/",
    "report": f"{AGREEMENT}/report/",
    "evidence": "{evidence}",
    "evidence-rows": "{evidence}rows/",
    "campus": "/campus/",
    "meter": "/campus/meters/b2/",
    "consultation": f"{AGREEMENT}/consultation/",
    "proposal": "{proposal}",
    "propose": f"{AGREEMENT}/consultation/propose/",
    "amend": "{proposal}amend/",
    "reviews": f"{AGREEMENT}/consultation/evidence/",
    "notice": f"{AGREEMENT}/consultation/notice/",
    "dispute": f"{ENERGY}dispute/",
    "problem": "/nothing-is-here/",
}

_REFUSALS = ("404 (Not Found)", "409 (Conflict)", "422 (Unprocessable Entity)")
_AXE = Path(__file__).parent / "vendor" / "axe.min.js"
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@dataclass
class Console:
    """Windows on one running console.

    ``complaints`` are errors and warnings that pages wrote to the browser's console: a blocked
    script, a missing file, a fault in a chart.
    """

    browser: Browser
    address: str
    complaints: list[str] = field(default_factory=list)
    _contexts: list[BrowserContext] = field(default_factory=list)

    def window(self, *, language: str = "zh-hans", width: int = 1440) -> Page:
        """A new window of somebody who is not signed in."""
        context = self.browser.new_context(
            viewport={"width": width, "height": WIDTHS.get(width, 900)}, reduced_motion="reduce"
        )
        self._contexts.append(context)
        context.add_cookies([{"name": "django_language", "value": language, "url": self.address}])
        page = context.new_page()
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return page

    def signed_in(self, account: str, *, language: str = "zh-hans", width: int = 1440) -> Page:
        """A window in which a demo account was opened."""
        page = self.window(language=language, width=width)
        page.goto(f"{self.address}/sign-in/")
        page.locator(f"button[value={account}]").click()
        page.wait_for_url(f"{self.address}/")
        return page

    def open(self, page: Page, path: str) -> int:
        """Open a page, wait until what it loads is there, and return the status."""
        if "{evidence}" in path:
            page.goto(self.address + ENERGY)
            link = page.locator("main a[href*='/evidence/']").first.get_attribute("href")
            assert link is not None
            path = path.replace("{evidence}", link)
        if "{proposal}" in path:
            page.goto(f"{self.address}{AGREEMENT}/consultation/")
            link = page.locator(".proposals a").first.get_attribute("href")
            assert link is not None
            path = path.replace("{proposal}", link)
        answer = page.goto(self.address + path)
        assert answer is not None
        for chart in page.locator("[data-chart]").all():
            chart.locator("svg").wait_for(state="attached")
        for part in page.locator("main [hx-trigger=load]").all():
            part.locator("table").first.wait_for()
        return answer.status

    def close(self) -> None:
        """Close every window."""
        for context in self._contexts:
            context.close()

    def _hear(self, message: ConsoleMessage) -> None:
        # The browser itself reports the refusal that a test asks for.
        is_asked_for = any(each in message.text for each in _REFUSALS)
        if message.type in {"error", "warning"} and not is_asked_for:
            self.complaints.append(f"{message.location.get('url')}: {message.text}")


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the element has the focus, as somebody without a mouse does."""
    wanted = page.locator(selector).first
    for _ in range(150):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            return
    pytest.fail(f"the keyboard does not reach {selector}")


def barriers(page: Page) -> list[str]:
    """What axe-core finds in the page that stops somebody."""
    # Injected by the debugger, not by the page: its policy forbids foreign scripts.
    page.evaluate(_AXE.read_text(encoding="utf-8"))
    options = json.dumps({"runOnly": {"type": "tag", "values": _TAGS}})
    found: dict[str, Any] = page.evaluate(f"axe.run(document, {options})")
    return [
        f"{each['id']}: {node['target']} {node.get('failureSummary', '')[:200]}"
        for each in found["violations"]
        for node in each["nodes"][:3]
    ]


def is_wider_than_its_window(page: Page) -> bool:
    """Whether the page scrolls sideways."""
    wide: bool = page.evaluate(
        "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    )
    return wide
