"""Reading proposals, evidence, disputes, notices and reports."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer

from unipact.web.consult_commands.group import (
    PRODUCTION,
    AgreementId,
    AsJson,
    Language,
    ProposalId,
    Reader,
    app,
    as_json,
)
from unipact.web.start import with_records

if TYPE_CHECKING:
    from unipact.agreement.queries.consultation import ProposalRow, ProposalSeen, Reason


@app.command("ls")
def list_proposals(agreement: AgreementId, party: Reader = None, json: AsJson = False) -> None:
    """List the proposals, newest first: their states, and who must still consent."""
    with_records(PRODUCTION)
    from unipact.agreement.queries.consultation import consultation_of, standpoint_for

    found = consultation_of(standpoint_for(agreement, party), now=datetime.now(UTC))
    if json:
        as_json(dataclasses.asdict(found))
        return
    if not found.is_founded:
        typer.echo("the log was not founded yet: `unipact log found`", err=True)
    elif not found.proposals:
        typer.echo("nothing is proposed: `unipact consult propose`", err=True)
    for each in found.proposals:
        typer.echo(_line(each))


@app.command("show")
def show(
    agreement: AgreementId,
    proposal: ProposalId,
    party: Reader = None,
    language: Language = "en",
    json: AsJson = False,
) -> None:
    """Show a proposal: its rounds and reasons, what differs, what that does, and what was said."""
    with_records(PRODUCTION)
    from unipact.agreement.queries.consultation import proposal_of, standpoint_for

    seen = proposal_of(standpoint_for(agreement, party), proposal, now=datetime.now(UTC))
    if json:
        as_json(dataclasses.asdict(seen))
        return
    for line in _whole(seen, language):
        typer.echo(line)


@app.command("evidence")
def evidence(agreement: AgreementId, party: Reader = None, json: AsJson = False) -> None:
    """List the evidence that was put forward, and what the other party says of it."""
    with_records(PRODUCTION)
    from unipact.agreement.queries.consultation import reviews_of, standpoint_for

    found = reviews_of(standpoint_for(agreement, party), now=datetime.now(UTC))
    if json:
        as_json({**dataclasses.asdict(found), "counts": found.counts})
        return
    for run in found.runs:
        counts = ", ".join(f"{n} {state}" for state, n in run.counts.items())
        typer.echo(f"{run.sha256}  by {run.party}  as of {run.as_of}  {counts}")
        for each in run.evidence or ():
            shown = each.shown
            what = f"{shown.commitment} {shown.period}" if shown.commitment else shown.benefit
            typer.echo(f"  {shown.sha256}  {each.state:10}  {what}")


@app.command("standing")
def standing(agreement: AgreementId, party: Reader = None, json: AsJson = False) -> None:
    """Show disputes, waivers, notices with the end of the agreement, and signed reports."""
    with_records(PRODUCTION)
    from unipact.agreement.queries.consultation import (
        disputes_of,
        notices_of,
        reports_of,
        standpoint_for,
        waivers_of,
    )

    here, now = standpoint_for(agreement, party), datetime.now(UTC)
    disputes, waivers = disputes_of(here, now=now), waivers_of(here, now=now)
    notices, reports = notices_of(here, now=now), reports_of(here, now=now)
    if json:
        as_json(
            {
                "disputes": [dataclasses.asdict(each) for each in disputes],
                "waivers": [dataclasses.asdict(each) for each in waivers],
                "reports": [dataclasses.asdict(each) for each in reports],
                "notices": dataclasses.asdict(notices) if notices else None,
            }
        )
        return
    if notices is not None:
        typer.echo(f"{notices.end.state}; first day after it: {notices.until}")
        for clause in notices.clauses:
            by = f", by {clause.notice_by}" if clause.notice_by else ""
            typer.echo(
                f"  clause {clause.clause}: {', '.join(clause.may)}, {clause.notice_days} days{by}"
            )
        for each in notices.notices:
            effect = f"no effect: {each.fault}" if each.fault else "counts"
            typer.echo(
                f"  notice {each.index} by {each.party}: {each.clause} to {each.on}, {effect}"
            )
    for row in disputes:
        state = f"waits for {', '.join(row.waiting_for)}" if row.is_open else "closed"
        typer.echo(f"dispute {row.id}  {row.commitment} {row.period}  by {row.party}  {state}")
    for waiver in waivers:
        typer.echo(f"waiver {waiver.index}  {waiver.commitment} {waiver.period}")
    for edition in reports:
        state = "published" if edition.is_published else f"waits: {', '.join(edition.waiting_for)}"
        typer.echo(f"report {edition.year}  edition {edition.edition}  {edition.sha256}  {state}")


def _line(row: ProposalRow) -> str:
    what = f"version {row.base} to {row.proposed}" if row.kind == "version" else row.kind
    waits = f"  waits for {', '.join(row.waiting_for)}" if row.waiting_for else ""
    return (
        f"{row.id}  {row.state}  round {row.round} by {row.party}, {row.at:%Y-%m-%d}  {what}{waits}"
    )


def _whole(seen: ProposalSeen, language: str) -> Iterator[str]:
    from unipact.agreement.engine.difference import difference_lines

    row = seen.row
    yield _line(row)
    if row.state == "open":
        after = "goes to the committee" if row.escalates else "lapses"
        yield f"{after} after {row.lapses_at:%Y-%m-%d %H:%M} UTC"
    for each in seen.rounds:
        yield f"round {each.number}: entry {each.index} by {each.party}, {each.at:%Y-%m-%d %H:%M}"
        yield f"  change {each.change_sha256}"
        yield f"  {_said(each.reason, language)}"
    if row.words is not None:
        yield row.words.to(language)
    if seen.difference is not None:
        yield ""
        yield from difference_lines(seen.difference, language)
    if seen.consequences is not None and seen.consequences.grave:
        yield ""
        concerns = sorted({each.concern for each in seen.consequences.grave})
        yield f"read twice, it changes how the parties are bound: {', '.join(concerns)}"
    if seen.affected:
        yield ""
        yield "status may change:"
        for commitment in seen.affected:
            yield f"  {commitment.commitment}  {commitment.standing or 'not evaluated'}"
    if seen.decisions or seen.comments:
        yield ""
    for decision in seen.decisions:
        yield (
            f"round {decision.round}: {decision.party} {decision.decision}, entry {decision.index}"
        )
    for comment in seen.comments:
        yield f"{comment.at:%Y-%m-%d %H:%M}  {comment.party}: {comment.text}"


def _said(reason: Reason | None, language: str) -> str:
    if reason is None:
        return "(the reason was erased)"
    first, second = (reason.zh, reason.en) if language == "zh" else (reason.en, reason.zh)
    return first or second
