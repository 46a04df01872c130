"""Who acts for the parties, and what the other party read of one's own records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from unipact.agreement.models import AccessLog, Invitation, Membership, Party, PeopleLog, Token
from unipact.agreement.queries.standpoint import Standpoint
from unipact.agreement.roles import MATRIX, Act, Actor, Role, Side
from unipact.errors import NotFound

ACCESS_PAGE = 50
PEOPLE_LOG_PAGE = 25


@dataclass(frozen=True, slots=True)
class Member:
    """A person who acts for a party; ``id`` names the person in addresses.

    Of the other party's people neither ``id`` (0) nor ``username`` (empty) is told: with the name
    of an account somebody could use up its attempts to sign in.
    """

    id: int
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

    @property
    def officer(self) -> Role:
        """The role that speaks for the party."""
        return MATRIX.officers[Side(self.role)]

    @property
    def has_officer(self) -> bool:
        """Whether somebody speaks for the party, who then invites its other people."""
        return any(each.role == self.officer for each in self.members)


@dataclass(frozen=True, slots=True)
class Access:
    """The other party's ``reader``, a person or a token of that name, read ``record`` of ours."""

    id: int
    at: datetime
    reader: str
    is_token: bool
    party: Mapping[str, str]
    kind: str
    record: str


@dataclass(frozen=True, slots=True)
class OpenInvitation:
    """An invitation that a link still opens; ``party`` is whom it lets somebody act for."""

    id: int
    party: str
    party_name: Mapping[str, str]
    role: str
    note: str
    invited_by: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class PeopleLine:
    """A line of the log of people: ``by`` did ``act`` to ``subject``; empty: the command line."""

    id: int
    at: datetime
    by: str
    act: str
    subject: str
    role: str


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
    ).select_related("user", "party")
    by_party: dict[int, list[Member]] = {}
    for each in memberships.order_by("role", "user__username"):
        by_party.setdefault(each.party_id, []).append(_seen(each, here.actor))
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


@dataclass(frozen=True, slots=True)
class Parting:
    """What ends with a person's membership; ``is_last_officer``: it cannot end."""

    member: Member
    tokens: tuple[str, ...]
    invitations: tuple[str, ...]
    is_last_officer: bool


def parting(actor: Actor, member: int | None, *, now: datetime) -> Parting:
    """What ends with the membership of somebody of the actor's party, or (None) of the actor.

    Raises:
        NotPermitted: the role may not end it.
        NotFound: nobody of the party has this number.
    """
    actor.require(Act.MEMBERSHIP_LEAVE if member is None else Act.PEOPLE_MANAGE)
    own = Membership.objects.filter(party__slug=actor.party).select_related("user", "party")
    found = own.filter(user__username=actor.name) if member is None else own.filter(pk=member)
    leaving = found.first()
    if leaving is None:
        raise NotFound(f"there is no person {member}")
    officer = MATRIX.officers[actor.side]
    tokens = Token.objects.filter(
        made_by=leaving.user_id, revoked_at__isnull=True, expires_at__gt=now
    )
    invitations = Invitation.objects.filter(
        invited_by=leaving.user_id,
        revoked_at__isnull=True,
        accepted_at__isnull=True,
        expires_at__gt=now,
    )
    others = own.filter(role=officer, user__is_active=True).exclude(pk=leaving.pk)
    return Parting(
        _member(leaving, actor),
        tuple(tokens.order_by("pk").values_list("name", flat=True)),
        tuple(invitations.order_by("pk").values_list("note", flat=True)),
        leaving.role == officer and not others.exists(),
    )


def member_found(actor: Actor, member: int) -> Member:
    """Somebody who acts for the actor's party, by the number in the address.

    Raises:
        NotPermitted: the role may not change people.
        NotFound: nobody of the party has this number.
    """
    actor.require(Act.PEOPLE_MANAGE)
    found = (
        Membership.objects.filter(party__slug=actor.party, pk=member).select_related("user").first()
    )
    if found is None:
        raise NotFound(f"there is no person {member}")
    return _member(found, actor)


def _seen(membership: Membership, reader: Actor) -> Member:
    """A person as ``reader`` may know of them; ``membership`` comes with its party."""
    member = _member(membership, reader)
    if membership.party.slug == reader.party:
        return member
    return replace(member, id=0, username="")


def _member(membership: Membership, reader: Actor | None) -> Member:
    return Member(
        membership.pk,
        membership.user.get_full_name(),
        membership.user.get_username(),
        membership.role,
        reader is not None and membership.user_id == reader.user_id,
    )


def invitations_open(actor: Actor, *, now: datetime) -> tuple[OpenInvitation, ...]:
    """The invitations that the actor's party made and that a link still opens, the newest first.

    Raises:
        NotPermitted: the role may not invite.
    """
    actor.require(Act.PEOPLE_MANAGE)
    return _open_invitations(now, inviting_party__slug=actor.party)


def _open_invitations(now: datetime, **whose: str) -> tuple[OpenInvitation, ...]:
    found = Invitation.objects.filter(
        revoked_at__isnull=True, accepted_at__isnull=True, expires_at__gt=now, **whose
    )
    return tuple(
        OpenInvitation(
            each.pk,
            each.party.slug,
            {"en": each.party.name_en, "zh": each.party.name_zh},
            each.role,
            each.note,
            each.invited_by.get_username() if each.invited_by else "",
            each.expires_at,
        )
        for each in found.select_related("party", "invited_by").order_by("-pk")
    )


def people_log(actor: Actor, *, before: int | None = None) -> tuple[PeopleLine, ...]:
    """Who was let in, moved or let go, newest first, a page at a time.

    ``before`` is the id that the page before ended with.

    Raises:
        NotPermitted: the role may not change people.
    """
    actor.require(Act.PEOPLE_MANAGE)
    lines = PeopleLog.objects.filter(party__slug=actor.party)
    if before is not None:
        lines = lines.filter(id__lt=before)
    return tuple(
        PeopleLine(line.pk, line.at, line.by, line.act, line.subject, line.detail)
        for line in lines.order_by("-id")[:PEOPLE_LOG_PAGE]
    )


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
            line.token.name if line.user is None else line.user.get_username(),
            line.user is None,
            {"en": line.reader.name_en, "zh": line.reader.name_zh},
            line.kind,
            line.record,
        )
        for line in lines.select_related("user", "token", "reader").order_by("-id")[:ACCESS_PAGE]
    )


@dataclass(frozen=True, slots=True)
class KeptParty:
    """A party with its people and open invitations, as the command line lists them."""

    slug: str
    role: str
    members: tuple[Member, ...]
    invitations: tuple[OpenInvitation, ...]


def people_kept(*, now: datetime) -> tuple[KeptParty, ...]:
    """Everybody who acts for a party: for the command line, which sees all parties."""
    members: dict[int, list[Member]] = {}
    for each in Membership.objects.select_related("user").order_by("role", "user__username"):
        members.setdefault(each.party_id, []).append(_member(each, None))
    invitations: dict[str, list[OpenInvitation]] = {}
    for invitation in _open_invitations(now):
        invitations.setdefault(invitation.party, []).append(invitation)
    return tuple(
        KeptParty(
            party.slug,
            party.role,
            tuple(members.get(party.pk, ())),
            tuple(invitations.get(party.slug, ())),
        )
        for party in Party.objects.order_by("slug")
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
