"""Tokens of one's own party."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Status

from unipact.agreement.api.asking import asking
from unipact.agreement.api.forms import Before, Number, TokenAsked, TokenLine, TokenMade, Tokens
from unipact.agreement.queries.tokens import TOKEN_PAGE, token_row, token_rows
from unipact.agreement.services import token_make, token_revoke

router = Router(tags=["tokens"])


@router.get("/tokens", response=Tokens, summary="The tokens of one's party")
def tokens(request: HttpRequest, asked: Query[Before]) -> dict[str, Any]:
    """Without their secrets, which nobody keeps."""
    rows = token_rows(asking(request), now=timezone.now(), before=asked.before)
    return {"items": rows, "next": rows[-1].id if len(rows) == TOKEN_PAGE else None}


@router.post("/tokens", response={201: TokenMade}, summary="Make a token")
def token_create(request: HttpRequest, asked: TokenAsked) -> Any:
    """The secret is in this answer and nowhere else, not even when the request is repeated.

    A token that was made with a token never outlives it.
    """
    actor, now = asking(request), timezone.now()
    token, secret = token_make(
        actor=actor,
        party=actor.party,
        role=asked.role,
        purpose=asked.purpose,
        name=asked.name,
        days=asked.days,
        now=now,
    )
    return Status(201, {"token": token_row(token, now), "secret": secret})


@router.delete("/tokens/{token}", response=TokenLine, summary="Revoke a token")
def token_delete(request: HttpRequest, token: Number) -> Any:
    """At once, and for good; twice changes nothing. A token may revoke itself."""
    now = timezone.now()
    return token_row(token_revoke(actor=asking(request), token=token, now=now), now)
