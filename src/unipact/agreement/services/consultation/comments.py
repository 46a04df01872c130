"""Discussing a proposal: words that bind nobody."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from unipact.agreement.engine.register.records import Proposal
from unipact.agreement.log.folded import register_of
from unipact.agreement.models import Comment, Log, Party
from unipact.agreement.roles import Act, Actor
from unipact.agreement.services.consultation.signing import Standing
from unipact.agreement.services.memberships import require_still
from unipact.errors import Finding, Invalid, NotFound

LONGEST = 4000


def comment_add(
    *,
    actor: Actor | None,
    agreement: str,
    proposal: str,
    text: str,
    now: datetime,
    party: str = "",
) -> Comment:
    """Say something on the round of a proposal that counts; both parties read it.

    Who: roles with ``proposal_discuss``. ``actor`` is None for the command line, which names the
    ``party``.

    Raises:
        NotPermitted: the role may not, or the actor was let go meanwhile.
        NotFound: the actor's party has no such agreement, or no such proposal is there.
        Invalid: there is no text, or too much of it.
    """
    if actor is not None:
        actor.require(Act.PROPOSAL_DISCUSS)
        party = actor.party
    with transaction.atomic():
        require_still(actor, now)
        log = Log.objects.filter(agreement__slug=agreement, agreement__parties__slug=party)
        found = log.first()
        on = register_of(found).proposals.get(proposal) if found else None
        if found is None or on is None:
            raise NotFound("there is no such proposal")
        speaks = Party.objects.get(slug=party)
        by = actor.name if actor else ""
        return _comment(found, speaks, on, text=text, by=by, now=now)


def comment_written(
    here: Standing, proposal: Proposal, *, text: str, actor: Actor | None, now: datetime
) -> Comment:
    """Keep the reason of a decline beside the proposal."""
    by = actor.name if actor else ""
    return _comment(here.log, here.party, proposal, text=text, by=by, now=now)


def _comment(
    log: Log, party: Party, proposal: Proposal, *, text: str, by: str, now: datetime
) -> Comment:
    text = text.strip()
    if not text or len(text) > LONGEST or "\0" in text:
        what = f"it has more than {LONGEST} characters" if text else "it is empty"
        what = "it holds U+0000, which no text has" if "\0" in text else what
        raise Invalid("the text is wrong", findings=[Finding("text", what, "Write a few words.")])
    made: Comment = Comment.objects.create(
        log=log,
        proposal=proposal.id,
        round=proposal.last.number,
        party=party,
        by=by,
        text=text,
        at=now,
    )
    return made
