"""What the register holds: proposals with their rounds, reviews, disputes, editions and the rest.

``index`` is always that of the entry in the log.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from unipact.agreement.engine.register.acts import Change, Verdict
from unipact.agreement.engine.register.terms import LogTerms

ProposalState = Literal["open", "adopted", "declined", "withdrawn", "stale", "lapsed"]


@dataclass(slots=True)
class Round:
    """One round of a proposal, with who decided what on it and in which entry."""

    number: int
    index: int
    party: str
    at: str
    change: Change
    change_sha256: str
    decisions: dict[str, tuple[Verdict, int]] = field(default_factory=dict)


@dataclass(slots=True)
class Proposal:
    """A proposal: its last round counters the earlier ones; entry ``closed`` ended it."""

    id: str
    rounds: list[Round]
    outcome: Literal["adopted", "declined", "withdrawn"] | None = None
    closed: int | None = None

    @property
    def last(self) -> Round:
        """The round that counts."""
        return self.rounds[-1]


@dataclass(frozen=True, slots=True)
class Bound:
    """A version of the agreement that binds since entry ``index``."""

    index: int
    terms: LogTerms


@dataclass(frozen=True, slots=True)
class Run:
    """A run document that ``party`` put forward."""

    index: int
    party: str
    at: str
    as_of: str
    version_sha256: str


@dataclass(slots=True)
class Reviewed:
    """What became of one evidence: decided by ``party``, and settled by whom."""

    index: int
    party: str
    decision: Literal["accept", "contest"]
    at: str
    reason_sha256: str
    settled: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Disputed:
    """A dispute on a commitment's period; closed when every party closed it."""

    index: int
    party: str
    at: str
    commitment: str
    period: str
    reason_sha256: str
    closed: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Noticed:
    """Notice that a party gave by a clause, to the day ``on``."""

    index: int
    party: str
    at: str
    clause: str
    on: str
    version_sha256: str


@dataclass(slots=True)
class Edition:
    """An edition of a year's report, with the parties that signed it."""

    number: int
    index: int
    report_sha256: str
    signed: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Transacted:
    """A posted transaction and what the others said of it."""

    index: int
    party: str
    at: str
    answers: dict[str, tuple[Literal["acknowledge", "contest"], int]] = field(default_factory=dict)
    #: Every answer as party, decision, moment and reason: none is said twice.
    said: set[tuple[str, str, str, str]] = field(default_factory=set)
    #: The moment that each party's last answer states: none comes from before it.
    last: dict[str, str] = field(default_factory=dict)
