"""Proposals, rounds and decisions: what fits the log, what is refused, and in which words."""

from __future__ import annotations

import dataclasses
import re

import pytest

from unipact.agreement.engine.register import acts
from unipact.agreement.engine.register.broken import RuleBroken
from unipact.agreement.engine.register.register import moment_at
from unipact.agreement.tests.plain_log import (
    BEGIN,
    DAY_S,
    HASH,
    ORIGIN,
    PlainLog,
    agreement_file,
    answer,
    key,
    keys,
)
from unipact.errors import Invalid
from unipact.tlog.keys import COSIGNATURE

WAIVER = {"commitment": "places", "period": "y2020"}


@pytest.fixture
def log() -> PlainLog:
    return PlainLog()


def require_refused(log: PlainLog, act: acts.Act, words: str) -> None:
    """Refused in these words, and the register is as it was."""
    before = repr(dataclasses.replace(log.register, terms_of=None))
    with pytest.raises(RuleBroken, match=re.escape(words)):
        log.do(act)
    assert repr(dataclasses.replace(log.register, terms_of=None)) == before


def state(log: PlainLog, act: acts.Proposing) -> str:
    return log.register.state_of(log.register.proposals[act.change.proposal])


def test_the_founding_brings_its_version_and_keys(log):
    assert log.register.terms.version == 1
    assert log.register.keys == {party: keys(party).public for party in ("huawei", "usst")}
    assert list(log.register.parties) == ["huawei", "usst"]
    require_refused(log, log.founding(), "only entry 0 founds a log")


def test_both_consents_adopt_and_one_does_not(log):
    act = log.proposing("usst", content=log.next_file())
    log.do(act)
    log.do(log.deciding("usst", act))
    assert (log.register.terms.version, state(log, act)) == (1, "open")
    log.do(log.deciding("huawei", act))
    assert (log.register.terms.version, state(log, act)) == (2, "adopted")
    assert [each.index for each in log.register.bound] == [0, 3]
    require_refused(log, log.deciding("huawei", act), "the proposal is adopted")


def test_one_party_consents_once(log):
    act = log.proposing("usst", content=log.next_file())
    log.do(act)
    log.do(log.deciding("usst", act))
    require_refused(log, log.deciding("usst", act), "usst has decided on this round already")


def test_a_declined_or_withdrawn_proposal_is_decided_on_no_more(log):
    declined = log.proposing("usst", content=log.next_file())
    withdrawn = log.proposing("usst", content=log.next_file(target=5))
    for each in (declined, withdrawn):
        log.do(each)
    require_refused(
        log,
        log.deciding("huawei", withdrawn, "withdraw"),
        "only the party that proposed it withdraws it",
    )
    log.do(log.deciding("huawei", declined, "decline"))
    log.do(log.deciding("usst", withdrawn, "withdraw"))
    assert (state(log, declined), state(log, withdrawn)) == ("declined", "withdrawn")
    require_refused(log, log.deciding("usst", declined), "the proposal is declined")
    require_refused(log, log.deciding("huawei", withdrawn), "the proposal is withdrawn")


def test_what_another_change_overtook_is_stale(log):
    first = log.proposing("usst", content=log.next_file())
    second = log.proposing("huawei", content=log.next_file(target=7))
    for each in (first, second):
        log.do(each)
    log.do(log.deciding("usst", second))
    for party in ("usst", "huawei"):
        log.do(log.deciding(party, first))
    assert state(log, second) == "stale"
    require_refused(log, log.deciding("huawei", second), "the proposal is stale")
    again = log.proposing(
        "huawei",
        content=log.next_file(version=2, previous=log.register.bound[0].terms.sha256),
        base_sha256=log.register.bound[0].terms.sha256,
    )
    require_refused(log, again, "it changes a version that is not in force: version 2 is")


def test_an_amended_round_counters_the_earlier_one_and_its_consents(log):
    first = log.proposing("usst", content=log.next_file())
    log.do(first)
    log.do(log.deciding("usst", first))
    second = log.proposing("huawei", content=log.next_file(target=3), amends=first)
    log.do(second)
    require_refused(log, log.deciding("huawei", first), "earlier round; round 2 counts")
    log.do(log.deciding("huawei", second))
    assert log.register.terms.version == 1
    log.do(log.deciding("usst", second))
    assert log.register.terms.sha256 == second.change.proposed_version_sha256


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({"round": 1}, "the next round is 2"),
        ({"round": 3}, "the next round is 2"),
        ({"kind": "waiver", "effect": WAIVER}, "the proposal is of the kind end"),
    ],
)
def test_a_round_out_of_its_place_is_refused(log, other, words):
    first = log.proposing("usst", "end", effect={"on": "2021-01-01"})
    log.do(first)
    values = {"effect": first.change.effect, "amends": first, **other}
    kind = values.pop("kind", "end")
    require_refused(log, log.proposing("usst", kind, **values), words)


