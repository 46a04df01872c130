"""From proposal to the next version, with both parties' signatures and with nothing less."""

from __future__ import annotations

import io
from datetime import date, timedelta

import pytest

from unipact.agreement.engine.register.acts import KeyPair
from unipact.agreement.formats.bundle.verify import Question, verify_bundle
from unipact.agreement.log.bundling import bundle_write
from unipact.agreement.log.folded import register_of
from unipact.agreement.log.stored import cosigned_size, cosigning_request
from unipact.agreement.models import AgreementVersion, Comment, Log, LogDocument, SigningRequest
from unipact.agreement.roles import Actor, Purpose, Role, Side
from unipact.agreement.services import agreement_import, token_make, token_revoke
from unipact.agreement.services.consultation import (
    cosignature_submit,
    decision_make,
    founding_prepare,
    key_hold,
    proposal_make,
    reason_erase,
    request_drop,
    request_sign,
    request_submit,
)
from unipact.agreement.services.consultation.proposals import Proposed
from unipact.agreement.services.consultation.signing import Signer
from unipact.agreement.services.ledger import contribution_record
from unipact.agreement.services.ledger_answers import transaction_acknowledge, transaction_contest
from unipact.agreement.services.log_key import held_keys_reseal
from unipact.agreement.tests.parties import (
    AGREEMENT,
    CONTENT,
    DAY,
    NOW,
    PARTIES,
    founded,
    keys_of,
    next_version,
    signer,
)
from unipact.errors import Conflict, Invalid, NotFound, NotPermitted
from unipact.tlog.keys import VerifierKey
from unipact.tlog.note import Note
from unipact.tlog.witness import Seen, cosign, read_request

pytestmark = pytest.mark.django_db


def proposed(log, *, by="usst", content=None, consent=False, at=NOW + DAY, **more):
    """A proposal of the next version by a party; the hash of its change."""
    done = proposal_make(
        signer=signer(by),
        agreement=AGREEMENT,
        proposed=Proposed(
            "version", reason_en="More time", content=content or next_version(), **more
        ),
        now=at,
        consent=consent,
    )
    assert done[0].entry is not None
    return list(register_of(log).proposals.values())[-1].last.change_sha256


def test_both_consents_bring_the_next_version_into_force():
    log = founded()
    change = proposed(log, consent=True)
    assert AgreementVersion.objects.get(state="in_force").n == 1

    decision_make(
        signer=signer("huawei"),
        agreement=AGREEMENT,
        change=change,
        decision="consent",
        now=NOW + DAY,
    )

    assert AgreementVersion.objects.get(state="in_force").n == 2
    assert AgreementVersion.objects.get(n=1).state == "superseded"
    stream = io.BytesIO()
    log.refresh_from_db()
    bundle_write(log, stream)
    verdict = verify_bundle(stream, Question([keys_of(each).public for each in PARTIES]))
    assert verdict.accepted, verdict
    assert verdict.register is not None
    assert verdict.register.terms.version == 2
    verdict = verify_bundle(stream, Question([keys_of(each).public for each in PARTIES], "root"))
    assert verdict.accepted, verdict


def bundle_of(log):
    log.refresh_from_db()
    stream = io.BytesIO()
    bundle_write(log, stream)
    return stream.getvalue()


def public():
    return [keys_of(each).public for each in PARTIES]


def test_a_key_of_the_other_party_is_not_brought_inside_by_somebody_else():
    founded(inside=("usst",))
    with pytest.raises(Invalid, match="another party's"):
        key_hold(signer=signer("usst"), agreement=AGREEMENT, key=keys_of("huawei").consent, now=NOW)


