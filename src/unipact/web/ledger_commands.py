"""``unipact ledger``: what each party gave and got, recorded and read by the operator."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from unipact.errors import Finding, Invalid
from unipact.web.start import with_records

app = typer.Typer(no_args_is_help=True, help="What each party gave and got.")

_PRODUCTION = "unipact.settings.production"
AgreementId = Annotated[str, typer.Argument(metavar="AGREEMENT", help="Id of an agreement.")]
Number = Annotated[int, typer.Argument(metavar="NUMBER", help="Number of the record.")]
Acting = Annotated[str, typer.Option("--party", help="Id of the party that you act for.")]
Reason = Annotated[str, typer.Option(help="Why; both parties read it.")]


@app.command("show")
def show(
    agreement: AgreementId,
    party: Annotated[
        str | None, typer.Option(help="Id of the party that comes first; else the first.")
    ] = None,
    day: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="The last that counts; else the latest that is known."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the balance as JSON.")] = False,
) -> None:
    """Print the balance: planned, due, made and outstanding, each in its own unit."""
    with_records(_PRODUCTION)
    from unipact.agreement.queries.balance import balance_kept

    found = balance_kept(agreement, party=party, day=_day(day, "--day") if day else None)
    if as_json:
        typer.echo(json.dumps(dataclasses.asdict(found), default=str, ensure_ascii=False, indent=2))
        return
    typer.echo(f"{agreement} as of {found.day}")
    for side in found.parties:
        typer.echo(f"\n{side.party}")
        table = [("contribution", "unit", "planned", "due", "made", "acknowledged", "outstanding")]
        table += [
            (
                *(line.id, line.sums.unit, line.sums.planned, line.sums.due, line.sums.made),
                *(line.sums.acknowledged, line.sums.outstanding),
            )
            for line in side.lines
        ]
        table += [
            (
                *("all money", each.unit, each.planned, each.due, each.made),
                *(each.acknowledged, each.outstanding),
            )
            for each in side.money
        ]
        _print(table)


@app.command("ls")
def list_records(agreement: AgreementId) -> None:
    """List every record, the first first, with what the other party says to it."""
    with_records(_PRODUCTION)
    from unipact.agreement.queries.ledger import exported

    found = exported(agreement, None)
    if not found:
        typer.echo("nothing is recorded yet: `unipact ledger record`", err=True)
    for each in found:
        entry = each.entry
        taken = f"  takes back {each.reverses}" if each.reverses else ""
        typer.echo(
            f"{entry.number}  {entry.happened_on}  {entry.recorded_by}  {entry.subject}  "
            f"{entry.postings[-1].amount} {entry.postings[-1].account.unit}  {each.answer}{taken}"
        )


@app.command("record")
def record(
    agreement: AgreementId,
    subject: Annotated[str, typer.Argument(help="Id of the contribution, or of the benefit.")],
    amount: Annotated[str, typer.Argument(help="Plain decimal text, such as 2000000.00.")],
    party: Acting,
    on: Annotated[str, typer.Option("--on", metavar="DATE", help="The day it happened.")],
    unit: Annotated[
        str | None, typer.Option(help="Unit of a benefit; names a benefit and no contribution.")
    ] = None,
    note: Annotated[str, typer.Option(help="Short and plain, without names of people.")] = "",
) -> None:
    """Record that a party made a contribution or, with --unit, that it received a benefit."""
    with_records(_PRODUCTION)
    from unipact.agreement.services import benefit_record, contribution_record

    happened_on, now = _day(on, "--on"), datetime.now(UTC)
    if unit is None:
        made = contribution_record(
            actor=None,
            agreement=agreement,
            contribution=subject,
            amount=amount,
            happened_on=happened_on,
            note=note,
            party=party,
            now=now,
        )
    else:
        made = benefit_record(
            actor=None,
            agreement=agreement,
            benefit=subject,
            amount=amount,
            unit=unit,
            happened_on=happened_on,
            note=note,
            party=party,
            now=now,
        )
    typer.echo(f"no. {made.n} is recorded: sha256:{made.sha256}")


@app.command("acknowledge")
def acknowledge(agreement: AgreementId, number: Number, party: Acting) -> None:
    """Acknowledge what the other party recorded."""
    with_records(_PRODUCTION)
    from unipact.agreement.services import transaction_acknowledge

    now = datetime.now(UTC)
    transaction_acknowledge(actor=None, agreement=agreement, number=number, party=party, now=now)
    typer.echo(f"no. {number} is acknowledged by {party}")


@app.command("contest")
def contest(agreement: AgreementId, number: Number, party: Acting, reason: Reason) -> None:
    """Contest what the other party recorded; it stays, and is shown as contested."""
    with_records(_PRODUCTION)
    from unipact.agreement.services import transaction_contest

    transaction_contest(
        actor=None,
        agreement=agreement,
        number=number,
        reason=reason,
        party=party,
        now=datetime.now(UTC),
    )
    typer.echo(f"no. {number} is contested by {party}")


@app.command("reverse")
def reverse(agreement: AgreementId, number: Number, party: Acting, reason: Reason) -> None:
    """Take back what the party itself recorded, by another record that names it."""
    with_records(_PRODUCTION)
    from unipact.agreement.services import transaction_reverse

    made = transaction_reverse(
        actor=None,
        agreement=agreement,
        number=number,
        reason=reason,
        party=party,
        now=datetime.now(UTC),
    )
    typer.echo(f"no. {number} is taken back by no. {made.n}")


@app.command("value")
def value(
    agreement: AgreementId,
    contribution: Annotated[str, typer.Argument(help="Id of a contribution in kind.")],
    amount: Annotated[str, typer.Argument(help="Value of one whole unit, such as 30000.00.")],
    party: Acting,
    since: Annotated[str, typer.Option("--from", metavar="DATE", help="The day it holds from.")],
    reason: Reason,
    currency: Annotated[str, typer.Option(help="ISO 4217.")] = "CNY",
) -> None:
    """State what one unit of a contribution in kind is worth to a party."""
    with_records(_PRODUCTION)
    from unipact.agreement.services import valuation_state

    stated = valuation_state(
        actor=None,
        agreement=agreement,
        contribution=contribution,
        amount=amount,
        currency=currency,
        from_on=_day(since, "--from"),
        reason=reason,
        party=party,
        now=datetime.now(UTC),
    )
    typer.echo(f"{party} values 1 {stated.unit} of {contribution} at {amount} {currency}")


@app.command("export")
def export(
    agreement: AgreementId,
    form: Annotated[
        Literal["beancount", "csv"], typer.Option("--format", help="What to write.")
    ] = "beancount",
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where to; standard output unless named.")
    ] = None,
) -> None:
    """Write every record as text: for beancount, whose `bean-check` sums it anew, or as CSV."""
    with_records(_PRODUCTION)
    from unipact.agreement.formats.ledger import beancount_text, csv_text
    from unipact.agreement.queries.ledger import exported

    found = exported(agreement, None)
    text = csv_text(found) if form == "csv" else beancount_text(found, title=agreement)
    if out is None:
        typer.echo(text, nl=False)
        return
    out.write_bytes(text.encode())
    typer.echo(f"{out}: {len(found)} records")


@app.command("erase-note")
def erase_note(agreement: AgreementId, number: Number) -> None:
    """Erase the note of a record, for example because it names somebody; its hash stays."""
    with_records(_PRODUCTION)
    from unipact.agreement.services import note_erase

    note_erase(agreement=agreement, number=number)
    typer.echo(f"no. {number} has no note any more")


def _day(text: str, where: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        finding = Finding(where, f"{text!r} is no calendar day", "Write it as 2019-12-31.")
        raise Invalid("a day is wrong", findings=[finding]) from error


def _print(table: Sequence[tuple[str, ...]]) -> None:
    """Columns that line up: words to the left, numbers to the right."""
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
    for row in table:
        cells = [
            cell.ljust(width) if column < 2 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        typer.echo("  " + "  ".join(cells).rstrip())
