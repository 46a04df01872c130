"""What a proposal would do to the status is computed on the same data, and recorded nowhere."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.contract.command import EXAMPLE
from tests.contract.world import AGREEMENT, NOW, person, world_of
from unipact.agreement.models import Evaluation
from unipact.agreement.queries.log_kept import proposals_open
from unipact.agreement.roles import Role, Side
from unipact.agreement.services.consultation import proposal_make
from unipact.agreement.services.consultation.proposals import Proposed
from unipact.agreement.tests.parties import signer

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def proposal(home, printed, settings):
    worlds = world_of(home, printed, settings)
    next(worlds)
    content = (EXAMPLE / "proposal.toml").read_bytes()
    proposed = Proposed("version", reason_en="Promise what can be shown", content=content)
    proposal_make(
        signer=signer("huawei", brings=True), agreement=AGREEMENT, proposed=proposed, now=NOW
    )
    yield proposals_open(AGREEMENT)[-1]
    next(worlds, None)


def test_the_example_begins_with_a_proposal_whose_effect_on_the_status_is_computed(proposal):
    address = reverse("status-under", args=[AGREEMENT, proposal])
    officer = person(Side.UNIVERSITY, Role.COOPERATION_OFFICER)
    before = Evaluation.objects.count()

    page = officer.post(address, headers={"accept-language": "en"}).content.decode()

    # The example lowers one target of one commitment from 5 to 4 per cent.
    assert page.count("<code>y2020</code>") == 1
    assert "5%" in page.replace("5 %", "5%")
    assert "4%" in page.replace("4 %", "4%")
    assert Evaluation.objects.count() == before


def test_whoever_may_not_evaluate_computes_nothing_and_a_link_leads_to_the_proposal(proposal):
    address = reverse("status-under", args=[AGREEMENT, proposal])
    assert person(Side.ENTERPRISE, Role.EXECUTIVE).post(address).status_code == 403
    analyst = person(Side.ENTERPRISE, Role.ANALYST)
    assert analyst.get(address).headers["location"] == (
        reverse("agreement:proposal", args=[AGREEMENT, proposal])
    )
