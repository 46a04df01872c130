"""The demo's open accounts: one for each role of each party, known to everybody."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from django.conf import settings

from unipact.agreement.queries.people import OpenParty, parties_by_role, parties_of_accounts
from unipact.agreement.roles import Role
from unipact.agreement.services import membership_grant
from unipact.errors import Conflict, NotFound, NotPermitted


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """An account of the demo; ``party`` is the role of the party that it acts for."""

    username: str
    party: str
    role: Role


DEMO_ACCOUNTS = (
    DemoAccount("university-officer", "university", Role.COOPERATION_OFFICER),
    DemoAccount("university-programme", "university", Role.PROGRAMME_LEAD),
    DemoAccount("university-campus", "university", Role.CAMPUS_OPERATOR),
    DemoAccount("university-analyst", "university", Role.ANALYST),
    DemoAccount("university-executive", "university", Role.EXECUTIVE),
    DemoAccount("enterprise-manager", "enterprise", Role.RELATIONS_MANAGER),
    DemoAccount("enterprise-analyst", "enterprise", Role.ANALYST),
    DemoAccount("enterprise-executive", "enterprise", Role.EXECUTIVE),
)


def demo_accounts_create() -> None:
    """Make the demo's accounts for the parties that were imported; twice changes nothing.

    Nobody signs in to them with a password: the sign-in page opens them, on the demo only.

    Raises:
        NotPermitted: this installation is no demo.
        NotFound: no agreement was imported.
    """
    if not settings.UNIPACT_DEMO:
        raise NotPermitted("open accounts exist on the demo only")
    parties = parties_by_role()
    for account in DEMO_ACCOUNTS:
        if account.party not in parties:
            raise NotFound(f"no {account.party} was imported yet")
        # An account that somebody moved in the console stays as it is.
        with suppress(Conflict):
            membership_grant(
                username=account.username,
                party=parties[account.party],
                role=account.role,
                now=datetime.now(UTC),
            )


def demo_parties() -> tuple[OpenParty, ...]:
    """The open accounts by party, as far as they were loaded; none outside the demo."""
    if not settings.UNIPACT_DEMO:
        return ()
    return parties_of_accounts([each.username for each in DEMO_ACCOUNTS])
