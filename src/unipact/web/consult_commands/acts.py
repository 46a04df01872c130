"""Evidence, disputes, notices and reports: what a party signs without a proposal."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Annotated, Literal

import typer

from unipact.web.consult_commands.group import (
    PRODUCTION,
    Acting,
    AgreementId,
    Commitment,
    Day,
    Key,
    Period,
    Reason,
    app,
    day_of,
    dispute,
    say,
    signer_for,
)
from unipact.web.start import with_records

RunHash = Annotated[
    str, typer.Argument(metavar="RUN", help="SHA-256 of a run document that was put forward.")
]


@app.command("forward")
def forward(
    agreement: AgreementId,
    party: Acting,
    run: Annotated[
        str | None, typer.Option(metavar="SHA256", help="A run document; the latest unless named.")
    ] = None,
    key: Key = None,
) -> None:
    """Put a run document forward as evidence: the other party then reviews what is in it."""
    with_records(PRODUCTION)
    from unipact.agreement.queries.consultation import standpoint_for
    from unipact.agreement.services.consultation import evidence_put_forward
    from unipact.errors import NotFound

    latest = standpoint_for(agreement, party).evaluation
    if run is None and latest is None:
        raise NotFound(f"{agreement} was not evaluated yet: `unipact agreement evaluate`")
    named = run or (latest.sha256 if latest else "")
    done = evidence_put_forward(
        signer=signer_for(party, key), agreement=agreement, run_sha256=named, now=datetime.now(UTC)
    )
    say(done, agreement, party, f"run document {named} put forward")


@app.command("review")
def review(
    agreement: AgreementId,
    run: RunHash,
    evidence: Annotated[
        str, typer.Argument(metavar="EVIDENCE", help="SHA-256 of an evidence in it.")
    ],
    decision: Annotated[
        Literal["accept", "contest", "settle"],
        typer.Argument(metavar="DECISION", help="accept, contest, or settle."),
    ],
    party: Acting,
    reason: Annotated[str, typer.Option(help="Why; needed to contest.")] = "",
    key: Key = None,
) -> None:
    """Accept or contest an evidence of the other party, or settle what was contested.

    `unipact consult evidence` lists what was put forward.
    """
    with_records(PRODUCTION)
    from unipact.agreement.services.consultation import evidence_review

    done = evidence_review(
        signer=signer_for(party, key),
        agreement=agreement,
        run_sha256=run,
        evidence_sha256=evidence,
        decision=decision,
        reason=reason,
        now=datetime.now(UTC),
    )
    say(done, agreement, party, f"{decision} of {party}")


@dispute.command("open")
def dispute_begin(
    agreement: AgreementId,
    commitment: Commitment,
    period: Period,
    party: Acting,
    reason: Reason,
    key: Key = None,
) -> None:
    """Open a dispute on a commitment's period, which is shown as disputed until both close it."""
    with_records(PRODUCTION)
    from unipact.agreement.services.consultation import dispute_open

    done = dispute_open(
        signer=signer_for(party, key),
        agreement=agreement,
        commitment=commitment,
        period=period,
        reason=reason,
        now=datetime.now(UTC),
    )
    say(done, agreement, party, f"dispute on {commitment} {period}")


@dispute.command("close")
def dispute_end(
    agreement: AgreementId,
    identity: Annotated[str, typer.Argument(metavar="DISPUTE", help="Id of the dispute.")],
    party: Acting,
    reason: Reason,
    key: Key = None,
) -> None:
    """Close a dispute for your party; it is closed when both did."""
    with_records(PRODUCTION)
    from unipact.agreement.services.consultation import dispute_close

    done = dispute_close(
        signer=signer_for(party, key),
        agreement=agreement,
        dispute=identity,
        reason=reason,
        now=datetime.now(UTC),
    )
    say(done, agreement, party, f"dispute {identity} closed by {party}")


@app.command("notice")
def notice(
    agreement: AgreementId,
    clause: Annotated[
        str, typer.Argument(metavar="CLAUSE", help="renewal, or the id of an exit clause.")
    ],
    on: Day,
    party: Acting,
    key: Key = None,
) -> None:
    """Give notice by a clause: that the agreement shall not renew, or that your party leaves."""
    with_records(PRODUCTION)
    from unipact.agreement.services.consultation import notice_give

    done = notice_give(
        signer=signer_for(party, key),
        agreement=agreement,
        clause=clause,
        on=day_of(on, "DATE"),
        now=datetime.now(UTC),
    )
    say(done, agreement, party, f"notice of {party} by {clause} to {on}")


@app.command("report-sign")
def sign_report(
    agreement: AgreementId,
    year: Annotated[int, typer.Argument(metavar="YEAR", help="Year of the report.")],
    party: Acting,
    report: Annotated[
        str | None,
        typer.Option(
            "--report",
            metavar="SHA256",
            help="Of the report that you read; the edition that waits, else today's.",
        ),
    ] = None,
    key: Key = None,
) -> None:
    """Sign the report of a year; it is published when both parties signed the same document.

    Where an edition waits for your party it is that one; else the report as it is now begins the
    next edition.
    """
    with_records(PRODUCTION)
    from unipact.agreement.queries.consultation import standpoint_for
    from unipact.agreement.queries.consultation.report_documents import report_to_sign
    from unipact.agreement.services.consultation import report_sign

    now = datetime.now(UTC)
    document = report_to_sign(standpoint_for(agreement, party), year, report, now=now)
    sha256 = hashlib.sha256(document).hexdigest()
    done = report_sign(
        signer=signer_for(party, key),
        agreement=agreement,
        year=year,
        document=document,
        sha256=sha256,
        now=now,
    )
    say(done, agreement, party, f"report of {year}, sha256 {sha256}, signed by {party}")
