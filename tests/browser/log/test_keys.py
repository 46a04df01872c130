"""Keys, checkpoints and what the reader kept: none of them can be swapped."""

from __future__ import annotations

from datetime import timedelta

from playwright.sync_api import Page

from tests.browser.log.builder import (
    KEYS,
    Key,
    Log,
    founded,
    pack,
    rotate,
    sample,
)
from tests.browser.log.window import verify


def test_keys_that_are_not_the_parties_own_are_refused(page: Page) -> None:
    other = Log(consent={"a": Key("else.example/consent"), "b": Key("b.example/consent")}).pub()
    assert verify(page, sample().bundle(), other)["code"] == "keys-other"
    assert verify(page, sample().bundle(), KEYS[:1])["code"] == "keys-count"
    swapped = [
        f"{KEYS[0].split()[2]}\n{KEYS[1].split()[3]}",
        f"{KEYS[1].split()[2]}\n{KEYS[0].split()[3]}",
    ]
    assert verify(page, sample().bundle(), swapped)["code"] == "keys-other"
    assert verify(page, sample().bundle(), ["# nothing"])["where"] == "keys"


def test_keys_may_come_as_a_plain_list(page: Page) -> None:
    plain = [line for text in KEYS for line in text.split("\n") if line and line[0] != "#"]
    assert verify(page, sample().bundle(), plain)["accepted"]


def test_one_consent_alone_changes_nothing(page: Page) -> None:
    log = founded()
    change = log.next_version()
    log.propose("a", change)
    log.decide("a", change)
    facts = verify(page, log.bundle(), KEYS)["facts"]
    assert facts["terms"]["version"] == 1
    assert [each["state"] for each in facts["proposals"]] == ["open"]


def test_a_cosign_key_that_was_not_agreed_on_signs_no_checkpoint(page: Page) -> None:
    log = founded()
    log.cosign["b"] = Key("b.example/cosign", 0x04, seed="2")
    verdict = verify(page, log.bundle(), KEYS)
    assert (verdict["where"], verdict["code"]) == ("checkpoint", "signature-key")


def test_a_cosign_key_that_both_agreed_on_signs_from_then_on(page: Page) -> None:
    log = founded()
    log.mark()
    rotate(log, "b", "cosign", Key("b.example/cosign", 0x04, seed="2"), 1)
    assert verify(page, log.bundle(), KEYS)["accepted"]
    assert verify(page, log.bundle(), KEYS, mode="root")["accepted"]
    log.earlier = [log.checkpoint(1)]
    verdict = verify(page, log.bundle(), KEYS)
    assert (verdict["where"], verdict["code"]) == ("checkpoints", "signature-key")


def test_a_forged_consent_hands_nobody_the_keys_even_where_only_the_root_is_checked(
    page: Page,
) -> None:
    log = founded()
    forged = {each: Key(f"{each}.example/consent", seed="thief") for each in "ab"}
    log.consent = forged
    rotate(log, "b", "cosign", Key("b.example/cosign", 0x04, seed="thief"), 1)
    verdict = verify(page, log.bundle(), KEYS, mode="root")
    assert (verdict["entry"], verdict["code"]) == (1, "signature-key")


def test_a_wrong_checkpoint_is_refused(page: Page) -> None:
    log = sample()
    good = log.checkpoint()
    text, signatures = good.split(b"\n\n")
    lines = signatures.splitlines(keepends=True)
    for wrong in (
        text + b"\n\n" + b"".join(lines[:2]),
        text + b"\n\n" + lines[0] + lines[2] + lines[1],
        good + lines[2],
        text + b"\nan extension\n\n" + signatures,
        good.replace(b"\n32\n", b"\n032\n"),
        good[:-1],
    ):
        verdict = verify(page, pack({**log.members(), "checkpoint": wrong}), KEYS)
        assert verdict["where"] == "checkpoint", verdict["text"]


def test_an_earlier_checkpoint_must_be_of_this_history(page: Page) -> None:
    log = founded()
    other = founded()
    for each in (log, other):
        each.add("a", "notice", clause="renewal", on="2027-01-01" if each is log else "2027-01-02")
    log.add("b", "notice", clause="renewal", on="2027-01-01")
    for earlier, code in (
        ([other.checkpoint()], "checkpoints-root"),
        ([log.checkpoint(2), log.checkpoint(1)], "checkpoints-order"),
        ([log.checkpoint(3)], "checkpoints-order"),
        ([log.checkpoint(1) + b"x"], "checkpoint-form"),
    ):
        log.earlier = earlier
        verdict = verify(page, log.bundle(), KEYS)
        assert (verdict["where"], verdict["code"]) == ("checkpoints", code), verdict["text"]


def test_a_kept_checkpoint_shows_a_fork_and_a_cut(page: Page) -> None:
    log = sample()
    kept = log.checkpoint(20).decode()
    assert verify(page, log.bundle(), KEYS, seen=kept)["accepted"]
    fork = founded()
    fork.mark()
    fork.add("a", "notice", clause="renewal", on="2027-01-01")
    for seen, code in ((log.checkpoint(2), "seen-forked"), (log.checkpoint(3), "seen-cut")):
        verdict = verify(page, fork.bundle(), KEYS, seen=seen.decode())
        assert (verdict["where"], verdict["code"]) == ("seen", code)


def test_a_kept_checkpoint_dates_entries_too(page: Page) -> None:
    log = founded()
    kept = log.checkpoint(1, at=log.now + timedelta(days=30)).decode()
    log.add("a", "notice", clause="renewal", on="2027-01-01")
    assert verify(page, log.bundle(), KEYS)["accepted"]
    verdict = verify(page, log.bundle(), KEYS, seen=kept)
    assert (verdict["where"], verdict["code"]) == ("entry 1", "backdated")


def test_an_entry_that_changed_keys_against_the_rules_is_named_and_not_the_checkpoint(
    page: Page,
) -> None:
    log = founded()
    key = Key(log.origin, seed="2")
    change = log.change("key", {"holder": "log", "use": "log", "key": key.vkey})
    log.propose("a", change)
    log.decide("a", change)
    log.adopt(log.change("end", {"on": "2026-06-30"}, 2))
    log.decide("b", change)
    verdict = verify(page, log.bundle(), KEYS)
    assert (verdict["where"], verdict["code"]) == ("entry 6", "decision-closed")
