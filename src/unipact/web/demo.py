"""The demo's open accounts: one for each role of each party, known to everybody."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction

from unipact.agreement.models import Membership, Party
from unipact.agreement.roles import Role
from unipact.errors import NotFound, NotPermitted


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


@dataclass(frozen=True, slots=True)
class DemoParty:
    """A party with its open accounts, for the sign-in page."""

    name: dict[str, str]
    role: str
    accounts: tuple[DemoAccount, ...]


def demo_accounts_create() -> None:
    """Make the demo's accounts for the parties that were imported; twice changes nothing.

    Who: the demo's own start, and nobody else: outside the demo's settings it refuses.

    Raises:
        NotPermitted: this installation is no demo.
        NotFound: no agreement was imported yet.
    """
    if not settings.UNIPACT_DEMO:
        raise NotPermitted("open accounts exist on the demo only")
    parties = {each.role: each for each in Party.objects.order_by("-pk")}
    users = get_user_model().objects
    with transaction.atomic():
        for account in DEMO_ACCOUNTS:
            if account.party not in parties:
                raise NotFound(f"no {account.party} was imported yet")
            user, made = users.get_or_create(username=account.username)
            if made:
                # Nobody signs in with a password: the sign-in page opens the account.
                user.set_unusable_password()
                user.save(update_fields=["password"])
            Membership.objects.get_or_create(
                user=user, defaults={"party": parties[account.party], "role": account.role.value}
            )


def demo_accounts_present() -> tuple[DemoParty, ...]:
    """The open accounts by party, as far as they were loaded."""
    present = dict(
        Membership.objects.filter(
            user__username__in=[each.username for each in DEMO_ACCOUNTS]
        ).values_list("user__username", "party_id")
    )
    parties = Party.objects.in_bulk(set(present.values()))
    found = []
    for party in sorted(parties.values(), key=lambda each: each.role, reverse=True):
        accounts = tuple(
            each for each in DEMO_ACCOUNTS if present.get(each.username) == party.pk
        )
        found.append(DemoParty({"en": party.name_en, "zh": party.name_zh}, party.role, accounts))
    return tuple(found)
