"""A visitor checks a log with a button, or files of their own, and understands the answer."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.template.loader import render_to_string
from django.utils import translation
from playwright.sync_api import Browser, Page, expect

from tests.browser.console import barriers, is_wider_than_its_window, tab_to
from tests.browser.log.builder import KEYS, Log, founded, pack, sample
from tests.browser.log.window import Site, ask, served

STYLES = ("vendor/tabler/tabler.min.css", "vendor/fonts/fonts.css", "web/console.css")


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """A site with a page that holds the template's fragment."""
    with served() as site, translation.override("en"):
        given = {"bundle": "/log.tar", "public_keys": json.dumps(KEYS)}
        fragment = render_to_string("agreement/_log_verifier.html", given)
        styles = "".join(f'<link rel="stylesheet" href="/static/{each}">' for each in STYLES)
        page = (
            '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Log</title>'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f'{styles}<script type="module" src="/static/web/log/page.js"></script></head>'
            f"<body><main><h1>Log</h1>{fragment}</main></body></html>"
        )
        site.pages["/log/"] = ("text/html; charset=utf-8", page.encode())
        yield site


@pytest.fixture
def window(chromium: Browser, site: Site) -> Iterator[Page]:
    """A window on that page; whatever the page asks of a server is written down."""
    context = chromium.new_context(viewport={"width": 390, "height": 844})
    window = context.new_page()
    complaints: list[str] = []
    window.on("pageerror", lambda error: complaints.append(str(error)))
    window.on(
        "console",
        lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None,
    )
    window.goto(f"{site.address}/log/")
    yield window
    context.close()
    assert [each for each in complaints if "404" not in each] == []


def _serve(site: Site, bundle: bytes) -> None:
    site.pages["/log.tar"] = ("application/x-tar", bundle)


def _choose(window: Page, bundle: bytes, keys: list[str], tmp_path: Path) -> None:
    window.get_by_text("Check files of your own").click()
    (tmp_path / "log.tar").write_bytes(bundle)
    files = []
    for number, text in enumerate(keys):
        files.append(tmp_path / f"{number}.pub")
        files[-1].write_text(text, encoding="utf-8")
    window.get_by_label("Bundle").set_input_files(tmp_path / "log.tar")
    window.get_by_label("Public keys of both parties").set_input_files(files)


def test_a_log_is_verified_by_keyboard_and_the_answer_is_said(window: Page, site: Site) -> None:
    _serve(site, sample().bundle())
    tab_to(window, "[data-verify]")
    window.keyboard.press("Enter")
    verdict = window.locator("[data-verdict]")
    expect(verdict.get_by_role("heading")).to_have_text(
        "Verified: the log is whole, and nothing in it was changed."
    )
    expect(verdict).to_have_attribute("aria-live", "polite")
    expect(verdict).to_have_attribute("data-state", "full")
    expect(verdict).to_contain_text("All 32 entries were checked")
    expect(verdict).to_contain_text(sample().version)
    expect(window.locator("progress")).to_be_hidden()
    assert barriers(window) == []
    assert not is_wider_than_its_window(window)


def test_a_changed_log_is_refused_with_the_entry(window: Page, site: Site) -> None:
    log = sample()
    changed = [*log.entries[:4], log.entries[4].replace(b"consent", b"decline"), *log.entries[5:]]
    _serve(site, pack({**log.members(), "entries": b"".join(changed)}))
    window.locator("[data-verify]").click()
    verdict = window.locator("[data-verdict]")
    expect(verdict).to_have_attribute("data-state", "refused")
    expect(verdict).to_contain_text("At entry 4 (the first one is 0):")
    expect(verdict).to_contain_text("it was changed")
    assert barriers(window) == []


def test_a_bundle_that_cannot_be_fetched_proves_nothing(window: Page, site: Site) -> None:
    site.pages.pop("/log.tar", None)
    window.locator("[data-verify]").click()
    verdict = window.locator("[data-verdict]")
    expect(verdict).to_have_attribute("data-state", "unsure")
    expect(verdict).to_contain_text("could not be fetched")


def test_files_of_the_visitor_are_checked_and_sent_nowhere(
    window: Page, site: Site, tmp_path: Path
) -> None:
    asked: list[str] = []
    window.on("request", lambda request: asked.append(request.url))
    _choose(window, sample().bundle(), KEYS, tmp_path)
    window.locator("[data-own] button").click()
    verdict = window.locator("[data-verdict]")
    expect(verdict).to_have_attribute("data-state", "full")
    window.get_by_label("The checkpoint only").check()
    window.locator("[data-own] button").click()
    expect(verdict).to_have_attribute("data-state", "root")
    expect(verdict).to_contain_text("the single entries were not checked")
    assert asked == []
    assert barriers(window) == []


def test_a_kept_checkpoint_of_another_history_is_told(
    window: Page, site: Site, tmp_path: Path
) -> None:
    fork = founded()
    fork.add("a", "notice", clause="renewal", on="2027-01-01")
    (tmp_path / "kept").write_bytes(fork.checkpoint())
    _choose(window, sample().bundle(), KEYS, tmp_path)
    window.get_by_label("A checkpoint that you kept").set_input_files(tmp_path / "kept")
    window.locator("[data-own] button").click()
    verdict = window.locator("[data-verdict]")
    expect(verdict).to_have_attribute("data-state", "refused")
    expect(verdict).to_contain_text("At “the checkpoint that you kept”")
    expect(verdict).to_contain_text("forked")


def test_keys_that_are_no_keys_make_no_verdict(window: Page, site: Site, tmp_path: Path) -> None:
    _choose(window, sample().bundle(), ["# nothing here\n"], tmp_path)
    window.locator("[data-own] button").click()
    verdict = window.locator("[data-verdict]")
    expect(verdict).to_have_attribute("data-state", "unsure")
    expect(verdict).to_contain_text("it says nothing about the log")


def test_keys_of_others_refuse_the_log(window: Page, site: Site, tmp_path: Path) -> None:
    others = Log(cosign=Log().cosign | {"a": Log().cosign["b"]}).pub()
    _choose(window, sample().bundle(), others, tmp_path)
    window.locator("[data-own] button").click()
    expect(window.locator("[data-verdict]")).to_contain_text("names other keys")


def test_every_text_of_the_verifier_is_in_the_template(window: Page, site: Site) -> None:
    messages: dict[str, str] = ask(window, "messages.js", "return m.MESSAGES;")
    with translation.override("en"):
        rendered = render_to_string("agreement/_log_texts.html")
    given = dict(re.findall(r'<span data-text="([^"]+)">([^<]+)</span>', rendered))
    assert given == messages


def test_every_refusal_of_the_verifier_has_a_text(window: Page, site: Site) -> None:
    messages: dict[str, str] = ask(window, "messages.js", "return m.MESSAGES;")
    folder = Path(__file__).parents[3] / "src/unipact/web/static/web/log"
    sources = [each.read_text(encoding="utf-8") for each in folder.glob("*.js")]
    thrown = {
        code
        for each in sources
        for code in re.findall(r'(?:Refusal|Fault|wrong|refuseIf)\([^"()]*"([a-z0-9-]+)"', each)
    }
    asked = {
        code
        for each in sources
        for code in re.findall(r'\b(?:demand|check)\((?:[^;]|\n)*?"([a-z]+-[a-z0-9-]+)"', each)
    }
    assert len(thrown | asked) > 40
    assert (thrown | asked) - set(messages) - {"id"} == set()
