"""``unipact remind`` and ``unipact deadlines``: what is due, by mail and at the command line."""

from __future__ import annotations

import dataclasses
import json
import sys
from datetime import UTC, datetime
from typing import Annotated, Literal

import typer

from unipact.errors import Finding, Invalid
from unipact.exits import Exit
from unipact.web.start import with_records

_PRODUCTION = "unipact.settings.production"
Address = Annotated[
    str,
    typer.Option(
        "--address",
        metavar="URL",
        help="The console's address in links; https:// and the first host name unless named.",
    ),
]


def remind(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be sent; send and record nothing.")
    ] = False,
    address: Address = "",
) -> None:
    """Send people the mails about deadlines that they switched on; run it once a day.

    Told is what is due in 14 days, in 3 days or today, and what is new for the party: each once.
    A mail that cannot be sent is tried again the next time, and ends the command with 1.
    """
    with_records(_PRODUCTION)
    from unipact.web.reminding import remind as send

    failed = count = 0
    for told in send(now=datetime.now(UTC), address=_address(address), is_dry_run=dry_run):
        count += 1
        failed += bool(told.fault)
        how = f"not sent ({told.fault}): again the next time" if told.fault else "sent"
        said = "would be sent" if dry_run else how
        who = f"{told.digest.username} ({told.digest.party})"
        typer.echo(f"{who}: {len(told.digest.due)} deadlines: {said}")
        for each in told.digest.due if dry_run else ():
            typer.echo(f"  {each.stage:>3}  {each.deadline.day}  {each.deadline.title.en}")
    typer.echo(f"{count - failed} mails {'would be sent' if dry_run else 'sent'}", err=True)
    if failed:
        raise typer.Exit(Exit.NOT_ACCEPTED)


def deadlines(
    agreement: Annotated[str, typer.Argument(metavar="AGREEMENT", help="Id of an agreement.")],
    party: Annotated[
        str | None, typer.Option(help="Id of the party whose deadlines; else the first.")
    ] = None,
    form: Annotated[
        Literal["table", "json", "ics"],
        typer.Option("--format", help="A table, JSON, or a calendar (RFC 5545)."),
    ] = "table",
    language: Annotated[
        Literal["en", "zh"],
        typer.Option("--language", "-l", help="Language of table and calendar."),
    ] = "en",
    address: Address = "",
) -> None:
    """Print what is due by an agreement, and what waits for a party."""
    with_records(_PRODUCTION)
    from unipact.agreement.queries.calendars import calendar_of
    from unipact.agreement.queries.consultation import standpoint_for
    from unipact.agreement.queries.deadlines import deadlines_of

    found = deadlines_of(standpoint_for(agreement, party), now=datetime.now(UTC))
    if form == "ics":
        content = calendar_of([found], language=language, address=_address(address))
        sys.stdout.buffer.write(content)
        return
    if form == "json":
        shown = json.dumps(dataclasses.asdict(found), default=_text, ensure_ascii=False, indent=2)
        typer.echo(shown)
        return
    typer.echo(f"{agreement}: {found.party}, {found.today}")
    for each in found.rows:
        day = str(each.day) if each.is_limited else "waits"
        late = " overdue" if each.is_limited and each.day < found.today else ""
        whom = ", ".join(each.waits_for) or "-"
        typer.echo(f"{day:10}{late}  {each.kind:10}  {whom}  {each.title.to(language)}")
    if not found.rows:
        typer.echo("nothing is due", err=True)


def _address(given: str) -> str:
    """The console's address without a slash at its end.

    Raises:
        Invalid: it is none, or cannot be told from the host names.
    """
    from django.conf import settings

    if given:
        if not given.startswith(("https://", "http://")):
            finding = Finding("--address", "is no address", "Like https://unipact.example.org.")
            raise Invalid("the address is wrong", findings=[finding])
        return given.rstrip("/")
    if settings.UNIPACT_DEMO:
        return "http://127.0.0.1:8000"
    hosts = [each for each in settings.ALLOWED_HOSTS if each[:1] not in {".", "*"}]
    if not hosts:
        finding = Finding("--address", "is needed", "UNIPACT_HOSTS names no single host.")
        raise Invalid("no address", findings=[finding])
    return f"https://{hosts[0]}"


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
