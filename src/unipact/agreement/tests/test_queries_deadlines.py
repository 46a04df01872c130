"""What is due by the terms and what waits by the log, as each party and role has it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.urls import resolve

from unipact.agreement.log.folded import register_of
from unipact.agreement.queries.consultation import standpoint_for
from unipact.agreement.queries.deadlines import DEADLINE_KINDS, deadlines_of
from unipact.agreement.queries.wording import DEADLINE_KINDS as NAMES
from unipact.agreement.roles import Role
from unipact.agreement.services import agreement_import
from unipact.agreement.services.consultation import (
    decision_make,
    dispute_close,
    dispute_open,
    evidence_put_forward,
    proposal_make,
)
from unipact.agreement.services.consultation.proposals import Proposed
from unipact.agreement.tests.consulted import evaluated
from unipact.agreement.tests.parties import (
    AGREEMENT,
    CONTENT,
    DAY,
    NOW,
    PARTIES,
    founded,
    next_version,
    signer,
)

pytestmark = pytest.mark.django_db

ENERGY = "campus-energy-savings-pool"


def due(party, at=NOW, kind=None):
    rows = deadlines_of(standpoint_for(AGREEMENT, party), now=at).rows
    return [each for each in rows if kind in {None, each.kind}]


def proposing(by="huawei"):
    proposed = Proposed("version", reason_en="More time", content=next_version())
    return proposal_make(signer=signer(by), agreement=AGREEMENT, proposed=proposed, now=NOW)


def test_the_terms_alone_give_deadlines_before_the_log_is_founded():
    agreement_import(actor=None, content=CONTENT, now=NOW, state="in_force")
    kinds = {each.kind for each in due("usst")}
    assert kinds == {"milestone", "target", "instalment", "committee", "notice", "term_end"}


def test_a_proposal_waits_for_the_other_party_until_it_lapses():
    founded()
    proposing()
    (found,) = due("usst", kind="proposal")
    assert found.at == NOW + timedelta(days=60)
    assert found.day == date(2020, 3, 2)
    assert found.waits_for == ("usst",)
    assert "lapses" in found.title.en
    assert "失效" in found.title.zh


def test_a_proposal_that_was_decided_waits_no_more():
    log = founded()
    proposing()
    (change,) = register_of(log).changes
    decision_make(
        signer=signer("usst"),
        agreement=AGREEMENT,
        change=change,
        decision="decline",
        now=NOW + DAY,
        reason="No",
    )
    assert due("usst", at=NOW + DAY, kind="proposal") == []


def test_a_proposal_that_lapsed_is_over():
    founded()
    proposing()
    assert due("usst", at=NOW + 61 * DAY, kind="proposal") == []


def test_evidence_waits_for_a_review_and_is_overdue_when_its_days_are_over():
    founded()
    run = evaluated(campus_energy_savings_pool=1)
    evidence_put_forward(signer=signer("huawei"), agreement=AGREEMENT, run_sha256=run, now=NOW)
    (found,) = due("usst", kind="evidence")
    assert found.at == NOW + 30 * DAY
    assert due("huawei", kind="evidence") == []
    late = deadlines_of(standpoint_for(AGREEMENT, "usst"), now=NOW + 40 * DAY)
    assert [each.kind for each in late.overdue] == ["evidence"]


def test_a_dispute_waits_until_one_closed_it_and_has_no_day():
    founded()
    dispute_open(
        signer=signer("usst"),
        agreement=AGREEMENT,
        commitment=ENERGY,
        period="h2-2019",
        reason="The meters were changed.",
        now=NOW,
    )
    (found,) = due("huawei", kind="dispute")
    assert not found.is_limited
    dispute = found.path.rstrip("/").rsplit("/", 1)[-1]
    dispute_close(
        signer=signer("huawei"),
        agreement=AGREEMENT,
        dispute=dispute,
        reason="Agreed.",
        now=NOW + DAY,
    )
    assert due("huawei", at=NOW + DAY, kind="dispute") == []
    assert due("usst", at=NOW + DAY, kind="dispute") != []


def test_requests_are_told_to_their_party_and_to_who_may_sign():
    founded(inside=("huawei",))
    effect = {"commitment": ENERGY, "period": "h2-2019"}
    proposed = Proposed("waiver", reason_en="No heating", effect=effect)
    proposal_make(signer=signer("usst"), agreement=AGREEMENT, proposed=proposed, now=NOW)
    assert [each.kind for each in due("usst", kind="request")] == ["request"]
    assert due("huawei", kind="request") == []
    here = standpoint_for(AGREEMENT, "usst")
    analyst = replace(here, actor=replace(here.actor, role=Role.ANALYST))
    kinds = {each.kind for each in deadlines_of(analyst, now=NOW).rows}
    assert "request" not in kinds
    assert "cosigning" not in kinds


def test_a_party_whose_key_is_elsewhere_is_told_to_cosign():
    founded(inside=("huawei",))
    assert len(due("usst", kind="cosigning")) == 1
    assert due("huawei", kind="cosigning") == []


def test_what_is_due_by_the_terms_says_who_owes_it():
    founded()
    found = {each.uid: each for each in due("usst")}
    target = found[f"target.{ENERGY}.y2020@{AGREEMENT}.unipact"]
    assert target.day == date(2020, 12, 31)
    assert set(target.waits_for) <= set(PARTIES)
    assert target.waits_for


def test_the_committee_meets_as_often_as_governance_says():
    founded()
    days = [each.day for each in due("usst", kind="committee")]
    assert days[:3] == [date(2020, 7, 1), date(2021, 1, 1), date(2021, 7, 1)]
    assert max(days) <= NOW.date() + timedelta(days=731)


def test_the_last_day_of_notice_comes_before_the_end_of_the_term():
    founded()
    (notice,) = due("usst", kind="notice")
    (end,) = due("usst", kind="term_end")
    assert end.day == date(2024, 6, 30)
    assert notice.day == date(2024, 7, 1) - timedelta(days=180)
    assert notice.waits_for == ()


def test_a_day_is_that_of_the_agreements_zone():
    founded()
    # Still the last of December in UTC, the first of January in Shanghai.
    at = NOW.replace(month=12, day=31, hour=16, minute=30)
    found = deadlines_of(standpoint_for(AGREEMENT, "usst"), now=at)
    assert found.today == date(2021, 1, 1)
    assert not [each for each in found.rows if each.is_limited and each.day < found.today]


def test_nothing_is_due_by_the_terms_once_the_agreement_is_over():
    founded()
    kinds = {each.kind for each in due("usst", at=NOW.replace(year=2040))}
    assert kinds <= {"cosigning", "request"}


def test_every_deadline_leads_to_a_page_and_has_a_name_of_its_own():
    founded(inside=("huawei",))
    proposing()
    for party in PARTIES:
        rows = due(party)
        assert len({each.uid for each in rows}) == len(rows)
        for each in rows:
            assert resolve(each.path).namespace == "agreement"
            assert each.title.en
            assert each.title.zh


def test_every_kind_has_a_name_on_the_pages():
    assert set(NAMES) == set(DEADLINE_KINDS)
