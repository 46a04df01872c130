"""The verifier in Python and that of the browser, written apart, agree on every bundle."""

from __future__ import annotations

import io
import random
from collections.abc import Sequence

import pytest
from playwright.sync_api import Page

from tests.browser.log.builder import KEYS, Log, founded, leaf, pack, sample
from tests.browser.log.test_whole_bundles import MOVES
from tests.browser.log.window import verify
from tests.browser.log.wrong_logs import FOUNDINGS, WRONG
from unipact.agreement.formats.bundle.verdict import Mode
from unipact.agreement.formats.bundle.verify import Question, verify_bundle
from unipact.agreement.formats.key_files import read_public


def _require_same(
    page: Page, bundle: bytes, mode: Mode = "full", keys: Sequence[str] = KEYS
) -> bool:
    public = [read_public(text.encode(), name="a party") for text in keys]
    here = verify_bundle(io.BytesIO(bundle), Question(public, mode))
    there = verify(page, bundle, keys, mode=mode)
    assert (here.accepted, here.entry) == (there["accepted"], there["entry"]), (
        here.where,
        here.what,
        there["where"],
        there["text"],
    )
    assert there["mode"] == here.mode
    return here.accepted


def test_both_accept_a_log_with_every_type_of_entry(page: Page) -> None:
    bundle = sample().bundle()
    assert _require_same(page, bundle)
    assert _require_same(page, bundle, "root")


@pytest.mark.parametrize("wrong", WRONG)
def test_both_name_the_entry_that_breaks_a_rule(page: Page, wrong: str) -> None:
    log = founded()
    WRONG[wrong][0](log)
    assert not _require_same(page, log.bundle())
    _require_same(page, log.bundle(), "root")


@pytest.mark.parametrize("wrong", FOUNDINGS)
def test_both_refuse_a_founding_that_does_not_fit_its_file(page: Page, wrong: str) -> None:
    log = Log()
    log.found(**FOUNDINGS[wrong][0])
    assert not _require_same(page, log.bundle())


@pytest.mark.parametrize("move", MOVES)
def test_both_name_the_entry_that_was_dropped_added_or_moved(page: Page, move: str) -> None:
    log = sample()
    entries = MOVES[move][0](log.entries)
    changed = {**log.members(), "entries": b"".join(entries)}
    assert not _require_same(page, pack(changed))
    assert not _require_same(page, pack({**changed, "hashes": b"".join(map(leaf, entries))}))
    log.entries = entries
    _require_same(page, log.bundle())


def test_both_refuse_keys_that_are_not_the_parties_own(page: Page) -> None:
    other = Log(consent=dict.fromkeys("ab", sample().consent["a"])).pub()
    assert not _require_same(page, sample().bundle(), keys=[other[0], KEYS[1]])


def test_both_find_a_flipped_bit(page: Page) -> None:
    bundle = sample().bundle()
    drawn = random.Random(13)
    for _ in range(200):
        flipped = bytearray(bundle)
        bit = drawn.randrange(8 * len(bundle))
        flipped[bit // 8] ^= 1 << bit % 8
        assert not _require_same(page, bytes(flipped)), bit


def test_both_refuse_a_file_that_was_cut_short(page: Page) -> None:
    bundle = sample().bundle()
    drawn = random.Random(17)
    for _ in range(40):
        assert not _require_same(page, bundle[: drawn.randrange(len(bundle))])
