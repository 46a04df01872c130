"""A right bundle is accepted, and no bundle with one flipped bit or another order of entries."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.log.builder import (
    KEYS,
    ORIGIN,
    Log,
    founded,
    leaf,
    pack,
    sample,
    text_of,
)
from tests.browser.log.window import ask, verify


def test_a_log_with_every_type_of_entry_is_accepted(page: Page) -> None:
    log = sample()
    verdict = verify(page, log.bundle(), KEYS)
    assert verdict["accepted"], verdict["text"]
    assert (verdict["mode"], verdict["size"], verdict["origin"]) == ("full", 32, ORIGIN)
    facts = verdict["facts"]
    assert facts["terms"] == {"version": 2, "sha256": log.version, "file": log.file}
    assert {each["state"] for each in facts["proposals"]} == {"adopted"}
    assert facts["keys"]["log"] == log.key.vkey
    assert facts["keys"]["parties"][0]["consent"] == log.consent["a"].vkey
    assert (facts["documents"], facts["withheld_count"]) == (1, 11)
    assert (facts["ends_on"], facts["disputes_open"]) == ("2026-06-30", 0)


def test_the_answer_says_when_only_the_root_was_checked(page: Page) -> None:
    log = sample()
    broken = Log(now=log.now)
    broken.found()
    broken.add(
        "a", "evaluation", as_of="2026-01-01", version_sha256=text_of(1), run_sha256=text_of(1)
    )
    verdict = verify(page, log.bundle(), KEYS, mode="root")
    assert (verdict["accepted"], verdict["mode"]) == (True, "root")
    assert "terms" not in verdict["facts"]
    assert verify(page, broken.bundle(), KEYS, mode="root")["accepted"]
    assert verify(page, broken.bundle(), KEYS)["where"] == "entry 1"


def test_progress_ends_with_every_entry_done(page: Page) -> None:
    bundle = list(sample().bundle())
    steps = ask(
        page,
        "verify.js",
        "const steps = []; const of = Uint8Array.from(given.bundle).buffer;"
        "await m.verifyBundle(of, given.keys, { onProgress: (...step) => steps.push(step) });"
        "return steps;",
        {"bundle": bundle, "keys": KEYS},
    )
    assert steps[-1] == [64, 64]


def test_one_flipped_bit_anywhere_is_found(page: Page) -> None:
    log = sample()
    bundle = log.bundle()
    drawn = random.Random(7)
    spans: list[tuple[str, int, int]] = []
    offset = 0
    for name, content in log.members().items():
        spans.append((name, offset, offset + 512))
        if content:
            spans.append((name, offset + 512, offset + 512 + len(content)))
        padding = -len(content) % 512
        offset += 512 + len(content) + padding
        if padding:
            spans.append((name, offset - padding, offset))
    spans.append(("end", offset, offset + 1024))
    for name, start, end in spans:
        for _ in range(12):
            bit = drawn.randrange(8 * start, 8 * end)
            flipped = bytearray(bundle)
            flipped[bit // 8] ^= 1 << bit % 8
            verdict = verify(page, bytes(flipped), KEYS)
            assert not verdict["accepted"], (name, bit)
            assert verdict["code"] != "fault", verdict["text"]


def test_one_flipped_bit_in_an_entry_names_that_entry(page: Page) -> None:
    log = sample()
    drawn = random.Random(11)
    for index, entry in enumerate(log.entries):
        flipped = bytearray(entry)
        bit = drawn.randrange(8 * len(entry))
        flipped[bit // 8] ^= 1 << bit % 8
        entries = [*log.entries[:index], bytes(flipped), *log.entries[index + 1 :]]
        verdict = verify(page, pack({**log.members(), "entries": b"".join(entries)}), KEYS)
        assert verdict["entry"] == index, verdict["text"]


MOVES: dict[str, tuple[Callable[[list[bytes]], list[bytes]], int, str]] = {
    "dropped": (lambda of: of[:5] + of[6:], 5, "entry-missing"),
    "last dropped": (lambda of: of[:-1], 31, "entry-missing-last"),
    "swapped": (lambda of: [*of[:5], of[6], of[5], *of[7:]], 5, "entry-missing"),
    "repeated": (lambda of: of[:6] + of[5:], 6, "entry-repeated"),
    "inserted": (lambda of: [*of[:5], sample().entries[0] + b"", *of[5:]], 5, "entry-repeated"),
    "unknown inserted": (lambda of: [*of[:5], _foreign(), *of[5:]], 5, "entry-inserted"),
    "replaced": (lambda of: [*of[:5], _foreign(), *of[6:]], 5, "entry-changed"),
    "appended": (lambda of: [*of, _foreign()], 32, "entry-inserted"),
}


def _foreign() -> bytes:
    other = founded()
    other.add("b", "notice", clause="renewal", on="2027-01-01")
    return other.entries[1]


@pytest.mark.parametrize("move", MOVES)
def test_entries_that_do_not_fit_their_hashes_are_named(page: Page, move: str) -> None:
    act, index, code = MOVES[move]
    log = sample()
    verdict = verify(page, pack({**log.members(), "entries": b"".join(act(log.entries))}), KEYS)
    assert (verdict["entry"], verdict["code"]) == (index, code)


@pytest.mark.parametrize("move", MOVES)
def test_hashes_of_other_entries_do_not_have_the_root_that_was_signed(
    page: Page, move: str
) -> None:
    log = sample()
    entries = MOVES[move][0](log.entries)
    changed = {"entries": b"".join(entries), "hashes": b"".join(map(leaf, entries))}
    verdict = verify(page, pack({**log.members(), **changed}), KEYS)
    assert (verdict["accepted"], verdict["entry"]) == (False, None)
    assert verdict["code"] in {"root-other", "hashes-size"}
