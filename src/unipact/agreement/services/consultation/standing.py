"""Disputes, notices, signed reports and transactions."""

from __future__ import annotations

import secrets
from datetime import date, datetime

from unipact.agreement.engine.register import acts
from unipact.agreement.formats.agreement_toml import read_agreement
from unipact.agreement.services.consultation.reasons import reason_document
from unipact.agreement.services.consultation.signing import (
    Done,
    Signer,
    Standing,
    act_signed,
    standing,
)
from unipact.errors import Finding, Invalid, NotFound


def dispute_open(
    *, signer: Signer, agreement: str, commitment: str, period: str, reason: str, now: datetime
) -> Done:
    """Open a dispute on a commitment's period: its status is shown as disputed until both close it.

    Who: roles with ``act_sign`` of either party.

    Raises:
        NotPermitted, NotFound, Conflict: as ``standing`` and the rules of the log say.
        Invalid: no reason, or the commitment has no such period.
    """
    with standing(signer=signer, agreement=agreement, now=now) as here:
        _require_period(here, commitment, period)
        documents = reason_document(reason)
        act = acts.Dispute(
            origin=here.log.origin,
            party=here.party.slug,
            at=here.at,
            dispute=secrets.token_hex(16),
            commitment=commitment,
            period=period,
            act="open",
            reason_sha256=next(iter(documents)),
        )
        return act_signed(here, act, signer=signer, now=now, documents=documents)


def dispute_close(
    *, signer: Signer, agreement: str, dispute: str, reason: str, now: datetime
) -> Done:
    """Close a dispute for one's party; it is closed when both did.

    Who: roles with ``act_sign``.

    Raises:
        NotPermitted, NotFound, Conflict: as ``standing`` and the rules of the log say.
        Invalid: no reason.
    """
    with standing(signer=signer, agreement=agreement, now=now) as here:
        found = here.register.disputes.get(dispute)
        if found is None:
            raise NotFound("there is no such dispute")
        documents = reason_document(reason)
        act = acts.Dispute(
            origin=here.log.origin,
            party=here.party.slug,
            at=here.at,
            dispute=dispute,
            commitment=found.commitment,
            period=found.period,
            act="close",
            reason_sha256=next(iter(documents)),
        )
        return act_signed(here, act, signer=signer, now=now, documents=documents)


def notice_give(*, signer: Signer, agreement: str, clause: str, on: date, now: datetime) -> Done:
    """Give notice by a clause of the agreement: of an exit, or that it shall not renew.

    Who: roles with ``act_sign`` of a party that the clause names.

    Raises:
        NotPermitted, NotFound, Conflict: as ``standing`` and the rules of the log say.
    """
    with standing(signer=signer, agreement=agreement, now=now) as here:
        act = acts.Notice(here.log.origin, here.party.slug, here.at, clause, on.isoformat())
        return act_signed(here, act, signer=signer, now=now)


def report_sign(
    *, signer: Signer, agreement: str, year: int, document: bytes, sha256: str, now: datetime
) -> Done:
    """Sign the report of a year: the edition that waits, or the next one where it is another.

    Who: roles with ``act_sign``. It is published when both parties signed the same document.
    ``document`` is the report (``unipact-report/1``) whose SHA-256 is ``sha256``.

    Raises:
        NotPermitted, NotFound, Conflict: as ``standing`` and the rules of the log say.
    """
    with standing(signer=signer, agreement=agreement, now=now) as here:
        editions = here.register.reports.get(year, [])
        waits = bool(editions) and editions[-1].report_sha256 == sha256
        act = acts.Reporting(
            origin=here.log.origin,
            party=here.party.slug,
            at=here.at,
            year=year,
            edition=len(editions) if waits else len(editions) + 1,
            report_sha256=sha256,
        )
        documents = {sha256: ("report", document)}
        return act_signed(here, act, signer=signer, now=now, documents=documents)


def _require_period(here: Standing, commitment: str, period: str) -> None:
    """Refuse a period that the commitment does not have: a dispute stays in the log for ever."""
    version = here.log.agreement.versions.get(sha256=here.register.terms.sha256, drafted_by=None)
    promised = read_agreement(version.content).agreement.commitments
    found = next((each for each in promised if each.id == commitment), None)
    periods = [each.id for each in found.targets] if found else []
    if found is not None and period not in periods:
        finding = Finding("period", "the commitment has no such period", f"{', '.join(periods)}.")
        raise Invalid("there is nothing to dispute", findings=[finding])
