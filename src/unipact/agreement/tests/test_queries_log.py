"""What the log says to its readers: sentences, standing, keys, requests, proofs."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from unipact.agreement.engine.register import acts
from unipact.agreement.formats.key_files import generate
from unipact.agreement.formats.log.entry import read_entry
from unipact.agreement.log.folded import register_of
from unipact.agreement.models import LogDocument, LogEntry
from unipact.agreement.queries.log.entries import entry_found, entry_rows, fingerprint
from unipact.agreement.queries.log.files import (
    bundle_file,
    consistency_found,
    inclusion_found,
    receipt_file,
)
from unipact.agreement.queries.log.keys import keys_of_ours, log_keys, public_keys_at_founding
from unipact.agreement.queries.log.meaning import Names, meaning, names_of
from unipact.agreement.queries.log.opened import log_or_none, log_seen
from unipact.agreement.queries.log.requests import (
    cosigning,
    own_request,
    own_requests,
    requests_waiting,
)
from unipact.agreement.queries.log.standing import log_standing
from unipact.agreement.roles import Actor, Purpose, Role, Side
from unipact.agreement.services import contribution_record
from unipact.agreement.services.consultation import (
    decision_make,
    dispute_close,
    dispute_open,
    proposal_make,
)
from unipact.agreement.services.consultation.proposals import Proposed
from unipact.agreement.tests.parties import (
    AGREEMENT,
    DAY,
    NOW,
    PARTIES,
    founded,
    keys_of,
    next_version,
    signer,
)
from unipact.errors import Conflict, NotFound, NotPermitted
from unipact.tlog.merkle import leaf_hash, verify_inclusion

pytestmark = pytest.mark.django_db

USST = Actor("wang", "usst", Side.UNIVERSITY, Role.COOPERATION_OFFICER, user_id=1)
HUAWEI = Actor("li", "huawei", Side.ENTERPRISE, Role.RELATIONS_MANAGER, user_id=2)
LATER = NOW + DAY
ENERGY = {"commitment": "campus-energy-savings-pool", "period": "h2-2019"}


def made(by: str, kind="end", *, effect=None, content=None, proposal=None, consent=False):
    """A proposal of a party; None of its entry where its key is elsewhere."""
    done = proposal_make(
        signer=signer(by),
        agreement=AGREEMENT,
        proposed=Proposed(
            kind, reason_en="Why", effect=effect or {}, content=content, proposal=proposal
        ),
        now=LATER,
        consent=consent,
    )
    return done[0]


def decided(by: str, log, decision="consent"):
    """A decision of a party on the last proposal that was made."""
    log.refresh_from_db()
    change = list(register_of(log).proposals.values())[-1].last.change_sha256
    return decision_make(
        signer=signer(by),
        agreement=AGREEMENT,
        change=change,
        decision=decision,
        reason="Not now",
        now=LATER,
    )


def said(log, language="en") -> list[str]:
    """What the log says, the first entry first."""
    log.refresh_from_db()
    rows = reversed(entry_rows(log))
    return [each.meaning.to(language) for each in rows]


def test_each_entry_is_a_sentence_with_the_names_that_people_use():
    log = founded()
    made("usst", "version", content=next_version())
    decided("huawei", log, "decline")
    made("huawei", "waiver", effect=ENERGY)
    decided("huawei", log, "withdraw")
    opened = dispute_open(
        signer=signer("usst"), agreement=AGREEMENT, reason="Meters", now=LATER, **ENERGY
    )
    act = read_entry(bytes(opened.entry.data)).act
    dispute_close(
        signer=signer("usst"),
        agreement=AGREEMENT,
        dispute=act.dispute,
        reason="Mended",
        now=LATER,
    )
    names = names_of(log, register_of(log))
    with override("en"):
        usst, huawei = names.party("usst"), names.party("huawei")
        energy = names.commitment("campus-energy-savings-pool")
    assert usst != "usst"
    assert energy != "campus-energy-savings-pool"
    assert said(log) == [
        f"{huawei} and {usst} began this log with version 1 and their keys.",
        f"{usst} proposed to change version 1.",
        f"{huawei} declined round 1 of the proposal to change version 1.",
        f"{huawei} proposed to waive {energy} in h2-2019.",
        f"{huawei} withdrew the proposal to waive {energy} in h2-2019 in round 1.",
        f"{usst} opened a dispute on {energy} in h2-2019.",
        f"{usst} closed its dispute on {energy} in h2-2019.",
    ]


def test_the_consent_that_completes_a_change_says_so_and_the_one_before_does_not():
    log = founded()
    made("usst", "version", content=next_version())
    decided("usst", log)
    decided("huawei", log)
    assert "holds for both" not in said(log)[2]
    assert said(log)[3].endswith(
        "of the proposal to change version 1; with that it holds for both."
    )


def test_an_amended_proposal_says_its_round_and_old_decisions_keep_theirs():
    log = founded()
    made("usst", effect={"on": "2099-01-01"})
    decided("usst", log)
    known = list(register_of(log).proposals)[-1]
    made("huawei", effect={"on": "2099-02-02"}, proposal=known)
    assert "it is round 2 now" in said(log)[3]
    assert said(log)[2].endswith("round 1 of the proposal to end the agreement on 2099-01-01.")


def test_every_type_of_act_has_a_sentence_in_both_languages():
    log = founded()
    made("usst", effect={"on": "2099-01-01"})
    log.refresh_from_db()
    register = register_of(log)
    run = "0" * 64
    written = [
        acts.Evaluating(log.origin, "usst", "2020-01-02T08:00:00Z", "2019-12-31", run, run),
        *(
            acts.Review(log.origin, "usst", "2020-01-02T08:00:00Z", run, run, each, "")
            for each in ("accept", "contest", "settle")
        ),
        *(
            acts.Notice(log.origin, "usst", "2020-01-02T08:00:00Z", each, "2021-01-01")
            for each in ("renewal", "serious-breach")
        ),
        acts.Reporting(log.origin, "usst", "2020-01-02T08:00:00Z", 2019, 1, run),
        *(
            acts.Transacting(log.origin, "usst", "2020-01-02T08:00:00Z", run, each, "")
            for each in ("post", "acknowledge", "contest")
        ),
    ]
    told = set()
    for language in ("en", "zh-hans"):
        with override(language):
            for each in written:
                sentence = meaning(each, register, Names({}, {}))
                assert sentence.startswith("usst")
                assert "%(" not in sentence
                told.add(sentence)
    assert len(told) >= len(written)


def test_a_transaction_is_called_by_what_it_is_about():
    log = founded()
    recorded = contribution_record(
        actor=None,
        party="huawei",
        agreement=AGREEMENT,
        contribution="huawei-research-fund",
        amount="2000000.00",
        happened_on=date(2019, 10, 31),
        now=LATER,
    )
    digest = recorded.sha256
    posted = said(log)[1]
    assert "entered in the ledger: " in posted
    assert digest[:12] not in posted
    assert "huawei-research-fund" not in posted
    LogDocument.objects.filter(sha256=digest).delete()
    assert said(log)[1].endswith(f"entered in the ledger: {digest[:12]}.")


def test_a_party_that_has_not_cosigned_holds_the_whole_back():
    log = founded(inside=("usst",))
    standing = log_standing(log)
    assert (standing.cosigned, standing.cosigned_size, standing.pending) == (None, 0, 1)
    assert standing.present.cosigned_by == ("usst",)
    assert {each.party: each.size for each in standing.parties} == {"huawei": 0, "usst": 1}
    assert not entry_found(log, 0).row.is_cosigned
    with pytest.raises(NotFound):
        receipt_file(log, 0)
    with pytest.raises(Conflict):
        bundle_file(log)
    assert cosigning(log, "huawei").pending == 1
    assert cosigning(log, "usst").is_inside


def test_an_entry_that_both_cosigned_is_traced_to_their_checkpoint():
    log = founded()
    for number in range(1, 5):
        made("usst", effect={"on": f"2099-01-0{number}"})
    log.refresh_from_db()
    standing = log_standing(log)
    assert standing.pending == 0
    for index in range(5):
        found = entry_found(log, index)
        assert found.size == 5
        verify_inclusion(
            index=index,
            size=5,
            leaf=leaf_hash(found.row.note.encode()),
            proof=[bytes.fromhex(each) for each in found.proof],
            root=bytes.fromhex(standing.present.root),
        )
    assert inclusion_found(log).index == 4
    assert consistency_found(log, old=2).old_root == inclusion_found(log, size=2).root
    with pytest.raises(NotFound):
        consistency_found(log, old=4, new=3)
    with pytest.raises(NotFound):
        inclusion_found(log, index=3, size=3)


def test_a_bundle_that_nobody_reads_leaves_no_open_file():
    log = founded()
    made_one = bundle_file(log)
    stream = made_one._stream
    assert made_one.size == 1
    del made_one
    assert stream.closed


def test_keys_say_where_they_live_and_since_when():
    log = founded(inside=("usst",))
    new = generate("usst.example/new")
    made(
        "usst",
        "key",
        effect={"holder": "usst", "use": "cosign", "key": str(new.cosign.verifier)},
        consent=True,
    )
    proposal = list(register_of(log).proposals.values())[-1]
    decision_make(
        signer=signer("huawei", brings=True),
        agreement=AGREEMENT,
        change=proposal.last.change_sha256,
        decision="consent",
        now=LATER,
    )
    log.refresh_from_db()
    keys = log_keys(log)
    huawei, usst = keys.parties
    assert (usst.consent.is_inside, usst.consent.since) == (True, 0)
    assert (usst.cosign.is_inside, usst.cosign.since) == (False, 3)
    assert usst.cosign.vkey == str(new.cosign.verifier)
    assert not huawei.consent.is_inside
    assert keys.log.is_inside
    # What verifying asks for are the keys of the founding, whatever came later.
    founding = [
        key
        for party in PARTIES
        for key in (keys_of(party).public.consent, keys_of(party).public.cosign)
    ]
    assert list(public_keys_at_founding(log)) == founding
    used = {each.vkey: each.is_used for each in keys_of_ours(USST, AGREEMENT)}
    assert used[keys_of("usst").public.consent]
    assert not used[keys_of("usst").public.cosign]
    assert keys_of_ours(HUAWEI, AGREEMENT) == ()


def test_each_party_sees_its_own_requests():
    founded(inside=())
    asked = made("huawei", effect={"on": "2099-01-01"}).request
    (row,) = own_requests(HUAWEI, AGREEMENT)
    assert row.id == asked.pk
    assert "proposed to end the agreement on 2099-01-01" in row.meaning.en
    assert row.line.encode() == bytes(asked.line)
    assert (row.is_inside, row.is_signed) == (False, False)
    assert own_requests(USST, AGREEMENT) == ()
    assert (requests_waiting(HUAWEI, AGREEMENT), requests_waiting(USST, AGREEMENT)) == (1, 0)
    with pytest.raises(NotFound):
        own_request(USST, AGREEMENT, asked.pk)


def test_a_stranger_and_a_wrong_purpose_see_no_log():
    founded()
    stranger = Actor("x", "somebody", Side.UNIVERSITY, Role.COOPERATION_OFFICER, user_id=3)
    assert log_or_none(stranger, AGREEMENT) is None
    with pytest.raises(NotFound):
        log_seen(stranger, AGREEMENT)
    for purpose in (Purpose.RECORDS, Purpose.ADMINISTRATION):
        token = Actor("t", "usst", Side.UNIVERSITY, Role.ANALYST, token_id=1, purpose=purpose)
        with pytest.raises(NotPermitted):
            log_seen(token, AGREEMENT)


def test_a_longer_log_asks_the_database_no_more_often():
    log = founded()
    made("usst", effect={"on": "2099-01-01"})
    log.refresh_from_db()
    entry_rows(log)
    with CaptureQueriesContext(connection) as few:
        entry_rows(log)
        log_standing(log)
    for number in range(2, 8):
        made("usst", effect={"on": f"2099-01-0{number}"})
    log.refresh_from_db()
    entry_rows(log)
    with CaptureQueriesContext(connection) as many:
        entry_rows(log)
        log_standing(log)
    assert len(many) <= len(few)
    assert LogEntry.objects.count() == 8


def test_a_fingerprint_is_the_begin_in_groups_of_four():
    assert fingerprint("0123456789abcdef" * 4) == "0123 4567 89ab cdef"
