"""Who acts for the parties, and what the other party read of one's own records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from unipact.agreement.models import AccessLog, Membership, Party
from unipact.agreement.queries.standpoint import Standpoint
from unipact.agreement.roles import Act

ACCESS_PAGE = 50


@dataclass(frozen=True, slots=True)
class Member:
    """A person who acts for a party."""

    name: str
    username: str
    role: str
    is_reader: bool


@dataclass(frozen=True, slots=True)
class PartyPeople:
    """A party to the agreement with its people; ``is_ours`` for the reader's own."""

    slug: str
    name: Mapping[str, str]
    role: str
    legal_id: tuple[str, str]
    is_ours: bool
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class Access:
    """The other party's ``reader`` read ``record`` of ours."""

    id: int
    at: datetime
    reader: str
    party: Mapping[str, str]
    kind: str
    record: str


@dataclass(frozen=True, slots=True)
class OpenParty:
    """A party with some of its accounts: account name → role."""

    slug: str
    role: str
    name: Mapping[str, str]
    accounts: Mapping[str, str]


def people(here: Standpoint) -> tuple[PartyPeople, ...]:
    """The people of each party to the agreement, the reader's own party first."""
    memberships = Membership.objects.filter(
        party__agreements=here.version.agreement
    ).select_related("user")
    by_party: dict[int, list[Member]] = {}
    for each in memberships.order_by("role", "user__username"):
        by_party.setdefault(each.party_id, []).append(
            Member(
                each.user.get_full_name(),
                each.user.get_username(),
                each.role,
                each.user_id == here.actor.user_id,
            )
        )
    found = [
        PartyPeople(
            party.slug,
            {"en": party.name_en, "zh": party.name_zh},
            party.role,
            (party.legal_scheme, party.legal_value),
            party.slug == here.actor.party,
            tuple(by_party.get(party.pk, ())),
        )
        for party in Party.objects.filter(agreements=here.version.agreement)
    ]
    return tuple(sorted(found, key=lambda each: (not each.is_ours, each.slug)))


def accesses(here: Standpoint, *, before: int | None = None) -> tuple[Access, ...]:
    """What the other party read of our records, newest first, a page at a time.

    ``before`` is the id that the page before ended with.

    Raises:
        NotPermitted: the role may not see who reads.
    """
    here.actor.require(Act.ACCESS_LOG_SEE)
    lines = AccessLog.objects.filter(owner__slug=here.actor.party)
    if before is not None:
        lines = lines.filter(id__lt=before)
    return tuple(
        Access(
            line.pk,
            line.at,
            line.user.get_username(),
            {"en": line.reader.name_en, "zh": line.reader.name_zh},
            line.kind,
            line.record,
        )
        for line in lines.select_related("user", "reader").order_by("-id")[:ACCESS_PAGE]
    )


def parties_of_accounts(usernames: Sequence[str]) -> tuple[OpenParty, ...]:
    """The parties that the named accounts act for, the university first."""
    roles: dict[str, dict[str, str]] = {}
    parties: dict[str, Party] = {}
    for each in Membership.objects.filter(user__username__in=usernames).select_related(
        "user", "party"
    ):
        parties[each.party.slug] = each.party
        roles.setdefault(each.party.slug, {})[each.user.get_username()] = each.role
    return tuple(
        OpenParty(
            party.slug,
            party.role,
            {"en": party.name_en, "zh": party.name_zh},
            {name: roles[party.slug][name] for name in usernames if name in roles[party.slug]},
        )
        for party in sorted(parties.values(), key=lambda each: each.role, reverse=True)
    )


def parties_by_role() -> dict[str, str]:
    """Role of a party → its id; of several in one role, that of the oldest agreement."""
    found = Party.objects.filter(agreements__isnull=False).order_by("-agreements__pk")
    return {str(role): str(slug) for role, slug in found.values_list("role", "slug")}
