"""Putting run documents forward as evidence, and reviewing the other party's."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Literal

from unipact.agreement.engine.register import acts
from unipact.agreement.models import Evaluation
from unipact.agreement.services.consultation.reasons import reason_document
from unipact.agreement.services.consultation.signing import Done, Signer, act_signed, standing
from unipact.errors import Finding, Invalid, NotFound

KIND = "run"


def evidence_put_forward(*, signer: Signer, agreement: str, run_sha256: str, now: datetime) -> Done:
    """Put an evaluation forward: every evidence in it then waits for the other party's review.

    Who: roles with ``act_sign``. Silence accepts nothing: what was not reviewed is shown so.

    Raises:
        NotPermitted, NotFound, Conflict: as ``standing`` and the rules of the log say.
    """
    with standing(signer=signer, agreement=agreement, now=now) as here:
        run = (
            Evaluation.objects.filter(version__agreement__slug=agreement, sha256=run_sha256)
            .select_related("version")
            .first()
        )
        if run is None or run.version.drafted_by_id is not None:
            raise NotFound("there is no such evaluation")
        act = acts.Evaluating(
            origin=here.log.origin,
            party=here.party.slug,
            at=here.at,
            as_of=run.as_of.isoformat(),
            version_sha256=run.version.sha256,
            run_sha256=run.sha256,
        )
        documents = {run.sha256: (KIND, bytes(run.document))}
        return act_signed(here, act, signer=signer, now=now, documents=documents)


def evidence_review(
    *,
    signer: Signer,
    agreement: str,
    run_sha256: str,
    evidence_sha256: str,
    decision: Literal["accept", "contest", "settle"],
    now: datetime,
    reason: str = "",
    reason_zh: str = "",
) -> Done:
    """Accept or contest one evidence of the other party, or settle what was contested.

    Who: roles with ``act_sign``. Settling takes both parties.

    Raises:
        NotPermitted, NotFound, Conflict: as ``standing`` and the rules of the log say.
        Invalid: a contest without a reason, or no such evidence in that run document.
    """
    with standing(signer=signer, agreement=agreement, now=now) as here:
        _require_evidence(agreement, run_sha256, evidence_sha256)
        documents = reason_document(reason, reason_zh) if decision == "contest" else {}
        act = acts.Review(
            origin=here.log.origin,
            party=here.party.slug,
            at=here.at,
            run_sha256=run_sha256,
            evidence_sha256=evidence_sha256,
            decision=decision,
            reason_sha256=next(iter(documents), ""),
        )
        return act_signed(here, act, signer=signer, now=now, documents=documents)


def evidence_ids(run: bytes) -> frozenset[str]:
    """The SHA-256 of every evidence in a run document."""
    document = json.loads(run)
    parts = [
        *(period for each in document["commitments"] for period in each["periods"]),
        *document.get("benefits", []),
    ]
    found = (each["evidence"]["id"] for each in parts if each.get("evidence"))
    return frozenset(str(each).removeprefix("sha256:") for each in found)


def _require_evidence(agreement: str, run_sha256: str, evidence_sha256: str) -> None:
    run = Evaluation.objects.filter(
        version__agreement__slug=agreement, sha256=run_sha256
    ).values_list("document", flat=True)
    document = run.first()
    if document is None:
        raise NotFound("there is no such evaluation")
    if evidence_sha256 not in evidence_ids(bytes(document)):
        finding = Finding("evidence", "the run document holds no such evidence")
        raise Invalid("no such evidence", findings=[finding])
