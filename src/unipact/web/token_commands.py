"""``unipact token``: the tokens of every party, as the operator of an installation sees them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Annotated

import typer

from unipact.agreement.roles import Purpose, Role
from unipact.web.start import with_records

app = typer.Typer(no_args_is_help=True, help="Tokens with which programs use the API.")

_PRODUCTION = "unipact.settings.production"
_DAYS = 90


@app.command("make")
def make(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Which program it is for.")],
    party: Annotated[str, typer.Option(help="Id of the party that the program acts for.")],
    role: Annotated[Role, typer.Option(help="The role that it acts in.")],
    purpose: Annotated[Purpose, typer.Option(help="What it is for; it narrows the role.")],
    days: Annotated[int, typer.Option(help="Days until it expires, 1 to 366.")] = _DAYS,
) -> None:
    """Make a token; prints its secret, once.

    The secret alone goes to standard output, so that it can go into a file or a vault; what is said
    about it goes to standard error.
    """
    with_records(_PRODUCTION)
    from unipact.agreement.services import token_make

    token, secret = token_make(
        actor=None,
        party=party,
        role=role,
        purpose=purpose,
        name=name,
        days=days,
        now=datetime.now(UTC),
    )
    typer.echo(
        f"token {token.pk} {token.name}: {party} as {role.value}, for {purpose.value}, "
        f"until {token.expires_at:%Y-%m-%d}; its secret is shown only now",
        err=True,
    )
    typer.echo(secret)


@app.command("ls")
def list_tokens(
    party: Annotated[str | None, typer.Option(help="Of this party only.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the list as JSON.")] = False,
) -> None:
    """List the tokens of every party: who made them, until when they open, when they last did."""
    with_records(_PRODUCTION)
    from unipact.agreement.queries.tokens import tokens_kept

    kept = tokens_kept(now=datetime.now(UTC), party=party)
    if as_json:
        document = [
            {
                "id": each.token.id,
                "party": each.party,
                "name": each.token.name,
                "role": each.token.role,
                "purpose": each.token.purpose,
                "hint": each.token.hint,
                "made_by": each.token.made_by,
                "made_at": _iso(each.token.made_at),
                "expires_at": _iso(each.token.expires_at),
                "last_used_at": _iso(each.token.last_used_at),
                "revoked_at": _iso(each.token.revoked_at),
                "state": each.token.state,
            }
            for each in kept
        ]
        typer.echo(json.dumps(document, ensure_ascii=False, indent=2))
        return
    if not kept:
        typer.echo("no token yet: `unipact token make NAME`", err=True)
    for each in kept:
        token = each.token
        typer.echo(
            f"{token.id}  {each.party}  {token.name}  {token.hint}…  {token.role}  "
            f"{token.purpose}  {token.state}  until {token.expires_at:%Y-%m-%d}"
        )


@app.command("revoke")
def revoke(
    token: Annotated[int, typer.Argument(metavar="ID", help="Number of the token, as ls says.")],
) -> None:
    """Revoke a token at once; a second time changes nothing."""
    with_records(_PRODUCTION)
    from unipact.agreement.services import token_revoke

    found = token_revoke(actor=None, token=token, now=datetime.now(UTC))
    typer.echo(f"token {found.pk} {found.name} opens nothing any more", err=True)


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at is not None else None
