"""Inviting people: a link that opens once, for a while."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.forms import EmailField

from unipact.agreement.formats.plain_name import plain_name
from unipact.agreement.formats.secret import secret_digest
from unipact.agreement.models import Agreement, Invitation, Membership, Party, Token
from unipact.agreement.roles import MATRIX, Act, Actor, Role, Side
from unipact.agreement.services.memberships import (
    ACCOUNT_NAME,
    has_officer,
    party_locked,
    people_log_append,
    require_still,
    role_of_party,
)
from unipact.errors import Conflict, Finding, Invalid, NotFound, NotPermitted

OPEN_FOR = timedelta(days=14)
_NOTE = 100
# Hashing costs time by the length, and whoever holds a link could ask for it.
_LONGEST_PASSWORD = 1_000
_ADDRESS = EmailField(required=False, max_length=254)
_TAKEN = Finding("username", "somebody has this name already", "Choose another.")


def invitation_make(
    *, actor: Actor | None, party: str, role: Role, note: str, now: datetime
) -> tuple[Invitation, str]:
    """Invite somebody to act for a party; returns the invitation and its secret, told only here.

    Who: roles with ``people_manage``, for their own party. While nobody speaks for the other
    party of an agreement yet, also for its first officer. ``actor`` is None for the command line.

    Raises:
        NotPermitted: the role may not, or the other party invites its people itself.
        NotFound: there is no such party in an agreement of the actor's.
        Invalid: people of this party have no such role, or the note is wrong.
    """
    if actor is not None:
        actor.require(Act.PEOPLE_MANAGE)
    note = plain_name(note, where="note", longest=_NOTE)
    with transaction.atomic():
        own = party if actor is None else actor.party
        # Always in one order, so that two who invite each other's officer do not wait for ever.
        locked = {slug: party_locked(slug) for slug in sorted({own, party})}
        invited = locked[party]
        require_still(actor, now)
        if actor is not None and actor.party != party:
            _require_partner(actor, invited)
        role_of_party(invited, role)
        is_first = role == MATRIX.officers[Side(invited.role)] and not has_officer(invited)
        if actor is not None and actor.party != party and not is_first:
            raise NotPermitted("the other party invites its people itself")
        secret = secrets.token_urlsafe(32)
        inviter_id = None if actor is None else actor.user_id
        if actor is not None and actor.token_id is not None:
            inviter_id = Token.objects.values_list("made_by_id", flat=True).get(pk=actor.token_id)
        invitation = Invitation.objects.create(
            party=invited,
            role=role.value,
            note=note,
            sha256=secret_digest(secret),
            invited_by_id=inviter_id,
            made_with_id=None if actor is None else actor.token_id,
            inviting_party=locked[own],
            invited_at=now,
            expires_at=now + OPEN_FOR,
        )
        for each in locked.values():
            people_log_append(each, actor, "invited", note, role, now)
    return invitation, secret


def invitation_revoke(*, actor: Actor | None, invitation: int, now: datetime) -> Invitation:
    """Withdraw an invitation that nobody has accepted yet; twice changes nothing.

    Who: roles with ``people_manage`` of the party that invited; ``actor`` is None for the command
    line.

    Raises:
        NotPermitted: the role may not.
        NotFound: the actor's party made no such invitation.
        Conflict: it was accepted.
    """
    invitations = Invitation.objects.filter(pk=invitation).select_related("party")
    if actor is not None:
        actor.require(Act.PEOPLE_MANAGE)
        invitations = invitations.filter(inviting_party__slug=actor.party)
    with transaction.atomic():
        before = invitations.first()
        if before is None:
            raise NotFound(f"there is no invitation {invitation}")
        own = before.party.slug if actor is None else actor.party
        for slug in sorted({own, before.party.slug}):
            party_locked(slug)
        require_still(actor, now)
        # Again, now that nobody else can accept it.
        found = Invitation.objects.select_related("inviting_party").get(pk=before.pk)
        if found.accepted_at is not None:
            raise Conflict("the invitation was accepted: end the membership instead")
        if found.revoked_at is None:
            found.revoked_at = now
            found.save(update_fields=["revoked_at"])
            people_log_append(
                found.inviting_party, actor, "withdrawn", found.note, Role(found.role), now
            )
    return found


def invitation_open(*, secret: str, now: datetime) -> Invitation:
    """The invitation that a link opens, while it does.

    Raises:
        NotFound: it opens nothing (any more); the answer does not tell which.
    """
    found = (
        Invitation.objects.select_related("party", "inviting_party")
        .filter(
            sha256=secret_digest(secret),
            revoked_at__isnull=True,
            accepted_at__isnull=True,
            expires_at__gt=now,
        )
        .first()
    )
    if found is None:
        raise NotFound("this invitation is not open")
    return found


def invitation_accept(
    *, secret: str, username: str, password: str, now: datetime, email: str = ""
) -> User:
    """Make the account of an invited person, who acts for the party from then on.

    To ``email`` goes a link for a new password, should this one be forgotten; it may be empty.

    Who: whoever holds the link, once.

    Raises:
        NotFound: the link opens nothing (any more).
        Invalid: the name, the mail address or the password is wrong; the findings say which.
        Conflict: the other party has somebody who speaks for it by now, and invites itself.
    """
    with transaction.atomic():
        found = invitation_open(secret=secret, now=now)
        party = party_locked(found.party.slug)
        if found.inviting_party_id != party.pk and has_officer(party):
            raise Conflict("the party has an officer by now, who invites its people")
        user = _account(username, password, email)
        is_first = Invitation.objects.filter(
            pk=found.pk, accepted_at__isnull=True, revoked_at__isnull=True
        ).update(accepted_at=now)
        if not is_first:
            raise NotFound("this invitation is not open")
        Membership.objects.create(user=user, party=party, role=found.role)
        people_log_append(party, None, "accepted", user.get_username(), Role(found.role), now)
    return user


def _account(username: str, password: str, email: str) -> User:
    people = get_user_model()
    name = plain_name(people.normalize_username(username), where="username", longest=ACCOUNT_NAME)
    user = people(username=name)
    address = email.strip()
    findings = _address_findings(address)
    if not findings:
        user.email = people.objects.normalize_email(address)
    try:
        user.clean_fields(exclude={"password", "email"})
    except ValidationError as error:
        findings += [Finding("username", text) for text in error.messages]
    if people.objects.filter(username__iexact=name).exists():
        findings.append(_TAKEN)
    findings += _password_findings(password, user)
    if findings:
        raise Invalid("the account cannot be made", findings=findings)
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as error:
        # Somebody else took the name in this moment.
        raise Invalid("the account cannot be made", findings=[_TAKEN]) from error
    return user


def _address_findings(address: str) -> list[Finding]:
    try:
        _ADDRESS.clean(address)
    except ValidationError:
        return [Finding("email", "it is no mail address", "Write one, or leave this empty.")]
    return []


def _password_findings(password: str, user: User) -> list[Finding]:
    if len(password) > _LONGEST_PASSWORD:
        what = f"it is longer than {_LONGEST_PASSWORD} characters"
        return [Finding("password", what, "Shorten it.")]
    if any("\ud800" <= each <= "\udfff" for each in password):
        return [Finding("password", "it holds half a character", "Type it anew.")]
    try:
        validate_password(password, user)
    except ValidationError as error:
        return [Finding("password", text) for text in error.messages]
    return []


def _require_partner(actor: Actor, party: Party) -> None:
    shared = Agreement.objects.filter(parties=party).filter(parties__slug=actor.party)
    if not shared.exists():
        # In the words of a party that is not here at all.
        finding = Finding("party", f"there is no party {party.slug}")
        raise NotFound(f"there is no party {party.slug}", findings=[finding])
