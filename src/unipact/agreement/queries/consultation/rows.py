"""What the consultation shows of proposals, as typed rows. Both parties see the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from unipact.agreement.engine.difference import Consequences, Difference
from unipact.agreement.engine.register.acts import Kind, Verdict
from unipact.agreement.engine.register.records import ProposalState
from unipact.agreement.engine.terms import Text
from unipact.agreement.queries.consultation.ground import Reason

Doing = Literal["consent", "decline", "withdraw", "amend", "comment"]
"""What a reader may do with a proposal."""

WhyNot = Literal["role", "over", "no_say", "decided", "not_proposer", "may_not_propose"]
"""Why a reader may not: its role; the proposal is not open; the party has no say in changes, has
decided on this round, did not make this round, or may not propose."""


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """A proposal in a list, as its last round stands.

    Attributes:
        index: the entry of that round; ``closed`` the entry that ended the proposal, if any.
        party, at: who made the round, and when it says so.
        lapses_at: when silence makes it lapse, or the matter goes to the committee (``escalates``).
        base, proposed: numbers of the versions; the same where the terms stay as they are.
        effect: the texts of the entry, by kind; ``words`` says them (None for a version).
        waiting_for: the parties that must still consent; none where it is not open.
        waits_for_me: whether the reader's party is one of them.
        is_overdue: it is still open after ``lapses_at``, since silence escalates it.
    """

    id: str
    kind: Kind
    round: int
    state: ProposalState
    index: int
    closed: int | None
    party: str
    at: datetime
    lapses_at: datetime
    escalates: bool
    base: int
    proposed: int
    change_sha256: str
    effect: Mapping[str, str]
    words: Text | None
    consented: tuple[str, ...]
    declined: tuple[str, ...]
    waiting_for: tuple[str, ...]
    waits_for_me: bool
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class Counts:
    """For a badge: open proposals, those that wait for the reader's party, and its requests.

    ``requests`` wait for a signature that the party makes elsewhere; 0 for who may not sign.
    """

    open: int = 0
    waits_for_me: int = 0
    requests: int = 0


@dataclass(frozen=True, slots=True)
class Consultation:
    """The proposals of an agreement, newest first; an unfounded log has none.

    Attributes:
        origin, size: the log's name and how many entries it has; empty and 0 before the founding.
        version, sha256: of the terms in force.
        ended: the day to which both parties ended the agreement.
        is_key_inside: whether the key that signs for the reader's party lives in this server.
        may_propose: whether the reader may propose, by its role and by governance.
    """

    is_founded: bool
    origin: str = ""
    size: int = 0
    version: int | None = None
    sha256: str = ""
    ended: date | None = None
    is_key_inside: bool = False
    may_propose: bool = False
    proposals: tuple[ProposalRow, ...] = ()
    counts: Counts = Counts()


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """What a party decided, by which entry; ``received_at`` is the server's word."""

    round: int
    party: str
    decision: Verdict
    index: int
    received_at: datetime


@dataclass(frozen=True, slots=True)
class RoundSeen:
    """One round; ``reason`` is None where it was erased. Later rounds countered the earlier."""

    number: int
    index: int
    party: str
    at: datetime
    lapses_at: datetime
    change_sha256: str
    file_sha256: str
    reason: Reason | None
    effect: Mapping[str, str]
    words: Text | None
    decisions: tuple[DecisionRow, ...]


@dataclass(frozen=True, slots=True)
class CommentRow:
    """A word on a round; ``by`` is empty for people of the other party."""

    id: int
    round: int
    party: str
    by: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Affected:
    """A commitment whose status may become another; ``standing`` is the present one, if any."""

    commitment: str
    title: Mapping[str, str]
    standing: str | None


@dataclass(frozen=True, slots=True)
class ProposalSeen:
    """One proposal with everything that somebody reads before deciding on it.

    Attributes:
        rounds: oldest first.
        difference, consequences: of the base and the proposed terms; None but for a version.
        amended: of the round before and this one; None for the first round, and but for a version.
        affected: the commitments whose status may change, as they stand in the run document.
        why_not: for each thing to do, why the reader may not; None where it may.
        requests: ids of those of the reader's party on this proposal; none for who may not sign.
    """

    row: ProposalRow
    rounds: tuple[RoundSeen, ...]
    difference: Difference | None
    consequences: Consequences | None
    amended: Difference | None
    affected: tuple[Affected, ...]
    comments: tuple[CommentRow, ...]
    decisions: tuple[DecisionRow, ...]
    why_not: Mapping[Doing, WhyNot | None]
    is_key_inside: bool
    requests: tuple[int, ...]

    @property
    def may(self) -> frozenset[Doing]:
        """What the reader may do."""
        return frozenset(each for each, why in self.why_not.items() if why is None)