def test_a_party_with_its_key_elsewhere_signs_the_very_line_that_was_asked_for():
    log = founded(inside=("usst",))
    change = proposed(log, consent=True)
    done = decision_make(
        signer=signer("huawei"),
        agreement=AGREEMENT,
        change=change,
        decision="consent",
        now=NOW + DAY,
    )
    assert done.request is not None
    assert AgreementVersion.objects.get(state="in_force").n == 1
    line = bytes(done.request.line)
    asked = {"agreement": AGREEMENT, "request": done.request.pk, "now": NOW + 2 * DAY}
    key = keys_of("huawei").consent

    other = line.replace(b'"consent"', b'"decline"')
    with pytest.raises(Invalid, match="not the line"):
        request_submit(
            signer=signer("huawei"), note=bytes(Note(other, (key.sign(other),))), **asked
        )
    theirs = keys_of("usst").consent
    with pytest.raises(Invalid, match="signed by"):
        request_submit(
            signer=signer("huawei"), note=bytes(Note(line, (theirs.sign(line),))), **asked
        )
    with pytest.raises(NotFound):
        request_submit(signer=signer("usst"), note=bytes(Note(line, (key.sign(line),))), **asked)

    request_submit(signer=signer("huawei"), note=bytes(Note(line, (key.sign(line),))), **asked)

    assert AgreementVersion.objects.get(state="in_force").n == 2
    assert not SigningRequest.objects.exists()


def test_the_bundle_ends_where_both_parties_cosigned_and_an_outside_cosigner_goes_on_from_its_own():
    log = founded(inside=("usst",))
    log.refresh_from_db()
    assert cosigned_size(log) == 0
    with pytest.raises(Conflict, match="not both cosigned"):
        bundle_of(log)
    keys, seen = keys_of("huawei"), Seen()
    log_key = VerifierKey.parse(register_of(log).log_key)
    for number in range(2):
        if number:
            proposed(log, consent=True, at=NOW + DAY)
            log.refresh_from_db()
        at = NOW + number * DAY
        line, seen = cosign(
            cosigning_request(log, seen.size),
            seen=seen,
            log_key=log_key,
            key=keys.cosign,
            origin=log.origin,
            now=int(at.timestamp()),
        )
        cosignature_submit(signer=signer("huawei"), agreement=AGREEMENT, line=line.line, now=at)
        assert cosigned_size(log) == log.size == seen.size
        verdict = verify_bundle(io.BytesIO(bundle_of(log)), Question(public()))
        assert verdict.accepted, verdict


def test_whoever_was_amended_meanwhile_consents_to_nothing():
    log = founded()
    change = proposed(log, by="usst")
    proposal = next(iter(register_of(log).proposals))
    proposed(
        log,
        by="huawei",
        proposal=proposal,
        content=next_version(change=("silence_days = 60", "silence_days = 30")),
    )
    with pytest.raises(Conflict, match="amended meanwhile"):
        decision_make(
            signer=signer("huawei"), agreement=AGREEMENT, change=change, decision="consent", now=NOW
        )


def test_a_decline_says_why_and_a_reason_can_be_erased_while_the_log_still_verifies():
    log = founded()
    change = proposed(log)
    said = {"signer": signer("huawei"), "agreement": AGREEMENT, "change": change}
    with pytest.raises(Invalid, match="text is wrong"):
        decision_make(**said, decision="decline", now=NOW + DAY)
    decision_make(**said, decision="decline", now=NOW + DAY, reason="Too early")
    assert Comment.objects.get().text == "Too early"

    reason = LogDocument.objects.get(kind="reason")
    assert b"More time" in bytes(reason.content)
    assert b"More time" in bundle_of(log)
    reason_erase(signer=signer("usst"), agreement=AGREEMENT, sha256=reason.sha256, now=NOW + DAY)

    assert b"More time" not in bundle_of(log)
    verdict = verify_bundle(io.BytesIO(bundle_of(log)), Question(public()))
    assert verdict.accepted
    assert verdict.withheld == 1


def test_a_proposal_lapses_and_one_that_was_overtaken_is_stale():
    log = founded()
    late = proposed(log)
    with pytest.raises(Conflict, match="lapsed"):
        decision_make(
            signer=signer("huawei"),
            agreement=AGREEMENT,
            change=late,
            decision="consent",
            now=NOW + 62 * DAY,
        )
    at = NOW + 63 * DAY
    overtaken = proposed(log, at=at)
    first = proposed(
        log,
        at=at,
        consent=True,
        content=next_version(change=("silence_days = 60", "silence_days = 30")),
    )
    decision_make(
        signer=signer("huawei"), agreement=AGREEMENT, change=first, decision="consent", now=at
    )
    with pytest.raises(Conflict, match="stale"):
        decision_make(
            signer=signer("huawei"),
            agreement=AGREEMENT,
            change=overtaken,
            decision="consent",
            now=at,
        )


