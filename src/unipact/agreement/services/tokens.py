"""Tokens: programs that act for a party, in a role, for a purpose, for a while."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.db import transaction

from unipact.agreement.formats.plain_name import plain_name
from unipact.agreement.formats.secret import TOKEN_PREFIX, secret_digest
from unipact.agreement.models import Token
from unipact.agreement.roles import Act, Actor, Purpose, Role
from unipact.agreement.services.memberships import (
    party_locked,
    require_still,
    role_of_party,
    tokens_end,
)
from unipact.errors import Finding, Invalid, NotFound

LONGEST_DAYS = 366
_HINT = len(TOKEN_PREFIX) + 4
_NAME = 100


def token_make(
    *,
    actor: Actor | None,
    party: str,
    role: Role,
    purpose: Purpose,
    name: str,
    days: int,
    now: datetime,
) -> tuple[Token, str]:
    """Make a token of a party; returns it and its secret, which is told here and never again.

    Who: roles with ``tokens_manage``, for their own party; a program that makes tokens makes none
    that outlives itself. ``actor`` is None for the command line.

    Raises:
        NotPermitted: the role may not.
        NotFound: there is no such party, or it is not the actor's.
        Invalid: the name or the days are wrong, or people of this party have no such role.
    """
    if actor is not None:
        actor.require(Act.TOKENS_MANAGE)
        if actor.party != party:
            finding = Finding("party", f"{party} is not your party")
            raise NotFound("no such party", findings=[finding])
    name = plain_name(name, where="name", longest=_NAME)
    if not 1 <= days <= LONGEST_DAYS:
        finding = Finding(
            "days", f"{days} is not from 1 to {LONGEST_DAYS}", "Make a new one later."
        )
        raise Invalid("the days are wrong", findings=[finding])
    expires_at = now + timedelta(days=days)
    with transaction.atomic():
        owner = party_locked(party)
        require_still(actor, now)
        role_of_party(owner, role)
        maker_id = None if actor is None else actor.user_id
        if actor is not None and actor.token_id is not None:
            maker = Token.objects.get(pk=actor.token_id)
            # Whoever saw the first secret may know the second: both end with the same person.
            maker_id, expires_at = maker.made_by_id, min(expires_at, maker.expires_at)
        secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
        token = Token.objects.create(
            party=owner,
            role=role.value,
            purpose=purpose.value,
            name=name,
            sha256=secret_digest(secret),
            hint=secret[:_HINT],
            made_by_id=maker_id,
            made_with_id=None if actor is None else actor.token_id,
            made_at=now,
            expires_at=expires_at,
        )
    return token, secret


def token_revoke(*, actor: Actor | None, token: int, now: datetime) -> Token:
    """Revoke a token at once, with all that was made with it; twice changes nothing.

    Who: roles with ``tokens_manage``, for tokens of their own party; ``actor`` is None for the
    command line.

    Raises:
        NotPermitted: the role may not.
        NotFound: the actor's party has no such token.
    """
    tokens = Token.objects.filter(pk=token).select_related("party")
    if actor is not None:
        actor.require(Act.TOKENS_MANAGE)
        tokens = tokens.filter(party__slug=actor.party)
    with transaction.atomic():
        before = tokens.first()
        if before is None:
            raise NotFound(f"there is no token {token}")
        party_locked(before.party.slug)
        require_still(actor, now)
        tokens_end(Token.objects.filter(pk=before.pk), now)
    return Token.objects.select_related("made_by").get(pk=before.pk)


def token_used(*, token: int, now: datetime) -> None:
    """Note when a token was used last; called now and then, not at every request."""
    Token.objects.filter(pk=token).update(last_used_at=now)
