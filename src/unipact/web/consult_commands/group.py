"""The group itself, what its commands ask for, and what they say."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from unipact.agreement.commands.keys import private_keys
from unipact.errors import Finding, Invalid

if TYPE_CHECKING:
    from unipact.agreement.services.consultation.signing import Done, Signer

app = typer.Typer(
    no_args_is_help=True, help="What the parties propose, decide, review, dispute and end."
)
dispute = typer.Typer(no_args_is_help=True, help="Disputes on a commitment's period.")
app.add_typer(dispute, name="dispute")

PRODUCTION = "unipact.settings.production"

AgreementId = Annotated[str, typer.Argument(metavar="AGREEMENT", help="Id of an agreement.")]
ProposalId = Annotated[str, typer.Argument(metavar="PROPOSAL", help="Id of the proposal.")]
Commitment = Annotated[str, typer.Argument(metavar="COMMITMENT", help="Id of the commitment.")]
Period = Annotated[str, typer.Argument(metavar="PERIOD", help="Id of its period.")]
Day = Annotated[str, typer.Argument(metavar="DATE", help="The first day on which it binds nobody.")]
Acting = Annotated[str, typer.Option("--party", help="Id of the party that you act for.")]
Key = Annotated[
    Path | None,
    typer.Option("--key", metavar="FILE", help="The party's .key file; else its key inside signs."),
]
Reason = Annotated[str, typer.Option(help="Why; both parties read it.")]
ReasonZh = Annotated[str, typer.Option("--reason-zh", help="The same in Chinese.")]
Amended = Annotated[
    str | None,
    typer.Option("--proposal", metavar="ID", help="The open proposal that this amends."),
]
Reader = Annotated[
    str | None, typer.Option("--party", help="Id of the party as which you read; else the first.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print it as JSON.")]
Language = Annotated[
    Literal["en", "zh"], typer.Option("--language", "-l", help="Language of the texts.")
]


def signer_for(party: str, key: Path | None) -> Signer:
    """Who signs: the party with the key that was brought, else with the one inside.

    Raises:
        Invalid: the file is no file of private keys.
    """
    from unipact.agreement.services.consultation.signing import Signer

    return Signer(party, key=private_keys(key).consent if key else None)


def day_of(text: str, where: str) -> date:
    """The day that was typed.

    Raises:
        Invalid: it is none.
    """
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        finding = Finding(where, f"{text} is no day", "Write it as 2019-12-31.")
        raise Invalid("no day", findings=[finding]) from error


def say(done: Done, agreement: str, party: str, what: str) -> None:
    """Say what an act led to; for a request, how it is signed."""
    if done.entry is not None:
        typer.echo(f"{what}: entry {done.entry.index}")
        return
    request = done.request.pk if done.request else 0
    typer.echo(f"{what}: request {request}")
    typer.echo(
        f"The key of {party} is not inside, so nothing is in the log yet. Where the key is:\n"
        f"  unipact log request {agreement} {request} --party {party} --out REQUEST\n"
        f"  unipact sign REQUEST --key FILE --out NOTE\n"
        f"  unipact log submit {agreement} {request} NOTE --party {party}",
        err=True,
    )


def as_json(value: Any) -> None:
    """Print rows as JSON; times and decimals are text."""
    typer.echo(json.dumps(value, default=str, ensure_ascii=False, indent=2))