def test_keys_change_by_consent_of_both_and_the_new_one_signs_from_then_on():
    log = founded()
    new = keys_of("usst.example/new")
    done = proposal_make(
        signer=signer("usst"),
        agreement=AGREEMENT,
        proposed=Proposed(
            "key",
            reason_en="The old machine goes",
            effect={"holder": "usst", "use": "consent", "key": str(new.consent.verifier)},
        ),
        now=NOW + DAY,
        consent=True,
    )
    assert len(done) == 2
    change = next(iter(register_of(log).proposals.values())).last.change_sha256
    decision_make(
        signer=signer("huawei"),
        agreement=AGREEMENT,
        change=change,
        decision="consent",
        now=NOW + DAY,
    )
    assert register_of(log).keys["usst"].consent == str(new.consent.verifier)
    # The old key is inside, the new one is not: the act waits for a signature.
    waiting = proposal_make(
        signer=signer("usst"),
        agreement=AGREEMENT,
        proposed=Proposed("end", reason_en="Done", effect={"on": "2021-01-01"}),
        now=NOW + 2 * DAY,
    )
    assert waiting[0].request is not None
    with pytest.raises(Invalid, match="not by the key"):
        request_sign(
            signer=signer("usst", brings=True),
            agreement=AGREEMENT,
            request=waiting[0].request.pk,
            now=NOW + 2 * DAY,
        )
    request_sign(
        signer=Signer("usst", key=new.consent),
        agreement=AGREEMENT,
        request=waiting[0].request.pk,
        now=NOW + 2 * DAY,
    )
    assert verify_bundle(io.BytesIO(bundle_of(log)), Question(public())).accepted
    assert verify_bundle(io.BytesIO(bundle_of(log)), Question(public(), "root")).accepted


def test_what_is_recorded_and_answered_in_the_ledger_is_entered_in_the_log():
    log = founded(now=NOW - 100 * DAY)
    asked = {"actor": None, "agreement": AGREEMENT, "now": NOW}
    made = contribution_record(
        party="huawei",
        contribution="huawei-research-fund",
        amount="2000000.00",
        happened_on=date(2019, 10, 31),
        **asked,
    )
    transaction_contest(party="usst", number=made.n, reason="Not on our account", **asked)
    transaction_acknowledge(party="usst", number=made.n, **asked)

    held = register_of(log).transactions[made.sha256]
    assert (held.party, held.answers["usst"][0]) == ("huawei", "acknowledge")
    bundle = bundle_of(log)
    verdict = verify_bundle(io.BytesIO(bundle), Question(public()))
    assert verdict.accepted, verdict
    # The record itself is in the bundle, and the reason of the contest; its note's text is not.
    assert bytes(made.document) in bundle
    assert verdict.withheld == 0


def test_a_founding_that_could_never_be_is_refused_before_anybody_signs():
    agreement_import(actor=None, content=CONTENT, now=NOW, state="in_force")
    public = {party: keys_of(party).public for party in PARTIES}
    other = {**public, "usst": keys_of("usst.example/other").public}
    asked = {"signer": signer("usst"), "agreement": AGREEMENT, "now": NOW}
    with pytest.raises(Conflict, match="another consent key of usst"):
        founding_prepare(keys=other, **asked)
    twice = {**public, "usst": KeyPair(public["usst"].consent, public["huawei"].cosign)}
    with pytest.raises(Conflict, match="two keys are the same"):
        founding_prepare(keys=twice, **asked)
    assert not SigningRequest.objects.exists()


def cosigned_elsewhere(log, *, at, size=None):
    """A cosignature by the enterprise, whose key is elsewhere, of some checkpoint at some time."""
    note = read_request(cosigning_request(log, 0, size)).note
    return keys_of("huawei").cosign.sign(note.text, time=int(at.timestamp())).line


