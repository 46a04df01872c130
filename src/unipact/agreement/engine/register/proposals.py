"""Proposals, their rounds, and the decisions that adopt or end them."""

from __future__ import annotations

import dataclasses
from datetime import date

from unipact.agreement.engine.register.acts import Change, Decision, KeyPair, Proposing
from unipact.agreement.engine.register.broken import refuse
from unipact.agreement.engine.register.founding import require_both
from unipact.agreement.engine.register.records import Bound, Proposal, Round
from unipact.agreement.engine.register.register import Register, day_of, key_for, seconds


def proposing_taken(register: Register, act: Proposing) -> None:
    """Open a proposal, or replace its last round."""
    change, terms = act.change, register.terms
    if act.party not in terms.propose:
        refuse(f"{act.party} may not propose under this agreement", "party")
    if register.ended is not None:
        refuse("the agreement was ended", "base_sha256")
    if change.base_sha256 != terms.sha256:
        refuse(
            f"it changes a version that is not in force: version {terms.version} is, "
            f"sha256 {terms.sha256}",
            "base_sha256",
            "Propose it against the version in force.",
        )
    if seconds(change.lapses_at) != seconds(act.at) + terms.silence_days * 86_400:
        refuse(f"a proposal lapses {terms.silence_days} days after it was made", "lapses_at")
    known = register.proposals.get(change.proposal)
    _require_round(register, known, change)
    _EFFECTS[change.kind](register, change, act.at)
    made = Round(change.round, register.size, act.party, act.at, change, act.change_sha256)
    if known is None:
        register.proposals[change.proposal] = Proposal(change.proposal, [made])
    else:
        known.rounds.append(made)
    register.changes[act.change_sha256] = change.proposal


def decision_taken(register: Register, act: Decision) -> None:
    """Note a decision on the round that counts; the last consent adopts it."""
    proposal = _proposal_of(register, act)
    now, change = proposal.last, proposal.last.change
    if (act.base_sha256, act.proposed_version_sha256) != (
        change.base_sha256,
        change.proposed_version_sha256,
    ):
        refuse("it names other versions than the change that it decides on", "base_sha256")
    _require_open(register, proposal)
    if act.decision == "withdraw":
        if act.party != now.party:
            refuse("only the party that proposed it withdraws it", "party")
        proposal.outcome, proposal.closed = "withdrawn", register.size
        return
    if act.party not in register.terms.consent:
        refuse(f"{act.party} has no say in changes", "party")
    if act.party in now.decisions:
        refuse(f"{act.party} has decided on this round already", "party")
    if act.decision == "decline":
        proposal.outcome, proposal.closed = "declined", register.size
    elif set(register.terms.consent) <= {*now.decisions, act.party}:
        # Another proposal may have been adopted meanwhile: what it asked for must still fit.
        _EFFECTS[change.kind](register, change, now.at)
        proposal.outcome, proposal.closed = "adopted", register.size
        _adopt(register, change)
    now.decisions[act.party] = (act.decision, register.size)


def _require_round(register: Register, known: Proposal | None, change: Change) -> None:
    if known is None:
        if change.round != 1:
            refuse("a new proposal begins with round 1", "change.round")
        return
    _require_open(register, known)
    if change.kind != known.last.change.kind:
        refuse(f"the proposal is of the kind {known.last.change.kind}", "change.kind")
    if change.round != known.last.number + 1:
        refuse(f"the next round is {known.last.number + 1}", "change.round")


def _require_open(register: Register, proposal: Proposal) -> None:
    state = register.state_of(proposal)
    if state != "open":
        mend = {"stale": "Propose it against the version in force."}.get(state, "")
        refuse(f"the proposal is {state}", "change_sha256", mend)


def _proposal_of(register: Register, act: Decision) -> Proposal:
    named = register.changes.get(act.change_sha256)
    if named is None:
        refuse("it decides on a change that nobody proposed here", "change_sha256")
    proposal = register.proposals[named]
    if proposal.last.change_sha256 != act.change_sha256:
        refuse(
            f"it decides on an earlier round; round {proposal.last.number} counts",
            "change_sha256",
            "Read the last round and decide on that.",
        )
    return proposal


def _version_proposed(register: Register, change: Change, _at: str) -> None:
    now = register.terms
    proposed = register.terms_of(change.proposed_file_sha256)
    if proposed.sha256 != change.proposed_version_sha256:
        refuse(
            "the proposed file holds other terms than the entry names", "proposed_version_sha256"
        )
    if proposed.agreement != now.agreement:
        refuse(f"it is of the agreement {proposed.agreement}, not of {now.agreement}", "id")
    if proposed.version != now.version + 1 or proposed.previous != f"sha256:{now.sha256}":
        refuse(f"it does not follow version {now.version}, which is in force", "previous")
    if dict(proposed.keys) != {party: pair.consent for party, pair in register.keys.items()}:
        refuse(
            "its parties or their keys are not those of the log",
            "party",
            "Keys change by a proposal of their own.",
        )
    require_both(proposed)


def _waiver_proposed(register: Register, change: Change, _at: str) -> None:
    _require_same_terms(register, change)
    effect = change.effect
    if effect["commitment"] not in register.terms.commitments:
        refuse(f"there is no commitment {effect['commitment']}", "effect.commitment")
    if (effect["commitment"], effect["period"]) in register.waived:
        refuse("it is waived already", "effect.period")


def _key_proposed(register: Register, change: Change, _at: str) -> None:
    _require_same_terms(register, change)
    effect = change.effect
    holder, use = effect["holder"], effect["use"]
    if (use == "log") != (holder == "log") or not (holder == "log" or holder in register.keys):
        refuse("a key is of a party, or of the log", "effect.holder")
    key = key_for(effect["key"], use, "effect.key")
    if holder == "log" and key.name != register.origin:
        refuse(f"a key of the log is named {register.origin}", "effect.key")
    if key.public in register.public_keys():
        refuse("this key is in use already", "effect.key")


def _end_proposed(register: Register, change: Change, at: str) -> None:
    _require_same_terms(register, change)
    if date.fromisoformat(change.effect["on"]) < day_of(at):
        refuse("an agreement does not end in the past", "effect.on")


def _require_same_terms(register: Register, change: Change) -> None:
    if (change.proposed_version_sha256, change.proposed_file_sha256) != (
        register.terms.sha256,
        register.terms.file_sha256,
    ):
        refuse("a proposal of this kind leaves the terms as they are", "proposed_version_sha256")


def _adopt(register: Register, change: Change) -> None:
    effect = change.effect
    if change.kind == "version":
        terms = register.terms_of(change.proposed_file_sha256)
        register.bound.append(Bound(register.size, terms))
    elif change.kind == "waiver":
        register.waived[effect["commitment"], effect["period"]] = register.size
    elif change.kind == "end":
        register.ended = date.fromisoformat(effect["on"])
    elif effect["holder"] == "log":
        register.log_key = effect["key"]
    else:
        register.rotated[effect["holder"]] = register.size
        pair: KeyPair = register.keys[effect["holder"]]
        register.keys[effect["holder"]] = dataclasses.replace(
            pair, **{effect["use"]: effect["key"]}
        )


_EFFECTS = {
    "version": _version_proposed,
    "waiver": _waiver_proposed,
    "key": _key_proposed,
    "end": _end_proposed,
}
