"""Who acts for a party: letting in, moving to another role, letting go, leaving."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Q
from django.dispatch import Signal

from unipact.agreement.models import Invitation, Membership, Party, PeopleLog, Token
from unipact.agreement.roles import MATRIX, Act, Actor, Role, Side
from unipact.errors import Conflict, Finding, Invalid, NotFound

#: Sent with ``user`` in the transaction in which a person's membership ends: whoever keeps
#: something of the person that the party's records do not need, deletes it.
membership_ended = Signal()


def membership_grant(*, username: str, party: str, role: Role, now: datetime) -> Membership:
    """Let a person act for a party; the account is made where it is missing, without a password.

    Who: the command line and the demo's start only; in the console people are invited.

    Raises:
        NotFound: there is no such party.
        Invalid: people of this party have no such role.
        Conflict: the person acts for another party or in another role already.
    """
    with transaction.atomic():
        acts_for = party_locked(party)
        role_of_party(acts_for, role)
        user, made = get_user_model().objects.get_or_create(username=username)
        if made:
            user.set_unusable_password()
            user.save(update_fields=["password"])
        membership, is_new = Membership.objects.get_or_create(
            user=user, defaults={"party": acts_for, "role": role.value}
        )
        if (membership.party_id, membership.role) != (acts_for.pk, role.value):
            raise Conflict(f"{username} acts for another party or in another role already")
        if is_new:
            people_log_append(acts_for, None, "granted", username, role, now)
    return membership


def membership_move(*, actor: Actor, username: str, role: Role, now: datetime) -> Membership:
    """Give a person of the actor's party another role; it holds from the next request on.

    Who: roles with ``people_manage``.

    Raises:
        NotPermitted: the role may not.
        NotFound: nobody of this name acts for the actor's party.
        Invalid: people of this party have no such role.
        Conflict: the person is the party's last officer.
    """
    actor.require(Act.PEOPLE_MANAGE)
    with transaction.atomic():
        party = party_locked(actor.party)
        role_of_party(party, role)
        membership = _member(party, username)
        if membership.role != role.value:
            if role != MATRIX.officers[Side(party.role)]:
                _require_another_officer(party, membership)
            membership.role = role.value
            membership.save(update_fields=["role"])
            people_log_append(party, actor, "moved", username, role, now)
    return membership


def membership_end(*, actor: Actor, username: str, now: datetime) -> None:
    """End a person's membership in the actor's party.

    The account is closed at once: no session and no password opens it any more, the tokens that
    the person made are revoked and the open invitations withdrawn. The account's name stays in
    the logs that name it; its other data are deleted.

    Who: roles with ``people_manage``.

    Raises:
        NotPermitted: the role may not.
        NotFound: nobody of this name acts for the actor's party.
        Conflict: the person is the party's last officer.
    """
    actor.require(Act.PEOPLE_MANAGE)
    _end(actor=actor, username=username, act="ended", now=now)


def membership_leave(*, actor: Actor, now: datetime) -> None:
    """End the actor's own membership, as in ``membership_end``.

    Who: every person, for themselves.

    Raises:
        NotPermitted: a program has no membership.
        Conflict: the actor is the party's last officer.
    """
    actor.require(Act.MEMBERSHIP_LEAVE)
    _end(actor=actor, username=actor.name, act="left", now=now)


def _end(*, actor: Actor, username: str, act: str, now: datetime) -> None:
    with transaction.atomic():
        party = party_locked(actor.party)
        membership = _member(party, username)
        _require_another_officer(party, membership)
        user, role = membership.user, membership.role
        Token.objects.filter(made_by=user, revoked_at__isnull=True).update(revoked_at=now)
        Invitation.objects.filter(
            invited_by=user, revoked_at__isnull=True, accepted_at__isnull=True
        ).update(revoked_at=now)
        membership.delete()
        user.is_active = False
        user.first_name = user.last_name = user.email = ""
        user.set_unusable_password()
        user.save()
        membership_ended.send(sender=Membership, user=user)
        people_log_append(party, actor, act, username, Role(role), now)


def party_locked(slug: str) -> Party:
    """The party, locked until the transaction ends, so that its last officer cannot slip away.

    Raises:
        NotFound: there is no such party.
    """
    party = Party.objects.select_for_update().filter(slug=slug).first()
    if party is None:
        raise NotFound(
            f"there is no party {slug}", findings=[Finding("party", f"there is no party {slug}")]
        )
    return party


def role_of_party(party: Party, role: Role) -> None:
    """Refuse a role that people of such a party do not have.

    Raises:
        Invalid: it is one.
    """
    roles = MATRIX.roles(Side(party.role))
    if role not in roles:
        finding = Finding("role", f"the {party.role} has no {role}", f"Roles: {', '.join(roles)}.")
        raise Invalid("the role is wrong", findings=[finding])


def has_officer(party: Party) -> bool:
    """Whether somebody speaks for the party already."""
    return Membership.objects.filter(
        party=party, role=MATRIX.officers[Side(party.role)], user__is_active=True
    ).exists()


def people_log_append(
    party: Party, actor: Actor | None, act: str, subject: str, role: Role, now: datetime
) -> None:
    """Note an act on people; ``actor`` is None for the command line."""
    PeopleLog.objects.create(
        at=now,
        party=party,
        by="" if actor is None else actor.name,
        act=act,
        subject=subject,
        detail=role.value,
    )


def _member(party: Party, username: str) -> Membership:
    found = (
        Membership.objects.select_related("user")
        .filter(party=party, user__username=username)
        .first()
    )
    if found is None:
        finding = Finding("name", f"nobody named {username} acts for your party")
        raise NotFound("no such person", findings=[finding])
    return found


def _require_another_officer(party: Party, membership: Membership) -> None:
    officer = MATRIX.officers[Side(party.role)]
    others = Membership.objects.filter(
        ~Q(pk=membership.pk), party=party, role=officer, user__is_active=True
    )
    if membership.role == officer and not others.exists():
        raise Conflict("this is the last one who speaks for the party: name another officer first")
