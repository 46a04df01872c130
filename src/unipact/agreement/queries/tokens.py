"""Tokens as their party sees them, and whom a secret lets in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from unipact.agreement.formats.secret import TOKEN_PREFIX, secret_digest
from unipact.agreement.models import Token
from unipact.agreement.roles import Act, Actor, Purpose, Role, Side

TOKEN_PAGE = 50


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A token in the list; ``state`` is ``active``, ``expired`` or ``revoked``."""

    id: int
    name: str
    role: str
    purpose: str
    hint: str
    made_by: str
    made_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None
    state: str


def token_row(token: Token, now: datetime) -> TokenRow:
    """A token as it stands at ``now``."""
    state = "active"
    if token.revoked_at is not None:
        state = "revoked"
    elif token.expires_at <= now:
        state = "expired"
    return TokenRow(
        token.pk,
        token.name,
        token.role,
        token.purpose,
        token.hint,
        token.made_by.get_username() if token.made_by else "",
        token.made_at,
        token.expires_at,
        token.revoked_at,
        token.last_used_at,
        state,
    )


def token_rows(actor: Actor, *, now: datetime, before: int | None = None) -> tuple[TokenRow, ...]:
    """The tokens of the actor's party, the newest first, a page at a time.

    Raises:
        NotPermitted: the role may not.
    """
    actor.require(Act.TOKENS_MANAGE)
    tokens = Token.objects.filter(party__slug=actor.party).select_related("made_by")
    if before is not None:
        tokens = tokens.filter(pk__lt=before)
    return tuple(token_row(each, now) for each in tokens.order_by("-pk")[:TOKEN_PAGE])


def token_actor(secret: str, *, now: datetime) -> Actor | None:
    """Whom a secret lets in at ``now``; None where it lets nobody in."""
    if not secret.startswith(TOKEN_PREFIX):
        return None
    token = (
        Token.objects.select_related("party")
        .filter(sha256=secret_digest(secret), revoked_at__isnull=True, expires_at__gt=now)
        .first()
    )
    if token is None:
        return None
    return Actor(
        name=f"token {token.name}",
        party=token.party.slug,
        side=Side(token.party.role),
        role=Role(token.role),
        token_id=token.pk,
        purpose=Purpose(token.purpose),
    )
