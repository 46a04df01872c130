"""Tokens as their party sees them, and whom a secret lets in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from unipact.agreement.formats.secret import TOKEN_PREFIX, secret_digest
from unipact.agreement.models import Party, Token
from unipact.agreement.roles import Act, Actor, Purpose, Role, Side
from unipact.errors import NotFound

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


def token_found(actor: Actor, token: int, *, now: datetime) -> TokenRow:
    """One token of the actor's party.

    Raises:
        NotPermitted: the role may not.
        NotFound: the party has no such token.
    """
    actor.require(Act.TOKENS_MANAGE)
    found = (
        Token.objects.filter(party__slug=actor.party, pk=token).select_related("made_by").first()
    )
    if found is None:
        raise NotFound(f"there is no token {token}")
    return token_row(found, now)


@dataclass(frozen=True, slots=True)
class KeptToken:
    """A token of some party, as the command line lists it."""

    party: str
    token: TokenRow


def tokens_kept(*, now: datetime, party: str | None = None) -> tuple[KeptToken, ...]:
    """Every token of ``party``, or of all parties: for the command line, which sees all.

    Raises:
        NotFound: there is no such party.
    """
    tokens = Token.objects.select_related("made_by", "party").order_by("party__slug", "-pk")
    if party is not None:
        if not Party.objects.filter(slug=party).exists():
            raise NotFound(f"there is no party {party}")
        tokens = tokens.filter(party__slug=party)
    return tuple(KeptToken(each.party.slug, token_row(each, now)) for each in tokens)


def token_actor(secret: str, *, now: datetime) -> Actor | None:
    """Whom a secret lets in at ``now``; None where it lets nobody in."""
    if not secret.startswith(TOKEN_PREFIX):
        return None
    # Asked at every request of the API: the columns alone cost half of what a model costs.
    found = list(
        Token.objects.filter(
            sha256=secret_digest(secret), revoked_at__isnull=True, expires_at__gt=now
        )
        .order_by()
        .values_list("pk", "name", "role", "purpose", "party__slug", "party__role")[:1]
    )
    if not found:
        return None
    ((token_id, name, role, purpose, party, side),) = found
    return Actor(
        name=f"token {name}",
        party=party,
        side=Side(side),
        role=Role(role),
        token_id=token_id,
        purpose=Purpose(purpose),
    )
