"""What both parties read of proposals, evidence, disputes, notices and reports."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta

import pytest

from unipact.agreement.log.folded import register_of
from unipact.agreement.models import LogDocument, LogEntry
from unipact.agreement.queries.consultation import (
    comments_of,
    consultation_of,
    disputes_of,
    notices_of,
    proposal_of,
    proposed_file_of,
    reports_of,
    reviews_of,
    standpoint_for,
    waivers_of,
)
from unipact.agreement.queries.consultation.report_documents import report_to_sign
from unipact.agreement.roles import Role
from unipact.agreement.services import agreement_import
from unipact.agreement.services.consultation import (
    comment_add,
    decision_make,
    dispute_close,
    dispute_open,
    evidence_put_forward,
    evidence_review,
    founding_prepare,
    notice_give,
    proposal_make,
    reason_erase,
    report_sign,
)
from unipact.agreement.services.consultation.proposals import Proposed
from unipact.agreement.tests.consulted import (
    CEILING,
    POOL,
    evaluated,
    evidence_id,
    proposed,
    reader,
)
from unipact.agreement.tests.kept import actor
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
from unipact.errors import Conflict, Invalid, NotFound
from unipact.tlog.keys import ED25519, SigningKey

pytestmark = pytest.mark.django_db


def decided(party: str, proposal, decision: str = "consent", *, at=NOW + DAY, reason: str = ""):
    """A decision of a party on the last round."""
    return decision_make(
        signer=signer(party),
        agreement=AGREEMENT,
        change=proposal.last.change_sha256,
        decision=decision,
        reason=reason,
        now=at,
    )


def seen(party: str, proposal, *, at=NOW + DAY, role: Role | None = None):
    """A proposal as somebody of a party sees it."""
    return proposal_of(reader(party, role), proposal.id, now=at)


# --- proposals ---


def test_before_the_founding_there_is_nothing_but_the_request_to_found():
    agreement_import(actor=None, content=CONTENT, now=NOW, state="in_force")
    assert not consultation_of(reader("usst"), now=NOW).is_founded
    founding_prepare(
        signer=signer("usst"),
        agreement=AGREEMENT,
        keys={each: keys_of(each).public for each in PARTIES},
        now=NOW,
    )
    found = consultation_of(reader("huawei"), now=NOW)
    assert (found.is_founded, found.counts.requests, found.proposals) == (False, 1, ())
    assert consultation_of(reader("huawei", Role.ANALYST), now=NOW).counts.requests == 0
    assert reviews_of(reader("usst"), now=NOW).runs == ()
    assert notices_of(reader("usst"), now=NOW) is None


def test_an_open_proposal_waits_for_whoever_has_not_decided():
    founded()
    made = proposed("usst", consent=True)
    for party, waits in (("usst", 0), ("huawei", 1)):
        found = consultation_of(reader(party), now=NOW + DAY)
        (row,) = found.proposals
        assert (row.state, row.consented, row.waiting_for) == ("open", ("usst",), ("huawei",))
        assert (found.counts.open, found.counts.waits_for_me) == (1, waits)
        assert (row.base, row.proposed, row.round) == (1, 2, 1)
    decided("huawei", made)
    found = consultation_of(reader("huawei"), now=NOW + DAY)
    (row,) = found.proposals
    assert (row.state, row.waiting_for, row.closed) == ("adopted", (), 3)
    assert (found.version, found.counts.open) == (2, 0)


def test_a_proposal_that_nobody_answers_lapses_by_the_clock_and_waits_for_nobody():
    founded()
    made = proposed()
    open_, late = (seen("huawei", made, at=NOW + days * DAY).row for days in (60, 61))
    assert (open_.state, open_.waits_for_me) == ("open", True)
    assert (late.state, late.waits_for_me, late.waiting_for) == ("lapsed", False, ())
    assert late.lapses_at == NOW + 60 * DAY


def test_a_proposal_goes_stale_when_another_is_adopted():
    founded()
    first = proposed("usst")
    second = proposed(
        "huawei", content=next_version(change=("silence_days = 60", "silence_days = 75"))
    )
    for party in PARTIES:
        decided(party, second)
    assert seen("usst", first).row.state == "stale"
    assert seen("usst", first).why_not["consent"] == "over"
    # It still shows what it would have changed.
    assert seen("usst", first).difference is not None


def test_the_difference_and_what_it_does_are_those_of_the_two_files():
    founded()
    made = proposed(
        content=next_version(
            change=(
                'due = 2019-12-31, value = "0.04" }',
                'due = 2019-12-31, value = "0.06" }',
            )
        )
    )
    found = seen("huawei", made)
    (item,) = found.difference.section("commitment").changed
    assert item.id == POOL
    (effect,) = found.consequences.targets
    assert (effect.commitment, effect.target, effect.effect) == (POOL, "h2-2019", "stricter")
    assert [(each.commitment, each.standing) for each in found.affected] == [(POOL, None)]
    evaluated(campus_energy_savings_pool=1)
    found = seen("huawei", made)
    standings = {each["id"]: each["standing"] for each in reader("usst").document["commitments"]}
    assert [each.standing for each in found.affected] == [standings[POOL]]
    assert found.amended is None


def test_an_amended_proposal_shows_what_differs_from_its_round_before():
    founded()
    made = proposed("usst", consent=True)
    other = next_version(change=("silence_days = 60", "silence_days = 91"))
    proposed("huawei", content=other, proposal=made.id, at=NOW + DAY)
    found = seen("usst", made)
    assert [each.number for each in found.rounds] == [1, 2]
    assert [len(each.decisions) for each in found.rounds] == [1, 0]
    assert (found.row.party, found.row.consented) == ("huawei", ())
    (change,) = found.amended.section("terms").changed[0].values
    assert (change.old.raw, change.new.raw) == (90, 91)
    assert proposed_file_of(reader("usst"), made.id, now=NOW) == other
    assert proposed_file_of(reader("usst"), made.id, now=NOW, round_=1) == next_version()
    with pytest.raises(NotFound, match="2 rounds"):
        proposed_file_of(reader("usst"), made.id, now=NOW, round_=3)


def test_each_party_is_told_what_it_may_do_and_why_not():
    founded()
    made = proposed("usst", consent=True)
    assert seen("usst", made).may == {"withdraw", "amend", "comment"}
    assert seen("usst", made).why_not["consent"] == "decided"
    assert seen("huawei", made).may == {"consent", "decline", "amend", "comment"}
    assert seen("huawei", made).why_not["withdraw"] == "not_proposer"
    assert seen("huawei", made, role=Role.EXECUTIVE).may == {"comment"}
    assert seen("huawei", made, role=Role.ANALYST).may == frozenset()
    assert set(seen("huawei", made, role=Role.ANALYST).why_not.values()) == {"role"}
    decided("usst", made, "withdraw")
    found = seen("usst", made)
    assert found.may == {"comment"}
    assert [(each.party, each.decision) for each in found.decisions] == [
        ("usst", "consent"),
        ("usst", "withdraw"),
    ]


def test_a_proposal_whose_file_is_not_here_is_shown_without_a_difference():
    founded()
    content = next_version(change=("silence_days = 60", "silence_days = 77"))
    made = proposed(content=content)
    LogDocument.objects.get(sha256=made.last.change.proposed_file_sha256).delete()
    found = seen("huawei", made)
    assert (found.difference, found.consequences, found.affected) == (None, None, ())
    assert found.rounds[0].reason.en == "More time"
    with pytest.raises(NotFound):
        proposed_file_of(reader("usst"), made.id, now=NOW)


def test_a_reason_that_was_erased_is_gone_and_the_rest_stays():
    founded()
    made = proposed()
    assert seen("huawei", made).rounds[0].reason.en == "More time"
    reason_erase(
        signer=signer("usst"),
        agreement=AGREEMENT,
        sha256=made.last.change.reason_sha256,
        now=NOW,
    )
    assert seen("huawei", made).rounds[0].reason is None


def test_a_reason_that_was_changed_by_hand_is_not_shown():
    founded()
    made = proposed()
    kept = LogDocument.objects.get(sha256=made.last.change.reason_sha256)
    kept.delete()
    kept.content = b'{"en":"Less time","zh":""}'
    kept.save(force_insert=True)
    assert seen("huawei", made).rounds[0].reason is None


def test_names_of_people_are_told_to_their_own_party_only():
    founded()
    made = proposed()
    by = actor("usst", Role.COOPERATION_OFFICER)
    comment_add(actor=by, agreement=AGREEMENT, proposal=made.id, text="Why 90?", now=NOW)
    for party, name in (("usst", by.name), ("huawei", "")):
        (comment,) = comments_of(reader(party), made.id, now=NOW)
        assert (comment.party, comment.by, comment.text) == ("usst", name, "Why 90?")


def test_both_parties_read_the_same_of_a_proposal_but_what_they_may_do():
    founded()
    made = proposed(consent=True)
    one, other = seen("usst", made), seen("huawei", made)
    for name in ("rounds", "difference", "consequences", "affected", "decisions"):
        assert getattr(one, name) == getattr(other, name)


def test_a_request_on_a_proposal_is_met_by_its_own_party_only():
    founded(inside=("usst",))
    made = proposed("usst")
    done = decided("huawei", made)
    assert done.request is not None
    assert seen("huawei", made).requests == (done.request.pk,)
    assert not seen("huawei", made).is_key_inside
    assert consultation_of(reader("huawei"), now=NOW).counts.requests == 1
    assert seen("usst", made).requests == ()
    assert seen("usst", made).is_key_inside
    assert consultation_of(reader("usst"), now=NOW).counts.requests == 0
    assert seen("usst", made).row.consented == ()


def test_a_waiver_an_end_and_a_key_are_told_in_both_languages():
    founded()
    effects = {
        "waiver": ({"commitment": POOL, "period": "y2020"}, "nobody is held", "不要求任何一方"),
        "end": ({"on": "2023-01-01"}, "2023-01-01 is the first day", "自 2023-01-01 当日起"),
        "key": (
            {"holder": "usst", "use": "consent", "key": _fresh_key()},
            "signs its acts of University of Shanghai",
            "上海理工大学更换用于签署行为的",
        ),
    }
    for kind, (effect, english, chinese) in effects.items():
        made = proposed(kind=kind, content=None, effect=effect)
        row = seen("huawei", made).row
        assert english in row.words.en
        assert chinese in row.words.zh
        assert (row.base, row.proposed) == (1, 1)
        assert seen("huawei", made).difference is None


def _fresh_key() -> str:
    return str(SigningKey.from_seed("usst.example/new", ED25519, b"s" * 32).verifier)


def test_the_file_of_a_proposal_that_leaves_the_terms_is_not_there():
    founded()
    made = proposed(kind="end", content=None, effect={"on": "2023-01-01"})
    with pytest.raises(NotFound):
        proposed_file_of(reader("usst"), made.id, now=NOW)
    with pytest.raises(NotFound):
        proposal_of(reader("usst"), "0" * 32, now=NOW)


# --- evidence ---


def forwarded(run: str, by: str = "usst", *, at=NOW):
    """Put a run document forward."""
    evidence_put_forward(signer=signer(by), agreement=AGREEMENT, run_sha256=run, now=at)


def reviewed(run: str, number: int, party: str, decision: str, *, at=NOW + DAY, reason="why"):
    """A party says something of an evidence."""
    evidence_review(
        signer=signer(party),
        agreement=AGREEMENT,
        run_sha256=run,
        evidence_sha256=evidence_id(number),
        decision=decision,
        reason=reason,
        now=at,
    )


def test_evidence_waits_and_silence_makes_it_unreviewed_but_never_accepted():
    founded()
    run = evaluated(campus_energy_savings_pool=1, campus_electricity_ceiling=2)
    forwarded(run)
    fresh = reviews_of(reader("huawei"), now=NOW + 30 * DAY)
    assert (dict(fresh.counts), fresh.waits_for_me) == ({"submitted": 2}, 2)
    late = reviews_of(reader("huawei"), now=NOW + 30 * DAY + timedelta(seconds=1))
    assert (dict(late.counts), late.waits_for_me) == ({"unreviewed": 2}, 2)
    (row,) = late.runs
    assert (row.party, row.as_of, row.version) == ("usst", date(2019, 12, 31), 1)
    assert [each.shown.place for each in row.evidence] == [(POOL, "h2-2019"), (CEILING, "h2-2019")]
    assert all(each.may_review for each in row.evidence)
    own = reviews_of(reader("usst"), now=NOW)
    assert own.waits_for_me == 0
    assert not any(each.may_review for each in own.runs[0].evidence)


def test_contested_evidence_is_settled_when_both_settled_it():
    founded()
    run = evaluated(campus_energy_savings_pool=1, campus_electricity_ceiling=2)
    forwarded(run)
    reviewed(run, 2, "huawei", "accept")
    reviewed(run, 1, "huawei", "contest", reason="One building moved")
    found = reviews_of(reader("usst"), now=NOW + DAY)
    contested, accepted = found.runs[0].evidence
    assert (contested.state, accepted.state) == ("contested", "accepted")
    assert (contested.party, contested.reason.en) == ("huawei", "One building moved")
    assert (contested.may_settle, accepted.may_settle) == (True, False)
    for party in PARTIES:
        reviewed(run, 1, party, "settle")
    found = reviews_of(reader("usst"), now=NOW + DAY)
    assert dict(found.counts) == {"accepted": 1, "settled": 1}
    assert found.runs[0].evidence[0].settled == PARTIES
    assert not found.runs[0].evidence[0].may_settle


def test_a_later_run_with_another_evidence_replaces_what_was_not_accepted():
    founded()
    first = evaluated(campus_energy_savings_pool=1, campus_electricity_ceiling=2)
    second = evaluated(
        date(2020, 1, 31), campus_energy_savings_pool=3, campus_electricity_ceiling=2
    )
    third = evaluated(date(2020, 2, 29), campus_energy_savings_pool=4)
    for run in (first, second, third):
        forwarded(run)
        if run == first:
            reviewed(run, 1, "huawei", "contest")
    found = reviews_of(reader("huawei"), now=NOW)
    assert [each.sha256 for each in found.runs] == [third, second, first]
    states = [[each.state for each in run.evidence] for run in found.runs]
    # The ceiling has the same evidence in both runs: nothing replaced it.
    assert states == [["submitted"], ["replaced", "submitted"], ["replaced", "submitted"]]
    assert [each.replaced_by for each in found.runs[2].evidence] == [second, None]
    assert [each.replaced_by for each in found.runs[1].evidence] == [third, None]


def test_accepted_evidence_stays_accepted_when_a_later_run_says_otherwise():
    founded()
    first = evaluated(campus_energy_savings_pool=1)
    second = evaluated(date(2020, 1, 31), campus_energy_savings_pool=2)
    forwarded(first)
    reviewed(first, 1, "huawei", "accept")
    forwarded(second)
    row = reviews_of(reader("usst"), now=NOW).runs[1].evidence[0]
    assert (row.state, row.replaced_by) == ("accepted", second)


# --- disputes, waivers, notices, reports ---


def test_a_dispute_is_open_until_both_closed_it():
    founded()
    about = {"agreement": AGREEMENT, "now": NOW, "reason": "The meters were changed"}
    dispute_open(signer=signer("usst"), commitment=POOL, period="h2-2019", **about)
    (row,) = disputes_of(reader("huawei"), now=NOW)
    assert (row.commitment, row.period, row.waiting_for) == (POOL, "h2-2019", PARTIES)
    assert row.reason.en == "The meters were changed"
    assert row.may_close
    dispute_close(signer=signer("huawei"), dispute=row.id, **about)
    (row,) = disputes_of(reader("huawei"), now=NOW)
    assert (row.is_open, row.may_close, row.waiting_for) == (True, False, ("usst",))
    dispute_close(signer=signer("usst"), dispute=row.id, **about)
    (row,) = disputes_of(reader("usst"), now=NOW)
    assert (row.is_open, row.closed) == (False, ("huawei", "usst"))


def test_an_adopted_waiver_names_its_proposal():
    founded()
    effect = {"commitment": POOL, "period": "y2020"}
    made = proposed(kind="waiver", content=None, effect=effect)
    assert waivers_of(reader("usst"), now=NOW) == ()
    for party in PARTIES:
        decided(party, made)
    (row,) = waivers_of(reader("usst"), now=NOW)
    assert (row.commitment, row.period, row.proposal, row.index) == (POOL, "y2020", made.id, 3)


def test_the_end_of_the_agreement_follows_from_notices_and_from_consent():
    founded()
    before = notices_of(reader("usst"), now=NOW)
    assert (before.end.state, before.notices) == ("in_force", ())
    clauses = {each.clause: each for each in before.clauses}
    assert clauses["renewal"].notice_by == before.end.notice_by
    assert clauses["usst-withdrawal"].may == ("usst",)
    assert clauses["usst-withdrawal"].may_give
    assert not clauses["huawei-withdrawal"].may_give

    on = clauses["usst-withdrawal"].earliest
    notice_give(
        signer=signer("usst"), agreement=AGREEMENT, clause="usst-withdrawal", on=on, now=NOW
    )
    after = notices_of(reader("huawei"), now=NOW)
    assert after.until == on < before.until
    (row,) = after.notices
    assert (row.party, row.fault, row.decides, row.on) == ("usst", None, True, on)
    own = notices_of(reader("usst"), now=NOW)
    assert not any(each.may_give for each in own.clauses if each.clause == "usst-withdrawal")

    made = proposed(kind="end", content=None, effect={"on": "2020-02-01"})
    for party in PARTIES:
        decided(party, made)
    ended = notices_of(reader("usst"), now=NOW)
    assert (ended.ended, ended.until) == (date(2020, 2, 1), date(2020, 2, 1))
    assert not any(each.may_give for each in ended.clauses)


def test_a_report_is_published_when_both_signed_the_document_that_was_read():
    founded()
    evaluated(campus_energy_savings_pool=1)
    here = reader("usst")
    document = report_to_sign(here, 2019, None, now=NOW)
    for party in PARTIES:
        to_sign = report_to_sign(reader(party), 2019, None, now=NOW)
        assert to_sign == document
        sha256 = _signed(party, to_sign)
    (row,) = reports_of(here, now=NOW)
    assert (row.year, row.edition, row.is_published, row.sha256) == (2019, 1, True, sha256)
    assert not row.may_sign
    with pytest.raises(Conflict):
        report_to_sign(here, 2019, "0" * 64, now=NOW)
    with pytest.raises(NotFound):
        report_to_sign(here, 2018, None, now=NOW)


def _signed(party: str, document: bytes) -> str:
    sha256 = hashlib.sha256(document).hexdigest()
    report_sign(
        signer=signer(party),
        agreement=AGREEMENT,
        year=2019,
        document=document,
        sha256=sha256,
        now=NOW,
    )
    return sha256


def test_the_command_line_reads_as_the_officer_of_a_party_of_the_agreement():
    founded()
    assert standpoint_for(AGREEMENT, "usst").actor.role == Role.COOPERATION_OFFICER
    assert standpoint_for(AGREEMENT).actor.party == "huawei"
    for agreement, party in ((AGREEMENT, "nobody"), ("none", None)):
        with pytest.raises(NotFound):
            standpoint_for(agreement, party)


def test_reading_appends_nothing():
    log = founded()
    made = proposed()
    size = LogEntry.objects.count()
    seen("usst", made)
    consultation_of(reader("huawei"), now=NOW + 100 * DAY)
    assert LogEntry.objects.count() == size == register_of(log).size


def test_a_proposal_for_another_agreement_is_not_found_here():
    founded()
    with pytest.raises(NotFound):
        proposal_make(
            signer=signer("usst"),
            agreement=AGREEMENT,
            proposed=Proposed("end", reason_en="x", effect={"on": "2023-01-01"}, proposal="0" * 32),
            now=NOW,
        )


# --- what no reader could read is refused when it is said ---


def test_what_could_not_be_read_as_an_entry_is_refused_before_it_waits_for_a_signature():
    founded(inside=())
    for effect in ({}, {"commitment": POOL, "period": "Ä"}):
        with pytest.raises(Invalid):
            proposal_make(
                signer=signer("usst"),
                agreement=AGREEMENT,
                proposed=Proposed("waiver", reason_en="x", effect=effect),
                now=NOW,
            )
    assert consultation_of(reader("usst"), now=NOW).counts.requests == 0


def test_a_comment_with_a_character_that_no_database_keeps_is_refused():
    founded()
    made = proposed()
    with pytest.raises(Invalid) as refused:
        comment_add(
            actor=actor("usst", Role.COOPERATION_OFFICER),
            agreement=AGREEMENT,
            proposal=made.id,
            text="a\x00b",
            now=NOW,
        )
    assert "U+0000" in refused.value.findings[0].what
