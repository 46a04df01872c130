"""Proposals with their rounds, decisions and comments, and what the reader may do about them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from unipact.agreement.engine.register.records import Proposal, Round
from unipact.agreement.models import Comment, LogEntry
from unipact.agreement.queries.consultation.effects import (
    affected,
    amended,
    compared,
    effect_words,
)
from unipact.agreement.queries.consultation.ground import (
    Ground,
    at,
    documents,
    ground_of,
    reasons,
)
from unipact.agreement.queries.consultation.requests import requests_on
from unipact.agreement.queries.consultation.rows import (
    CommentRow,
    Consultation,
    Counts,
    DecisionRow,
    Doing,
    ProposalRow,
    ProposalSeen,
    RoundSeen,
    WhyNot,
)
from unipact.agreement.queries.log.requests import requests_waiting
from unipact.agreement.queries.standpoint import Standpoint
from unipact.agreement.roles import Act
from unipact.errors import NotFound


def consultation_of(here: Standpoint, *, now: datetime) -> Consultation:
    """All proposals, newest first, with their states at ``now``.

    Raises:
        NotPermitted: the role may not see the log.
        Unavailable: the log does not verify.
    """
    ground = ground_of(here, now)
    waiting = requests_waiting(here.actor, here.slug)
    if ground is None:
        return Consultation(is_founded=False, counts=Counts(requests=waiting))
    register = ground.register
    found = sorted(register.proposals.values(), key=lambda each: each.last.index, reverse=True)
    rows = tuple(_row(ground, each) for each in found)
    return Consultation(
        is_founded=True,
        origin=register.origin,
        size=register.size,
        version=register.terms.version,
        sha256=register.terms.sha256,
        ended=register.ended,
        is_key_inside=ground.is_key_inside,
        may_propose=_may_sign(here)
        and register.ended is None
        and ground.party in register.terms.propose,
        proposals=rows,
        counts=Counts(
            open=sum(each.state == "open" for each in rows),
            waits_for_me=sum(each.waits_for_me for each in rows),
            requests=waiting,
        ),
    )


def proposal_of(here: Standpoint, proposal: str, *, now: datetime) -> ProposalSeen:
    """One proposal with its rounds, difference, comments, and what the reader may do.

    Raises:
        NotPermitted: the role may not see the log.
        NotFound: there is no such proposal.
        Unavailable: the log does not verify.
    """
    ground, found = _found(here, proposal, now)
    row, versions = _row(ground, found), compared(ground, found.last.change)
    rounds = _rounds(ground, found)
    return ProposalSeen(
        row=row,
        rounds=rounds,
        difference=versions.difference if versions else None,
        consequences=versions.consequences if versions else None,
        amended=amended(ground, found),
        affected=affected(ground, found, versions),
        comments=_comments(ground, found),
        decisions=tuple(each for round_ in rounds for each in round_.decisions),
        why_not=_why_not(ground, row),
        is_key_inside=ground.is_key_inside,
        requests=requests_on(ground, found.id) if _may_sign(here) else (),
    )


def comments_of(here: Standpoint, proposal: str, *, now: datetime) -> tuple[CommentRow, ...]:
    """What was said of a proposal, oldest first.

    Raises:
        NotPermitted, NotFound: as ``proposal_of``.
    """
    return _comments(*_found(here, proposal, now))


def proposed_file_of(
    here: Standpoint, proposal: str, *, now: datetime, round_: int | None = None
) -> bytes:
    """The agreement file of a round, the last unless named, byte for byte as it was proposed.

    Raises:
        NotPermitted: the role may not see the log.
        NotFound: there is no such proposal or round, or it proposes no version.
    """
    ground, found = _found(here, proposal, now)
    if found.last.change.kind != "version":
        raise NotFound("this proposal leaves the agreement file as it is")
    number = found.last.number if round_ is None else round_
    named = next((each for each in found.rounds if each.number == number), None)
    if named is None:
        raise NotFound(f"the proposal has {len(found.rounds)} rounds")
    sha256 = named.change.proposed_file_sha256
    kept = documents(ground.log, (sha256,))
    if sha256 not in kept:
        raise NotFound(f"the agreement file {sha256} is not here")
    return kept[sha256]


def _found(here: Standpoint, proposal: str, now: datetime) -> tuple[Ground, Proposal]:
    ground = ground_of(here, now)
    found = ground.register.proposals.get(proposal) if ground else None
    if ground is None or found is None:
        raise NotFound("there is no such proposal")
    return ground, found


def _may_sign(here: Standpoint) -> bool:
    return here.actor.may(Act.ACT_SIGN)


def _row(ground: Ground, proposal: Proposal) -> ProposalRow:
    register, last, change = ground.register, proposal.last, proposal.last.change
    state = register.state_of(proposal, at=ground.unix_s)
    decided = {
        verdict: tuple(party for party, (said, _) in last.decisions.items() if said == verdict)
        for verdict in ("consent", "decline")
    }
    waiting_for = tuple(
        party for party in register.terms.consent if state == "open" and party not in last.decisions
    )
    escalates = register.terms.on_silence == "escalate"
    base = ground.version_of(change.base_sha256) or 0
    return ProposalRow(
        id=proposal.id,
        kind=change.kind,
        round=last.number,
        state=state,
        index=last.index,
        closed=proposal.closed,
        party=last.party,
        at=at(last.at),
        lapses_at=at(change.lapses_at),
        escalates=escalates,
        base=base,
        proposed=base + 1 if change.kind == "version" else base,
        change_sha256=last.change_sha256,
        effect=change.effect,
        words=effect_words(ground, change),
        consented=decided["consent"],
        declined=decided["decline"],
        waiting_for=waiting_for,
        waits_for_me=ground.party in waiting_for,
        is_overdue=state == "open" and ground.now > at(change.lapses_at),
    )


def _rounds(ground: Ground, proposal: Proposal) -> tuple[RoundSeen, ...]:
    said = reasons(ground.log, (each.change.reason_sha256 for each in proposal.rounds))
    received = _received(ground, proposal)
    return tuple(
        RoundSeen(
            number=each.number,
            index=each.index,
            party=each.party,
            at=at(each.at),
            lapses_at=at(each.change.lapses_at),
            change_sha256=each.change_sha256,
            file_sha256=each.change.proposed_file_sha256,
            reason=said.get(each.change.reason_sha256),
            effect=each.change.effect,
            words=effect_words(ground, each.change),
            decisions=_decisions(each, proposal, received),
        )
        for each in proposal.rounds
    )


def _received(ground: Ground, proposal: Proposal) -> Mapping[int, datetime]:
    """When the entries that decided came in, by their index."""
    wanted = {index for each in proposal.rounds for _, index in each.decisions.values()}
    if proposal.closed is not None:
        wanted.add(proposal.closed)
    rows = LogEntry.objects.filter(log=ground.log, index__in=wanted)
    return dict(rows.values_list("index", "received_at"))


def _decisions(
    round_: Round, proposal: Proposal, received: Mapping[int, datetime]
) -> tuple[DecisionRow, ...]:
    made = [
        DecisionRow(round_.number, party, said, index, received[index])
        for party, (said, index) in round_.decisions.items()
    ]
    closed = proposal.closed
    if proposal.outcome == "withdrawn" and closed is not None and round_ is proposal.last:
        made.append(DecisionRow(round_.number, round_.party, "withdraw", closed, received[closed]))
    return tuple(sorted(made, key=lambda each: each.index))


def _comments(ground: Ground, proposal: Proposal) -> tuple[CommentRow, ...]:
    found = Comment.objects.filter(log=ground.log, proposal=proposal.id).select_related("party")
    return tuple(
        CommentRow(
            id=each.pk,
            round=each.round,
            party=each.party.slug,
            by=each.by if each.party.slug == ground.party else "",
            text=each.text,
            at=each.at,
        )
        for each in found.order_by("pk")
    )


def _why_not(ground: Ground, row: ProposalRow) -> dict[Doing, WhyNot | None]:
    terms, party = ground.register.terms, ground.party
    has_role = _may_sign(ground.here)

    def first(**hurdles: bool) -> WhyNot | None:
        """The first thing that stands in the way."""
        ways: tuple[WhyNot, ...] = ("role", "over", "no_say", "decided")
        more: tuple[WhyNot, ...] = ("not_proposer", "may_not_propose")
        return next((each for each in (*ways, *more) if hurdles.get(each)), None)

    is_over = row.state != "open"
    has_decided = party in (*row.consented, *row.declined)
    decide = first(
        role=not has_role,
        over=is_over,
        no_say=party not in terms.consent,
        decided=has_decided,
    )
    return {
        "consent": decide,
        "decline": decide,
        "withdraw": first(role=not has_role, over=is_over, not_proposer=party != row.party),
        "amend": first(role=not has_role, over=is_over, may_not_propose=party not in terms.propose),
        "comment": first(role=not ground.here.actor.may(Act.PROPOSAL_DISCUSS)),
    }