def test_a_cosignature_of_an_earlier_checkpoint_comes_too_late():
    """Its time would date the entries after it: every bundle would be refused from there on."""
    log = founded(inside=("usst",))
    proposed(log, consent=True)
    log.refresh_from_db()
    late = NOW + 70 * DAY
    line = cosigned_elsewhere(log, at=late, size=1)
    with pytest.raises(Invalid, match="cosignature is wrong"):
        cosignature_submit(signer=signer("huawei"), agreement=AGREEMENT, line=line, now=late)


def test_what_a_party_cosigned_ahead_of_our_clock_holds_for_us_as_well():
    """Else the server takes a consent that a verifier of the bundle finds lapsed."""
    log = founded(inside=("usst",))
    change = proposed(log, consent=True)
    log.refresh_from_db()
    just_before = NOW + 61 * DAY - timedelta(minutes=5)
    line = cosigned_elsewhere(log, at=just_before + timedelta(minutes=9))
    cosignature_submit(signer=signer("huawei"), agreement=AGREEMENT, line=line, now=just_before)
    with pytest.raises(Conflict, match="lapsed"):
        decision_make(
            signer=signer("huawei", brings=True),
            agreement=AGREEMENT,
            change=change,
            decision="consent",
            now=just_before,
        )


def test_keys_inside_move_to_a_new_secret_key_before_the_old_one_goes(settings):
    founded()
    before, settings.SECRET_KEY = settings.SECRET_KEY, "n" * 60
    settings.SECRET_KEY_FALLBACKS = [before]
    assert held_keys_reseal() == 5
    settings.SECRET_KEY_FALLBACKS = []
    proposed(Log.objects.get(), consent=True)


def test_a_key_that_one_party_brought_inside_is_not_founded_as_the_others():
    agreement_import(actor=None, content=CONTENT, now=NOW, state="in_force")
    mine = keys_of("usst.example/mine")
    asked = {"signer": signer("usst"), "agreement": AGREEMENT, "now": NOW}
    key_hold(key=mine.cosign, **asked)
    keys = {party: keys_of(party).public for party in PARTIES}
    keys["huawei"] = KeyPair(keys["huawei"].consent, mine.public.cosign)
    with pytest.raises(Invalid, match="not those of both parties"):
        founding_prepare(keys=keys, **asked)


def test_a_program_that_keeps_records_does_not_use_the_partys_key():
    log = founded(now=NOW - 100 * DAY)
    token, _ = token_make(
        actor=None,
        party="huawei",
        role=Role.RELATIONS_MANAGER,
        purpose=Purpose.RECORDS,
        name="records",
        days=30,
        now=NOW,
    )
    actor = Actor(
        "records",
        "huawei",
        Side.ENTERPRISE,
        Role.RELATIONS_MANAGER,
        None,
        token.pk,
        Purpose.RECORDS,
    )
    told = {
        "agreement": AGREEMENT,
        "contribution": "huawei-research-fund",
        "amount": "2000000.00",
        "happened_on": date(2019, 10, 31),
        "now": NOW,
    }
    made = contribution_record(actor=actor, **told)
    assert made.sha256 not in register_of(log).transactions
    assert SigningRequest.objects.get().party.slug == "huawei"
    token_revoke(actor=None, token=token.pk, now=NOW)
    with pytest.raises(NotPermitted):
        contribution_record(actor=actor, **told)


def test_a_founding_that_one_party_drops_is_dropped_for_both():
    agreement_import(actor=None, content=CONTENT, now=NOW, state="in_force")
    asked = {"agreement": AGREEMENT, "now": NOW}
    public = {party: keys_of(party).public for party in PARTIES}
    first, second = founding_prepare(signer=signer("usst"), keys=public, **asked)
    request_sign(signer=signer("huawei", brings=True), request=first.pk, **asked)
    request_drop(signer=signer("usst"), request=second.pk, **asked)
    assert not SigningRequest.objects.exists()
