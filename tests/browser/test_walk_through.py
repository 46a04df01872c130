"""One change from proposal to the new version, by two people in two sessions.

The guide ``docs/guide/consultation.md`` tells the same walk with the pictures that this test makes.
The enterprise's manager reads English, the university's officer Chinese.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.console import (
    AGREEMENT,
    ENERGY,
    Console,
    barriers,
    is_wider_than_its_window,
    tab_to,
)
from tests.browser.pictures import write_picture

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "docs" / "pictures"
CONSULTATION = f"{AGREEMENT}/consultation/"
PROPOSED = (ROOT / "examples" / "usst-huawei-2019" / "proposal.toml").read_text("utf-8")
OLD, FIRST, SECOND = "at least 5 %", "at least 4 %", "at least 4.5 %"
_PHONE = {"width": 390, "height": 844}
_DESK = {"width": 1440, "height": 900}


def _seen(page: Page, name: str, *, longest: int = 1500) -> None:
    """The page keeps nobody out, on a desk and on a phone; its picture for the guide."""
    assert barriers(page) == []
    if os.environ.get("UNIPACT_PICTURES") == "1":
        write_picture(page, PICTURES / f"walk-through-{name}.png", width=1440, longest=longest)
    page.set_viewport_size(_PHONE)
    assert not is_wider_than_its_window(page)
    assert barriers(page) == []
    page.set_viewport_size(_DESK)


def _file(text: str) -> dict[str, str | bytes]:
    return {"name": "agreement.toml", "mimeType": "application/toml", "buffer": text.encode()}


def _second_round() -> str:
    """The proposed file with the target that the parties meet at."""
    changed = re.sub(r'(id = "y2020", [^}\n]*value = )"0\.04"', r'\1"0.045"', PROPOSED, count=1)
    assert changed != PROPOSED
    return changed


def _open_proposal(console: Console, page: Page) -> None:
    console.open(page, CONSULTATION)
    page.locator(".proposals a").first.click()
    expect(page.locator("#difference-head")).to_be_visible()


def test_two_people_change_the_agreement_from_proposal_to_the_new_version(
    own_console: Console,
) -> None:
    console = own_console
    enterprise = console.signed_in("enterprise-manager", language="en")
    university = console.signed_in("university-officer", language="zh-hans")

    # The demo comes with a proposal: the enterprise takes it back, to begin anew.
    _open_proposal(console, enterprise)
    enterprise.locator("button", has_text="Withdraw").click()
    expect(enterprise.locator(".head-pill")).to_contain_text("Withdrawn")

    # The enterprise proposes.
    console.open(enterprise, CONSULTATION)
    enterprise.locator(".head-pill a").click()
    enterprise.locator("#id_file").set_input_files(_file(PROPOSED))
    enterprise.locator("#id_reason_en").fill(
        "One year of data shows that four per cent can be proven, not five. We add one million "
        "yuan to the fund for joint research, for more sensors."
    )
    enterprise.locator("#id_reason_zh").fill(
        "一年的数据表明，能够证实的是百分之四，而非百分之五。我们向联合研究经费追加一百万元，用于加装传感器。"
    )
    _seen(enterprise, "1-propose")
    enterprise.locator("form .btn-primary").click()
    expect(enterprise.locator(".note-success")).to_contain_text("of the log")
    expect(enterprise.locator(".compare-old").first).to_have_text(OLD)
    expect(enterprise.locator(".compare-new").first).to_have_text(FIRST)

    # The university reads it, and says what it thinks.
    _open_proposal(console, university)
    expect(university.locator(".badge-count")).to_contain_text("1")
    _seen(university, "2-read", longest=2000)
    university.locator("#id_text").fill("可以低于百分之五，但请不要低于百分之四点五。")
    university.locator("#discussion form button").click()
    expect(university.locator(".talk")).to_contain_text("百分之四点五")

    # The enterprise meets it half way: a second round.
    _open_proposal(console, enterprise)
    expect(enterprise.locator(".talk")).to_contain_text("百分之四点五")
    _seen(enterprise, "3-discuss", longest=2000)
    enterprise.locator(".decide a", has_text="Amend").click()
    enterprise.locator("#id_file").set_input_files(_file(_second_round()))
    enterprise.locator("#id_reason_en").fill("Agreed: four and a half per cent.")
    enterprise.locator("form .btn-primary").click()
    expect(enterprise.locator(".head .over")).to_contain_text("round 2")
    expect(enterprise.locator(".compare").first).to_contain_text(SECOND)

    # The university still has the first round before it: what it read is not there any more.
    university.locator(".decide .btn-primary").click()
    expect(university.locator(".decide [role=alert]")).to_be_visible()
    _seen(university, "4-amended", longest=2000)
    assert university.locator(".rounds .is-yes").count() == 0

    # Now it reads the second round, and consents.
    _open_proposal(console, university)
    expect(university.locator(".compare").first).to_contain_text("4.5")
    university.locator(".decide .btn-primary").click()
    expect(university.locator(".rounds .is-yes")).to_have_count(1)
    _seen(university, "5-consented", longest=2000)

    # The enterprise consents, with the keyboard alone; with that it binds.
    _open_proposal(console, enterprise)
    expect(enterprise.locator(".badge-count")).to_contain_text("1")
    tab_to(enterprise, ".decide .btn-primary")
    enterprise.keyboard.press("Enter")
    expect(enterprise.locator(".head-pill")).to_contain_text("Adopted")
    expect(enterprise.locator(".badge-count")).to_have_count(0)
    _seen(enterprise, "6-adopted", longest=2000)

    # Both have version 2 now, and the status is computed under it.
    console.open(university, f"{AGREEMENT}/")
    expect(university.locator(".head-pill")).to_contain_text("2")
    _seen(university, "7-in-force")
    university.locator(".head-act button").click()
    expect(university.locator(".note-success")).to_be_visible(timeout=120_000)
    console.open(enterprise, ENERGY)
    expect(enterprise.locator("table", has_text="Period").first).to_contain_text("4.5")
