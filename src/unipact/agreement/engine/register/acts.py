"""The acts that entries of the log record, as values; ``docs/reference/log.md`` says their form.

Hashes are 64 hexadecimal digits, moments ``YYYY-MM-DDTHH:MM:SSZ``, days ISO dates. ``at`` is the
moment that the signer states; the log itself proves order, and cosignatures prove time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal, get_args

Kind = Literal["version", "waiver", "key", "end"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Verdict = Literal["consent", "decline", "withdraw"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A party's keys as vkeys: one signs its acts, the other cosigns checkpoints."""

    consent: str
    cosign: str


@dataclass(frozen=True, slots=True)
class Change:
    """What a proposal would change; its hash is what a decision signs.

    ``effect`` holds texts, by ``kind``: nothing for ``version``; ``commitment`` and ``period`` for
    ``waiver``; ``holder``, ``use`` and ``key`` for ``key``; ``on`` for ``end``.
    """

    kind: Kind
    proposal: str
    round: int
    base_sha256: str
    proposed_version_sha256: str
    proposed_file_sha256: str
    lapses_at: str
    reason_sha256: str
    effect: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Founding:
    """Entry 0: both parties bind a version of the agreement, their keys and the log's."""

    type: ClassVar[str] = "founding"
    origin: str
    at: str
    agreement: str
    version: int
    version_sha256: str
    file_sha256: str
    log_key: str
    keys: Mapping[str, KeyPair]


@dataclass(frozen=True, slots=True)
class Proposing:
    """A party proposes a change, or amends an open proposal into a new round."""

    type: ClassVar[str] = "proposal"
    origin: str
    party: str
    at: str
    change: Change
    change_sha256: str


@dataclass(frozen=True, slots=True)
class Decision:
    """A party consents to, declines or withdraws exactly one round of a proposal."""

    type: ClassVar[str] = "decision"
    origin: str
    party: str
    base_sha256: str
    proposed_version_sha256: str
    change_sha256: str
    decision: Verdict


@dataclass(frozen=True, slots=True)
class Evaluating:
    """A party puts a run document forward as evidence."""

    type: ClassVar[str] = "evaluation"
    origin: str
    party: str
    at: str
    as_of: str
    version_sha256: str
    run_sha256: str


@dataclass(frozen=True, slots=True)
class Review:
    """A party accepts or contests one evidence of a run document, or settles what was contested."""

    type: ClassVar[str] = "review"
    origin: str
    party: str
    at: str
    run_sha256: str
    evidence_sha256: str
    decision: Literal["accept", "contest", "settle"]
    reason_sha256: str


@dataclass(frozen=True, slots=True)
class Dispute:
    """A party opens or closes a dispute on a commitment's period."""

    type: ClassVar[str] = "dispute"
    origin: str
    party: str
    at: str
    dispute: str
    commitment: str
    period: str
    act: Literal["open", "close"]
    reason_sha256: str


@dataclass(frozen=True, slots=True)
class Notice:
    """A party gives notice by the agreement's own clause, to a day."""

    type: ClassVar[str] = "notice"
    origin: str
    party: str
    at: str
    clause: str
    on: str


@dataclass(frozen=True, slots=True)
class Reporting:
    """A party signs an edition of the report of a year."""

    type: ClassVar[str] = "report"
    origin: str
    party: str
    at: str
    year: int
    edition: int
    report_sha256: str


@dataclass(frozen=True, slots=True)
class Transacting:
    """A party posts a transaction of the ledger, or acknowledges or contests the other's."""

    type: ClassVar[str] = "transaction"
    origin: str
    party: str
    at: str
    transaction_sha256: str
    decision: Literal["post", "acknowledge", "contest"]
    reason_sha256: str


Act = (
    Founding
    | Proposing
    | Decision
    | Evaluating
    | Review
    | Dispute
    | Notice
    | Reporting
    | Transacting
)