def test_a_new_proposal_begins_with_round_one(log):
    act = log.proposing("usst", "end", effect={"on": "2021-01-01"}, round=2)
    require_refused(log, act, "a new proposal begins with round 1")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"version": 3}, "it does not follow version 1"),
        ({"version": 1}, "it does not follow version 1"),
        ({"previous": HASH}, "it does not follow version 1"),
        ({"agreement": "other"}, "it is of the agreement other, not of small"),
        ({"consent": ["huawei"]}, "governance.consent does not name exactly the parties"),
        ({"consent": []}, "governance.consent does not name exactly the parties"),
        (
            {"consent_keys": {"huawei": str(keys("huawei").consent.verifier)}},
            "its parties or their keys are not those of the log",
        ),
        (
            {
                "consent_keys": {
                    "huawei": str(keys("huawei").consent.verifier),
                    "usst": str(keys("thief").consent.verifier),
                }
            },
            "its parties or their keys are not those of the log",
        ),
    ],
)
def test_a_version_that_does_not_follow_is_refused(log, changed, words):
    require_refused(log, log.proposing("huawei", content=log.next_file(**changed)), words)


def test_a_proposal_states_its_hash_and_its_lapse(log):
    content = log.next_file()
    act = log.proposing("usst", content=content, proposed_version_sha256=HASH)
    require_refused(log, act, "the proposed file holds other terms than the entry names")
    act = log.proposing("usst", content=content, lapses_at=moment_at(log.now + DAY_S))
    require_refused(log, act, "a proposal lapses 60 days after it was made")


def test_only_whom_governance_names_proposes():
    log = PlainLog(content=agreement_file(propose=["usst"]))
    act = log.proposing("huawei", content=log.next_file())
    require_refused(log, act, "huawei may not propose under this agreement")


def test_nobody_else_acts_and_nothing_of_another_log_counts(log):
    stranger = log.proposing("thief", content=log.next_file())
    log.keys["thief"] = keys("thief")
    require_refused(log, stranger, "thief is no party of this agreement")
    other = dataclasses.replace(log.proposing("usst", content=log.next_file()), origin="x/y")
    require_refused(log, other, "it was signed for the log x/y, not for small.example/log")


def test_a_signature_by_the_other_party_is_none(log):
    act = log.proposing("usst", content=log.next_file())
    with pytest.raises(Invalid, match="signed by huawei/consent, not by the key usst/consent"):
        log.append(log.sign(act, "huawei"))
    with pytest.raises(Invalid, match="2 signatures, not 1"):
        log.append(log.sign(act, "usst", "usst"))


def test_a_decision_on_what_nobody_proposed_or_on_other_hashes_is_refused(log):
    act = log.proposing("usst", content=log.next_file())
    require_refused(log, log.deciding("usst", act), "a change that nobody proposed here")
    log.do(act)
    swapped = dataclasses.replace(log.deciding("huawei", act), proposed_version_sha256=HASH)
    require_refused(log, swapped, "it names other versions than the change that it decides on")


# --- dates, by what was cosigned ---


def test_a_proposal_lapses_by_the_time_that_was_cosigned_and_not_by_a_stated_one(log):
    act = log.proposing("usst", content=log.next_file())
    log.do(act)
    log.do(log.deciding("usst", act))
    log.register.raise_floor(BEGIN + 60 * DAY_S)
    assert state(log, act) == "open"
    log.register.raise_floor(BEGIN + 60 * DAY_S + 1)
    assert state(log, act) == "lapsed"
    require_refused(log, log.deciding("huawei", act), "the proposal is lapsed")
    log.now = BEGIN + 61 * DAY_S
    again = log.proposing("huawei", content=log.next_file(), amends=act)
    require_refused(log, again, "the proposal is lapsed")


def test_the_verifier_sees_a_late_consent_by_the_checkpoints_alone(log):
    act = log.proposing("usst", content=log.next_file())
    log.do(act)
    log.do(log.deciding("usst", act))
    log.now += 61 * DAY_S
    log.notes.append((len(log.entries), log.checkpoint()))
    # A server that forgets the floor takes it; whoever verifies does not.
    log.do(log.deciding("huawei", act))
    found = answer(log.bundle())
    assert (found.accepted, found.entry, found.what) == (False, 3, "the proposal is lapsed")


def test_where_silence_escalates_nothing_lapses():
    log = PlainLog(content=agreement_file(on_silence="escalate"))
    act = log.proposing("usst", content=log.next_file(on_silence="escalate"))
    log.do(act)
    log.register.raise_floor(BEGIN + 600 * DAY_S)
    assert state(log, act) == "open"
    for party in ("usst", "huawei"):
        log.do(log.deciding(party, act))
    assert log.register.terms.version == 2


