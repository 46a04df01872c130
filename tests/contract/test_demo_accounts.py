"""The demo starts again, whatever somebody did to its open accounts in the meantime."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model

from tests.contract.world import CONTENT, NOW
from unipact.agreement.queries.people import parties_of_accounts
from unipact.agreement.roles import Role
from unipact.agreement.services import agreement_import, membership_end, membership_move
from unipact.web.demo import DEMO_ACCOUNTS, demo_accounts_create

pytestmark = pytest.mark.django_db


def test_an_account_that_was_moved_stays_and_one_that_left_is_open_again() -> None:
    agreement_import(actor=None, content=CONTENT, now=NOW, state="in_force")
    demo_accounts_create()
    membership_move(actor=None, username="university-analyst", role=Role.EXECUTIVE, now=NOW)
    membership_end(actor=None, username="university-campus", now=NOW)
    demo_accounts_create()
    names = [each.username for each in DEMO_ACCOUNTS]
    (university, _) = parties_of_accounts(names)
    assert university.accounts["university-analyst"] == Role.EXECUTIVE
    assert university.accounts["university-campus"] == Role.CAMPUS_OPERATOR
    back = get_user_model().objects.get(username="university-campus")
    assert back.is_active
    assert not back.has_usable_password()
