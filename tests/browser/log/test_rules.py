"""The browser names the entry that breaks a rule, whichever rule it is."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.log.builder import (
    KEYS,
    Log,
    founded,
)
from tests.browser.log.window import verify
from tests.browser.log.wrong_logs import FOUNDINGS, WRONG


@pytest.mark.parametrize("wrong", WRONG)
def test_the_entry_that_breaks_a_rule_is_named(page: Page, wrong: str) -> None:
    act, code = WRONG[wrong]
    log = founded()
    act(log)
    verdict = verify(page, log.bundle(), KEYS)
    assert (verdict["entry"], verdict["code"]) == (len(log.entries) - 1, code), verdict["text"]


@pytest.mark.parametrize("wrong", FOUNDINGS)
def test_a_founding_that_does_not_fit_its_file_is_refused(page: Page, wrong: str) -> None:
    changed, code = FOUNDINGS[wrong]
    log = Log()
    log.found(**changed)
    verdict = verify(page, log.bundle(), KEYS)
    assert (verdict["where"], verdict["code"]) == ("entry 0", code), verdict["text"]