def test_what_was_signed_long_before_the_last_checkpoint_is_refused(log):
    act = log.proposing("usst", "end", effect={"on": "2021-01-01"})
    log.register.raise_floor(BEGIN + 7 * DAY_S + 1)
    require_refused(log, act, "it was signed more than 7 days before")
    log.register.floor = BEGIN + 7 * DAY_S
    log.do(act)


# --- waivers, the end, keys ---


def test_a_waiver_is_of_both_and_once(log):
    act = log.proposing("usst", "waiver", effect=WAIVER)
    log.adopt(act)
    assert log.register.waived == {("places", "y2020"): 3}
    require_refused(log, log.proposing("usst", "waiver", effect=WAIVER), "it is waived already")
    other = {**WAIVER, "commitment": "none"}
    require_refused(log, log.proposing("usst", "waiver", effect=other), "no commitment none")
    swapped = log.proposing("usst", "waiver", effect=WAIVER, proposed_version_sha256=HASH)
    require_refused(log, swapped, "a proposal of this kind leaves the terms as they are")


def test_an_end_by_consent_ends_all_proposals(log):
    still = log.proposing("huawei", content=log.next_file())
    log.do(still)
    past = log.proposing("usst", "end", effect={"on": "2020-01-01"})
    require_refused(log, past, "an agreement does not end in the past")
    log.adopt(log.proposing("usst", "end", effect={"on": "2020-01-02"}))
    assert str(log.register.ended) == "2020-01-02"
    assert state(log, still) == "stale"
    require_refused(log, log.proposing("usst", content=log.next_file()), "the agreement was ended")


def test_a_rotated_key_signs_from_the_next_entry_and_in_checkpoints_that_count_the_decision(log):
    log.seal()
    before = log.keys["usst"]
    log.rotate("usst", "consent")
    log.rotate("usst", "cosign")
    log.seal()
    act = log.proposing("usst", "end", effect={"on": "2021-01-01"})
    new, log.keys["usst"] = log.keys["usst"], before
    with pytest.raises(Invalid, match="signed by usst/consent, not by the key usst/1/consent"):
        log.do(act)
    log.keys["usst"] = new
    log.do(act)
    assert answer(log.bundle()).accepted
    assert answer(log.bundle(), mode="root").accepted
    # A checkpoint of after the change by the former key, and one of before it by the new.
    log.keys["usst"] = dataclasses.replace(new, cosign=before.cosign)
    assert answer(log.bundle(checkpoint=log.checkpoint())).where == "checkpoint"


def test_a_key_of_the_log_is_changed_by_both(log):
    new = key(ORIGIN)
    effect = {"holder": "log", "use": "log", "key": str(new.verifier)}
    require_refused(log, log.proposing("usst", "key", effect=effect), "in use already")
    effect["key"] = str(key("other/log").verifier)
    words = "a key of the log is named small.example/log"
    require_refused(log, log.proposing("usst", "key", effect=effect), words)


@pytest.mark.parametrize(
    ("effect", "words"),
    [
        ({"holder": "log", "use": "consent"}, "a key is of a party, or of the log"),
        ({"holder": "usst", "use": "log"}, "a key is of a party, or of the log"),
        ({"holder": "nobody", "use": "consent"}, "a key is of a party, or of the log"),
        ({"holder": "usst", "use": "cosign"}, "a key to cosign is of type 0x04"),
        (
            {"holder": "usst", "key": str(key("usst/9/cosign", COSIGNATURE).verifier)},
            "a key to consent is of type 0x01",
        ),
        (
            {"holder": "usst", "key": str(keys("huawei").consent.verifier)},
            "this key is in use already",
        ),
    ],
)
def test_a_key_that_does_not_fit_is_refused(log, effect, words):
    whole = {"use": "consent", "key": str(key("new/consent").verifier), **effect}
    require_refused(log, log.proposing("usst", "key", effect=whole), words)


def test_a_version_names_the_present_keys(log):
    former = {party: pair.consent for party, pair in log.register.keys.items()}
    log.rotate("usst", "consent")
    words = "its parties or their keys are not those of the log"
    act = log.proposing("huawei", content=log.next_file(consent_keys=former))
    require_refused(log, act, words)
    log.adopt(log.proposing("huawei", content=log.next_file()))
    assert log.register.terms.version == 2


def test_what_a_proposal_asked_for_must_still_fit_when_it_is_adopted(log):
    """Two changes that bring in one key, or a version that names a key which has gone since."""
    effect = {"holder": "huawei", "use": "consent", "key": str(key("huawei/9/consent").verifier)}
    first = log.proposing("usst", "key", effect=effect)
    second = log.proposing("usst", "key", effect=effect)
    version = log.proposing("usst", content=log.next_file())
    for each in (first, second, version):
        log.do(each)
        log.do(log.deciding("huawei", each))
    log.do(log.deciding("usst", first))
    require_refused(log, log.deciding("usst", second), "this key is in use already")
    require_refused(
        log, log.deciding("usst", version), "its parties or their keys are not those of the log"
    )
