"""``unipact people``: who acts for the parties, as the operator of an installation sees it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Annotated

import typer

from unipact.agreement.roles import Role
from unipact.web.start import with_records

app = typer.Typer(no_args_is_help=True, help="The people who act for the parties.")

_PRODUCTION = "unipact.settings.production"
Username = Annotated[
    str, typer.Argument(metavar="NAME", help="Name that the person signs in with.")
]


@app.command("ls")
def list_people(
    as_json: Annotated[bool, typer.Option("--json", help="Print the list as JSON.")] = False,
) -> None:
    """List the parties, who acts for them in which role, and the invitations that are open."""
    with_records(_PRODUCTION)
    from unipact.agreement.queries.people import people_kept

    parties = people_kept(now=datetime.now(UTC))
    if as_json:
        document = [
            {
                "party": party.slug,
                "people": [{"name": each.username, "role": each.role} for each in party.members],
                "invitations": [
                    {
                        "id": each.id,
                        "for": each.note,
                        "role": each.role,
                        "expires_at": each.expires_at.isoformat(),
                    }
                    for each in party.invitations
                ],
            }
            for party in parties
        ]
        typer.echo(json.dumps(document, ensure_ascii=False, indent=2))
        return
    if not parties:
        typer.echo("no party yet: `unipact agreement import FILE`", err=True)
    for party in parties:
        typer.echo(f"{party.slug} ({party.role})")
        for each in party.members:
            typer.echo(f"  {each.username}  {each.role}")
        for invitation in party.invitations:
            typer.echo(
                f"  invitation {invitation.id} for {invitation.note}  {invitation.role}  "
                f"opens until {invitation.expires_at:%Y-%m-%d}"
            )


@app.command("invite")
def invite(
    note: Annotated[str, typer.Argument(metavar="FOR", help="For whom it is, in your words.")],
    party: Annotated[str, typer.Option(help="Id of the party that the person will act for.")],
    role: Annotated[Role, typer.Option(help="What the person will be able to do.")],
) -> None:
    """Invite somebody to act for a party; prints the path of the page that accepts it, once.

    Put the console's address before the path, and hand the link over: whoever opens it chooses a
    name and a password. It opens once, for 14 days.
    """
    with_records(_PRODUCTION)
    from unipact.agreement.formats.secret import invitation_path
    from unipact.agreement.services import invitation_make

    made, secret = invitation_make(
        actor=None, party=party, role=role, note=note, now=datetime.now(UTC)
    )
    typer.echo(
        f"invitation {made.pk}: for {made.note} to act for {party} as {role.value}, "
        f"until {made.expires_at:%Y-%m-%d}; it is shown only now",
        err=True,
    )
    typer.echo(invitation_path(secret))


@app.command("withdraw")
def withdraw(
    invitation: Annotated[int, typer.Argument(metavar="ID", help="Number of the invitation.")],
) -> None:
    """Withdraw an invitation that nobody has accepted yet."""
    with_records(_PRODUCTION)
    from unipact.agreement.services import invitation_revoke

    found = invitation_revoke(actor=None, invitation=invitation, now=datetime.now(UTC))
    typer.echo(f"invitation {found.pk} for {found.note} opens nothing any more", err=True)


@app.command("move")
def move(
    username: Username,
    role: Annotated[Role, typer.Option(help="What the person may do from now on.")],
) -> None:
    """Give a person another role; an officer who is moved loses tokens and invitations made."""
    with_records(_PRODUCTION)
    from unipact.agreement.services import membership_move

    membership_move(actor=None, username=username, role=role, now=datetime.now(UTC))
    typer.echo(f"{username} is {role.value} from now on", err=True)


@app.command("end")
def end(username: Username) -> None:
    """End a person's membership: the account is closed, its tokens and invitations are revoked.

    The last one who speaks for a party cannot go: name another first.
    """
    with_records(_PRODUCTION)
    from unipact.agreement.services import membership_end

    membership_end(actor=None, username=username, now=datetime.now(UTC))
    typer.echo(f"{username} acts for nobody any more; the account is closed", err=True)
