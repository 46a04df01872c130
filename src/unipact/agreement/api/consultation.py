"""Proposals: reading, making, amending, discussing, and deciding on them."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router, Status

from unipact.agreement.api.asking import asking, standing
from unipact.agreement.api.consultation_forms import (
    Acted,
    CommentAsked,
    CommentLine,
    Comments,
    DecisionAsked,
    DrawnId,
    ProposalMade,
    Proposals,
    ProposalWhole,
    RoundAsked,
    RoundNamed,
)
from unipact.agreement.api.forms import Id
from unipact.agreement.engine.register import acts
from unipact.agreement.formats.log.entry import read_act
from unipact.agreement.queries.consultation import (
    Consultation,
    ProposalSeen,
    comments_of,
    consultation_of,
    proposal_of,
    proposed_file_of,
)
from unipact.agreement.queries.standpoint import Standpoint
from unipact.agreement.roles import Act
from unipact.agreement.services.consultation import comment_add, decision_make, proposal_make
from unipact.agreement.services.consultation.proposals import Proposed
from unipact.agreement.services.consultation.signing import Done, Signer
from unipact.errors import Finding, Invalid, NotFound

router = Router(tags=["consultation"])

_AT = "/agreements/{agreement}/proposals"
_TOML = {"application/toml": {"schema": {"type": "string"}}}


@router.get(_AT, response=Proposals, summary="The proposals of an agreement")
def proposals(request: HttpRequest, agreement: Id) -> Consultation:
    """With their states now, who must still consent, and what waits for one's party."""
    return consultation_of(standing(request, agreement), now=timezone.now())


@router.post(_AT, response={201: ProposalMade}, summary="Propose a change")
def proposal_create(request: HttpRequest, agreement: Id, asked: RoundAsked) -> Any:
    """The next version of the agreement, a waiver, another key, or the end of the agreement."""
    return _proposed(request, agreement, asked, None)


@router.get(f"{_AT}/{{proposal}}", response=ProposalWhole, summary="One proposal")
def proposal(request: HttpRequest, agreement: Id, proposal: DrawnId) -> ProposalSeen:
    """Rounds with their reasons, what differs and what that does, comments and decisions."""
    return proposal_of(standing(request, agreement), proposal, now=timezone.now())


@router.get(
    f"{_AT}/{{proposal}}/agreement.toml",
    summary="The proposed agreement file",
    openapi_extra={"responses": {200: {"content": _TOML}}},
)
def proposal_file(
    request: HttpRequest, agreement: Id, proposal: DrawnId, asked: Query[RoundNamed]
) -> HttpResponse:
    """Byte for byte as it was proposed, in the last round unless another is named."""
    here = standing(request, agreement)
    content = proposed_file_of(here, proposal, now=timezone.now(), round_=asked.round)
    return HttpResponse(content, content_type="application/toml")


@router.post(f"{_AT}/{{proposal}}/rounds", response={201: ProposalMade}, summary="Amend a proposal")
def proposal_amend(
    request: HttpRequest, agreement: Id, proposal: DrawnId, asked: RoundAsked
) -> Any:
    """The next round takes the place of the last one, with all decisions on it."""
    return _proposed(request, agreement, asked, proposal)


@router.post(
    f"{_AT}/{{proposal}}/decisions",
    response={201: Acted},
    summary="Consent to, decline or withdraw a proposal",
)
def decision_create(
    request: HttpRequest, agreement: Id, proposal: DrawnId, asked: DecisionAsked
) -> Any:
    """The hash is that of the round which was read. The last consent brings it into force."""
    here = signing(request, agreement)
    seen, now = proposal_of(here, proposal, now=timezone.now()), timezone.now()
    if asked.change_sha256 not in {each.change_sha256 for each in seen.rounds}:
        raise NotFound("the proposal has no such round")
    done = decision_make(
        signer=signer_of(here),
        agreement=here.slug,
        change=asked.change_sha256,
        decision=asked.decision,
        reason=asked.reason,
        now=now,
    )
    return Status(201, acted(done))


@router.get(f"{_AT}/{{proposal}}/comments", response=Comments, summary="What was said of it")
def comments(request: HttpRequest, agreement: Id, proposal: DrawnId) -> dict[str, Any]:
    """By both parties; the names of people are those of one's own party only."""
    return {"items": comments_of(standing(request, agreement), proposal, now=timezone.now())}


@router.post(
    f"{_AT}/{{proposal}}/comments", response={201: CommentLine}, summary="Comment on a proposal"
)
def comment_create(
    request: HttpRequest, agreement: Id, proposal: DrawnId, asked: CommentAsked
) -> Any:
    """On the round that counts. Both parties read it; it binds nobody and is not in the log."""
    actor, now = asking(request), timezone.now()
    actor.require(Act.PROPOSAL_DISCUSS)
    here = standing(request, agreement)
    made = comment_add(
        actor=actor, agreement=here.slug, proposal=proposal, text=asked.text, now=now
    )
    found = comments_of(here, proposal, now=now)
    return Status(201, next(each for each in found if each.id == made.pk))


def signing(request: HttpRequest, agreement: str) -> Standpoint:
    """The standpoint of somebody who signs for the party.

    Raises:
        NotPermitted, NotFound: as ``standing``.
    """
    asking(request).require(Act.ACT_SIGN)
    return standing(request, agreement)


def signer_of(here: Standpoint) -> Signer:
    """The program as somebody who signs with the party's key inside, where it is there."""
    return Signer(here.actor.party, here.actor)


def acted(done: Done) -> dict[str, Any]:
    """What an act led to."""
    return {
        "entry": done.entry.index if done.entry else None,
        "request": done.request.pk if done.request else None,
    }


def _proposed(request: HttpRequest, agreement: str, asked: RoundAsked, amended: str | None) -> Any:
    here = signing(request, agreement)
    first, *more = proposal_make(
        signer=signer_of(here),
        agreement=here.slug,
        proposed=_asked(asked, amended),
        consent=asked.consent,
        now=timezone.now(),
    )
    act = read_act(_line(first))
    if not isinstance(act, acts.Proposing):
        raise TypeError(f"{act.type} is no proposal")
    return Status(
        201,
        {
            **acted(first),
            "proposal": act.change.proposal,
            "round": act.change.round,
            "change_sha256": act.change_sha256,
            "consent_entry": more[0].entry.index if more and more[0].entry else None,
        },
    )


def _asked(asked: RoundAsked, amended: str | None) -> Proposed:
    given = [each for each in RoundAsked.KINDS if getattr(asked, each) is not None]
    if len(given) != 1:
        what = f"{len(given)} of {', '.join(RoundAsked.KINDS)} are given"
        raise Invalid("what is proposed?", findings=[Finding("body", what, "Give exactly one.")])
    kind, effect = RoundAsked.KINDS[given[0]], getattr(asked, given[0])
    is_version = kind == "version"
    return Proposed(
        kind,
        reason_en=asked.reason_en,
        reason_zh=asked.reason_zh,
        content=effect.encode() if is_version else None,
        effect={} if is_version else effect.model_dump(mode="json"),
        proposal=amended,
    )


def _line(done: Done) -> bytes:
    """The line of an act that was done: of its entry, else of its request."""
    if done.entry is not None:
        return bytes(done.entry.data).partition(b"\n")[0] + b"\n"
    return bytes(done.request.line) if done.request else b""
