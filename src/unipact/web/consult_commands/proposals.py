"""Proposing, amending, deciding and commenting."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from unipact.agreement.commands.keys import bytes_of
from unipact.web.consult_commands.group import (
    PRODUCTION,
    Acting,
    AgreementId,
    Amended,
    Commitment,
    Day,
    Key,
    Period,
    ProposalId,
    Reason,
    ReasonZh,
    app,
    day_of,
    say,
    signer_for,
)
from unipact.web.start import with_records

if TYPE_CHECKING:
    from unipact.agreement.engine.register.acts import Verdict
    from unipact.agreement.services.consultation.signing import Done

#: An agreement file has at most 1 MiB.
_LARGEST_FILE = 2**20

Consenting = Annotated[
    bool, typer.Option("--consent", help="Consent to it at once, where the key is at hand.")
]
Change = Annotated[
    str | None,
    typer.Option(
        "--change", metavar="SHA256", help="Of the round that you read; the last unless named."
    ),
]


@app.command("propose")
def propose(
    agreement: AgreementId,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The next version.")],
    party: Acting,
    reason: Reason,
    reason_zh: ReasonZh = "",
    proposal: Amended = None,
    consent: Consenting = False,
    key: Key = None,
) -> None:
    """Propose the next version of an agreement, or amend an open proposal into its next round."""
    _propose(
        agreement,
        party,
        key,
        consent=consent,
        kind="version",
        content=bytes_of(file, _LARGEST_FILE),
        reasons=(reason, reason_zh),
        proposal=proposal,
    )


@app.command("waive")
def waive(
    agreement: AgreementId,
    commitment: Commitment,
    period: Period,
    *,
    party: Acting,
    reason: Reason,
    reason_zh: ReasonZh = "",
    proposal: Amended = None,
    consent: Consenting = False,
    key: Key = None,
) -> None:
    """Propose that nobody is held to a commitment's period; both parties must consent."""
    _propose(
        agreement,
        party,
        key,
        consent=consent,
        kind="waiver",
        effect={"commitment": commitment, "period": period},
        reasons=(reason, reason_zh),
        proposal=proposal,
    )


@app.command("end")
def end(
    agreement: AgreementId,
    on: Day,
    party: Acting,
    reason: Reason,
    reason_zh: ReasonZh = "",
    proposal: Amended = None,
    consent: Consenting = False,
    key: Key = None,
) -> None:
    """Propose that the agreement ends on a day; both parties must consent.

    Leaving alone by a clause of the agreement is `unipact consult notice`.
    """
    _propose(
        agreement,
        party,
        key,
        consent=consent,
        kind="end",
        effect={"on": day_of(on, "DATE").isoformat()},
        reasons=(reason, reason_zh),
        proposal=proposal,
    )


@app.command("rotate-key")
def rotate_key(
    agreement: AgreementId,
    holder: Annotated[
        str, typer.Argument(metavar="HOLDER", help="Id of the party, or log for the log's own.")
    ],
    use: Annotated[
        Literal["consent", "cosign", "log"],
        typer.Argument(metavar="USE", help="consent, cosign, or log."),
    ],
    new: Annotated[
        str, typer.Argument(metavar="VKEY", help="The new public key: `unipact key show` says it.")
    ],
    *,
    party: Acting,
    reason: Reason,
    reason_zh: ReasonZh = "",
    proposal: Amended = None,
    consent: Consenting = False,
    key: Key = None,
) -> None:
    """Propose another key of a party or of the log; both parties must consent."""
    _propose(
        agreement,
        party,
        key,
        consent=consent,
        kind="key",
        effect={"holder": holder, "use": use, "key": new},
        reasons=(reason, reason_zh),
        proposal=proposal,
    )


@app.command("consent")
def consent_to(
    agreement: AgreementId,
    proposal: ProposalId,
    party: Acting,
    change: Change = None,
    key: Key = None,
) -> None:
    """Consent to a proposal; the last consent that was needed brings it into force."""
    _decide(agreement, proposal, party, key, "consent", change)


@app.command("decline")
def decline(
    agreement: AgreementId,
    proposal: ProposalId,
    party: Acting,
    reason: Reason,
    change: Change = None,
    key: Key = None,
) -> None:
    """Decline a proposal; it is over then, and your reason stands beside it as a comment."""
    _decide(agreement, proposal, party, key, "decline", change, reason)


@app.command("withdraw")
def withdraw(
    agreement: AgreementId,
    proposal: ProposalId,
    party: Acting,
    change: Change = None,
    key: Key = None,
) -> None:
    """Withdraw a proposal that your party made."""
    _decide(agreement, proposal, party, key, "withdraw", change)


@app.command("comment")
def comment(
    agreement: AgreementId,
    proposal: ProposalId,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What you say; both read it.")],
    party: Acting,
) -> None:
    """Comment on a proposal; it binds nobody and is no entry of the log."""
    with_records(PRODUCTION)
    from unipact.agreement.services.consultation import comment_add

    made = comment_add(
        actor=None,
        party=party,
        agreement=agreement,
        proposal=proposal,
        text=text,
        now=datetime.now(UTC),
    )
    typer.echo(f"comment on round {made.round} of {proposal}")


def _propose(
    agreement: str,
    party: str,
    key: Path | None,
    *,
    consent: bool,
    kind: Literal["version", "waiver", "key", "end"],
    reasons: tuple[str, str],
    proposal: str | None,
    content: bytes | None = None,
    effect: Mapping[str, str] | None = None,
) -> None:
    with_records(PRODUCTION)
    from unipact.agreement.services.consultation import proposal_make
    from unipact.agreement.services.consultation.proposals import Proposed

    proposed = Proposed(
        kind,
        reason_en=reasons[0],
        reason_zh=reasons[1],
        content=content,
        effect=effect or {},
        proposal=proposal,
    )
    first, *more = proposal_make(
        signer=signer_for(party, key),
        agreement=agreement,
        proposed=proposed,
        now=datetime.now(UTC),
        consent=consent,
    )
    change = json.loads(_line(first))["change"]
    say(first, agreement, party, f"proposal {change['proposal']}, round {change['round']}")
    for each in more:
        say(each, agreement, party, f"consent of {party}")


def _decide(
    agreement: str,
    proposal: str,
    party: str,
    key: Path | None,
    decision: Verdict,
    change: str | None,
    reason: str = "",
) -> None:
    with_records(PRODUCTION)
    from unipact.agreement.queries.consultation import proposal_of, standpoint_for
    from unipact.agreement.services.consultation import decision_make

    now = datetime.now(UTC)
    row = proposal_of(standpoint_for(agreement, party), proposal, now=now).row
    done = decision_make(
        signer=signer_for(party, key),
        agreement=agreement,
        change=change or row.change_sha256,
        decision=decision,
        reason=reason,
        now=now,
    )
    say(done, agreement, party, f"{decision} of {party} on round {row.round} of {proposal}")


def _line(done: Done) -> bytes:
    """The line of an act: of its entry, else of its request."""
    if done.entry is not None:
        return bytes(done.entry.data).partition(b"\n")[0]
    return bytes(done.request.line) if done.request else b""
