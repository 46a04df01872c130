"""What is due, through the API: in both languages, and narrowed by what the token is for."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from unipact.agreement.roles import Purpose, Role
from unipact.agreement.services import token_make
from unipact.agreement.services.consultation import proposal_make
from unipact.agreement.services.consultation.proposals import Proposed
from unipact.agreement.tests.parties import AGREEMENT, founded, signer

pytestmark = pytest.mark.django_db

EFFECT = {"commitment": "campus-energy-savings-pool", "period": "h2-2019"}


def read(purpose: Purpose, party: str = "usst", role: Role = Role.COOPERATION_OFFICER):
    _, secret = token_make(
        actor=None,
        party=party,
        role=role,
        purpose=purpose,
        name="due",
        days=1,
        now=timezone.now(),
    )
    sent = {"authorization": f"Bearer {secret}"}
    return Client().get(f"/api/v1/agreements/{AGREEMENT}/deadlines", headers=sent)


@pytest.fixture(autouse=True)
def log():
    """A founded log in which the firm proposed; the university's proposal waits for its key."""
    founded(inside=("huawei",), now=timezone.now())
    for party in ("huawei", "usst"):
        proposed = Proposed("waiver", reason_en="No heating", effect=EFFECT)
        now = timezone.now()
        proposal_make(signer=signer(party), agreement=AGREEMENT, proposed=proposed, now=now)


def test_a_program_reads_what_waits_in_both_languages():
    answer = read(Purpose.REPORTING)
    assert answer.status_code == 200
    found = answer.json()
    (proposal,) = [each for each in found["rows"] if each["kind"] == "proposal"]
    assert proposal["waits_for"] == ["usst"]
    assert proposal["is_limited"] is True
    assert proposal["title"]["en"].startswith("Consent to a proposal")
    assert proposal["title"]["zh"].startswith("对提案表示同意或拒绝")


def test_only_a_token_that_may_sign_learns_of_requests():
    kinds = {
        purpose: {each["kind"] for each in read(purpose).json()["rows"]}
        for purpose in (Purpose.REPORTING, Purpose.SIGNING)
    }
    assert "request" not in kinds[Purpose.REPORTING]
    assert "request" in kinds[Purpose.SIGNING]


def test_a_token_for_something_else_reads_nothing():
    assert read(Purpose.ADMINISTRATION).status_code == 403
