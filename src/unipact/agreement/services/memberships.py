"""Who acts for a party: letting in, moving to another role, letting go, leaving."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.core.validators import slug_re
from django.db import transaction
from django.db.models import Q, QuerySet
from django.dispatch import Signal

from unipact.agreement.formats.plain_name import plain_name
from unipact.agreement.models import Invitation, Membership, Party, PeopleLog, Token
from unipact.agreement.roles import MATRIX, Act, Actor, Role, Side
from unipact.errors import Conflict, Finding, Invalid, NotFound, NotPermitted

#: Sent with ``user`` in the transaction in which a person's membership ends: whoever keeps
#: something of the person that the party's records do not need, deletes it.
membership_ended = Signal()

_BY = 150
#: The longest name of an account.
ACCOUNT_NAME = 150


def membership_grant(*, username: str, party: str, role: Role, now: datetime) -> Membership:
    """Let a person act for a party; the account is made where it is missing, without a password.

    An account that was closed when its membership ended is opened again, still without one.

    Who: the command line and the demo's start only; in the console people are invited.

    Raises:
        NotFound: there is no such party.
        Invalid: people of this party have no such role, or the name is none.
        Conflict: the person acts for another party or in another role already.
    """
    people = get_user_model()
    username = people.normalize_username(username)
    username = plain_name(username, where="name", longest=ACCOUNT_NAME)
    with transaction.atomic():
        acts_for = party_locked(party)
        role_of_party(acts_for, role)
        user, made = people.objects.get_or_create(username=username)
        if made:
            user.set_unusable_password()
        if made or not user.is_active:
            user.is_active = True
            user.save(update_fields=["password", "is_active"])
        membership, is_new = Membership.objects.get_or_create(
            user=user, defaults={"party": acts_for, "role": role.value}
        )
        if (membership.party_id, membership.role) != (acts_for.pk, role.value):
            raise Conflict(f"{username} acts for another party or in another role already")
        if is_new:
            people_log_append(acts_for, None, "granted", username, role, now)
    return membership


def membership_move(*, actor: Actor | None, username: str, role: Role, now: datetime) -> Membership:
    """Give a person of the actor's party another role; it holds from the next request on.

    Who no longer may make tokens or invite keeps no secret from before: the tokens that the person
    made are revoked, the open invitations withdrawn.

    Who: roles with ``people_manage``; ``actor`` is None for the command line, which moves people of
    every party.

    Raises:
        NotPermitted: the role may not.
        NotFound: nobody of this name acts for the actor's party.
        Invalid: people of this party have no such role.
        Conflict: the person is the party's last officer.
    """
    if actor is not None:
        actor.require(Act.PEOPLE_MANAGE)
    with transaction.atomic():
        party, membership = _member_locked(actor, username)
        require_still(actor, now)
        role_of_party(party, role)
        if membership.role != role.value:
            if role != MATRIX.officers[Side(party.role)]:
                _require_another_officer(party, membership)
            permitted = MATRIX.permitted[Side(party.role), role]
            if Act.TOKENS_MANAGE not in permitted:
                _revoke_tokens(membership.user, now)
            if Act.PEOPLE_MANAGE not in permitted:
                _withdraw_invitations(membership.user, now)
            membership.role = role.value
            membership.save(update_fields=["role"])
            people_log_append(party, actor, "moved", username, role, now)
    return membership


def membership_end(*, actor: Actor | None, username: str, now: datetime) -> None:
    """End a person's membership in the actor's party.

    The account is closed at once: no session and no password opens it any more, the tokens that
    the person made are revoked and the open invitations withdrawn. The account's name stays in
    the logs that name it; its other data are deleted.

    Who: roles with ``people_manage``; ``actor`` is None for the command line, which lets go people
    of every party.

    Raises:
        NotPermitted: the role may not.
        NotFound: nobody of this name acts for the actor's party.
        Conflict: the person is the party's last officer.
    """
    if actor is not None:
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


def _end(*, actor: Actor | None, username: str, act: str, now: datetime) -> None:
    with transaction.atomic():
        party, membership = _member_locked(actor, username)
        require_still(actor, now)
        _require_another_officer(party, membership)
        user, role = membership.user, membership.role
        _revoke_tokens(user, now)
        _withdraw_invitations(user, now)
        membership.delete()
        user.is_active = False
        user.first_name = user.last_name = user.email = ""
        user.set_unusable_password()
        user.save()
        membership_ended.send(sender=Membership, user=user)
        people_log_append(party, actor, act, username, Role(role), now)


def party_locked(slug: str) -> Party:
    """The party, locked until the transaction ends, so that its last officer cannot slip away.

    Whoever changes people, tokens or invitations locks their party first and those afterwards:
    in another order two acts would wait for each other. Rows that only refer to the party may be
    written meanwhile.

    Raises:
        NotFound: there is no such party.
    """
    # A database refuses some characters with an error of its own: ask it for ids only.
    is_slug = slug_re.match(slug) is not None
    locked = Party.objects.select_for_update(no_key=True)
    party = locked.filter(slug=slug).first() if is_slug else None
    if party is None:
        raise NotFound(
            f"there is no party {slug}", findings=[Finding("party", f"there is no party {slug}")]
        )
    return party


def require_still(actor: Actor | None, now: datetime) -> None:
    """Refuse whoever was let go, moved or revoked while the act waited for its lock.

    Raises:
        NotPermitted: the actor is not any more who it was when it came in.
    """
    if actor is None:
        return
    if actor.user_id is not None:
        people = Membership.objects.filter(user__pk=actor.user_id, user__is_active=True)
        is_still = people.filter(party__slug=actor.party, role=actor.role.value).exists()
    else:
        tokens = Token.objects.filter(pk=actor.token_id or 0, revoked_at__isnull=True)
        is_still = tokens.filter(expires_at__gt=now).exists()
    if not is_still:
        raise NotPermitted(f"{actor.name} is not any more who it was")


def tokens_end(tokens: QuerySet[Token], now: datetime) -> None:
    """Revoke tokens with all that was made with them: further tokens, and open invitations."""
    ending = set(tokens.values_list("pk", flat=True))
    fresh = ending
    while fresh:
        made = Token.objects.filter(made_with__in=fresh).values_list("pk", flat=True)
        fresh = set(made) - ending
        ending |= fresh
    Token.objects.filter(pk__in=ending, revoked_at__isnull=True).update(revoked_at=now)
    Invitation.objects.filter(
        made_with__in=ending, revoked_at__isnull=True, accepted_at__isnull=True
    ).update(revoked_at=now)


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
    """Note an act on people; ``actor`` is None for the command line.

    Somebody of the other party is named with that party.
    """
    by = "" if actor is None else actor.name
    if actor is not None and actor.party != party.slug:
        by = f"{by[: _BY - len(actor.party) - 3]} ({actor.party})"
    PeopleLog.objects.create(
        at=now,
        party=party,
        by=by[:_BY],
        act=act,
        subject=subject,
        detail=role.value,
    )


def _member_locked(actor: Actor | None, username: str) -> tuple[Party, Membership]:
    """Who acts under this name for the actor's party (None: for any), and the locked party."""
    # A name that a database could not even be asked for is nobody's.
    if username.isprintable():
        found = Membership.objects.select_related("user", "party").filter(user__username=username)
        if actor is not None:
            found = found.filter(party__slug=actor.party)
        before = found.first()
        party = party_locked(before.party.slug) if before is not None else None
        # Again, now that nobody else can move or end it.
        membership = found.filter(party=party).first() if party is not None else None
        if party is not None and membership is not None:
            return party, membership
    whose = "a party" if actor is None else "your party"
    finding = Finding("name", f"nobody of this name acts for {whose}")
    raise NotFound("no such person", findings=[finding])


def _revoke_tokens(maker: User, now: datetime) -> None:
    tokens_end(Token.objects.filter(made_by_id=maker.pk), now)


def _withdraw_invitations(inviter: User, now: datetime) -> None:
    Invitation.objects.filter(
        invited_by_id=inviter.pk, revoked_at__isnull=True, accepted_at__isnull=True
    ).update(revoked_at=now)


def _require_another_officer(party: Party, membership: Membership) -> None:
    officer = MATRIX.officers[Side(party.role)]
    others = Membership.objects.filter(
        ~Q(pk=membership.pk), party=party, role=officer, user__is_active=True
    )
    if membership.role == officer and not others.exists():
        raise Conflict("this is the last one who speaks for the party: name another officer first")
