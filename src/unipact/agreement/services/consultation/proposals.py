"""Proposing a change, and deciding on it."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from unipact.agreement.engine.register import acts
from unipact.agreement.engine.register.acts import Change, Kind, Verdict
from unipact.agreement.engine.register.broken import refuse
from unipact.agreement.engine.register.register import moment_at, seconds
from unipact.agreement.engine.states import version_moved
from unipact.agreement.formats.agreement_toml import read_agreement
from unipact.agreement.formats.log.entry import change_sha256
from unipact.agreement.models import AgreementVersion
from unipact.agreement.services.consultation.comments import comment_written
from unipact.agreement.services.consultation.reasons import reason_document
from unipact.agreement.services.consultation.signing import (
    Done,
    Signer,
    Standing,
    act_signed,
    standing,
)
from unipact.errors import Conflict, Finding, Invalid, NotFound

AGREEMENT_KIND = "agreement"


@dataclass(frozen=True, slots=True)
class Proposed:
    """What a party proposes.

    Attributes:
        kind: ``version`` with the bytes of its agreement file as ``content``; else with ``effect``.
        reason_en, reason_zh: why; one of them is enough.
        proposal: the id of the open proposal that this amends; None for a new one.
    """

    kind: Kind
    reason_en: str = ""
    reason_zh: str = ""
    content: bytes | None = None
    effect: Mapping[str, str] = field(default_factory=dict)
    proposal: str | None = None


def proposal_make(
    *, signer: Signer, agreement: str, proposed: Proposed, now: datetime, consent: bool = False
) -> tuple[Done, ...]:
    """Propose a change, or amend an open proposal into its next round.

    Who: roles with ``act_sign`` of a party that governance lets propose. With ``consent`` the
    party consents to it in the same transaction, where its key is inside or given. A draft of the
    party with these terms is no draft any more.

    Raises:
        NotPermitted, NotFound, Conflict: as ``standing`` and the rules of the log say.
        Invalid: the agreement file or the reason is wrong; the findings name each place.
    """
    with standing(signer=signer, agreement=agreement, now=now) as here:
        documents = dict(reason_document(proposed.reason_en, proposed.reason_zh))
        (reason_sha256,) = documents
        version_sha256, file_sha256 = here.register.terms.sha256, here.register.terms.file_sha256
        if proposed.kind == "version":
            version_sha256, file_sha256 = _file(here, agreement, proposed.content)
            documents[file_sha256] = (AGREEMENT_KIND, proposed.content or b"")
        change = Change(
            kind=proposed.kind,
            proposal=proposed.proposal or secrets.token_hex(16),
            round=_round(here, proposed.proposal),
            base_sha256=here.register.terms.sha256,
            proposed_version_sha256=version_sha256,
            proposed_file_sha256=file_sha256,
            lapses_at=moment_at(seconds(here.at) + here.register.terms.silence_days * 86_400),
            reason_sha256=reason_sha256,
            effect=dict(proposed.effect),
        )
        act = acts.Proposing(
            here.log.origin, here.party.slug, here.at, change, change_sha256(change)
        )
        done = [act_signed(here, act, signer=signer, now=now, documents=documents)]
        if consent and done[0].entry is not None:
            done.append(_decided(here, change, act.change_sha256, "consent", signer, now))
        if proposed.kind == "version":
            _drafts_end(here, version_sha256)
    return tuple(done)


def decision_make(
    *,
    signer: Signer,
    agreement: str,
    change: str,
    decision: Verdict,
    now: datetime,
    reason: str = "",
) -> Done:
    """Consent to, decline or withdraw the round of a proposal that has the hash ``change``.

    Who: roles with ``act_sign``. The hash is that of the round which was read: where it was
    amended meanwhile, nothing is decided. Whoever declines says why, as a comment.

    Raises:
        NotPermitted, NotFound, Conflict: as ``standing`` and the rules of the log say.
        Invalid: a decline without a reason.
    """
    with standing(signer=signer, agreement=agreement, now=now) as here:
        named = here.register.changes.get(change)
        if named is None:
            raise NotFound("there is no such proposal")
        proposal = here.register.proposals[named]
        if proposal.last.change_sha256 != change:
            raise Conflict(
                f"it was amended meanwhile: round {proposal.last.number} counts",
                findings=[Finding("change", "it is an earlier round", "Read the last round.")],
            )
        if decision == "decline":
            comment_written(here, proposal, text=reason, actor=signer.actor, now=now)
        return _decided(here, proposal.last.change, change, decision, signer, now)


def _decided(
    here: Standing, change: Change, digest: str, decision: Verdict, signer: Signer, now: datetime
) -> Done:
    act = acts.Decision(
        origin=here.log.origin,
        party=here.party.slug,
        base_sha256=change.base_sha256,
        proposed_version_sha256=change.proposed_version_sha256,
        change_sha256=digest,
        decision=decision,
    )
    return act_signed(here, act, signer=signer, now=now)


def _file(here: Standing, agreement: str, content: bytes | None) -> tuple[str, str]:
    """The hashes of a proposed agreement file, which must be a whole and valid one."""
    if content is None:
        finding = Finding("file", "no file is chosen", "Choose the agreement file.")
        raise Invalid("no file is chosen", findings=[finding])
    file = read_agreement(content)
    if file.agreement.id != agreement:
        finding = Finding("id", f"it is {file.agreement.id}, not {agreement}")
        raise Invalid("the file is of another agreement", findings=[finding])
    if file.sha256.removeprefix("sha256:") == here.register.terms.sha256:
        refuse("these are the terms that are in force", "file")
    return file.sha256.removeprefix("sha256:"), hashlib.sha256(content).hexdigest()


def _round(here: Standing, proposal: str | None) -> int:
    if proposal is None:
        return 1
    found = here.register.proposals.get(proposal)
    if found is None:
        raise NotFound("there is no such proposal")
    return found.last.number + 1


def _drafts_end(here: Standing, sha256: str) -> None:
    AgreementVersion.objects.filter(
        agreement=here.log.agreement, drafted_by=here.party, sha256=sha256, state="draft"
    ).update(state=version_moved("draft", "withdrawn"))
