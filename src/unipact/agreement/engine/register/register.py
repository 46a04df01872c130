"""What the log of an agreement comes to: terms in force, keys, proposals, evidence, disputes.

A ``Register`` holds what follows from the acts of one log; ``fold.take`` moves it on.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from unipact.agreement.engine.register import acts
from unipact.agreement.engine.register.acts import Act, KeyPair
from unipact.agreement.engine.register.broken import refuse
from unipact.agreement.engine.register.records import (
    Bound,
    Disputed,
    Edition,
    Noticed,
    Proposal,
    ProposalState,
    Reviewed,
    Run,
    Transacted,
)
from unipact.agreement.engine.register.terms import LogTerms
from unipact.tlog.keys import COSIGNATURE, ED25519, VerifierKey

#: A signature is good for a week, so that a party may sign elsewhere and take its time.
STATED_TIME_S = 7 * 86_400

TermsOf = Callable[[str], LogTerms]
"""Terms by the SHA-256 of an agreement file; raises RuleBroken where there is no such file."""


@dataclass(slots=True)
class Register:
    """What follows from the entries of one log so far.

    Attributes:
        terms_of: gives the terms of an agreement file that an entry names.
        size: how many entries were taken.
        floor: unix seconds; the next entry was made after it, because a cosignature says so.
        bound: the versions that bind or bound, oldest first.
        keys: each party's present keys, by party id in their order; ``log_key`` the log's.
        rotated: the entry that last changed a key, by its holder.
        ended: the day to which the parties ended the agreement by consent.
    """

    terms_of: TermsOf
    size: int = 0
    floor: int = 0
    origin: str = ""
    bound: list[Bound] = field(default_factory=list)
    keys: dict[str, KeyPair] = field(default_factory=dict)
    log_key: str = ""
    rotated: dict[str, int] = field(default_factory=dict)
    proposals: dict[str, Proposal] = field(default_factory=dict)
    changes: dict[str, str] = field(default_factory=dict)
    waived: dict[tuple[str, str], int] = field(default_factory=dict)
    ended: date | None = None
    runs: dict[str, Run] = field(default_factory=dict)
    reviews: dict[tuple[str, str], Reviewed] = field(default_factory=dict)
    disputes: dict[str, Disputed] = field(default_factory=dict)
    disputed: set[tuple[str, str]] = field(default_factory=set)
    notices: list[Noticed] = field(default_factory=list)
    reports: dict[int, list[Edition]] = field(default_factory=dict)
    transactions: dict[str, Transacted] = field(default_factory=dict)

    @property
    def terms(self) -> LogTerms:
        """The terms in force."""
        return self.bound[-1].terms

    @property
    def parties(self) -> Collection[str]:
        """Party ids in their order."""
        return self.keys.keys()

    def signers(self, act: Act) -> tuple[str, ...]:
        """The vkeys whose signatures the entry of ``act`` must carry, in their order.

        Raises:
            RuleBroken: the act names no party, or is a founding out of its place.
        """
        if isinstance(act, acts.Founding):
            if self.size:
                refuse("only entry 0 founds a log", "type")
            return tuple(act.keys[party].consent for party in sorted(act.keys))
        if not self.size:
            refuse("entry 0 founds the log", "type")
        if act.party not in self.keys:
            refuse(f"{act.party} is no party of this agreement", "party")
        return (self.keys[act.party].consent,)

    def raise_floor(self, unix_s: int) -> None:
        """Whatever comes after a checkpoint that was cosigned at ``unix_s`` was made later."""
        self.floor = max(self.floor, unix_s)

    def state_of(self, proposal: Proposal, *, at: int | None = None) -> ProposalState:
        """The state of a proposal at a time (unix seconds; the floor unless given)."""
        if proposal.outcome is not None:
            return proposal.outcome
        change = proposal.last.change
        if change.base_sha256 != self.terms.sha256 or self.ended is not None:
            return "stale"
        now = self.floor if at is None else at
        if self.terms.on_silence == "lapse" and now > seconds(change.lapses_at):
            return "lapsed"
        return "open"

    def public_keys(self) -> set[bytes]:
        """Every public key in use: consent, cosign and the log's."""
        texts = [self.log_key, *(key for pair in self.keys.values() for key in _both(pair))]
        return {VerifierKey.parse(text).public for text in texts if text}

    def require_place(self, act: Act) -> None:
        """Refuse what was signed for another log, or too long before what was cosigned."""
        if act.origin != self.origin:
            refuse(f"it was signed for the log {act.origin}, not for {self.origin}", "origin")
        stated: Any = getattr(act, "at", None)
        if stated is not None and seconds(stated) < self.floor - STATED_TIME_S:
            refuse("it was signed more than 7 days before what both parties cosigned", "at")


def seconds(moment: str) -> int:
    """Unix seconds of a moment ``YYYY-MM-DDTHH:MM:SSZ``."""
    return int(datetime.fromisoformat(moment).timestamp())


def moment_at(unix_s: int) -> str:
    """The moment of some unix seconds."""
    return datetime.fromtimestamp(unix_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def day_of(moment: str) -> date:
    """The day, in UTC, of a moment."""
    return date.fromisoformat(moment[:10])


def key_for(text: str, use: str, place: str) -> VerifierKey:
    """A vkey that fits its use: type 0x04 cosigns, type 0x01 signs.

    Raises:
        RuleBroken: it is no vkey, or of the other type.
    """
    key = VerifierKey.parse(text)
    wanted = COSIGNATURE if use == "cosign" else ED25519
    if key.algorithm != wanted:
        refuse(f"a key to {use} is of type 0x{wanted:02x}", place)
    return key


def _both(pair: KeyPair) -> tuple[str, str]:
    return pair.consent, pair.cosign
